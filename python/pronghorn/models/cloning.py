"""clone_model: the same architecture with new weights."""

from __future__ import annotations

from typing import Any

from ..engine import nest
from ..layers.base import Layer
from ..layers.input_layer import Input, InputLayer
from .functional import Functional
from .sequential import Sequential


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Any = None,
    call_function: Any = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """A model of the same architecture with freshly initialised weights, compiled as it was.

    Args:
        model: Sequential, functional, or subclassed with a config.
        input_tensors: KerasTensors (or a nest like the model's inputs) to build on.
        clone_function: Maps each layer to its copy; `from_config(get_config())` by default.
        call_function: `f(layer, *args, **kwargs)` that calls a copy, for functional models.
        recursive: Whether `clone_function` is also applied inside nested models.

    Returns:
        A new model; none of its weights is shared with the given one.

    Raises:
        ValueError: for arguments that do not go with the kind of model.

    Example:

    >>> model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    >>> copy = clone_model(model)
    >>> copy.count_params(), copy.layers[0] is model.layers[0]
    (8, False)
    """
    kwargs.pop("cache", None)
    if kwargs:
        raise ValueError(f"Unexpected keyword argument(s): {tuple(kwargs)}")
    if clone_function is None:
        clone_function = _copy
    elif recursive:
        inner = clone_function

        def clone_function(layer):
            if isinstance(layer, (Functional, Sequential)):
                return clone_model(layer, clone_function=inner, recursive=True)
            return inner(layer)

    clone = _cloned(model, input_tensors, clone_function, call_function)
    if model.compiled and not clone.compiled:
        config = model.get_compile_config()
        if config:
            clone.compile_from_config(config)
    return clone


def _cloned(model, input_tensors, clone_function, call_function):
    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError(
                "`call_function` argument is not supported with Sequential models. In a Sequential "
                "model, layers aren't called at model-construction time (they're merely listed)."
            )
        return _clone_sequential(model, clone_function, input_tensors)
    if isinstance(model, Functional):
        return _clone_functional(model, clone_function, call_function, input_tensors)
    if input_tensors is not None or call_function is not None:
        raise ValueError(
            "Arguments `input_tensors` and `call_function` are not supported for subclassed "
            f"models. Received: model={model}"
        )
    return _copy(model)


def _copy(layer):
    return type(layer).from_config(layer.get_config())


def _clone_layer(layer, clone_function):
    if isinstance(layer, InputLayer):
        return layer
    new = clone_function(layer)
    if not isinstance(new, Layer):
        raise ValueError(
            "When providing a `clone_function` to `clone_model`, it must return a Layer. "
            f"Received: {new} (of type {type(new)}) for layer {layer}"
        )
    return new


def _clone_sequential(model, clone_function, input_tensors):
    layers = [_clone_layer(layer, clone_function) for layer in model.layers]
    if input_tensors is not None:
        flat = nest.flatten(input_tensors)
        if len(flat) != 1:
            raise ValueError(
                f"Argument `input_tensors` must contain a single tensor. Received: {input_tensors}"
            )
        layers.insert(0, flat[0])
    elif model._functional is not None:
        first = model._layers[0]
        layers.insert(0, Input(batch_shape=first.batch_shape, dtype=first.dtype, name=first.name))
    return Sequential(layers, name=model.name, trainable=model.trainable)


def _clone_functional(model, clone_function, call_function, input_tensors):
    if input_tensors is None:
        inputs = [
            Input(
                batch_shape=x.shape,
                dtype=x.dtype,
                name=x._keras_history.operation.name,
                optional=getattr(x._keras_history.operation, "optional", False),
            )
            for x in model.inputs
        ]
        input_tensors = nest.pack_as(model._inputs_struct, inputs)
    flat = nest.flatten(input_tensors)
    if len(flat) != len(model.inputs):
        raise ValueError(
            f"`input_tensors` must have {len(model.inputs)} tensors, as the model's inputs. "
            f"Received: {input_tensors}"
        )
    copies = {}

    def copy_of(operation):
        if not isinstance(operation, Layer):
            return operation
        if id(operation) not in copies:
            copies[id(operation)] = _clone_layer(operation, clone_function)
        copy = copies[id(operation)]
        if call_function is None:
            return copy
        return lambda *args, **kwargs: call_function(copy, *args, **kwargs)

    outputs = nest.pack_as(model._outputs_struct, model._graph.run(flat, call=copy_of))
    arguments = {"name": model.name, "trainable": model.trainable}
    cls = type(model)
    from .functional import takes_graph_arguments

    if not takes_graph_arguments(cls):
        cls = Functional
    return cls(input_tensors, outputs, **arguments)
