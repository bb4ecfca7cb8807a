"""Ops in the graph of a functional model, as Keras 3 writes them, and Keras's when they are read.

Keras notes an op as an object of a class ("keras.src.ops.numpy", "Mean") that holds what is fixed
(axis, keepdims) and is called on the tensors. A native op that was applied to a KerasTensor has its
row in WRITTEN; what is read becomes a KerasOp, which calls the function of `ops` of that name.
"""

from ..engine import nest
from ..engine.naming import to_snake_case
from ..engine.symbolic import Node, Operation, any_symbolic, to_keras_tensors
from ..engine.symdim import SymDim

_OPEN_END, _OPEN_START = 2**63 - 1, -(2**63)


class KerasOp(Operation):
    """One of Keras's operations: a function of `ops` with fixed keyword arguments.

    Args:
        module, class_name: What Keras calls it.
        config: "name" and the fixed arguments.
    """

    def __init__(self, module, class_name, config):
        config = dict(config)
        super().__init__(config.pop("name", None) or to_snake_case(class_name))
        self.fixed = {k: v for k, v in config.items() if k not in ("trainable", "dtype_policy")}
        if class_name != "Cast" and class_name != "OneHot" and "dtype" in self.fixed:
            if isinstance(self.fixed["dtype"], dict):  # of the operation, not an argument
                self.fixed.pop("dtype")
        self._function = _function(class_name)

    def call(self, *args, **kwargs):
        return self._function(*args, **kwargs, **self.fixed)

    def __call__(self, *args, **kwargs):
        if not any_symbolic((args, kwargs)):
            return self.call(*args, **kwargs)
        from ..engine import trace

        outputs = to_keras_tensors(trace.eval_shape(self.call, *args, **kwargs))
        Node(self, args, kwargs, outputs)
        return outputs

    def get_config(self):
        return {"name": self.name, **self.fixed}

    @classmethod
    def from_config(cls, config):
        return cls(cls.module, cls.__name__, config)


def is_keras_op(entry):
    return str(entry.get("module")).startswith("keras.src.ops.")


def make(entry):
    """The KerasOp of an entry of a functional config.

    Raises:
        ValueError: for one that has no function here.
    """
    name = entry["class_name"]
    cls = type(name, (KerasOp,), {"module": entry["module"]})  # summaries print the class
    return cls(entry["module"], name, entry["config"])


def _function(class_name):
    from .. import ops

    if class_name == "GetItem":
        return lambda x, key: x[_key(key)]
    if class_name == "Max" or class_name == "Min":
        function = getattr(ops, class_name.lower())
        return lambda x, initial=None, **kw: function(x, **_given(initial=initial), **kw)
    if class_name == "Pad":
        return lambda x, constant_values=None, **kw: ops.pad(
            x, **_given(constant_values=constant_values), **kw
        )
    found = getattr(ops, to_snake_case(class_name), None)
    if found is None or class_name.startswith("_"):
        raise ValueError(f"The operation {class_name} of Keras has no counterpart here yet.")
    return found


def _given(**kwargs):
    return {k: v for k, v in kwargs.items() if v is not None}


def _key(key):
    return tuple(key) if isinstance(key, list) else key


# ---- writing


def written(operation, node):
    """(module, class name, fixed arguments, args, kwargs) of an op in a graph; None where Keras has
    no operation that says it.

    The args may hold KerasTensors.
    """
    if isinstance(operation, KerasOp):
        return operation.module, type(operation).__name__, operation.fixed, node.args, node.kwargs
    row = WRITTEN.get(getattr(operation, "op_name", None))
    if row is None:
        return None
    inputs, attrs = node.args
    if any(isinstance(a, SymDim) for a in nest.flatten(attrs)):
        return _with_sizes(operation.op_name, inputs, attrs)
    module, class_name, arguments = row
    found = arguments(inputs, attrs)
    if found is None:
        return None
    fixed, args = found
    return f"keras.src.ops.{module}", class_name, fixed, args, {}


def _with_sizes(name, inputs, attrs):
    """A reshape to one unknown size is one to -1."""
    if name != "reshape":
        return None
    (shape,) = attrs
    unknown = [s for s in shape if isinstance(s, SymDim) or s == -1]
    if len(unknown) != 1:
        return None
    shape = [-1 if isinstance(s, SymDim) else s for s in shape]
    return "keras.src.ops.numpy", "Reshape", {"newshape": shape}, inputs, {}


