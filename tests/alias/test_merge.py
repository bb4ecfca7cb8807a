"""Keras 1's `merge` and `Merge`, and `import *`."""

import warnings

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import layers
from pronghorn.alias import modules
from pronghorn.alias.merge import Merge, merge
from pronghorn.legacy import telling

from .programs import output

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
A = np.arange(6, dtype="float32").reshape(2, 3)
B = A[::-1] - 2


@pytest.mark.parametrize(
    "mode, want",
    [
        ("sum", A + B),
        ("mul", A * B),
        ("ave", (A + B) / 2),
        ("max", np.maximum(A, B)),
        ("concat", np.concatenate([A, B], 1)),
    ],
)
def test_modes(mode, want):
    a, b = keras.Input((3,)), keras.Input((3,))
    y = merge([a, b], mode=mode, name="merged")
    model = keras.Model([a, b], y)
    assert model.layers[-1].name == "merged"
    np.testing.assert_allclose(model.predict([A, B], verbose=0), want)
    layer = Merge(mode=mode)
    np.testing.assert_allclose(layer([A, B]), want)


def test_an_unknown_mode():
    with pytest.raises(ValueError, match="sum, mul, ave.*'add'"):
        merge([keras.Input((3,))] * 2, mode="add")


def test_merge_in_front_of_a_stack_trains_both_branches():
    left = keras.Sequential([layers.Dense(4, input_dim=3)])
    right = keras.Sequential([layers.Dense(4, input_shape=(3,))])
    model = keras.Sequential([Merge([left, right], mode="concat"), layers.Dense(1)])
    model.compile("sgd", "mse")
    before = [w.copy() for m in (left, right) for w in m.get_weights()]
    model.fit([A, B], np.ones((2, 1), "float32"), verbose=0)
    after = [w for m in (left, right) for w in m.get_weights()]
    assert all(not np.array_equal(a, b) for a, b in zip(before, after) if a.ndim == 2)
    kernel, bias = model.layers[-1].get_weights()
    joined = np.concatenate([left.predict(A, verbose=0), right.predict(B, verbose=0)], 1)
    np.testing.assert_allclose(model.predict([A, B], verbose=0), joined @ kernel + bias, rtol=1e-5)


def test_stacks_on_merges_are_merged_again():
    left = keras.Sequential([layers.Dense(4, input_dim=3)])
    right = keras.Sequential([layers.Dense(4, input_shape=(3,))])
    match = keras.Sequential()
    match.add(Merge([left, right], mode="mul"))
    assert match.output_shape == (None, 4)
    match.add(layers.Activation("tanh"))
    third = keras.Sequential([layers.Dense(4, input_dim=3)])
    response = keras.Sequential([Merge([match, third], mode="sum")])
    answer = keras.Sequential([Merge([response, right], mode="concat")])
    answer.add(layers.Dense(2))
    assert len(answer.inputs) == 3 and answer.output_shape == (None, 2)
    C = A * 0.5 - 1
    a, b, c = (m.predict(x, verbose=0) for m, x in ((left, A), (right, B), (third, C)))
    kernel, bias = answer.layers[-1].get_weights()
    want = np.concatenate([np.tanh(a * b) + c, b], 1) @ kernel + bias
    np.testing.assert_allclose(answer.predict([A, B, C], verbose=0), want, rtol=1e-5, atol=1e-6)
    answer.compile("sgd", "mse")
    before = left.get_weights()[0].copy()
    answer.fit([A, B, C], np.ones((2, 2), "float32"), verbose=0)
    assert not np.array_equal(before, left.get_weights()[0])
    copy = keras.models.clone_model(match)
    again = keras.Sequential.from_config(match.get_config())
    for model in (copy, again):
        assert model.built and model.output_shape == (None, 4)
        model.set_weights(match.get_weights())
        got = model.predict([A, B], verbose=0)
        np.testing.assert_array_equal(got, match.predict([A, B], verbose=0))


def test_merge_is_a_module_and_a_function():
    face = modules.load("keras.layers.merge")
    assert face.Concatenate is layers.Concatenate and face.concatenate is layers.concatenate
    assert face([keras.Input((3,)), keras.Input((3,))], mode="sum").shape == (None, 3)


def test_star_imports_bring_old_names_and_tell_nobody(tmp_path):
    program = """
    import warnings
    warnings.simplefilter("error")
    from keras.layers import *
    from keras.models import *
    from keras.optimizers import *
    warnings.simplefilter("ignore")
    model = Sequential([Convolution2D(2, 3, 3, input_shape=(5, 5, 1)), Flatten(), Dense(2)])
    model.compile(SGD(lr=0.1), "mse")
    print(model.output_shape, callable(merge), Merge.__name__, callable(LSTM))
    """
    assert output(tmp_path, program) == "(None, 2) True Merge True"


def test_an_old_name_is_told_where_it_is_imported(tmp_path):
    program = "from keras.regularizers import activity_l2\nprint(activity_l2.__name__)\n"
    assert output(tmp_path, program) == "L2"
    telling.forget()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert modules.load("keras.regularizers").activity_l1l2 is keras.regularizers.L1L2
    assert [w.filename for w in caught] == [__file__]
