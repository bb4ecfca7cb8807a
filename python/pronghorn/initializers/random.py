"""Random initializers.

Glorot & Bengio 2010 (glorot_*), He et al. 2015 (he_*), LeCun et al. 1998 (lecun_*) choose the scale
from the numbers of inputs and outputs of a weight. An instance gives the same values each time.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..dtype_policies import standardize_dtype
from .base import Initializer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import DTypeLike, Seed, Tensor


# Standard deviation of a normal truncated at 2 standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


def _random():
    from .. import random

    return random


class _Random(Initializer):
    def __init__(self, seed: Seed | None = None) -> None:
        self._init_seed = seed
        if seed is None:
            from ..engine.random import make_default_seed

            seed = make_default_seed()
        elif isinstance(seed, dict):
            from ..serialization import deserialize_keras_object

            seed = deserialize_keras_object(seed)
        else:
            from ..engine.random import SeedGenerator

            if not isinstance(seed, (int, SeedGenerator)):
                raise ValueError(
                    "`seed` must be an integer, a `keras.random.SeedGenerator` or None. "
                    f"Received: seed={seed!r}"
                )
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        seed = self._init_seed
        if seed is not None and not isinstance(seed, int):
            from ..serialization import serialize_keras_object

            seed = serialize_keras_object(seed)
        return {"seed": seed}


class RandomNormal(_Random):
    """Normal with the given mean and standard deviation.

    Args:
        mean, stddev: Numbers.
        seed: int, SeedGenerator or None.

    Example:
        >>> w = keras.initializers.RandomNormal(mean=1.0, stddev=0.5, seed=1)((500, 500))
        >>> round(float(ops.mean(w)), 2), round(float(ops.std(w)), 2)
        (1.0, 0.5)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed | None = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        return _random().normal(
            shape,
            mean=self.mean,
            stddev=self.stddev,
            seed=self.seed,
            dtype=standardize_dtype(dtype),
        )

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


class TruncatedNormal(RandomNormal):
    """Normal, drawn again where more than two standard deviations from the mean.

    Args:
        mean, stddev: Mean and standard deviation of the distribution before it is cut.
        seed: int (always the same values), SeedGenerator or None.

    Example:
        >>> w = keras.initializers.TruncatedNormal(stddev=0.5, seed=1)((100,))
        >>> bool(ops.all(ops.abs(w) <= 1.0))
        True
    """

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        return _random().truncated_normal(
            shape,
            mean=self.mean,
            stddev=self.stddev,
            seed=self.seed,
            dtype=standardize_dtype(dtype),
        )


class RandomUniform(_Random):
    """Uniform in [minval, maxval); of an integer dtype, each integer there as likely.

    Args:
        minval: The lower bound.
        maxval: The upper bound, which is left out.
        seed: int (always the same values), SeedGenerator or None.

    Example:
        >>> w = keras.initializers.RandomUniform(0.0, 1.0, seed=1)((3, 3))
        >>> bool(ops.all(w >= 0.0)), bool(ops.all(w < 1.0))
        (True, True)
    """

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: Seed | None = None
    ) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        dtype = standardize_dtype(dtype)
        draw = _random().randint if "int" in dtype else _random().uniform
        return draw(shape, minval=self.minval, maxval=self.maxval, seed=self.seed, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}


