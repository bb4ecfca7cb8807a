"""CompileMetrics: the `metrics` and `weighted_metrics` of compile() as one metric."""

from .. import metrics as metrics_module
from ..engine import nest
from .compile_loss import label_kind, object_name
from .explain import with_labels
from .matching import align, output_names

_ACCURACY = {
    "binary": metrics_module.BinaryAccuracy,
    "sparse": metrics_module.SparseCategoricalAccuracy,
    "categorical": metrics_module.CategoricalAccuracy,
}


def resolve_metric(identifier, y_true, y_pred):
    """The Metric that a name, function or Metric stands for; it keeps the user's spelling."""
    if str(identifier).lower() in ("accuracy", "acc"):
        return _ACCURACY[label_kind(y_true, y_pred)](name=str(identifier))
    if identifier is None:
        raise ValueError(
            "Expected a metric, received None in a list of metrics. Leave it out; None in place "
            "of such a list says that an output has no metrics."
        )
    found = metrics_module.get(identifier)
    name = identifier if isinstance(identifier, str) else object_name(found)
    if not isinstance(found, metrics_module.Metric):
        found = metrics_module.MeanMetricWrapper(found)
    found.name = name
    return found


def _update(metric, labels, outputs, *weights):
    try:
        metric.update_state(labels, outputs, *weights)
    except (ValueError, TypeError) as error:
        raise with_labels(error, "metric", metric.name, labels, outputs) from None


class CompileMetrics(metrics_module.Metric):
    """All metrics of a model's outputs.

    Args:
        metrics: The user's spec, without sample weights.
        weighted_metrics: The user's spec, with sample weights.
        output_names: Names of the model's outputs, where it has them.
    """

    def __init__(self, metrics, weighted_metrics, output_names=None):
        super().__init__(name="compile_metrics")
        for argument, spec in (("metrics", metrics), ("weighted_metrics", weighted_metrics)):
            if spec and not isinstance(spec, (list, tuple, dict)):
                raise ValueError(
                    f"Expected `{argument}` argument to be a list, tuple, or dict. "
                    f"Received instead: {argument}={spec} of type {type(spec)}"
                )
            for leaf in nest.flatten(spec or ()):  # a wrong name is an error now
                if isinstance(leaf, str):
                    metrics_module.get(leaf.lower() if leaf.lower() == "accuracy" else leaf)
        self._specs = (metrics, weighted_metrics)
        self.output_names = output_names
        self.built = False
        # Entries (output index, output name or None, list of metrics), plain ones and weighted.
        self._plain = []
        self._weighted = []

    @property
    def metrics(self):
        return [m for _, _, group in self._plain + self._weighted for m in group]

    def names(self):
        """Names of the results; before the first batch as the user spelt them."""
        if self.built:
            return [metric.name for metric in self.metrics]
        leaves = nest.flatten([spec for spec in self._specs if spec])
        return [leaf if isinstance(leaf, str) else object_name(leaf) for leaf in leaves]

    @property
    def variables(self):
        return [v for metric in self.metrics for v in metric.variables]

    def build(self, y_true, y_pred):
        """Resolves names by the shapes of labels and outputs and makes the metrics."""
        flat_pred = nest.flatten(y_pred)
        self._names = output_names(y_pred, self.output_names)
        wanted, chosen = [False] * len(flat_pred), []
        for argument, spec, entries in (
            ("metrics", self._specs[0], self._plain),
            ("weighted_metrics", self._specs[1], self._weighted),
        ):
            if not spec:
                continue
            if len(flat_pred) == 1:
                groups, names = [nest.flatten(spec)], [None]
            else:
                groups, names = self._groups(spec, y_pred, argument), self._names
            for i, group in enumerate(groups):
                if group is not None:
                    group = group if isinstance(group, (list, tuple)) else [group]
                    wanted[i] = wanted[i] or bool(group)
                    chosen.append((entries, i, names[i], group))
        self._wanted = wanted
        labels = align(y_true, y_pred, self._names, wanted)
        for entries, i, name, group in chosen:
            found = [resolve_metric(m, labels[i], flat_pred[i]) for m in group]
            entries.append((i, name, found))
        self.built = True

    def _groups(self, spec, y_pred, argument):
        """One metric, list of metrics or None for each of several outputs."""
        names, count = self._names, len(self._names)
        flat = len(y_pred) == count
        if flat and isinstance(spec, (list, tuple)) and len(spec) == count:
            return list(spec)
        if flat and isinstance(spec, dict) and set(spec) <= set(names):
            return [spec.get(name) for name in names]
        if not flat and type(spec) is type(y_pred) and len(spec) == len(y_pred):
            keys = y_pred if isinstance(y_pred, dict) else range(len(y_pred))
            groups = []
            for key in keys:
                part, entry = y_pred[key], spec[key]
                groups.extend([entry] if not nest.is_nested(part) else nest.flatten(entry))
            if len(groups) == count:
                return groups
        raise ValueError(
            f"Invalid `{argument}`. `{argument}` should contain metrics objects and either be a "
            f"dict or a list matching the model's {count} outputs"
            + (f" {names}" if any(names) else "")
            + f", or match the output structure of the model. Received: {argument}={spec}"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        if not self.built:
            self.build(y_true, y_pred)
        flat_pred = nest.flatten(y_pred)
        labels = align(y_true, y_pred, self._names, self._wanted)
        for i, _, group in self._plain:
            for metric in group:
                _update(metric, labels[i], flat_pred[i])
        if not self._weighted:
            return
        weights = [sample_weight] * len(flat_pred)
        if nest.is_nested(sample_weight):
            weights = align(sample_weight, y_pred, self._names, self._wanted, "sample_weight")
        for i, _, group in self._weighted:
            for metric in group:
                _update(metric, labels[i], flat_pred[i], weights[i])

    def reset_state(self):
        for metric in self.metrics:
            metric.reset_state()

    def result(self):
        """A dict of results; a name used twice gets a number, or "weighted_" in front."""
        if not self.built:
            raise ValueError("Cannot get result() since the metric has not yet been built.")
        results = {}
        uses = {}

        def add(name, metric):
            seen = uses.get(name, 0)
            uses[name] = seen + 1
            results[f"{name}_{seen}" if seen else name] = metric.result()

        for prefix, entries in (("", self._plain), ("weighted_", self._weighted)):
            for _, output, group in entries:
                for metric in group:
                    name = f"{output}_{metric.name}" if output else metric.name
                    if prefix and name in uses:
                        name = f"{output}_{prefix}{metric.name}" if output else prefix + metric.name
                    add(name, metric)
        return results
