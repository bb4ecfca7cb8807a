"""A program of layers with channels first transposes at its edges, not at each layer."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import engine, layers, ops

RNG = np.random.RandomState(8)
X = RNG.normal(0, 1, (4, 3, 16, 16)).astype("float32")
Y = RNG.normal(0, 1, (4, 5)).astype("float32")


def network(order):
    first = order == "channels_first"
    axis, kw = (1 if first else -1), {"data_format": order}
    shape = X.shape[1:] if first else (16, 16, 3)
    inputs = ph.Input(shape)
    x = layers.Conv2D(8, 3, padding="same", activation="relu", **kw)(inputs)
    x = layers.MaxPooling2D(2, **kw)(x)
    y = layers.Conv2D(8, 3, padding="same", use_bias=False, **kw)(x)
    y = layers.Activation("relu")(layers.BatchNormalization(axis=axis)(y))
    y = layers.DepthwiseConv2D(3, padding="same", **kw)(layers.ZeroPadding2D(1, **kw)(y))
    y = layers.Cropping2D(1, **kw)(y)
    x = layers.Concatenate(axis=axis)([layers.Add()([x, y]), x])
    x = layers.AveragePooling2D(2, **kw)(x)
    x = layers.Conv2DTranspose(4, 2, strides=2, **kw)(x)
    return ph.Model(inputs, layers.Dense(5)(layers.GlobalAveragePooling2D(**kw)(x)))


def transposes(function):
    (program,) = function.function.programs
    return [call["name"] for call in program.calls() if call["name"].startswith("transpose")]


@pytest.fixture
def twins():
    """The same network with channels first and last, of the same weights."""
    models = [network(order) for order in ("channels_first", "channels_last")]
    rng = np.random.RandomState(3)
    values = [rng.uniform(-0.4, 0.6, w.shape).astype("float32") for w in models[0].get_weights()]
    values = [abs(v) if v.ndim == 1 else v for v in values]  # variances too
    for model in models:
        model.set_weights(values)
        model.compile(ph.optimizers.SGD(0.1), "mse")
    return models


def test_predict(twins):
    first, last = twins
    want = last.predict_on_batch(X.transpose(0, 2, 3, 1))
    np.testing.assert_allclose(first.predict_on_batch(X), want, rtol=1e-4, atol=1e-5)
    assert transposes(first.predict_function) == ["transpose (4, 16, 16, 3)"]
    assert transposes(last.predict_function) == []


def test_training(twins):
    first, last = twins
    for _ in range(3):
        first.fit(X, Y, batch_size=4, verbose=0)
        last.fit(X.transpose(0, 2, 3, 1), Y, batch_size=4, verbose=0)
    assert transposes(first.train_function) == ["transpose (4, 16, 16, 3)"]
    for a, b in zip(first.get_weights(), last.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


def flipped(x):
    return ops.transpose(x, (0, 2, 3, 1))


def back(x):
    return ops.transpose(x, (0, 3, 1, 2))


CHAINS = {
    "inverse": (lambda x: back(flipped(x)), 0),
    "composed": (lambda x: ops.transpose(flipped(x), (3, 1, 2, 0)), 1),
    "elementwise": (lambda x: back(ops.exp(flipped(x)) * flipped(x) + 1.0), 0),
    "vector": (lambda x: back(flipped(x) * ops.arange(3, dtype="float32")), 0),
    "plane": (lambda x: back(flipped(x) * ops.reshape(ops.arange(48.0), (16, 3))), 0),
    "kept": (lambda x: back(flipped(x) - ops.max(flipped(x), axis=3, keepdims=True)), 0),
    "folded": (lambda x: ops.sum(flipped(x), axis=(1, 2)), 0),
    "in order": (lambda x: ops.mean(flipped(x), axis=1), 1),
    "places": (lambda x: ops.argmax(flipped(x), axis=2), 1),
    "slice": (lambda x: back(flipped(x)[:, 1:9:2, 3:, :2]), 0),
    "pad": (lambda x: back(ops.pad(flipped(x), ((0, 0), (1, 2), (3, 0), (0, 4)))), 0),
    "concat": (lambda x: back(ops.concatenate([flipped(x), flipped(x * 2.0)], axis=2)), 0),
    "spread": (lambda x: flipped(ops.broadcast_to(ops.mean(x, 0, keepdims=True), x.shape)), 1),
    "rows needed": (lambda x: ops.reshape(ops.exp(flipped(x)), (4, -1)), 1),
    "both orders": (lambda x: (ops.exp(flipped(x)), ops.exp(x)), 1),
    "other order": (lambda x: back(flipped(x) + ops.transpose(x, (0, 3, 2, 1))), None),
}


@pytest.mark.parametrize("name", CHAINS)
def test_chain(name):
    call, most = CHAINS[name]
    function = engine.trace.Function(call, "chain")
    have, want = function(X), call(ops.convert_to_tensor(X))
    for a, b in zip(*(x if isinstance(x, tuple) else (x,) for x in (have, want)), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5, atol=1e-4)
    calls = [c["name"] for c in function.program_for(X).calls()]
    found = sum(c.startswith("transpose") for c in calls)
    assert most is None or found == most


def test_gradients_of_a_moved_chain():
    def call(x):
        with engine.GradientTape() as tape:
            tape.watch(x)
            y = back(ops.tanh(flipped(x)) * flipped(x))
            total = ops.sum(ops.square(y))
        return tape.gradient(total, x)

    function = engine.trace.Function(call, "gradient")
    want = call(ops.convert_to_tensor(X))
    np.testing.assert_allclose(np.asarray(function(X)), np.asarray(want), rtol=1e-6, atol=1e-6)
    assert not any(c["name"].startswith("transpose") for c in function.program_for(X).calls())
