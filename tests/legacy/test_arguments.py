"""Old arguments and their values: each row of the table does what today's argument does."""

import inspect
import warnings

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import layers, optimizers, regularizers
from pronghorn.legacy import arguments, telling
from pronghorn.legacy.translate import new_arguments

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

# (old, new): both must make the same config
PAIRS = {
    "dense": (
        lambda: layers.Dense(output_dim=3, init="uniform", bias=False, W_regularizer="l2",
                             b_regularizer="l1", W_constraint="non_neg", b_constraint="unit_norm"),
        lambda: layers.Dense(3, kernel_initializer="uniform", use_bias=False,
                             kernel_regularizer="l2", bias_regularizer="l1",
                             kernel_constraint="non_neg", bias_constraint="unit_norm"),
    ),
    "convolution": (
        lambda: layers.Convolution2D(4, 3, 5, border_mode="same", subsample=(2, 1),
                                     dim_ordering="th", activation="relu"),
        lambda: layers.Conv2D(4, (3, 5), padding="same", strides=(2, 1),
                              data_format="channels_first", activation="relu"),
    ),
    "convolution by names": (
        lambda: layers.Convolution2D(nb_filter=4, nb_row=3, nb_col=5, init="he_normal"),
        lambda: layers.Conv2D(4, (3, 5), kernel_initializer="he_normal"),
    ),
    "convolution by place": (
        lambda: layers.Convolution2D(4, 3, 5, "he_normal", "tanh"),
        lambda: layers.Conv2D(4, (3, 5), kernel_initializer="he_normal", activation="tanh"),
    ),
    "convolution of today": (
        lambda: layers.Convolution2D(4, (3, 5), 2),
        lambda: layers.Conv2D(4, (3, 5), strides=2),
    ),
    "dilated": (
        lambda: layers.AtrousConvolution2D(4, 3, 3, atrous_rate=(2, 2)),
        lambda: layers.Conv2D(4, 3, dilation_rate=2),
    ),
    "pooling": (
        lambda: layers.MaxPooling2D((3, 3), border_mode="same", dim_ordering="tf"),
        lambda: layers.MaxPooling2D((3, 3), padding="same", data_format="channels_last"),
    ),
    "dropout": (lambda: layers.Dropout(p=0.3), lambda: layers.Dropout(0.3)),
    "batch normalization": (
        lambda: layers.BatchNormalization(mode=0, beta_init="ones", gamma_init="zeros"),
        lambda: layers.BatchNormalization(beta_initializer="ones", gamma_initializer="zeros"),
    ),
    "embedding": (
        lambda: layers.Embedding(9, 4, init="normal", W_regularizer="l2", dropout=0.0),
        lambda: layers.Embedding(9, 4, embeddings_initializer="normal",
                                 embeddings_regularizer="l2"),
    ),
    "leaky": (lambda: layers.LeakyReLU(alpha=0.1), lambda: layers.LeakyReLU(0.1)),
    "l2": (lambda: regularizers.l2(l=0.3), lambda: regularizers.L2(0.3)),
    "l1l2": (lambda: regularizers.l1l2(l1=0.3, l2=0.1), lambda: regularizers.L1L2(0.3, 0.1)),
    "maxnorm": (
        lambda: keras.constraints.maxnorm(m=3),
        lambda: keras.constraints.MaxNorm(max_value=3),
    ),
    "adam of keras 2": (
        lambda: optimizers.Adam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0,
                                amsgrad=False),
        lambda: optimizers.Adam(),
    ),
    "rmsprop of keras 2": (lambda: optimizers.RMSprop(epsilon=None), lambda: optimizers.RMSprop()),
    "sgd": (
        lambda: optimizers.SGD(lr=0.1, momentum=0.9, nesterov=True),
        lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    ),
}  # fmt: skip


def config(obj):
    made = obj.get_config()
    return {k: v for k, v in made.items() if k != "name"}


@pytest.mark.parametrize("name", PAIRS)
def test_the_old_spelling_is_the_new_one(name):
    old, new = (make() for make in PAIRS[name])
    assert type(old) is type(new) and config(old) == config(new)
    again = type(old).from_config(old.get_config())
    assert config(again) == config(new)


