"""HashedCrossing: combinations of features to buckets by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ... import ops
from ...engine import KerasTensor, convert_to_tensor
from ...engine.strings import encode_array, is_text
from ...text import hashing
from .hashing import encoded
from .host import HostLayer

if TYPE_CHECKING:
    from ...engine.types import TensorLike


class HashedCrossing(HostLayer):
    """The bucket of each combination of values of two or more features, as TensorFlow crosses them.

    Args:
        num_bins: number of buckets.
        output_mode: "int" for buckets, "one_hot" for rows with a one.
        sparse: False; there are no sparse tensors.
        name: name.
        dtype: of the output: int64 for "int", else floatx.

    Shapes: a list of inputs (), (batch,) or (batch, 1), of text or integers; the same shape in
    mode "int", else (batch, num_bins).

    Raises:
        ValueError: for another output_mode, sparse rows, or, when called, inputs of fewer than two
            features or different shapes.

    Example:

    >>> HashedCrossing(num_bins=5)((["A", "B"], [101, 102])).tolist()
    [1, 1]
    """

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        if output_mode not in ("int", "one_hot"):
            raise ValueError(
                "Unknown value for `output_mode` argument of HashedCrossing. Expected one of "
                f"('int', 'one_hot'). Received: output_mode={output_mode!r}"
            )
        if sparse:
            raise ValueError(
                "`sparse=True` can only be used with the TensorFlow backend: there are no sparse "
                "tensors here."
            )
        if output_mode == "int" and dtype is None:
            dtype = "int64"
        super().__init__(name=name, dtype=dtype)
        self.__dict__.update(num_bins=num_bins, output_mode=output_mode, sparse=sparse)

    def call(self, inputs: TensorLike) -> Any:
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(
                "`HashedCrossing` should be called on a list or tuple of inputs. Received: "
                f"inputs={inputs}"
            )
        if len(inputs) < 2:
            raise ValueError(
                "`HashedCrossing` should be called on at least two inputs. Received: "
                f"inputs={inputs}"
            )
        arrays = [encode_array(x) if is_text(x) else self.host_array(x) for x in inputs]
        shape = arrays[0].shape
        if len(shape) > 2 or (len(shape) == 2 and shape[-1] != 1):
            raise ValueError(
                "All `HashedCrossing` inputs should have shape `()`, `(batch_size)` or "
                f"`(batch_size, 1)`. Received: inputs={inputs}"
            )
        if any(a.shape != shape for a in arrays):
            raise ValueError(
                f"All `HashedCrossing` inputs should have equal shape. Received: inputs={inputs}"
            )
        if any(a.dtype.kind not in "iuO" for a in arrays):
            raise ValueError(
                "All `HashedCrossing` inputs should have an integer or string dtype. Received: "
                f"inputs={inputs}"
            )
        columns = [a.ravel().tolist() if a.dtype.kind == "O" else a.ravel() for a in arrays]
        numbers = hashing.cross_buckets(columns, self.num_bins)
        if self.output_mode == "int":
            return ops.cast(convert_to_tensor(numbers.reshape(shape)), self.compute_dtype)
        return encoded(numbers, shape, "one_hot", self.num_bins, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        shapes = [tuple(s) if isinstance(s, (list, tuple)) else s for s in input_shape]
        if len(shapes) < 2 or not all(isinstance(s, tuple) for s in shapes):
            raise ValueError(
                f"Expected as input a list/tuple of 2 tensors. Received input_shape={input_shape}"
            )
        if shapes[0][-1:] != shapes[1][-1:]:
            raise ValueError(
                "Expected the two input tensors to have identical shapes. Received "
                f"input_shape={input_shape}"
            )
        first = shapes[0]
        if self.output_mode == "int":
            return first
        return (*(first[:-1] if first[-1:] == (1,) else first), self.num_bins)

    def compute_output_spec(self, inputs: TensorLike) -> Any:
        shape = self.compute_output_shape([tuple(np.shape(x)) if not hasattr(x, "shape")
                                           else tuple(x.shape) for x in inputs])  # fmt: skip
        return KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }
