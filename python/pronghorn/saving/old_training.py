"""Compile arguments and optimizer state as Keras 2 wrote them."""

import warnings

from ..serialization import deserialize_keras_object, get_registered_object
from ..serialization.names import public_name
from .h5_weights import write_variables
from .old_configs import to_old
from .state import does_not_fit, optimizer_assignment, optimizer_pairs, slot_after_slot

_COMPILE = ("run_eagerly", "steps_per_execution", "jit_compile", "loss_weights")
# Keras 3 reads no short names of losses and metrics in HDF5 files, not even its own.
_SHORT = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "kld": "KLDivergence",
    "bce": "BinaryCrossentropy",
}

# Arguments of optimizers that Keras 2's older ones do not know, with the value that means nothing.
_UNUSED = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
}


def training_config(compiled):
    """The "training_config" of an HDF5 file, of a compile config of today."""
    found = {key: compiled.get(key) for key in _COMPILE}
    found["loss"] = _objects_to_old(compiled.get("loss"), _loss)
    for key in ("metrics", "weighted_metrics"):
        found[key] = _objects_to_old(compiled.get(key), _metric)
    return {**found, "optimizer_config": _optimizer_to_old(compiled["optimizer"])}


# Optimizers that tf-keras finds by their names: the older ones, which keep slot after slot where
# the value says so. It finds the others as "Custom>Lion" alone, whose name Keras 3 looks up.
_OLDER = {
    "SGD": False, "RMSprop": False, "Adagrad": False, "Ftrl": False,
    "Adam": True, "Adamax": True, "Adadelta": True,
}  # fmt: skip
_REGISTERED = (*_OLDER, "AdamW", "Nadam", "Lion", "Adafactor")
_ORDER = "order_of_slots"  # an attribute of the group of an optimizer's state
_UNLISTED = "other_weight_names"  # what Keras 2 has no place for


def _is_older(class_name, config):
    return class_name in _OLDER and all(
        config.get(key, value) == value for key, value in _UNUSED.items() if "clip" not in key
    )


def _optimizer_to_old(optimizer):
    name = optimizer["class_name"]
    old = to_old(optimizer)
    if name == "LossScaleOptimizer":
        return _scaled_to_old(old)
    if optimizer.get("module") != "keras.optimizers" or name not in _REGISTERED:
        return old
    if not _is_older(name, old["config"]):
        named = {**old["config"], "name": name.lower()}
        return {"class_name": f"Custom>{name}", "config": named}
    return {**old, "config": _without_unused(old["config"])}


def _without_unused(config):
    return {k: v for k, v in config.items() if k not in _UNUSED or v != _UNUSED[k]}


def _scaled_to_old(optimizer):
    """An optimizer that scales losses, as tf-keras makes it around one of its older ones."""
    config = dict(optimizer["config"])
    config.pop("name", None)
    inner = config.get("inner_optimizer")
    if inner and _is_older(inner["class_name"], inner["config"]):
        config["inner_optimizer"] = {**inner, "config": _without_unused(inner["config"])}
    return {**optimizer, "config": config}


def write_optimizer(group, optimizer):
    """Writes the state of a built optimizer as Keras 2 kept it: the step and the slots."""
    name = public_name(type(optimizer))
    if name is None or name[0] != "keras.optimizers" or name[1] not in _REGISTERED:
        write_variables(group, optimizer.variables)
        return
    name, others = name[1], optimizer._derived_variables()
    unlisted = {id(v) for v in (optimizer._learning_rate, *others)}
    step, *slots = [v for v in optimizer.variables if id(v) not in unlisted]
    if _is_older(name, optimizer.get_config()) and _OLDER[name]:
        slots = slot_after_slot(slots)
        group.attrs[_ORDER] = "slot after slot"
    write_variables(group, [step, *slots])
    if others:
        write_variables(group, others, _UNLISTED)


def _objects_to_old(x, named):
    """Losses and metrics without their modules; functions of this package by their names."""
    if isinstance(x, str):
        return named(x)
    if isinstance(x, (list, tuple)):
        return [_objects_to_old(v, named) for v in x]
    if not isinstance(x, dict):
        return x
    if x.get("class_name") == "function":
        return named(x["config"])
    if "class_name" in x and "config" in x:
        return to_old(x)
    return {k: _objects_to_old(v, named) for k, v in x.items()}


def _loss(name):
    cls = _SHORT.get(name.lower())
    return name if cls is None else {"class_name": cls, "config": {"name": name}}


def _metric(name):
    found = _loss(name)
    if isinstance(found, dict):
        found["config"]["dtype"] = "float32"
    return found


