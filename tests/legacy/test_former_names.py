"""What public programs of Keras 1 and 2 import besides the public names: `Recurrent`, weights of
HDF5 groups, blocks of architectures, helpers.
"""

import h5py
import numpy as np
import pronghorn as ph
import pytest
from pronghorn import backend as K
from pronghorn import layers
from pronghorn.applications.former import conv_block, identity_block
from pronghorn.layers.rnn.former import Recurrent, time_distributed_dense
from pronghorn.saving import former as groups
from pronghorn.utils import former as helpers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Plain(Recurrent):
    """SimpleRNN as one wrote it then; its input's part is computed for all steps at once."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.states = [None]

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def preprocess_input(self, inputs, training=None):
        return time_distributed_dense(inputs, self.kernel, self.bias)

    def step(self, inputs, states):
        h = K.tanh(inputs + K.dot(states[0], self.recurrent) + states[1])
        return h, [h]

    def get_constants(self, inputs, training=None):
        return [K.zeros_like(inputs[:, 0, :1])]


def both(**kwargs):
    """The same weights in ours and in SimpleRNN."""
    rng = np.random.RandomState(1)
    weights = [rng.randn(3, 4), rng.randn(4, 4) / 2, rng.randn(4)]
    models = []
    for layer in (Plain(4, **kwargs), layers.SimpleRNN(4, **kwargs)):
        batch = 2 if kwargs.get("stateful") else None
        model = ph.Sequential([ph.Input(batch_shape=(batch, 5, 3)), layers.Masking(), layer])
        model.set_weights(weights)
        models.append(model)
    return models


@pytest.mark.parametrize(
    "kwargs",
    [{}, {"return_sequences": True}, {"go_backwards": True}, {"unroll": True}, {"stateful": True}],
)
def test_a_recurrent_layer_written_as_then(kwargs):
    x = np.random.RandomState(0).randn(2, 5, 3).astype("float32")
    x[1, 3:] = 0  # masked
    model, wanted = both(**kwargs)
    for _ in range(2):  # states go on where they are kept
        np.testing.assert_allclose(
            model.predict(x, verbose=0), wanted.predict(x, verbose=0), rtol=1e-4, atol=1e-6
        )
    if kwargs.get("stateful"):
        model.layers[-1].reset_states()
        wanted.layers[-1].reset_states()
        np.testing.assert_allclose(model.predict(x), wanted.predict(x), rtol=1e-4, atol=1e-6)
    assert model.output_shape == wanted.output_shape
    for m in (model, wanted):
        m.compile("sgd", "mse")
    y = np.zeros(model.predict(x, verbose=0).shape)
    losses = [[m.train_on_batch(x, y) for _ in range(3)] for m in (model, wanted)]
    np.testing.assert_allclose(*losses, rtol=1e-3)


def test_a_recurrent_layer_in_a_graph():
    a, b = ph.Input((5, 3)), ph.Input((4,))
    layer = Plain(4, return_state=True)
    out, state = layer(a, initial_state=b)
    model = ph.Model([a, b], [out, state])
    x, h = np.ones((2, 5, 3), "float32"), np.full((2, 4), 0.5, "float32")
    found, kept = model.predict([x, h], verbose=0)
    np.testing.assert_array_equal(found, kept)
    other = layers.SimpleRNN(4)
    other.build((2, 5, 3))
    other.set_weights(layer.get_weights())
    np.testing.assert_allclose(found, np.array(other(x, initial_state=h)), rtol=1e-4, atol=1e-6)
    assert Plain.from_config({**layer.get_config(), "units": 4}).return_state


def test_dropout_that_is_the_same_at_every_step():
    ph.utils.set_random_seed(0)
    y = time_distributed_dense(np.ones((4, 6, 8)), np.eye(8), dropout=0.5, training=True)
    y = np.array(y)
    assert set(np.unique(y)) == {0.0, 2.0}
    np.testing.assert_array_equal(y, np.repeat(y[:, :1], 6, axis=1))
    np.testing.assert_array_equal(time_distributed_dense(np.ones((1, 2, 8)), np.eye(8)), 1.0)


def small_net():
    model = ph.Sequential(
        [ph.Input((3,)), layers.Dense(4, name="a"), layers.ReLU(), layers.Dense(2, name="b")]
    )
    return model


def test_weights_of_groups_that_the_caller_opened(tmp_path):
    model, path = small_net(), tmp_path / "w.h5"
    with h5py.File(path, "w") as f:
        groups.save_weights_to_hdf5_group(f, model.layers)
    other = small_net()
    other.load_weights(path)  # it is a file like others
    for a, b in zip(other.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(a, b)

    other = small_net()
    before = other.get_weights()
    with h5py.File(path, "r") as f:
        groups.load_weights_from_hdf5_group_by_name(f, [other.get_layer("b")])
        np.testing.assert_array_equal(other.get_weights()[0], before[0])
        np.testing.assert_array_equal(other.get_weights()[2], model.get_weights()[2])
        groups.load_weights_from_hdf5_group(f, other.layers)
        np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
        with pytest.raises(ValueError, match="Layer count"):
            groups.load_weights_from_hdf5_group(f, other.layers[:1])
        wide = layers.Dense(9, name="a")
        wide.build((None, 3))
        with pytest.raises(ValueError, match="Shape mismatch"):
            groups.load_weights_from_hdf5_group_by_name(f, [wide])
        with pytest.warns(UserWarning, match="Skipping"):
            groups.load_weights_from_hdf5_group_by_name(f, [wide], skip_mismatch=True)


def test_blocks_of_resnet50():
    x = ph.Input((8, 8, 4))
    y = identity_block(conv_block(x, 3, [2, 2, 6], 2, "a"), 3, [2, 2, 6], 2, "b")
    assert y.shape == (None, 4, 4, 6)
    names = [layer.name for layer in ph.Model(x, y).layers]
    for name in (
        "res2a_branch2a",
        "bn2a_branch2c",
        "res2a_branch1",
        "bn2a_branch1",
        "res2b_branch2b",
    ):
        assert name in names
    assert "res2b_branch1" not in names


def test_kernels_and_rows_turned():
    model = ph.Sequential(
        [ph.Input((5, 5, 2)), layers.Conv2D(3, 2), layers.Flatten(), layers.Dense(2)]
    )
    kernel = model.get_weights()[0]
    helpers.convert_all_kernels_in_model(model)
    np.testing.assert_array_equal(model.get_weights()[0], kernel[::-1, ::-1])
    x = np.random.RandomState(0).randn(3, 4, 4, 3).astype("float32")  # what Flatten gets
    dense = model.layers[-1]
    wanted = np.array(dense(x.reshape(3, -1)))
    helpers.convert_dense_weights_data_format(dense, (3, 4, 4), "channels_first")
    first = np.array(dense(x.transpose(0, 3, 1, 2).reshape(3, -1)))
    np.testing.assert_allclose(first, wanted, rtol=1e-4, atol=1e-5)
    helpers.convert_dense_weights_data_format(dense, (4, 4, 3), "channels_last")
    np.testing.assert_allclose(np.array(dense(x.reshape(3, -1))), wanted, rtol=1e-4, atol=1e-5)


def test_small_helpers():
    f = helpers.func_load(*helpers.func_dump(lambda x, n=2: x * n))
    assert f(3) == 6
    found = {"relu": abs, "Scaled": lambda name="", by=1: by}
    assert helpers.get_from_module("relu", found, "activation") is abs
    assert helpers.get_from_module({"name": "Scaled", "by": 3}, found, "thing") == 3
    assert helpers.get_from_module(len, found, "thing") is len
    with pytest.raises(ValueError, match="Invalid activation: nope"):
        helpers.get_from_module("nope", found, "activation")
    assert helpers.make_tuple(1, 2) == (1, 2)


PROGRAM = """
import keras
import numpy as np
from keras.applications.mobilenet import relu6, DepthwiseConv2D
from keras.applications.resnet50 import identity_block, conv_block
from keras.engine import saving, topology
from keras.engine.topology import load_weights_from_hdf5_group_by_name
from keras.layers.recurrent import Recurrent, _time_distributed_dense, time_distributed_dense
from keras.utils.generic_utils import func_dump, func_load, get_from_module, CustomObjectScope
from keras.utils.layer_utils import layer_from_config, convert_all_kernels_in_model
from keras.optimizers import optimizer_from_config
from keras.datasets.cifar import load_batch
from keras.utils.data_utils import OrderedEnqueuer, GeneratorEnqueuer, Sequence
from keras.models import model_from_yaml
from keras.legacy import interfaces
import keras.legacy.interfaces

assert saving.load_weights_from_hdf5_group_by_name is load_weights_from_hdf5_group_by_name
assert callable(interfaces.legacy_dense_support) and keras.legacy.interfaces is interfaces
objects = {"relu6": keras.applications.mobilenet.relu6,
           "DepthwiseConv2D": keras.applications.mobilenet.DepthwiseConv2D}
with CustomObjectScope(objects):
    layer = layer_from_config({"class_name": "Activation", "config": {"activation": "relu6"}})
print(float(layer(np.array([9.0]))[0]))
print(optimizer_from_config({"class_name": "SGD", "config": {"lr": 0.5}}).learning_rate.numpy())
print(Recurrent.__name__, load_batch.__name__)
"""


def test_where_programs_import_them_from(tmp_path):
    from ..alias.programs import output

    assert output(tmp_path, PROGRAM).splitlines() == ["6.0", "0.5", "Recurrent load_batch"]
