"""ReversibleEmbedding: a table of rows, and the way back from rows to scores of indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .core import Embedding
from .masking import set_keras_mask

if TYPE_CHECKING:
    from ..engine.types import Identifier, TensorLike


class ReversibleEmbedding(Embedding):
    """An Embedding that also projects back: `layer(x, reverse=True)` is x @ table.T.

    Press & Wolf 2017.

    Args:
        input_dim: Number of rows.
        output_dim: Size of a row.
        tie_weights: Whether the way back uses the same table; otherwise it has one of its own.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: As for other weights.
        mask_zero: Whether index 0 is padding, masked in the layers that follow.
        reverse_dtype: The dtype that the way back computes in; where None, that of the inputs
            and the layer together.
        logit_soft_cap: The results of the way back stay within this, by tanh; None for no limit.

    Shapes: inputs any, outputs inputs' shape + (output_dim,); reversed, (..., output_dim) to
    (..., input_dim).

    Example:

    >>> layer = ReversibleEmbedding(10, 4)
    >>> layer(layer(np.array([[1, 2, 3]])), reverse=True).shape
    (1, 3, 10)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Identifier = "uniform",
        embeddings_regularizer: Identifier | None = None,
        embeddings_constraint: Identifier | None = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
            )

    def call(self, inputs: TensorLike, reverse: bool = False) -> Any:
        if not reverse:
            rows = super().call(inputs)
            if self.mask_zero:
                set_keras_mask(rows, ops.not_equal(inputs, 0))
            return rows
        table = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        if self.reverse_dtype is not None:
            inputs = ops.cast(inputs, self.reverse_dtype)
        logits = ops.matmul(inputs, ops.cast(table, self.reverse_dtype or self.compute_dtype))
        if self.logit_soft_cap is not None:
            capped = ops.tanh(ops.divide(logits, self.logit_soft_cap))
            logits = ops.multiply(capped, self.logit_soft_cap)
        return logits

    def compute_mask(self, inputs: TensorLike, mask: Any = None) -> None:
        return None  # `call` sets it, which knows in what direction it goes

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> tuple[Any, ...]:
        if reverse:
            return (*input_shape[:-1], self.input_dim)
        return (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs: TensorLike, reverse: bool = False) -> Any:
        spec = self._output_spec_of_call(inputs, reverse=reverse)
        if self.mask_zero and not reverse:
            set_keras_mask(spec, ops.not_equal(inputs, 0))
        return spec

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "tie_weights": self.tie_weights,
            "reverse_dtype": self.reverse_dtype,
            "logit_soft_cap": self.logit_soft_cap,
        }
