"""What Keras 1 and 2 had and Keras 3 dropped: layers, metrics, helpers, losses over graphs."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import backend as K
from pronghorn import layers, losses, metrics, ops
from pronghorn.initializers import former as initializations
from pronghorn.layers import former
from pronghorn.metrics import former as scores
from pronghorn.preprocessing import former as pictures
from pronghorn.utils import former as helpers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
RNG = np.random.RandomState(0)


# ---- losses and metrics over tensors of the graph --------------------------------------------


def autoencoder(loss_by):
    keras.utils.set_random_seed(2)
    x = keras.Input((6,))
    hidden = layers.Dropout(0.5, seed=3)(layers.Dense(5, activation="relu")(x))
    mean, spread = layers.Dense(2)(hidden), layers.Dense(2)(hidden)
    y = layers.Dense(6, activation="sigmoid")(layers.Add()([mean, spread]))
    model = keras.Model(x, y)

    def divergence():
        return -0.5 * K.sum(1 + spread - K.square(mean) - K.exp(spread), axis=-1)

    if loss_by == "function":

        def loss(y_true, y_pred):
            return losses.mean_squared_error(y_true, y_pred) + divergence()

        def kl(y_true, y_pred):
            return divergence()

        model.compile(keras.optimizers.SGD(0.05), loss=loss, metrics=[kl])
    else:  # each by means that Keras 3 has, too
        model = keras.Model(x, [y, mean, spread])

        def step_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            out, mean, spread = y_pred
            kl = -0.5 * ops.sum(1 + spread - ops.square(mean) - ops.exp(spread), axis=-1)
            return ops.mean(losses.mean_squared_error(y, out) + kl)

        model.compute_loss = step_loss.__get__(model)
        model.compile(keras.optimizers.SGD(0.05))
    return model


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_loss_over_other_tensors_of_the_model(run_eagerly):
    data = RNG.rand(16, 6).astype("float32")
    found, wanted = autoencoder("function"), autoencoder("step")
    found.run_eagerly = run_eagerly
    for _ in range(3):
        a = found.train_on_batch(data, data, return_dict=True)
        b = wanted.train_on_batch(data, data, return_dict=True)
        assert a["loss"] == pytest.approx(b["loss"], rel=1e-5)
    for p, q in zip(found.get_weights(), wanted.get_weights()):
        np.testing.assert_allclose(p, q, rtol=1e-4, atol=1e-6)
    assert set(a) == {"loss", "kl"} and a["kl"] < a["loss"]
    assert found.evaluate(data, data, verbose=0)[0] == pytest.approx(
        wanted.evaluate(data, data, verbose=0), rel=1e-5
    )


def test_a_second_call_of_the_model_in_a_step_computes_anew():
    class Twice(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return ops.mean(y_pred) + ops.mean(self(2.0 * x))

    x = keras.Input((1,))
    model = Twice(x, layers.Dense(1, use_bias=False, kernel_initializer="ones")(x))
    model.compile(keras.optimizers.SGD(0.0))
    assert model.train_on_batch(np.ones((4, 1)), np.ones((4, 1))) == pytest.approx(3.0)


# ---- layers ----------------------------------------------------------------------------------


def test_maxout_is_the_largest_of_several_dense_layers():
    layer = former.MaxoutDense(3, nb_feature=4, init="normal")
    x = RNG.randn(5, 6)
    y = layer(x).numpy()
    kernel, bias = layer.get_weights()
    assert kernel.shape == (4, 6, 3) and bias.shape == (4, 3)
    layer.set_weights([kernel, bias := RNG.randn(4, 3).astype("float32")])
    wanted = np.max([x @ w + b for w, b in zip(kernel, bias)], axis=0)
    np.testing.assert_allclose(layer(x), wanted, rtol=1e-4, atol=1e-5)
    assert y.shape == (5, 3)


def test_highway_mixes_by_its_second_layer():
    layer = former.Highway(activation="tanh")
    x = RNG.randn(5, 4).astype("float32")
    layer(x)
    assert [w.name for w in layer.weights] == ["W", "W_carry", "b", "b_carry"]
    w, carry, b, b_carry = (RNG.randn(*v.shape).astype("float32") for v in layer.weights)
    layer.set_weights([w, carry, b, b_carry])
    share = 1 / (1 + np.exp(-(x @ carry + b_carry)))
    wanted = np.tanh(x @ w + b) * share + (1 - share) * x
    np.testing.assert_allclose(layer(x), wanted, rtol=1e-4, atol=1e-5)


def test_s_shaped_relu():
    layer = former.SReLU(shared_axes=[1])
    x = RNG.randn(5, 3, 2).astype("float32") * 2
    layer(x)
    left, a, right, b = (RNG.randn(1, 2).astype("float32") for _ in range(4))
    layer.set_weights([left, a, right, b])
    end = left + np.abs(right)
    wanted = np.where(x >= end, end + b * (x - end), np.where(x > left, x, left + a * (x - left)))
    np.testing.assert_allclose(layer(x), wanted, rtol=1e-5, atol=1e-6)


def test_parametric_softplus():
    layer = former.ParametricSoftplus(alpha_init=0.5, beta_init=2.0)
    x = RNG.randn(5, 3)
    np.testing.assert_allclose(layer(x), 0.5 * np.log1p(np.exp(2.0 * x)), rtol=1e-5)


@pytest.mark.parametrize("name", ["MaxoutDense", "Highway", "SReLU", "ParametricSoftplus"])
def test_former_layers_are_found_train_and_come_back_from_files(name, tmp_path):
    cls = getattr(layers, name)
    layer = cls(6) if name == "MaxoutDense" else cls()
    model = keras.Sequential([layers.Input((6,)), layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    x = RNG.rand(8, 6)
    model.fit(x, x[:, :1], verbose=0)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"a.{ending}")
        loaded = keras.models.load_model(
            tmp_path / f"a.{ending}", custom_objects={name: type(layer)}
        )
        np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def test_an_embedding_of_keras_1_leaves_out_whole_words_while_training():
    layer = layers.Embedding(50, 4, embeddings_initializer="ones", dropout=0.4)
    x = np.arange(50).repeat(2).reshape(2, 50)
    assert np.all(layer(x).numpy() == 1)
    rows = layer(x, training=True) if "training" in layer._call_info.names else None
    model = keras.Sequential([layers.Input((50,), dtype="int32"), layer])
    rows = model(x.reshape(2, 50), training=True).numpy().reshape(50, 2, 4)
    assert np.all(rows == rows[:, :1, :1])  # a word is there or not, wherever it stands
    kept = rows[:, 0, 0]
    assert set(np.round(np.unique(kept), 4)) == {0.0, np.float32(1.6667)}
    assert 15 <= np.count_nonzero(kept) <= 45
    assert type(layer).from_config(layer.get_config())._word_dropout == 0.4


# ---- K ---------------------------------------------------------------------------------------


def test_functions_of_k_that_were_renamed():
    x = K.constant([[1.0, 2.0], [3.0, 4.0]])
    assert K.get_value(K.lesser(x, 2.5)).tolist() == [[True, True], [False, False]]
    assert K.get_value(K.lesser_equal(x, 3.0)).sum() == 3
    assert K.get_variable_shape(x) == (2, 2) and K.size(x) == 4
    assert K.get_value(K.slice(x, [0, 1], [-1, 1])).tolist() == [[2.0], [4.0]]
    steps = K.asymmetric_temporal_padding(K.ones((1, 2, 1)), 1, 2)
    assert K.get_value(steps).ravel().tolist() == [0, 1, 1, 0, 0]
    image = K.asymmetric_spatial_2d_padding(K.ones((1, 1, 1, 1)), 1, 0, 0, 2)
    assert K.int_shape(image) == (1, 2, 3, 1)
    assert K.is_variable(K.variable(1.0)) and not K.is_variable(x)
    assert K.is_symbolic(keras.Input((2,))) and not K.is_symbolic(x)
    assert K.normalize_data_format("channels_LAST") == "channels_last"
    with pytest.raises(ValueError, match="data_format"):
        K.normalize_data_format("th")


def test_k_takes_the_arguments_of_keras_1():
    x, kernel = K.ones((1, 5, 5, 2)), K.ones((3, 3, 2, 4))
    y = K.conv2d(x, kernel, border_mode="same", dim_ordering="tf", filter_shape=(3, 3, 2, 4))
    assert K.int_shape(y) == (1, 5, 5, 4)
    wide = K.atrous_conv2d(K.ones((1, 9, 9, 2)), kernel, rate=2)
    np.testing.assert_allclose(
        K.get_value(wide), K.get_value(K.conv2d(K.ones((1, 9, 9, 2)), kernel, dilation_rate=(2, 2)))
    )
    up = K.deconv2d(y, K.ones((3, 3, 2, 4)), (1, 10, 10, 2), strides=(2, 2), padding="same")
    assert K.int_shape(up) == (1, 10, 10, 2)
    assert K.int_shape(K.random_normal((2, 3), std=2.0)) == (2, 3)
    assert K.get_value(K.random_uniform((4,), low=2.0, high=3.0)).min() >= 2
    assert K.int_shape(K.expand_dims(K.ones((2,)), dim=0)) == (1, 2)
    assert K.get_value(K.one_hot(K.constant([1], dtype="int32"), nb_classes=3)).tolist() == [
        [0, 1, 0]
    ]


# ---- the rest --------------------------------------------------------------------------------


def test_scores_of_a_batch():
    y = np.array([1.0, 0.0, 1.0, 1.0, 0.0], "float32")
    p = K.constant([0.9, 0.8, 0.1, 0.7, 0.2])
    assert float(scores.precision(y, p)) == pytest.approx(2 / 3, rel=1e-5)
    assert float(scores.recall(y, p)) == pytest.approx(2 / 3, rel=1e-5)
    assert float(scores.fmeasure(y, p)) == pytest.approx(2 / 3, rel=1e-5)
    assert float(scores.fbeta_score(np.zeros(5), p)) == 0
    from sklearn.metrics import matthews_corrcoef

    wanted = matthews_corrcoef(y, [1, 1, 0, 1, 0])
    assert float(scores.matthews_correlation(y, p)) == pytest.approx(wanted, rel=1e-5)
    assert metrics.precision is scores.precision


def test_means_of_tensors():
    mean = metrics.MeanTensor(shape=(2,))
    mean.update_state([1.0, 2.0])
    mean.update_state([3.0, 8.0], sample_weight=[1.0, 0.5])
    np.testing.assert_allclose(mean.result(), [2.0, (2 + 4) / 1.5])
    with pytest.raises(ValueError, match="one shape"):
        mean.update_state([1.0])
    mean.reset_state()
    assert mean.result().tolist() == [0, 0]
    error = metrics.MeanRelativeError(normalizer=[1, 3, 2, 0])
    error.update_state([1, 3, 2, 3], [2, 4, 6, 8])
    assert float(error.result()) == pytest.approx((1 + 1 / 3 + 2 + 0) / 4)
    assert float(type(error).from_config(error.get_config()).result()) == 0


@pytest.mark.parametrize("name", ["AUTO", "NONE", "SUM", "SUM_OVER_BATCH_SIZE"])
def test_reductions_by_their_names_of_keras_2(name):
    loss = losses.MeanSquaredError(reduction=getattr(losses.Reduction, name))
    y, p = np.zeros((3, 2), "float32"), np.float32([[1, 1], [2, 2], [3, 3]])
    wanted = {"NONE": [1, 4, 9], "SUM": 14}.get(name, 14 / 3)
    np.testing.assert_allclose(loss(y, p), wanted, rtol=1e-6)


@pytest.mark.parametrize("kind", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
def test_sizes_of_convolutions(kind, stride, dilation):
    if stride > 1 and dilation > 1:
        dilation = 1
    x = np.zeros((1, 17, 1), "float32")
    layer = layers.Conv1D(1, 3, strides=stride, padding=kind, dilation_rate=dilation)
    size = layer(x).shape[1]
    assert helpers.conv_output_length(17, 3, kind, stride, dilation) == size
    back = layers.Conv1DTranspose(1, 3, strides=stride, padding=kind)(layer(x)).shape[1]
    assert helpers.deconv_length(size, stride, 3, kind) == back
    assert helpers.conv_output_length(helpers.conv_input_length(size, 3, kind, stride), 3, kind,
                                      stride) in (size, size + 1)  # fmt: skip


def test_helpers():
    assert helpers.conv_output_length(None, 3, "same", 1) is None
    assert helpers.normalize_tuple(2, 3, "strides") == (2, 2, 2)
    with pytest.raises(ValueError, match="strides"):
        helpers.normalize_tuple((1, 2, 3), 2, "strides")
    with pytest.raises(ValueError, match="padding"):
        helpers.normalize_padding("full")
    kernel = RNG.rand(3, 2, 4, 5)
    np.testing.assert_array_equal(helpers.convert_kernel(kernel), kernel[::-1, ::-1])
    turned = np.transpose(kernel, (3, 2, 0, 1))
    np.testing.assert_array_equal(helpers.convert_kernel(turned, "th"), turned[:, :, ::-1, ::-1])
    assert helpers.slice_arrays([np.arange(5), None], [0, 3])[0].tolist() == [0, 3]
    assert helpers.has_arg(lambda **kw: 0, "b", accept_all=True)
    assert helpers.transpose_shape((1, 2, 3, 4), "channels_first", (1, 2)) == (1, 4, 2, 3)
    assert helpers.probas_to_classes(np.array([[0.2], [0.7]])).tolist() == [0, 1]
    assert (
        helpers.count_params(keras.Sequential([layers.Input((3,)), layers.Dense(2)]).weights) == 8
    )
    assert helpers.unpack_singleton([[1]]) == [1] and helpers.is_all_none([None, None])


def test_rows_of_a_file(tmp_path):
    h5py = pytest.importorskip("h5py")
    data = RNG.rand(10, 3)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = data
    x = helpers.HDF5Matrix(str(tmp_path / "a.h5"), "x", start=2, end=9)
    assert x.shape == (7, 3) and len(x) == 7 and x.ndim == 2 and x.size == 21
    np.testing.assert_array_equal(x[1:3], data[3:5])
    np.testing.assert_array_equal(x[[3, 0, 3]], data[[5, 2, 5]])
    np.testing.assert_array_equal(x[-1], data[8])
    np.testing.assert_array_equal(x[5:1:-2], data[2:9][5:1:-2])
    model = keras.Sequential([layers.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.asarray(x), np.zeros((7, 1)), verbose=0)


def test_initializers_of_keras_1():
    made = layers.Dense(4, kernel_initializer=lambda shape, name=None: initializations.identity(
        shape, scale=2.0, name=name))  # fmt: skip
    made.build((None, 4))
    np.testing.assert_array_equal(made.get_weights()[0], 2 * np.eye(4))
    assert np.abs(initializations.uniform((50, 4), scale=0.1).numpy()).max() <= 0.1
    assert initializations.normal((200, 50), scale=2.0).numpy().std() == pytest.approx(2, rel=0.1)
    q = initializations.orthogonal((4, 4), scale=1.5).numpy()
    np.testing.assert_allclose(q @ q.T, 2.25 * np.eye(4), atol=1e-5)
    assert initializations.get_fans((8, 3, 5, 5)) == (75, 200)
    with pytest.raises(ValueError, match="square"):
        initializations.identity((2, 3))


def test_pictures(tmp_path):
    for name in ("a.png", "b.jpg", "c.txt"):
        (tmp_path / name).touch()
    assert [p[-5:] for p in pictures.list_pictures(tmp_path)] == ["a.png", "b.jpg"]
    pytest.importorskip("scipy")
    x = RNG.rand(6, 6, 3)
    half = np.array([[-1.0, 0, 0], [0, -1, 0], [0, 0, 1]])  # turned about the middle
    matrix = pictures.transform_matrix_offset_center(half, 5, 5)
    turned = pictures.apply_transform(x, matrix, channel_axis=2)
    wanted = np.pad(np.rot90(x, 2), ((1, 0), (1, 0), (0, 0)), mode="edge")[:6, :6]
    np.testing.assert_allclose(matrix @ [3, 3, 1], [3, 3, 1])
    np.testing.assert_allclose(turned[1:, 1:], wanted[1:, 1:])


def test_initializations_by_name_make_variables():
    """As own layers of Keras 1 have it: `self.W = self.init((n, m), name="W")`."""
    init = initializations.get("normal", scale=2.0)
    assert isinstance(init((200, 50), name="W"), keras.Variable)
    assert init((200, 50)).numpy().std() == pytest.approx(2, rel=0.1)
    assert initializations.get("glorot_uniform") is initializations.glorot_uniform
    ones = initializations.get(keras.initializers.Ones())((2,))
    assert isinstance(ones, keras.Variable) and ones.numpy().tolist() == [1, 1]
    own = lambda shape, name=None: shape  # noqa: E731
    assert initializations.get(own) is own
    with pytest.raises(ValueError, match="nope"):
        initializations.get("nope")
