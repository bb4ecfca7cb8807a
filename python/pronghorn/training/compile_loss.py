"""CompileLoss: the `loss` and `loss_weights` of compile() as one loss over all outputs."""

from .. import losses, metrics, ops
from ..engine import TensorSpec, nest
from ..engine.naming import to_snake_case
from ..serialization import Portable
from .explain import with_labels
from .matching import align, leaf_paths, match, output_names, paths_as_written


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
        flat_pred = nest.flatten(y_pred)
        if any(y is None for y in flat_pred):
            raise ValueError(
                "The model's output is None; expected a tensor. Does its `call()` end without "
                "`return`?"
            )
        self._outputs = nest.map_structure(lambda y: TensorSpec(y.shape, str(y.dtype)), y_pred)
        self._names = output_names(y_pred, self.output_names)
        spec = match(self.loss, y_pred, self._names, "loss")
        weights = match(self.loss_weights, y_pred, self._names, "loss_weights")
        self._wanted = [entry is not None for entry in spec]
        labels = align(y_true, y_pred, self._names, self._wanted)
        self._entries = []
        paths = leaf_paths(y_pred)
        for i, identifier in enumerate(spec):
            if identifier is None:
                continue
            if labels[i] is None:
                _raise_missing(identifier)
            loss = resolve_loss(identifier, labels[i], flat_pred[i])
            parts = list(paths[i])
            if not parts or isinstance(parts[-1], int):
                parts[-1:] = [self._own_name(i, len(flat_pred)) or loss.name]
            self._entries.append((i, loss, weights[i], "/".join(map(str, parts))))
        order = paths_as_written(self.loss, y_pred)
        self._entries.sort(key=lambda entry: order.index(paths[entry[0]]))
        if len(self._entries) > 1:
            self.metrics = [metrics.Mean(name=f"{entry[3]}_loss") for entry in self._entries]
        self.built = True

    def labelled(self, y_true):
        """(labels, loss, shape of the output) of each part of the loss, for messages."""
        shapes = [spec.shape for spec in nest.flatten(self._outputs)]
        labels = align(y_true, self._outputs, self._names, self._wanted)
        return [(labels[i], loss, shapes[i]) for i, loss, _, _ in self._entries]

    def _own_name(self, i, count):
        names = self.output_names
        return names[i] if names and len(names) == count else self._names[i]

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The total loss, a scalar; None if no output has a loss."""
        if not self.built:
            self.build(y_true, y_pred)
        flat_pred = nest.flatten(y_pred)
        labels = align(y_true, y_pred, self._names, self._wanted)
        weights = [sample_weight] * len(flat_pred)
        if nest.is_nested(sample_weight):
            weights = align(sample_weight, y_pred, self._names, self._wanted, "sample_weight")
        total = None
        for k, (i, loss, factor, _) in enumerate(self._entries):
            if labels[i] is None:
                _raise_missing(loss)
            try:
                value = loss(labels[i], flat_pred[i], weights[i])
            except (ValueError, TypeError) as error:
                raise with_labels(error, "loss", loss.name, labels[i], flat_pred[i]) from None
            if self.metrics:
                # A mean over samples, as the total loss is, so that the parts add up to it.
                rows = flat_pred[i].shape[:1]
                self.metrics[k].update_state(value, sample_weight=rows[0] if rows else None)
            if factor is not None:
                value = ops.multiply(value, factor)
            total = value if total is None else total + value
        return total


def _raise_missing(loss):
    name = loss if isinstance(loss, str) else object_name(loss)
    raise ValueError(
        f"The loss '{name}' needs targets, but none were given (y is None). Pass y, or compile the "
        "model without a loss for that output."
    )
