"""Sessions, graphs and settings of TensorFlow 1, as old programs set them up and run them."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import backend as K
from pronghorn.alias import modules

from .programs import output

tf = modules.load("tensorflow")
X = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, -1.0]], "float32")

SET_UP = """
import os
os.environ["CUDA_VISIBLE_DEVICES"] = "0"
import numpy as np
import tensorflow as tf
from keras import backend as K
import keras.backend.tensorflow_backend as KTF
from keras.backend.tensorflow_backend import set_session
from tensorflow.python.client import device_lib
from tensorflow.compat.v1 import ConfigProto, InteractiveSession
import tensorflow.compat.v1 as tf1
from tensorflow.contrib.keras import layers
from keras.models import Sequential
from keras.layers import Dense

config = tf.ConfigProto(device_count={"GPU": 1}, intra_op_parallelism_threads=1)
config.gpu_options.allow_growth = True
config.gpu_options.per_process_gpu_memory_fraction = 0.3
set_session(tf.Session(config=config))
KTF.set_session(tf.Session(config=tf.ConfigProto(gpu_options=tf.GPUOptions(allow_growth=True))))
session = InteractiveSession(config=ConfigProto())
tf1.keras.backend.set_session(tf1.Session(graph=tf1.get_default_graph(), config=config))
tf.set_random_seed(1)
tf1.disable_eager_execution()
tf.logging.set_verbosity(tf.logging.ERROR)
print([d.device_type for d in device_lib.list_local_devices()], KTF._get_available_gpus())
model = Sequential([Dense(2, input_dim=3)])
K.get_session().run([tf.global_variables_initializer(), tf.local_variables_initializer()])
model._make_predict_function()
graph = tf.get_default_graph()
with graph.as_default(), K.get_session().as_default(), tf.device("/gpu:0"):
    print(model.predict(np.ones((1, 3)), verbose=0).shape)
tf.reset_default_graph()
K.clear_session()
"""


def test_programs_that_set_up_a_session(tmp_path):
    assert output(tmp_path, SET_UP).splitlines() == ["['CPU'] []", "(1, 2)"]


def small():
    model = ph.Sequential(
        [ph.Input((3,)), ph.layers.Dense(2, name="d"), ph.layers.Dropout(0.5), ph.layers.ReLU()]
    )
    model.set_weights([np.arange(6.0).reshape(3, 2) - 2.5, [0.5, 1.0]])
    return model


def test_run_computes_tensors_of_models():
    model = small()
    kernel, bias = model.get_weights()
    dense = X @ kernel + bias
    with tf.Session() as session:
        found = session.run(model.output, feed_dict={model.input: X, K.learning_phase(): 0})
        np.testing.assert_allclose(found, np.maximum(dense, 0), rtol=1e-5)
        both = session.run(
            {"d": model.get_layer("d").output, "w": model.weights[0]}, {model.input: X}
        )
        np.testing.assert_allclose(both["d"], dense, rtol=1e-5)
        np.testing.assert_array_equal(both["w"], kernel)
        # the graph may begin anywhere
        inside = session.run([model.output, None], {model.get_layer("d").output: dense})
        np.testing.assert_allclose(inside[0], np.maximum(dense, 0), rtol=1e-5)
        assert inside[1] is None
        (slope,) = tf.gradients(model.get_layer("d").output, model.input)
        np.testing.assert_allclose(
            session.run(slope, {model.input: X}), np.tile(kernel.sum(1), (2, 1)), rtol=1e-5
        )


def test_placeholders_variables_and_updates():
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.Variable(2.0)
    session = tf.InteractiveSession()
    session.run(tf.global_variables_initializer())
    np.testing.assert_allclose(session.run(tf.reduce_sum(x * w, axis=1), {x: X}), 2 * X.sum(1))
    step = K.update_add(w, K.mean(x))
    assert float(session.run(w)) == 2.0
    for _ in range(2):
        session.run(step, feed_dict={x: X})
    np.testing.assert_allclose(session.run(w), 2.0 + 2 * X.mean(), rtol=1e-5)
    assert len(session._functions) == 2  # made once each


def test_what_a_session_cannot_run():
    model = small()
    with pytest.raises(TypeError, match="get_layer"):
        tf.Session().run("d/BiasAdd:0")
    with pytest.raises(KeyError, match="get_layer"):
        tf.get_default_graph().get_tensor_by_name("d/BiasAdd:0")
    with pytest.raises(ValueError):
        tf.Session().run(model.output)


@pytest.mark.parametrize(
    "made, wanted",
    [
        (lambda: tf.train.AdamOptimizer(0.1), lambda: ph.optimizers.Adam(0.1, epsilon=1e-8)),
        (lambda: tf.train.GradientDescentOptimizer(0.1), lambda: ph.optimizers.SGD(0.1)),
        (
            lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
            lambda: ph.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        ),
        (
            lambda: tf.train.RMSPropOptimizer(0.1, momentum=0.5),
            lambda: ph.optimizers.RMSprop(0.1, 0.9, 0.5, 1e-10),
        ),
    ],
)
def test_optimizers_of_tf_train(made, wanted):
    found, other = made().get_config(), wanted().get_config()
    for config in (found, other):
        config.pop("name")
    assert found == other


def test_pictures():
    x = np.random.RandomState(0).rand(2, 4, 6, 3).astype("float32")
    np.testing.assert_array_equal(tf.image.flip_left_right(x), x[:, :, ::-1])
    np.testing.assert_array_equal(tf.image.flip_up_down(x[0]), x[0, ::-1])
    np.testing.assert_array_equal(tf.image.rot90(x[0]), np.rot90(x[0]))
    np.testing.assert_array_equal(tf.image.transpose(x), x.swapaxes(1, 2))
    np.testing.assert_allclose(
        tf.image.rgb_to_grayscale(x)[..., 0], x @ np.array([0.2989, 0.587, 0.114]), rtol=1e-4
    )
    nearest = tf.image.resize(x, (8, 12), method=tf.image.ResizeMethod.NEAREST_NEIGHBOR)
    np.testing.assert_array_equal(nearest, x.repeat(2, 1).repeat(2, 2))
    assert tf.image.resize(np.zeros((4, 4, 3), "uint8"), [2, 2]).dtype == "float32"
    even = (x[0] - x[0].mean()) / x[0].std()
    np.testing.assert_allclose(tf.image.per_image_standardization(x[0]), even, rtol=1e-4, atol=1e-5)
    mean = x.mean((1, 2), keepdims=True)
    np.testing.assert_allclose(
        tf.image.adjust_contrast(x, 2.0), (x - mean) * 2 + mean, rtol=1e-4, atol=1e-5
    )
    wanted = np.abs(np.diff(x, axis=1)).sum((1, 2, 3)) + np.abs(np.diff(x, axis=2)).sum((1, 2, 3))
    np.testing.assert_allclose(tf.image.total_variation(x), wanted, rtol=1e-5)