def test_isinstance_and_subclasses_of_old_names():
    layer = layers.Convolution2D(4, 3, 3)
    assert isinstance(layer, layers.Convolution2D) and type(layer) is layers.Conv2D
    assert not isinstance(layers.Dense(3), layers.Convolution2D)

    class Mine(layers.Convolution2D):
        def __init__(self, count):
            super().__init__(count, 3, 1, activation="relu")

    mine = Mine(2)
    assert isinstance(mine, Mine) and isinstance(mine, layers.Conv2D)
    assert not isinstance(layer, Mine)
    assert mine(np.ones((1, 5, 5, 1), "float32")).shape == (1, 3, 5, 2)


def test_subclasses_hand_old_arguments_on():
    class Wide(layers.Dense):
        def __init__(self, output_dim, **kwargs):
            super().__init__(output_dim=2 * output_dim, init="ones", **kwargs)

        def get_config(self):
            return {**super().get_config(), "output_dim": self.units // 2}

    layer = Wide(3, bias=False)
    np.testing.assert_allclose(layer(np.ones((1, 4), "float32")), np.full((1, 6), 4.0))

    class Named(keras.Layer):
        """An argument of the user's own stays what it is."""

        def __init__(self, output_dim, init="mine"):
            super().__init__()
            self.output_dim, self.init = output_dim, init

    assert Named(init="yours", output_dim=3).get_config()["init"] == "yours"


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.Dense(3, units=3, output_dim=3), "`output_dim` and `units`"),
        (lambda: layers.Conv2D(3, nb_row=3), "needs all of nb_row, nb_col"),
        (lambda: layers.BatchNormalization(mode=1), "`mode` is gone"),
        (lambda: layers.Dense(3, nb_filter=3), "nb_filter"),
        (lambda: layers.Dense(3, spam=3), "spam"),
        (lambda: optimizers.SGD(lr=0.1, speed=3), "speed"),
    ],
)
def test_errors(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_each_spelling_is_told_once_at_the_callers_line():
    telling.forget()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            layers.Dense(output_dim=3, init="ones")
            optimizers.SGD(lr=0.1)
            layers.Dense(3, input_shape=(4,))
            assert keras.constraints.maxnorm is keras.constraints.MaxNorm
    texts = [str(w.message).partition(" ")[0] for w in caught]
    assert sorted(texts) == ["`init`", "`input_shape`", "`lr`", "`maxnorm`", "`output_dim`"]
    assert {w.category for w in caught} == {DeprecationWarning}
    assert {w.filename for w in caught} == {__file__}
    telling.forget()


def test_the_table_names_arguments_that_are_there():
    """Today's names in the table are arguments of the classes of the table."""
    places = {
        **{name: getattr(layers, name, None) for name in arguments.ARGUMENTS},
        "Model": keras.models.Functional,
        "Optimizer": optimizers.Optimizer,
        "L1": regularizers.L1, "L2": regularizers.L2, "MaxNorm": keras.constraints.MaxNorm,
        "fit": keras.Model.fit, "to_categorical": keras.utils.to_categorical,
    }  # fmt: skip
    seen = 0
    for owner, row in arguments.ARGUMENTS.items():
        place = places.get(owner)
        if place is None or owner in ("RNN", "ConvLSTM2D"):
            continue
        accepted = inspect.signature(place).parameters
        if any(p.kind is p.VAR_POSITIONAL for p in accepted.values()):
            continue
        here = [new for new in row.values() if new in accepted]
        assert here, owner
        seen += 1
    assert seen > 10


def test_configs_translate_without_a_word():
    telling.forget()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        new = new_arguments(
            ["Conv2D", "Layer"],
            {"nb_filter": 3, "nb_row": 2, "nb_col": 5, "border_mode": "valid", "name": "c",
             "dim_ordering": "tf", "input_dtype": "float32", "W_regularizer": None},
        )  # fmt: skip
    assert new == {
        "filters": 3, "kernel_size": (2, 5), "padding": "valid", "name": "c",
        "data_format": "channels_last", "kernel_regularizer": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "make, shape",
    [
        (lambda: layers.Dense(3, input_dim=4), (None, 4)),
        (lambda: layers.Dense(3, input_shape=(4,)), (None, 4)),
        (lambda: layers.Dense(3, input_shape=4), (None, 4)),
        (lambda: layers.Dense(3, input_dim=4, input_length=7), (None, 7, 4)),
        (lambda: layers.Dense(3, batch_input_shape=(2, 4)), (2, 4)),
        (lambda: layers.Activation("relu", input_shape=(4, 5)), (None, 4, 5)),
        (lambda: layers.Flatten(input_shape=(4, 5)), (None, 4, 5)),
        (lambda: layers.Embedding(9, 3, input_length=7), (None, 7)),
        (lambda: layers.Embedding(9, 3, input_length=(7, 2)), (None, 7, 2)),
        (lambda: layers.Embedding(9, 3, batch_input_shape=(2, 7)), (2, 7)),
    ],
)
def test_input_shapes_build_at_once(make, shape):
    model = keras.Sequential([make(), layers.Activation("linear")])
    assert model.built and model.input_shape == shape
    assert model.layers[0].input_shape == shape and model.weights == model.layers[0].weights


def test_shapes_of_layers():
    a, b = keras.Input((4,)), keras.Input((4,))
    dense = layers.Dense(3)
    with pytest.raises(AttributeError, match="never been called"):
        _ = dense.output_shape
    y = layers.Concatenate()([dense(a), dense(b)])
    model = keras.Model(input=[a, b], output=y)
    assert dense.input_shape == (None, 4) and dense.output_shape == (None, 3)
    assert model.layers[-1].input_shape == [(None, 3), (None, 3)]
    assert model.layers[-1].output_shape == model.output_shape == (None, 6)
    assert dense.get_input_at(1) is b and dense.get_output_at(0).shape == (None, 3)
    with pytest.raises(ValueError, match="called 2 times"):
        dense.get_output_at(2)

    class Own(keras.Layer):
        def build(self, input_shape):
            self.input_shape = input_shape
            self.output_shape = "mine"

    own = Own()
    own.build((2, 3))
    assert own.input_shape == (2, 3) and own.output_shape == "mine"


def test_decay_lowers_the_rate_with_the_steps():
    rate, decay = 0.5, 0.25
    w = keras.Variable([8.0])
    optimizer = optimizers.SGD(lr=rate, decay=decay)
    want = 8.0
    for step in range(4):
        optimizer.apply([np.array([1.0], "float32")], [w])
        want -= rate / (1 + decay * step)
    np.testing.assert_allclose(w.numpy(), [want], rtol=1e-6)
    again = optimizers.SGD.from_config(optimizer.get_config())
    assert again.get_config()["decay"] == decay and "decay" not in optimizers.SGD().get_config()


def test_decay_in_fit():
    x = np.ones((12, 1), "float32")
    model = keras.Sequential([layers.Dense(1, bias=False, init="zeros", input_dim=1)])
    model.compile(optimizers.SGD(lr=0.5, decay=0.5), "mse")
    model.fit(x, x, batch_size=4, nb_epoch=2, verbose=0)
    w = 0.0
    for step in range(6):
        w -= 0.5 / (1 + 0.5 * step) * 2 * (w - 1)
    np.testing.assert_allclose(model.get_weights()[0], [[w]], rtol=1e-5)


@pytest.mark.parametrize(
    "sides, window, kwargs",
    [
        ((29, 28), 2, {"border_mode": "valid", "subsample": (2, 2)}),
        ((27, 28), 3, {"border_mode": "same", "subsample": (2, 2)}),
        ((14, 14), 3, {"border_mode": "same"}),
    ],
)
def test_deconvolution_reaches_the_sides_asked_for(sides, window, kwargs):
    """What a convolution with that window makes of the output has the sides of the input."""
    layer = layers.Deconvolution2D(5, window, window, (None, *sides, 5), **kwargs)
    x = keras.Input((14, 14, 3))
    y = layer(x)
    assert y.shape == (None, *sides, 5)
    assert layers.Conv2D.from_config(
        {"filters": 1, "kernel_size": window, "strides": layer.strides, "padding": layer.padding}
    ).compute_output_shape(y.shape) == (None, 14, 14, 1)
    again = type(layer).from_config(layer.get_config())
    assert again.compute_output_shape((None, 14, 14, 3)) == (None, *sides, 5)
    first = layers.Deconvolution2D(
        5, window, window, output_shape=(None, 5, *sides), dim_ordering="th", **kwargs
    )
    assert first(keras.Input((3, 14, 14))).shape == (None, 5, *sides)


def test_deconvolution_refuses_sides_that_cannot_be():
    layer = layers.Deconvolution2D(5, 2, 2, (None, 31, 28, 5), subsample=(2, 2))
    with pytest.raises(ValueError, match="less than a stride"):
        layer(keras.Input((14, 14, 3)))
