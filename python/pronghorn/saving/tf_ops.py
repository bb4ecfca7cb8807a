"""Functions of TensorFlow in functional models of Keras 2: `x + y`, `x[:, 0]`, `tf.reduce_mean(x)`.

Keras 2.4 and later note them as layers TFOpLambda and SlicingOpLambda with the function's name,
2.1 to 2.3 as TensorFlowOpLayer with the operation's. Their calls become those of functions of
`ops`, which today's files can hold; the layers themselves are gone then.
"""

import json
import operator
from types import SimpleNamespace
from typing import Any

from ..engine import KerasTensor, nest
from ..engine.function_op import as_node
from ..layers.base import Layer
from ..serialization import get_registered_object


class Translated:
    """What a functional config calls in place of such a layer.

    Args:
        config: The layer's.

    Raises:
        ValueError: for a function that has no counterpart.
    """

    def __init__(self, config):
        self.name = config["name"]
        self._inbound_nodes = []
        if "node_def" in config:
            self._function = _of_node(config)
        else:
            self._function = _of_name(config["function"])

    def __call__(self, *args, **kwargs):
        args, kwargs = _revived(args), _revived(kwargs)
        kwargs.pop("name", None)
        outputs = self._function(*args, **kwargs)
        self._name_parts(outputs, args, kwargs)
        # a shape is one tensor there and a tuple of numbers here
        flat = nest.flatten(outputs) if _holds_tensor(outputs) else [outputs]
        self._inbound_nodes.append(SimpleNamespace(is_input=False, outputs=flat))
        return outputs

    def _name_parts(self, outputs, args, kwargs):
        """Names the new operations after the layer: others of the file may be called `add`."""
        known = {id(x) for x in nest.flatten((args, kwargs))}
        waiting, count = list(nest.flatten(outputs)), 0
        name = f"{self.name.replace('.', '_')}_{len(self._inbound_nodes)}"
        while waiting:
            x = waiting.pop()
            if not isinstance(x, KerasTensor) or id(x) in known:
                continue
            known.add(id(x))
            operation, index, _ = x._keras_history
            if not isinstance(operation, Layer):
                operation.name = f"{name}_{count}"
                count += 1
            node = operation._inbound_nodes[index]
            waiting.extend(nest.flatten((node.args, node.kwargs)))


def _of_name(name):
    given = get_registered_object(f"tf.{name}")
    if given is not None:
        return given
    short = name.removeprefix("compat.v1.")
    for prefix in ("", "math.", "nn.", "linalg.", "keras.backend.", "keras.activations."):
        if short.startswith(prefix) and short[len(prefix) :] in TABLE:
            return TABLE[short[len(prefix) :]]
    raise ValueError(
        f"The model calls tf.{name}, which has no counterpart here yet. Give a function that does "
        f"the same: custom_objects={{'tf.{name}': function}}."
    )


def _of_node(config):
    """The function of a TensorFlowOpLayer, whose inputs may be constants of the config."""
    node = config["node_def"]
    try:
        node = json.loads(node) if isinstance(node, str) else node
        operation, attributes = node["op"], node.get("attr", {})
    except (ValueError, LookupError, TypeError):
        raise ValueError(f"Layer {config['name']!r} holds no readable `node_def`.") from None
    constants = {int(place): value for place, value in config.get("constants", {}).items()}
    if operation not in NODES:
        raise ValueError(
            f"Layer {config['name']!r} is TensorFlow's operation {operation}, which has no "
            "counterpart here yet."
        )

    def call(tensors):
        tensors = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        waiting = iter(tensors)
        count = len(tensors) + len(constants)
        inputs = [constants[i] if i in constants else next(waiting) for i in range(count)]
        return NODES[operation](attributes, *inputs)

    return call


def _revived(x):
    """With slices, tuples and Ellipsis for what stands for them."""
    if isinstance(x, dict):
        if set(x) == {"start", "stop", "step"}:
            return slice(*(_revived(x[key]) for key in ("start", "stop", "step")))
        kind = x.get("class_name")
        if kind == "__ellipsis__":
            return Ellipsis
        if kind in ("__tuple__", "TensorShape") and "items" in x:
            return tuple(_revived(v) for v in x["items"])
        return {key: _revived(value) for key, value in x.items()}
    return type(x)(_revived(v) for v in x) if type(x) in (list, tuple) else x


def _holds_tensor(x):
    return any(isinstance(leaf, KerasTensor) for leaf in nest.flatten(x))


def _ops():
    from .. import ops

    return ops


_OF_NUMBERS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul,
    "floor_divide": operator.floordiv,
}  # fmt: skip


