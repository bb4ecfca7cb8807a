"""Zeros around the spatial axes (ZeroPadding), and less of them (Cropping)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Layer
from .input_spec import InputSpec
from .reshaping import standardize_data_format
from .windows import standardize_tuple

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _pairs(value, rank, name):
    """One int, one an axis, or a (before, after) pair an axis, as pairs."""
    if isinstance(value, int):
        value = (value,) * rank
    if not hasattr(value, "__len__") or isinstance(value, str) or len(value) != rank:
        raise ValueError(
            f"`{name}` should be an int, {rank} ints, or {rank} (before, after) pairs of ints. "
            f"Received: {name}={value}"
        )
    return tuple(
        standardize_tuple(pair, 2, f"{name}[{i}]", allow_zero=True) for i, pair in enumerate(value)
    )


class _Margins(Layer):
    """Base: a pair of numbers for each spatial axis."""

    rank = 2

    def _take_data_format(self, data_format):
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _first_axis(self):
        return 2 if self.data_format == "channels_first" else 1

    def _all_pairs(self, pairs):
        """With (0, 0) for the batch and the channels."""
        first = self._first_axis()
        return (*((0, 0),) * first, *pairs, *((0, 0),) * (2 - first))


class _ZeroPadding(_Margins):
    def _resized(self, shape):
        pairs = self._all_pairs(self._padding_pairs())
        return tuple(None if s is None else s + sum(pair) for s, pair in zip(shape, pairs))

    def _padding_pairs(self):
        return self.padding

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self._resized(input_shape)

    def call(self, inputs: TensorLike) -> Tensor:
        return ops.pad(inputs, self._all_pairs(self._padding_pairs()))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "padding": self.padding,
            "data_format": self.data_format,
        }


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after the steps of a sequence.

    Args:
        padding: How many: an int for both ends, or (before, after).
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, steps, channels), outputs (batch, before + steps + after, channels).

    Raises:
        ValueError: for padding of another form.

    Example:

    >>> ZeroPadding1D((1, 2))(np.ones((1, 2, 1)))[0, :, 0].tolist()
    [0.0, 1.0, 1.0, 0.0, 0.0]
    """

    rank = 1

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take_data_format(data_format)
        self.padding = standardize_tuple(padding, 2, "padding", allow_zero=True)

    def _padding_pairs(self):
        return (self.padding,)


class ZeroPadding2D(_ZeroPadding):
    """Zeros around pictures.

    Args:
        padding: How many: an int, (vertical, horizontal), or ((top, bottom), (left, right)).
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, height, width, channels), outputs the like.

    Raises:
        ValueError: for padding of another form.

    Example:

    >>> ZeroPadding2D(((1, 0), (2, 2)))(np.ones((1, 3, 3, 1))).shape
    (1, 4, 7, 1)
    """

    def __init__(
        self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._take_data_format(data_format)
        self.padding = _pairs(padding, 2, "padding")


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes.

    Args:
        padding: How many: an int, one an axis, or a (before, after) pair an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, depth, height, width, channels), outputs the like.

    Raises:
        ValueError: for padding of another form.

    Example:

    >>> ZeroPadding3D(1)(np.ones((1, 3, 3, 3, 2))).shape
    (1, 5, 5, 5, 2)
    """

    rank = 3

    def __init__(
        self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._take_data_format(data_format)
        self.padding = _pairs(padding, 3, "padding")


class _Cropping(_Margins):
    def _cropping_pairs(self):
        return self.cropping

    def _check_room(self, shape):
        for size, pair in zip(shape, self._all_pairs(self._cropping_pairs())):
            if size is not None and sum(pair) and sum(pair) >= size:
                raise ValueError(self._no_room(shape))

    def _no_room(self, shape):
        return (
            "Values in `cropping` argument should be smaller than the corresponding spatial "
            f"dimension of the input. Received: input_shape={tuple(shape)}, "
            f"cropping={self.cropping}"
        )

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        self._check_room(input_shape)
        pairs = self._all_pairs(self._cropping_pairs())
        return tuple(None if s is None else s - sum(pair) for s, pair in zip(input_shape, pairs))

    def call(self, inputs: TensorLike) -> Any:
        self._check_room(inputs.shape)
        pairs = self._all_pairs(self._cropping_pairs())
        return inputs[tuple(slice(before, -after or None) for before, after in pairs)]  # type: ignore[call-overload, index]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "cropping": self.cropping,
            "data_format": self.data_format,
        }


class Cropping1D(_Cropping):
    """Cuts steps off the ends of a sequence.

    Args:
        cropping: How many: an int for both ends, or (before, after).

    Shapes: inputs (batch, steps, channels), outputs (batch, steps - before - after, channels).

    Raises:
        ValueError: for cropping of another form, or where no step would be left.

    Example:

    >>> Cropping1D(1)(np.arange(4.0).reshape(1, 4, 1))[0, :, 0].tolist()
    [1.0, 2.0]
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take_data_format("channels_last")
        self.cropping = standardize_tuple(cropping, 2, "cropping", allow_zero=True)

    def _cropping_pairs(self):
        return (self.cropping,)

    def _no_room(self, shape):
        return (
            "`cropping` parameter of `Cropping1D` layer must be smaller than the input length. "
            f"Received: input_shape={tuple(shape)}, cropping={self.cropping}"
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("data_format")
        return config


class Cropping2D(_Cropping):
    """Cuts the borders off pictures.

    Args:
        cropping: How much: an int, (vertical, horizontal), or ((top, bottom), (left, right)).
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, height, width, channels), outputs the like.

    Raises:
        ValueError: for cropping of another form, or where no pixel would be left.

    Example:

    >>> Cropping2D(((1, 0), (2, 2)))(np.ones((1, 6, 6, 1))).shape
    (1, 5, 2, 1)
    """

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._take_data_format(data_format)
        self.cropping = _pairs(cropping, 2, "cropping")


class Cropping3D(_Cropping):
    """Cuts the borders off volumes.

    Args:
        cropping: How much: an int, one an axis, or a (before, after) pair an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, depth, height, width, channels), outputs the like.

    Raises:
        ValueError: for cropping of another form, or where nothing would be left.

    Example:

    >>> Cropping3D(1)(np.ones((1, 5, 5, 5, 2))).shape
    (1, 3, 3, 3, 2)
    """

    rank = 3

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._take_data_format(data_format)
        self.cropping = _pairs(cropping, 3, "cropping")
