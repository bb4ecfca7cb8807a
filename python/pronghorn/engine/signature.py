"""What tells the programs of one Function apart: the keys of values, and the masks of tensors.

Tensors count by shape and dtype, and so do their masks; anything else counts by type and value: 2,
2.0 and True are different numbers, so are 0.0 and -0.0, and nan is itself.
"""

from .tensor import Tensor, convert_to_tensor


def static_key(x):
    """A hashable key of a value that is part of a program.

    Raises:
        TypeError: a value that cannot be hashed.
    """
    kind = type(x)
    if kind is float or kind is complex:
        return kind, repr(x)
    if kind is frozenset:
        return kind, frozenset([static_key(item) for item in x])
    try:
        hash(x)
    except TypeError:
        raise TypeError(
            f"A compiled function received a value of type {kind.__name__} that cannot be hashed: "
            f"{x!r}. Pass tensors or arrays, nests of them, or values such as numbers and strings."
        ) from None
    return kind, x


def mask_of(x):
    """The mask that is attached to a tensor, as a tensor; None where there is none."""
    mask = getattr(x, "_keras_mask", None)
    return mask if mask is None or isinstance(mask, Tensor) else convert_to_tensor(mask)
