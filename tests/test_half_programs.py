"""Mixed precision in programs: products, pooling and softmax take halves as they are, so that no
activation is converted in a pass of its own, and results are those of float32 within rounding."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import engine, layers

RNG = np.random.RandomState(2)
X = RNG.normal(0, 1, (8, 20, 20, 2)).astype("float32")
Y = RNG.randint(0, 3, 8).astype("int32")


@pytest.fixture(params=["mixed_float16", "mixed_bfloat16"])
def policy(request):
    ph.mixed_precision.set_global_policy(request.param)
    yield request.param
    ph.mixed_precision.set_global_policy("float32")


def network():
    ph.utils.set_random_seed(4)
    return ph.Sequential(
        [
            ph.Input(X.shape[1:]),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, activation="relu"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(8, activation="tanh"),
            layers.Dense(3, activation="softmax"),
        ]
    )


def calls_of(function):
    (program,) = function.function.programs
    return [call["name"] for call in program.calls()]


def test_no_activation_is_converted_alone(policy):
    model = network()
    model.compile(ph.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    model.fit(X, Y, batch_size=8, verbose=0)
    casts = [c for c in calls_of(model.train_function) if c.startswith("cast (8, ")]
    assert set(casts) <= {"cast (8, 20, 20, 2)", "cast (8, 3)"}  # the input; the loss is float32's


def test_normalisation_takes_halves(policy):
    inputs = ph.Input((6, 5, 8))
    x = layers.BatchNormalization()(layers.Conv2D(8, 1)(inputs))
    x = layers.LayerNormalization()(layers.Activation("relu")(x))
    model = ph.Model(inputs, layers.Conv2D(3, 1, dtype="float32")(x))
    model.compile(ph.optimizers.SGD(0.05), "mse")
    x, y = RNG.normal(0, 1, (2, 4, 6, 5, 8)).astype("float32")
    model.fit(x, y[..., :3], batch_size=4, verbose=0)
    casts = [c for c in calls_of(model.train_function) if c.startswith("cast")]
    assert sum("(4, 6, 5, 8)" in c for c in casts) <= 3  # the input; the last layer's, both ways


def test_training_follows_float32(policy):
    half, losses = network(), {}
    ph.mixed_precision.set_global_policy("float32")
    for name, model in (("half", half), ("float32", network())):
        model.compile(ph.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
        losses[name] = model.fit(X, Y, batch_size=8, epochs=20, verbose=0).history["loss"]
    assert half.layers[0].compute_dtype == policy[6:]
    assert losses["half"][-1] < 0.8 * losses["half"][0]
    np.testing.assert_allclose(losses["half"], losses["float32"], rtol=0.02)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_programs_round_as_eager_calls_do(dtype):
    """Nothing is fused here, so bits agree."""
    x = ph.ops.cast(X, dtype)
    w = ph.ops.cast(RNG.normal(0, 0.3, (3, 3, 2, 16)).astype("float32"), dtype)

    def call(x, w):
        y = ph.ops.conv(x, w)
        return y, ph.ops.max_pool(y, 2), ph.ops.softmax(y)

    have, want = engine.trace.Function(call, "call")(x, w), call(x, w)
    for a, b in zip(have, want, strict=True):
        assert a.dtype == b.dtype == dtype
        a, b = (np.asarray(ph.ops.cast(t, "float32")) for t in (a, b))
        np.testing.assert_array_equal(a, b)
