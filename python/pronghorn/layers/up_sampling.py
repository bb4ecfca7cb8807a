"""UpSampling: every element several times, or pictures resized between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Layer
from .input_spec import InputSpec
from .reshaping import standardize_data_format
from .windows import standardize_tuple

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


class _UpSampling(Layer):
    """Base: `size` is how often an element is repeated along each spatial axis."""

    rank = 2

    def _take(self, size, data_format):
        self.data_format = standardize_data_format(data_format)
        self.size = standardize_tuple(size, self.rank, "size")
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _axes(self):
        first = 2 if self.data_format == "channels_first" else 1
        return range(first, first + self.rank)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        out = list(input_shape)
        for axis, times in zip(self._axes(), self.size):
            out[axis] = None if out[axis] is None else out[axis] * times
        return tuple(out)

    def call(self, inputs: TensorLike) -> Any:
        for axis, times in zip(self._axes(), self.size):
            if times > 1:
                inputs = ops.repeat(inputs, times, axis=axis)
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size, "data_format": self.data_format}


class UpSampling1D(_UpSampling):
    """Every step of a sequence `size` times.

    Args:
        size: How often.

    Shapes: inputs (batch, steps, channels), outputs (batch, steps * size, channels).

    Raises:
        TypeError: for a size that is no integer.
        ValueError: for one below 1.

    Example:

    >>> UpSampling1D(2)(np.arange(2.0).reshape(1, 2, 1))[0, :, 0].tolist()
    [0.0, 0.0, 1.0, 1.0]
    """

    rank = 1

    def __init__(self, size: Any = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _check_count(size, "size")
        self._take(size, "channels_last")
        self.size = size

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        steps = input_shape[1]
        return (input_shape[0], None if steps is None else steps * self.size, input_shape[2])

    def call(self, inputs: TensorLike) -> Tensor:
        return ops.repeat(inputs, self.size, axis=1)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("data_format")
        return config


class UpSampling2D(_UpSampling):
    """Pictures enlarged by whole factors.

    Args:
        size: The factor, an int or (vertical, horizontal).
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        interpolation: "nearest" repeats pixels; "bilinear", "bicubic", "lanczos3", "lanczos5" as
            `ops.image.resize` takes them.

    Shapes: inputs (batch, height, width, channels), outputs the like.

    Raises:
        ValueError: for sizes below 1.

    Example:

    >>> UpSampling2D((2, 3))(np.ones((1, 4, 4, 1))).shape
    (1, 8, 12, 1)
    """

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._take(size, data_format)
        self.interpolation = interpolation.lower()

    def call(self, inputs: TensorLike) -> Any:
        if self.interpolation == "nearest":
            return super().call(inputs)
        shape = ops.shape(inputs)
        size = [shape[axis] * times for axis, times in zip(self._axes(), self.size)]
        return ops.image.resize(
            inputs, size, interpolation=self.interpolation, data_format=self.data_format
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "interpolation": self.interpolation}


class UpSampling3D(_UpSampling):
    """Volumes enlarged by whole factors, every element repeated.

    Args:
        size: The factor, an int or one an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, depth, height, width, channels), outputs the like.

    Raises:
        ValueError: for sizes below 1.

    Example:

    >>> UpSampling3D(2)(np.ones((1, 2, 3, 4, 1))).shape
    (1, 4, 6, 8, 1)
    """

    rank = 3

    def __init__(
        self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._take(size, data_format)


class RepeatVector(Layer):
    """Every vector `n` times, as a sequence.

    Args:
        n: How often.

    Shapes: inputs (batch, features), outputs (batch, n, features).

    Raises:
        TypeError: for an `n` that is no integer.
        ValueError: for one below 1.

    Example:

    >>> RepeatVector(3)(np.ones((2, 5))).shape
    (2, 3, 5)
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _check_count(n, "n")
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: TensorLike) -> Tensor:
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0], self.n, input_shape[1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n": self.n}


def _check_count(value, name):
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"Expected an integer value for `{name}`, got {type(value)}.")
    if value <= 0:
        raise ValueError(
            f"Argument `{name}` should be a positive integer. Received: {name}={value}"
        )
