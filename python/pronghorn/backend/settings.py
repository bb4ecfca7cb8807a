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
    return "tf" if image_data_format() == "channels_last" else "th"


def set_image_dim_ordering(dim_ordering: Any) -> None:
    set_image_data_format(_ORDERINGS.get(dim_ordering, dim_ordering))


def is_float_dtype(dtype: Any) -> Any:
    return "float" in standardize_dtype(dtype)


def is_int_dtype(dtype: Any) -> Any:
    return "int" in standardize_dtype(dtype)
