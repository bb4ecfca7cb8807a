"""What to say of values that no tensor can hold, and of indices that no table has."""

import numpy as np

_TEXT = "text has no numbers: look words up (StringLookup, TextVectorization) or hash them first"
RAGGED = "its rows have different lengths; pad them to one length first (`utils.pad_sequences`)"
_BY_KIND = {
    "S": _TEXT,
    "U": _TEXT,
    "M": "dates and times are not supported; x.astype('int64') counts their units",
    "m": "dates and times are not supported; x.astype('int64') counts their units",
    "V": "records are not supported; give their fields as arrays of their own",
}


class UnsafeConfig(ValueError):
    """A config would run code; who meets it among other errors lets it pass as it is."""


def refusal(x, array) -> TypeError:
    """The error for x, which NumPy made this array of."""
    if x is None:
        return TypeError(
            "Cannot convert None to a tensor: expected numbers, an array or a tensor. A function "
            "that ends without `return` gives None."
        )
    hint = _BY_KIND.get(array.dtype.kind) or _of_objects(x, array)
    return TypeError(
        f"Cannot convert {short(x)} to a tensor: {hint}. Expected numbers or booleans in a "
        "rectangular array."
    )


def _of_objects(x, array):
    if isinstance(x, dict):
        return "it is a dict; take the values out of it"
    if isinstance(x, (set, frozenset)):
        return "it is a set, which has no order; pass sorted(x)"
    if hasattr(x, "__next__") or isinstance(x, range):
        return "it is an iterator; pass list(x)"
    if array.ndim == 0:
        if callable(x):
            return f"it is {_a(x)}, not its result; call it"
        return f"it is {_a(x)}"
    kinds = sorted({type(item).__name__ for item in array.flat})
    if "list" in kinds or "tuple" in kinds:
        return RAGGED
    if kinds in (["bytes"], ["str"]):
        return _TEXT
    advice = "replace None by a number" if "NoneType" in kinds else "x.astype('float32') may help"
    return f"its elements are Python objects ({', '.join(kinds)}); {advice}"


def _a(x):
    if isinstance(x, type):
        return f"the class {x.__name__}"
    return f"of type {type(x).__name__}"


def ragged(x, error) -> TypeError:
    """The error for lists that NumPy makes no array of."""
    if "inhomogeneous" in str(error):
        error = RAGGED
    return TypeError(f"Cannot convert {short(x)} to a tensor: {error}.")


def outside_table(indices, rows, layer, where=""):
    """What is wrong with an array of indices into an Embedding's table, or None.

    Args:
        indices: NumPy array.
        rows: of the table.
        layer: The layer's name.
        where: What follows the place of the first wrong index.
    """
    wrong = ~((indices >= 0) & (indices < rows))
    if not wrong.any():
        return None
    place = [int(n) for n in np.argwhere(wrong)[0]]
    value = indices[tuple(place)].item()
    if not np.isfinite(indices).all():
        mend = "Give it whole numbers"
    elif value >= 0:
        mend = f"Give it input_dim={int(indices.max()) + 1} or more"
    else:
        mend = "Shift your indices so that they count from 0"
    return (
        f"Received an index of {value} (x{place}{where}) for the Embedding layer '{layer}': an "
        f"index is out of range. Expected indices from 0 to {rows - 1}, as it has "
        f"input_dim={rows}. {mend}."
    )


def short(x) -> str:
    """x as text, or its type where the text is long."""
    text = repr(x)
    return f"a value of type {type(x).__name__}" if len(text) > 60 else text
