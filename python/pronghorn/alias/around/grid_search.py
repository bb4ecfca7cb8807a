"""`sklearn.grid_search` and `sklearn.learning_curve`, which are in `model_selection` now."""

import functools

from sklearn import model_selection
from sklearn.model_selection import ParameterGrid, ParameterSampler  # noqa: F401

# Scores of losses had the losses' names, and were negative as well.
_SCORERS = {
    "log_loss": "neg_log_loss",
    "mean_absolute_error": "neg_mean_absolute_error",
    "mean_squared_error": "neg_mean_squared_error",
    "median_absolute_error": "neg_median_absolute_error",
}


def with_scorers(function):
    """A function whose `scoring` may be an old name."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        scoring = kwargs.get("scoring")
        if isinstance(scoring, str):
            kwargs["scoring"] = _SCORERS.get(scoring, scoring)
        return function(*args, **kwargs)

    return call


GridSearchCV = with_scorers(model_selection.GridSearchCV)
RandomizedSearchCV = with_scorers(model_selection.RandomizedSearchCV)
learning_curve = with_scorers(model_selection.learning_curve)
validation_curve = with_scorers(model_selection.validation_curve)
