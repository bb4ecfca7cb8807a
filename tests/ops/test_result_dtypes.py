"""Dtypes of results for arguments of unusual dtypes, as Keras on TensorFlow has them (or as its own
tests say), eagerly and of KerasTensors."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops

WHOLE = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64")
MATRIX = np.array([[4, 1], [1, 3]])


@pytest.mark.parametrize("dtype", WHOLE[1:])
def test_linear_algebra_of_integers_is_of_floats(dtype):
    x, exact = ops.cast(MATRIX, dtype), MATRIX.astype("float64")
    symbol = ph.KerasTensor((2, 2), dtype)
    table = {
        "cholesky": (ops.cholesky, np.linalg.cholesky(exact)),
        "inv": (ops.inv, np.linalg.inv(exact)),
        "pinv": (ops.pinv, np.linalg.pinv(exact)),
        "det": (ops.det, 11.0),
        "eigenvalues": (lambda m: ops.eigh(m)[0], np.linalg.eigvalsh(exact)),
        "sign": (lambda m: ops.slogdet(m)[0], 1.0),
        "logarithm": (lambda m: ops.slogdet(m)[1], np.log(11.0)),
        "singular values": (lambda m: ops.svd(m, compute_uv=False), np.linalg.svd(exact)[1]),
        "solve": (lambda m: ops.solve(m, m), np.eye(2)),
        "triangular": (lambda m: ops.solve_triangular(m, m, lower=True)[0], [1, 0.25]),
        "qr": (lambda m: ops.abs(ops.qr(m)[0]), np.abs(np.linalg.qr(exact)[0])),
        "lu": (lambda m: ops.lu_factor(m)[0], [[4, 1], [0.25, 2.75]]),
        "lstsq": (lambda m: ops.lstsq(m, m), np.eye(2)),
    }
    for name, (function, expected) in table.items():
        found = function(x)
        assert found.dtype == function(symbol).dtype == "float32", name
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("ord", [None, 1, -1, 2, -2, np.inf, -np.inf, "nuc", "fro"])
@pytest.mark.parametrize("dtype", WHOLE)
def test_norms_of_integers_are_floats(dtype, ord):
    x = ops.cast(MATRIX, dtype)
    for function in (ops.norm, lambda m, ord: ops.norm(m[0], ord)):
        if isinstance(ord, str) and function is not ops.norm:
            continue
        found, symbol = function(x, ord), function(ph.KerasTensor((2, 2), dtype), ord)
        assert found.dtype == symbol.dtype == "float32"
        given = np.asarray(x, "float64")
        want = np.linalg.norm(given if function is ops.norm else given[0], ord)
        np.testing.assert_allclose(found, want, rtol=1e-5)


def test_norm_by_count_and_higher_powers_of_integers():
    x = ops.cast([1, 0, 2], "int8")
    assert ops.norm(x, 0).dtype == "float32" and float(ops.norm(x, 0)) == 2.0
    np.testing.assert_allclose(ops.norm(x, 3), 9 ** (1 / 3), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("other", ["float16", "float32", "float64"])
def test_batch_normalization_keeps_the_dtype_of_its_input(dtype, other):
    values = np.array([[1.0, 2.0], [3.0, 8.0]])
    x, mean, variance = ops.cast(values, dtype), ops.ones(2, other), ops.full(2, 4.0, other)
    found = ops.batch_normalization(x, mean, variance, -1, scale=mean, offset=mean, epsilon=0.0)
    assert found.dtype == dtype
    np.testing.assert_allclose(np.asarray(found, "float64"), (values - 1) / 2 + 1, rtol=1e-2)
    symbol = ph.KerasTensor((None, 2), dtype)
    assert ops.batch_normalization(symbol, mean, variance, -1).dtype == dtype


def test_batch_normalization_of_integers():
    found = ops.batch_normalization(np.array([[1], [4]], "int8"), [2.0], [4.0], -1, epsilon=0.0)
    assert found.dtype == "float32" and found.tolist() == [[-0.5], [1.0]]


@pytest.mark.parametrize(
    "dtype, weights, expected",
    [
        ("int8", "bool", "int8"), ("int32", "float16", "float16"), ("int64", "int32", "int64"),
        ("uint8", "int8", "int16"), ("uint32", "float32", "float32"),
        ("float16", "int32", "float16"),
    ],
)  # fmt: skip
def test_weighted_counts_meet_the_dtype_of_what_is_counted(dtype, weights, expected):
    x, w = ops.cast([1, 2, 1], dtype), ops.cast([1, 1, 1], weights)
    found = ops.bincount(x, w)
    assert found.dtype == expected and found.tolist() == [0, 2, 1]
    assert ops.bincount(ph.KerasTensor((3,), dtype), w).dtype == expected


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint32", "uint8"])
@pytest.mark.parametrize("decimals", [-1, -2, -5, -30, 0, 3])
def test_integers_are_rounded_to_tens_and_hundreds(dtype, decimals):
    x = np.array([0, 1, 4, 5, 6, 14, 15, 25, 35, 49, 50, 51, 99, 100])
    if dtype[0] == "i":
        x = np.concatenate([x, -x])
    unit = 10.0 ** max(-decimals, 0)
    want = np.round(x / unit) * unit
    found = ops.round(ops.cast(x, dtype), decimals)
    assert found.dtype == dtype and found.tolist() == want.tolist()


def test_large_integers_keep_their_digits_where_they_are_rounded():
    assert ops.round(ops.cast([2**62 + 7], "int64"), -1).tolist() == [4611686018427387910]
    assert ops.round(ops.cast([2**31 - 1], "int32"), -3).tolist() == [2147484000 - 2**32]


def test_arange_has_the_dtype_of_tensors_among_its_numbers():
    for dtype in WHOLE[1:] + ("float16", "bfloat16", "float64"):
        found = ops.arange(ops.cast(3, dtype))
        assert found.dtype == dtype and found.tolist() == [0, 1, 2]
    assert ops.arange(np.float64(2.0)).dtype == "float64"
    assert ops.arange(np.int64(0), 2).dtype == "int64"
    assert ops.arange(ops.cast(0, "int8"), ops.cast(2, "uint8")).dtype == "int16"
    assert ops.arange(ops.cast(0, "int8"), 1.5).dtype == "float32"
    assert ops.arange(ops.cast(1, "bool")).dtype == "int32"


def test_symbolic_tensors_are_converted_to_a_dtype():
    x = ph.Input((3,), dtype="int32")
    y = ops.convert_to_tensor(x, "float32")
    assert y.dtype == "float32" and ops.convert_to_tensor(x).dtype == "int32"
    found = ph.Model(x, y)(np.array([[1, 2, 3]], "int32"))
    assert found.dtype == "float32" and found.tolist() == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_operators_look_at_the_bits_of_integers(dtype):
    x, y = ops.cast([1, 2, 3], dtype), ops.cast([3, 4, 1], dtype)
    for found, expected in ((x & y, [1, 0, 1]), (x | y, [3, 6, 3]), (x ^ y, [2, 6, 2])):
        assert found.dtype == dtype and found.tolist() == expected
    assert (x & 1).tolist() == (1 & x).tolist() == [1, 0, 1] and (x & 1).dtype == dtype
    assert (~x).tolist() == (~np.asarray(x)).tolist()
    assert ops.any((x & 1) == 1).dtype == "bool"


def test_operators_of_bools_are_logical():
    a, b = ops.convert_to_tensor([True, False]), ops.convert_to_tensor([True, True])
    assert (a & b).tolist() == [True, False] and (a ^ b).tolist() == [False, True]
    assert (~a).dtype == "bool" and (a | True).tolist() == [True, True]
    symbol = ph.KerasTensor((2,), "int32")
    assert (symbol & symbol).dtype == (~symbol).dtype == "bool"  # as in Keras


def test_convolutions_of_integers():
    rng = np.random.RandomState(0)
    x, kernel = rng.randint(-3, 4, (1, 5, 5, 2)), rng.randint(-3, 4, (2, 2, 2, 3))
    for function, weights in ((ops.conv, kernel), (ops.conv_transpose, kernel.swapaxes(2, 3))):
        want = function(x.astype("float64"), weights.astype("float64"))
        found = function(x.astype("int32"), weights.astype("int32"))
        assert found.dtype == "int32" and found.tolist() == want.tolist()
        symbol = ph.KerasTensor((None, 5, 5, 2), "int8")
        assert function(symbol, ops.cast(weights, "int8")).dtype == "int8"


def test_attention_of_integers_and_with_a_bias_of_integers():
    rng = np.random.RandomState(0)
    x, bias = rng.randint(0, 3, (1, 3, 2, 4)), rng.randint(0, 3, (1, 2, 3, 3))
    exact = x.astype("float32")
    want = ops.dot_product_attention(exact, exact, exact, bias=bias.astype("float32"))
    for kind in ("int32", "uint8"):
        found = ops.dot_product_attention(exact, exact, exact, bias=bias.astype(kind))
        np.testing.assert_allclose(found, want, rtol=1e-6)
    found = ops.dot_product_attention(x, x, x, bias=bias)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, want, rtol=1e-6)
