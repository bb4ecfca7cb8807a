"""Which loss, metric, weight or label belongs to which output of a model."""

from ..engine import nest


def leaf_paths(structure):
    """The keys that lead to each leaf, in the order of `nest.flatten`."""
    return [path for path, _ in nest.flatten_with_path(structure)]


def paths_as_written(spec, y_pred, path=()):
    """The paths of the outputs that a spec names, in the order in which its dicts, or else those of
    the outputs, were written: so Keras lists losses of several outputs."""
    if not nest.is_nested(y_pred):
        return [path]
    by_key = isinstance(spec, dict) and isinstance(y_pred, dict)
    if by_key:
        keys = [key for key in spec if key in y_pred]
    else:
        keys = list(y_pred) if isinstance(y_pred, dict) else range(len(y_pred))
    return [
        leaf
        for key in keys
        for leaf in paths_as_written(spec[key] if by_key else None, y_pred[key], (*path, key))
    ]


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
    """
    count = len(nest.flatten(y_pred))
    if not nest.is_nested(spec):
        return [spec] * count
    if isinstance(spec, dict):
        if isinstance(y_pred, dict):
            unknown = [key for key in spec if key not in y_pred]
            if unknown:
                raise KeyError(
                    f"The path {unknown[0]!r} in the `{argument}` argument can't be found in the "
                    f"model's output (`y_pred`), which has the keys {list(y_pred)}."
                )
            return [
                entry
                for key in nest.keys(y_pred)
                for entry in match(spec.get(key), y_pred[key], [None], argument)
            ]
        unknown = [key for key in spec if key not in names]
        if unknown:
            raise ValueError(
                f"Expected keys {names} in the `{argument}` dict, but found "
                f"{argument}.keys()={list(spec)}"
            )
        return [spec.get(name) for name in names]
    if len(spec) == count and not any(nest.is_nested(s) for s in spec):
        return list(spec)
    if isinstance(y_pred, (list, tuple)) and len(spec) == len(y_pred):
        return [e for s, part in zip(spec, y_pred) for e in match(s, part, [None], argument)]
    raise ValueError(
        f"`{argument}` must have one entry for each of the model's {count} outputs"
        + (f" {names}" if any(names) else "")
        + f". Received {len(spec)}: {argument}={spec}"
    )


def align(labels, y_pred, names, wanted=None):
    """Labels as a flat list in the outputs' order.

    Args:
        labels: A nest like y_pred, or a dict by output name, or a flat list.
        y_pred: Nest of outputs.
        names: Names from `output_names`.
        wanted: Which outputs need labels; labels may be left out for the others.

    Raises:
        ValueError: If the two do not fit.
    """
    count = len(nest.flatten(y_pred))
    if isinstance(labels, dict) and isinstance(y_pred, dict) and set(labels) == set(y_pred):
        return [
            leaf for key in nest.keys(y_pred) for leaf in align(labels[key], y_pred[key], [None])
        ]
    if isinstance(labels, dict) and set(labels) == set(names):
        return [labels[name] for name in names]
    flat = nest.flatten(labels)
    if len(flat) == count:
        return flat
    if wanted is not None and len(flat) == sum(wanted):
        rest = iter(flat)
        return [next(rest) if needed else None for needed in wanted]
    raise ValueError(
        "y_true and y_pred have different structures.\n"
        f"y_true: {nest.map_structure(lambda _: '*', labels)}\n"
        f"y_pred: {nest.map_structure(lambda _: '*', y_pred)}"
    )
