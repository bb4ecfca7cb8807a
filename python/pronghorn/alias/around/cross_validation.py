"""`sklearn.cross_validation`: its functions are in `model_selection` now, and its splitters, which
knew the data's size or labels from the start, are lists of splits here.
"""

import numpy as np
from sklearn import model_selection
from sklearn.model_selection import cross_val_predict, train_test_split  # noqa: F401

from .grid_search import with_scorers

cross_val_score = with_scorers(model_selection.cross_val_score)
permutation_test_score = with_scorers(model_selection.permutation_test_score)


class _Splits:
    """(train, test) indices, as often as one iterates."""

    def __init__(self, splitter, n, y=None):
        self._splitter, self._n, self._y = splitter, n, y

    def __iter__(self):
        return iter(self._splitter.split(np.zeros(self._n), self._y))

    def __len__(self):
        return self._splitter.get_n_splits(np.zeros(self._n), self._y)

    def __repr__(self):
        return f"{self._splitter!r} of {self._n} samples"


def KFold(n, n_folds=3, shuffle=False, random_state=None):
    """Folds of n samples."""
    return _Splits(model_selection.KFold(n_folds, **_order(shuffle, random_state)), n)


def StratifiedKFold(y, n_folds=3, shuffle=False, random_state=None):
    """Folds with each label's share in each."""
    splitter = model_selection.StratifiedKFold(n_folds, **_order(shuffle, random_state))
    return _Splits(splitter, len(y), np.asarray(y))


def ShuffleSplit(n, n_iter=10, test_size=0.1, train_size=None, random_state=None):
    """Random splits of n samples."""
    splitter = model_selection.ShuffleSplit(
        n_iter, test_size=test_size, train_size=train_size, random_state=random_state
    )
    return _Splits(splitter, n)


def StratifiedShuffleSplit(y, n_iter=10, test_size=0.1, train_size=None, random_state=None):
    """Random splits with each label's share on both sides."""
    splitter = model_selection.StratifiedShuffleSplit(
        n_iter, test_size=test_size, train_size=train_size, random_state=random_state
    )
    return _Splits(splitter, len(y), np.asarray(y))


def LeaveOneOut(n):
    """Each of n samples is the test once."""
    return _Splits(model_selection.LeaveOneOut(), n)


def _order(shuffle, random_state):
    """A seed without shuffling had no effect, and is refused today."""
    return {"shuffle": shuffle, "random_state": random_state if shuffle else None}
