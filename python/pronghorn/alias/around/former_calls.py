"""Functions that NumPy, scikit-learn and Python dropped, where a new name alone does not do."""

import collections
import inspect

import numpy as np

NINF = -np.inf
ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")


def asscalar(a):
    """The only entry of an array, as a Python number."""
    return np.asarray(a).item()


def asfarray(a, dtype=np.float64):
    """An array of floats."""
    dtype = np.dtype(dtype)
    return np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def msort(a):
    """A sorted copy along the first axis."""
    return np.sort(a, axis=0)


def find_common_type(array_types, scalar_types):
    """The dtype that holds all of `array_types`; scalars count where they are of another kind."""
    arrays, scalars = ([np.dtype(t) for t in types] for types in (array_types, scalar_types))
    if not arrays:
        return np.result_type(*scalars)
    result = np.result_type(*arrays)
    order = "?buifc"
    if scalars and order.find(np.result_type(*scalars).kind) > order.find(result.kind):
        result = np.result_type(*scalars)
    return result


def random_integers(low, high=None, size=None):
    """Integers from low to high, high included; from 1 to low where there is no high."""
    low, high = (1, low) if high is None else (low, high)
    return np.random.randint(low, high + 1, size)


def getargspec(func):
    """Names of a function's arguments, of * and ** and its defaults."""
    return ArgSpec(*inspect.getfullargspec(func)[:4])


def Imputer(missing_values="NaN", strategy="mean", axis=0, verbose=0, copy=True):
    """scikit-learn's SimpleImputer, for columns."""
    from sklearn.impute import SimpleImputer

    if axis != 0:
        raise ValueError("Imputer fills columns (axis=0); transpose the data for rows.")
    if strategy == "mode":
        strategy = "most_frequent"
    value = np.nan if isinstance(missing_values, str) else missing_values
    return SimpleImputer(missing_values=value, strategy=strategy, copy=copy)
