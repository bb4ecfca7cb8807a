"""clone_model: the same architecture with new weights."""

from __future__ import annotations

import functools
from typing import Any

from ..engine import KerasTensor, nest
from ..engine.symbolic import Operation
from ..layers.base import Layer
from ..layers.input_layer import Input, InputLayer
from .functional import Functional, takes_graph_arguments
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
        clone_function: Maps each layer, and each op of the graph, to its copy;
            `from_config(get_config())` by default.
        call_function: `f(layer, *args, **kwargs)` that calls a copy, for functional models.
        recursive: Whether models inside are taken apart with both functions too.

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
    copies = kwargs.pop("cache", None)
    if kwargs:
        raise ValueError(f"Unexpected keyword argument(s): {tuple(kwargs)}")
    if isinstance(model, (Functional, Sequential)):
        copies = {} if copies is None else copies
        clone = _Cloner(clone_function, call_function, recursive, copies)(model, input_tensors)
    elif clone_function is not None or input_tensors is not None or call_function is not None:
        raise ValueError(
            "Arguments `clone_function`, `input_tensors` and `call_function` are only supported "
            "for Sequential and functional models. Received a model of type "
            f"'{type(model).__name__}', with clone_function={clone_function}, "
            f"input_tensors={input_tensors} and call_function={call_function}"
        )
    else:
        clone = _again(model)
    if model.compiled and not clone.compiled:
        config = model.get_compile_config()
        if config:
            clone.compile_from_config(config)
    return clone


def _copy(layer):
    return type(layer).from_config(layer.get_config())


def _again(model):
    """A model of the user's own class by its config, built where it was."""
    from ..serialization import deserialize_keras_object, serialize_keras_object

    cls = type(model)
    config = serialize_keras_object(model)
    return deserialize_keras_object(config, custom_objects={cls.__name__: cls})


class _Cloner:
    """Makes models of copies of layers, one copy a layer however often it is used.

    Args:
        function: Maps a layer to its copy, or None.
        call: `f(copy, *args, **kwargs)` in place of a call of the copy, or None.
        recursive: Whether models inside are taken apart too.
        copies: Dict of the copies by the id of the original.
    """

    def __init__(self, function, call, recursive, copies):
        self.function = function or _copy
        self.call = call
        self.recursive = recursive
        self.copies = copies

    def __call__(self, model, input_tensors=None):
        if isinstance(model, Functional):
            return self._functional(model, input_tensors)
        return self._sequential(model, input_tensors)

    def _copy_of(self, operation):
        if isinstance(operation, InputLayer):
            return operation
        if id(operation) not in self.copies:
            self.copies[id(operation)] = self._made(operation)
        return self.copies[id(operation)]

    def _made(self, operation):
        if self.recursive and isinstance(operation, (Functional, Sequential)):
            return clone_model(
                operation,
                clone_function=self.function,
                call_function=self.call if isinstance(operation, Functional) else None,
                recursive=True,
                cache=self.copies,
            )
        if not isinstance(operation, Layer) and not _has_config(operation):
            return operation  # a function without a name; it has no state
        new = self.function(operation)
        if not isinstance(new, Layer if isinstance(operation, Layer) else Operation):
            raise ValueError(
                "When providing a `clone_function` to `clone_model`, it must return a Layer, or "
                f"for an op an op. Received: {new} (of type {type(new)}) for {operation}"
            )
        return new

    def _sequential(self, model, input_tensors):
        if self.call is not None:
            raise ValueError(
                "`call_function` argument is not supported with Sequential models. In a Sequential "
                "model, layers aren't called at model-construction time (they're merely listed)."
            )
        layers = [self._copy_of(layer) for layer in model.layers]
        first = model._layers[0] if model._functional is not None else None
        first = first if isinstance(first, InputLayer) else None  # a model of several inputs
        if input_tensors is not None:
            flat = _flat_tensors(input_tensors)
            if len(flat) != 1:
                raise ValueError(
                    "Argument `input_tensors` must contain a single tensor. "
                    f"Received: {input_tensors}"
                )
            layers.insert(0, Input(tensor=flat[0], name=first.name if first else None))
        elif first is not None:
            shape, optional = first.batch_shape, getattr(first, "optional", False)
            layers.insert(
                0, Input(batch_shape=shape, dtype=first.dtype, name=first.name, optional=optional)
            )
        return Sequential(layers, name=model.name, trainable=model.trainable)

    def _functional(self, model, input_tensors):
        flat = [_same_input(x) for x in model.inputs]
        if input_tensors is not None:
            flat = _flat_tensors(input_tensors)
            if len(flat) != len(model.inputs) or _other_names(model._inputs_struct, input_tensors):
                wanted = nest.map_structure(lambda x: x.name, model._inputs_struct)
                raise ValueError(
                    "`input_tensors` must have the same structure as `model.input`: "
                    f"{len(model.inputs)} tensors, as in {wanted}. Received: {input_tensors}"
                )
        inputs = nest.pack_as(model._inputs_struct, flat)

        def call_in_place_of(operation):
            copy = self._copy_of(operation)
            return copy if self.call is None else functools.partial(self.call, copy)

        results = model._graph.run(flat, call=call_in_place_of)
        cls = type(model) if takes_graph_arguments(type(model)) else Functional
        return cls(inputs, nest.pack_as(model._outputs_struct, results), name=model.name)


def _same_input(x):
    optional = getattr(x._keras_history.operation, "optional", False)
    return Input(batch_shape=x.shape, dtype=x.dtype, name=x.name, optional=optional)


def _other_names(struct, given):
    """Whether one of the two is a dict whose names the other does not have."""
    if isinstance(struct, dict) and isinstance(given, dict):
        return set(struct) != set(given)
    return isinstance(struct, dict) != isinstance(given, dict) and nest.is_nested(given)


def _flat_tensors(given):
    flat = nest.flatten(given)
    for x in flat:
        if not isinstance(x, KerasTensor):
            raise ValueError(
                "All entries in `input_tensors` must be a KerasTensor, as `Input` makes them. "
                f"Received: {x!r}"
            )
    return flat


def _has_config(operation):
    try:
        operation.get_config()
    except (ValueError, NotImplementedError):
        return False
    return True
