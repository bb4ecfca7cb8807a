"""Random initializers.

Glorot & Bengio 2010 (glorot_*), He et al. 2015 (he_*), LeCun et al. 1998 (lecun_*) choose the scale
from the numbers of inputs and outputs of a weight. The same instance gives the same values each time.
"""

import math

from ..dtype_policies import standardize_dtype
from .base import Initializer

# Standard deviation of a normal truncated at 2 standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


def _random():
    from .. import random

    return random


class _Random(Initializer):
    def __init__(self, seed=None):
        self._init_seed = seed
        if seed is None:
            from ..engine.random import make_default_seed

            seed = make_default_seed()
        elif isinstance(seed, dict):
            from ..saving import deserialize_keras_object

            seed = deserialize_keras_object(seed)
        self.seed = seed

    def get_config(self):
        seed = self._init_seed
        if seed is not None and not isinstance(seed, int):
            from ..saving import serialize_keras_object

            seed = serialize_keras_object(seed)
        return {"seed": seed}


class RandomNormal(_Random):
    """Normal with the given mean and standard deviation.

    Args:
        mean, stddev: Numbers.
        seed: int, SeedGenerator or None.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return _random().normal(
            shape, mean=self.mean, stddev=self.stddev, seed=self.seed, dtype=standardize_dtype(dtype)
        )

    def get_config(self):
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


class TruncatedNormal(RandomNormal):
    """Normal, drawn again where more than two standard deviations from the mean."""

    def __call__(self, shape, dtype=None):
        return _random().truncated_normal(
            shape, mean=self.mean, stddev=self.stddev, seed=self.seed, dtype=standardize_dtype(dtype)
        )


class RandomUniform(_Random):
    """Uniform in [minval, maxval)."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return _random().uniform(
            shape,
            minval=self.minval,
            maxval=self.maxval,
            seed=self.seed,
            dtype=standardize_dtype(dtype),
        )

    def get_config(self):
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}


class VarianceScaling(_Random):
    """Random with variance `scale / n`, n chosen from the weight's shape.

    Args:
        scale: Positive number.
        mode: "fan_in", "fan_out" or "fan_avg": what n is.
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: int, SeedGenerator or None.

    Raises:
        ValueError: for a scale not above 0, or an unknown mode or distribution.
    """

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        if scale <= 0.0:
            raise ValueError(
                f"Argument `scale` must be positive float. Received: scale={scale}"
            )
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(
                "Invalid `mode` argument: Please use one of {'fan_in', 'fan_out', 'fan_avg'}. "
                f"Received: mode={mode}"
            )
        distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in ("uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                "Invalid `distribution` argument. Please use one of {'uniform', "
                f"'truncated_normal', 'untruncated_normal'}}. Received: distribution={distribution}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = compute_fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, n)
        random = _random()
        dtype = standardize_dtype(dtype)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, minval=-limit, maxval=limit, seed=self.seed, dtype=dtype)
        stddev = math.sqrt(variance)
        if self.distribution == "truncated_normal":
            stddev /= _TRUNCATED_STDDEV
            return random.truncated_normal(
                shape, mean=0.0, stddev=stddev, seed=self.seed, dtype=dtype
            )
        return random.normal(shape, mean=0.0, stddev=stddev, seed=self.seed, dtype=dtype)

    def get_config(self):
        config = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {**config, **super().get_config()}


class _Scaled(VarianceScaling):
    """A VarianceScaling with fixed settings."""

    _settings = ()

    def __init__(self, seed=None):
        super().__init__(*self._settings, seed=seed)

    def get_config(self):
        return _Random.get_config(self)


class GlorotUniform(_Scaled):
    """Uniform within sqrt(6 / (fan_in + fan_out))."""

    _settings = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaled):
    """Truncated normal with variance 2 / (fan_in + fan_out)."""

    _settings = (1.0, "fan_avg", "truncated_normal")


class LecunUniform(_Scaled):
    """Uniform within sqrt(3 / fan_in)."""

    _settings = (1.0, "fan_in", "uniform")


class LecunNormal(_Scaled):
    """Truncated normal with variance 1 / fan_in."""

    _settings = (1.0, "fan_in", "truncated_normal")


class HeUniform(_Scaled):
    """Uniform within sqrt(6 / fan_in)."""

    _settings = (2.0, "fan_in", "uniform")


class HeNormal(_Scaled):
    """Truncated normal with variance 2 / fan_in."""

    _settings = (2.0, "fan_in", "truncated_normal")


def compute_fans(shape):
    """(fan_in, fan_out) of a weight: kernels are (*spatial, inputs, outputs)."""
    shape = tuple(shape)
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return int(shape[0]), int(shape[0])
    receptive = math.prod(shape[:-2])
    return int(shape[-2] * receptive), int(shape[-1] * receptive)
