"""Models as scikit-learn's estimators; scikit-learn is needed for these alone.

`SKLearnClassifier` and its kin are those of Keras 3, `scikit_learn` holds those of Keras 2.
"""

_WHERE = {
    "SKLearnClassifier": "estimators",
    "SKLearnRegressor": "estimators",
    "SKLearnTransformer": "estimators",
    "KerasClassifier": "scikit_learn",
    "KerasRegressor": "scikit_learn",
    "BaseWrapper": "scikit_learn",
}
__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer", "scikit_learn"]


def __getattr__(name):
    import importlib

    if name == "scikit_learn":
        return importlib.import_module(".scikit_learn", __name__)
    if name not in _WHERE:
        from ..legacy.missing import old_or_absent

        return old_or_absent(__name__, name, _WHERE)
    value = getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
