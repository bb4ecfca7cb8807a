"""tf.math, most of which lies at the top of tensorflow too."""

from ... import ops as _ops
from .segments import *  # noqa: F403

_UNARY = (
    "abs", "ceil", "cos", "cosh", "erf", "exp", "expm1", "floor", "log", "log1p", "log_sigmoid",
    "logical_not", "negative", "reciprocal", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh",
    "softplus", "sqrt", "square", "tan", "tanh",
)  # fmt: skip
_UNARY_RENAMED = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan",
    "atanh": "arctanh", "is_finite": "isfinite", "is_inf": "isinf", "is_nan": "isnan",
    "erfinv": "erfinv", "lgamma": "lgamma", "digamma": "digamma",
    "conj": "conj", "real": "real", "imag": "imag", "angle": "angle",
}  # fmt: skip
_BINARY = {
    **{name: name for name in (
        "add", "divide", "equal", "greater", "greater_equal", "less", "less_equal", "logical_and",
        "logical_or", "logical_xor", "maximum", "minimum", "mod", "multiply", "not_equal",
        "subtract")},
    "atan2": "arctan2", "floordiv": "floor_divide", "floormod": "mod", "pow": "power",
    "truediv": "divide",
}  # fmt: skip
_REDUCTIONS = {
    "reduce_all": "all", "reduce_any": "any", "reduce_logsumexp": "logsumexp",
    "reduce_max": "max", "reduce_mean": "mean", "reduce_min": "min", "reduce_prod": "prod",
    "reduce_std": "std", "reduce_sum": "sum", "reduce_variance": "var",
}  # fmt: skip


def _unary(name, op):
    def function(x, name=None):
        return getattr(_ops, op)(x)

    return _named(function, name)


def _binary(name, op):
    def function(x, y, name=None):
        return getattr(_ops, op)(x, y)

    return _named(function, name)


def _reduction(name, op):
    def function(input_tensor, axis=None, keepdims=False, name=None):
        return getattr(_ops, op)(input_tensor, axis=axis, keepdims=keepdims)

    return _named(function, name)


def _named(function, name):
    function.__name__ = function.__qualname__ = name
    return function


globals().update({name: _unary(name, name) for name in _UNARY})
globals().update({name: _unary(name, op) for name, op in _UNARY_RENAMED.items()})
globals().update({name: _binary(name, op) for name, op in _BINARY.items()})
globals().update({name: _reduction(name, op) for name, op in _REDUCTIONS.items()})


def add_n(inputs, name=None):
    total, *others = inputs
    for other in others:
        total = _ops.add(total, other)
    return _ops.convert_to_tensor(total)


def argmax(input, axis=None, output_type="int64", name=None):
    return _ops.cast(_ops.argmax(input, axis=0 if axis is None else axis), output_type)


def argmin(input, axis=None, output_type="int64", name=None):
    return _ops.cast(_ops.argmin(input, axis=0 if axis is None else axis), output_type)


def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    return _running(_ops.cumsum, _ops.subtract, x, axis, exclusive, reverse)


def _running(op, undo, x, axis, exclusive, reverse):
    x = _ops.flip(x, axis) if reverse else x
    y = op(x, axis=axis)
    if exclusive:
        y = undo(y, x)
    return _ops.flip(y, axis) if reverse else y


def divide_no_nan(x, y, name=None):
    zero = _ops.equal(y, 0)
    quotient = _ops.divide(x, _ops.where(zero, _ops.ones_like(y), y))
    return _ops.where(zero, _ops.zeros_like(quotient), quotient)


def multiply_no_nan(x, y, name=None):
    zero = _ops.equal(y, 0)
    product = _ops.multiply(_ops.where(zero, _ops.zeros_like(x), x), y)
    return _ops.where(zero, _ops.zeros_like(product), product)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    total = _ops.sum(_ops.square(x), axis=axis, keepdims=True)
    return _ops.multiply(x, _ops.rsqrt(_ops.maximum(total, epsilon)))


def _no_nan(function, x, y):
    """function(x, y), and 0 where x is, whatever y."""
    zero = _ops.equal(x, 0)
    made = _ops.multiply(x, function(_ops.where(zero, _ops.ones_like(y), y)))
    return _ops.where(zero, _ops.zeros_like(made), made)


def xlogy(x, y, name=None):
    return _no_nan(_ops.log, x, y)


def xlog1py(x, y, name=None):
    return _no_nan(_ops.log1p, x, y)


def reciprocal_no_nan(x, name=None):
    return divide_no_nan(_ops.ones_like(x), x)


def count_nonzero(input, axis=None, keepdims=False, dtype="int64", name=None):
    unequal = _ops.cast(_ops.not_equal(input, 0), dtype)
    return _ops.sum(unequal, axis=axis, keepdims=keepdims)


def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None):
    return _ops.sqrt(_ops.sum(_ops.square(input_tensor), axis=axis, keepdims=keepdims))


def polyval(coeffs, x, name=None):
    x, total = _ops.convert_to_tensor(x), coeffs[0]
    for factor in coeffs[1:]:
        total = total * x + factor
    return total


def bincount(
    arr, weights=None, minlength=None, maxlength=None, dtype="int32", name=None, axis=None
):
    arr = _ops.convert_to_tensor(arr)
    counts = _ops.bincount(arr, weights, minlength or 0)
    counts = counts if maxlength is None else counts[..., :maxlength]
    if axis is None and len(counts.shape) > 1:
        counts = _ops.sum(counts, axis=0)
    return counts if weights is not None else _ops.cast(counts, dtype)


def squared_difference(x, y, name=None):
    return _ops.square(_ops.subtract(x, y))


def top_k(input, k=1, sorted=True, index_type="int32", name=None):
    return _ops.top_k(input, k, sorted=sorted)


def in_top_k(targets, predictions, k, name=None):
    return _ops.in_top_k(targets, predictions, k)


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    labels, predictions = _ops.convert_to_tensor(labels), _ops.convert_to_tensor(predictions)
    if num_classes is None:
        num_classes = int(_ops.maximum(_ops.max(labels), _ops.max(predictions))) + 1
    rows = _ops.one_hot(labels, num_classes, dtype="float32")
    columns = _ops.one_hot(predictions, num_classes, dtype="float32")
    if weights is not None:
        columns = columns * _ops.expand_dims(_ops.cast(weights, "float32"), -1)
    return _ops.cast(_ops.matmul(_ops.transpose(rows), columns), dtype)
