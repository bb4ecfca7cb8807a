"""The small functions of pronghorn.utils and the registry of custom objects."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops, utils


def test_to_categorical():
    y = utils.to_categorical([[1], [0], [3]])
    np.testing.assert_array_equal(y, np.eye(4)[[1, 0, 3]])
    assert utils.to_categorical([[0, 1], [1, 1]], 5).shape == (2, 2, 5)
    with pytest.raises(ValueError, match="from 1 to 3"):
        utils.to_categorical([1, 3], 3)
    with pytest.raises(ValueError, match="from -1"):
        utils.to_categorical([-1, 3])


def test_normalize():
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(utils.normalize(x), [[0.6, 0.8], [0, 0]])


def test_clear_session_starts_names_again():
    utils.clear_session()
    assert layers.Dense(1).name == "dense"
    utils.clear_session()
    assert layers.Dense(1).name == "dense"


def test_custom_objects_are_found_when_a_config_is_read():
    @utils.register_keras_serializable("zoo")
    class Zebra(layers.Layer):
        def __init__(self, stripes, **kwargs):
            super().__init__(**kwargs)
            self.stripes = stripes

    config = layers.serialize(Zebra(3, name="z"))
    assert config["registered_name"] == "zoo>Zebra"
    copy = layers.deserialize(config)
    assert type(copy) is Zebra and copy.stripes == 3 and copy.name == "z"

    class Okapi(layers.Layer):
        pass

    def stripe(x):
        return x

    config = layers.serialize(layers.Activation(stripe))
    assert config["config"]["activation"]["config"] == "stripe"
    with pytest.raises(TypeError, match="stripe"):
        layers.deserialize(config)
    with utils.custom_object_scope({"stripe": stripe}):
        assert layers.deserialize(config).activation is stripe
    config = {"module": "elsewhere", "class_name": "Okapi", "config": {"name": "o"}}
    with pytest.raises(TypeError, match="'Okapi'.*custom_objects"):
        layers.deserialize(config)
    assert type(layers.deserialize(config, custom_objects={"Okapi": Okapi})) is Okapi
    with pytest.raises(TypeError, match="Did you mean.*'Dense'"):
        layers.deserialize({"module": "keras.layers", "class_name": "Dens", "config": {}})


def test_arguments_that_are_no_plain_values_need_a_get_config():
    class Holder(layers.Layer):
        def __init__(self, thing):
            super().__init__()

    assert Holder("text").get_config()["thing"] == "text"
    with pytest.raises(NotImplementedError, match="must override `get_config"):
        Holder(object()).get_config()


def test_initializers():
    for name in (
        "zeros", "ones", "GlorotUniform", "glorot_normal", "he_uniform", "HeNormal",
        "lecun_uniform", "lecun_normal", "random_uniform", "uniform", "normal",
        "TruncatedNormal", "variance_scaling", "identity", "constant",
    ):  # fmt: skip
        initializer = ph.initializers.get(name)
        value = np.asarray(initializer((40, 40), dtype="float32"))
        assert value.shape == (40, 40) and value.dtype == np.float32
        copy = ph.initializers.deserialize(ph.initializers.serialize(initializer))
        assert copy.get_config() == initializer.get_config()
    assert ph.initializers.get(None) is None


@pytest.mark.parametrize(
    "name, variance, limit",
    [
        ("glorot_uniform", 2 / 500, (6 / 500) ** 0.5),
        ("glorot_normal", 2 / 500, None),
        ("he_uniform", 2 / 300, (6 / 300) ** 0.5),
        ("he_normal", 2 / 300, None),
        ("lecun_uniform", 1 / 300, (3 / 300) ** 0.5),
        ("lecun_normal", 1 / 300, None),
    ],
)
def test_initializers_have_the_variance_of_their_formula(name, variance, limit):
    initializer = ph.initializers.deserialize({"class_name": name, "config": {"seed": 4}})
    x = np.asarray(initializer((300, 200)))
    assert abs(x.mean()) < 4 * (variance / x.size) ** 0.5
    assert x.var() == pytest.approx(variance, rel=0.03)
    if limit is not None:
        assert abs(x).max() <= limit
    else:
        assert abs(x).max() <= 2 * variance**0.5 / 0.87962566 + 1e-6
    np.testing.assert_array_equal(x, np.asarray(initializer((300, 200))))


def test_regularizers_and_constraints():
    x = ph.engine.convert_to_tensor(np.array([[3.0, -4.0], [0.0, 0.5]], "float32"))
    assert float(ph.regularizers.L1(0.1)(x)) == pytest.approx(0.75)
    assert float(ph.regularizers.get("l2")(x)) == pytest.approx(0.2525)
    assert float(ph.regularizers.l1_l2(0.1, 0.2)(x)) == pytest.approx(0.75 + 5.05)
    assert float(ph.regularizers.L1L2()(x)) == 0.0
    np.testing.assert_allclose(ph.constraints.NonNeg()(x), [[3, 0], [0, 0.5]])
    norm = np.asarray(ph.constraints.MaxNorm(2, axis=0)(x))
    np.testing.assert_allclose(np.linalg.norm(norm, axis=0), [2, 2], rtol=1e-5)
    unit = np.asarray(ph.constraints.UnitNorm(axis=1)(x))
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), [1, 1], rtol=1e-5)
    low = np.asarray(ph.constraints.MinMaxNorm(1.0, 2.0, axis=1)(x))
    np.testing.assert_allclose(np.linalg.norm(low, axis=1), [2, 1], rtol=1e-5)
    for name in ("max_norm", "NonNeg", "unit_norm"):
        constraint = ph.constraints.get(name)
        config = ph.constraints.serialize(constraint)
        assert ph.constraints.deserialize(config).get_config() == constraint.get_config()


def test_labels_and_features_of_tensors_within_programs_and_models():
    from pronghorn.engine import Function

    x = np.array([[3.0, 4.0], [0.0, 0.0], [1.0, -1.0]], "float32")
    classes = np.array([[2], [0], [1]])
    wanted = utils.normalize(x), utils.to_categorical(classes, 3)

    def both(x, classes):
        return utils.normalize(x), utils.to_categorical(classes, 3)

    inputs = [ph.Input((2,)), ph.Input((1,), dtype="int32")]
    tensors = [ops.convert_to_tensor(x), ops.convert_to_tensor(classes)]
    for found in (
        both(*tensors),
        Function(both)(*tensors),
        ph.Model(inputs, both(*inputs))(tensors),
    ):
        for value, right in zip(found, wanted):
            np.testing.assert_allclose(value, right, rtol=1e-6)
    with pytest.raises(ValueError, match="`num_classes` is needed"):
        utils.to_categorical(inputs[1])
