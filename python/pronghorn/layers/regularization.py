"""Dropout and its kin: layers that disturb their inputs while training, and penalties on outputs.

Srivastava et al. 2014 (dropout), Tompson et al. 2015 (spatial dropout), Klambauer et al. 2017
(alpha dropout).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import ops, random
from ..engine.random import SeedGenerator
from .base import Layer
from .input_spec import InputSpec
from .reshaping import standardize_data_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Seed, TensorLike


class _Disturbing(Layer):
    """A layer that passes shape and mask on, and draws random numbers where `amount` is above 0.

    `amount_name` is the name of the constructor's first argument.
    """

    amount_name = "rate"

    def __init__(self, amount: Any, seed: Seed | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        name = self.amount_name
        if isinstance(amount, bool) or not isinstance(amount, (int, float)) or not 0 <= amount <= 1:
            raise ValueError(
                f"Invalid value received for argument `{name}`. Expected a float value between 0 "
                f"and 1. Received: {name}={amount}"
            )
        setattr(self, name, amount)
        self.seed = seed
        if amount > 0:
            self.seed_generator = SeedGenerator(seed)
        self.supports_masking = True
        self._build_at_init()

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        name = self.amount_name
        return {**super().get_config(), name: getattr(self, name), "seed": self.seed}


class Dropout(_Disturbing):
    """While training, sets a random part of the inputs to 0 and scales up the rest.

    Args:
        rate: Part set to 0, in [0, 1].
        noise_shape: Shape of the mask, broadcast to the inputs; None entries take the inputs' size.
        seed: int or None.

    Raises:
        ValueError: for a rate outside [0, 1], or a noise_shape that is no shape.

    Example:

    >>> x = np.ones((1, 8), "float32")
    >>> set(Dropout(0.5)(x, training=True).numpy().ravel().tolist()) <= {0.0, 2.0}
    True
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[Any] | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed, **kwargs)
        self.noise_shape = _checked_noise_shape(noise_shape)

    def call(self, inputs: TensorLike, training: bool = False) -> Any:
        if training and self.rate > 0:
            return random.dropout(
                inputs,
                rate=self.rate,
                noise_shape=self._noise_shape_for(inputs),
                seed=self.seed_generator,
            )
        return inputs

    def _noise_shape_for(self, inputs):
        return self.noise_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "noise_shape": self.noise_shape}


def _checked_noise_shape(noise_shape):
    if noise_shape is None:
        return None
    if isinstance(noise_shape, str) or not hasattr(noise_shape, "__iter__"):
        raise ValueError(
            "Invalid value received for argument `noise_shape`. Expected a tuple or list of "
            f"integers. Received: noise_shape={noise_shape}"
        )
    noise_shape = tuple(noise_shape)
    for i, size in enumerate(noise_shape):
        if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
            raise ValueError(
                "Invalid value received for argument `noise_shape`. Expected all elements to be "
                f"integers or None. Received element at index {i}: {size} (of type "
                f"{type(size).__name__})"
            )
        if size is not None and size <= 0:
            raise ValueError(
                "Invalid value received for argument `noise_shape`. Expected all dimensions to be "
                f"positive integers or None. Received negative or zero value at index {i}: {size}"
            )
    return noise_shape


