"""CompileLoss: the `loss` and `loss_weights` of compile() as one loss over all outputs."""

from .. import losses, metrics, ops
from ..engine import TensorSpec, nest
from ..engine.naming import to_snake_case
from ..serialization import Portable
from .explain import with_labels
from .matching import (
    align,
    check_keys,
    leaf_paths,
    match,
    output_names,
    part_at,
    starts_with,
)


def object_name(obj):
    """The name of a loss or metric object, function or class; "lambda" for a lambda."""
    if getattr(obj, "name", None):
        return obj.name
    return to_snake_case(getattr(obj, "__name__", None) or type(obj).__name__)


def label_kind(y_true, y_pred):
    """ "binary", "sparse" or "categorical": what "accuracy" and "crossentropy" mean here."""
    if y_pred.shape[-1] == 1:
        return "binary"
    if len(y_true.shape) < len(y_pred.shape) or (y_true.shape[-1] == 1 and y_pred.shape[-1] > 1):
        return "sparse"
    return "categorical"


_CROSSENTROPY = {
    "binary": losses.binary_crossentropy,
    "sparse": losses.sparse_categorical_crossentropy,
    "categorical": losses.categorical_crossentropy,
}


def resolve_loss(identifier, y_true, y_pred):
    """The Loss that a name, function or Loss stands for."""
    if identifier in ("crossentropy", "ce"):
        found = _CROSSENTROPY[label_kind(y_true, y_pred)]
    else:
        found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    name = identifier if isinstance(identifier, str) else object_name(found)
    return losses.LossFunctionWrapper(found, name=name)


