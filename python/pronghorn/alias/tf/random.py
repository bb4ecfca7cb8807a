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
    y = _random.gamma(_sizes(shape), alpha, dtype=dtype, seed=_seed(seed))
    return y if beta is None else y / beta


def set_seed(seed):
    """Starts Pronghorn's random numbers anew; Python's and NumPy's stay as they are."""
    from ...engine.random import set_own_seed

    _generators.clear()
    set_own_seed(seed)


set_random_seed = set_seed
