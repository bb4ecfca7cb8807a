"""A public function on KerasTensors is one node: Keras's operation, in the graph and in files.

operations.py has a case of each; files/operations.keras and .npz are real Keras's
(make_operations.py).
"""

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pronghorn as keras
import pytest
from models import operations
from pronghorn import ops

FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def built():
    keras.utils.clear_session()
    return operations.build(keras)


@pytest.fixture(scope="module")
def loaded():
    return keras.saving.load_model(FILES / "operations.keras")


@pytest.fixture(scope="module")
def expected():
    return np.load(FILES / "operations.npz")


def check(names, outputs, expected):
    assert names == expected.files
    for name, y in zip(names, outputs):
        y, wanted = np.asarray(y), expected[name]
        assert (y.shape, y.dtype) == (wanted.shape, wanted.dtype), name
        np.testing.assert_allclose(y, wanted, rtol=2e-4, atol=2e-5, err_msg=name)


def plain(x):
    """A config without what says the same in two ways."""
    if isinstance(x, dict):
        if x.get("class_name") == "__tensor__":  # an array, which Keras keeps as it is
            x = {**x, "class_name": "__numpy__"}
        if x.get("class_name") == "__keras_tensor__":
            return x["config"]["keras_history"]
        return {key: plain(value) for key, value in x.items()}
    return [plain(value) for value in x] if isinstance(x, list) else x


def entries(config):
    return {
        entry["name"]: {
            key: plain(entry[key])
            for key in ("module", "class_name", "config", "registered_name", "inbound_nodes")
        }
        for entry in config["layers"]
        if entry["class_name"] != "InputLayer"
    }


def test_files_of_keras_give_its_values(loaded, expected):
    check(expected.files, loaded(list(operations.values().values())), expected)


def test_models_give_keras_values(built, expected):
    model, names = built
    check(names, model(list(operations.values().values())), expected)


def test_configs_are_those_of_keras(built):
    with zipfile.ZipFile(FILES / "operations.keras") as archive:
        theirs = entries(json.loads(archive.read("config.json"))["config"])
    ours = entries(json.loads(json.dumps(built[0].get_config())))
    for name, entry in theirs.items():
        if entry["class_name"] == "ExtractPatches":  # with what it makes of its arguments
            continue
        if entry["class_name"] == "Transpose" and entry["config"]["axes"] is None:
            continue  # the axes are written out
        assert ours.get(name) == entry, name
    assert ours.keys() == theirs.keys()


def test_saved_models_give_keras_values(built, expected, tmp_path):
    model, names = built
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    check(names, again(list(operations.values().values())), expected)
    again = pickle.loads(pickle.dumps(model))
    check(names, again(list(operations.values().values())), expected)


def test_a_program_holds_what_the_function_does():
    x = keras.Input((4, 3))
    model = keras.Model(x, ops.logsumexp(ops.var(x, axis=2), axis=1))
    values = np.random.default_rng(0).normal(size=(5, 4, 3)).astype("float32")
    wanted = np.log(np.exp(values.var(axis=2)).sum(axis=1))
    np.testing.assert_allclose(model.predict(values, verbose=0), wanted, rtol=1e-5)
    assert [type(o).__name__ for o in model.operations] == ["InputLayer", "Var", "Logsumexp"]


def test_gradients_flow_through_a_node():
    x = keras.Input((4,))
    h = keras.layers.Dense(4, kernel_initializer="ones")(x)
    model = keras.Model(x, ops.normalize(ops.gelu(h), axis=1))
    model.compile("sgd", "mse")
    before = model.get_weights()[0].copy()
    values = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    model.fit(values, values, verbose=0)
    assert not np.allclose(before, model.get_weights()[0])


def test_fixed_arguments_may_be_symbolic(tmp_path):
    x, low = keras.Input((4,)), keras.Input((1,))
    count = ops.shape(x)[0]
    model = keras.Model([x, low], [ops.clip(x, low, 2.0), ops.repeat(x[:1], count, axis=0)])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    values, lows = np.arange(12, dtype="float32").reshape(3, 4), np.float32([[1], [0], [1.5]])
    for m in (model, again):
        a, b = m([values, lows])
        np.testing.assert_array_equal(a, np.clip(values, lows, 2))
        np.testing.assert_array_equal(b, np.repeat(values[:1], 3, axis=0))


def test_a_padding_value_may_be_symbolic():
    x, value = keras.Input((2,)), keras.Input(batch_shape=())
    model = keras.Model([x, value], ops.pad(x, ((0, 0), (1, 2)), constant_values=value))
    y = model([np.ones((1, 2), "float32"), np.float32(7)])
    np.testing.assert_array_equal(y, [[7, 1, 1, 7, 7]])


def test_powers_of_a_vector_by_an_unknown_size():
    x = keras.Input(batch_shape=(None,))
    model = keras.Model(x, ops.vander(x, N=ops.shape(x)[0]))
    assert model.output_shape == (None, None)
    values = np.arange(4, dtype="float32")
    np.testing.assert_array_equal(model(values), np.vander(values))


def test_bounds_of_a_range_are_not_symbolic():
    with pytest.raises(ValueError, match="cannot be a bound of arange"):
        ops.arange(keras.Input(batch_shape=(), dtype="int32"))


# Values of Keras 3.15.1 on TensorFlow.
def test_scalars_count_as_vectors_of_one():
    assert ops.bincount(2).tolist() == [0, 0, 1]
    assert ops.normalize(3.0).tolist() == [1.0]


def test_limits_of_unsigned_integers_wrap():
    x = np.array([1, 2], "uint8")
    assert ops.min(x, initial=-1).item() == 1 and ops.max(x, initial=-1).item() == 255
    assert ops.max(np.array([1.0, 2.0], "float16"), initial=2.5).item() == 2.5


def test_functions_are_pickled_by_their_name():
    for name in "var logsumexp norm relu true_divide bitwise_invert hard_swish swish sort".split():
        function = getattr(ops, name)
        assert pickle.loads(pickle.dumps(function)) is function
    assert pickle.loads(pickle.dumps(ops.image.resize)) is ops.image.resize


def test_second_names_are_one_node_too():
    for function, title in ((ops.hard_swish, "HardSilu"), (ops.swish, "Silu"), (ops.conj, None)):
        x = keras.Input((4,))
        model = keras.Model(x, function(x))
        assert [type(o).__name__ for o in model.operations[1:]] == [title or "Conjugate"]


def test_arrays_that_change_later_are_not_seen():
    x, kernel = keras.Input((4,)), np.eye(4, dtype="float32")
    model = keras.Model(x, ops.dot(x, kernel))
    kernel[:] = 0
    np.testing.assert_array_equal(model(np.ones((1, 4), "float32")), np.ones((1, 4)))


def test_bad_calls_raise_what_the_function_raises():
    x = keras.Input((4,))
    with pytest.raises(TypeError, match="unexpected keyword argument 'axes'"):
        ops.var(x, axes=1)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        ops.clip(x, 0)
    with pytest.raises(ValueError, match="axis"):
        ops.var(x, axis=5)


def test_files_with_unknown_operations_say_so():
    x = keras.Input((4,))
    config = keras.Model(x, ops.var(x)).get_config()
    config["layers"][1]["class_name"] = "Variance"
    with pytest.raises(ValueError, match="The operation Variance of Keras has no counterpart"):
        keras.Model.from_config(config)
    config["layers"][1]["class_name"] = "Var"
    config["layers"][1]["config"]["places"] = 3
    with pytest.raises(ValueError, match="arguments that are not known here: .'places'."):
        keras.Model.from_config(config)