class Orthogonal(_Random):
    """An orthogonal matrix times `gain` (Saxe et al. 2014): its columns, or rows if fewer.

    A weight of more axes is seen as a matrix of its last axis against all others.

    Args:
        gain: Factor.
        seed: int, SeedGenerator or None.

    Raises:
        ValueError: for a shape of fewer than two axes, when called.

    Example:

    >>> w = Orthogonal(seed=1)((2, 3))
    >>> np.allclose(w @ np.transpose(w), np.eye(2), atol=1e-5)
    True
    """

    def __init__(self, gain: float = 1.0, seed: Seed | None = None) -> None:
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        from .. import ops

        shape = tuple(shape)
        if len(shape) < 2:
            raise ValueError(
                "The tensor to initialize must be at least two-dimensional. Received: "
                f"shape={shape} of rank {len(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        dtype = standardize_dtype(dtype)
        exact = "float64" if dtype == "float64" else "float32"
        tall = (max(rows, columns), min(rows, columns))
        q, r = ops.qr(_random().normal(tall, seed=self.seed, dtype=exact))
        # without the signs of R's diagonal, Q would not be uniform among orthogonal matrices
        q = ops.multiply(q, ops.sign(ops.diagonal(r)))
        if rows < columns:
            q = ops.transpose(q)
        return ops.cast(ops.multiply(ops.reshape(q, shape), self.gain), dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gain": self.gain}


class VarianceScaling(_Random):
    """Random with variance `scale / n`, n chosen from the weight's shape.

    Args:
        scale: Positive number.
        mode: "fan_in", "fan_out" or "fan_avg": what n is.
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: int, SeedGenerator or None.
        input_axes, output_axes: The axes that make up fan_in and fan_out; chosen by the shape where
            missing.

    Raises:
        ValueError: for a scale not above 0, or an unknown mode or distribution.

    Example:
        >>> w = keras.initializers.VarianceScaling(4.0, "fan_in", seed=1)((100, 2000))
        >>> round(float(ops.std(w)), 1)
        0.2
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Seed | None = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ) -> None:
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
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
                f"Invalid `distribution` argument: {distribution!r}. Please use one of 'uniform', "
                "'truncated_normal', 'untruncated_normal'."
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
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

    def get_config(self) -> dict[str, Any]:
        config = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {**config, **super().get_config(), **self._axes_config()}

    def _axes_config(self):
        return {"input_axes": self.input_axes, "output_axes": self.output_axes}


class _Scaled(VarianceScaling):
    """A VarianceScaling with fixed settings."""

    _settings = ()

    def __init__(
        self, seed: Seed | None = None, input_axes: Any = None, output_axes: Any = None
    ) -> None:
        super().__init__(*self._settings, seed, input_axes, output_axes)  # type: ignore[arg-type]

    def get_config(self) -> dict[str, Any]:
        return {**_Random.get_config(self), **self._axes_config()}


class GlorotUniform(_Scaled):
    """Uniform within sqrt(6 / (fan_in + fan_out)) of 0 (Glorot and Bengio 2010).

    Args:
        seed: int (always the same values), SeedGenerator or None.
        input_axes, output_axes: The axes that make up fan_in and fan_out; chosen by the shape where
            missing.

    Example:
        >>> w = keras.initializers.GlorotUniform(seed=1)((3, 3))
        >>> bool(ops.all(ops.abs(w) <= 1.0))
        True
    """

    _settings = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaled):
    """Truncated normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010).

    Args:
        seed: int (always the same values), SeedGenerator or None.
        input_axes, output_axes: The axes that make up fan_in and fan_out; chosen by the shape where
            missing.

    Example:
        >>> w = keras.initializers.GlorotNormal(seed=1)((500, 500))
        >>> round(float(ops.std(w)), 3)
        0.045
    """

    _settings = (1.0, "fan_avg", "truncated_normal")


class LecunUniform(_Scaled):
    """Uniform within sqrt(3 / fan_in) of 0 (LeCun et al. 1998).

    Args:
        seed: int (always the same values), SeedGenerator or None.
        input_axes, output_axes: The axes that make up fan_in and fan_out; chosen by the shape where
            missing.

    Example:
        >>> w = keras.initializers.LecunUniform(seed=1)((3, 10))
        >>> bool(ops.all(ops.abs(w) <= 1.0))
        True
    """

    _settings = (1.0, "fan_in", "uniform")


class LecunNormal(_Scaled):
    """Truncated normal with variance 1 / fan_in, for selu (Klambauer et al. 2017).

    Args:
        seed: int (always the same values), SeedGenerator or None.
        input_axes, output_axes: The axes that make up fan_in and fan_out; chosen by the shape where
            missing.

    Example:
        >>> w = keras.initializers.LecunNormal(seed=1)((100, 2000))
        >>> round(float(ops.std(w)), 2)
        0.1
    """

    _settings = (1.0, "fan_in", "truncated_normal")


class HeUniform(_Scaled):
    """Uniform within sqrt(6 / fan_in) of 0, for relu (He et al. 2015).

    Args:
        seed: int (always the same values), SeedGenerator or None.
        input_axes, output_axes: The axes that make up fan_in and fan_out; chosen by the shape where
            missing.

    Example:
        >>> w = keras.initializers.HeUniform(seed=1)((6, 10))
        >>> bool(ops.all(ops.abs(w) <= 1.0))
        True
    """

    _settings = (2.0, "fan_in", "uniform")


class HeNormal(_Scaled):
    """Truncated normal with variance 2 / fan_in, for relu (He et al. 2015).

    Args:
        seed: int (always the same values), SeedGenerator or None.
        input_axes, output_axes: The axes that make up fan_in and fan_out; chosen by the shape where
            missing.

    Example:
        >>> w = keras.initializers.HeNormal(seed=1)((200, 1000))
        >>> round(float(ops.std(w)), 2)
        0.1
    """

    _settings = (2.0, "fan_in", "truncated_normal")


def compute_fans(
    shape: Sequence[Any], input_axes: Any = None, output_axes: Any = None
) -> tuple[Any, ...]:
    """How many values feed an output of a weight, and how many an input feeds.

    Args:
        shape: Shape of the weight: a kernel is (*spatial, inputs, outputs).
        input_axes: The axes whose sizes make up fan_in, or None.
        output_axes: The axes whose sizes make up fan_out, or None.

    Returns:
        (fan_in, fan_out), two ints.

    Example:
        >>> keras.initializers.compute_fans((3, 3, 16, 32))
        (144, 288)
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return int(shape[0]), int(shape[0])
    receptive = math.prod(shape[:-2])
    return int(shape[-2] * receptive), int(shape[-1] * receptive)
