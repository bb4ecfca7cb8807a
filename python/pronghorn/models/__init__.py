"""Models by name, loaded when first asked for."""

_WHERE = {
    "Model": "model",
    "Functional": "functional",
    "Sequential": "sequential",
    "clone_model": "cloning",
    "model_from_json": "model",
}
__all__ = [*_WHERE]  # noqa: PLE0604


def __getattr__(name):
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