class CompileLoss(Portable):
    """The sum of weighted losses of a model's outputs.

    With more than one loss, each also gets a running mean under its output's name.

    Args:
        loss: The user's spec: one loss, or a list, dict or nest of them.
        loss_weights: Factors, in the same form.
        output_names: Names of the model's outputs, where it has them.
    """

    def __init__(self, loss, loss_weights=None, output_names=None):
        if loss_weights and not isinstance(loss_weights, (list, tuple, dict, float, int)):
            raise ValueError(
                "Expected `loss_weights` argument to be a float (single output case) or a list, "
                "tuple, or dict (multiple output case). "
                f"Received instead: loss_weights={loss_weights} of type {type(loss_weights)}"
            )
        for leaf in nest.flatten(loss):  # a wrong name is an error now, not at the first step
            if leaf not in ("crossentropy", "ce") and not callable(leaf):
                losses.get(leaf)
        self.name = "compile_loss"
        self.loss = loss
        self.loss_weights = loss_weights
        self.output_names = output_names
        self.metrics = []
        self.built = False

    @property
    def variables(self):
        return [v for metric in self.metrics for v in metric.variables]

    def build(self, y_true, y_pred):
        """Resolves names by the shapes of labels and outputs and makes the running means."""
        if any(y is None for y in nest.flatten(y_pred)):
            raise ValueError(
                "The model's output is None; expected a tensor. Does its `call()` end without "
                "`return`?"
            )
        self._outputs = nest.map_structure(lambda y: TensorSpec(y.shape, str(y.dtype)), y_pred)
        self._names = output_names(y_pred, self.output_names)
        chosen = []
        self._choose(*self._by_output(y_pred), y_pred, (), chosen)  # type: ignore[call-arg]
        starts = [path for path, _, _ in chosen]
        self._wanted = [any(starts_with(p, s) for s in starts) for p in leaf_paths(y_pred)]
        labels = self._labels(y_true, y_pred)
        self._entries = []
        for path, identifier, weight in chosen:
            true, pred = part_at(labels, path), part_at(y_pred, path)
            if any(leaf is None for leaf in nest.flatten(true)):
                _raise_missing(identifier)
            loss = resolve_loss(identifier, true, pred)
            self._entries.append((path, loss, weight, self._name_of(path, y_pred, loss)))
        if len(self._entries) > 1:
            self.metrics = [metrics.Mean(name=f"{entry[3]}_loss") for entry in self._entries]
        self.built = True

    def _by_output(self, y_pred):
        """(losses, weights): the user's specs with names of outputs resolved, weights as losses."""
        losses_, weights = self.loss, self.loss_weights
        by_name = isinstance(losses_, dict) and not isinstance(y_pred, dict)
        if not nest.is_nested(losses_) or by_name:
            losses_ = _each(y_pred, match(losses_, y_pred, self._names, "loss"))
        if not nest.is_nested(weights):
            return losses_, weights
        if isinstance(weights, dict) and not isinstance(y_pred, dict):
            return losses_, _each(y_pred, match(weights, y_pred, self._names, "loss_weights"))
        if isinstance(weights, dict):
            check_keys(weights, nest.keys(y_pred), "loss_weights")
            return losses_, weights
        flat = nest.flatten(weights)
        if len(flat) == 1 and not nest.is_nested(self.loss):  # one loss, one weight
            return losses_, flat[0]
        if len(flat) != len(nest.flatten(losses_)):
            raise ValueError(
                f"`loss_weights` must match the number of losses, got {len(nest.flatten(losses_))} "
                f"losses and {len(flat)} weights: loss_weights={weights}"
            )
        return losses_, nest.pack_as(losses_, flat)

    def _choose(self, spec, weights, y_pred, path, chosen):
        """Adds (path, loss, weight) for each loss of a spec, to be called on the part at path."""
        if isinstance(spec, (list, tuple)):
            flat = not any(nest.is_nested(entry) for entry in spec)
            if flat and len(spec) == len(nest.flatten(y_pred)):
                weights = _each(y_pred, list(weights)) if nest.is_nested(weights) else weights
                spec = _each(y_pred, list(spec))
            elif not isinstance(y_pred, type(spec)):  # several losses of the same part
                for i, entry in enumerate(spec):
                    self._choose(entry, _child(weights, i), y_pred, path, chosen)
                return
        if not nest.is_nested(spec):
            if spec is not None:
                chosen.append((path, spec, weights))
            return
        if isinstance(spec, dict):
            expected = nest.keys(y_pred) if isinstance(y_pred, dict) else []
            check_keys(spec, expected, "loss")
            keys = list(spec)
        elif len(spec) == len(y_pred):
            keys = range(len(spec))
        else:
            raise ValueError(
                f"`loss` must have one entry for each of the model's {len(y_pred)} outputs"
                + (f" {self._names}" if any(self._names) else "")
                + f". Received {len(spec)}: loss={spec}"
            )
        for key in keys:
            self._choose(spec[key], _child(weights, key), y_pred[key], (*path, key), chosen)

    def _name_of(self, path, y_pred, loss):
        """A loss's name in logs: the keys that lead to its part, names in place of numbers."""
        names = self.output_names
        paths = leaf_paths(y_pred)
        if not names or len(names) != len(paths):
            names = self._names
        if path not in paths:
            whole = list(y_pred) if isinstance(y_pred, dict) else names
            return "/".join(map(str, path)) or "_".join(str(n) for n in whole)
        parts = list(path)
        if not parts or isinstance(parts[-1], int):
            parts[-1:] = [names[paths.index(path)] or loss.name]
        return "/".join(map(str, parts))

    def _labels(self, y_true, y_pred):
        return nest.pack_as(y_pred, align(y_true, y_pred, self._names, self._wanted))

    def labelled(self, y_true):
        """(labels, loss, shape of the output) of each part of the loss, for messages."""
        labels = self._labels(y_true, self._outputs)
        found = []
        for path, loss, _, _ in self._entries:
            spec = part_at(self._outputs, path)
            if not nest.is_nested(spec):
                found.append((part_at(labels, path), loss, spec.shape))
        return found

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The total loss, a scalar; None if no output has a loss."""
        if not self.built:
            self.build(y_true, y_pred)
        labels = self._labels(y_true, y_pred)
        by_part = nest.is_nested(sample_weight)
        if by_part:
            aligned = align(sample_weight, y_pred, self._names, self._wanted, "sample_weight")
            sample_weight = nest.pack_as(y_pred, aligned)
        total = None
        for k, (path, loss, factor, _) in enumerate(self._entries):
            true, pred = part_at(labels, path), part_at(y_pred, path)
            if any(leaf is None for leaf in nest.flatten(true)):
                _raise_missing(loss)
            weight = part_at(sample_weight, path) if by_part else sample_weight
            try:
                value = loss(true, pred, weight)
            except (ValueError, TypeError) as error:
                raise with_labels(error, "loss", loss.name, true, pred) from None
            if self.metrics:
                # A mean over samples, as the total loss is, so that the parts add up to it.
                rows = nest.flatten(pred)[0].shape[:1]
                self.metrics[k].update_state(value, sample_weight=rows[0] if rows else None)
            if factor is not None:
                value = ops.multiply(value, factor)
            total = value if total is None else total + value
        return total


def _each(y_pred, entries):
    """Entries, one for each output, in the outputs' structure, and its dicts as they were written.

    Losses of several outputs are listed in that order."""
    return nest.pack_as(y_pred, entries)


def _child(weights, key):
    if isinstance(weights, dict):
        return weights.get(key)
    return weights[key] if nest.is_nested(weights) else weights


def _raise_missing(loss):
    name = loss if isinstance(loss, str) else object_name(loss)
    raise ValueError(
        f"The loss '{name}' needs targets, but none were given (y is None). Pass y, or compile the "
        "model without a loss for that output."
    )
