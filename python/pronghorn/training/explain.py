"""What went wrong in a step, in the user's words: their labels, inputs and losses.

Nothing here runs unless a step has failed.
"""

import numpy as np

from ..engine import nest
from ..engine.refusal import outside_table
from .data import unpack_x_y_sample_weight

_BAD_LABEL = "a label is out of range"
_BAD_INDEX = "an index is out of range"


def with_labels(error, what, name, y_true, y_pred):
    """An error raised in a loss or metric, with the shapes it was given and the usual mend.

    Args:
        error: A ValueError or TypeError.
        what: "loss" or "metric".
        name: Its name.
        y_true, y_pred: Tensors or None.
    """
    if hasattr(error, "_is_explained") or type(error) not in (ValueError, TypeError):
        return error
    if _BAD_LABEL in str(error) or "returned None" in str(error):
        return error
    shapes = tuple(getattr(y_true, "shape", ())), tuple(getattr(y_pred, "shape", ()))
    text = f"{error}\n\nThe {what} '{name}' was given labels of shape {shapes[0]} for outputs of "
    hint = "" if "sample_weight" in str(error) else _hint(name, *shapes)
    text += f"shape {shapes[1]}. {hint}".rstrip()
    new = type(error)(text)
    new._is_explained = True
    return new.with_traceback(error.__traceback__)


def _hint(name, labels, outputs):
    sparse = "sparse" in name.lower()
    classes = outputs[-1] if outputs else None
    if len(outputs) > 2 and len(labels) < len(outputs) - sparse:
        return (
            f"The output has {len(outputs)} axes: is a Flatten or a pooling layer missing before "
            "the last layers?"
        )
    if sparse and labels == outputs and len(labels) > 1:
        return (
            "One-hot labels go with 'categorical_crossentropy'; a sparse loss or metric takes "
            "class indices, `np.argmax(y, axis=-1)`."
        )
    is_index = labels[-1:] == (1,) and labels != outputs or len(labels) == len(outputs) - 1
    if is_index and not sparse:
        if "binary" in name.lower():
            return (
                f"The last layer has {classes} units: for yes/no labels give it 1 unit; for "
                f"{classes} classes use 'sparse_categorical_crossentropy'."
            )
        return (
            "Class indices go with the sparse loss, 'sparse_categorical_crossentropy'; or make "
            f"them one-hot with `utils.to_categorical(y, {classes})`."
        )
    if len(labels) == len(outputs) > 1 and labels[-1] != classes:
        return f"The labels have {labels[-1]} columns, but the last layer has {classes} units."
    return ""


def bad_data(error, model, kind, data, whole=False):
    """The error that a step raised for a label or index out of range, with the value and place.

    Args:
        error: A ValueError.
        model: The model.
        kind: "train", "test" or "predict".
        data: What the step was given: the batch, or the whole data set.
        whole: Whether it was the whole data set.

    Returns:
        A ValueError of more words, or the error itself where it is another.
    """
    if hasattr(error, "_is_explained"):
        return error
    text = None
    where = "" if whole else " of the batch"
    if _BAD_LABEL in str(error):
        text = _bad_label(model, data, where)
    elif _BAD_INDEX in str(error):
        text = _bad_index(model, data, where)
    else:
        return error
    if text is None:
        text = str(error).partition(": ")[2]
    if kind == "train":
        text = f"{text.rstrip('.')}. This batch has changed no weight."
    new = ValueError(text)
    new._is_explained = True
    return new.with_traceback(error.__traceback__)


def _bad_label(model, data, where):
    loss = model._compile_loss
    _, y, _ = unpack_x_y_sample_weight(data)
    if loss is None or not loss.built or y is None:
        return None
    for i, (labels, one, shape) in enumerate(loss.labelled(y)):
        options = getattr(one, "_fn_kwargs", {})
        if labels is None or not getattr(one, "_labels_are_indices", False) or not shape:
            continue
        classes = shape[options.get("axis", -1)]
        labels = np.asarray(labels)
        wrong = ~((labels >= 0) & (labels < classes))
        if options.get("ignore_class") is not None:
            wrong &= labels != options["ignore_class"]
        if not wrong.any():
            continue
        place = [int(n) for n in np.argwhere(wrong)[0]]
        value = labels[tuple(place)].item()
        which = f" of output {i}" if len(loss._entries) > 1 else ""
        mend = "Such a value names no class; leave the sample out"
        if value == classes and labels.min() >= 1:
            mend = "If your labels count from 1, train on `y - 1`"
        elif classes <= value < float("inf"):
            mend = f"Give the last layer at least {int(value) + 1} units"
        elif not value >= classes:
            mend = "Labels count from 0; leave samples without a class out"
            mend += ", or name that value in the loss's `ignore_class`" if value == value else ""
        return (
            f"Received a label of {value} (y{place}{where}) for the loss '{one.name}'{which}: a "
            f"label is out of range. Expected class indices from 0 to {classes - 1}, as the output "
            f"has {classes} classes: shape {(None, *shape[1:])}. {mend}."
        )
    return None


def _bad_index(model, data, where):
    from ..layers import Embedding

    x, _, _ = unpack_x_y_sample_weight(data)
    tables = [layer for layer in model._flatten_layers() if isinstance(layer, Embedding)]
    largest = max((layer.input_dim for layer in tables), default=0)
    for layer in tables:
        # what is outside the largest table is outside whichever it reached
        for leaf in _inputs_of(layer, model, x, guess=layer.input_dim == largest):
            text = outside_table(np.asarray(leaf), layer.input_dim, layer.name, where)
            if text is not None:
                return text
    return None


def _inputs_of(layer, model, x, guess):
    """The arrays that reach a layer straight from a functional model's inputs. Where that is not
    to be seen, the only one there is, with `guess`; none where it could be another."""
    leaves = [leaf for leaf in nest.flatten(x) if leaf is not None]
    inputs = getattr(model, "_inputs_struct", None) is not None and list(model.inputs)
    if inputs:
        try:
            flat = model._flat(x)
        except (ValueError, KeyError):
            return []
        for node in layer._inbound_nodes:
            found = [a for t, a in zip(inputs, flat) if any(t is s for s in node.input_tensors)]
            if found:
                return found
        leaves = flat
    return leaves if guess and len(leaves) == 1 else []
