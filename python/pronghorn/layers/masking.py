"""Masks: booleans attached to tensors (`_keras_mask`) that layers hand on.

Part of Layer, which is defined in base.py.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..engine import nest

if TYPE_CHECKING:
    from ..engine.types import TensorLike


def get_keras_mask(x):
    return getattr(x, "_keras_mask", None)


def set_keras_mask(x, mask):
    x._keras_mask = mask


class LayerMasks:
    """How a layer takes masks from its inputs and puts them on its outputs."""

    def _take_masks(self, spec, kwargs):
        """Passes the masks attached to the inputs to a `call` that asks for them."""
        names = self._call_info.mask_names
        if not names:
            return
        for tensor_name, value in spec.tensors.items():
            name = "mask" if len(spec.tensors) == 1 else f"{tensor_name}_mask"
            if name in names and name != tensor_name and spec.arguments.get(name) is None:
                mask = nest.map_structure(get_keras_mask, value)
                if any(m is not None for m in nest.flatten(mask)):
                    kwargs[name] = mask

    def compute_mask(self, inputs: TensorLike, previous_mask: Any) -> Any:
        """The mask of the outputs; the inputs' one where not defined otherwise.

        Args:
            inputs: Tensor, or nest of tensors.
            previous_mask: Mask of the inputs, a bool tensor, a nest of them, or None.

        Returns:
            A bool tensor, a nest of them, or None.
        """
        return previous_mask

    def _set_output_masks(self, inputs, outputs, previous):
        present = any(m is not None for m in nest.flatten(previous))
        if not self._supports_masking:
            if present:
                warnings.warn(
                    f"Layer '{self.name}' (of type {type(self).__name__}) was passed an input with "
                    "a mask attached to it. However, this layer does not support masking and will "
                    "therefore destroy the mask information. Downstream layers will not see the "
                    "mask.",
                    stacklevel=4,
                )
            return
        if not present and type(self).compute_mask is LayerMasks.compute_mask:
            return
        flat = nest.flatten(outputs)
        if all(get_keras_mask(x) is not None for x in flat):
            return
        masks = self.compute_mask(inputs, previous)
        if masks is None:
            return
        for x, mask in zip(flat, nest.flatten(masks)):
            if mask is not None and get_keras_mask(x) is None:
                set_keras_mask(x, mask)
