"""Arguments and output sizes of sliding windows, for convolution and pooling."""

from __future__ import annotations

import numbers
import types
from typing import TYPE_CHECKING

from ..legacy.accept import old_constructor

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    C = TypeVar("C", bound=type[Any])


def standardize_tuple(value, n, name, allow_zero=False):
    """One int or n of them as a tuple of n ints, each at least 1, or 0 where that is allowed.

    Raises:
        ValueError: for anything else.
    """
    said = f"The `{name}` argument must be a tuple of {n} integers. Received {name}={value}"
    if isinstance(value, int):
        values = (value,) * n
    else:
        try:
            values = tuple(int(v) for v in value)
        except (TypeError, ValueError):
            values = ()
        if len(values) != n:
            raise ValueError(said)
    least = 0 if allow_zero else 1
    low = {v for v in values if v < least}
    if low:
        rule = ">= 0" if allow_zero else "> 0"
        raise ValueError(f"{said}, including values {low} that do not satisfy `value {rule}`")
    return values


def standardize_padding(padding, allow_causal=False):
    """ "valid", "same" or, where it is allowed, "causal", in any case."""
    lower = padding.lower() if isinstance(padding, str) else padding
    allowed = ("valid", "same", "causal") if allow_causal else ("valid", "same")
    if lower not in allowed:
        raise ValueError(
            f"The `padding` argument must be one of {allowed}. Received: padding={padding}"
        )
    return lower


def at_least_one(value, name):
    """The value; raises ValueError below 1, and for what is no number."""
    if not isinstance(value, numbers.Real) or value <= 0:
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected a strictly positive value. "
            f"Received {name}={value}."
        )
    return value


def window_output_size(layer, size, window, stride, dilation=1):
    """Number of windows along one axis; None where the size is unknown."""
    if size is None:
        return None
    if layer.padding != "valid":
        return -(-size // stride)
    out = (size - dilation * (window - 1) - 1) // stride + 1
    if out <= 0:
        raise ValueError(
            f"Layer '{layer.name}' (of type {type(layer).__name__}): Computed output size would be "
            f"zero or negative. An axis of size {size} is smaller than the window of size "
            f"{dilation * (window - 1) + 1}. Use padding='same' or larger inputs."
        )
    return out


def spatial_sizes(layer, shape):
    """The sizes between batch and channels."""
    return shape[2:] if layer.data_format == "channels_first" else shape[1:-1]


def channel_axis(layer):
    return 1 if layer.data_format == "channels_first" else -1


def with_channels(layer, batch, sizes, channels):
    """The shape of these parts, in the layer's data format."""
    if layer.data_format == "channels_first":
        return (batch, channels, *sizes)
    return (batch, *sizes, channels)


def with_defaults(**defaults: Any) -> Callable[[C], C]:
    """Decorates a class: its constructor is the one that it inherits, with other defaults."""

    def give(cls: C) -> C:
        function = getattr(cls.__init__, "__wrapped__", cls.__init__)
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        values = list(function.__defaults__ or ())
        for name, value in defaults.items():
            values[names.index(name) - len(names)] = value
        copy = types.FunctionType(
            code, function.__globals__, function.__name__, tuple(values), function.__closure__
        )
        copy.__doc__, copy.__annotations__ = function.__doc__, function.__annotations__
        cls.__init__ = copy
        old_constructor(cls)
        return cls

    return give
