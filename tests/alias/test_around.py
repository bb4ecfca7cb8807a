"""Names that NumPy, SciPy, scikit-learn and Python dropped, and `six`: the program has them, and no
other package does.
"""

import numpy as np
import pytest
from pronghorn.alias.around import cross_validation, former_calls, names, scipy_misc
from pronghorn.cli import python2

from .programs import output, run


def _installed(folder):
    """A folder with a package `guest`, which Python takes for an installed one."""
    guest = folder / "site-packages" / "guest"
    guest.mkdir(parents=True)
    (guest / "__init__.py").write_text(
        "import time\nimport numpy as np\n"
        "def seen(): return [hasattr(np, 'float'), hasattr(time, 'clock'), _has('six')]\n"
        "def _has(name):\n"
        "    try: __import__(name)\n"
        "    except ModuleNotFoundError: return False\n"
        "    return True\n"
    )
    return guest.parent


def test_the_program_has_what_was_dropped(tmp_path):
    (tmp_path / "helper.py").write_text("import numpy as np\nname = np.float.__name__\n")
    shown = output(
        tmp_path,
        """
        import collections, inspect, os, sys, time
        import numpy as np
        from numpy import object as Thing
        import scipy.misc
        from scipy.misc import imread, imsave
        from sklearn import cross_validation
        from sklearn.grid_search import GridSearchCV
        from sklearn.externals import joblib
        import helper, guest

        print(np.zeros(2, np.float).dtype, np.array([1.7]).astype(np.int), Thing, np.Inf)
        print(collections.Mapping.__name__, time.clock() >= 0.0, helper.name)
        print(tuple(inspect.getargspec(lambda a, b=1, *rest: 0)))
        os.chdir(os.path.dirname(__file__))
        imsave("a.png", np.arange(12.0).reshape(2, 2, 3))
        print(imread("a.png").tolist(), scipy.misc.imresize(np.zeros((4, 4)), 50).shape)
        folds = cross_validation.KFold(6, n_folds=3)
        print([len(test) for _, test in folds], GridSearchCV.__name__)
        print(np is sys.modules["numpy"], guest.seen(), hasattr(np, "never"), joblib.__name__)
        for i in xrange(1): print(reduce(max, [1, 3, 2]))
        """,
        path=[_installed(tmp_path)],
    )
    has_six = "True" if _has_six() else "False"
    assert shown.splitlines() == [
        "float64 [1] <class 'object'> inf",
        "Mapping True float",
        "(['a', 'b'], 'rest', None, (1,))",
        "[[[0, 23, 46], [70, 93, 116]], [[139, 162, 185], [209, 232, 255]]] (2, 2)",
        "[2, 2, 2] GridSearchCV",
        f"True [False, False, {has_six}] False joblib",
        "3",
    ]


def _has_six():
    import importlib.util

    return importlib.util.find_spec("six") is not None


def test_six_where_it_is_missing(tmp_path):
    (tmp_path / "site-packages").mkdir()
    shown = output(
        tmp_path,
        """
        import sys
        sys.modules["six"] = None  # as if it were not installed
        import six
        from six.moves import cPickle, range, xrange, zip_longest
        from six.moves.urllib.request import urlretrieve
        import six.moves.urllib.parse as parse
        class Meta(type):
            def __new__(cls, *args): return type.__new__(cls, *args)
            n = 3
        class A(six.with_metaclass(Meta, dict)): pass
        @six.add_metaclass(Meta)
        class B(object): __slots__ = ("x",)
        print(A.n, A.__bases__, type(A).__name__, B.n, B.__slots__)
        print(list(six.iteritems({1: 2})), six.PY3, isinstance("", six.string_types))
        print(cPickle.loads(cPickle.dumps(1)), list(zip_longest([1], [2, 3])), parse.quote("a b"))
        try: six.raise_from(ValueError("a"), KeyError("b"))
        except ValueError as error: print(repr(error.__cause__))
        """,
    )
    assert shown.splitlines() == [
        "3 (<class 'dict'>,) Meta 3 ('x',)",
        "[(1, 2)] True True",
        "1 [(1, 2), (None, 3)] a%20b",
        "KeyError('b')",
    ]


def test_a_module_that_is_missing_is_told_of_as_ever(tmp_path):
    done = run(tmp_path, "import six.nowhere_at_all\n", name="a.py")
    assert done.returncode == 1 and "ModuleNotFoundError: No module named 'six" in done.stderr
    done = run(tmp_path, "import numpy as np\nnp.nowhere_at_all\n", name="b.py")
    assert "AttributeError: module 'numpy' has no attribute 'nowhere_at_all'" in done.stderr
    assert "importing.py" not in run(tmp_path, "import nowhere_at_all\n").stderr


def test_python_2_is_told_what_to_do(tmp_path):
    done = run(tmp_path, "print 'loss', 3\n")
    assert done.returncode == 1 and "2to3 -w" in done.stderr and "SyntaxError" in done.stderr
    assert "2to3" not in run(tmp_path, "x = (1,\n").stderr


@pytest.mark.parametrize(
    "line",
    [
        "print 'a'",
        "print x, y",
        "print >>f, x",
        "exec code",
        "except IOError, e:",
        "except (IOError, OSError), e:",
        "raise ValueError, 'a'",
        "if a <> b:",
        "x = 0777",
        "n = 10L",
        "s = ur'a'",
        "def f((a, b), c):",
    ],
)
def test_signs_of_python_2(line):
    assert "2to3" in python2.advice(SyntaxError("invalid syntax", ("a.py", 1, 1, line)))


