"""Model: a layer that can be trained, saved and summarised."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..engine import KerasTensor
from ..layers.base import Layer
from ..layers.call_spec import is_shape, shapes_as
from ..training.trainer import Trainer

if TYPE_CHECKING:
    from ..engine.types import PathLike


def has_graph_arguments(args, kwargs):
    """Whether a constructor was given inputs and outputs."""
    return (
        len(args) == 2
        or (len(args) == 1 and "outputs" in kwargs)
        or ("inputs" in kwargs and "outputs" in kwargs)
        or ("input" in kwargs and "output" in kwargs)
    )


def make_functional(cls):
    """Puts Functional in the place of Model among the bases of a user's class and its bases."""
    from .functional import Functional

    if cls in (Model, Functional, object) or issubclass(cls, Functional):
        return
    for base in cls.__bases__:
        if base is not Model and issubclass(base, Model):
            make_functional(base)
    cls.__bases__ = tuple(Functional if base is Model else base for base in cls.__bases__)


class Model(Trainer, Layer):
    """Layers grouped into something that trains.

    Made in one of three ways: `Model(inputs, outputs)` from symbolic tensors; a subclass with its
    own `call`; or Sequential.

    Args:
        inputs, outputs: KerasTensors, or dicts, lists or tuples of them.
        trainable, dtype, name: As of Layer.

    Raises:
        ValueError: where outputs do not depend on the inputs.

    Example:

    >>> x = layers.Input((3,))
    >>> Model(x, layers.Dense(1)(x)).count_params()
    4
    """

    _renewed = {
        **Layer._renewed,
        "train_function": None,
        "test_function": None,
        "predict_function": None,
    }

    def __new__(cls, *args, **kwargs):
        if cls is Model and has_graph_arguments(args, kwargs):
            from .functional import Functional

            cls = Functional
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Trainer.__init__(self)
        if has_graph_arguments(args, kwargs):
            from .functional import Functional

            make_functional(type(self))
            Functional.__init__(self, *args, **kwargs)  # type: ignore[arg-type]
        else:
            Layer.__init__(self, *args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Model {type(self).__name__} does not have a `call()` method implemented."
        )

    call.is_placeholder = True  # the trainer asks, to build models that have a step and no call

    def _obj_type(self):
        return "Model"

    def _set_output_masks(self, inputs, outputs, previous):
        """The layers inside have put masks on what they return."""

    def build(self, input_shape: Any) -> None:
        """Makes the weights for inputs of this shape (or nest of shapes), without computing."""
        self._check_super_called()
        if not any(not layer.built for layer in self._layers):
            return
        try:
            self._call_on_shapes(input_shape)
        except NotImplementedError:
            raise
        except Exception as e:
            warnings.warn(
                f"`build()` of model '{self.name}' could not run its `call()` on shapes "
                f"{input_shape}: {e}. Its layers will be built at the first call.",
                stacklevel=3,
            )

    def _has_own_build(self):
        return type(self).build is not Model.build

    def _maybe_build(self, call_spec):
        if self.built:
            return
        if self._has_own_build():
            super()._maybe_build(call_spec)
            return
        # Without a `build` of the user's: run `call` on abstract tensors, or let the call build.
        shapes = call_spec.shapes()
        if any(not layer.built for layer in self._layers):
            try:
                self._abstract_call(**call_spec.arguments)
            except Exception:
                if any(isinstance(x, KerasTensor) for x in call_spec.tensors.values()):
                    raise
                return
        self._built_with(shapes)

    def build_from_config(self, config: dict[str, Any]) -> None:
        if not config:
            return
        if "input_shape" in config:
            shape = config["input_shape"]
            self.build(shapes_as(self.build, shape) if shape is not None else None)
        elif "shapes_dict" in config and self._has_own_build():
            super().build_from_config(config)
        elif "shapes_dict" in config:
            shapes = {k[: -len("_shape")]: v for k, v in config["shapes_dict"].items()}
            if all(is_shape(s) for s in shapes.values()):
                self._call_on_shapes(**shapes)
                self._built_with(config["shapes_dict"])

    @property
    def layers(self) -> Any:
        """The layers directly inside, in order."""
        return self._flatten_layers(include_self=False, recursive=False)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "`Model.layers` attribute is reserved and should not be used. Please use another name."
        )

    def get_layer(self, name: str | None = None, index: Any = None) -> Any:
        """A layer by its name or its index.

        Args:
            name: The layer's name.
            index: Its place among `layers`.

        Returns:
            The layer.

        Raises:
            ValueError: for an unknown name, an index out of range, or none or both given.
        """
        layers = self.layers
        if (index is None) == (name is None):
            raise ValueError(
                "Provide either a layer name or a layer index at `get_layer`. Received: "
                f"index={index}, name={name}."
            )
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(layers)} layers."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}."
        )

    def summary(
        self,
        line_length: Any = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Prints a table of the layers, their output shapes and numbers of parameters.

        Args:
            line_length: Width of the table; by default 88 or 108, at most the terminal's less 4.
            positions: Where the columns end, as parts of the width.
            print_fn: Receives the text in one call; by default it is written to stdout.
            expand_nested: Whether to list the layers of nested models.
            show_trainable: Whether to show which layers train.
            layer_range: Names (or regular expressions) of the first and the last layer to show.
        """
        from .summary import print_summary

        print_summary(
            self,
            line_length=line_length,
            positions=positions,
            print_fn=print_fn,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[Any, Any]:
        """All variables as nested dicts by their paths.

        Args:
            value_format: "backend_tensor" or "numpy_array".

        Returns:
            Dict with "trainable_variables", "non_trainable_variables", "optimizer_variables" and
            "metrics_variables".

        Raises:
            ValueError: where two variables have one path, or for another format.
        """
        optimizer = self.optimizer
        return {
            "trainable_variables": _nested(self.trainable_variables, value_format),
            "non_trainable_variables": _nested(self.non_trainable_variables, value_format),
            "optimizer_variables": _nested(optimizer.variables if optimizer else (), value_format),
            "metrics_variables": _nested(self.metrics_variables, value_format),
        }

    def set_state_tree(self, state_tree: Any) -> None:
        """Sets the variables that such a dict names.

        Args:
            state_tree: What `get_state_tree` returned, or a part of it.

        Raises:
            ValueError: for an unknown kind of variables.
        """
        lists = {
            "trainable_variables": self.trainable_variables,
            "non_trainable_variables": self.non_trainable_variables,
            "optimizer_variables": self.optimizer.variables if self.optimizer else (),
            "metrics_variables": self.metrics_variables,
        }
        for kind, values in state_tree.items():
            if kind not in lists:
                raise ValueError(f"Unknown kind of variables: {kind!r}; expected {sorted(lists)}.")
            _assign_nested(lists[kind], values)

    def _get_variable_map(self):
        """Variables by their paths, the optimizer's included."""
        optimizer = self.optimizer
        own = (*self.variables, *(optimizer.variables if optimizer else ()))
        return {variable.path: variable for variable in own}

    def save(
        self, filepath: PathLike, overwrite: bool = True, zipped: Any = None, **kwargs: Any
    ) -> None:
        """Writes the model to a file: architecture, weights, compile configuration and the
        optimizer's state. `load_model` reads it, and so do Keras 3 and, of an ".h5" file, tf-keras.

        Args:
            filepath: Path that ends in ".keras" or ".h5".
            overwrite: Whether to replace a file without asking.
            zipped: Whether to write one zip file; False writes a folder.

        Raises:
            ValueError: for another ending.
        """
        from ..saving.api import save_model

        save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(
        self, filepath: PathLike, overwrite: bool = True, max_shard_size: Any = None
    ) -> None:
        """Writes all weights to a file.

        A name that ends in ".weights.h5" gets Keras 3's form, with the optimizer's state, one that
        ends in ".h5" alone gets Keras 2's.

        Args:
            filepath: The path.
            overwrite: Whether to replace a file without asking.
            max_shard_size: Largest size of a file, in GiB; the weights go into several, and the
                path, which ends in ".weights.json", is that of a map of them.

        Raises:
            ValueError: for another file name, or a weight that is larger than a file may be.
        """
        from ..saving.api import save_weights

        save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size)

    def export(
        self,
        filepath: PathLike,
        format: str = "tf_saved_model",
        verbose: Any = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Raises an error: other formats are not written; Keras writes them from a saved file.

        Args:
            filepath: Where the other format would go.
            format, verbose, input_signature, **kwargs: What Keras takes; not used.

        Raises:
            NotImplementedError: Always; the message says what to do instead.
        """
        raise NotImplementedError(
            f"Model '{self.name}' cannot be exported: SavedModel, ONNX, OpenVINO and LiteRT are "
            "not written here. Use `model.save('model.keras')`, which `load_model` reads; Keras 3 "
            "reads it too, and its `export` writes the other formats."
        )

    def load_weights(self, filepath: PathLike, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Reads weights from a file; everything is checked before any weight changes.

        Args:
            filepath: A ".weights.h5", ".keras" or ".h5" file, of Keras 3, Keras 2 or tf-keras.
            skip_mismatch: Whether to leave out, with a warning, layers that do not fit.
            by_name: For ".h5" files: whether layers are found by name, not by order.

        Raises:
            ValueError: where the file does not fit the model, or is damaged.
        """
        from ..saving.api import load_weights

        load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def to_json(self, **kwargs: Any) -> Any:
        """The model's config as JSON, for `model_from_json`; keyword arguments go to json.dumps."""
        import json

        from ..serialization import serialize_keras_object

        return json.dumps(serialize_keras_object(self), **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """The model's config as YAML, for `model_from_yaml`; keyword arguments go to safe_dump."""
        from .former import to_yaml

        return to_yaml(self, **kwargs)

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Any:
        from .functional import Functional, functional_from_config, takes_graph_arguments

        keys = ("name", "layers", "input_layers", "output_layers")
        if all(key in config for key in keys):
            if cls is Model:
                cls = Functional
            if takes_graph_arguments(cls):
                return functional_from_config(cls, config, custom_objects)
        return super().from_config(config)


def _nested(variables, value_format):
    """{part of the path: {...: value}}."""
    if value_format not in ("backend_tensor", "numpy_array"):
        raise ValueError(
            "Invalid `value_format` argument. Expected 'numpy_array' or 'backend_tensor'. "
            f"Received: value_format={value_format}"
        )
    paths = Counter(v.path for v in variables)
    twice = next((path for path, times in paths.items() if times > 1), None)
    if twice is not None:
        raise ValueError(
            f"The following variable path is found twice in the model: '{twice}'. "
            "`get_state_tree()` can only be called when all variable paths are unique: give your "
            "layers unique names."
        )
    tree = {}
    for variable in variables:
        *parts, last = variable.path.split("/")
        place = tree
        for part in parts:
            place = place.setdefault(part, {})
        place[last] = variable.value if value_format == "backend_tensor" else variable.numpy()
    return tree


def _assign_nested(variables, tree):
    for variable in variables:
        value = tree
        for part in variable.path.split("/"):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            variable.assign(value)


def model_from_json(json_string: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """A model (without weights) from what `to_json` returned, here or in any Keras.

    Args:
        json_string: The text.
        custom_objects: Dict of names to classes and functions that the model needs.

    Returns:
        The model, with fresh weights, not compiled.

    Raises:
        ValueError: for a text that is no configuration of a model.
        TypeError: for a class or function that is not known.

    Example:

    >>> text = models.Sequential([layers.Input((3,)), layers.Dense(2)]).to_json()
    >>> model_from_json(text).output_shape
    (None, 2)
    """
    import json

    from ..legacy.telling import quietly
    from ..serialization import deserialize_keras_object

    config = json.loads(json_string)
    if isinstance(config, dict) and "module" not in config:  # of Keras 1 or 2
        from ..saving.old_reading import age_of, to_new

        config = to_new(config, age_of(config.get("keras_version", "2")))
    with quietly():
        return deserialize_keras_object(config, custom_objects=custom_objects)


def save_model(
    model: Any, filepath: PathLike, overwrite: bool = True, zipped: Any = None, **kwargs: Any
) -> Any:
    """Writes a model to a file; see `Model.save`.

    Args:
        model: The model.
        filepath: Path that ends in .keras, .h5 or .hdf5.
        overwrite: Whether to write over a file that is there without asking.
        zipped: False writes a folder in place of a .keras file.

    Returns:
        None.

    Example:

    >>> save_model(models.Sequential([layers.Input((3,)), layers.Dense(2)]), "net.keras")
    >>> models.load_model("net.keras").count_params()
    8
    """
    from ..saving.api import save_model

    return save_model(model, filepath, overwrite=overwrite, zipped=zipped, **kwargs)


def load_model(
    filepath: PathLike,
    custom_objects: dict[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Reads a model from a file; see `saving.load_model`.

    Args:
        filepath: Path of a file of any age of Keras.
        custom_objects: Classes and functions of the caller's, by name.
        compile: Whether to compile the model as it was.
        safe_mode: False lets code that is in the file run.

    Returns:
        The model.

    Example:

    >>> models.Sequential([layers.Input((3,)), layers.Dense(2)]).save("net.keras")
    >>> load_model("net.keras").output_shape
    (None, 2)
    """
    from ..saving.api import load_model

    return load_model(filepath, custom_objects, compile, safe_mode)
