"""Objects to plain dicts, in Keras 3's form.

An object is {"module", "class_name", "config", "registered_name"}; classes of this package carry
the names of Keras's modules, so that either side reads the other's.
"""

from __future__ import annotations

import types
from typing import Any

from ..engine import symbolic
from .names import own_module, public_name
from .registry import get_registered_name
from .scopes import note_written

_PLAIN = (str, int, float, bool, type(None))


def serialize_keras_object(obj: Any) -> Any:
    """The config of an object.

    Args:
        obj: Plain value (kept as it is), list, tuple, dict, array, tensor, function, or anything
            with `get_config()`.

    Returns:
        A plain value, a list or tuple of configs, or a dict.

    Raises:
        TypeError: for an object that has no `get_config()`, or one that returns no dict.

    Example:

    >>> serialize_keras_object(losses.MeanSquaredError())["module"]
    'keras.losses'
    """
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, list):
        return [serialize_keras_object(x) for x in obj]
    if isinstance(obj, tuple):
        return tuple(serialize_keras_object(x) for x in obj)
    if isinstance(obj, dict):
        return serialize_dict(obj)
    special = _special(obj)
    if special is not None:
        return special["value"] if "value" in special else special
    return _object_config(obj)


def serialize_dict(values):
    return {key: serialize_keras_object(value) for key, value in values.items()}


def _named(class_name, **config):
    return {"class_name": class_name, "config": config}


def _special(obj):
    """The config of what has no `get_config`; {"value": x} for what becomes plain; else None."""
    import numpy as np

    if isinstance(obj, bytes):
        return _named("__bytes__", value=obj.decode("utf-8"))
    if isinstance(obj, slice):
        parts = {k: serialize_keras_object(getattr(obj, k)) for k in ("start", "stop", "step")}
        return _named("__slice__", **parts)
    if obj is Ellipsis:
        return _named("__ellipsis__")
    if isinstance(obj, symbolic.KerasTensor):
        history = getattr(obj, "_keras_history", None)
        if history is not None:
            history = [getattr(history[0], "name", None), *history[1:]]
        shape = list(obj.shape)
        return _named("__keras_tensor__", shape=shape, dtype=obj.dtype, keras_history=history)
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and obj.ndim == 0):
        return {"value": obj.item()}
    if isinstance(obj, np.dtype):
        return {"value": obj.name}
    if isinstance(obj, np.ndarray):
        return _named("__numpy__", value=obj.tolist(), dtype=obj.dtype.name)
    if hasattr(obj, "__dlpack__") and not hasattr(obj, "get_config"):
        return _named("__tensor__", value=np.asarray(obj).tolist(), dtype=str(obj.dtype))
    if isinstance(obj, types.FunctionType) and obj.__name__ == "<lambda>":
        from .code import dump_with_warning

        # [code, defaults, closure], as Keras reads it
        return _named("__lambda__", value=[*dump_with_warning(obj).values()])
    return None


def _inner_config(obj):
    if isinstance(obj, types.FunctionType):
        return get_registered_name(obj)
    if hasattr(obj, "get_config") and not isinstance(obj, type):
        config = obj.get_config()
        if not isinstance(config, dict):
            raise TypeError(
                f"The `get_config()` method of {obj} should return a dict. It returned: {config}"
            )
        return serialize_dict(config)
    if hasattr(obj, "__name__"):
        return get_registered_name(obj)
    raise TypeError(
        f"Cannot put {obj!r} (of type {type(obj)}) into a config: its class has no `get_config()` "
        "method."
    )


def _object_config(obj):
    cls = type(obj)
    inner = _inner_config(obj)
    public = public_name(cls)
    if public is not None:
        module, class_name = public
        registered = None
    else:
        module, class_name = own_module(cls), cls.__name__
        registered = get_registered_name(cls)
    config = {
        "module": module,
        "class_name": class_name,
        "config": inner,
        "registered_name": registered,
    }
    for key in ("build_config", "compile_config"):
        method = getattr(obj, f"get_{key}", None)
        value = method() if method is not None and not isinstance(obj, type) else None
        if value is not None:
            config[key] = serialize_dict(value)
    note_written(obj, config)
    return config