class _SpatialDropout(Dropout):
    """Drops whole channels: one decision for all positions of a channel."""

    def __init__(
        self, rate: float, seed: Seed | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        return {"rate": self.rate, "seed": self.seed, "name": self.name, "dtype": self.dtype}


class SpatialDropout1D(_SpatialDropout):
    """While training, sets whole channels of a sequence to 0 and scales up the rest.

    Args:
        rate: Part of the channels set to 0, in [0, 1].
        seed: int or None.
        name, dtype: As for every layer.

    Shapes: inputs (batch, steps, channels), outputs the same.

    Example:

    >>> x = SpatialDropout1D(0.5)(np.ones((1, 4, 3), "float32"), training=True).numpy()
    >>> bool((x == x[:, :1]).all())  # a channel is dropped at all steps or at none
    True
    """

    def __init__(
        self, rate: float, seed: Seed | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.input_spec = InputSpec(ndim=3)

    def _noise_shape_for(self, inputs):
        return (None, 1, None)


class _SpatialDropoutND(_SpatialDropout):
    _rank = 0

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: Seed | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def _noise_shape_for(self, inputs):
        ones = (1,) * self._rank
        return (None, None, *ones) if self.data_format == "channels_first" else (None, *ones, None)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class SpatialDropout2D(_SpatialDropoutND):
    """While training, sets whole channels of images to 0 and scales up the rest.

    Args:
        rate: Part of the channels set to 0, in [0, 1].
        data_format: "channels_last" or "channels_first"; the global setting where None.
        seed: int or None.
        name, dtype: As for every layer.

    Shapes: inputs (batch, height, width, channels), outputs the same.

    Example:

    >>> x = SpatialDropout2D(0.5, seed=0)(np.ones((1, 4, 4, 3), "float32"), training=True).numpy()
    >>> bool((x == x[:, :1, :1]).all())  # a channel is dropped everywhere or nowhere
    True
    """

    _rank = 2


class SpatialDropout3D(_SpatialDropoutND):
    """While training, sets whole channels of volumes to 0 and scales up the rest.

    Args:
        rate: Part of the channels set to 0, in [0, 1].
        data_format: "channels_last" or "channels_first"; the global setting where None.
        seed: int or None.
        name, dtype: As for every layer.

    Shapes: inputs (batch, depth, height, width, channels), outputs the same.

    Example:

    >>> x = np.ones((1, 2, 2, 2, 3), "float32")
    >>> x = SpatialDropout3D(0.5, seed=0)(x, training=True).numpy()
    >>> bool((x == x[:, :1, :1, :1]).all())  # a channel is dropped everywhere or nowhere
    True
    """

    _rank = 3


class GaussianDropout(_Disturbing):
    """While training, multiplies by random numbers of mean 1, variance rate / (1 - rate).

    Args:
        rate: As a dropout's, in [0, 1].
        seed: int or None.

    Raises:
        ValueError: for a rate outside [0, 1].

    Example:

    >>> GaussianDropout(0.1)(np.ones((1, 2), "float32"), training=False).tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, rate: float, seed: Seed | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed, **kwargs)

    def call(self, inputs: TensorLike, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        odds = self.rate / (1.0 - self.rate) if self.rate < 1 else math.inf
        return ops.multiply(inputs, _normal_like(self, inputs, 1.0, math.sqrt(odds)))


class GaussianNoise(_Disturbing):
    """While training, adds numbers of mean 0.

    Args:
        stddev: Their standard deviation, in [0, 1].
        seed: int or None.

    Raises:
        ValueError: for a stddev outside [0, 1].

    Example:

    >>> GaussianNoise(0.1)(np.ones((1, 2), "float32"), training=False).tolist()
    [[1.0, 1.0]]
    """

    amount_name = "stddev"

    def __init__(self, stddev: float, seed: Seed | None = None, **kwargs: Any) -> None:
        super().__init__(stddev, seed, **kwargs)

    def call(self, inputs: TensorLike, training: bool = False) -> Any:
        if not training or self.stddev == 0:
            return inputs
        return ops.add(inputs, _normal_like(self, inputs, 0.0, self.stddev))


def _normal_like(layer, inputs, mean, stddev):
    return random.normal(
        ops.shape(inputs),
        mean=mean,
        stddev=stddev,
        dtype=layer.compute_dtype,
        seed=layer.seed_generator,
    )


_SELU_FLOOR = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946


class AlphaDropout(_Disturbing):
    """Dropout for SELU networks: dropped values are SELU's lowest, mean and variance stay.

    Args:
        rate: Part that is dropped, in [0, 1].
        noise_shape: Shape of the mask, broadcast to the inputs; None entries take the inputs' size.
        seed: int or None.

    Raises:
        ValueError: for a rate outside [0, 1].

    Example:

    >>> AlphaDropout(0.1)(np.ones((1, 2), "float32"), training=False).tolist()
    [[1.0, 1.0]]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[Any] | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed, **kwargs)
        self.noise_shape = noise_shape

    def call(self, inputs: TensorLike, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        shape = ops.shape(inputs)
        if self.noise_shape is not None:
            shape = tuple(d if n is None else n for n, d in zip(self.noise_shape, shape))
        kept = ops.greater_equal(random.uniform(shape, seed=self.seed_generator), self.rate)
        variance = (1 - self.rate) * (1 + self.rate * _SELU_FLOOR**2)
        a = variance**-0.5 if variance > 0 else math.inf
        b = -a * _SELU_FLOOR * self.rate
        return ops.add(ops.multiply(ops.where(kept, inputs, _SELU_FLOOR), a), b)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "noise_shape": self.noise_shape}


class ActivityRegularization(Layer):
    """The inputs themselves, with a penalty on their size added to the loss.

    Args:
        l1: Factor of the sum of absolute values.
        l2: Factor of the sum of squares.

    Example:

    >>> layer = ActivityRegularization(l1=0.5)
    >>> layer(np.array([[1.0, -3.0]])).tolist(), float(layer.losses[0])
    ([[1.0, -3.0]], 2.0)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        from ..regularizers import L1L2

        super().__init__(activity_regularizer=L1L2(l1=l1, l2=l2), **kwargs)
        self.supports_masking = True
        self.l1 = l1
        self.l2 = l2
        self._build_at_init()

    def call(self, inputs: TensorLike) -> Any:
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = super().get_config()
        own.pop("activity_regularizer", None)
        return {**own, "l1": self.l1, "l2": self.l2}