@pytest.mark.parametrize("line", ["print('a'", "x = = 1", "print = 3 +", "except E as e", "f(a b)"])
def test_no_signs_of_python_2(line):
    assert python2.advice(SyntaxError("invalid syntax", ("a.py", 1, 1, line))) == ""


def test_builtins_of_python_2_that_a_program_misses():
    def missed(source):
        return set(python2.builtins_of(compile(source, "a.py", "exec")))

    assert missed("for i in xrange(3): pass") == {"xrange"}
    assert missed("def f():\n    return lambda: raw_input()") == {"raw_input"}
    assert missed("from functools import reduce\nreduce(max, [1])") == set()
    assert missed("np.add.reduce(x)") == set()
    assert missed("try: unicode\nexcept NameError: unicode = str\nxrange(3)") == set()


@pytest.mark.parametrize("module, name", [(m, n) for m, t in names.TABLES.items() for n in t])
def test_every_row_has_a_value(module, name):
    if module.split(".")[0] in ("scipy", "sklearn"):
        pytest.importorskip(module.split(".")[0])
    if names.TABLES[module][name] == "joblib":
        pytest.importorskip("joblib")
    found, value, _ = names.find(module, name)
    assert found and value is not None


def test_scipy_has_what_numpy_has():
    assert names.find("scipy", "zeros") == (True, np.zeros, "numpy.zeros")
    assert names.find("scipy", "nowhere_at_all")[0] is False


def test_pictures_of_scipy_misc(tmp_path):
    x = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10
    scipy_misc.imsave(tmp_path / "a.png", x)
    np.testing.assert_array_equal(scipy_misc.imread(tmp_path / "a.png"), x)
    grey = scipy_misc.imread(tmp_path / "a.png", flatten=True)
    assert grey.dtype == np.float32
    weights = np.array([299, 587, 114]) / 1000.0  # ITU-R 601-2, as Pillow documents
    np.testing.assert_allclose(grey, x @ weights, atol=1e-3)
    assert scipy_misc.imread(tmp_path / "a.png", mode="L").shape == (2, 4)

    bytes_ = scipy_misc.bytescale(np.array([[-1.0, 0.0], [1.0, 3.0]]))
    np.testing.assert_array_equal(bytes_, [[0, 64], [128, 255]])
    np.testing.assert_array_equal(scipy_misc.bytescale(x), x)
    np.testing.assert_array_equal(
        scipy_misc.bytescale(np.array([[0.0, 2.0]]), cmin=0, cmax=1, high=10), [[0, 10]]
    )
    for size, shape in ((50, (1, 2, 3)), (2.0, (4, 8, 3)), ((3, 5), (3, 5, 3))):
        assert scipy_misc.imresize(x, size).shape == shape
    doubled = scipy_misc.imresize(x, 200, interp="nearest")
    np.testing.assert_array_equal(doubled, x.repeat(2, 0).repeat(2, 1))
    np.testing.assert_array_equal(scipy_misc.imrotate(x[:, :2], 180), x[::-1, 1::-1])
    # channels where they are, also in front
    assert scipy_misc.toimage(np.moveaxis(x, -1, 0)).size == (4, 2)
    with pytest.raises(ValueError, match="channels"):
        scipy_misc.toimage(np.zeros((2, 2, 5)))


def test_former_calls():
    assert former_calls.asscalar(np.array([2.5])) == 2.5
    assert former_calls.asfarray([1, 2]).dtype == np.float64
    assert former_calls.asfarray([1, 2], np.float32).dtype == np.float32
    np.testing.assert_array_equal(former_calls.msort([[3, 1], [2, 4]]), [[2, 1], [3, 4]])
    assert former_calls.find_common_type([np.float32], [np.int64, np.float64]) == np.float32
    assert former_calls.find_common_type([np.int8], [np.float64]) == np.float64
    np.random.seed(0)
    assert set(former_calls.random_integers(2, size=50)) == {1, 2}
    filled = former_calls.Imputer(strategy="mean").fit_transform([[1.0], [np.nan], [3.0]])
    np.testing.assert_array_equal(filled, [[1], [2], [3]])


def test_scores_of_old_scikit_learn():
    from pronghorn.alias.around import grid_search
    from sklearn.linear_model import LinearRegression, LogisticRegression

    x = np.arange(12.0).reshape(12, 1)
    search = grid_search.GridSearchCV(
        LogisticRegression(), {"C": [0.1, 1.0]}, scoring="log_loss", cv=2
    ).fit(x, np.arange(12) % 2)
    assert -1.5 < search.best_score_ < 0
    scores = cross_validation.cross_val_score(
        LinearRegression(), x, 2 * x[:, 0] + 1, scoring="mean_squared_error", cv=3
    )
    np.testing.assert_allclose(scores, 0, atol=1e-12)


def test_splits_of_old_scikit_learn():
    y = [0, 1, 0, 1, 0, 1]
    for splits in (
        cross_validation.KFold(6, n_folds=3, random_state=1),
        cross_validation.StratifiedKFold(y, n_folds=3, shuffle=True, random_state=1),
        cross_validation.StratifiedKFold(y=y, n_folds=3),
    ):
        assert len(splits) == len(list(splits)) == 3
        tests = np.concatenate([test for _, test in splits])
        assert sorted(tests) == list(range(6))
    for _, test in cross_validation.StratifiedKFold(y, n_folds=3):
        assert sorted(np.array(y)[test]) == [0, 1]
    assert len(list(cross_validation.ShuffleSplit(10, n_iter=4, test_size=0.2))) == 4
    assert len(list(cross_validation.LeaveOneOut(5))) == 5
