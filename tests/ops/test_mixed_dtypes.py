"""Functions of tensors that are no floats, against NumPy; dtypes as of Keras on TensorFlow."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import engine, ops

WHOLE = ("bool", "uint8", "int8", "int32", "int64")


def same(found, expected, dtype):
    assert found.dtype == dtype
    np.testing.assert_allclose(np.asarray(found, "float64"), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", WHOLE)
def test_formulas_of_integers_are_floats(dtype):
    x = np.array([1, 0, 1, 100], "int32").astype(dtype)
    wide = "float64" if dtype == "int64" else "float32"
    same(ops.erfc(x[:3]), [0.15729921, 1.0, 0.15729921], "float32")
    same(ops.trapezoid(x), np.trapezoid(x.astype(float)), "float32")
    real, imaginary = ops.rfft(x)
    same(real, np.fft.rfft(x).real, "float32")
    same(imaginary, np.fft.rfft(x).imag, "float32")
    same(ops.cbrt(x), np.cbrt(x.astype(float)), wide)
    same(ops.i0(x[:3]), np.i0(x[:3].astype(float)), wide)
    same(ops.arctan2(x, x[::-1]), np.arctan2(x.astype(float), x[::-1].astype(float)), "float32")
    same(ops.angle(x), np.zeros(4), "float32")
    rows = np.array([[1, 0, 1], [0, 0, 1]], dtype)
    same(ops.corrcoef(rows), np.corrcoef(rows.astype(float)), wide)
    symbol = ph.KerasTensor((None,), dtype)
    assert ops.erfc(symbol).dtype == "float32" and ops.cbrt(symbol).dtype == wide


def test_unsigned_beside_signed_integers_meet_in_float64():
    x, y = np.array([3, 0], "uint32"), np.array([4, 2], "int32")
    same(ops.hypot(x, y), [5.0, 2.0], "float64")
    same(ops.heaviside(x, y), [1.0, 2.0], "float64")


def test_remainders_of_bool():
    x, y = np.array([True, False]), np.array([True, True])
    for function in (ops.mod, ops.fmod):
        assert function(x, y).dtype == "int32" and function(x, y).tolist() == [0, 0]


def test_complex_numbers():
    x = np.array([1 + 2j, 0.5 - 1j], "complex64")
    for name in ("exp2", "log2", "log10"):
        found = getattr(ops, name)(x)
        assert found.dtype == "complex64"
        np.testing.assert_allclose(found, getattr(np, name)(x), rtol=1e-5)
    assert bool(ops.all(x)) and not bool(ops.any(x * 0))
    assert ops.any(np.array([0, 1j], "complex64"), axis=0).dtype == "bool"
    for function in (ops.hypot, ops.arctan2, ops.nextafter):  # whose imaginary part would be lost
        with pytest.raises(TypeError, match="complex64 is not supported"):
            function(x, 1)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 1])
def test_quantiles_of_a_table(axis, keepdims):
    x, q = np.random.RandomState(0).randn(3, 5), np.array([[0.1, 0.5, 0.9], [0.2, 0.0, 1.0]])
    expected = np.quantile(x, q, axis=axis, keepdims=keepdims)
    same(ops.quantile(x, q, axis=axis, keepdims=keepdims), expected, "float64")
    shape = ops.quantile(ph.KerasTensor((None, 5)), q, axis=axis, keepdims=keepdims).shape
    assert len(shape) == expected.ndim and shape[:2] == (2, 3)


def test_bincount_does_not_drop_what_it_cannot_count():
    assert ops.bincount(ph.KerasTensor((None,), "int32")).shape == (None,)
    assert ops.bincount(ph.KerasTensor((2, None), "int32")).shape == (2, None)
    assert ops.bincount(ph.KerasTensor((None,), "int32"), minlength=4).shape == (4,)
    given = ph.Input((), dtype="int32")
    model = ph.Model(given, ops.bincount(given))
    assert model(np.array([1, 3, 3])).tolist() == [0, 1, 0, 2]
    with pytest.raises(ValueError, match="depends on values"):
        engine.trace.Function(ops.bincount, "counts")(ops.convert_to_tensor([1, 3]))
    with pytest.raises(ValueError, match="expected 1 or 2 axes"):
        ops.bincount(np.ones((2, 2, 2), "int32"))


def test_ndim_is_a_number():
    assert ops.ndim(np.ones((2, 3))) == 2 and isinstance(ops.ndim(5.0), int)
    assert ops.ndim(ph.KerasTensor((None, 3, 4))) == 3