def _named(name):
    """A function of `ops` of one or two operands, which TensorFlow calls x and y."""

    def call(x, y=None, **_):
        if name in _OF_NUMBERS and not _holds_tensor((x, y)):  # parts of a shape
            return _OF_NUMBERS[name](x, y)
        function = getattr(_ops(), name)
        return function(x) if y is None else function(x, y)

    return call


def _reduced(name):
    def call(x, axis=None, keepdims=False, **old):
        axis = old.get("reduction_indices", axis)
        keepdims = old.get("keep_dims", keepdims) or False
        return getattr(_ops(), name)(x, axis=axis, keepdims=keepdims)

    return call


def _place(name):
    def call(x, axis=None, output_type="int64", dimension=None, **_):
        axis = 0 if axis is None and dimension is None else dimension if axis is None else axis
        return _ops().cast(getattr(_ops(), name)(x, axis=axis), _dtype(output_type))

    return call


def _dtype(x):
    return x if isinstance(x, str) else getattr(x, "name", str(x))


def _matmul(a, b, transpose_a=False, transpose_b=False, **_):
    ops = _ops()
    a, b = (ops.swapaxes(x, -1, -2) if t else x for x, t in ((a, transpose_a), (b, transpose_b)))
    return ops.matmul(a, b)


def _split(x, num_or_size_splits, axis=0, **_):
    parts = num_or_size_splits
    if isinstance(parts, (list, tuple)):
        ends = [sum(parts[: i + 1]) for i in range(len(parts) - 1)]
        return _ops().split(x, ends, axis=axis)
    return _ops().split(x, parts, axis=axis)


def _clipped(x, clip_value_min=None, clip_value_max=None, **_):
    return _ops().minimum(_ops().maximum(x, clip_value_min), clip_value_max)


def _resized(images, size, method="bilinear", antialias=False, **_):
    names = {0: "bilinear", 1: "nearest", 2: "bicubic"}
    method = names.get(method, method)
    kept = {"bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"}
    if method not in kept:
        raise ValueError(f"tf.image.resize with method={method!r} has no counterpart here.")
    return _ops().image.resize(
        images, tuple(size), interpolation=method, antialias=antialias, data_format="channels_last"
    )


def _where(condition, x=None, y=None, **_):
    return _ops().where(condition, x, y)


def _softmax(logits, axis=-1, **_):
    return _ops().softmax(logits, axis=axis)


def _log_softmax(logits, axis=-1, **_):
    return _ops().log_softmax(logits, axis=axis)


def _gathered(params, indices, axis=None, batch_dims=0, **_):
    if batch_dims:
        raise ValueError("tf.gather with batch_dims has no counterpart here.")
    return _ops().take(params, indices, axis=0 if axis is None else axis)


def _norm(tensor, ord="euclidean", axis=None, keepdims=None, **_):
    ops = _ops()
    if ord in ("euclidean", 2):
        return ops.sqrt(ops.sum(ops.square(tensor), axis=axis, keepdims=bool(keepdims)))
    if ord == 1:
        return ops.sum(ops.absolute(tensor), axis=axis, keepdims=bool(keepdims))
    raise ValueError(f"tf.norm with ord={ord!r} has no counterpart here.")


def _normalized(x, axis=None, epsilon=1e-12, **_):
    ops = _ops()
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, epsilon))


def _padded(tensor, paddings, mode="CONSTANT", constant_values=0, **_):
    mode = mode.lower()
    value = {"constant_values": constant_values} if mode == "constant" and constant_values else {}
    return _ops().pad(tensor, paddings, mode=mode, **value)


def _joined(values, axis=0, **_):
    if not _holds_tensor(values):
        return tuple(size for part in values for size in part)
    return _ops().concatenate(values, axis=axis)


def _stacked(values, axis=0, **_):
    return _ops().stack(values, axis=axis) if _holds_tensor(values) else tuple(values)


def _summed(inputs, **_):
    first, *rest = inputs
    for x in rest:
        first = first + x
    return first


def _hot(indices, depth, on_value=None, off_value=None, axis=-1, dtype="float32", **_):
    if on_value not in (None, 1) or off_value not in (None, 0):
        raise ValueError("tf.one_hot with values of its own has no counterpart here.")
    return _ops().one_hot(indices, depth, axis=-1 if axis is None else axis, dtype=_dtype(dtype))


def _leaky(features, alpha=0.2, **_):
    return _ops().leaky_relu(features, negative_slope=alpha)


def _relu(x, alpha=0.0, max_value=None, threshold=0.0, **_):
    from ..activations import relu

    return relu(x, negative_slope=alpha, max_value=max_value, threshold=threshold)


