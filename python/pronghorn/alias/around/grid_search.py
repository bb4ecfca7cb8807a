"""`sklearn.grid_search` and `sklearn.learning_curve`, which are in `model_selection` now."""

from sklearn.model_selection import (  # noqa: F401
    GridSearchCV,
    ParameterGrid,
    ParameterSampler,
    RandomizedSearchCV,
    learning_curve,
    validation_curve,
)
