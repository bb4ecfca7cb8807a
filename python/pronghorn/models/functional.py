"""Functional: a model made of the graph between symbolic inputs and outputs."""

from __future__ import annotations

import functools
import inspect
import warnings
import weakref
from typing import Any

from ..engine import KerasTensor, Tensor, convert_to_tensor, nest
from ..engine.call_context import call_context
from ..engine.met import remembered
from ..engine.tracebacks import warn_user
from ..layers.base import Layer
from ..layers.copies import layer_again
from ..layers.input_spec import InputSpec
from ..layers.masking import get_keras_mask, set_keras_mask
from .ends import Ends, TakesSymbolicEnds
from .graph import Graph, from_intermediate, is_input
from .host_part import HostPart, Staged
from .model import Model, Trainer, make_functional
from .nested import as_input, lists_of_text, needs_host, output_spec, trains_on_text
from .record import GraphRecord


class Functional(TakesSymbolicEnds, Model):
    """A model of the layers between `inputs` and `outputs`; made by `Model(inputs, outputs)`.

    Args:
        inputs, outputs: KerasTensors, or dicts, lists or tuples of them. Inputs that are no `Input`
            are replaced by new ones, so that a part of another model can be cut out.
        name: Name.
        trainable: Whether training may change the weights.

    Raises:
        ValueError: for what is no KerasTensor, or outputs that do not depend on the inputs.

    Example:

    >>> x = layers.Input((3,))
    >>> model = models.Model(x, layers.Dense(2)(x))
    >>> type(model).__name__, model.output_shape
    ('Functional', (None, 2))
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        trainable = kwargs.pop("trainable", None)
        for what, structure in (("inputs", inputs), ("outputs", outputs)):
            for x in nest.flatten(structure):
                if not isinstance(x, KerasTensor):
                    raise ValueError(
                        f"All `{what}` values must be KerasTensors. Received: "
                        f"{what}={structure} including invalid value {x} of type {type(x)}"
                    )
        if isinstance(inputs, dict):
            for key, x in inputs.items():
                if isinstance(x, KerasTensor) and key != x.name:
                    warnings.warn(
                        "When providing `inputs` as a dict, all keys in the dict must match the "
                        f"names of the corresponding tensors. Received key '{key}' mapping to "
                        f"value {x} which has name '{x.name}'. Change the tensor name to '{key}' "
                        f"(via `Input(..., name='{key}')`)",
                        stacklevel=2,
                    )
        if not all(is_input(x) for x in nest.flatten(inputs)):
            inputs, outputs = from_intermediate(inputs, outputs)
        if "_loss_tracker" not in self.__dict__:
            Trainer.__init__(self)
        Layer.__init__(self, name=name, **kwargs)
        paths = [".".join(map(str, path)) for path, _ in nest.flatten_with_path(outputs)]
        graph = Graph(nest.flatten(inputs), nest.flatten(outputs), paths)
        self.__dict__.update(
            _graph=graph,
            _inputs_struct=nest.map_structure(lambda x: x, inputs),
            _outputs_struct=nest.map_structure(lambda x: x, outputs),
            _manual_input_spec=None,
            _cached_input_spec=None,
            _convert_input_args=False,
            _allow_non_tensor_positional_args=True,
            output_names=[x._keras_history.operation.name for x in graph.outputs],
            built=True,
        )
        self._layers.extend(self.layers)
        if trainable is not None:  # the model's own switch; the layers keep theirs
            self.__dict__["_trainable"] = trainable

    def _obj_type(self):
        return "Functional"

    def __reduce_ex__(self, protocol):
        return _functional_again, (type(self), self.name), self.__getstate__()

    def _portable_state(self):
        state = super()._portable_state()
        state.pop("_host", None)
        state.pop("_stage", None)
        inputs, outputs = state.pop("_inputs_struct"), state.pop("_outputs_struct")
        ends = state.pop("_symbolic_ends", None)
        if ends is None:
            state["_graph"] = GraphRecord(self._graph, inputs, outputs)
        else:
            state["_graph"] = GraphRecord(ends.graph, inputs, (outputs, ends.tensors))
            state["_uses_of_ends"] = ends.uses
        state["_cached_input_spec"] = None
        return state

    def __setstate__(self, state):
        state = dict(state)
        record = state.pop("_graph")
        uses = state.pop("_uses_of_ends", None)
        super().__setstate__(state)
        graph, inputs, outputs = record.again()
        if uses is not None:
            outputs, tensors = outputs
            graph = Graph(nest.flatten(inputs), nest.flatten(outputs))
            self.__dict__["_symbolic_ends"] = Ends(graph.inputs, graph.outputs, tensors, uses)
        self.__dict__.update(_graph=graph, _inputs_struct=inputs, _outputs_struct=outputs)

    def _lock_state(self):
        """Layers may be added after the graph is made."""

    def build(self, input_shape: Any) -> None:
        """Nothing to do: the layers were built as they were called."""

    # What the graph is.

    @property
    def layers(self) -> list[Any]:
        return [operation for operation in self._graph.operations if isinstance(operation, Layer)]

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "`Model.layers` attribute is reserved and should not be used. Please use another name."
        )

    @property
    def operations(self) -> list[Any]:
        """Layers and recorded ops, from the inputs on."""
        return list(self._graph.operations)

    @property
    def _operations(self):
        return self._graph.operations

    @property
    def _nodes_by_depth(self):
        return self._graph.nodes_by_depth

    @property
    def inputs(self) -> list[Any]:
        """Flat list of the symbolic inputs."""
        return list(self._graph.inputs)

    @property
    def outputs(self) -> list[Any]:
        """Flat list of the symbolic outputs."""
        return list(self._graph.outputs)

    @property
    def input(self) -> Any:
        return self._inputs_struct

    @property
    def output(self) -> Any:
        return self._outputs_struct

    @property
    def input_names(self) -> list[Any]:
        """Names of the Inputs, a list in their flat order."""
        return [x._keras_history.operation.name for x in self._graph.inputs]

    @property
    def input_shape(self) -> Any:
        return _single([x.shape for x in self._graph.inputs])

    @property
    def output_shape(self) -> Any:
        return _single([x.shape for x in self._graph.outputs])

    @property
    def input_spec(self) -> Any:
        """What the inputs have to be, a list of InputSpec, one an Input; it may be set."""
        if self._manual_input_spec is not None:
            return self._manual_input_spec
        if self._cached_input_spec is None:
            self.__dict__["_cached_input_spec"] = self._make_input_spec()
        return self._cached_input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self.__dict__["_manual_input_spec"] = value

    def _make_input_spec(self):
        names = self.input_names
        if isinstance(self._inputs_struct, dict):
            names = nest.keys(self._inputs_struct)
            if any(not isinstance(x, KerasTensor) for x in self._inputs_struct.values()):
                return None
        return [
            InputSpec(
                shape=(None, *x.shape[1:]) if x.shape else (),
                allow_last_axis_squeeze=True,
                name=name,
                optional=getattr(x._keras_history.operation, "optional", False),
            )
            for x, name in zip(self._graph.inputs, names)
        ]

    def _assert_input_compatibility(self, inputs):
        if type(inputs) is Staged:
            return
        inputs = self._flat(inputs)
        for x, expected in zip(inputs, self._graph.inputs):
            if x is None:
                _check_optional(expected)
        super()._assert_input_compatibility(inputs)

    # Running.

    def _input_keys(self):
        struct = self._inputs_struct
        return nest.keys(struct) if isinstance(struct, dict) else self.input_names

    def _host_part(self, x):
        """A function from inputs to `Staged`, for graphs with text or layers that need the host."""
        state = self.__dict__
        if "_stage" not in state:
            state["_stage"] = None
            if self._needs_host() and not self._runs_text_eagerly():
                part = state["_host"] = HostPart(self._graph, self.name)
                standardize = functools.partial(Functional._standardize_inputs, weakref.proxy(self))  # type: ignore[arg-type]
                state["_stage"] = lambda x: part.run(standardize(x))
        return state["_stage"]

    def _needs_host(self):
        state = self.__dict__
        if "_on_host" not in state:
            state["_on_host"] = needs_host(self._graph)
        return state["_on_host"]

    def _runs_text_eagerly(self):
        if type(self).call is not Functional.call:
            return True
        return self._needs_host() and trains_on_text(self._graph)

    def _called_model(self):
        """The functional model whose graph a call runs; None where a subclass says otherwise."""
        return self if type(self).call is Functional.call else None

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        if self._needs_host() and self._called_model() is self:
            inputs = kwargs["inputs"] if "inputs" in kwargs else args[0]
            results = output_spec(self, inputs)
            return _single_output(nest.pack_as(self._outputs_struct, results))
        return super().compute_output_spec(*args, **kwargs)

    def call(
        self, inputs: Any, training: bool | None = None, mask: Any = None, **kwargs: Any
    ) -> Any:
        ends = self.__dict__.get("_symbolic_ends")
        graph = self._graph if ends is None else ends.graph
        if type(inputs) is Staged:
            graph, values = self._host.device, inputs
        else:
            values = self._standardize_inputs(inputs)
        if mask is not None:
            for x, m in zip(values, nest.flatten(mask)):
                if m is not None:
                    set_keras_mask(x, m)
        outer = call_context.entry, call_context.training
        try:
            if outer[0] is None:
                call_context.entry = self
            if training is not None:
                call_context.training = training
            known = remembered(self)
            results = graph.run(values, training=training, known=known)
        finally:
            call_context.entry, call_context.training = outer
        if ends is not None:
            results = ends.take(self, results)
        if known is not None:  # losses of Keras 2 ask what made the outputs
            for x, y in zip(self._graph.outputs, results):
                if isinstance(y, Tensor):
                    y._keras_history = x._keras_history
        return _single_output(nest.pack_as(self._outputs_struct, results))

    def _flat(self, inputs):
        """The inputs as a flat list in the graph's order: by key or name for dicts."""
        struct = self._inputs_struct
        if isinstance(inputs, dict):
            by_key = isinstance(struct, dict)
            if by_key and not all(isinstance(x, KerasTensor) for x in struct.values()):
                return [leaf for key in nest.keys(struct) for leaf in nest.flatten(inputs[key])]
            names = nest.keys(struct) if by_key else self.input_names
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(
                    f"Model '{self.name}': missing data for input \"{missing[0]}\". You passed a "
                    f"data dictionary with keys {list(inputs)}. Expected the keys: {names}"
                )
            given = [inputs[name] for name in names]
            return lists_of_text(given, self._graph.inputs) or given
        flat = nest.flatten(inputs)
        if len(flat) and type(flat[-1]) in (str, bytes) or len(flat) != len(self._graph.inputs):
            given = [inputs] if len(self._graph.inputs) == 1 else inputs
            texts = lists_of_text(given, self._graph.inputs)
            if texts is not None:
                return texts
        if len(flat) != len(self._graph.inputs):
            keys = f" named input(s) with keys {list(struct)}" if isinstance(struct, dict) else ""
            raise ValueError(
                f'Layer "{self.name}" expects {len(self._graph.inputs)}{keys or " input(s)"}, but '
                f"it received {len(flat)} input tensors. Expected: {self.input_names}. Inputs "
                f"received: {[getattr(x, 'shape', x) for x in flat]}"
            )
        return flat

    def _check_structure(self, inputs):
        """Warns of inputs in another structure than the model's dict; their order may be another.

        Raises:
            ValueError: Where it is: for a list in place of a dict whose keys are not sorted.
        """
        struct = self._inputs_struct
        if isinstance(inputs, dict) and len(inputs) == len(struct):
            return
        if len(struct) == 1 and not nest.is_nested(inputs):
            return  # there is only one order
        message = (
            "The structure of `inputs` doesn't match the expected structure.\n"
            f"Expected: {nest.map_structure(lambda x: x.name, struct)}\n"
            f"Received: inputs={nest.map_structure(lambda x: getattr(x, 'shape', x), inputs)}"
        )
        if not isinstance(inputs, dict) and list(struct) != nest.keys(struct):
            raise ValueError(
                f"{message}\nA list would be taken in the order of the sorted keys; pass a dict."
            )
        if not call_context.symbolic:
            warn_user(message)

    def _standardize_inputs(self, inputs):
        if isinstance(self._inputs_struct, dict):
            self._check_structure(inputs)
        values = []
        for x, expected in zip(self._flat(inputs), self._graph.inputs):
            if type(x) is not Tensor or x.dtype != expected.dtype or x.ndim != len(expected.shape):
                x = self._standardize_input(x, expected)
            values.append(x)
        return values

    def _standardize_input(self, x, expected):
        if x is None:
            _check_optional(expected)
            return None
        if not isinstance(x, (Tensor, KerasTensor)) and expected.dtype == "string":
            return as_input(x, expected)
        if not isinstance(x, (Tensor, KerasTensor)) or x.dtype != expected.dtype:
            x = self._converted(x, expected.dtype)
        return self._adjust_rank(x, expected)

    @staticmethod
    def _converted(x, dtype):
        mask = get_keras_mask(x)
        if isinstance(x, KerasTensor):
            from .. import ops

            x = ops.cast(x, dtype)
        else:
            x = convert_to_tensor(x, dtype=dtype)
        if mask is not None:
            set_keras_mask(x, mask)
        return x

    def _adjust_rank(self, x, expected):
        """A last axis of size 1 may be missing or extra; extra may be another one of size 1 too."""
        rank, wanted = len(x.shape), len(expected.shape)
        if rank == wanted:
            return x
        from .. import ops

        mask = get_keras_mask(x)
        if rank == wanted + 1 and x.shape[-1] == 1:
            y = ops.squeeze(x, axis=-1)
        elif (extra := _extra_axis(x.shape, expected.shape)) is not None:
            y = ops.squeeze(x, axis=extra)
        elif rank == wanted - 1 and expected.shape[-1] == 1:
            y = ops.expand_dims(x, axis=-1)
        else:
            batch_is_missing = tuple(x.shape) == tuple(expected.shape[1:])
            paths = nest.flatten_with_path(self._inputs_struct)
            path = next((path for path, x in paths if x is expected), ())
            raise ValueError(
                f"Invalid input shape for the input with name '{expected.name}' and path "
                f"'{'.'.join(map(str, path))}' of model '{self.name}'. Expected shape "
                f"{expected.shape}, but input has incompatible shape {x.shape}"
                + (". A single sample is a batch of one: pass `x[None]`" * batch_is_missing)
            )
        if mask is not None:
            set_keras_mask(y, mask)
        return y

    # Configs.

    def get_build_config(self) -> dict[Any, Any]:
        return {"input_shape": None}  # built by its graph

    def get_config(self) -> dict[str, Any]:
        if not takes_graph_arguments(type(self)):
            return Model.get_config(self)
        from .functional_config import get_functional_config

        return get_functional_config(self)


