"""Old arguments in, new arguments out: by the tables of arguments.py, with warnings or without."""

from .arguments import ARGUMENTS, DROPPED, VALUES
from .telling import tell


def new_arguments(owners, arguments, warn=False):
    """Keyword arguments (or a config) in today's names and values.

    Args:
        owners: Names whose rows apply, the closest first: those of a class and its bases, or of
            one method or function.
        arguments: Dict; what is not in a row stays.
        warn: Whether to tell of each old name, once a process.

    Returns:
        A new dict.

    Raises:
        ValueError: for an argument given in both spellings, one of several that belong together
            without the others, or one that is gone and would have changed the result.

    Example:

    >>> new_arguments(["Conv2D"], {"nb_filter": 8, "nb_row": 3, "nb_col": 5, "dim_ordering": "tf"})
    {'filters': 8, 'kernel_size': (3, 5), 'data_format': 'channels_last'}
    """
    result = dict(arguments)
    owner = owners[0]
    for row in map(ARGUMENTS.get, owners):
        for old, new in (row or {}).items():
            if isinstance(old, tuple):
                _join(result, old, new, owner, warn)
            elif old in result and old != new:
                value = result.pop(old)
                _put(result, old, new, value, owner, warn)
    for row in map(DROPPED.get, owners):
        for old, harmless in (row or {}).items():
            if old in result:
                _drop(result, old, harmless, owner, warn)
    return result


def _put(result, old, new, value, owner, warn):
    if new in result:
        raise ValueError(
            f"{owner} received `{old}` and `{new}`, which are the old and the new name of one "
            f"argument. Received: {old}={value!r}, {new}={result[new]!r}"
        )
    values = VALUES.get(new, {})
    try:
        result[new] = values.get(value, value)
    except TypeError:  # what cannot be looked up is no old value
        result[new] = value
    if warn:
        tell(old, f"`{old}` is an old spelling (of {owner}); write `{new}`.")


def _join(result, old, new, owner, warn):
    given = [name for name in old if name in result]
    if not given:
        return
    if len(given) < len(old):
        raise ValueError(f"{owner} needs all of {', '.join(old)}. Received only: {given}")
    values = tuple(result.pop(name) for name in old)
    _put(result, ", ".join(old), new, values, owner, warn)


def _drop(result, old, harmless, owner, warn):
    value = result.pop(old)
    if harmless is not None and value not in harmless:
        raise ValueError(
            f"{owner}: `{old}` is gone since Keras 2, and {old}={value!r} would have made a "
            "difference."
        )
    if warn:
        tell(old, f"`{old}` (of {owner}) is gone and has no effect; leave it out.")
