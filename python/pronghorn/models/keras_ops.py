"""Ops in the graph of a functional model, as Keras 3 writes them, and Keras's when they are read.

Keras notes an op as an object of a class ("keras.src.ops.numpy", "Mean") that holds what is fixed
(axis, keepdims) and is called on the tensors: a FunctionOp. A native op that was applied to a
KerasTensor has its row in WRITTEN.
"""

from ..engine import KerasTensor, nest
from ..engine.function_op import FunctionOp, rows
from ..engine.symdim import SymDim
from ..engine.tensor import Tensor

_OPEN_END, _OPEN_START = 2**63 - 1, -(2**63)
_HOME = "keras.src.ops."


def is_keras_op(entry):
    return str(entry.get("module")).startswith(_HOME)


def make(entry):
    """The FunctionOp of an entry of a functional config.

    Raises:
        ValueError: for one that has no function here, or arguments that are unknown.
    """
    from ..ops import image  # noqa: F401  (has rows)

    name = entry["class_name"]
    row = rows.get((entry["module"].removeprefix(_HOME), name))
    if row is None:
        raise ValueError(f"The operation {name} of Keras has no counterpart here yet.")
    config = {k: v for k, v in entry["config"].items() if k not in ("trainable", "dtype_policy")}
    if isinstance(config.get("dtype"), dict):  # of the operation, not an argument
        del config["dtype"]
    config.setdefault("name", entry.get("name"))
    unknown = sorted(config.keys() - {"name", *row.fixed})
    if unknown:
        raise ValueError(
            f"The operation {name} of Keras has arguments that are not known here: {unknown}. "
            f"Known are {row.fixed}."
        )
    return row.from_config(config)


def arguments(operation, args):
    """The args of a node as they were: in files the tuple of an index is a list."""
    if isinstance(operation, FunctionOp) and operation.row.key == ("numpy", "GetItem"):
        return [args[0], *(tuple(key) if isinstance(key, list) else key for key in args[1:])]
    return args


# ---- writing


def written(operation, node):
    """(module, class name, fixed arguments, args, kwargs) of an op in a graph; None where Keras has
    no operation that says it.

    The args may hold KerasTensors.
    """
    if isinstance(operation, FunctionOp):
        return _as_called(operation, node)
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
    return f"{_HOME}{module}", class_name, fixed, args, {}


def _as_called(operation, node):
    row, fixed, kwargs = operation.row, dict(operation.fixed), {}
    for name, value in node.kwargs.items():
        if name in row.fixed and isinstance(value, Tensor):  # which Keras writes in numbers alone
            value = value.numpy()
        (fixed if name in row.fixed and not _symbolic(value) else kwargs)[name] = value
    module, class_name = row.key
    plain = {name: _plain_value(value) for name, value in fixed.items()}
    return f"{_HOME}{module}", class_name, plain, node.args, kwargs


def _symbolic(value):
    return any(isinstance(x, (KerasTensor, SymDim)) for x in nest.flatten(value))


def _plain_value(value):
    """An argument of a config: lists in the place of tuples and arrays."""
    if isinstance(value, (list, tuple)):
        return [_plain_value(x) for x in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _with_sizes(name, inputs, attrs):
    """A reshape to one unknown size is one to -1."""
    if name != "reshape":
        return None
    (shape,) = attrs
    unknown = [s for s in shape if isinstance(s, SymDim) or s == -1]
    if len(unknown) != 1:
        return None
    shape = [-1 if isinstance(s, SymDim) else s for s in shape]
    return f"{_HOME}numpy", "Reshape", {"newshape": shape}, inputs, {}


def _plain(inputs, attrs):
    return {}, inputs


def _reduced(inputs, attrs):
    axes, keepdims = attrs[:2]
    if isinstance(axes, (list, tuple)):
        axes = axes[0] if len(axes) == 1 else list(axes)
    return {"axis": axes, "keepdims": keepdims}, inputs


def _largest(inputs, attrs):
    fixed, args = _reduced(inputs, attrs)
    return {**fixed, "initial": None}, args


def _fixed(*names):
    def arguments(inputs, attrs):
        values = [list(a) if isinstance(a, tuple) else a for a in attrs]
        return dict(zip(names, values)), inputs

    return arguments


def _over_axis(inputs, attrs):
    return {"axis": attrs[0] if attrs else -1}, inputs


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
    **dict(_rows("nn", "softmax log_softmax", _over_axis)),
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
