"""Settings, names and sessions."""

from __future__ import annotations

from typing import Any

# ruff: noqa: F401
from ..engine.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    standardize_dtype,
)
from ..engine.dtypes import result_type
from ..engine.naming import get_uid, name_scope, reset_uids
from ..engine.session import clear_session

_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


def backend() -> str:
    """ "tensorflow": whose dtypes, layouts and defaults are the measure here."""
    return "tensorflow"


def image_dim_ordering() -> Any:
    """Keras 1's word for the configured layout of images.

    Returns:
        `"tf"` for channels last, `"th"` for channels first.

    Example:
        >>> K.image_dim_ordering()
        'tf'
    """
    return "tf" if image_data_format() == "channels_last" else "th"


def set_image_dim_ordering(dim_ordering: Any) -> None:
    """Sets the configured layout of images by Keras 1's word.

    Args:
        dim_ordering: `"tf"` for channels last, `"th"` for channels first.

    Example:
        >>> K.set_image_dim_ordering("tf")
    """
    set_image_data_format(_ORDERINGS.get(dim_ordering, dim_ordering))


def is_float_dtype(dtype: Any) -> Any:
    """Whether a dtype holds fractions."""
    return "float" in standardize_dtype(dtype)


def is_int_dtype(dtype: Any) -> Any:
    """Whether a dtype holds integers, with or without sign."""
    return "int" in standardize_dtype(dtype)
