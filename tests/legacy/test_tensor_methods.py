"""Methods of tensors of Keras 1 and 2, TensorFlow 1 and Theano; lists of numbers as data."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import backend as K
from pronghorn import layers

X = np.arange(6.0, dtype="float32").reshape(2, 3)


def test_shapes():
    x = ph.Input((3, 4))
    assert x._keras_shape == (None, 3, 4) and not x._uses_learning_phase
    shape = x.get_shape()
    assert shape.as_list() == [None, 3, 4] and shape[1].value == 3 and shape.ndims == 3
    assert shape[1:].as_list() == [3, 4] and not shape.is_fully_defined()
    assert K.variable(X).get_shape() == (2, 3)
    x.set_shape((None, 3, None))
    with pytest.raises(ValueError, match="cannot be of"):
        x.set_shape((None, 5, 4))


@pytest.mark.parametrize("make", [K.constant, K.variable])
def test_dimshuffle_and_eval(make):
    x = make(X)
    np.testing.assert_array_equal(x.dimshuffle(1, "x", 0), X.T[:, None])
    np.testing.assert_array_equal(x.dimshuffle((0, "x", 1)).dimshuffle(0, 2), X)
    np.testing.assert_array_equal(x.eval(), X)


def test_symbolic_dimshuffle():
    x = K.placeholder((None, 3))
    f = K.function([x], [x.dimshuffle("x", 0, 1)])
    np.testing.assert_array_equal(f([X])[0], X[None])
    with pytest.raises(ValueError, match="no value yet"):
        x.eval()


def test_rates_are_read_and_set():
    model = ph.Sequential([ph.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert model.optimizer.lr.get_value() == pytest.approx(0.01)
    assert model.optimizer.lr.set_value(0.5) is None
    assert float(model.optimizer.learning_rate) == 0.5


def test_lists_of_numbers_are_data():
    ph.utils.set_random_seed(0)
    runs = []
    for x, y in ((X, np.array([1.0, 0.0])), (X.tolist(), [1, 0]), (X, [[1], [0]])):
        model = ph.Sequential([ph.Input((3,)), layers.Dense(1, kernel_initializer="ones")])
        model.compile("sgd", "mse")
        logs = [model.train_on_batch(x, y), model.test_on_batch(x, y)]
        logs += model.fit(x, y, verbose=0, validation_data=(x, y)).history["val_loss"]
        logs += [model.evaluate(x, y, verbose=0, sample_weight=[1.0, 1.0])]
        logs += model.fit(iter([(x, y)]), steps_per_epoch=1, verbose=0).history["loss"]
        logs += [*model.predict(x, verbose=0)[:, 0], *model.predict_on_batch(x)[:, 0]]
        runs.append(logs)
    np.testing.assert_allclose(runs[1], runs[0], rtol=1e-6)
    np.testing.assert_allclose(runs[2], runs[0], rtol=1e-6)
