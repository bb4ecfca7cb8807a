"""keras.legacy.interfaces: decorators by which layers and optimizers of other packages took the
arguments of Keras 1. Here constructors of subclasses do by themselves, as do functions with them.
"""

import functools

from .accept import old_arguments


def generate_legacy_interface(
    allowed_positional_args=None,
    conversions=None,
    preprocessor=None,
    value_conversions=None,
    object_type="class",
):
    """A decorator that renames keyword arguments and their values.

    Args:
        allowed_positional_args: Kept.
        conversions: Pairs (old name, new name); a new name of None leaves the argument out.
        preprocessor: Function of (args, kwargs) to (args, kwargs, pairs that it renamed).
        value_conversions: Dict of a new name to a dict of old values to new ones.
        object_type: Kept.
    """

    def decorator(function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            if preprocessor is not None:
                args, kwargs, _ = preprocessor(args, kwargs)
            for old, new in conversions or ():
                if old in kwargs:
                    value = kwargs.pop(old)
                    if new is None:
                        continue
                    if new in kwargs:
                        raise TypeError(
                            f"`{old}` and `{new}` are the old and the new name of one argument of "
                            f"{function.__name__}; give one."
                        )
                    kwargs[new] = value
            for name, values in (value_conversions or {}).items():
                if kwargs.get(name) in values:
                    kwargs[name] = values[kwargs[name]]
            return function(*args, **kwargs)

        return call

    return decorator


generate_legacy_method_interface = functools.partial(
    generate_legacy_interface, object_type="method"
)


def __getattr__(name):
    if name.startswith("legacy_") and name.endswith("_support"):
        return _as_it_is if name in _METHODS else old_arguments
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_METHODS = ("legacy_get_updates_support", "legacy_add_weight_support")


def _as_it_is(function):
    return function
