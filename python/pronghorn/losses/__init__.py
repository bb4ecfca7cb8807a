"""Losses: what a step minimises. `get` finds one by name."""

from __future__ import annotations

from typing import Any

from ..serialization import registry
from .base import Loss, LossFunctionWrapper
from .crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
)
from .ctc import CTC, ctc
from .focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
)
from .hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from .overlap import Dice, Tversky, dice, tversky
from .regression import (
    Huber,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    huber,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from .similarity import Circle, CosineSimilarity, LogCosh, circle, cosine_similarity, log_cosh

CLASSES = (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    KLDivergence,
    Poisson,
    MeanSquaredError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    Huber,
    Hinge,
    SquaredHinge,
    CategoricalHinge,
    CosineSimilarity,
    LogCosh,
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    Dice,
    Tversky,
    Circle,
    CTC,
)
FUNCTIONS = (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
    kl_divergence,
    poisson,
    mean_squared_error,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
    huber,
    hinge,
    squared_hinge,
    categorical_hinge,
    cosine_similarity,
    log_cosh,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    dice,
    tversky,
    circle,
    ctc,
)

KNOWN = {obj.__name__: obj for obj in CLASSES + FUNCTIONS}
for _function, _short in (
    (binary_crossentropy, "bce"),
    (kl_divergence, "kld"),
    (mean_squared_error, "mse"),
    (mean_absolute_error, "mae"),
    (mean_absolute_percentage_error, "mape"),
    (mean_squared_logarithmic_error, "msle"),
):
    KNOWN[_short] = KNOWN[_short.upper()] = _function


def get(identifier: Any) -> Any:
    """The loss function or `Loss` that a name, a config dict or an object stands for.

    Args:
        identifier: Name such as `"mse"` or `"MeanSquaredError"`, config dict, function, class,
            `Loss`, or None.

    Returns:
        A function of (y_true, y_pred) or a `Loss`; None for None.

    Raises:
        ValueError: If the name is unknown; the message lists near ones.

    Example:
        >>> losses.get("mse") is losses.mean_squared_error
        True
    """
    if isinstance(identifier, str) and identifier == "Loss":
        return Loss()
    return registry.find(identifier, KNOWN, "loss")


def serialize(loss: Any) -> Any:
    """The config of a loss function or object, which `deserialize` takes.

    Args:
        loss: Loss function or `Loss`.

    Returns:
        A dict of JSON values.

    Example:
        >>> losses.serialize(losses.mean_squared_error)["config"]
        'mean_squared_error'
    """
    from ..serialization import serialize_keras_object

    return serialize_keras_object(loss)


def deserialize(name: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The loss that a result of `serialize` stands for.

    Args:
        name: Name or config dict.
        custom_objects: Further functions or classes by name.

    Returns:
        A loss function or `Loss`.

    Example:
        >>> config = losses.serialize(losses.Huber(delta=0.5))
        >>> losses.deserialize(config).get_config()["delta"]
        0.5
    """
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(name, custom_objects, module_objects=KNOWN)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
