"""Whole models in HDF5 files, as Keras 2 kept them: configuration and compile arguments as JSON in
attributes, weights under "model_weights", the optimizer's under "optimizer_weights".

What is written is read by Keras 3 and by tf-keras; what is read may be of either.
"""

import json
import os
import warnings

from .._atomic import replacing
from ..engine import limited_sizes
from ..layers.base import Layer
from ..legacy.telling import quietly
from ..serialization import (
    CustomObjectScope,
    SafeModeScope,
    deserialize_keras_object,
    serialize_keras_object,
)
from .h5_weights import WeightsPlan, write_weights
from .hdf5 import File, import_h5py, room_for
from .keras_file import KERAS_VERSION
from .old_configs import to_old
from .old_reading import age_of, to_new
from .old_training import compile_arguments, load_optimizer, training_config, write_optimizer

# ---- writing


def save_model(model, path, include_optimizer=True):
    """Writes a model.

    Args:
        model: A built model with a configuration.
        path: Name of the file.
        include_optimizer: Whether compile arguments and the optimizer's state go with it.
    """
    h5py = import_h5py()
    config = serialize_keras_object(model)
    _put_vocabularies(config, {layer.name: layer for layer in model._flatten_layers()})
    optimizer = getattr(model, "optimizer", None) if include_optimizer else None
    with replacing(path) as temporary, h5py.File(temporary, "w") as f:
        f.attrs["keras_version"] = KERAS_VERSION
        f.attrs["backend"] = "tensorflow"
        f.attrs["model_config"] = json.dumps(to_old(config))
        if optimizer is not None and config.get("compile_config"):
            f.attrs["training_config"] = json.dumps(training_config(config["compile_config"]))
        write_weights(f.create_group("model_weights"), model, KERAS_VERSION)
        if optimizer is not None and optimizer.variables:
            write_optimizer(f.create_group("optimizer_weights"), optimizer)


_LOOKUPS = ("StringLookup", "IntegerLookup", "TextVectorization")


def _put_vocabularies(x, layers):
    """Has configs hold what their layers learned: the format has no other place for it."""
    if isinstance(x, (list, tuple)):
        for value in x:
            _put_vocabularies(value, layers)
    if not isinstance(x, dict):
        return
    inner = x.get("config")
    if x.get("class_name") in _LOOKUPS and isinstance(inner, dict):
        layer = layers.get(inner.get("name"))
        tokens = [] if layer is None else layer.get_vocabulary(include_special_tokens=False)
        if tokens and inner.get("vocabulary") is None:
            inner["vocabulary"] = list(tokens)
            if inner.get("output_mode") == "tf_idf":
                lookup = getattr(layer, "_lookup_layer", layer)
                first = lookup.vocabulary_size() - len(tokens)
                weights = lookup.idf_weights[first : first + len(tokens)]
                inner["idf_weights"] = [float(w) for w in weights]
        return
    for value in x.values():
        _put_vocabularies(value, layers)


# ---- reading


def load_model(path, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model.

    Raises:
        ValueError: for a damaged file, one without a configuration, or one whose parts do not fit
            together.
        TypeError: for a class or function that is not known.
    """
    scopes = CustomObjectScope(custom_objects or {}), SafeModeScope(safe_mode)
    with File(path) as f, scopes[0], scopes[1], quietly():
        with limited_sizes(room_for(os.path.getsize(path))):
            model = _model(f)
        weights = f.root.group("model_weights")
        if weights is None:
            raise f.damaged("model_weights", "the group of weights is missing")
        WeightsPlan(weights, model).run()
        training = f.root.attribute("training_config")
        if compile and training is None:
            warnings.warn(
                f"No training configuration found in {path}, so the model was not compiled. "
                "Compile it before training.",
                stacklevel=4,
            )
        elif compile:
            _compile(f, model, training)
    return model


def _json(f, attribute, text):
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError) as e:
        raise f.damaged(f"@{attribute}", f"no JSON ({e})") from None


def _model(f):
    text = f.root.attribute("model_config")
    if text is None:
        raise ValueError(
            f"No model config found in the file at {f.name}. Where it holds weights only, make the "
            "model and call `load_weights`."
        )
    try:
        age = age_of(f.root.attribute("keras_version"))
        model = deserialize_keras_object(to_new(_json(f, "model_config", text), age))
    except (LookupError, AttributeError, ArithmeticError, RecursionError) as e:
        raise ValueError(
            f"The configuration in {f.name} does not describe a model ({type(e).__name__}: {e})."
        ) from e
    if not isinstance(model, Layer):
        raise ValueError(f"{f.name} holds no model, but {type(model).__name__}.")
    return model


def _compile(f, model, text):
    config = _json(f, "training_config", text)
    try:
        model.compile(**compile_arguments(config))
    except Exception as e:
        warnings.warn(
            f"The compile arguments in {f.name} could not be restored, so the model was not "
            f"compiled ({type(e).__name__}: {e}). Compile it before training.",
            stacklevel=5,
        )
        return
    if "optimizer_weights" in f.root:
        load_optimizer(f.root.group("optimizer_weights"), model)
