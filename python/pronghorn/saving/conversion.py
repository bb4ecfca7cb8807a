"""A model file of any age made into one that today's Keras loads and predicts the same from.

What is written is read back by today's rules and its predictions compared with those of the
original; a file that does not pass is not left behind.
"""

import json
import os
import types
from dataclasses import dataclass, field

from .._atomic import replacing
from ..engine import convert_to_numpy, nest
from ..legacy.telling import quietly
from ..serialization import deserialize_keras_object, serialize_keras_object
from . import api, keras_file
from .old_reading import age_of, to_new
from .probes import probes
from .renewal import check_names, needed_objects, renew

TOLERANCE = 1e-4  # of an output's largest value
ROWS = 4


@dataclass
class Conversion:
    """What `convert` did.

    Attributes:
        notes: What was changed, and what is to be known, in words.
        needed: Names of classes and functions that must be given to load the new file.
        difference: The largest difference of the predictions, relative to the largest output.
        shapes: Shapes of the inputs that were tried.
    """

    notes: list = field(default_factory=list)
    needed: list = field(default_factory=list)
    difference: float = 0.0
    shapes: list = field(default_factory=list)


def convert(source, target, custom_objects=None, architecture=None, safe_mode=True):
    """Writes a `.keras` file of Keras 3 out of a model file of any Keras.

    Args:
        source: Path of the old file: a model, or weights with `architecture`.
        target: Path of the new file, which ends in ".keras". It appears, or replaces an older one,
            only when it has been read back and predicts what the original does.
        custom_objects: Dict of names to classes and functions that the model needs. Code of
            lambdas is replaced by what stands here under the layer's name.
        architecture: Path of the model's configuration as JSON, where the file has weights alone.
        safe_mode: Whether Python code in the file (lambdas) is refused.

    Returns:
        A Conversion.

    Raises:
        ValueError: where the file cannot be read, Keras 3 has no such model, or the new file does
            not predict the same. Nothing is written then.
        TypeError: for a class or function that is not known.
    """
    if not os.fspath(target).endswith(".keras"):
        raise ValueError(f"The new file's name must end in `.keras`. Received: {target}")
    report = Conversion()
    objects = _named(custom_objects or {}, report.notes)
    model = _original(os.fspath(source), objects, architecture, safe_mode, report.notes)
    if not getattr(model, "inputs", None):
        raise ValueError(
            "The file holds a model that says nothing of its inputs (a subclassed one, or one that "
            "was never built), so its predictions cannot be compared."
        )
    inputs = probes(model, ROWS)
    report.shapes = [tuple(x.shape) for x in nest.flatten(inputs)]
    before = _predictions(model, inputs)
    model, changes = renew(model)
    report.notes.extend(changes)
    _forget_state(model, changes, report.notes)
    config = serialize_keras_object(model)
    check_names(config)
    report.needed = needed_objects(config)
    _note_data_format(config, report.notes)
    with replacing(target) as temporary:
        keras_file.save_model(model, temporary)
        report.difference = _check(temporary, objects, inputs, before)
    return report


def _named(custom_objects, notes):
    """The objects, with functions known by the names under which they were given."""
    found = dict(custom_objects)
    for key, value in custom_objects.items():
        if not isinstance(value, types.FunctionType) or value.__name__ != "<lambda>":
            continue
        name = "lambda_function" if key == "<lambda>" else key
        copy = types.FunctionType(
            value.__code__, value.__globals__, name, value.__defaults__, value.__closure__
        )
        copy.__kwdefaults__ = value.__kwdefaults__
        copy.__qualname__ = name
        found[key] = found[name] = copy
        if name != key:
            notes.append(f"the function given as '{key}' is called '{name}' in the new file")
    return found


def _original(source, objects, architecture, safe_mode, notes):
    import warnings

    if architecture is None:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            model = api.load_model(source, objects, safe_mode=safe_mode)
        notes.extend(dict.fromkeys(str(w.message) for w in said if _is_news(w)))
        return model
    with open(architecture) as f:
        config = json.load(f)
    with quietly():
        model = _from_architecture(config, source, objects, safe_mode)
    api.load_weights(model, source)
    return model


def _is_news(warning):
    """Whether a warning is about the file, and not about spellings or a user's own class."""
    said = str(warning.message)
    return "old spelling" not in said and "`build()`" not in said


def _from_architecture(config, weights, objects, safe_mode):
    """The model of a configuration, which may be the inside of one; by the age of its weights."""
    if not isinstance(config, dict):
        raise ValueError("The architecture is not a valid configuration: it is no JSON object.")
    if "class_name" not in config:
        name = "Functional" if "input_layers" in config else "Sequential"
        config = {"class_name": name, "config": config}
    if "module" not in config:
        config = to_new(config, age_of(config.get("keras_version") or _version(weights)))
    return deserialize_keras_object(config, objects, safe_mode=safe_mode)


def _version(path):
    from .hdf5 import File

    if api.kind_of(path) != "hdf5":
        return "3"
    with File(path) as f:
        return f.root.attribute("keras_version")


def _predictions(model, inputs):
    found = model.predict(inputs, batch_size=len(nest.flatten(inputs)[0]), verbose=0)
    return [convert_to_numpy(y) for y in nest.flatten(found)]


def _forget_state(model, changes, notes):
    """Without the optimizer's state where it is of other weights than those that are written."""
    optimizer = getattr(model, "optimizer", None)
    if not changes or optimizer is None:
        return
    config = model.get_compile_config()
    if config and optimizer.built:
        model.compile_from_config(config)
        notes.append("the optimizer's state was left out, since weights are other numbers now")


def _note_data_format(config, notes):
    if '"channels_first"' in json.dumps(config):
        notes.append(
            "layers are channels_first: Keras on TensorFlow runs their convolutions on a GPU, or "
            "on a CPU after `compile(jit_compile=True)`"
        )


def _check(path, objects, inputs, before):
    """The largest relative difference of a file's predictions; raises where it is too large."""
    import warnings

    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were said of the original
        model = keras_file.load_model(path, objects, compile=True)
    worst = 0.0
    for old, new in zip(before, _predictions(model, inputs), strict=True):
        if old.shape != new.shape or not np.array_equal(np.isnan(old), np.isnan(new)):
            raise ValueError(
                f"The new file predicts {new.shape}, the original {old.shape} (or other NaNs); it "
                "was removed."
            )
        old, new = np.nan_to_num(old.astype("float64")), np.nan_to_num(new.astype("float64"))
        largest = max(np.abs(old).max(initial=0.0), 1e-30)
        worst = max(worst, float(np.abs(new - old).max(initial=0.0) / largest))
    if worst > TOLERANCE:
        raise ValueError(
            f"The new file predicts other numbers than the original (by {worst:.1e} of the largest "
            "output); it was removed."
        )
    return worst
