"""Axes of size 0, in every op, at every width: nothing may end the process."""

import itertools
import warnings

import numpy as np
import pronghorn
import pytest
from op_table import ROWS
from pronghorn import engine, layers, ops
from pronghorn.engine.trace import Function
from test_ops import inputs_of, typed, value

REDUCTIONS = {
    "sum": np.sum, "prod": np.prod, "mean": np.mean, "any": np.any, "all": np.all,
    "var": np.var, "std": np.std,
}  # fmt: skip
SHAPES = [(8, 0), (64, 0), (0, 9), (9, 3, 0), (2, 64, 0, 3), (16, 0, 0), (8, 0, 1)]


def axes_of(shape):
    single = list(range(len(shape)))
    return [None, *single, *itertools.combinations(single, 2)]


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "bool"])
def test_reductions_of_rows(name, dtype, width):
    for shape in SHAPES:
        x = np.zeros(shape, dtype)
        for axis in axes_of(shape):
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # NumPy's: mean of an empty slice
                want = REDUCTIONS[name](x, axis=axis)
            call = lambda t, axis=axis: getattr(ops, name)(t, axis=axis)
            for got in (call(x), Function(call)(x)):
                np.testing.assert_array_equal(np.asarray(got, "float64"), want.astype("float64"))


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin", "logsumexp"])
def test_shapes_of_extrema(name, width):
    for shape in SHAPES:
        x = np.zeros(shape, "float32")
        for axis in range(len(shape)):
            want = np.sum(x, axis=axis).shape
            if name.startswith("arg") and shape[axis] == 0:
                with pytest.raises(ValueError, match="elements to choose from"):
                    getattr(ops, name)(x, axis=axis)
            else:
                assert getattr(ops, name)(x, axis=axis).shape == want


def emptied(row):
    """The row's shapes with every size, and every two sizes, set to 0, of few and of many rows."""
    for factor in (1, 3):
        shapes = [tuple(d * factor for d in a.shape) for a in row.args]
        sizes = sorted({d for s in shapes for d in s})
        for gone in itertools.chain(
            itertools.combinations(sizes, 1), itertools.combinations(sizes, 2)
        ):
            yield [tuple(0 if d in gone else d for d in s) for s in shapes]


def gradients(row, tensors):
    watched = [t for t in tensors if t.dtype.startswith("float")]
    with engine.GradientTape() as tape:
        tape.watch(watched)
        total = ops.sum(ops.square(row.call(ops, *tensors)))
    return [g for g in tape.gradient(total, watched) if g is not None]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_every_op(row):
    for shapes in emptied(row):
        try:
            tensors, _ = typed(inputs_of(row, "float32", shapes), "float32")
            out = row.call(ops, *tensors)
        except (ValueError, IndexError, TypeError):  # said to be impossible, and by whom
            continue
        again = Function(lambda *args: row.call(ops, *args))(*tensors)
        np.testing.assert_array_equal(value(again), value(out))
        if row.differentiable():
            for g, t in zip(gradients(row, tensors), (t for t in tensors if "float" in t.dtype)):
                assert g.shape == t.shape


@pytest.mark.parametrize("pool", ["GlobalAveragePooling2D", "GlobalMaxPooling2D"])
def test_predict_of_global_pooling(pool):
    model = pronghorn.Sequential([pronghorn.Input((3, 8, 0)), getattr(layers, pool)()])
    assert model.predict(np.zeros((9, 3, 8, 0), "float32"), verbose=0).shape == (9, 0)
    model = pronghorn.Sequential([pronghorn.Input((None, 3, 5)), getattr(layers, pool)()])
    got = model.predict(np.zeros((9, 0, 3, 5), "float32"), verbose=0)
    want = np.nan if "Average" in pool else -np.inf  # as TensorFlow's reductions of nothing
    np.testing.assert_array_equal(got, np.full((9, 5), want))
