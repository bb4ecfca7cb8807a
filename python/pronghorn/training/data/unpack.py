"""(x, y, sample_weight) to and from the one value that a step receives."""

from __future__ import annotations

from typing import Any


def unpack_x_y_sample_weight(data: Any) -> Any:
    """Splits what `train_step` receives into x, y and sample_weight; missing ones are None.

    Args:
        data: x, (x,), (x, y) or (x, y, sample_weight).

    Returns:
        (x, y, sample_weight).

    Raises:
        ValueError: For a tuple of another length.

    Example:

    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if 1 <= len(data) <= 3:
        return data + (None,) * (3 - len(data))
    raise ValueError(
        "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`, "
        f"found: {data}"
    )


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """x, y and sample_weight in the shortest form that `unpack_x_y_sample_weight` reads.

    Args:
        x, y, sample_weight: Arrays, tensors or nests of them; the last two may be None.

    Returns:
        x (as (x,) where it is a list or tuple), (x, y) or (x, y, sample_weight).

    Example:

    >>> pack_x_y_sample_weight(1, 2)
    (1, 2)
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    if sample_weight is None:
        return (x, y)
    return (x, y, sample_weight)
