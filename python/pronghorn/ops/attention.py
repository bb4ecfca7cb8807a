"""Attention: softmax of scaled products of queries and keys, times values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.sized import sized_by_inputs
from ._args import cast, floats, op, result_type, shape_of, tensor
from .array import expand_dims, reshape
from .creation import arange
from .math import greater_equal, multiply

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_attention = op("attention")


def dot_product_attention(
    query: TensorLike,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: TensorLike | None = None,
    scale: Any = None,
    is_causal: bool = False,
    flash_attention: Any = None,
    attn_logits_soft_cap: Any = None,
) -> Tensor:
    """softmax(query @ key.T * scale + bias) @ value, for each head.

    Vaswani et al. 2017. Half precision takes its softmax in float32. A query whose keys are all
    masked gets the mean of the values.

    Args:
        query: Float tensor (batch, length, heads, size).
        key: Float tensor (batch, keys, heads of keys, size). The heads of queries are a multiple of
            the heads of keys; each of these then serves several (Ainslie et al. 2023).
        value: Float tensor (batch, keys, heads of keys, size of values).
        bias: Added to the scores; broadcasts to (batch, heads, length, keys).
        mask: Bool, False where a query may not see a key; broadcasts to the same shape.
        scale: Number; 1 / sqrt(size) where None.
        is_causal: Whether query i sees keys 0 to i only.
        flash_attention: Accepted; the fused kernel runs wherever it fits.
        attn_logits_soft_cap: None.

    Returns:
        A tensor (batch, length, heads, size of values).

    Raises:
        ValueError: tensors that are not 4-dimensional, sizes that do not match, or a soft cap.

    Example:
        >>> x = ops.ones((2, 5, 4, 8))
        >>> ops.dot_product_attention(x, x, x, is_causal=True).shape
        (2, 5, 4, 8)
    """
    if attn_logits_soft_cap is not None:
        raise ValueError(
            "dot_product_attention: attn_logits_soft_cap is not supported; leave it None. "
            f"Received: {attn_logits_soft_cap}"
        )
    query, key, value = floats(query), floats(key), floats(value)
    _check(query, key, value)
    dtype = result_type(query.dtype, key.dtype, value.dtype)
    query, key, value = cast(query, dtype), cast(key, dtype), cast(value, dtype)
    return attend(query, key, value, bias, mask, scale, is_causal)


def _attended_spec(query, key, value, *others):
    if None not in (*query.shape[2:], key.shape[2]):
        return None
    return (*query.shape[:3], value.shape[3]), query.dtype


@sized_by_inputs(_attended_spec)
def attend(query, key, value, bias, mask, scale, is_causal):
    """`dot_product_attention` of tensors of one dtype."""
    _check(query, key, value)
    dtype = query.dtype
    scale = max(query.shape[3], 1) ** -0.5 if scale is None else scale
    if not isinstance(scale, (int, float)):
        query, scale = multiply(query, cast(tensor(scale), dtype)), 1.0
    inputs = [query, key, value]
    if bias is not None:
        inputs.append(_of_rank_4(floats(bias)))
    if mask is not None:
        inputs.append(_of_rank_4(cast(tensor(mask), "bool")))
    attrs = (float(scale), bool(is_causal), bias is not None, mask is not None)
    return _attention(tuple(inputs), attrs)[0]


def _of_rank_4(x):
    rank = len(x.shape)
    return reshape(x, (1,) * (4 - rank) + tuple(shape_of(x))) if rank < 4 else x


def _check(query, key, value):
    shapes = query.shape, key.shape, value.shape
    received = f"Received: query.shape={shapes[0]}, key.shape={shapes[1]}, value.shape={shapes[2]}."
    if any(len(s) != 4 for s in shapes):
        raise ValueError(f"`dot_product_attention` only supports 4D inputs. {received}")
    q, k, v = shapes
    unknown = q[2] is None or k[2] is None

    def differ(a, b):
        return a is not None and b is not None and a != b

    if differ(q[3], k[3]) or differ(k[1], v[1]) or differ(k[2], v[2]) or differ(q[0], k[0]):
        raise ValueError(
            "dot_product_attention: expected query (batch, length, heads, size), key (batch, keys, "
            f"heads of keys, size) and value (batch, keys, heads of keys, any). {received}"
        )
    if not unknown and (not k[2] or q[2] % k[2]):
        raise ValueError(
            "dot_product_attention: the heads of queries must be a multiple of those of keys. "
            f"{received}"
        )


def causal_mask(length, keys):
    """A bool tensor (length, keys), True where key j <= query i."""
    rows = expand_dims(arange(length, dtype="int32"), -1)
    return greater_equal(rows, arange(keys, dtype="int32"))


__all__ = ["dot_product_attention"]