def compile_arguments(config):
    """Arguments of `compile` from the "training_config" of an HDF5 file."""
    arguments = {
        "optimizer": _object(_optimizer_to_new(config["optimizer_config"]), "optimizers"),
        "loss": _objects(config.get("loss"), "losses"),
        "metrics": _objects(config.get("metrics"), "metrics"),
        "weighted_metrics": _objects(config.get("weighted_metrics"), "metrics"),
        "loss_weights": config.get("loss_weights"),
    }
    for name in ("run_eagerly", "steps_per_execution"):
        if config.get(name) is not None:
            arguments[name] = config[name]
    return arguments


def compile_config_to_new(config):
    """Keras 3's "compile_config" of one that tf-keras wrote into a `.keras` file."""
    optimizer = config.get("optimizer")
    if isinstance(optimizer, dict):
        optimizer = {**_optimizer_to_new(optimizer), "registered_name": None}
    new = {"optimizer": optimizer, "jit_compile": False}
    for name in ("loss", "metrics", "weighted_metrics"):
        new[name] = _cleaned_objects(config.get(name))
    new["loss_weights"] = config.get("loss_weights")
    for name in ("run_eagerly", "steps_per_execution"):
        if config.get(name) is not None:
            new[name] = config[name]
    return new


_GONE = ("jit_compile", "is_legacy_optimizer", "dynamic")  # arguments of tf-keras's optimizers


def _optimizer_to_new(optimizer):
    """Without what only tf-keras's constructors take, also inside a LossScaleOptimizer."""
    config = {k: v for k, v in optimizer["config"].items() if k not in _GONE}
    new = {**optimizer, "config": config}
    if isinstance(config.get("inner_optimizer"), dict):
        inner = _optimizer_to_new(config["inner_optimizer"])
        inner = {**inner, "class_name": inner["class_name"].rpartition(">")[2]}
        inner |= {"module": "keras.optimizers", "registered_name": None}
        config["inner_optimizer"] = inner
    if optimizer["class_name"] == "LossScaleOptimizerV3":
        new |= {"class_name": "LossScaleOptimizer", "module": "keras.optimizers"}
    return new


def _objects(x, room):
    if isinstance(x, dict) and "class_name" in x:
        return _object(x, room)
    if isinstance(x, dict):
        return {k: _objects(v, room) for k, v in x.items()}
    if isinstance(x, str) and (found := get_registered_object(x)) is not None:
        return found() if isinstance(found, type) else found  # while custom_objects are known
    return [_objects(v, room) for v in x] if isinstance(x, list) else x


def _cleaned_objects(x):
    if isinstance(x, dict) and x.get("class_name") == "function":
        return x
    if isinstance(x, dict) and "class_name" in x:
        return {**x, "config": _cleaned(x["class_name"], x["config"])}
    if isinstance(x, dict):
        return {k: _cleaned_objects(v) for k, v in x.items()}
    return [_cleaned_objects(v) for v in x] if isinstance(x, list) else x


def _cleaned(name, config):
    """The config of a loss or metric, without what Keras 3 takes from its class."""
    config = dict(config or {})
    if config.get("reduction") == "auto":
        config["reduction"] = "sum_over_batch_size"
    if "fn" in config and not name.endswith("Wrapper"):
        config.pop("fn")
    elif isinstance(config.get("fn"), str):
        config["fn"] = {"class_name": "function", "module": "builtins", "config": config["fn"]}
    return config


def _object(config, room):
    """An optimizer, loss or metric; a name without a package is Keras's."""
    name = config["class_name"]
    if get_registered_object(name) is None:
        name = name.rpartition(">")[2]  # tf-keras calls its own "Custom>Adam"
    inner = _cleaned(name, config.get("config"))
    found = {"class_name": name, "config": inner}
    if get_registered_object(name) is None:
        found["module"] = f"keras.{room}"
    return deserialize_keras_object(found)


def load_optimizer(group, model):
    """Reads the state of a compiled model's optimizer; what does not fit is said."""
    optimizer = model.optimizer
    optimizer.build(model._trained_weights())
    names = group.names("weight_names")
    by_slot = _ORDER in group.attributes() or _is_slot_after_slot(names)
    others = group.names(_UNLISTED) if _UNLISTED in group.attributes() else []
    pairs = optimizer_pairs(optimizer, [*names, *others], group.shape, by_slot)
    if pairs is None:
        warnings.warn(does_not_fit(optimizer, len(names), group.file.name), stacklevel=6)
    else:
        optimizer_assignment(optimizer, pairs, group)()


def _is_slot_after_slot(names):
    """Whether names are those of optimizers before tf-keras 2.11: ".../kernel/m:0"."""
    last = [name.split(":")[0].rpartition("/")[2] for name in names[1:]]
    return bool(last) and all(name in ("m", "v", "vhat", "momentum", "rms", "mg") for name in last)
