"""GroupQueryAttention (Ainslie et al. 2023)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import constraints, initializers, ops, regularizers
from .activation import Softmax
from .multi_head_attention import HeadedAttention, headed_config, without_masks
from .regularization import Dropout

if TYPE_CHECKING:
    from ..engine.types import Identifier, Seed


class GroupedQueryAttention(HeadedAttention):
    """Attention of several heads of queries over fewer heads of keys and values.

    One head of keys is multi-query attention; as many as queries are multi-head attention. Without
    dropout, and where no scores are asked for, one fused op computes attention.

    Args:
        head_dim: Size of a head.
        num_query_heads: Number of heads of queries, a multiple of `num_key_value_heads`.
        num_key_value_heads: Number of heads of keys and values.
        dropout: Part of the attention weights that is dropped while training.
        use_bias: Whether projections have a bias.
        sliding_window: How far a key may be from the query that sees it; None for any distance.
        flash_attention: True to insist on the fused kernel: dropout and scores then raise errors.
        kernel_initializer, bias_initializer: First values of the projections.
        kernel_regularizer, bias_regularizer, activity_regularizer: Penalties.
        kernel_constraint, bias_constraint: Projections after updates.
        use_gate: Whether the heads' outputs are multiplied by a sigmoid of a projected query.
        seed: int or None, for the dropout.

    Shapes: query (batch, T, n), value and key (batch, S, n), `attention_mask` a bool tensor
    (batch, T, S); outputs (batch, T, n), and scores (batch, query heads, T, S) where
    `return_attention_scores=True` is passed to the call.

    Raises:
        ValueError: for numbers of heads that do not divide, or inputs that do not match.

    Example:

    >>> x = np.ones((2, 5, 8))
    >>> GroupedQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(x, x).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        head_dim: Any,
        num_query_heads: Any,
        num_key_value_heads: Any,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: Any = None,
        flash_attention: Any = None,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        use_gate: bool = False,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        if min(head_dim, num_query_heads, num_key_value_heads) < 1:
            raise ValueError(
                "`head_dim` and the numbers of heads must be positive. Received: "
                f"head_dim={head_dim}, num_query_heads={num_query_heads}, "
                f"num_key_value_heads={num_key_value_heads}"
            )
        if num_query_heads % num_key_value_heads != 0:
            raise ValueError(
                "`num_query_heads` must be divisible by `num_key_value_heads`. Received: "
                f"num_query_heads={num_query_heads}, num_key_value_heads={num_key_value_heads}"
            )
        self.head_dim = head_dim
        self.num_query_heads = num_query_heads
        self.num_key_value_heads = num_key_value_heads
        self.num_repeats = num_query_heads // num_key_value_heads
        self.dropout = dropout
        self.use_bias = use_bias
        self.use_gate = use_gate
        self.sliding_window = sliding_window
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._take_common(dropout, sliding_window, flash_attention, seed)
        self._inverse_sqrt_head_dim = head_dim**-0.5
        self._return_attention_scores = False

    _window = property(lambda self: self.sliding_window)

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        key_shape = value_shape if key_shape is None else key_shape
        for name, shape in (("query", query_shape), ("value", value_shape), ("key", key_shape)):
            if len(shape) != 3:
                raise ValueError(
                    f"Layer '{self.name}' expects a {name} of shape (batch, length, features). "
                    f"Received shape {tuple(shape)}"
                )
        self.feature_dim = query_shape[-1]
        queries, keys = self.num_query_heads, self.num_key_value_heads
        self._query_dense = self._projection(query_shape, queries, "query")
        self._key_dense = self._projection(key_shape, keys, "key")
        if self.use_gate:
            self._gate_dense = self._projection(query_shape, queries, "gate", "sigmoid")
        self._value_dense = self._projection(value_shape, keys, "value")
        self._softmax = Softmax(axis=-1, dtype=self.dtype_policy)
        self._dropout_layer = Dropout(rate=self.dropout, dtype=self.dtype_policy, seed=self.seed)
        self._dot_product_equation = "bquh,bkuh->buqk"
        self._combine_equation = "buqk,bkuh->bquh"
        self._output_dense = self._dense(
            "bquh,uhm->bqm", (None, self.feature_dim), "m", "attention_output"
        )
        self._output_dense.build((None, None, queries, self.head_dim))

    def _projection(self, shape, heads, name, activation=None):
        sizes = (None, heads, self.head_dim)
        dense = self._dense("bqm,muh->bquh", sizes, "uh", name, activation)
        dense.build(shape)
        return dense

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        self._return_attention_scores = return_attention_scores
        key = value if key is None else key
        own = type(self)._compute_attention is GroupedQueryAttention._compute_attention
        causal_alone = (
            own
            and use_causal_mask
            and query_mask is value_mask is key_mask is attention_mask is None
            and self.sliding_window is None
        )
        if not causal_alone:
            attention_mask = self._compute_attention_mask(
                query,
                value,
                query_mask=query_mask,
                value_mask=value_mask,
                key_mask=key_mask,
                attention_mask=attention_mask,
                use_causal_mask=use_causal_mask,
            )
        with without_masks(query, value, key):
            gate = self._gate_dense(query) if self.use_gate else None
            query, key, value = (
                self._query_dense(query), self._key_dense(key), self._value_dense(value),
            )  # fmt: skip
        if not (own and self._is_fused()):  # the fused op takes shared heads as they are
            key = ops.repeat(key, self.num_repeats, axis=2)
            value = ops.repeat(value, self.num_repeats, axis=2)
        causal = {"use_causal_mask": True} if causal_alone else {}
        outputs, scores = self._compute_attention(
            query, key, value, attention_mask=attention_mask, training=training, **causal
        )
        outputs = self._output_dense(outputs if gate is None else ops.multiply(outputs, gate))
        return (outputs, scores) if return_attention_scores else outputs

    def _is_fused(self):
        return not (self.dropout > 0.0 or self._return_attention_scores)

    def _compute_attention(
        self, query, key, value, attention_mask=None, training=None, use_causal_mask=False
    ):
        """(outputs, scores or None) of projected tensors; a subclass may define another."""
        if self._flash_attention and self._return_attention_scores:
            raise ValueError(
                "Returning attention scores is not supported when flash attention is enabled. "
                "Please disable flash attention to access attention scores."
            )
        if self._is_fused():
            if attention_mask is not None:
                attention_mask = self._mask_beside_heads(attention_mask, 4, 1)
            outputs = ops.dot_product_attention(
                query,
                key,
                value,
                mask=attention_mask,
                scale=self._inverse_sqrt_head_dim,
                is_causal=use_causal_mask,
                flash_attention=self._flash_attention,
            )
            return outputs, None
        if use_causal_mask:
            seen = self._compute_causal_mask(query, value)
            both = attention_mask is not None
            attention_mask = ops.logical_and(attention_mask, seen) if both else seen
        query = ops.multiply(query, self._inverse_sqrt_head_dim)
        scores = ops.einsum(self._dot_product_equation, query, key)
        scores = self._masked_softmax(scores, attention_mask=attention_mask)
        kept = scores
        if self.dropout > 0.0:
            kept = self._dropout_layer(scores, training=training)
        return ops.einsum(self._combine_equation, kept, value), scores

    def _masked_softmax(self, scores, attention_mask=None):
        if attention_mask is not None:
            attention_mask = self._mask_beside_heads(attention_mask, len(scores.shape), 1)
        return self._softmax(scores, mask=attention_mask)

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        key_shape = value_shape if key_shape is None else key_shape
        if query_shape[-1] != value_shape[-1]:
            raise ValueError(
                "The last dimension of `query_shape` and `value_shape` must be equal, but are "
                f"{query_shape[-1]}, {value_shape[-1]}. Received: query_shape={query_shape}, "
                f"value_shape={value_shape}"
            )
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ValueError(
                "All dimensions of `value` and `key`, except the last one, must be equal. "
                f"Received: value_shape={value_shape} and key_shape={key_shape}"
            )
        return query_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "head_dim": self.head_dim,
            "num_query_heads": self.num_query_heads,
            "num_key_value_heads": self.num_key_value_heads,
            "use_bias": self.use_bias,
            "use_gate": self.use_gate,
            "sliding_window": self.sliding_window,
            "dropout": self.dropout,
            **headed_config(self),
        }


GroupQueryAttention = GroupedQueryAttention  # Keras's public name
