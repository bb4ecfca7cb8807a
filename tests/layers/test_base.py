"""Layer: building, tracking, naming, weights, training, masks, losses, dtypes, errors."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.engine import naming
from pronghorn.legacy import telling


@pytest.fixture(autouse=True)
def fresh_names():
    naming.reset_uids()


def ones(*shape):
    return np.ones(shape, "float32")


class Scale(layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="w")

    def call(self, x):
        return x * self.w * self.factor


def test_a_layer_of_a_users():
    layer = Scale(3.0)
    assert not layer.built and layer.weights == []
    np.testing.assert_array_equal(np.asarray(layer(ones(2, 4))), 3 * ones(2, 4))
    assert layer.built and [w.path for w in layer.weights] == ["scale/w"]
    assert layer.count_params() == 4
    assert layer.get_config() == {
        "name": "scale",
        "trainable": True,
        "dtype": ph.dtype_policies.serialize(ph.DTypePolicy("float32")),
        "factor": 3.0,
    }
    assert Scale.from_config(layer.get_config()).factor == 3.0
    assert layer.get_build_config() == {"input_shape": (2, 4)}


def test_names_count_up_and_are_checked():
    assert [layers.Dense(1).name for _ in range(3)] == ["dense", "dense_1", "dense_2"]
    assert layers.MaxPooling2D().name == "max_pooling2d"
    with pytest.raises(ValueError, match="cannot contain character `/`"):
        layers.Dense(1, name="a/b")


def test_tracks_attributes_lists_and_dicts():
    class Net(layers.Layer):
        def __init__(self):
            super().__init__()
            self.one = layers.Dense(2)
            self.many = [layers.Dense(2), {"x": layers.Dense(2)}]
            self.pair = (layers.Dense(2), "text")
            self.seen = ph.Variable(np.zeros(3, "float32"), trainable=False)

        def call(self, x):
            return self.pair[0](self.many[1]["x"](self.many[0](self.one(x))))

    net = Net()
    net.many.append(layers.Dense(5, name="later"))
    assert [x.name for x in net._layers] == ["dense", "dense_1", "dense_2", "dense_3", "later"]
    del net.many[-1]
    net(ones(1, 3))
    assert [w.path for w in net.weights][0] == "variable"
    assert len(net.weights) == 9 and len(net.trainable_weights) == 8
    assert net.weights[1].path == "net/dense/kernel"
    with pytest.raises(ValueError, match="already built"):
        net.extra = layers.Dense(2)


def test_trainable_reaches_sublayers_and_their_weights():
    model = ph.Sequential([ph.Input((3,)), layers.Dense(2), layers.BatchNormalization()])
    assert [w.name for w in model.trainable_weights] == ["kernel", "bias", "gamma", "beta"]
    assert [w.name for w in model.non_trainable_weights] == ["moving_mean", "moving_variance"]
    model.trainable = False
    assert model.trainable_weights == [] and len(model.non_trainable_weights) == 6
    assert not model.layers[0].kernel.trainable
    model.trainable = True
    assert len(model.trainable_weights) == 4
    frozen = Scale(trainable=False)
    frozen(ones(1, 2))
    assert frozen.trainable_weights == [] and not frozen.w.trainable
    with pytest.raises(ValueError, match="to be a boolean"):
        Scale(trainable=1)


def test_forgotten_super_is_named():
    class Bad(layers.Layer):
        def __init__(self):
            self.x = 1

        def call(self, x):
            return x

    with pytest.raises(RuntimeError, match="forgot to call"):
        Bad()(ones(1, 2))


def test_training_argument_goes_down_and_not_sideways():
    class Ask(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seen = []

        def call(self, x, training=None):
            self.seen.append(training)
            return x

    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.first, self.second = Ask(), Ask()

        def call(self, x):
            return self.second(self.first(x, training=False))

    outer = Outer()
    outer(ones(1, 1), training=True)
    outer(ones(1, 1))
    outer(ones(1, 1))
    assert list(outer.first.seen)[-3:] == [False, False, False]
    assert list(outer.second.seen)[-3:] == [True, None, None]
    dropout = layers.Dropout(0.5)
    x = ph.Input((3,))
    model = ph.Model(x, dropout(x))
    assert not np.array_equal(np.asarray(model(ones(50, 3), training=True)), ones(50, 3))
    np.testing.assert_array_equal(np.asarray(model(ones(50, 3))), ones(50, 3))


def test_losses_are_collected_and_cleared_at_the_next_call():
    class Penalty(layers.Layer):
        def call(self, x):
            self.add_loss(ph.ops.sum(x))
            return x

    model = ph.Sequential(
        [
            ph.Input((3,)),
            layers.Dense(2, kernel_regularizer=ph.regularizers.L1(0.5), use_bias=False),
            Penalty(),
        ]
    )
    assert len(model.losses) == 1  # building adds none
    model.set_weights([ones(3, 2)])
    for _ in range(2):
        model(ones(4, 3))
        assert sorted(float(x) for x in model.losses) == [3.0, 24.0]
    layer = layers.Dense(2, activity_regularizer="l2", kernel_initializer="ones")
    layer(ones(4, 3))
    assert float(layer.losses[0]) == pytest.approx(0.01 * 8 * 9 / 4)
    with pytest.raises(ValueError, match="add_loss"):
        layer.add_loss("text")


def test_set_weights_checks_all_before_it_changes_any():
    layer = layers.Dense(2, name="mine")
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ValueError, match=r"'mine'.*length 1.*expecting 2"):
        layer.set_weights([ones(3, 2)])
    with pytest.raises(ValueError, match=r"'mine'.*'bias'.*expected shape \(2,\).*\(3,\)"):
        layer.set_weights([ones(3, 2), ones(3)])
    for a, b in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_inputs_that_do_not_fit_are_refused_with_layer_expected_and_received():
    layer = layers.Dense(2)
    with pytest.raises(ValueError, match=r"layer 'dense'.*min_ndim=2, found ndim=1.*\(3,\)"):
        layer(ones(3))
    layer(ones(3, 4))
    with pytest.raises(ValueError, match=r"'dense'.*axis -1.*value 4.*\(3, 5\)"):
        layer(ones(3, 5))
    with pytest.raises(ValueError, match="expected min_ndim=4, found ndim=2"):
        layers.Conv2D(2, 3)(ones(3, 4))
    with pytest.raises(ValueError, match="incompatible shapes"):
        layers.Add()([ones(2, 3), ones(2, 4)])
    with pytest.raises(ValueError, match="list of inputs|list of at least 1 input"):
        layers.Add()(ones(2, 3))
    with pytest.raises(ValueError, match="matching shapes except for the concatenation axis"):
        layers.Concatenate()([ones(2, 3), ones(3, 3)][:1] + [ones(2, 3, 1)])
    with pytest.raises(ValueError, match="zero or negative|does not fit"):
        layers.MaxPooling2D(5)(ones(1, 3, 3, 1))
    with pytest.raises(ValueError, match="Only input tensors"):
        layer("text")


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.Dense("relu"), "`units` must be a positive integer"),
        (lambda: layers.Dense(2, activation="relo"), "relo.*Did you mean.*'relu'"),
        (lambda: layers.Dense(2, kernel_initializer="glorot_unifrm"), "'glorot_uniform'"),
        (lambda: layers.Dense(2, kernel_regularizer="l3"), "Did you mean"),
        (lambda: layers.Dense(2, kernel_constraint="non_negg"), "'non_neg'"),
        (lambda: layers.Dense(2, unit=3), "Unrecognized keyword arguments.*unit"),
        (lambda: layers.Dense(2, dtype="float23"), "float23"),
        (lambda: layers.Conv2D(3, 3, groups=2), "evenly divisible"),
        (lambda: layers.Conv2D(3, (3, 3, 3)), "tuple of 2 integers"),
        (lambda: layers.Conv2D(3, 3, padding="sane"), "padding=sane"),
        (lambda: layers.Conv2D(3, 3, strides=2, dilation_rate=2), "not supported in conjunction"),
        (lambda: layers.Conv2D(3, 3, data_format="channel_last"), "data_format"),
        (lambda: layers.Dropout(1.5), "rate=1.5"),
        (lambda: layers.Embedding(0, 3), "input_dim"),
        (lambda: layers.Reshape((-1, -1)), "at most one unknown"),
        (lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"r": 1}), "invalid keys"),
        (lambda: ph.Input(), "`shape`"),
        (lambda: ph.regularizers.L2(-1.0), "non-negative"),
        (lambda: ph.initializers.VarianceScaling(scale=0), "must be positive"),
        (lambda: layers.Dens, "'Dense'"),
    ],
)
def test_wrong_arguments_are_refused(make, message):
    with pytest.raises((ValueError, AttributeError), match=message):
        make()


def test_add_weight_spellings():
    layer = layers.Layer()
    assert layer.add_weight((2, 3), "ones").shape == (2, 3)
    assert layer.add_weight(shape=2, dtype="int32").dtype == "int32"
    assert layer.add_weight().shape == ()
    with pytest.raises(ValueError, match="passed as a keyword"):
        layer.add_weight("kernel", (2, 3))
    with pytest.raises(ValueError, match="fully-defined"):
        layer.add_weight(shape=(None, 2))
    with pytest.raises(ValueError, match="both positionally"):
        layer.add_weight((2,), shape=(3,))


def test_legacy_arguments():
    telling.forget()
    with pytest.warns(DeprecationWarning, match="`input_dim`.*keras.Input"):
        model = ph.Sequential([layers.Dense(3, input_dim=4)])
    assert model.output_shape == (None, 3)
    with pytest.warns(DeprecationWarning, match="`batch_input_shape`"):
        model = ph.Sequential([layers.Dense(3, batch_input_shape=(7, 4))])
    assert model.output_shape == (7, 3)
    weights = [np.full((4, 3), 2.0, "float32"), ones(3)]
    layer = layers.Dense(3, weights=weights)
    layer(ones(1, 4))
    np.testing.assert_array_equal(layer.get_weights()[0], weights[0])
    table = np.arange(6, dtype="float32").reshape(3, 2)
    np.testing.assert_array_equal(layers.Embedding(3, 2, weights=[table]).get_weights()[0], table)


def test_dtypes_follow_the_policy():
    layer = layers.Dense(2, dtype="float64")
    y = layer(ones(2, 3))
    assert y.dtype == "float64" and layer.kernel.dtype == "float64"
    mixed = layers.Dense(2, dtype="mixed_bfloat16")
    y = mixed(ones(2, 3))
    assert y.dtype == "bfloat16" and mixed.kernel.dtype == "float32"
    assert mixed.kernel.value.dtype == "float32"  # cast inside the layer only
    assert layers.Flatten()(np.ones((2, 2, 2), "int32")).dtype == "int32"
    ph.dtype_policies.set_dtype_policy("float64")
    try:
        assert layers.Dense(1).dtype == "float64"
    finally:
        ph.dtype_policies.reset_dtype_policy()
    assert layers.Dense(1).dtype == "float32"


def test_masks_reach_a_layer_that_asks_for_them():
    class Count(layers.Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True

        def call(self, x, mask=None):
            return ph.ops.sum(ph.ops.cast(mask, "float32"))

    x = layers.Embedding(5, 2, mask_zero=True)(np.array([[1, 0, 2]]))
    assert float(Count()(x)) == 2.0
    with pytest.warns(UserWarning, match="does not support masking"):
        layers.Reshape((6,))(x)


def test_build_from_several_inputs_by_name():
    class Two(layers.Layer):
        def build(self, a_shape, b_shape):
            self.sizes = (a_shape, b_shape)
            self.w = self.add_weight(shape=(a_shape[-1], b_shape[-1]), name="w")

        def call(self, a, b):
            return ph.ops.matmul(a, self.w) + b

    layer = Two()
    assert layer(ones(2, 3), ones(2, 4)).shape == (2, 4)
    assert layer.sizes == ((2, 3), (2, 4))

    class Wrong(Two):
        def build(self, a_shape, c_shape):
            pass

    with pytest.raises(ValueError, match="c_shape"):
        Wrong()(ones(2, 3), ones(2, 4))


def test_build_is_run_once_with_super_calls_inside():
    class Child(Scale):
        def build(self, input_shape):
            super().build(input_shape)
            self.b = self.add_weight(shape=(), name="b")

    layer = Child()
    layer(ones(1, 2))
    layer(ones(1, 2))
    assert [w.name for w in layer.weights] == ["w", "b"]


def test_a_second_call_of_the_same_kind_takes_the_short_way():
    layer = Scale()
    x = ph.engine.convert_to_tensor(ones(2, 3))
    layer(x)
    assert layer._accepted == ((2, 3), "float32")
    layer.factor = 5.0
    assert layer._accepted is None
    np.testing.assert_array_equal(np.asarray(layer(x)), 5 * ones(2, 3))
    with pytest.raises(ValueError):
        layers.Dense(2)(ones(3))
