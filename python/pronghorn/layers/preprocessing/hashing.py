"""Hashing: texts and integers to buckets by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ... import ops
from ...engine import KerasTensor, config, convert_to_tensor
from ...engine.strings import encode_array, is_text
from ...text import hashing, vocabulary
from .host import HostLayer
from .lookup_vocabulary import check_salt

if TYPE_CHECKING:
    from ...engine.types import TensorLike


_MODES = ("int", "one_hot", "multi_hot", "count")


class Hashing(HostLayer):
    """The bucket of each text or integer: its FarmHash or, with a salt, SipHash, modulo `num_bins`.

    The buckets are TensorFlow's. Integers are hashed as decimal text, floats rounded to zero first.

    Args:
        num_bins: number of buckets, with the one for masked values.
        mask_value: value that goes to bucket 0, which no other does then.
        salt: two integers, or one, for SipHash.
        output_mode: "int" for buckets; "one_hot", a row over the buckets for each value;
            "multi_hot", one for each sample, with ones; "count", with counts.
        sparse: False; there are no sparse tensors.
        **kwargs: name, and dtype of the output: int64 for "int", else floatx.

    Shapes: any; the inputs' shape in mode "int", else rows over the buckets in the place of the
    last axis.

    Raises:
        ValueError: for `num_bins` that is not positive, another output_mode or salt, a dtype other
            than int32 and int64 in mode "int", or sparse rows.

    Example:

    >>> Hashing(num_bins=3)(["A", "B", "C"]).tolist()
    [1, 0, 1]
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        if num_bins is None or num_bins <= 0:
            raise ValueError(
                "The `num_bins` for `Hashing` cannot be `None` or non-positive values. Received: "
                f"num_bins={num_bins}."
            )
        if output_mode not in _MODES:
            raise ValueError(
                "Invalid value for argument `output_mode`. Expected one of "
                f"{_MODES}. Received: output_mode={output_mode}"
            )
        super().__init__(**kwargs)
        if output_mode == "int" and self.dtype_policy.name not in ("int32", "int64"):
            raise ValueError(
                "When `output_mode=\"int\"`, `dtype` should be an integer type, 'int32' or "
                f"'int64'. Received: dtype={kwargs['dtype']}"
            )
        if sparse:
            raise ValueError(
                '`sparse` may only be true if `output_mode` is `"one_hot"`, `"multi_hot"`, or '
                '`"count"`, and there are no sparse tensors here. Received: sparse=True and '
                f"output_mode={output_mode}"
            )
        self.__dict__.update(
            num_bins=num_bins,
            mask_value=mask_value,
            output_mode=output_mode,
            sparse=sparse,
            salt=None if salt is None else check_salt(salt, "Hashing"),
        )

    def call(self, inputs: TensorLike) -> Any:
        array = encode_array(inputs) if is_text(inputs) else self.host_array(inputs)
        shape = array.shape
        if self.output_mode == "one_hot" and shape and shape[-1] == 1:
            shape = shape[:-1]
        numbers = self._bins(array.ravel())
        if self.output_mode == "int":
            return ops.cast(convert_to_tensor(numbers.reshape(shape)), self.dtype)
        return encoded(numbers, shape, self.output_mode, self.num_bins, self.dtype)

    def _bins(self, values):
        count, masked = self.num_bins, None
        if self.mask_value is not None and count > 1:
            count -= 1
            mask = self.mask_value
            if values.dtype == object:
                mask = encode_array(mask).item()
            masked = values == mask
        if values.dtype == object:
            texts = values.tolist()
        else:
            texts = [b"%d" % v for v in values.astype(np.int64).tolist()]
        numbers = hashing.buckets(texts, count, self.salt)
        return numbers if masked is None else np.where(masked, 0, numbers + 1)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        if self.output_mode == "int":
            return tuple(input_shape)
        return (*input_shape[:-1], self.num_bins)

    def compute_output_spec(self, inputs: TensorLike) -> Any:
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


def encoded(numbers, shape, mode, depth, dtype):
    """Numbers of the given shape as rows of `depth`, by an output mode; a tensor."""
    if mode == "one_hot":
        if len(shape) > 1 and shape[-1] == 1:
            shape = shape[:-1]
        rows = vocabulary.encode(numbers, np.ones(len(numbers), np.int64), "multi_hot", depth)
        return ops.cast(convert_to_tensor(rows.reshape(*shape, depth)), dtype)
    size = shape[-1] if shape else 1
    lengths = np.full(len(numbers) // max(size, 1), size, np.int64)
    rows = vocabulary.encode(numbers, lengths, mode, depth)
    return ops.cast(convert_to_tensor(rows.reshape(*shape[:-1], depth)), dtype)
