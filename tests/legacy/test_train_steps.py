"""`train_step` as Keras 2 wrote it, with the compiled loss and metrics."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.legacy import telling

X = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3)
Y = X.sum(1, keepdims=True)

pytestmark = pytest.mark.filterwarnings("ignore:.*old spelling:DeprecationWarning")


@pytest.fixture(autouse=True)
def told_anew():
    yield
    telling.forget()


class Old(ph.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, kernel_initializer="ones")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with ph.engine.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        self.compiled_metrics.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


@pytest.mark.parametrize("eagerly", [False, True])
def test_its_logs_are_those_of_today(eagerly):
    class Today(Old):
        train_step = ph.Model.train_step

    logs = []
    for kind in (Old, Today):
        model = kind()
        model.compile("sgd", "mse", metrics=["mae"], run_eagerly=eagerly)
        history = model.fit(X, Y + 1, batch_size=3, epochs=2, shuffle=False, verbose=0).history
        logs.append([*history["loss"], *history["mae"]])
    np.testing.assert_allclose(*logs, rtol=1e-6)
    assert len(logs[0]) == 4 and logs[0][0] > 0.5


def test_without_metrics_nothing_is_counted():
    model = Old()
    model.compile("sgd", "mse")
    assert list(model.fit(X, Y, verbose=0).history) == ["loss"]


def test_saving_looks_past_it(tmp_path, recwarn):
    model = Old()
    model.compile("sgd", "mse", metrics=["mae"])
    model(X)
    model.save_weights(str(tmp_path / "a.weights.h5"))
    assert not recwarn.list
