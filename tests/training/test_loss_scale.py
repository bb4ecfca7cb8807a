"""mixed_float16: losses are scaled, and steps whose gradients are not finite are skipped."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers

X = np.random.default_rng(0).random((64, 4), "float32")
Y = X.sum(1)


def model(policy="mixed_float16", **options):
    dense = layers.Dense(1, use_bias=False, kernel_initializer="ones", dtype=policy)
    inputs = ph.Input((4,))
    result = ph.Model(inputs, layers.Activation("linear", dtype="float32")(dense(inputs)))
    result.dtype_policy = policy
    result.compile(**{"optimizer": ph.optimizers.SGD(1.0), **options})
    return result


def tiny(y_true, y_pred):
    return ph.ops.mean(ph.ops.square(y_pred)) * 1e-7


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_small_loss_keeps_its_gradient(run_eagerly):
    # The gradient is about 4e-7 here; divided by the batch it is below what float16 holds.
    def trained(policy, **options):
        m = model(policy, loss=tiny, run_eagerly=run_eagerly, **options)
        m.fit(X, Y, batch_size=64, epochs=3, verbose=0)
        return m.get_weights()[0] - 1

    expected = trained("float32")
    np.testing.assert_allclose(trained("mixed_float16"), expected, rtol=0.1)
    assert np.abs(expected).min() > 1e-7
    assert np.abs(trained("mixed_float16", auto_scale_loss=False) - expected).max() > 1e-7


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_an_overflowing_step_is_skipped(run_eagerly):
    m = model(loss="mse", optimizer=ph.optimizers.Adam(0.125), run_eagerly=run_eagerly)
    large = X * np.float32(1e4)
    m.fit(large, Y, batch_size=64, epochs=3, verbose=0)
    np.testing.assert_array_equal(m.get_weights()[0], 1)
    assert m.optimizer.iterations.numpy() == 0
    assert m.optimizer.dynamic_scale.numpy() == 2.0**12
    assert all(np.isfinite(v.numpy()).all() for v in m.optimizer.variables)
    m.fit(X, Y + 10, batch_size=32, epochs=1, verbose=0)
    assert m.optimizer.iterations.numpy() + np.log2(2.0**12 / m.optimizer.dynamic_scale) == 2
    m.fit(X, Y + 10, batch_size=32, epochs=8, verbose=0)
    assert np.all(m.get_weights()[0] > 1.2)


def test_skipping_needs_no_python():
    m = model(loss="mse")
    m.fit(X, Y, batch_size=32, verbose=0)
    calls = []
    step = m.optimizer._step
    m.optimizer._step = lambda *a: calls.append(a) or step(*a)
    m.fit(X * np.float32(1e4), Y, batch_size=32, epochs=3, verbose=0)
    assert not calls and len(m.train_function.function.programs) == 1


def test_when_the_optimizer_is_wrapped():
    wrapped = lambda m: isinstance(m.optimizer, ph.optimizers.LossScaleOptimizer)
    assert wrapped(model()) and model().optimizer.name == "loss_scale_optimizer"
    assert not wrapped(model(auto_scale_loss=False))
    for policy in ("float32", "float16", "mixed_bfloat16"):
        assert not wrapped(model(policy))
    assert not wrapped(model(optimizer=None))
    own = ph.optimizers.LossScaleOptimizer(ph.optimizers.SGD(), 8.0)
    assert model(optimizer=own).optimizer is own
    config = model(optimizer="adam", loss="mse").get_compile_config()
    assert config["optimizer"]["class_name"] == "Adam"
    again = model()
    again.compile_from_config(config)
    assert wrapped(again) and again.optimizer.built


def test_a_step_of_ones_own_scales_its_loss():
    class Own(ph.Model):
        def __init__(self):
            super().__init__(dtype="mixed_float16")
            self.dense = layers.Dense(1, use_bias=False, kernel_initializer="ones")

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, _ = data
            with ph.GradientTape() as tape:
                loss = ph.ops.cast(self(x), "float32")
                loss = self.optimizer.scale_loss(ph.ops.mean(loss) * 1e-6)
            weights = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            return {"loss": loss}

    m = Own()
    m.compile(ph.optimizers.SGD(1e4))
    m.fit(X, Y, batch_size=64, verbose=0)
    np.testing.assert_allclose(1 - m.get_weights()[0][:, 0], 1e-2 * X.mean(0), rtol=0.02)
