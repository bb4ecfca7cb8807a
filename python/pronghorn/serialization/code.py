"""Python functions as text: the byte code of lambdas, which only a Python like the writer's reads.

Loading such a text runs whatever its writer wants; callers ask for `safe_mode=False` first.
"""

import base64
import inspect
import marshal
import types
import warnings


def dump(function):
    """{"code", "defaults", "closure"} of a function, its code in base64."""
    code = base64.b64encode(marshal.dumps(function.__code__)).decode("ascii")
    cells = function.__closure__
    closure = tuple(c.cell_contents for c in cells) if cells else None
    return {"code": code, "defaults": function.__defaults__, "closure": closure}


def dump_with_warning(function):
    try:
        source = inspect.getsource(function).strip()
    except (OSError, TypeError):
        source = repr(function)
    warnings.warn(
        "The object being serialized includes a `lambda`. Its code goes into the config, and can "
        "only be read with `safe_mode=False`; a named function, registered with "
        f"`register_keras_serializable`, is safe. The lambda: {source}",
        stacklevel=5,
    )
    return dump(function)


def load(config, defaults=None, closure=None, globs=None):
    """The function of such a dict, or of the text (or list) that older Kerases wrote."""
    if isinstance(config, (list, tuple)):
        code, defaults, closure = config
    elif isinstance(config, dict):
        code, defaults, closure = config["code"], config["defaults"], config["closure"]
    else:
        code = config
    if isinstance(defaults, list):
        defaults = tuple(tuple(x) if isinstance(x, list) else x for x in defaults)
    try:
        raw = base64.b64decode(code.encode("ascii"), validate=False)
        made = marshal.loads(raw)
    except (ValueError, EOFError, TypeError, UnicodeEncodeError) as e:
        raise ValueError(
            "The code of the lambda cannot be read by this Python, which must be of the version "
            f"that wrote it ({e}). Give the function in `custom_objects` instead."
        ) from None
    if not isinstance(made, types.CodeType):
        raise ValueError(f"The code of the lambda is no code: {type(made)}")
    cells = tuple(types.CellType(x) for x in closure) if closure else None
    return types.FunctionType(
        made, _globals() if globs is None else globs, made.co_name, defaults, cells
    )


def _globals():
    """Names that a lambda finds: what files of Keras were written with."""
    import importlib

    import numpy as np

    package = importlib.import_module(__name__.split(".")[0])
    return {"__builtins__": __builtins__, "keras": package, "ops": package.ops, "np": np}
