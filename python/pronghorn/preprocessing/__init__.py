"""Text and sequences before they are numbers, and datasets from folders and arrays.

The submodules `image`, `text` and `sequence` are Keras 2's; Keras 3 keeps what is in the lists
below.
"""

import importlib

_MODULES = ("image", "sequence", "text")
_NAMES = {
    "image_dataset_from_directory": "image_dataset",
    "text_dataset_from_directory": "text_dataset",
    "timeseries_dataset_from_array": "timeseries",
}
__all__ = [*_MODULES, *_NAMES]  # noqa: PLE0604


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        value = getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, __all__)


def __dir__():
    return __all__