TABLE = {
    "__operators__.add": _named("add"), "add": _named("add"), "add_v2": _named("add"),
    "subtract": _named("subtract"), "multiply": _named("multiply"), "divide": _named("divide"),
    "truediv": _named("divide"), "floordiv": _named("floor_divide"), "pow": _named("power"),
    "floormod": _named("mod"), "mod": _named("mod"), "maximum": _named("maximum"),
    "minimum": _named("minimum"), "squared_difference": lambda x, y, **_: _ops().square(x - y),
    "equal": _named("equal"), "not_equal": _named("not_equal"), "greater": _named("greater"),
    "greater_equal": _named("greater_equal"), "less": _named("less"),
    "less_equal": _named("less_equal"), "logical_and": _named("logical_and"),
    "logical_or": _named("logical_or"), "logical_not": _named("logical_not"),
    "__operators__.eq": _named("equal"), "__operators__.ne": _named("not_equal"),
    "__operators__.getitem": lambda x, slice_spec, **_: x[
        tuple(slice_spec) if isinstance(slice_spec, list) else slice_spec
    ],
    "negative": _named("negative"), "abs": _named("absolute"), "sign": _named("sign"),
    "square": _named("square"), "sqrt": _named("sqrt"), "rsqrt": _named("rsqrt"),
    "exp": _named("exp"), "log": _named("log"), "log1p": _named("log1p"), "sin": _named("sin"),
    "cos": _named("cos"), "tanh": _named("tanh"), "floor": _named("floor"), "ceil": _named("ceil"),
    "round": _named("round"), "erf": _named("erf"), "reciprocal": _named("reciprocal"),
    "sigmoid": _named("sigmoid"), "softplus": _named("softplus"), "relu": _relu,
    "relu6": lambda features, **_: _ops().relu6(features), "elu": lambda features, **_: _ops().elu(
        features), "selu": lambda features, **_: _ops().selu(features),
    "silu": lambda features, beta=1.0, **_: features * _ops().sigmoid(beta * features),
    "swish": lambda features, beta=1.0, **_: features * _ops().sigmoid(beta * features),
    "gelu": lambda features, approximate=False, **_: _ops().gelu(features, approximate=approximate),
    "leaky_relu": _leaky, "softmax": _softmax, "log_softmax": _log_softmax,
    "reduce_mean": _reduced("mean"), "reduce_sum": _reduced("sum"), "reduce_max": _reduced("max"),
    "reduce_min": _reduced("min"), "reduce_prod": _reduced("prod"), "reduce_any": _reduced("any"),
    "reduce_all": _reduced("all"), "reduce_variance": _reduced("var"),
    "reduce_std": _reduced("std"), "reduce_logsumexp": _reduced("logsumexp"),
    "argmax": _place("argmax"), "argmin": _place("argmin"),
    "concat": _joined, "stack": _stacked,
    "unstack": lambda value, num=None, axis=0, **_: _ops().unstack(value, num, axis=axis),
    "split": _split, "reshape": lambda tensor, shape, **_: _ops().reshape(tensor, tuple(shape)),
    "expand_dims": lambda input, axis=None, dim=None, **_: _ops().expand_dims(
        input, axis if dim is None else dim),
    "squeeze": lambda input, axis=None, **old: _squeezed(input, old.get("squeeze_dims", axis)),
    "transpose": lambda a, perm=None, **_: _ops().transpose(a, perm),
    "tile": lambda input, multiples, **_: _ops().tile(input, multiples),
    "repeat": lambda input, repeats, axis=None, **_: _ops().repeat(input, repeats, axis=axis),
    "broadcast_to": lambda input, shape, **_: _ops().broadcast_to(input, tuple(shape)),
    "cast": lambda x, dtype, **_: _ops().cast(x, _dtype(dtype)),
    "identity": lambda input, **_: input + 0, "stop_gradient": lambda input, **_: _ops(
        ).stop_gradient(input),
    "shape": lambda input, **_: _ops().shape(input), "zeros_like": _named("zeros_like"),
    "ones_like": _named("ones_like"), "matmul": _matmul, "batch_dot": _matmul,
    "where": _where, "where_v2": _where, "clip_by_value": _clipped, "gather": _gathered,
    "norm": _norm, "l2_normalize": _normalized, "pad": _padded, "add_n": _summed,
    "one_hot": _hot, "image.resize": _resized, "cumsum": lambda x, axis=0, **_: _ops().cumsum(
        x, axis=axis),
}  # fmt: skip


# ---- TensorFlowOpLayer: functions of the node's attributes and its inputs


def _true(attributes, *names):
    return any(attributes.get(name, {}).get("b") for name in names)


def _whole(attributes, name, default=0):
    return int(attributes.get(name, {}).get("i", default))


def _list(x):
    return x.tolist() if hasattr(x, "tolist") else list(x) if isinstance(x, tuple) else x


def _plain_node(name):
    return lambda _, *inputs: TABLE[name](*inputs)


def _reducing_node(name):
    def call(attributes, x, axes):
        return getattr(_ops(), name)(x, axis=_list(axes), keepdims=_true(attributes, "keep_dims"))

    return call


