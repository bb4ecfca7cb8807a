"""Lambda: a layer out of a function."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ..engine import convert_to_tensor, nest
from ..serialization import (
    code,
    deserialize_keras_object,
    get_registered_object,
    in_safe_mode,
    serialize_keras_object,
)
from .base import Layer
from .call_spec import shape_tree
from .plain_lists import NUMBERS, with_tensors

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from ..engine.types import TensorLike


class Lambda(Layer):
    """function(inputs, **arguments), with no weights of its own.

    Args:
        function: Takes the inputs, and `mask` or `training` if it names them. A function defined
            with `def` goes into files by its name, a lambda by its byte code, which is read only
            where `safe_mode=False` allows it.
        output_shape: Shape of a sample of the outputs, or a function from the inputs' shape; found
            by running `function` on shapes where missing.
        mask: The mask of the outputs, or a function of (inputs, mask).
        arguments: Dict of more arguments.

    Raises:
        ValueError: for a config with a lambda in it, unless code may be read.
        TypeError: for a function that cannot be called.

    Example:

    >>> Lambda(lambda x: x**2)(np.array([3.0], "float32")).tolist()
    [9.0]
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(
                "`function` must be a function of the inputs, such as `lambda x: 2 * x`. Received: "
                f"function={function!r} (of type {type(function).__name__})"
            )
        self.function = function
        self.arguments = arguments or {}
        self.mask = mask
        self.supports_masking = mask is not None
        self._output_shape = output_shape
        names = _names(function)
        self._takes_training, self._takes_mask = "training" in names, "mask" in names

    def _call_general(self, context, args, kwargs):
        """Takes a number or a list of numbers for a tensor, as tf.keras 2 did."""
        if args:
            first = args[0]
            first = convert_to_tensor(first) if isinstance(first, NUMBERS) else with_tensors(first)
            args = (first, *args[1:])
        return super()._call_general(context, args, kwargs)

    def call(self, inputs: TensorLike, mask: Any = None, training: bool | None = None) -> Any:
        kwargs = dict(self.arguments)
        if self._takes_mask:
            kwargs["mask"] = mask
        if self._takes_training:
            kwargs["training"] = training
        return self.function(inputs, **kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        if self._output_shape is not None:
            first = input_shape
            while isinstance(first, (list, tuple, dict)) and len(first) > 0:
                first = next(iter(first.values() if isinstance(first, dict) else first))
            return shape_tree(lambda shape: (first, *shape), self._output_shape)
        try:
            return super().compute_output_shape(input_shape)
        except Exception as error:
            raise NotImplementedError(
                "We could not automatically infer the shape of the Lambda's output. Please specify "
                f"the `output_shape` argument for this Lambda layer. The function failed: {error}"
            ) from error

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        if self._output_shape is not None:
            return super().compute_output_spec(*args, **kwargs)
        from ..engine.symbolic import to_keras_tensors

        return to_keras_tensors(self._abstract_call(*args, **kwargs))

    def compute_mask(self, inputs: TensorLike, mask: Any = None) -> Any:
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        own = {"function": _to_config(self.function)}
        for name, value in (("output_shape", self._output_shape), ("mask", self.mask)):
            if callable(value):
                own[name] = _to_config(value)
            elif value is not None:
                own[name] = value if name == "output_shape" else serialize_keras_object(value)
        arguments = serialize_keras_object(nest.map_structure(lambda x: x, dict(self.arguments)))
        return {**super().get_config(), **own, "arguments": arguments}

    @classmethod
    def from_config(
        cls,
        config: dict[str, Any],
        custom_objects: dict[str, Any] | None = None,
        safe_mode: bool | None = None,
    ) -> Self:
        safe = in_safe_mode() if safe_mode is None else safe_mode
        config = dict(config)
        given = get_registered_object(config.get("name"), custom_objects)
        if callable(given) and not isinstance(
            given, type
        ):  # in place of code that is in the config
            for name in ("function", "output_shape", "mask"):
                if _is_code(config.get(name), config.get(f"{name}_type")):
                    config[name] = given if name == "function" else None
                    config.pop(f"{name}_type", None)
        for name in ("function", "output_shape", "mask"):
            kind = config.pop(f"{name}_type", None)
            config.pop("module" if name == "function" else f"{name}_module", None)
            if config.get(name) is not None and not callable(config[name]):
                layer = config.get("name", "lambda_1")
                config[name] = _from_config(
                    config[name], kind, custom_objects, safe is not False, layer
                )
        shape = config.get("output_shape")
        if isinstance(shape, list) and all(n is None or isinstance(n, int) for n in shape):
            config["output_shape"] = tuple(shape)
        if "arguments" in config:
            config["arguments"] = deserialize_keras_object(config["arguments"], custom_objects)
        return cls(**config)


def _names(function):
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return ()


def _is_lambda(function):
    return getattr(function, "__name__", None) == "<lambda>"


def _to_config(function):
    if _is_lambda(function):
        return {"class_name": "__lambda__", "config": code.dump(function)}
    if callable(function):
        return serialize_keras_object(function)
    raise ValueError(
        f"A Lambda layer's function must be callable. Received: {function} of type "
        f"{type(function)}."
    )


def _is_code(value, kind):
    return kind == "lambda" or (isinstance(value, dict) and value.get("class_name") == "__lambda__")


def _from_config(value, kind, custom_objects, safe, name="lambda_1"):
    """A function (or a shape, or a mask) of a config; `kind` is what Keras 2 says that it is."""
    if _is_code(value, kind):
        if safe:
            raise ValueError(
                "Requested the deserialization of a `Lambda` layer whose `function` is a Python "
                "lambda, which would be arbitrary code execution: whoever wrote the file wrote the "
                "code. If you trust the source, pass `safe_mode=False` to the loading function, or "
                "call `keras.config.enable_unsafe_deserialization()`. Without running it: write "
                "the function anew and pass it under the layer's name, "
                f"`custom_objects={{{name!r}: function}}`."
            )
        return code.load(value if kind == "lambda" else value["config"])
    if kind == "function" and isinstance(value, str):
        value = {"class_name": "function", "config": value, "registered_name": value}
    if kind == "raw":
        return value
    return deserialize_keras_object(value, custom_objects)
