"""tf.random."""

from ... import ops as _ops
from ... import random as _random

_generators = {}


def _seed(seed):
    """TensorFlow's seed of an op starts a sequence; the same number here would repeat one draw."""
    if not isinstance(seed, int):
        return seed
    return _generators.setdefault(seed, _random.SeedGenerator(seed))


def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    return _scaled(_random.normal(_sizes(shape), dtype=dtype, seed=_seed(seed)), stddev, mean)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    return _scaled(
        _random.truncated_normal(_sizes(shape), dtype=dtype, seed=_seed(seed)), stddev, mean
    )


def uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    if "int" in str(dtype):
        if maxval is None:
            raise ValueError("tf.random.uniform: `maxval` is needed for an integer dtype.")
        return _random.randint(_sizes(shape), minval, maxval, dtype=dtype, seed=_seed(seed))
    maxval = 1 if maxval is None else maxval
    if _ops.is_tensor(minval) or _ops.is_tensor(maxval):
        return _scaled(
            _random.uniform(_sizes(shape), dtype=dtype, seed=_seed(seed)), maxval - minval, minval
        )
    return _random.uniform(_sizes(shape), minval, maxval, dtype=dtype, seed=_seed(seed))


def _scaled(x, factor, offset):
    if _ops.is_tensor(factor) or factor != 1:
        x = x * factor
    if _ops.is_tensor(offset) or offset != 0:
        x = x + offset
    return x


def _sizes(shape):
    return shape if isinstance(shape, (tuple, list)) else tuple(_ops.convert_to_numpy(shape))


def categorical(logits, num_samples, dtype="int64", seed=None, name=None):
    return _random.categorical(logits, num_samples, dtype=dtype, seed=_seed(seed))


def shuffle(value, seed=None, name=None):
    return _random.shuffle(value, seed=_seed(seed))


def gamma(shape, alpha, beta=None, dtype="float32", seed=None, name=None):
    """Draws of `shape` for each of `alpha` and `beta`: their shape is behind."""
    alpha = _ops.convert_to_tensor(alpha, dtype)
    beta = None if beta is None else _ops.convert_to_tensor(beta, dtype)
    each = alpha.shape if beta is None else (alpha + beta).shape
    sizes = (*_sizes(shape), *each)
    y = _random.gamma(sizes, _ops.broadcast_to(alpha, sizes), dtype=dtype, seed=_seed(seed))
    return y if beta is None else y / beta


def stateless_seed(seed):
    """A seed of two numbers as one: with it a function draws the same each time."""
    first, second = (int(n) for n in _ops.convert_to_numpy(seed))
    return _random.SeedGenerator((first * 1_000_003 + second) % 2**31)


def stateless_uniform(shape, seed, minval=0, maxval=None, dtype="float32", name=None, alg=None):
    return uniform(shape, minval, maxval, dtype, stateless_seed(seed))


def stateless_normal(shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg=None):
    return normal(shape, mean, stddev, dtype, stateless_seed(seed))


def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg=None
):
    return truncated_normal(shape, mean, stddev, dtype, stateless_seed(seed))


class Generator:
    """Random numbers with a state of their own; the draws are Pronghorn's."""

    def __init__(self, seed=None):
        self._seed = _random.SeedGenerator(seed)

    @classmethod
    def from_seed(cls, seed, alg=None):
        return cls(seed)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        return cls()

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        return normal(shape, mean, stddev, dtype, self._seed)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        return truncated_normal(shape, mean, stddev, dtype, self._seed)

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        return uniform(shape, minval, maxval, dtype, self._seed)

    def make_seeds(self, count=1):
        return _random.randint((2, count), 0, 2**31 - 1, dtype="int32", seed=self._seed)


_default = []


def get_global_generator():
    if not _default:
        _default.append(Generator())
    return _default[0]


def set_seed(seed):
    """Starts Pronghorn's random numbers anew; Python's and NumPy's stay as they are."""
    from ...engine.random import set_own_seed

    _generators.clear()
    set_own_seed(seed)


set_random_seed = set_seed
