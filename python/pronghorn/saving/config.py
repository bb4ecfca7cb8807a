"""Objects to and from plain dicts, in Keras 3's form.

An object is {"module", "class_name", "config", "registered_name"}; classes of this package carry
the names of Keras's modules, so that either side reads the other's. Reading never runs code from
a config: classes come from this package, the registry, `custom_objects` or an imported module.
"""

import sys

from ..engine import symbolic
from .registry import CustomObjectScope, get_registered_name, get_registered_object, near_names

_PLAIN = (str, int, float, bool, type(None))
_ROOMS = ("layers", "initializers", "regularizers", "constraints", "activations", "models")
_ROOMS += ("optimizers", "losses", "metrics", "callbacks", "dtype_policies")
_AT_TOP = ("Sequential", "Model", "DTypePolicy", "Layer", "SeedGenerator")


def public_module(cls):
    """The module a class or function of this package has in Keras; its own one otherwise."""
    module = cls.__module__
    package = __name__.split(".")[0]
    if not module.startswith(package + "."):
        return module
    if cls.__name__ == "Functional":
        return "keras.src.models.functional"
    if cls.__name__ in _AT_TOP:
        return "keras"
    return "keras." + module.split(".")[1]


def _is_ours(cls):
    return cls.__module__.startswith(__name__.split(".")[0] + ".")


def serialize_keras_object(obj):
    """A config of an object: plain values stay, containers are mapped, objects become dicts."""
    import numpy as np

    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, (list, dict)) and type(obj).__module__ != "builtins":
        obj = list(obj) if isinstance(obj, list) else dict(obj)
    if isinstance(obj, list):
        return [serialize_keras_object(x) for x in obj]
    if isinstance(obj, tuple):
        return tuple(serialize_keras_object(x) for x in obj)
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, symbolic.KerasTensor):
        operation, node_index, tensor_index = obj._keras_history
        history = [operation.name, node_index, tensor_index]
        config = {"shape": list(obj.shape), "dtype": obj.dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}
    if isinstance(obj, slice):
        parts = [serialize_keras_object(x) for x in (obj.start, obj.stop, obj.step)]
        return {"class_name": "__slice__", "config": dict(zip(("start", "stop", "step"), parts))}
    if isinstance(obj, (np.integer, np.floating, np.bool_)):
        return obj.item()
    if isinstance(obj, np.dtype):
        return obj.name
    if isinstance(obj, np.ndarray) or hasattr(obj, "__dlpack__"):
        value = np.asarray(obj)
        kind = "__numpy__" if isinstance(obj, np.ndarray) else "__tensor__"
        return {"class_name": kind, "config": {"value": value.tolist(), "dtype": value.dtype.name}}
    if hasattr(obj, "get_config") and not isinstance(obj, type):
        return _serialize_object(obj)
    if isinstance(obj, type) or callable(obj):
        return _serialize_function(obj)
    raise ValueError(
        f"Cannot put {obj!r} (of type {type(obj)}) into a config: it has no get_config()."
    )


def _serialize_object(obj):
    cls = type(obj)
    config = obj.get_config()
    out = {
        "module": public_module(cls),
        "class_name": cls.__name__,
        "config": serialize_keras_object(config),
        "registered_name": None if _is_ours(cls) else get_registered_name(cls),
    }
    build_config = getattr(obj, "get_build_config", None)
    if build_config is not None:
        build = build_config()
        if build is not None:
            out["build_config"] = serialize_keras_object(build)
    return out


def _serialize_function(function):
    name = getattr(function, "__name__", None)
    if name == "<lambda>":
        raise ValueError(
            "A lambda cannot be put into a config. Use a named function registered with "
            "`register_keras_serializable`."
        )
    return {
        "module": "builtins" if _is_ours(function) else function.__module__,
        "class_name": "class" if isinstance(function, type) else "function",
        "config": name,
        "registered_name": get_registered_name(function),
    }


def deserialize_keras_object(config, custom_objects=None, safe_mode=True, module_objects=None):
    """The object of a config made by `serialize_keras_object`.

    Args:
        config: The config.
        custom_objects: Dict of name to class or function.
        module_objects: Dict searched as well, after the registry.

    Raises:
        ValueError: for an unknown class or function, with near names.
    """
    if custom_objects:
        with CustomObjectScope(custom_objects):
            return deserialize_keras_object(config, None, safe_mode, module_objects)
    if isinstance(config, str) and module_objects is not None:
        return _find(config, None, None, module_objects)
    if isinstance(config, _PLAIN):
        return config
    if isinstance(config, (list, tuple)):
        return [deserialize_keras_object(x, None, safe_mode) for x in config]
    if not isinstance(config, dict):
        raise TypeError(f"Could not read the config: {config!r}")
    name = config.get("class_name")
    if name is None or "config" not in config:
        return {k: deserialize_keras_object(v, None, safe_mode) for k, v in config.items()}
    inner = config["config"]
    if name in _SPECIAL:
        return _SPECIAL[name](inner)
    module = config.get("module")
    if name in ("function", "class"):
        return _find(inner, module, config.get("registered_name"), module_objects)
    cls = _find(name, module, config.get("registered_name"), module_objects)
    obj = cls.from_config(dict(inner)) if hasattr(cls, "from_config") else cls(**inner)
    build_config = config.get("build_config")
    if build_config and hasattr(obj, "build_from_config") and not getattr(obj, "built", True):
        obj.build_from_config(build_config)
    return obj


def _array(config):
    import numpy as np

    return np.array(config["value"], dtype=config["dtype"])


def _tensor(config):
    from .. import engine

    return engine.convert_to_tensor(_array(config))


def _keras_tensor(config):
    tensor = symbolic.KerasTensor(config["shape"], dtype=config["dtype"])
    tensor._saved_history = config["keras_history"]
    return tensor


_SPECIAL = {
    "__tuple__": lambda c: tuple(deserialize_keras_object(x) for x in c["value"]),
    "__numpy__": _array,
    "__tensor__": _tensor,
    "__slice__": lambda c: slice(c["start"], c["stop"], c["step"]),
    "__keras_tensor__": _keras_tensor,
}


def _find(name, module, registered_name, module_objects):
    for key in (registered_name, name):
        found = get_registered_object(key, None, module_objects) if key else None
        if found is not None:
            return found
    package = __name__.split(".")[0]
    root = (module or "").split(".")[0]
    known = set(module_objects or ())
    if root in ("keras", "builtins", package, "tf_keras", ""):
        import importlib

        for room in _ROOMS:
            try:
                room = importlib.import_module(f"{package}.{room}")
            except ImportError:
                continue
            found = getattr(room, name, None)
            if found is not None:
                return found
            known.update(n for n in dir(room) if not n.startswith("_"))
    elif module in sys.modules and hasattr(sys.modules[module], name):
        return getattr(sys.modules[module], name)
    raise ValueError(
        f"Could not find {name!r} (module {module!r}, registered name {registered_name!r})."
        f"{near_names(name, known)} If it is your own, pass it in `custom_objects` or register it "
        "with `register_keras_serializable`."
    )
