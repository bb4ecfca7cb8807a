"""MultiHeadAttention (Vaswani et al. 2017)."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from .. import constraints, initializers, ops, regularizers
from ..engine import config
from ..ops.attention import causal_mask
from .activation import Softmax
from .base import Layer
from .core import weight_config
from .einsum_dense import EinsumDense
from .masking import get_keras_mask, set_keras_mask
from .regularization import Dropout

if TYPE_CHECKING:
    from ..engine.types import Identifier, Seed


class HeadedAttention(Layer):
    """What layers with several heads of attention share: masks, dense sublayers, the two ways to
    compute. A subclass has `query`, `key`, `value` and `attention_output` dense layers.
    """

    def _take_common(self, dropout, sliding_window, flash_attention, seed):
        if sliding_window is not None and (
            not isinstance(sliding_window, int) or sliding_window <= 0
        ):
            raise ValueError(
                "`sliding_window` must be `None` or a positive integer. "
                f"Received: sliding_window={sliding_window}"
            )
        self._flash_attention = flash_attention or config.is_flash_attention_enabled()
        if self._flash_attention and dropout > 0.0:
            raise ValueError(
                "Dropout is not supported when flash attention is enabled. Please set dropout to "
                f"0.0 to use flash attention. Received: dropout={dropout}"
            )
        self.seed = seed

    def _dense(self, equation, output_shape, bias_axes, name, activation=None):
        """A dense sublayer with this layer's initializers (each its own), penalties and policy."""

        def own(kind, weight):
            return getattr(self, f"{self._settings_prefix}{weight}_{kind}")

        parts = {
            f"{weight}_{kind}": own(kind, weight)
            for kind in ("regularizer", "constraint")
            for weight in ("kernel", "bias")
        }
        for weight in ("kernel", "bias"):
            first = own("initializer", weight)
            parts[f"{weight}_initializer"] = type(first).from_config(first.get_config())
        return EinsumDense(
            equation,
            output_shape=output_shape,
            bias_axes=bias_axes if getattr(self, f"{self._settings_prefix}use_bias") else None,
            activation=activation,
            activity_regularizer=getattr(self, f"{self._settings_prefix}activity_regularizer"),
            name=name,
            dtype=self.dtype_policy,
            **parts,
        )

    _settings_prefix = ""

    def _compute_attention_mask(
        self,
        query,
        value,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        use_causal_mask=False,
    ):
        """All masks as one, which broadcasts to (batch, queries, keys); None for none."""
        masks = []
        if query_mask is not None:
            masks.append(ops.expand_dims(ops.cast(query_mask, "bool"), -1))
        for mask in (value_mask, key_mask):
            if mask is not None:
                masks.append(ops.expand_dims(ops.cast(mask, "bool"), -2))
        if use_causal_mask:
            masks.append(self._compute_causal_mask(query, value))
        if self._window is not None:
            masks.append(self._compute_sliding_window_mask(query, value))
        if attention_mask is not None:
            masks.append(ops.cast(attention_mask, "bool"))
        if not masks:
            return None
        found = masks[0]
        for mask in masks[1:]:
            found = ops.logical_and(found, mask)
        return found

    def _lengths(self, query, value):
        length = ops.shape(query)[1]
        return length, length if value is None else ops.shape(value)[1]

    def _compute_causal_mask(self, query, value=None):
        return ops.expand_dims(causal_mask(*self._lengths(query, value)), 0)

    def _compute_sliding_window_mask(self, query, value=None):
        length, keys = self._lengths(query, value)
        rows = ops.expand_dims(ops.arange(length, dtype="int32"), -1)
        apart = ops.abs(ops.subtract(rows, ops.arange(keys, dtype="int32")))
        return ops.expand_dims(ops.less(apart, self._window), 0)

    def _mask_beside_heads(self, mask, rank, axes):
        """The mask with axes for the heads (and other axes) in front of those it has."""
        for _ in range(rank - len(mask.shape)):
            mask = ops.expand_dims(mask, axis=-2 * axes - 1)
        return mask

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        return self._output_spec_of_call(*args, **kwargs)


