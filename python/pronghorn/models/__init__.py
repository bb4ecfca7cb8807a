"""Models by name, loaded when first asked for."""

_WHERE = {
    "Model": "model",
    "Functional": "functional",
    "Sequential": "sequential",
    "clone_model": "cloning",
    "model_from_json": "model",
    "load_model": "model",
    "save_model": "model",
}
__all__ = [*_WHERE]  # noqa: PLE0604


def __getattr__(name):
    if name not in _WHERE:
        from ..legacy.missing import old_or_absent

        return old_or_absent(__name__, name, _WHERE)
    import importlib

    value = getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