def _extra_axis(shape, expected):
    """The inner axis of size 1 without which the shape is the expected one, or None."""
    for axis in range(1, len(shape) - 1):
        rest = (*shape[:axis], *shape[axis + 1 :])
        if shape[axis] == 1 and len(rest) == len(expected):
            if all(a is None or b is None or a == b for a, b in zip(rest, expected)):
                return axis
    return None


def _check_optional(expected):
    if not getattr(expected._keras_history.operation, "optional", False):
        raise ValueError(
            f"The input '{expected.name}' is not optional, but None was passed. Please provide a "
            "valid tensor."
        )


def _single(items):
    return items[0] if len(items) == 1 else items


def _single_output(x):
    return x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x


def _functional_again(cls, name):
    """An empty model of a class whose instances are made of graphs, for a pickle to fill."""
    make_functional(cls)
    return layer_again(cls, name)


def takes_graph_arguments(cls):
    """Whether a class can be made from inputs, outputs and a name."""
    if cls.__init__ in (Functional.__init__, Model.__init__):
        return True
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    kinds = {p.kind for p in parameters}
    if inspect.Parameter.VAR_POSITIONAL in kinds and inspect.Parameter.VAR_KEYWORD in kinds:
        return True
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    return names == ["inputs", "outputs", "name"]


def functional_from_config(cls, config, custom_objects=None):
    from .functional_config import make_from_config

    return make_from_config(cls, config, custom_objects)
