"""The module `initializations` of Keras 1: functions from a shape to a variable's first value."""

from __future__ import annotations

import functools
from typing import Any

from ..engine.variable import Variable
from . import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    Initializer,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    Zeros,
    compute_fans,
)
from . import get as _initializer

__all__ = [
    "get", "get_fans", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity",
    "lecun_uniform", "normal", "one", "orthogonal", "uniform", "zero",
]  # fmt: skip


_FUNCTIONS = frozenset(__all__) - {"get", "get_fans"}


def _made(initializer, shape, name):
    return Variable(initializer(tuple(shape)), name=name)


def __getattr__(name):
    from .. import initializers  # what later Kerases have

    return getattr(initializers, name)


def get(identifier: Any, **kwargs: Any) -> Any:
    """A function from a shape to a variable of first values.

    Args:
        identifier: Name of a function of this module, of Keras 2 or 3's initializers, such an
            initializer, its configuration, or a function, which comes back as it is.
        **kwargs: Arguments that the function is given besides, such as `scale`.

    Raises:
        ValueError: for a name that is none.
    """
    if isinstance(identifier, str) and identifier in _FUNCTIONS:
        own = globals()[identifier]
        return functools.partial(own, **kwargs) if kwargs else own
    if callable(identifier) and not isinstance(identifier, (type, Initializer)):
        return identifier
    made = _initializer(identifier)
    if made is None:
        return None

    def first_values(shape: Any, name: str | None = None, **_: Any) -> Variable:
        return _made(made, shape, name)

    return first_values


def get_fans(shape: Any, dim_ordering: str = "th") -> tuple[Any, Any]:
    """How many numbers go into and come out of a unit of a weight of that shape.

    Args:
        shape: Tuple of int.
        dim_ordering: "th" where kernels have channels first, "tf" where last.
    """
    if len(shape) > 2 and dim_ordering == "th":
        shape = (*shape[2:], shape[1], shape[0])
    return compute_fans(shape)


def uniform(shape: Any, scale: float = 0.05, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of uniform numbers within `scale` of 0."""
    return _made(RandomUniform(-scale, scale), shape, name)


def normal(shape: Any, scale: float = 0.05, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of normal numbers of standard deviation `scale`."""
    return _made(RandomNormal(0.0, scale), shape, name)


def lecun_uniform(shape: Any, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of LeCun's uniform numbers. As `initializers.LecunUniform`."""
    return _made(LecunUniform(), shape, name)


def glorot_normal(shape: Any, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of Glorot's normal numbers. As `initializers.GlorotNormal`."""
    return _made(GlorotNormal(), shape, name)


def glorot_uniform(shape: Any, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of Glorot's uniform numbers. As `initializers.GlorotUniform`."""
    return _made(GlorotUniform(), shape, name)


def he_normal(shape: Any, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of He's normal numbers. As `initializers.HeNormal`."""
    return _made(HeNormal(), shape, name)


def he_uniform(shape: Any, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of He's uniform numbers. As `initializers.HeUniform`."""
    return _made(HeUniform(), shape, name)


def orthogonal(shape: Any, scale: float = 1.1, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable whose rows or columns are orthogonal, of length `scale`."""
    return _made(Orthogonal(scale), shape, name)


def identity(shape: Any, scale: float = 1.0, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable, `scale` on the diagonal of a square matrix and 0 beside it.

    Raises:
        ValueError: for a shape that is no square.
    """
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"identity makes square matrices. Received: shape={tuple(shape)}")
    return _made(Identity(scale), shape, name)


def zero(shape: Any, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of zeros."""
    return _made(Zeros(), shape, name)


def one(shape: Any, name: str | None = None, **kwargs: Any) -> Variable:
    """A variable of ones."""
    return _made(Ones(), shape, name)


def _compute_fans(shape: Any, data_format: str = "channels_last") -> tuple[Any, Any]:
    """(fan_in, fan_out) of a weight; of a kernel with its channels first where they are."""
    shape = tuple(shape)
    if data_format == "channels_first" and 3 <= len(shape) <= 5:
        shape = (*shape[2:], shape[1], shape[0])
    return compute_fans(shape)
