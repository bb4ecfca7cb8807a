"""Weights of lists of layers in open HDF5 files, as programs of Keras 2's time read and wrote them
(`keras.engine.saving`, `keras.engine.topology`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .h5_weights import WeightsPlan, write_weights
from .hdf5 import File, Group, import_h5py
from .keras_file import KERAS_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Layers:
    """Layers in the place of a model."""

    weights = ()

    def __init__(self, layers):
        self.layers = list(layers)

    def _own_variables(self):
        return []


class _Opened(File):
    """A group, or file, that the caller opened."""

    def __init__(self, group):
        self._h5py = import_h5py()
        self._file = group
        self.name = getattr(getattr(group, "file", None), "filename", "the HDF5 file")
        self.root = Group(self, group, "")


def load_weights_from_hdf5_group(f: Any, layers: Sequence[Any], reshape: bool = False) -> None:
    """Reads weights into layers by their order; those without weights do not count.

    Args:
        f: h5py group (or file) with the attribute `layer_names`.
        layers: List of layers.
        reshape: Not used.

    Raises:
        ValueError: where the file does not fit the layers; nothing has changed then.
    """
    WeightsPlan(_Opened(f).root, _Layers(layers)).run()


def load_weights_from_hdf5_group_by_name(
    f: Any, layers: Sequence[Any], skip_mismatch: bool = False, reshape: bool = False
) -> None:
    """Reads weights into the layers that have the names of the file's.

    Args:
        f: h5py group (or file) with the attribute `layer_names`.
        layers: List of layers.
        skip_mismatch: Whether what does not fit is left out with a warning.
        reshape: Not used.

    Raises:
        ValueError: where a layer's weights do not fit; nothing has changed then.
    """
    WeightsPlan(_Opened(f).root, _Layers(layers), True, skip_mismatch).run()


def save_weights_to_hdf5_group(f: Any, layers: Sequence[Any]) -> None:
    """Writes the weights of layers in Keras 2's layout.

    Args:
        f: h5py group (or file).
        layers: List of layers.
    """
    write_weights(f, _Layers(layers), KERAS_VERSION)