class without_masks:  # noqa: N801
    """While in it, these tensors have no masks: what the layers inside do not need to know."""

    def __init__(self, *tensors):
        self.masks = [(x, get_keras_mask(x)) for x in tensors]

    def __enter__(self):
        for x, mask in self.masks:
            if mask is not None:
                set_keras_mask(x, None)

    def __exit__(self, *_):
        for x, mask in self.masks:
            if mask is not None:
                set_keras_mask(x, mask)


class MultiHeadAttention(HeadedAttention):
    """Attention of several heads, each over its own projections of query, key and value.

    The outputs of the heads are projected to the size of the query. Without dropout, and where no
    scores are asked for, one fused op computes attention.

    Args:
        num_heads: Number of heads.
        key_dim: Size of a head's query and key.
        value_dim: Size of a head's value; `key_dim` where None.
        dropout: Part of the attention weights that is dropped while training.
        use_bias: Whether projections have a bias.
        output_shape: Size (or sizes) of the last axes of the outputs; the query's where None.
        attention_axes: Axes over which attention goes; all between batch and features where None.
        sliding_window: How far a key may be from the query that sees it; None for any distance.
        flash_attention: True to insist on the fused kernel: dropout and scores then raise errors.
        kernel_initializer, bias_initializer: First values of the projections.
        kernel_regularizer, bias_regularizer, activity_regularizer: Penalties.
        kernel_constraint, bias_constraint: Projections after updates.
        use_gate: Whether the heads' outputs are multiplied by a sigmoid of a projected query.
        seed: int or None, for the dropout.

    Shapes: query (batch, T, n), value (batch, S, m), key (batch, S, k), `attention_mask` a bool
    tensor (batch, T, S); outputs (batch, T, n), and scores (batch, heads, T, S) where
    `return_attention_scores=True` is passed to the call. With `use_causal_mask=True`, query i sees
    keys up to i. Masks attached to the inputs are heeded.

    Raises:
        ValueError: for sizes that are no positive integers, or inputs that do not match.

    Example:

    >>> x = np.ones((2, 5, 8))
    >>> MultiHeadAttention(num_heads=2, key_dim=4)(x, x).shape
    (2, 5, 8)
    """

    _settings_prefix = "_"

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
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
        for name, size in (
            ("num_heads", num_heads),
            ("key_dim", key_dim),
            ("value_dim", value_dim),
        ):
            if name == "value_dim" and size is None:
                continue
            if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
                raise ValueError(
                    f"Received an invalid value for argument `{name}`, expected a positive "
                    f"integer. Received: {name}={size}"
                )
        super().__init__(**kwargs)
        self.supports_masking = True
        self._num_heads = num_heads
        self._key_dim = key_dim
        self._value_dim = value_dim or key_dim
        self._dropout = dropout
        self._use_bias = use_bias
        self._use_gate = use_gate
        self._output_shape = _sizes(output_shape)
        self._kernel_initializer = initializers.get(kernel_initializer)
        self._bias_initializer = initializers.get(bias_initializer)
        self._kernel_regularizer = regularizers.get(kernel_regularizer)
        self._bias_regularizer = regularizers.get(bias_regularizer)
        self._activity_regularizer = regularizers.get(activity_regularizer)
        self._kernel_constraint = constraints.get(kernel_constraint)
        self._bias_constraint = constraints.get(bias_constraint)
        if isinstance(attention_axes, int):
            attention_axes = (attention_axes,)
        elif attention_axes and not isinstance(attention_axes, (list, tuple)):
            raise ValueError(
                "`attention_axes` must be an int, list, or tuple. "
                f"Received: attention_axes={attention_axes}"
            )
        self._attention_axes = attention_axes
        self._take_common(dropout, sliding_window, flash_attention, seed)
        self._sliding_window = sliding_window
        self._inverse_sqrt_key_dim = key_dim**-0.5

    num_heads = property(lambda self: self._num_heads)
    key_dim = property(lambda self: self._key_dim)
    value_dim = property(lambda self: self._value_dim)
    dropout = property(lambda self: self._dropout)
    use_bias = property(lambda self: self._use_bias)
    attention_axes = property(lambda self: self._attention_axes)
    query_dense = property(lambda self: self._query_dense)
    key_dense = property(lambda self: self._key_dense)
    value_dense = property(lambda self: self._value_dense)
    output_dense = property(lambda self: self._output_dense)
    _window = property(lambda self: self._sliding_window)

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        key_shape = value_shape if key_shape is None else key_shape
        _check_keys(value_shape, key_shape)
        rank = len(query_shape)
        self._query_dense = self._projection(query_shape, self._key_dim, "query")
        self._key_dense = self._projection(key_shape, self._key_dim, "key")
        if self._use_gate:
            self._gate_dense = self._projection(query_shape, self._value_dim, "gate", "sigmoid")
        self._value_dense = self._projection(value_shape, self._value_dim, "value")
        self._build_attention(len(value_shape) + 1)
        sizes = self._output_shape or (query_shape[-1],)
        equation, bias_axes = _projection_equation(rank - 1, 2, len(sizes))
        self._output_dense = self._dense(
            equation, [None] * (rank - 2) + list(sizes), bias_axes, "attention_output"
        )
        self._output_dense.build((*query_shape[:-1], self._num_heads, self._value_dim))

    def _projection(self, shape, size, name, activation=None):
        free = len(shape) - 1
        equation, bias_axes = _projection_equation(free, 1, 2)
        sizes = [None] * (free - 1) + [self._num_heads, size]
        dense = self._dense(equation, sizes, bias_axes, name, activation)
        dense.build(shape)
        return dense

    def _build_attention(self, rank):
        """Sublayers and equations for projected tensors of this rank."""
        axes = self._attention_axes
        if axes is None:
            axes = range(1, rank - 2)
        self._attention_axes = tuple(a if a >= 0 else rank - 1 + a for a in axes)
        self._dot_product_equation, self._combine_equation, scores = _attention_equations(
            rank, self._attention_axes
        )
        last = tuple(range(scores - len(self._attention_axes), scores))
        self._softmax = Softmax(axis=last, dtype=self.dtype_policy)
        self._dropout_layer = Dropout(rate=self._dropout, dtype=self.dtype_policy, seed=self.seed)

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
        key = value if key is None else key
        causal_alone = (
            use_causal_mask
            and query_mask is value_mask is key_mask is attention_mask is None
            and self._sliding_window is None
            and type(self)._compute_attention is MultiHeadAttention._compute_attention
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
            gate = self._gate_dense(query) if self._use_gate else None
            query, key, value = (
                self._query_dense(query), self._key_dense(key), self._value_dense(value),
            )  # fmt: skip
        causal = {"use_causal_mask": True} if causal_alone else {}
        outputs, scores = self._compute_attention(
            query, key, value, attention_mask, training, return_attention_scores, **causal
        )
        outputs = self._output_dense(outputs if gate is None else ops.multiply(outputs, gate))
        return (outputs, scores) if return_attention_scores else outputs

    def _compute_attention(
        self,
        query,
        key,
        value,
        attention_mask=None,
        training=None,
        return_attention_scores=False,
        use_causal_mask=False,
    ):
        """(outputs, scores or None) of projected tensors; a subclass may define another attention.

        Args:
            query: Tensor (batch, T, heads, key_dim).
            key: Tensor (batch, S, heads, key_dim).
            value: Tensor (batch, S, heads, value_dim).
            attention_mask: Bool tensor, which broadcasts to (batch, T, S), or None.
            training: Whether dropout is on.
            return_attention_scores: Whether the scores are wanted.
            use_causal_mask: Whether query i sees keys 0 to i only.
        """
        if self._flash_attention and return_attention_scores:
            raise ValueError(
                "Returning attention scores is not supported when flash attention is enabled. "
                "Please disable flash attention to access attention scores."
            )
        axes = len(self._attention_axes)
        if not (self._dropout > 0.0 or return_attention_scores or len(query.shape) != 4):
            if attention_mask is not None:
                attention_mask = self._mask_beside_heads(attention_mask, 4, axes)
            outputs = ops.dot_product_attention(
                query,
                key,
                value,
                mask=attention_mask,
                scale=self._inverse_sqrt_key_dim,
                is_causal=use_causal_mask,
                flash_attention=self._flash_attention,
            )
            return outputs, None
        if use_causal_mask:
            seen = self._compute_causal_mask(query, value)
            both = attention_mask is not None
            attention_mask = ops.logical_and(attention_mask, seen) if both else seen
        query = ops.multiply(query, self._inverse_sqrt_key_dim)
        scores = ops.einsum(self._dot_product_equation, key, query)
        scores = self._masked_softmax(scores, attention_mask)
        kept = scores
        if self._dropout > 0.0:
            kept = self._dropout_layer(scores, training=training)
        return ops.einsum(self._combine_equation, kept, value), scores

    def _masked_softmax(self, attention_scores, attention_mask=None):
        if attention_mask is not None:
            attention_mask = self._mask_beside_heads(
                attention_mask, len(attention_scores.shape), len(self._attention_axes)
            )
        return self._softmax(attention_scores, mask=attention_mask)

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> tuple[Any, ...]:
        _check_keys(value_shape, value_shape if key_shape is None else key_shape)
        if self._output_shape:
            return (*query_shape[:-1], *self._output_shape)
        return tuple(query_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_heads": self._num_heads,
            "key_dim": self._key_dim,
            "value_dim": self._value_dim,
            "dropout": self._dropout,
            "use_bias": self._use_bias,
            "use_gate": self._use_gate,
            "output_shape": self._output_shape,
            "attention_axes": self._attention_axes,
            "sliding_window": self._sliding_window,
            **headed_config(self),
        }


def headed_config(layer):
    """The initializers, regularizers, constraints and the seed of a layer with heads as configs."""
    from ..serialization import serialize_keras_object as serialize

    prefix = layer._settings_prefix
    parts = weight_config(layer, f"{prefix}kernel", f"{prefix}bias")
    return {
        **{name.removeprefix(prefix): part for name, part in parts.items()},
        "activity_regularizer": serialize(getattr(layer, f"{prefix}activity_regularizer")),
        "seed": layer.seed,
    }


def _sizes(output_shape):
    if not output_shape:
        return output_shape
    if isinstance(output_shape, int):
        return (output_shape,)
    try:
        return tuple(output_shape)
    except TypeError:
        raise ValueError(
            f"Invalid `output_shape`: {output_shape}. When specified, the `output_shape` should be "
            "of type tuple, list, or int."
        ) from None


def _check_keys(value_shape, key_shape):
    if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
        raise ValueError(
            "All dimensions of `value` and `key`, except the last one, must be equal. Received: "
            f"value_shape={value_shape} and key_shape={key_shape}"
        )


def _projection_equation(free, summed, made):
    """("abc,cde->abde", "de"): the equation of a projection, and the labels that it makes."""
    labels = string.ascii_lowercase
    kept, rest = labels[:free], labels[free:]
    inner, outer = rest[:summed], rest[summed : summed + made]
    return f"{kept}{inner},{inner}{outer}->{kept}{outer}", outer


def _attention_equations(rank, axes):
    """Equations of scores = key . query and of outputs = scores . value, and the scores' rank.

    Tensors are (batch axes and attention axes, heads, size); scores (batch axes, heads, attention
    axes of the query, attention axes of the key).
    """
    target = string.ascii_lowercase[:rank]
    fresh = iter(string.ascii_lowercase[rank:])
    batch = [i for i in range(rank - 1) if i not in axes]
    source = "".join(target[i] if i in batch or i == rank - 1 else next(fresh) for i in range(rank))
    scores = "".join(
        [target[i] for i in batch] + [target[i] for i in axes] + [source[i] for i in axes]
    )
    return f"{source},{target}->{scores}", f"{scores},{source}->{target}", len(scores)
