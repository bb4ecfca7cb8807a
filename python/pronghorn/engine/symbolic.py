"""The symbolic side: KerasTensor, the nodes that connect them, and recorded ops.

A functional model is a graph of Nodes: one per layer call, and one per op applied directly to a
KerasTensor. Nothing here computes; a shape-only pass of the engine gives shapes and dtypes.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from .. import _core
from . import config, nest, tensor
from .keras_tensor import KerasTensor
from .naming import auto_name, check_name
from .node import Node
from .refusal import UnsafeConfig
from .symdim import SymDim, note_asked

if TYPE_CHECKING:
    from typing_extensions import Self


def any_symbolic(structure):
    """Whether a nest holds a KerasTensor or a size of one."""
    for x in nest.flatten(structure):
        if isinstance(x, KerasTensor) or (isinstance(x, SymDim) and x.tensors()):
            return True
    return False


def shape_of(x):
    """The shape with a SymDim for every unknown size; what `ops.shape` returns."""
    known = x if isinstance(x, KerasTensor) else None
    return tuple(SymDim(known, i) if s is None else s for i, s in enumerate(x.shape))


class Operation:
    """Something with a name that can be called on tensors and recorded in Nodes.

    Args:
        name: Name; made from the class name where None.

    Example:

    >>> class Double(Operation):
    ...     call = lambda self, x: 2 * x
    ...     compute_output_spec = lambda self, x: ph.KerasTensor(x.shape, x.dtype)
    >>> Double()(3), Double()(ph.Input((4,))).shape
    (6, (None, 4))
    """

    is_source = False  # whether a node without inputs computes something all the same

    def source_keys(self, node: Any) -> tuple[Any, ...]:
        """Keys of the tensors that a node differentiates by.

        Args:
            node: A Node of this operation.

        Returns:
            A tuple; empty but for sources.
        """
        return ()

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = auto_name(type(self).__name__)
        check_name(name)
        self.name = name
        self._inbound_nodes = []
        self._outbound_refs = []

    def __new__(cls, *args, **kwargs):
        operation = object.__new__(cls)
        operation.__dict__["_init_arguments"] = (args, kwargs)
        return operation

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any_symbolic((args, kwargs)):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Records a call on KerasTensors; returns its symbolic result(s)."""
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, args, kwargs, outputs)
        return outputs

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """What the operation computes; a subclass says it."""
        raise NotImplementedError

    def rematerialized_call(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """The function as it is: a step keeps what its backward pass reads.

        Args:
            fn: The function.
            args, kwargs: What it would be called with; not used.

        Returns:
            `fn`.
        """
        return fn

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The results' shapes and dtypes as KerasTensors, by a run of `call` on shapes alone.

        Raises:
            Exception: What `call` raised, with the hint that shapes could not be found.
        """
        from . import trace

        try:
            return to_keras_tensors(trace.eval_shape(self.call, *args, **kwargs))
        except Exception as error:
            kind = type(self).__name__
            raise type(error)(
                f"Could not automatically infer the output shape / dtype of '{self.name}' (of type "
                f"{kind}). Either `{kind}.call()` is wrong, or `{kind}.compute_output_spec()` has "
                f"to be written. Error encountered:\n\n{error}"
            ) from error

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, where all are plain values.

        Raises:
            NotImplementedError: where they are not; a subclass then writes its own.
        """
        if type(self).get_config is not Operation.get_config:
            return {"name": self.name}
        args, kwargs = self._init_arguments
        signature = inspect.signature(type(self).__init__)
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        config = dict(list(bound.arguments.items())[1:])
        no_place = False  # whether there are arguments without a name
        for name, parameter in signature.parameters.items():
            if parameter.kind is parameter.VAR_KEYWORD:
                config.update(config.pop(name, {}))
            elif parameter.kind is parameter.VAR_POSITIONAL:
                no_place = bool(config.pop(name, ())) or no_place
        kinds = {p.kind for p in signature.parameters.values()}
        if "name" in signature.parameters or inspect.Parameter.VAR_KEYWORD in kinds:
            config["name"] = self.name
        plain = (str, int, float, bool, type(None))
        if no_place or not all(isinstance(x, plain) for x in nest.flatten(config)):
            raise NotImplementedError(
                f"Object {type(self).__name__} was made with arguments that cannot be put into a "
                "config, so it must override `get_config()`."
            )
        return config

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """A new operation from what `get_config` returned.

        Args:
            config: What `get_config` gave: the arguments by name.

        Returns:
            An operation of this class.

        Raises:
            TypeError: Where the config does not make one.
        """
        try:
            return cls(**config)
        except UnsafeConfig:
            raise
        except Exception as error:
            raise TypeError(
                f"Error when deserializing class '{cls.__name__}' using config={config}.\n\n"
                f"Exception encountered: {error}"
            ) from error

    @property
    def _outbound_nodes(self):
        """The nodes that use its outputs."""
        return [node for ref in self._outbound_refs if (node := ref()) is not None]

    def _single(self, what):
        if not self._inbound_nodes:
            raise AttributeError(
                f"The layer {self.name} has never been called and thus has no defined {what}."
            )
        return self._inbound_nodes[0]

    @property
    def input(self) -> Any:
        """The symbolic input(s) of the first call."""
        return _unpack(self._single("input").input_tensors)

    @property
    def output(self) -> Any:
        """The symbolic output(s) of the first call."""
        return _unpack(self._single("output").output_tensors)


def _unpack(tensors):
    return tensors[0] if len(tensors) == 1 else tensors


class RecordedOp(Operation):
    """A native op applied directly to KerasTensors; calling it runs the op."""

    op_name = None

    def call(self, inputs, attrs=()):
        from . import dispatch

        attrs = _unknown_as_minus_one(self.op_name, attrs)
        return dispatch.op(self.op_name)(inputs, attrs)  # type: ignore[arg-type]

    def __call__(self, inputs, attrs=()):
        if any_symbolic((inputs, attrs)):  # another node of this op, of the same name
            return self.record(inputs, attrs)
        return self.call(inputs, attrs)

    def record(self, inputs, attrs=()):
        """Adds a Node of this op, which keeps its name; returns its symbolic result(s)."""
        outputs = _result_of(self.op_name, inputs, attrs)
        Node(self, (tuple(inputs), attrs), {}, outputs)
        return outputs

    def get_config(self):
        return {"name": self.name, "op_name": self.op_name}

    @classmethod
    def from_config(cls, config):
        return recorded_class(config["op_name"])(name=config["name"])

    def __reduce__(self):
        return _operation_again, (self.op_name, self.name, None)


def _operation_again(op_name, name, function):
    """A pickled or copied operation, without its nodes."""
    if op_name is not None:
        return recorded_class(op_name)(name=name)
    operation = RecordedFunction(name)
    operation.function = function
    return operation


class RecordedFunction(Operation):
    """A Python function applied directly to KerasTensors; calling it runs the function."""

    op_name = None  # a name of `functions`, by which configs know it
    function = None

    def __call__(self, *args, **kwargs):
        if any_symbolic((args, kwargs)):
            return self.record(args, kwargs)
        return self.function(*args, **kwargs)

    call = __call__

    def record(self, args, kwargs):
        """Adds a Node of this function; returns its symbolic result(s)."""
        from . import trace

        outputs = to_keras_tensors(trace.eval_shape(self.function, *args, **kwargs))
        Node(self, args, kwargs, outputs)
        return outputs

    def get_config(self):
        if self.op_name is None:
            raise ValueError(
                f"The function '{self.name}' that was applied to a KerasTensor cannot be written "
                "into a config. Put it into the `call` of a Layer to save the model."
            )
        return {"name": self.name, "op_name": self.op_name}

    from_config = RecordedOp.from_config

    def __reduce__(self):
        function = self.function if self.op_name is None else None
        return _operation_again, (self.op_name, self.name, function)


def record_function(function, args, kwargs=None):
    """Records a Python function applied to KerasTensors and returns its symbolic result(s)."""
    operation = RecordedFunction(auto_name(getattr(function, "__name__", "call").strip("_<>")))
    operation.function = function
    return operation.record(args, kwargs or {})


functions = {}  # by name, those that are recorded whole: see `known_by_name`


def takes_sizes(function):
    """Decorator: where an argument is a size of a KerasTensor, the function is one node, so that it
    gets the number when the graph runs."""
    name = function.__name__
    functions[name] = function

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for x in (*args, *kwargs.values()):
            if isinstance(x, (SymDim, tuple, list)) and any(
                isinstance(a, SymDim) and a.tensors() for a in nest.flatten(x)
            ):
                return recorded_class(name)().record(args, kwargs)
        return function(*args, **kwargs)

    return wrapper


def known_by_name(function):
    """Decorator: files of earlier versions know the function's nodes by its name alone."""
    functions[function.__name__] = function
    return function


class RecordedSizes(RecordedOp):
    """Sizes that only the run knows, as a tensor."""

    op_name = "sizes"

    def call(self, inputs, attrs=()):
        return _sizes_tensor(*attrs)

    def record(self, inputs, attrs=()):
        value, dtype = attrs
        shape = (len(value),) if isinstance(value, (list, tuple)) else ()
        outputs = KerasTensor(shape, dtype=dtype)
        Node(self, (tuple(inputs), attrs), {}, outputs)
        return outputs


def _sizes_tensor(value, dtype):
    items = value if isinstance(value, (list, tuple)) else (value,)
    if any(isinstance(x, SymDim) for x in items):
        shape = (len(items),) if items is value else ()
        note_asked()
        return _core.unknown(shape, dtype, "a size that only the run knows")
    return tensor.convert_to_tensor(value, dtype)


def size_tensor(value, dtype=None):
    """A SymDim, or a list of numbers and SymDims, as a (symbolic) tensor.

    dtype is by default int32, or floatx for fractions.
    """
    if isinstance(value, tuple):
        value = tuple(value)  # nests do not look into subclasses
    items = value if isinstance(value, (list, tuple)) else (value,)
    if dtype is None:
        fractions = any(
            x.floating if isinstance(x, SymDim) else isinstance(x, float) for x in items
        )
        dtype = config.floatx() if fractions else "int32"
    dtype = config.standardize_dtype(dtype)
    if any_symbolic(value):
        return RecordedSizes().record((), (value, dtype))
    return _sizes_tensor(value, dtype)


tensor.size_types = (SymDim,)
tensor.size_tensor = size_tensor

_recorded = {"sizes": RecordedSizes}
# What Keras calls ops whose names here are others.
_KERAS_TITLES = {"abs": "Absolute", "concat": "Concatenate", "gather": "Take", "slice": "GetItem"}


def recorded_class(op_name):
    """The class of a recorded op; summaries print its name ("Add", "Matmul")."""
    if op_name not in _recorded:
        title = _KERAS_TITLES.get(op_name) or "".join(map(str.capitalize, op_name.split("_")))
        members = {"op_name": op_name}
        if op_name in functions:
            members["function"] = staticmethod(functions[op_name])
        base = RecordedFunction if op_name in functions else RecordedOp
        _recorded[op_name] = type(title, (base,), members)
    return _recorded[op_name]


def to_keras_tensors(spec):
    """A nest of abstract results as new KerasTensors."""

    def made(x):
        if isinstance(x, SymDim):  # a size that only the run knows
            return KerasTensor((), dtype=config.floatx() if x.floating else "int32")
        return None if x is None else KerasTensor(x.shape, dtype=x.dtype)

    return nest.map_structure(made, spec)


def record_op(op_name, inputs, attrs=()):
    """Records one op applied to KerasTensors and returns its symbolic result(s)."""
    return recorded_class(op_name)().record(inputs, attrs)


# Ops to which -1 is a place from the end, no unknown size.
_WITH_PLACES = ("slice",)


def _unknown_as_minus_one(op_name, attrs):
    if any(isinstance(a, SymDim) for a in nest.flatten(attrs)):
        note_asked()
        if op_name in _WITH_PLACES:
            raise TypeError(f"{op_name}: places that only the run knows give no shape.")
    return nest.map_structure(lambda a: -1 if isinstance(a, SymDim) else a, attrs)


def _result_of(op_name, inputs, attrs):
    from . import dispatch, trace

    function = dispatch.op(op_name)
    symbolic = [x for x in inputs if isinstance(x, KerasTensor)]

    def run(attrs, *tensors):
        given = iter(tensors)
        return function(
            tuple(next(given) if isinstance(x, KerasTensor) else x for x in inputs),
            _unknown_as_minus_one(op_name, attrs),
        )

    if any_symbolic(attrs):
        return to_keras_tensors(trace.eval_shape(run, attrs, *symbolic))
    return to_keras_tensors(trace.eval_shape(lambda *tensors: run(attrs, *tensors), *symbolic))
