"""Global numeric settings: default float type, fuzz factor, image layout."""

from __future__ import annotations

import os
from typing import Any

_FLOATS = ("float16", "bfloat16", "float32", "float64")
_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "flash_attention": None,
    "interactive_logging": True,
    "max_epochs": int(os.environ.get("KERAS_MAX_EPOCHS") or 0) or None,
    "max_steps_per_epoch": int(os.environ.get("KERAS_MAX_STEPS_PER_EPOCH") or 0) or None,
}

# Part of every traced function's signature: rises when a setting that traces depend on changes
# (floatx here; width and threads in device.py).
generation = 0


def new_generation() -> None:
    """Makes every traced function trace again."""
    global generation
    generation += 1


def floatx() -> str:
    """The default float dtype, a string such as ``"float32"``."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Sets the default float dtype of weights and of what is made of Python numbers.

    Args:
        value: Name such as "float32", "float64", "float16" or "bfloat16".

    Raises:
        ValueError: Where it is no float dtype.

    Example:
        >>> keras.config.set_floatx("float64")
        >>> ops.ones(2).dtype
        'float64'
        >>> keras.config.set_floatx("float32")
    """
    if value not in _FLOATS:
        raise ValueError(f"Unknown floatx: {value!r}. Expected one of {_FLOATS}.")
    if _settings["floatx"] != value:
        _settings["floatx"] = value
        new_generation()


def epsilon() -> float:
    """The small number that keeps divisions and logarithms finite."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets the fuzz factor, which keeps divisions and logarithms away from 0.

    Args:
        value: Small number above 0.

    Example:
        >>> before = keras.config.epsilon()
        >>> keras.config.set_epsilon(1e-5)
        >>> keras.config.epsilon()
        1e-05
        >>> keras.config.set_epsilon(before)
    """
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """``"channels_last"`` or ``"channels_first"``."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Sets the default layout of images.

    Args:
        data_format: "channels_last" or "channels_first".

    Raises:
        ValueError: Where it is neither.

    Example:
        >>> keras.config.set_image_data_format("channels_first")
        >>> keras.config.image_data_format()
        'channels_first'
        >>> keras.config.set_image_data_format("channels_last")
    """
    value = str(data_format).lower()
    if value not in ("channels_last", "channels_first"):
        raise ValueError(
            f"Unknown image_data_format: {value!r}. Expected 'channels_last' or 'channels_first'."
        )
    _settings["image_data_format"] = value


def enable_flash_attention() -> None:
    """Lets attention layers made from now on use the fused kernel alone."""
    _settings["flash_attention"] = True


def disable_flash_attention() -> None:
    """Takes `enable_flash_attention` back. The fused kernel still runs where it fits."""
    _settings["flash_attention"] = False


def is_flash_attention_enabled() -> Any:
    """True or False as last set; None where nobody has."""
    return _settings["flash_attention"]


def enable_interactive_logging() -> None:
    """Messages of callbacks and progress bars go to standard output, as they do at first."""
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Messages go to `logging` (to absl's logger, where absl is in use)."""
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Whether messages go to standard output."""
    return _settings["interactive_logging"]


def max_epochs() -> int | None:
    """The limit of `set_max_epochs`, or of the environment variable KERAS_MAX_EPOCHS."""
    return _settings["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Limits the epochs of every `fit`, to try a program quickly; None for no limit.

    Args:
        max_epochs: The most, an int; None for no limit.

    Example:
        >>> keras.config.set_max_epochs(1)
        >>> keras.config.max_epochs()
        1
        >>> keras.config.set_max_epochs(None)
    """
    _settings["max_epochs"] = max_epochs


def max_steps_per_epoch() -> int | None:
    """The limit of `set_max_steps_per_epoch`, or of KERAS_MAX_STEPS_PER_EPOCH."""
    return _settings["max_steps_per_epoch"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limits the batches of an epoch of `fit`, `evaluate` and `predict`; None for no limit.

    Args:
        max_steps_per_epoch: The most, an int; None for no limit.

    Example:
        >>> keras.config.set_max_steps_per_epoch(10)
        >>> keras.config.max_steps_per_epoch()
        10
        >>> keras.config.set_max_steps_per_epoch(None)
    """
    _settings["max_steps_per_epoch"] = max_steps_per_epoch


def standardize_dtype(dtype: Any) -> str:
    """A dtype in any spelling (string, NumPy dtype or type, None for floatx) as its name.

    Raises:
        ValueError: Where it names no dtype; the message lists near ones.
    """
    if dtype.__class__ is str and dtype in _NAMES:
        return dtype
    if dtype is None:
        return _settings["floatx"]
    if isinstance(dtype, str):
        name = _ALIASES.get(dtype, dtype)
    elif dtype in _PYTHON_TYPES:
        name = _PYTHON_TYPES[dtype]
    elif hasattr(dtype, "name"):
        name = dtype.name
    elif hasattr(dtype, "__name__"):
        name = dtype.__name__
    else:
        name = str(dtype)
    name = _ALIASES.get(name, name)
    if name not in DTYPES:
        if name == "string":  # text stays on the host (engine/strings.py)
            return name
        import difflib

        near = difflib.get_close_matches(str(name), DTYPES, 3)
        hint = f" Did you mean {', '.join(map(repr, near))}?" if near else ""
        if "float8" in str(name):
            hint = " There is no implicit conversions from float8 dtypes, nor arithmetic on them."
        raise ValueError(f"Invalid dtype: {dtype!r}.{hint} Expected one of {', '.join(DTYPES)}.")
    return name


DTYPES = (
    "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64",
    "float16", "bfloat16", "float32", "float64", "complex64",
)  # fmt: skip
_NAMES = frozenset(DTYPES)
_ALIASES = {"half": "float16", "float": "float32", "double": "float64", "int": "int32",
            "bool_": "bool", "complex128": "complex64"}  # fmt: skip
_PYTHON_TYPES = {
    float: "float32", int: "int32", bool: "bool", str: "string", complex: "complex64"
}  # fmt: skip


def is_float_dtype(dtype: str) -> bool:
    """Whether the named dtype is a float type."""
    return dtype in _FLOATS
