"""Metrics: what is measured while training and testing. `get` finds one by name."""

from __future__ import annotations

from typing import Any

from .. import losses
from ..engine.naming import to_snake_case
from ..serialization import registry
from .accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from .auc import AUC
from .base import Metric
from .confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from .correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from .errors import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from .iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from .operating_point import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from .reduction import Mean, MeanMetricWrapper, Sum
from .scores import F1Score, FBetaScore, R2Score

CLASSES = (
    Metric,
    Mean,
    Sum,
    MeanMetricWrapper,
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    TopKCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    MeanSquaredError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
    KLDivergence,
    Poisson,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    CosineSimilarity,
    LogCoshError,
    Hinge,
    SquaredHinge,
    CategoricalHinge,
    FalsePositives,
    FalseNegatives,
    TrueNegatives,
    TruePositives,
    Precision,
    Recall,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
    PrecisionAtRecall,
    RecallAtPrecision,
    AUC,
    IoU,
    BinaryIoU,
    MeanIoU,
    OneHotIoU,
    OneHotMeanIoU,
    FBetaScore,
    F1Score,
    R2Score,
    PearsonCorrelation,
    ConcordanceCorrelation,
)
FUNCTIONS = losses.FUNCTIONS + (
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    top_k_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    pearson_correlation,
    concordance_correlation,
)

KNOWN = {obj.__name__: obj for obj in CLASSES + FUNCTIONS}
for _class, _short in (
    (BinaryCrossentropy, "bce"),
    (MeanSquaredError, "mse"),
    (MeanAbsoluteError, "mae"),
    (MeanAbsolutePercentageError, "mape"),
    (MeanSquaredLogarithmicError, "msle"),
):
    KNOWN[_short] = KNOWN[_short.upper()] = _class
# What `get` finds: as a name in snake_case stands for the class. Configs name functions too.
NAMED = {**KNOWN, **{to_snake_case(cls.__name__): cls for cls in CLASSES}}
# Resolved by shape in compile(); listed here so that near misses of them are suggested.
for _table in (KNOWN, NAMED):
    _table["accuracy"] = _table["acc"] = Accuracy

mean_squared_error = losses.mean_squared_error
mean_absolute_error = losses.mean_absolute_error
binary_crossentropy = losses.binary_crossentropy
categorical_crossentropy = losses.categorical_crossentropy
sparse_categorical_crossentropy = losses.sparse_categorical_crossentropy
mean_absolute_percentage_error = losses.mean_absolute_percentage_error
mean_squared_logarithmic_error = losses.mean_squared_logarithmic_error
kl_divergence = losses.kl_divergence
poisson = losses.poisson
hinge = losses.hinge
squared_hinge = losses.squared_hinge
categorical_hinge = losses.categorical_hinge
huber = losses.huber
log_cosh = losses.log_cosh
binary_focal_crossentropy = losses.binary_focal_crossentropy
categorical_focal_crossentropy = losses.categorical_focal_crossentropy


def get(identifier: Any) -> Any:
    """The metric function or `Metric` that a name, a config dict or an object stands for.

    Args:
        identifier: Name such as `"mse"` or `"AUC"`, config dict, function, class, `Metric`, or
            None.

    Returns:
        A function of (y_true, y_pred) or a `Metric`; None for None.

    Raises:
        ValueError: If the name is unknown; the message lists near ones.

    Example:
        >>> metrics.get("AUC").name[:3]
        'auc'
    """
    return registry.find(identifier, KNOWN if isinstance(identifier, dict) else NAMED, "metric")


def serialize(metric: Any) -> Any:
    """The config of a metric function or object, which `deserialize` takes.

    Args:
        metric: Metric function or `Metric`.

    Returns:
        A dict of JSON values.

    Example:
        >>> metrics.serialize(metrics.binary_accuracy)["config"]
        'binary_accuracy'
    """
    from ..serialization import serialize_keras_object

    return serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The metric that a result of `serialize` stands for.

    Args:
        config: Name or config dict.
        custom_objects: Further functions or classes by name.

    Returns:
        A metric function or `Metric`.

    Example:
        >>> config = metrics.serialize(metrics.TopKCategoricalAccuracy(k=3))
        >>> metrics.deserialize(config).k
        3
    """
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=KNOWN)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