def _plain(inputs, attrs):
    return {}, inputs


def _reduced(inputs, attrs):
    axes, keepdims = attrs[:2]
    axes = list(axes) if isinstance(axes, (list, tuple)) else axes
    return {"axis": axes, "keepdims": keepdims}, inputs


def _largest(inputs, attrs):
    fixed, args = _reduced(inputs, attrs)
    return {**fixed, "initial": None}, args


def _fixed(*names):
    def arguments(inputs, attrs):
        values = [list(a) if isinstance(a, tuple) else a for a in attrs]
        return dict(zip(names, values)), inputs

    return arguments


def _running(inputs, attrs):
    axis, backwards = attrs
    return None if backwards else ({"axis": axis}, inputs)


def _joined(inputs, attrs):
    return {"axis": attrs[0]}, (list(inputs),)


def _product(inputs, attrs):
    return None if any(attrs[:2]) else ({}, inputs)


def _part(inputs, attrs):
    begin, end, step = attrs
    key = [
        slice(
            None if b in (0, _OPEN_START) and s > 0 or b == _OPEN_END and s < 0 else b,
            None if e in (_OPEN_END, _OPEN_START) else e,
            None if s == 1 else s,
        )
        for b, e, s in zip(begin, end, step)
    ]
    return {}, (inputs[0], key)


def _padded(inputs, attrs):
    low, high, value = attrs
    width = [[a, b] for a, b in zip(low, high)]
    if value:
        return None
    return {"pad_width": width, "mode": "constant"}, inputs


def _looked_up(inputs, attrs):
    return {"axis": attrs[0]}, inputs


def _hot(inputs, attrs):
    classes, axis, dtype = attrs
    return {"num_classes": classes, "axis": axis, "dtype": dtype, "sparse": False}, inputs


def _rows(module, names, arguments=_plain):
    """Rows of ops whose class is called as they are."""
    for name in names.split():
        title = "".join(part.capitalize() for part in name.split("_"))
        yield name, (module, title, arguments)


# Native op -> (module below keras.src.ops, class, function from inputs and attributes).
WRITTEN = {
    **dict(_rows("numpy", "add subtract multiply divide floor_divide mod power minimum maximum")),
    **dict(_rows("numpy", "equal not_equal greater greater_equal less less_equal")),
    **dict(_rows("numpy", "logical_and logical_or logical_xor logical_not where")),
    **dict(_rows("numpy", "negative sign square floor ceil exp expm1 log log1p sqrt sin cos tanh")),
    **dict(_rows("numpy", "isfinite isinf isnan reciprocal round cbrt log2 log10 i0")),
    **dict(_rows("numpy", "tan arccos arcsin arctan arctan2 cosh sinh arccosh arcsinh arctanh")),
    **dict(_rows("numpy", "bitwise_and bitwise_or bitwise_xor bitwise_not left_shift right_shift")),
    **dict(_rows("numpy", "gcd lcm nextafter")),
    **dict(_rows("numpy", "cumsum cumprod", _running)),
    **dict(_rows("math", "rsqrt erf erfinv")),
    **dict(_rows("nn", "relu relu6 sigmoid softplus")),
    **dict(_rows("nn", "softmax log_softmax", _fixed("axis"))),
    **dict(_rows("core", "stop_gradient")),
    **dict(_rows("numpy", "sum mean prod any all argmax argmin", _reduced)),
    **dict(_rows("numpy", "max min", _largest)),
    "abs": ("numpy", "Absolute", _plain),
    "reshape": ("numpy", "Reshape", _fixed("newshape")),
    "transpose": ("numpy", "Transpose", _fixed("axes")),
    "broadcast_to": ("numpy", "BroadcastTo", _fixed("shape")),
    "concat": ("numpy", "Concatenate", _joined),
    "slice": ("numpy", "GetItem", _part),
    "pad": ("numpy", "Pad", _padded),
    "gather": ("numpy", "Take", _looked_up),
    "matmul": ("numpy", "Matmul", _product),
    "cast": ("core", "Cast", _fixed("dtype")),
    "one_hot": ("nn", "OneHot", _hot),
}
