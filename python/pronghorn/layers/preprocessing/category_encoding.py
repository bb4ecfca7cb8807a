"""CategoryEncoding: integers to rows of ones or counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ...engine import KerasTensor
from ..base import Layer
from .encoding import encode_categories

if TYPE_CHECKING:
    from ...engine.types import TensorLike


class CategoryEncoding(Layer):
    """Category numbers as rows over the categories.

    Args:
        num_tokens: number of categories; numbers are from 0 to `num_tokens` - 1.
        output_mode: "multi_hot" for one row a sample with ones where a number occurs, "count" with
            counts, "one_hot" for a row for each number.
        sparse: False; there are no sparse tensors.

    Call arguments: integers, and `count_weights` of their shape to count with, for "count".

    Shapes: (..., n); "one_hot" (..., n, num_tokens), or (..., num_tokens) for n = 1; else
    (..., num_tokens).

    Raises:
        ValueError: for another output_mode, no or fewer than one token, sparse rows, and
            `count_weights` in a mode other than "count".

    Example:

    >>> CategoryEncoding(4, "count")(np.array([[3, 1, 1]])).tolist()
    [[0.0, 2.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        num_tokens: Any = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        output_mode = "multi_hot" if output_mode == "binary" else output_mode
        if output_mode not in ("count", "one_hot", "multi_hot"):
            raise ValueError(
                f"Unknown arg for output_mode: {output_mode}. Expected 'count', 'one_hot' or "
                "'multi_hot'."
            )
        if num_tokens is None:
            raise ValueError(
                "num_tokens must be set to use this layer. If the number of tokens is not known "
                "beforehand, use the IntegerLookup layer instead."
            )
        if num_tokens < 1:
            raise ValueError(f"`num_tokens` must be >= 1. Received: num_tokens={num_tokens}.")
        if sparse:
            raise ValueError("`sparse=True` is not supported: there are no sparse tensors here.")
        self.num_tokens = num_tokens
        self.output_mode = output_mode
        self.sparse = sparse
        self.__dict__.update(_convert_input_args=False, _allow_non_tensor_positional_args=True)

    def call(self, inputs: TensorLike, count_weights: Any = None) -> Any:
        if count_weights is not None:
            if self.output_mode != "count":
                raise ValueError(
                    "`count_weights` is not used when `output_mode` is not `'count'`. Received "
                    f"`count_weights={count_weights}`."
                )
            count_weights = ops.convert_to_tensor(count_weights, dtype=self.compute_dtype)
        inputs = ops.convert_to_tensor(inputs)
        return encode_categories(
            inputs, self.output_mode, self.num_tokens, self.dtype, count_weights
        )

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        shape = tuple(input_shape)
        if not shape:
            return (self.num_tokens,)
        if self.output_mode == "one_hot" and (shape[-1] != 1 or len(shape) == 1):
            return (*shape, self.num_tokens)
        return (*shape[:-1], self.num_tokens)

    def compute_output_spec(self, inputs: TensorLike, count_weights: Any = None) -> Any:
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        own = {"num_tokens": self.num_tokens, "output_mode": self.output_mode}
        return {**super().get_config(), **own}
