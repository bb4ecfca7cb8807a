"""Subclasses and arguments in the forms of tf.keras 2: layers, metrics, losses in HDF5 files."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import layers, ops

X = np.random.RandomState(0).standard_normal((8, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


class Affine(layers.Layer):
    """Asks its shapes for `as_list`, as TensorFlow's have it."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        assert input_shape.as_list()[-1] == input_shape[-1].value
        self.kernel = self.add_weight(name="kernel", shape=[input_shape[-1], self.units])
        super().build(input_shape)

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel)

    def compute_output_shape(self, input_shape):
        return input_shape.as_list()[:-1] + [self.units]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Total(keras.metrics.Metric):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.total = self.add_weight("total", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(ops.sum(y_true))

    def result(self):
        return self.total


class Reporting(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense, self.size = layers.Dense(1), keras.metrics.Mean(name="size")

    def call(self, inputs, training=None):
        y = self.dense(inputs)
        if training:
            self.add_metric(self.size(ops.mean(ops.square(y))))
        return y


def distance(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_shapes_have_as_list(tmp_path):
    model = keras.Sequential([Affine(3, input_shape=(4,)), Affine(1, dynamic=True)])
    assert model.output_shape == (None, 1)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras", custom_objects={"Affine": Affine})
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_weights_of_a_metric_begin_with_the_name():
    metric = Total()
    assert float(metric(np.ones(3, "float32"), None)) == 3 and metric.total.name == "total"
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[Total(name="total")])
    history = model.fit(X, np.ones((8, 1), "float32"), verbose=0).history
    assert history["total"] == [8.0]


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_metric_that_was_called_needs_no_name(eagerly):
    model = Reporting()
    model.compile("sgd", "mse", run_eagerly=eagerly)
    model.optimizer.learning_rate = 0.0
    history = model.fit(X, Y, epochs=2, verbose=0, batch_size=4).history
    wanted = np.mean(np.square(model.predict(X, verbose=0)))
    np.testing.assert_allclose(history["size"], [wanted, wanted], rtol=1e-5)


def test_a_metric_that_was_called_takes_no_other_arguments():
    metric = keras.metrics.Mean()
    with pytest.raises(ValueError, match="Give the metric a name"):
        layers.Dense(1).add_metric(metric(1.0), nonsense=True)


@pytest.mark.parametrize("suffix", ["h5", "keras"])
def test_own_losses_stay_after_load(tmp_path, suffix):
    model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd", loss=distance, metrics=[distance, "mae"])
    model.save(tmp_path / f"m.{suffix}")
    again = keras.models.load_model(tmp_path / f"m.{suffix}", custom_objects={"distance": distance})
    for loaded in (model, again):
        loaded.optimizer.learning_rate = 0.0
    np.testing.assert_allclose(
        again.evaluate(X, Y, verbose=0), model.evaluate(X, Y, verbose=0), rtol=1e-6
    )
    assert again.fit(X, Y, verbose=0).history.keys() == model.fit(X, Y, verbose=0).history.keys()


@pytest.mark.parametrize("cls", [layers.Attention, layers.AdditiveAttention])
def test_causal_attention(cls):
    x = X.reshape(2, 4, 4)
    layer = cls(causal=True, use_scale=False)
    other = cls(use_scale=False)
    np.testing.assert_array_equal(layer([x, x]), other([x, x], use_causal_mask=True))
    again = cls.from_config(layer.get_config())
    np.testing.assert_array_equal(again([x, x]), layer([x, x]))
    assert "causal" not in other.get_config()


def test_the_rate_was_called_lr():
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 / 2**epoch)
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[schedule]).history
    assert history["lr"] == [0.5, 0.25] and "lr" in history and "lr" not in list(history)
