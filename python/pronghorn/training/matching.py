"""Which loss, metric, weight or label belongs to which output of a model."""

from ..engine import nest


class OutputKeyError(KeyError, ValueError, TypeError):
    """A key of a dict names no output, or one is missing.

    Keras raises any of the three, by the kind of the outputs and of the dict; code that expects one
    of them finds it here.
    """

    __str__ = Exception.__str__  # KeyError's shows the message as a string literal


def leaf_paths(structure):
    """The keys that lead to each leaf, in the order of `nest.flatten`."""
    return [path for path, _ in nest.flatten_with_path(structure)]


def part_at(structure, path):
    """What a path leads to."""
    for key in path:
        structure = structure[key]
    return structure


def starts_with(path, start):
    return path[: len(start)] == start


def output_names(y_pred, names):
    """A name an output: the model's own where their number fits, else dict keys, else None."""
    paths = leaf_paths(y_pred)
    if isinstance(y_pred, dict) or not names or len(names) != len(paths):
        keys = ["/".join(str(k) for k in path) for path in paths]
        return [k if not k.isdigit() else None for k in keys] if paths != [()] else [None]
    return list(names)


def match(spec, y_pred, names, argument):
    """One entry of a user's spec for each output, None where it names nothing.

    Args:
        spec: One entry for all outputs; a list with one an output; a dict by output name; or a
            nest like y_pred.
        y_pred: Nest of outputs.
        names: Names from `output_names`.
        argument: The user's argument, for messages.

    Raises:
        ValueError: If the spec does not fit the outputs.
        OutputKeyError: If a key names no output.
    """
    count = len(nest.flatten(y_pred))
    if not nest.is_nested(spec):
        return [spec] * count
    if isinstance(spec, dict):
        expected = nest.keys(y_pred) if isinstance(y_pred, dict) else names
        check_keys(spec, expected, argument)
        if not isinstance(y_pred, dict):
            return [spec.get(name) for name in names]
        return [
            entry
            for key in expected
            for entry in match(spec.get(key), y_pred[key], [None], argument)
        ]
    if len(spec) == count and not any(nest.is_nested(s) for s in spec):
        return list(spec)
    if isinstance(y_pred, (list, tuple)) and len(spec) == len(y_pred):
        return [e for s, part in zip(spec, y_pred) for e in match(s, part, [None], argument)]
    raise ValueError(
        f"`{argument}` must have one entry for each of the model's {count} "
        f"output{'s' * (count != 1)}"
        + (f" {names}" if any(names) else "")
        + f". Received {len(spec)}: {argument}={spec}"
    )


def align(labels, y_pred, names, wanted=None, argument="y"):
    """Labels as a flat list in the outputs' order.

    Args:
        labels: A nest like y_pred, or a dict by output name, or a flat list.
        y_pred: Nest of outputs.
        names: Names from `output_names`.
        wanted: Which outputs need labels; labels may be left out for the others.
        argument: The user's argument, for messages.

    Raises:
        ValueError: If the two do not fit.
        OutputKeyError: If a key names no output, or one that is wanted is missing.
    """
    count = len(nest.flatten(y_pred))
    if isinstance(labels, dict) and (count > 1 or len(labels) > 1 or names != [None]):
        return _align_by_key(labels, y_pred, names, wanted, argument)
    flat = nest.flatten(labels)
    if len(flat) == count:
        return flat
    if wanted is not None and len(flat) == sum(wanted):
        rest = iter(flat)
        return [next(rest) if needed else None for needed in wanted]
    raise ValueError(
        f"y_true and y_pred have different structures: `{argument}` has {len(flat)} "
        f"array{'s' * (len(flat) != 1)} for the model's {count} output{'s' * (count != 1)}"
        + (f" {names}" if any(names) else "")
        + f".\ny_true: {nest.map_structure(lambda _: '*', labels)}"
        f"\ny_pred: {nest.map_structure(lambda _: '*', y_pred)}"
    )


def _align_by_key(labels, y_pred, names, wanted, argument):
    by_key = isinstance(y_pred, dict)
    expected = nest.keys(y_pred) if by_key else names
    parts = [nest.flatten(y_pred[key]) for key in expected] if by_key else [[None]] * len(names)
    needed, place = [], 0
    for key, part in zip(expected, parts):
        if wanted is None or any(wanted[place : place + len(part)]):
            needed.append(key)
        place += len(part)
    check_keys(labels, expected, argument, needed)
    aligned = []
    for key, part in zip(expected, parts):
        if key not in labels:
            aligned.extend([None] * len(part))
        elif by_key:
            aligned.extend(align(labels[key], y_pred[key], [None] * len(part), None, argument))
        else:
            aligned.append(labels[key])
    return aligned


def check_keys(given, expected, argument, needed=()):
    """Refuses keys of a dict that name no output, and missing ones that are needed.

    Raises:
        OutputKeyError: With the expected and the received keys.
    """
    what = f"the `{argument}` argument"
    unknown = [key for key in given if key not in expected]
    missing = [key for key in needed if key not in given]
    if not unknown and not missing:
        return
    if not any(expected):
        raise OutputKeyError(
            f"{what[0].upper()}{what[1:]} is a dict with the keys {list(given)}, but the model's "
            f"{len(expected)} outputs have no names. Pass a list in the outputs' order instead."
        )
    if unknown:
        problem = f"The key {unknown[0]!r} in {what}, can't be found in either the model's outputs"
        problem += " or its labels"
    else:
        problem = f"The key {missing[0]!r} is missing in {what}"
    raise OutputKeyError(f"{problem}. Expected keys {list(expected)}, but found {list(given)}.")
