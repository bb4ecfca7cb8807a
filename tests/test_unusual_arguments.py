"""Arguments that hardly anybody passes: tensors as bounds of random numbers, dtypes, seeds, names
of base classes."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import initializers, losses, ops, optimizers, random


@pytest.mark.parametrize("given", ["array", "tensor", "list"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_bounds_of_random_numbers_may_be_tensors(given, dtype):
    as_given = {"array": np.array, "tensor": ops.convert_to_tensor, "list": list}[given]
    low, wide = as_given([0.0, 10.0, -5.0]), as_given([1.0, 0.5, 2.0])
    for draw in (random.normal, random.truncated_normal):
        x = draw((4000, 3), low, wide, dtype, seed=3)
        y = np.asarray(x, "float64")
        assert x.dtype == dtype
        np.testing.assert_allclose(y.mean(0), [0, 10, -5], atol=0.15)
        spread = 1.0 if draw is random.normal else 0.88
        np.testing.assert_allclose(y.std(0), spread * np.array([1.0, 0.5, 2.0]), rtol=0.06)
    x = random.uniform((4000, 3), low, as_given([1.0, 11.0, 0.0]), dtype, seed=3)
    y = np.asarray(x, "float64")
    assert x.dtype == dtype and (y >= [0, 10, -5]).all() and (y <= [1, 11, 0]).all()
    np.testing.assert_allclose(y.mean(0), [0.5, 10.5, -2.5], atol=0.1)


def test_bounds_of_one_number_give_the_same_draws_as_numbers():
    for draw in (random.normal, random.uniform, random.truncated_normal):
        want = draw((5,), 1.0, 3.0, seed=2).tolist()
        assert draw((5,), np.float32(1.0), np.array(3.0), seed=2).tolist() == want
        np.testing.assert_allclose(draw((5,), [1.0], 3.0, seed=2), want, rtol=1e-6)


def test_bounds_of_random_numbers_may_be_symbolic():
    mean, scale = ph.Input((2,)), ph.Input((2,))
    model = ph.Model([mean, scale], random.normal((3, 2), mean, scale, seed=1))
    found = np.asarray(model([np.full((3, 2), 7.0), np.zeros((3, 2))]))
    np.testing.assert_allclose(found, 7.0)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float16"])
def test_binomial_counts_are_whole(dtype):
    x = random.binomial((2000,), 10, 0.3, dtype=dtype, seed=1)
    assert x.dtype == dtype and abs(float(ops.mean(ops.cast(x, "float32"))) - 3) < 0.15
    with pytest.raises(ValueError, match="must hold counts"):
        random.binomial((2,), 10, 0.3, dtype="bool")


@pytest.mark.parametrize("noise_shape", [None, (2, 1)])
@pytest.mark.parametrize("dtype", ["int32", "bool"])
def test_dropout_of_integers_is_refused(dtype, noise_shape):
    with pytest.raises(ValueError, match="need a floating dtype"):
        random.dropout(np.ones((2, 3), dtype), 0.5, noise_shape=noise_shape)


@pytest.mark.parametrize("seed", ["a", 1.5, [1, 2]])
@pytest.mark.parametrize("name", ["RandomNormal", "GlorotUniform", "Orthogonal"])
def test_seeds_of_initializers(name, seed):
    make = getattr(initializers, name)
    with pytest.raises(ValueError, match="`seed` must be an integer"):
        make(seed=seed)
    assert make(seed=3)((2, 2)).tolist() == make(seed=3)((2, 2)).tolist()
    assert make(seed=random.SeedGenerator(1))((2, 2)).shape == (2, 2)


@pytest.mark.parametrize("dtype", ["int32", "bool", "float16", "float64"])
def test_identity_has_the_dtype_that_was_asked_for(dtype):
    x = initializers.Identity()((2, 3), dtype=dtype)
    assert x.dtype == dtype and np.asarray(x, "int32").tolist() == np.eye(2, 3).tolist()


def test_aggregations_of_variables():
    for kind in (None, "none", "mean", "sum", "only_first_replica"):
        assert ph.Variable([1.0], aggregation=kind).aggregation == kind
    with pytest.raises(ValueError, match="`aggregation` must be"):
        ph.Variable([1.0], aggregation="median")


def test_names_of_base_classes():
    assert type(losses.get("Loss")) is losses.Loss
    for get, name in ((optimizers.get, "Optimizer"), (ph.metrics.get, "Loss")):
        with pytest.raises(ValueError, match="Could not interpret") as caught:
            get(name)
        assert "not yet of Pronghorn" not in str(caught.value)
