"""K's graphs against tf-keras in graph mode (graph_values.npz), and what they promise beside."""

from pathlib import Path

import numpy as np
import pronghorn as keras
import pytest
from backend.graph_cases import CASES
from pronghorn import backend as K
from pronghorn.backend import phase

VALUES = np.load(Path(__file__).with_name("graph_values.npz"))


@pytest.fixture(autouse=True)
def no_phase():
    yield
    phase._state["phase"] = None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the old spellings
@pytest.mark.parametrize("name", CASES)
def test_values(name):
    results = CASES[name](K, keras)
    wanted = [VALUES[key] for key in VALUES if key.rpartition(" ")[0] == name]
    assert len(results) == len(wanted)
    for got, want in zip(results, wanted):
        assert np.shape(got) == want.shape
        np.testing.assert_allclose(got, want, rtol=2e-4, atol=2e-6 * max(1, np.abs(want).max()))


def square():
    x = K.placeholder((None, 3), name="x")
    return x, K.square(x)


def test_results_are_the_callers_own():
    x, y = square()
    f = K.function([x], [y, K.sum(y)])
    first, total = f([np.ones((2, 3))])
    assert type(first) is np.ndarray and first.flags.writeable and total.shape == ()
    first[:] = 7
    np.testing.assert_array_equal(f([np.ones((2, 3))])[0], np.ones((2, 3)))


def test_results_keep_the_nest_of_the_outputs():
    x, y = square()
    assert isinstance(K.function([x], y)([np.ones((1, 3))]), np.ndarray)
    assert set(K.function(x, {"a": y, "b": x})(np.ones((1, 3)))) == {"a", "b"}


def test_one_program_for_each_shape():
    x, y = square()
    f = K.function([x], [y])
    for rows in (1, 2, 1, 2, 1):
        f([np.ones((rows, 3))])
    assert len(f._program.programs) == 2


def test_a_variable_is_read_at_each_call():
    x, y = square()
    v = K.variable([1.0, 2.0, 3.0])
    model = keras.Model(inputs := keras.Input((3,)), inputs * v)
    f = K.function([x], [y * v, K.dot(y, K.reshape(v, (3, 1)) * 1.0), model(x), v])
    f([np.ones((1, 3))])
    K.set_value(v, [2.0, 2.0, 2.0])
    found = f([np.ones((1, 3))])
    for got in (found[0], found[2], found[3]):
        np.testing.assert_array_equal(got.ravel(), [2, 2, 2])


def test_a_phase_that_was_set_is_the_default():
    x = K.placeholder((None, 50))
    f = K.function([x], [keras.layers.Dropout(0.5)(x)])
    ones = np.ones((4, 50))
    np.testing.assert_array_equal(f([ones])[0], ones)
    K.set_learning_phase(1)
    assert K.learning_phase() == 1 and (f([ones])[0] == 0).any()
    with K.learning_phase_scope(0):
        assert K.learning_phase() == 0 and (f([ones])[0] == 1).all()


def test_learning_phase_in_a_layer():
    class Noisy(keras.layers.Layer):
        def call(self, x):
            return K.in_train_phase(x + 1, x) * (1 + K.learning_phase())

    model = keras.Sequential([keras.Input((2,)), Noisy()])
    x = np.ones((1, 2), "float32")
    np.testing.assert_array_equal(model.predict(x, verbose=0), x)
    np.testing.assert_array_equal(model(x, training=True), 4 * x)


def test_batch_statistics_change_by_updates_alone():
    x = K.placeholder((None, 3))
    layer = keras.layers.BatchNormalization()
    f = K.function([x, K.learning_phase()], [layer(x)])
    f([np.random.RandomState(0).standard_normal((8, 3)) + 5, 1])
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(3))


def test_gradients_within_a_layer():
    """K.gradients inside a traced call, as in a gradient penalty."""

    class Slope(keras.layers.Layer):
        def call(self, x):
            return K.gradients(K.sum(x * x * x), x)[0]

    model = keras.Sequential([keras.Input((2,)), Slope()])
    x = np.array([[1.0, 2.0]], "float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), 3 * x**2)


def test_gradients_as_outputs_of_a_model():
    inputs = keras.Input((2,))
    model = keras.Model(inputs, K.gradients(K.sum(K.square(inputs)), inputs)[0])
    x = np.array([[1.0, 2.0]], "float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), 2 * x)


def test_updates_applied_at_once_where_no_function_takes_them():
    v = K.variable(1.0)
    K.update_add(v, 2.0)
    assert K.get_value(v) == 3
    K.update_sub(v, 1.0)
    K.update(v, K.get_value(v) * 5)
    assert K.get_value(v) == 10


def test_an_intermediate_tensor_may_be_fed():
    inputs = keras.Input((2,))
    middle = keras.layers.Dense(3)(inputs)
    y = keras.layers.ReLU()(middle)
    got = K.function([middle], [y])([[[1.0, -1.0, 2.0]]])[0]
    np.testing.assert_array_equal(got, [[1, 0, 2]])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x, y: K.function([x], [y])([np.ones((2, 4))]), "shape .2, 4. for tensor 'x'"),
        (lambda x, y: K.function([x], [y])([1, 2]), "takes 1 inputs. Received: 2"),
        (lambda x, y: K.function([], [y]), "not connected"),
        (lambda x, y: K.gradients(K.constant(1.0), x), "needs a symbolic loss"),
        (lambda x, y: K.function([x], [y], updates=[K.variable(1.0)]), "pairs .variable, new"),
        (lambda x, y: K.set_learning_phase(2), "to be 0 or 1"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call(*square())
    with pytest.raises(TypeError, match="placeholders or other"):
        K.function([np.ones(2)], [])


def test_an_input_made_from_a_tensor_with_values():
    """As in the example that paints by regions: masks are arrays, pictures are fed."""
    mask = np.arange(6.0, dtype="float32").reshape(1, 2, 3)
    fixed = keras.Input(tensor=K.variable(mask), shape=(None, None), name="mask")
    x = K.placeholder((1, 2, 3))
    weighed = keras.layers.Multiply()([keras.layers.Rescaling(2.0)(fixed), x])
    loss = K.sum(weighed)
    run = K.function([x], [loss, *K.gradients(loss, x)])
    value, slope = run([np.ones((1, 2, 3), "float32")])
    np.testing.assert_allclose(value, 2 * mask.sum())
    np.testing.assert_allclose(slope, 2 * mask)
    # as an input of a model it takes what it is given
    model = keras.Model(fixed, keras.layers.Rescaling(2.0)(fixed))
    np.testing.assert_array_equal(model.predict(mask + 1, verbose=0), 2 * (mask + 1))
    with pytest.raises(ValueError, match="KerasTensor"):
        keras.Input(tensor=[1.0])
