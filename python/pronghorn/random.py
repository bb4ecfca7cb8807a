"""Random tensors. Each draw reads and advances a seed; the same seed gives the same numbers on
every processor width (uniform and integer draws bit for bit)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .engine import config
from .engine.host import host_op
from .engine.random import SeedGenerator, draw_seed
from .ops import _args
from .ops.arrange import take
from .ops.array import expand_dims
from .ops.math import add, argmax, greater_equal, log, multiply, negative, subtract, where
from .ops.sorting import argsort

if TYPE_CHECKING:
    from .engine.types import DTypeLike, Seed, Shape, Tensor, TensorLike


_uniform, _normal = _args.op("random_uniform"), _args.op("random_normal")
_truncated_normal, _randint = _args.op("random_truncated_normal"), _args.op("random_randint")
_dropout = _args.op("dropout")


def _draw(native, shape, low, high, dtype, seed):
    attrs = (_args.sizes(shape), dtype, low, high)
    return _args.call(native, (draw_seed(seed),), attrs)


def _float_type(dtype):
    dtype = config.standardize_dtype(dtype)
    if dtype not in _args.FLOATS:
        raise ValueError(f"`dtype` must be a floating dtype. Received: dtype={dtype!r}")
    return dtype


def _real(value, what):
    return _args.number(value, "float64", what) if type(value) is int else float(value)


def _spread(*values):
    """Whether one of them is a tensor: one number for each draw, or one that only the run knows."""
    return any(
        isinstance(v, (list, tuple, _args.KerasTensor))
        or getattr(v, "is_abstract", False)
        or getattr(v, "shape", ()) != ()
        for v in values
    )


def _placed(drawn, offset, scale):
    """Draws of a standard distribution moved to tensors of places and scales."""
    offset, scale = (_args.cast(_args.tensor(v), drawn.dtype) for v in (offset, scale))
    return add(multiply(drawn, scale), offset)


def _draw_around(native, shape, mean, stddev, dtype, seed):
    if _spread(mean, stddev):
        return _placed(_draw(native, shape, 0.0, 1.0, dtype, seed), mean, stddev)
    return _draw(native, shape, _real(mean, "mean"), _real(stddev, "stddev"), dtype, seed)


def uniform(
    shape: Shape,
    minval: Any = 0.0,
    maxval: Any = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed | None = None,
) -> Tensor:
    """Numbers spread evenly over [minval, maxval).

    Args:
        shape: Sizes of the result.
        minval, maxval: Bounds, numbers or tensors that broadcast to shape.
        dtype: A floating dtype; floatx where None.
        seed: An int (always the same numbers), a SeedGenerator, or None for the global one.

    Returns:
        Tensor of that shape.

    Raises:
        ValueError: a dtype that is not floating.

    Example:
        >>> x = keras.random.uniform((2, 3), seed=1)
        >>> x.shape, bool(ops.all(x < 1.0))
        ((2, 3), True)
    """
    dtype = config.standardize_dtype(dtype)
    if dtype not in _args.FLOATS:
        raise ValueError(
            "`keras.random.uniform` requires a floating point `dtype`. `randint` draws integers. "
            f"Received: dtype={dtype}"
        )
    if _spread(minval, maxval):
        low, high = (_args.cast(_args.tensor(v), dtype) for v in (minval, maxval))
        return _placed(_draw(_uniform, shape, 0.0, 1.0, dtype, seed), low, subtract(high, low))
    return _draw(_uniform, shape, _real(minval, "minval"), _real(maxval, "maxval"), dtype, seed)


def normal(
    shape: Shape,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed | None = None,
) -> Tensor:
    """Numbers of the normal distribution.

    Args:
        shape: Sizes of the result.
        mean, stddev: Its mean and standard deviation, numbers or tensors that broadcast to shape.
        dtype: A floating dtype; floatx where None.
        seed: As in `uniform`.

    Returns:
        Tensor of that shape.

    Example:
        >>> x = keras.random.normal((10000,), mean=5.0, seed=1)
        >>> round(float(ops.mean(x)), 1), round(float(ops.std(x)), 1)
        (5.0, 1.0)
    """
    return _draw_around(_normal, shape, mean, stddev, _float_type(dtype), seed)


def truncated_normal(
    shape: Shape,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed | None = None,
) -> Tensor:
    """Numbers of the normal distribution that lie within two standard deviations of its mean.

    Args:
        shape: Sizes of the result.
        mean, stddev: Mean and standard deviation of the distribution before it is cut.
        dtype: A floating dtype; floatx where None.
        seed: As in `uniform`.

    Returns:
        Tensor of that shape.

    Example:
        >>> bool(ops.all(ops.abs(keras.random.truncated_normal((1000,), seed=1)) <= 2.0))
        True
    """
    return _draw_around(_truncated_normal, shape, mean, stddev, _float_type(dtype), seed)


def randint(
    shape: Shape, minval: Any, maxval: Any, dtype: DTypeLike = "int32", seed: Seed | None = None
) -> Tensor:
    """Integers in [minval, maxval), each with the same chance.

    Args:
        shape: Sizes of the result.
        minval, maxval: Whole numbers; draws reach from minval to maxval - 1.
        dtype: An integer dtype.
        seed: As in `uniform`.

    Returns:
        Tensor of that shape.

    Raises:
        ValueError: minval not below maxval, bounds that the dtype cannot hold, or a dtype that
            holds no integers.
        TypeError: bounds that are not whole.

    Example:
        >>> throws = keras.random.randint((100,), 1, 7, seed=1)
        >>> sorted(set(throws.tolist()))
        [1, 2, 3, 4, 5, 6]
    """
    dtype = config.standardize_dtype(dtype)
    if dtype in _args.FLOATS or dtype == "bool":
        raise ValueError(
            "`keras.random.randint` requires an integer `dtype`. `uniform` draws fractions. "
            f"Received: dtype={dtype!r}"
        )
    minval, maxval = _whole(minval), _whole(maxval)
    if minval >= maxval:
        raise ValueError(f"randint: minval {minval} must be below maxval {maxval}.")
    if _args.beyond(minval, dtype) or _args.beyond(maxval - 1, dtype):
        raise ValueError(
            f"randint: {dtype} does not hold the integers from minval {minval} to below maxval "
            f"{maxval}; choose a wider dtype."
        )
    first, last = (_args.number(v, dtype, "randint: a bound") for v in (minval, maxval - 1))
    return _draw(_randint, shape, first, last, dtype, seed)


def _whole(value):
    if isinstance(value, int):
        return int(value)
    number = value.item() if hasattr(value, "item") else value
    if number != int(number):
        raise TypeError(f"randint: bounds are whole numbers. Received: {number}")
    return int(number)


def dropout(
    inputs: TensorLike, rate: float, noise_shape: Any = None, seed: Seed | None = None
) -> Tensor:
    """inputs with a fraction of elements set to 0 and the others scaled by 1 / (1 - rate).

    Args:
        inputs: Float tensor.
        rate: The fraction to drop, 0 to 1.
        noise_shape: Shape of the mask, which broadcasts; the inputs' where None.
        seed: As in `uniform`.

    Returns:
        Float tensor of inputs' shape.

    Raises:
        ValueError: a rate outside [0, 1], or inputs that are not floats.

    Example:
        >>> kept = keras.random.dropout(ops.ones((1000,)), 0.5, seed=1)
        >>> sorted(set(kept.tolist()))
        [0.0, 2.0]
    """
    x = _args.tensor(inputs)
    if x.dtype not in _args.FLOATS:
        raise ValueError(
            f"dropout: `inputs` are scaled, so they need a floating dtype. Received: {x.dtype}"
        )
    if noise_shape is None:
        return _dropout((x, draw_seed(seed)), (float(rate),))
    if not 0 <= rate <= 1:
        raise ValueError(f"dropout: the rate is {rate}; expected the fraction to drop, 0 to 1")
    dims = _args.shape_of(x)
    noise_shape = tuple(d if n is None else n for n, d in zip(noise_shape, dims))
    keep = greater_equal(
        uniform(noise_shape, dtype="float64" if x.dtype == "float64" else "float32", seed=seed),
        rate,
    )
    return where(keep, multiply(x, 1 / (1 - rate) if rate < 1 else 0.0), 0.0)


# ---- distributions that NumPy draws: its Philox generator, keyed by the seed
def _host(name, draw):
    def run(seed, *parameters, shape, dtype):
        generator = np.random.Generator(np.random.Philox(key=seed.astype("uint64")))
        return draw(generator, *parameters, tuple(shape))

    def infer(seed, *parameters, shape, dtype):
        shape = tuple(None if n < 0 else n for n in shape)
        for given, _ in parameters:
            _need_broadcast(name, given, shape)
        return [(shape, dtype)]

    return host_op(name, run, infer, attrs=[("shape", "ints", ()), ("dtype", "dtype", "float32")])


def _need_broadcast(name, given, shape):
    fits = len(given) <= len(shape) and all(
        a in (1, b) or None in (a, b) for a, b in zip(given[::-1], shape[::-1])
    )
    if not fits:
        raise ValueError(
            f"{name}: parameters of shape {given} do not broadcast to the shape {shape}."
        )


_gamma = _host("random_gamma", lambda g, alpha, shape: g.standard_gamma(alpha, shape))
_beta = _host("random_beta", lambda g, alpha, beta, shape: g.beta(alpha, beta, shape))
_binomial = _host("random_binomial", lambda g, n, p, shape: g.binomial(n.astype("int64"), p, shape))


def _draw_on_host(native, shape, parameters, dtype, seed):
    given = tuple(_args.cast(_args.tensor(p), "float64") for p in parameters)
    wide = "float32" if dtype in ("float16", "bfloat16", "float32") else "float64"
    drawn = _args.call(native, (draw_seed(seed), *given), (_args.sizes(shape), wide))
    return _args.cast(drawn, dtype)


def gamma(
    shape: Shape, alpha: Any, dtype: DTypeLike | None = None, seed: Seed | None = None
) -> Tensor:
    """Numbers of the gamma distribution of scale 1. No gradient flows.

    Args:
        shape: Sizes of the result.
        alpha: Number or tensor above 0 that broadcasts to shape: the distribution's shape and mean.
        dtype: A floating dtype; floatx where None.
        seed: As in `uniform`.

    Returns:
        A tensor of that shape.

    Raises:
        ValueError: alpha not above 0, or that does not broadcast; a dtype that is not floating.

    Example:
        >>> keras.random.gamma((2, 3), 0.5, seed=1).shape
        (2, 3)
    """
    return _draw_on_host(_gamma, shape, (alpha,), _float_type(dtype), seed)


def beta(
    shape: Shape, alpha: Any, beta: Any, dtype: DTypeLike | None = None, seed: Seed | None = None
) -> Tensor:
    """Numbers of the beta distribution, between 0 and 1. No gradient flows.

    Args:
        shape: Sizes of the result.
        alpha, beta: Numbers or tensors above 0 that broadcast to shape.
        dtype: A floating dtype; floatx where None.
        seed: As in `uniform`.

    Returns:
        A tensor of that shape.

    Raises:
        ValueError: parameters not above 0, or that do not broadcast; a dtype that is not floating.

    Example:
        >>> keras.random.beta((2, 3), 2.0, 5.0, seed=1).shape
        (2, 3)
    """
    return _draw_on_host(_beta, shape, (alpha, beta), _float_type(dtype), seed)


def binomial(
    shape: Shape,
    counts: Any,
    probabilities: Any,
    dtype: DTypeLike | None = None,
    seed: Seed | None = None,
) -> Tensor:
    """How many of `counts` trials succeed, whose chance each is `probabilities`.

    Args:
        shape: Sizes of the result.
        counts, probabilities: Numbers or tensors that broadcast to shape.
        dtype: A dtype of numbers; floatx where None.
        seed: As in `uniform`.

    Returns:
        A tensor of that shape.

    Raises:
        ValueError: negative counts, probabilities outside [0, 1], parameters that do not broadcast;
            a dtype that is not of numbers.

    Example:
        >>> throws = keras.random.binomial((4,), 10, 0.5, seed=1)
        >>> throws.shape, bool(ops.all(throws <= 10))
        ((4,), True)
    """
    dtype = config.standardize_dtype(dtype)
    if dtype == "bool" or dtype == "complex64":
        raise ValueError(f"binomial: `dtype` must hold counts. Received: dtype={dtype!r}")
    return _draw_on_host(_binomial, shape, (counts, probabilities), dtype, seed)


def categorical(
    logits: TensorLike, num_samples: int, dtype: DTypeLike = "int32", seed: Seed | None = None
) -> Tensor:
    """Classes drawn with the chances that logits give them, softmax(logits).

    Args:
        logits: Float tensor (batch, classes).
        num_samples: Draws for each row.
        dtype: An integer dtype.
        seed: As in `uniform`.

    Returns:
        A tensor (batch, num_samples).

    Raises:
        ValueError: logits of another rank.

    Example:
        >>> keras.random.categorical([[0.0, 100.0]], 3).tolist()
        [[1, 1, 1]]
    """
    logits = _args.floating(logits)
    if len(logits.shape) != 2:
        raise ValueError(
            "`logits` should be a 2-D tensor with shape [batch_size, num_classes]. Received: "
            f"logits.shape={logits.shape}"
        )
    batch, classes = _args.shape_of(logits)
    wide = _args.cast(logits, "float64" if logits.dtype == "float64" else "float32")
    noise = uniform((batch, num_samples, classes), dtype=wide.dtype, seed=seed)
    # the largest of logits plus Gumbel noise has just these chances
    noisy = subtract(expand_dims(wide, 1), log(negative(log(noise))))
    return _args.cast(argmax(noisy, axis=-1), config.standardize_dtype(dtype))


def shuffle(x: TensorLike, axis: int = 0, seed: Seed | None = None) -> Tensor:
    """x with its slices along an axis in random order.

    Args:
        x: Tensor.
        axis: An int.
        seed: As in `uniform`.

    Returns:
        A tensor of x's shape and dtype.

    Raises:
        ValueError: an axis out of range.

    Example:
        >>> sorted(keras.random.shuffle([1, 2, 3], seed=1).tolist())
        [1, 2, 3]
    """
    x = _args.tensor(x)
    axis = _args.normalize_axis(axis, len(x.shape), "shuffle")
    order = argsort(uniform((_args.shape_of(x)[axis],), dtype="float64", seed=seed))
    return take(x, order, axis=axis)


__all__ = [
    "SeedGenerator", "beta", "binomial", "categorical", "dropout", "gamma", "normal", "randint",
    "shuffle", "truncated_normal", "uniform",
]  # fmt: skip


def __getattr__(name):
    from .legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
