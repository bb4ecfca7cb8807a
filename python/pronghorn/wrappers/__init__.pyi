# Written by tools/stubs.py; `make stubs` writes it anew.
# ruff: noqa
# fmt: off
from . import scikit_learn as scikit_learn
from .estimators import SKLearnClassifier as SKLearnClassifier
from .estimators import SKLearnRegressor as SKLearnRegressor
from .estimators import SKLearnTransformer as SKLearnTransformer
