"""Sequences of numbers hold what their dtype can: computed in its width, from numbers as given."""

import numpy as np
import pytest
from pronghorn import ops

ENDS = [(1, 1000, 4), (0.1, 0.7, 7), (1e-3, 1e5, 9), (1, 256, 9), (3, 5, 1), (3, 5, 0)]
SIGNED = [(-1000, -1, 4), (-0.3, -7.1, 5)]


@pytest.mark.parametrize("name", ["linspace", "logspace", "geomspace"])
@pytest.mark.parametrize("ends", ENDS + SIGNED)
@pytest.mark.parametrize("endpoint", [True, False])
def test_double(name, ends, endpoint):
    if name == "logspace":
        ends = (float(np.cbrt(ends[0])), float(np.cbrt(ends[1])), ends[2])
    expected = getattr(np, name)(*ends, endpoint=endpoint)
    result = getattr(ops, name)(*ends, endpoint=endpoint, dtype="float64")
    assert result.dtype == "float64"
    np.testing.assert_allclose(result, expected, rtol=2e-13)
    single = getattr(ops, name)(*ends, endpoint=endpoint)
    assert single.dtype == "float32"
    if name == "geomspace":  # computed in float64, so that one rounding is left
        np.testing.assert_allclose(single, expected, rtol=2**-23)


def test_ends_are_exact():
    for ends in ENDS[:4] + SIGNED:
        values = ops.geomspace(*ends, dtype="float64")
        assert [float(values[0]), float(values[-1])] == list(ends[:2])


def test_whole_geometric_sequences():
    assert ops.geomspace(1, 1000, 4, dtype="int32").tolist() == [1, 10, 100, 1000]
    assert ops.geomspace(-1000, -1, 4, dtype="int32").tolist() == [-1000, -100, -10, -1]
    assert ops.geomspace(1, 3**20, 21, dtype="int64").tolist() == [3**i for i in range(21)]
    assert ops.geomspace(1, 10, 4, dtype="int32").tolist() == [1, 2, 4, 10]
    assert ops.logspace(0, 9, 10, dtype="int32").tolist() == [10**i for i in range(10)]
    assert ops.linspace(0, 2**30, 4, dtype="int32").tolist() == [i * 2**30 // 3 for i in range(4)]


def test_bases_and_arrays():
    expected = np.logspace(0.1, 1, 4, base=0.3)
    np.testing.assert_allclose(ops.logspace(0.1, 1, 4, base=0.3, dtype="float64"), expected, 1e-14)
    ends = np.array([1.0, 3.0]), np.array([1000.0, 81.0])
    result = ops.geomspace(*ends, 4, axis=-1)
    assert result.dtype == "float64"
    np.testing.assert_allclose(result, np.geomspace(*ends, 4, axis=-1), rtol=1e-14)
    assert ops.linspace(1 + 1j, 2, 3).tolist() == [1 + 1j, 1.5 + 0.5j, 2]
    with pytest.raises(TypeError, match="must be real"):
        ops.geomspace(np.complex64(1j), 2, 3)


def test_numbers_of_array():
    assert float(ops.array(0.1, "float64")) == 0.1
    assert ops.array([[0.1], [0.7]], np.float64).tolist() == [[0.1], [0.7]]


@pytest.mark.parametrize(
    "bounds", [(0, 1, 0.1), (0.1, 1, 0.3), (0, 0.3, 0.1), (1, 0, -0.1), (0, 2.5), (0, -0.5)]
)
def test_steps_are_counted_as_numpy_does(bounds):
    expected = np.arange(*bounds)
    np.testing.assert_allclose(ops.arange(*bounds, dtype="float64"), expected, 1e-15, 1e-15)


def test_bounds_without_an_end():
    with pytest.raises(ValueError, match="no finite number"):
        ops.arange(0, float("inf"), 0.5)
    with pytest.raises(ValueError, match="no finite number"):
        ops.arange(0, float("nan"), 0.5)