def _product_node(attributes, a, b):
    first, second = (_true(attributes, f"transpose_{x}", f"adj_{y}") for x, y in ("ax", "by"))
    return _matmul(a, b, first, second)


def _part_node(attributes, x, begin, end, strides):
    masks = {
        name: _whole(attributes, f"{name}_mask")
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    key: list[Any] = []
    for i, (b, e, s) in enumerate(zip(_list(begin), _list(end), _list(strides))):
        bit = 1 << i
        if masks["ellipsis"] & bit:
            key.append(Ellipsis)
        elif masks["new_axis"] & bit:
            key.append(None)
        elif masks["shrink_axis"] & bit:
            key.append(b)
        else:
            open_ends = (masks["begin"] & bit, masks["end"] & bit)
            low, high = (None if o else v for o, v in zip(open_ends, (b, e)))
            key.append(slice(low, high, s))
    return x[tuple(key)]


def _squeezing_node(attributes, x):
    dims = attributes.get("squeeze_dims", {}).get("list", {}).get("i", [])
    return _squeezed(x, tuple(int(i) for i in dims) or None)


def _squeezed(x, axis):
    if isinstance(x, KerasTensor):  # an axis of unknown size, too, as in TensorFlow
        return as_node("squeeze", x, axis)
    return _ops().squeeze(x, axis)


def _resizing_node(method):
    def call(attributes, x, size):
        if not _true(attributes, "half_pixel_centers"):
            raise ValueError(f"tf.image.resize_{method} of TensorFlow 1 has no counterpart here.")
        return _resized(x, _list(size), method)

    return call


_DTYPES = {
    "DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16", "DT_INT32": "int32",
    "DT_INT64": "int64", "DT_BOOL": "bool", "DT_UINT8": "uint8", "DT_BFLOAT16": "bfloat16",
}  # fmt: skip


def _casting_node(attributes, x):
    dtype = attributes.get("DstT", {}).get("type")
    if dtype not in _DTYPES:
        raise ValueError(f"A cast to {dtype} has no counterpart here.")
    return _ops().cast(x, _DTYPES[dtype])


NODES = {
    **{name: _plain_node(function) for name, function in {
        "Add": "add", "AddV2": "add", "BiasAdd": "add", "Sub": "subtract", "Mul": "multiply",
        "RealDiv": "divide", "Div": "divide", "FloorDiv": "floordiv", "Pow": "pow",
        "Maximum": "maximum", "Minimum": "minimum", "SquaredDifference": "squared_difference",
        "Greater": "greater", "GreaterEqual": "greater_equal", "Less": "less",
        "LessEqual": "less_equal", "Equal": "equal", "NotEqual": "not_equal", "Neg": "negative",
        "Abs": "abs", "Sign": "sign", "Square": "square", "Sqrt": "sqrt", "Rsqrt": "rsqrt",
        "Exp": "exp", "Log": "log", "Tanh": "tanh", "Sigmoid": "sigmoid", "Relu": "relu",
        "Relu6": "relu6", "Elu": "elu", "Selu": "selu", "Softplus": "softplus",
        "Softmax": "softmax", "Select": "where", "SelectV2": "where", "Identity": "identity",
        "Floor": "floor", "Round": "round", "Shape": "shape", "StopGradient": "stop_gradient",
    }.items()},
    **{name.capitalize(): _reducing_node(name) for name in
       ("mean", "sum", "max", "min", "prod", "any", "all")},
    "Reshape": lambda _, x, shape: _ops().reshape(x, tuple(_list(shape))),
    "Transpose": lambda _, x, order: _ops().transpose(x, _list(order)),
    "ExpandDims": lambda _, x, axis: _ops().expand_dims(x, int(axis)),
    "Squeeze": _squeezing_node, "StridedSlice": _part_node, "Cast": _casting_node,
    "ConcatV2": lambda _, *inputs: _ops().concatenate(inputs[:-1], axis=int(inputs[-1])),
    "Pack": lambda attributes, *inputs: _ops().stack(inputs, axis=_whole(attributes, "axis")),
    "MatMul": _product_node, "BatchMatMul": _product_node, "BatchMatMulV2": _product_node,
    "GatherV2": lambda _, x, indices, axis: _ops().take(x, _list(indices), axis=int(axis)),
    "Pad": lambda _, x, width: _ops().pad(x, _list(width)),
    "Tile": lambda _, x, times: _ops().tile(x, _list(times)),
    "ResizeBilinear": _resizing_node("bilinear"),
    "ResizeNearestNeighbor": _resizing_node("nearest"),
    "LeakyRelu": lambda attributes, x: _leaky(x, attributes.get("alpha", {}).get("f", 0.2)),
}  # fmt: skip
