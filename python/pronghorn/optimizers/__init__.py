"""Optimizers: how gradients change weights. `get` finds one by name."""

from __future__ import annotations

from typing import Any

from ..serialization import registry
from . import schedules
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam
from .adamax import Adamax
from .adamw import AdamW
from .base import Optimizer
from .ftrl import Ftrl
from .lamb import Lamb
from .lion import Lion
from .loss_scale import LossScaleOptimizer
from .multi import MultiOptimizer, OptimizerMap
from .muon import Muon
from .nadam import Nadam
from .rmsprop import RMSprop
from .schedule_free_adamw import ScheduleFreeAdamW
from .sgd import SGD

CLASSES = (
    SGD, RMSprop, Adam, AdamW, Adadelta, Adagrad, Adamax, Adafactor, Nadam, Ftrl, Lion,
    LossScaleOptimizer, Lamb, Muon, MultiOptimizer, ScheduleFreeAdamW,
)  # fmt: skip
KNOWN = {cls.__name__: cls for cls in CLASSES}
KNOWN.update({cls.__name__.lower(): cls for cls in CLASSES})


def get(identifier: Any) -> Any:
    """The optimizer that a name (in any case), a config dict or an optimizer stands for.

    Args:
        identifier: Name such as `"adam"`, config dict, class, `Optimizer`, or None.

    Returns:
        An `Optimizer`; None for None.

    Raises:
        ValueError: If the name is unknown; the message lists near ones.

    Example:
        >>> keras.optimizers.get("adam").name
        'adam'
    """
    if isinstance(identifier, str) and identifier.lower() in KNOWN:
        identifier = identifier.lower()
    found = registry.find(identifier, KNOWN, "optimizer", base=Optimizer)
    if found is not None and not isinstance(found, Optimizer):
        raise ValueError(
            f"Could not interpret optimizer identifier: {identifier!r} (of type "
            f"{type(identifier)}). Expected None, a name, a config or an Optimizer."
        )
    return found


def serialize(optimizer: Any) -> Any:
    """The config of an optimizer, which `deserialize` takes.

    Args:
        optimizer: `Optimizer`.

    Returns:
        A dict of JSON values.

    Example:
        >>> keras.optimizers.serialize(keras.optimizers.SGD(0.5))["class_name"]
        'SGD'
    """
    from ..serialization import serialize_keras_object

    return serialize_keras_object(optimizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The optimizer that a result of `serialize` stands for.

    Args:
        config: Config dict.
        custom_objects: Further classes by name.

    Returns:
        An `Optimizer`.

    Example:
        >>> config = keras.optimizers.serialize(keras.optimizers.SGD(0.5, momentum=0.9))
        >>> keras.optimizers.deserialize(config).momentum
        0.9
    """
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=KNOWN)


def __getattr__(name):
    if name == "legacy":
        import importlib

        return importlib.import_module(".legacy", __name__)
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
