"""Names that modules around Keras had once -> what to write today: a built-in ("float"), or a name
with its module ("numpy.float64"). Where the old one took other arguments, it is a function here.
"""

import builtins
import importlib

_HERE = f"{__package__}.former_calls"

# NumPy 1.20 to 2.4 dropped these.
_NUMPY = {
    **{name: name for name in ("bool", "int", "float", "complex", "object", "str")},
    "long": "int",
    "unicode": "str",
    "float_": "numpy.float64",
    "complex_": "numpy.complex128",
    "cfloat": "numpy.complex128",
    "singlecomplex": "numpy.complex64",
    "longfloat": "numpy.longdouble",
    "longcomplex": "numpy.clongdouble",
    "string_": "numpy.bytes_",
    "unicode_": "numpy.str_",
    "bool8": "numpy.bool_",
    "int0": "numpy.intp",
    "uint0": "numpy.uintp",
    "object0": "numpy.object_",
    "Inf": "numpy.inf",
    "Infinity": "numpy.inf",
    "infty": "numpy.inf",
    "PINF": "numpy.inf",
    "NaN": "numpy.nan",
    "NAN": "numpy.nan",
    "product": "numpy.prod",
    "cumproduct": "numpy.cumprod",
    "sometrue": "numpy.any",
    "alltrue": "numpy.all",
    "in1d": "numpy.isin",
    "row_stack": "numpy.vstack",
    "trapz": "numpy.trapezoid",
    "round_": "numpy.round",
    "mat": "numpy.asmatrix",
    "rank": "numpy.ndim",
    "alen": "len",
    "issubclass_": "issubclass",
    "typeDict": "numpy.sctypeDict",
    "warnings": "warnings",
    **{
        name: f"numpy.exceptions.{name}"
        for name in ("AxisError", "ComplexWarning", "RankWarning", "VisibleDeprecationWarning")
    },
    **{
        name: f"{_HERE}.{name}"
        for name in ("NINF", "asfarray", "asscalar", "find_common_type", "msort")
    },
}

_WINDOWS = "barthann bartlett blackman blackmanharris bohman boxcar chebwin cosine flattop "
_WINDOWS += "gaussian hamming hann kaiser nuttall parzen triang tukey"

TABLES = {
    "numpy": _NUMPY,
    "numpy.random": {"random_integers": f"{_HERE}.random_integers"},
    "scipy": {
        "rand": "numpy.random.rand",
        "randn": "numpy.random.randn",
        "misc": f"{__package__}.scipy_misc",
    },
    "scipy.misc": {
        name: f"{__package__}.scipy_misc.{name}"
        for name in "bytescale comb factorial fromimage imread imresize imrotate imsave imshow "
        "logsumexp toimage".split()
    },
    "scipy.integrate": {
        "simps": "scipy.integrate.simpson",
        "trapz": "scipy.integrate.trapezoid",
        "cumtrapz": "scipy.integrate.cumulative_trapezoid",
    },
    "scipy.signal": {name: f"scipy.signal.windows.{name}" for name in _WINDOWS.split()},
    "sklearn": {
        "cross_validation": f"{__package__}.cross_validation",
        "grid_search": f"{__package__}.grid_search",
    },
    "sklearn.externals": {"joblib": "joblib", "six": f"{__package__}.six"},
    "sklearn.preprocessing": {"Imputer": f"{_HERE}.Imputer"},
    # Python's own, up to 3.12
    "time": {"clock": "time.process_time"},
    "inspect": {"getargspec": f"{_HERE}.getargspec"},
    "fractions": {"gcd": "math.gcd"},
    "itertools": {
        "izip": "zip",
        "imap": "map",
        "ifilter": "filter",
        "izip_longest": "itertools.zip_longest",
    },
    "collections": {
        name: f"collections.abc.{name}"
        for name in "Callable Container Hashable Iterable Iterator Mapping MutableMapping "
        "MutableSequence MutableSet Sequence Set Sized".split()
    },
}


def find(module, name):
    """What a module once had under a name.

    Returns:
        (whether it had it, the value, what to write today or "").
    """
    today = TABLES[module].get(name)
    if today is None and module == "scipy":  # it had all of NumPy's names
        numpy = importlib.import_module("numpy")
        today = f"numpy.{name}" if name in numpy.__all__ else None
    if today is None:
        return False, None, ""
    return True, _value(today), "" if today.startswith(__package__) else today


def _value(today):
    if hasattr(builtins, today):
        return getattr(builtins, today)
    home, _, name = today.rpartition(".")
    if home:
        value = getattr(importlib.import_module(home), name, None)
        if value is not None:
            return value
    return importlib.import_module(today)
