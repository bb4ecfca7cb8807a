"""Every loss against Keras's float64 values; reductions, masks, names and errors."""

import os

import numpy as np
import pronghorn as ph
import pytest
from losses import cases
from pronghorn import engine

# Keras on TensorFlow takes the logarithm of 2 in float32 here.
LOOSE = {"log_cosh": 5e-9}
VALUES = np.load(os.path.join(os.path.dirname(__file__), "keras_values.npz"))


@pytest.fixture
def float64():
    engine.config.set_floatx("float64")
    yield
    engine.config.set_floatx("float32")


@pytest.mark.parametrize("name", cases.CASES)
def test_values_are_keras(name, float64):
    for key, value in cases.values(ph, name).items():
        rtol = LOOSE.get(name, 1e-9)
        np.testing.assert_allclose(value, VALUES[key], rtol=rtol, atol=1e-12, err_msg=key)


@pytest.mark.parametrize("name", cases.CASES)
def test_gradients_are_keras(name, float64):
    gradient = cases.gradient(ph, engine.GradientTape, engine.convert_to_tensor, name)
    np.testing.assert_allclose(gradient, VALUES[f"{name}/gradient"], rtol=1e-8, atol=1e-12)


def test_config_round_trip():
    loss = ph.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.25)
    config = ph.losses.serialize(loss)
    again = ph.losses.deserialize(config)
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert ph.losses.deserialize("mse") is ph.losses.mean_squared_error


def test_get():
    assert ph.losses.get(None) is None
    assert ph.losses.get("mse") is ph.losses.mean_squared_error
    assert type(ph.losses.get("MeanSquaredError")) is ph.losses.MeanSquaredError
    old = ph.losses.get({"class_name": "Huber", "config": {"delta": 0.5}})
    assert old.get_config()["delta"] == 0.5


@pytest.mark.parametrize("name, near", [("msee", "'mse'"), ("categorical_crosentropy", "categ")])
def test_unknown_names_list_near_ones(name, near):
    with pytest.raises(ValueError, match=f"loss identifier: '{name}'.*Did you mean.*{near}"):
        ph.losses.get(name)


def test_unknown_reduction():
    with pytest.raises(ValueError, match="reduction=median"):
        ph.losses.MeanSquaredError(reduction="median")


def test_mask_takes_the_mean_over_what_is_valid():
    true = np.array([[1.0], [2.0], [3.0], [4.0]], "float32")
    pred = engine.convert_to_tensor(np.zeros((4, 1), "float32"))
    pred._keras_mask = engine.convert_to_tensor(np.array([True, False, True, False]))
    assert float(ph.losses.MeanSquaredError()(true, pred)) == pytest.approx((1 + 9) / 2)
    assert float(ph.losses.MeanSquaredError(reduction="sum")(true, pred)) == pytest.approx(10)


def test_a_loss_of_ones_own():
    class Quartic(ph.losses.Loss):
        def call(self, y_true, y_pred):
            return ph.ops.mean(ph.ops.square(ph.ops.square(y_true - y_pred)), axis=-1)

    value = Quartic()(np.array([[0.0, 1.0]], "float32"), np.array([[2.0, 1.0]], "float32"))
    assert float(value) == 8.0


def test_base_loss_asks_for_call():
    with pytest.raises(NotImplementedError, match="must implement `call"):
        ph.losses.Loss()(np.zeros(3), np.zeros(3))


def test_the_mean_of_no_values_is_zero():
    empty = np.zeros((0, 2, 3), "float32")
    assert float(ph.losses.MeanSquaredError()(empty, empty)) == 0.0


def test_cosine_along_rows():
    true, pred = np.random.rand(4, 3), np.random.rand(4, 3)
    want = -(true * pred).sum(0) / np.linalg.norm(true, axis=0) / np.linalg.norm(pred, axis=0)
    loss = ph.losses.CosineSimilarity(axis=0, reduction="none")
    np.testing.assert_allclose(loss(true, pred), want, rtol=1e-5)


def test_circle_against_reference_embeddings():
    def unit(rows):
        x = np.random.rand(rows, 3) + 0.1
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    pred, references = unit(2), unit(5)
    labels, of_references = np.array([0, 1]), np.array([0, 0, 1, 1, 2])
    similar = pred @ references.T
    same = labels[:, None] == of_references[None]
    attract = np.where(same, np.exp(4.0 * (1.25 - similar) * (0.75 - similar)), 0.0)
    repel = np.where(same, 0.0, np.exp(4.0 * (similar + 0.25) * (similar - 0.25)))
    want = np.log1p(attract.sum(1) * repel.sum(1))
    got = ph.losses.circle(labels, pred, of_references, references, False, gamma=4.0, margin=0.25)
    np.testing.assert_allclose(got, want, rtol=1e-5)


@pytest.mark.parametrize("q", [0, 1, -0.5, 2])
def test_q_is_between_0_and_1(q):
    with pytest.raises(ValueError, match=f"interval.*q={q}"):
        ph.losses.CategoricalGeneralizedCrossEntropy(q=q)
