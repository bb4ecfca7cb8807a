"""keras.mixed_precision: dtype policies and the loss scale under their older names."""

import importlib

_WHERE = {
    "DTypePolicy": ("dtype_policies", "DTypePolicy"),
    "Policy": ("dtype_policies", "DTypePolicy"),
    "LossScaleOptimizer": ("optimizers", "LossScaleOptimizer"),
    "dtype_policy": ("dtype_policies", "dtype_policy"),
    "global_policy": ("dtype_policies", "dtype_policy"),
    "set_dtype_policy": ("dtype_policies", "set_dtype_policy"),
    "set_global_policy": ("dtype_policies", "set_dtype_policy"),
}
__all__ = [*_WHERE]  # noqa: PLE0604


def __getattr__(name):
    if name not in _WHERE:
        from .legacy.missing import old_or_absent

        return old_or_absent(__name__, name, _WHERE)
    room, original = _WHERE[name]
    return getattr(importlib.import_module(f".{room}", __package__), original)


def __dir__():
    return __all__
