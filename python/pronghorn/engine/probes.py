"""Shapes of what uses a size as a Python number before it is known: found with sizes to try.

A shape-only pass leaves unknown sizes unknown. Code that needs one as an int or a condition, such
as `ops.eye(ops.shape(x)[1])`, fails there. It is then run with several known sizes in their place:
what the results have in common is known, the rest is not.
"""

from .. import _core
from . import config, nest
from .symdim import SymDim

SIZES = (2, 5, 12, 24, 240)


def has_unknown(args):
    """Whether there is a size to try: an unknown one of a shape, or a symbolic one."""
    return any(
        isinstance(x, SymDim) or None in (getattr(x, "shape", None) or ())
        for x in nest.flatten(args)
        if not isinstance(x, type)
    )


def filled(leaf, size):
    """A symbolic size as a number."""
    if not isinstance(leaf, SymDim):
        return leaf
    return leaf.resolve(lambda x, axis: size if x.shape[axis] is None else x.shape[axis])


def common(run):
    """What the results of `run(size)` have in common, as abstract tensors; None where fewer than
    two sizes give results, or where these differ in more than sizes.

    Raises:
        Exception: That of every size, where it is always of one type.
    """
    found, errors = [], []
    for size in SIZES:
        try:
            found.append(run(size))
        except Exception as error:  # a size that does not suit: others may
            errors.append(error)
    if not found and len({type(error) for error in errors}) == 1:
        raise errors[-1]
    if len(found) < 2:
        return None
    first, *others = (nest.flatten(one) for one in found)
    if any(len(one) != len(first) for one in others):
        return None
    merged = [_merged(leaves) for leaves in zip(first, *others)]
    return None if _DIFFERS in merged else nest.pack_sequence_as(found[0], merged)


_DIFFERS = object()


def _merged(leaves):
    first = leaves[0]
    if not hasattr(first, "shape") or not hasattr(first, "dtype"):
        if any(type(x) is not type(first) for x in leaves):
            return _DIFFERS
        if type(first) in (int, float):  # of a size: a number that only the run knows
            return _unknown((), config.floatx() if type(first) is float else "int32")
        return first if all(x == first for x in leaves) else _DIFFERS
    shapes = [tuple(x.shape) for x in leaves]
    if any(len(s) != len(shapes[0]) for s in shapes) or any(x.dtype != first.dtype for x in leaves):
        return _DIFFERS
    shape = tuple(sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes))
    return _unknown(shape, first.dtype)


def _unknown(shape, dtype):
    with _core.Suspend(), _core.Trace():
        return _core.unknown(shape, dtype, "a result that only the run knows")
