"""rearrange: axes split, permuted and joined by a pattern."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._args import shape_of
from ._args import tensor as as_tensor
from .array import reshape, transpose

if TYPE_CHECKING:
    from ..engine.types import Tensor


def _groups(side, pattern):
    """A side of a pattern as a list of lists of axis names."""
    parts = re.findall(r"\(([^()]*)\)|(\S+)", side)
    groups = [inner.split() if not single else [single] for inner, single in parts]
    for name in (n for g in groups for n in g):
        if not name.isidentifier():
            raise ValueError(f"rearrange: '{pattern}' names an axis {name!r}; expected words.")
    return groups


def _sizes(groups, shape, lengths, pattern):
    sizes = {}
    for group, whole in zip(groups, shape):
        open_axis, known = None, 1
        for name in group:
            if name in lengths:
                known = known * lengths[name]
                sizes[name] = lengths[name]
            elif open_axis is None:
                open_axis = name
            else:
                raise ValueError(
                    f"rearrange: '{pattern}' leaves the sizes of {open_axis!r} and {name!r} open; "
                    f"pass one of them, `{name}=...`."
                )
        if open_axis is not None:
            sizes[open_axis] = whole // known if known != 1 else whole
            known = known * sizes[open_axis]
        if isinstance(whole, int) and isinstance(known, int) and known != whole:
            raise ValueError(
                f"rearrange: '{pattern}' splits a size of {whole} into parts whose product is "
                f"{known}."
            )
    return sizes


def rearrange(tensor: Any, pattern: Any, **axes_lengths: Any) -> Tensor:
    """Splits, permutes and joins axes by a pattern, as in einops.

    Args:
        tensor: Tensor.
        pattern: Names of the axes before and after, "b h w c -> b (h w) c": parentheses join, and
            on the left split.
        **axes_lengths: Sizes of axes that a split leaves open.

    Returns:
        A tensor.

    Raises:
        ValueError: patterns whose axes or sizes do not fit.

    Example:
        >>> ops.rearrange(ops.ones((2, 3, 4)), "a b c -> (a c) b").shape
        (8, 3)
    """
    x = as_tensor(tensor)
    if not isinstance(pattern, str):
        raise TypeError(
            f"rearrange: the pattern must be a string such as 'h w -> w h'. Received: {pattern!r}"
        )
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError(f"rearrange: '{pattern}' should hold one '->'.")
    before, after = (_groups(side, pattern) for side in sides)
    if len(before) != len(x.shape):
        raise ValueError(
            f"rearrange: '{pattern}' names {len(before)} axes for a tensor of shape {x.shape}."
        )
    names = [n for g in before for n in g]
    target = [n for g in after for n in g]
    if len(set(names)) != len(names) or sorted(names) != sorted(target):
        raise ValueError(
            f"rearrange: both sides of '{pattern}' should name the same axes, once each."
        )
    sizes = _sizes(before, shape_of(x), axes_lengths, pattern)
    if any(len(g) != 1 for g in before):
        x = reshape(x, tuple(sizes[n] for n in names))
    order = tuple(names.index(n) for n in target)
    if order != tuple(range(len(order))):
        x = transpose(x, order)
    if all(len(g) == 1 for g in after):
        return x
    joined = []
    for group in after:
        size = 1
        for n in group:
            size = size * sizes[n]
        joined.append(size)
    return reshape(x, tuple(joined))


__all__ = ["rearrange"]
