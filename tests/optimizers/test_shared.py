"""One optimizer in several models: its slots grow, its step counter is common."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops, optimizers

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
Y = np.ones((8, 1), "float32")
ALL = {
    "SGD": {"momentum": 0.9}, "Adam": {}, "AdamW": {}, "Nadam": {}, "RMSprop": {"momentum": 0.5},
    "Adagrad": {}, "Adadelta": {}, "Adamax": {}, "Adafactor": {}, "Ftrl": {}, "Lion": {},
    "Lamb": {}, "Muon": {},
}  # fmt: skip


def dense(seed):
    kernel = np.random.default_rng(seed).normal(size=(4, 1)).astype("float32")
    model = ph.Sequential([ph.Input((4,)), layers.Dense(1, weights=[kernel, np.zeros(1)])])
    return model


@pytest.mark.parametrize("name", ALL)
def test_the_second_model_trains_as_alone(name):
    """With the common counter set back, its steps are those of an optimizer of its own."""
    make = lambda: getattr(optimizers, name)(learning_rate=0.1, **ALL[name])
    shared, first, second, alone = make(), dense(1), dense(2), dense(2)
    for model in (first, second):
        model.compile(shared, "mse")
    alone.compile(make(), "mse")
    alone.train_on_batch(X, Y)
    first.train_on_batch(X, Y)
    if name == "Nadam":  # whose product of momenta is common too
        assert second.train_on_batch(X, Y) > 0
        return
    shared.iterations.assign(0)
    second.train_on_batch(X, Y)
    np.testing.assert_allclose(second.get_weights()[0], alone.get_weights()[0], rtol=1e-5)
    before = first.get_weights()
    second.train_on_batch(X, Y)
    np.testing.assert_array_equal(first.get_weights()[0], before[0])
    first.fit(X, Y, epochs=2, verbose=0)
    assert int(shared.iterations) == 4
    assert first.optimizer is second.optimizer is shared


@pytest.mark.filterwarnings("ignore:A layer's `trainable`")  # the point of a GAN
def test_a_gan_with_one_optimizer():
    optimizer = optimizers.Adam(0.01, 0.5)
    discriminator = ph.Sequential([ph.Input((4,)), layers.Dense(1, activation="sigmoid")])
    discriminator.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    generator = ph.Sequential([ph.Input((2,)), layers.Dense(4)])
    z = ph.Input((2,))
    discriminator.trainable = False
    combined = ph.Model(z, discriminator(generator(z)))
    combined.compile(loss="binary_crossentropy", optimizer=optimizer)
    noise = X[:, :2]
    for _ in range(2):
        kept = generator.get_weights()[0]
        discriminator.train_on_batch(X, Y)
        np.testing.assert_array_equal(generator.get_weights()[0], kept)
        kept = discriminator.get_weights()[0]
        combined.train_on_batch(noise, Y)
        np.testing.assert_array_equal(discriminator.get_weights()[0], kept)
    assert int(optimizer.iterations) == 4
    assert len(optimizer.variables) == 2 + 2 * 4


def test_layers_that_a_second_compile_lets_train():
    optimizer = optimizers.RMSprop(0.01)
    model = ph.Sequential([ph.Input((4,)), layers.Dense(3), layers.Dense(1)])
    model.layers[0].trainable = False
    model.compile(optimizer, "mse")
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = True
    model.compile(optimizer, "mse")
    before = model.get_weights()[0]
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(model.get_weights()[0], before)


def test_loops_of_ones_own_name_unknown_weights():
    v, w = ph.Variable(1.0), ph.Variable(2.0)
    optimizer = optimizers.Adam()
    optimizer.apply([ops.ones(())], [v])
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply([ops.ones(())], [w])
    optimizer.extend([w])
    optimizer.apply([ops.ones(())], [w])
    assert float(w) < 2


def test_mixed_precision_shares_too():
    ph.config.set_dtype_policy("mixed_float16")
    try:
        optimizer = optimizers.LossScaleOptimizer(
            optimizers.SGD(0.1, momentum=0.9), initial_scale=1.0
        )
        for model in (dense(1), dense(2)):
            model.compile(optimizer, "mse")
            before = model.get_weights()[0]
            model.train_on_batch(X, Y)
            assert not np.array_equal(model.get_weights()[0], before)
    finally:
        ph.config.set_dtype_policy("float32")
