"""Attention over lists of tensors: Luong's dot products and Bahdanau's sums of tanh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops, random
from ..engine.random import SeedGenerator
from ..ops.attention import causal_mask
from .base import Layer

if TYPE_CHECKING:
    from ..engine.types import Seed


class Attention(Layer):
    """softmax(scores of query and key) @ value, for inputs [query, value] or [query, value, key].

    Luong et al. 2015. Where no key is given, the value is the key.

    Args:
        use_scale: Whether the scores are multiplied by a trained number.
        score_mode: "dot" for products of query and key, "concat" for
            `weight * sum(tanh(scale * (query + key)))`.
        dropout: Part of the attention weights that is dropped while training.
        seed: int or None, for the dropout.

    Shapes: query (batch, Tq, n), value (batch, Tv, m), key (batch, Tv, n); outputs (batch, Tq, m),
    and scores (batch, Tq, Tv) where `return_attention_scores=True` is passed to the call. It also
    takes `mask`, a list of bool tensors [(batch, Tq), (batch, Tv)] or None, and
    `use_causal_mask=True`, with which query i sees the values up to i.

    Raises:
        ValueError: for another score_mode, or inputs or a mask that are no such lists.

    Example:

    >>> x = np.ones((2, 3, 4))
    >>> Attention()([x, x]).shape
    (2, 3, 4)
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        self._causal = bool(kwargs.pop("causal", False))  # Keras 2: of every call
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = dropout
        self.seed = seed
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(seed)
        if score_mode not in ("dot", "concat"):
            raise ValueError(
                "Invalid value for argument score_mode. Expected one of {'dot', 'concat'}. "
                f"Received: score_mode={score_mode}"
            )

    def build(self, input_shape: Any) -> None:
        self._validate_inputs(input_shape)
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", shape=(), initializer="ones"
            )

    def _calculate_scores(self, query, key):
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else ops.multiply(scores, self.scale)
        pairs = ops.add(ops.expand_dims(query, axis=-2), ops.expand_dims(key, axis=-3))
        if self.scale is not None:
            pairs = ops.multiply(self.scale, pairs)
        return ops.multiply(self.concat_score_weight, ops.sum(ops.tanh(pairs), axis=-1))  # type: ignore[arg-type]

    def _apply_scores(self, scores, value, scores_mask=None, training=False):
        if scores_mask is not None:
            if len(scores_mask.shape) == 2:
                scores_mask = ops.expand_dims(scores_mask, axis=-2)
            least = 65504.0 if scores.dtype == "float16" else 1.0e9
            scores = ops.where(scores_mask, scores, ops.subtract(scores, least))
        weights = ops.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        return ops.matmul(weights, value), weights

    def _calculate_score_mask(self, scores, v_mask, use_causal_mask):
        if not (use_causal_mask or self._causal):
            return v_mask
        length, keys = ops.shape(scores)[-2:]
        seen = ops.expand_dims(causal_mask(length, keys), axis=0)
        return seen if v_mask is None else ops.logical_and(ops.expand_dims(v_mask, axis=-2), seen)

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        self._validate_inputs(inputs, mask)
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        q_mask, v_mask = mask[:2] if mask else (None, None)
        scores = self._calculate_scores(query=query, key=key)
        outputs, weights = self._apply_scores(
            scores=scores,
            value=value,
            scores_mask=self._calculate_score_mask(scores, v_mask, use_causal_mask),
            training=training,
        )
        if q_mask is not None:
            outputs = ops.where(ops.expand_dims(q_mask, axis=-1), outputs, 0.0)
        return (outputs, weights) if return_attention_scores else outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        self._validate_inputs(inputs, mask)
        if mask is None or mask[0] is None:
            return None
        return ops.convert_to_tensor(mask[0])

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(
        self,
        inputs: Any,
        mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        return self._output_spec_of_call(
            inputs,
            mask=mask,
            return_attention_scores=return_attention_scores,
            training=training,
            use_causal_mask=use_causal_mask,
        )

    def _validate_inputs(self, inputs, mask=None):
        name = type(self).__name__
        if not isinstance(inputs, list):
            raise ValueError(
                f"{name} layer must be called on a list of inputs, namely [query, value] or "
                f"[query, value, key]. Received: inputs={inputs}."
            )
        if not 2 <= len(inputs) <= 3:
            raise ValueError(
                f"{name} layer accepts inputs list of length 2 or 3, namely [query, value] or "
                f"[query, value, key]. Received length: {len(inputs)}."
            )
        if mask is None:
            return
        if not isinstance(mask, list):
            raise ValueError(
                f"{name} layer mask must be a list, namely [query_mask, value_mask]. "
                f"Received: mask={mask}."
            )
        if not 2 <= len(mask) <= 3:
            raise ValueError(
                f"{name} layer accepts mask list of length 2 or 3. Received: inputs={inputs}, "
                f"mask={mask}."
            )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
            "seed": self.seed,
            **({"causal": True} if self._causal else {}),
        }


class AdditiveAttention(Attention):
    """Attention whose scores are sum(scale * tanh(query + key)) over the last axis.

    Bahdanau et al. 2015. Inputs, outputs and the call's arguments are those of Attention.

    Args:
        use_scale: Whether `scale` is trained, one number a feature; 1 otherwise.
        dropout: Part of the attention weights that is dropped while training.
        **kwargs: `seed`, and what every layer takes.

    Example:

    >>> query, value = np.ones((2, 3, 4)), np.ones((2, 5, 4))
    >>> AdditiveAttention()([query, value]).shape
    (2, 3, 4)
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        self._validate_inputs(input_shape)
        self.scale = None
        if not input_shape[0]:
            raise ValueError(
                f"Layer '{self.name}' needs queries with an axis of features. Received shape ()."
            )
        if self.use_scale:
            self.scale = self.add_weight(
                name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform"
            )

    def _calculate_scores(self, query, key):
        pairs = ops.add(ops.expand_dims(query, axis=-2), ops.expand_dims(key, axis=-3))
        scores = ops.tanh(pairs)
        if self.scale is not None:
            scores = ops.multiply(self.scale, scores)
        return ops.sum(scores, axis=-1)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["score_mode"]
        return config
