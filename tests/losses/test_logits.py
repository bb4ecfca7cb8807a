"""Cross-entropies of probabilities whose logits are known: which are used, and when.

The oracle is float64 NumPy: from logits where the activation and its axis are the loss's own, from
clipped probabilities else.
"""

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, losses, ops

LOW, HIGH = 1e-7, float(np.float32(1) - np.float32(1e-7))
RNG = np.random.RandomState(3)
Z = RNG.normal(size=(6, 4)) * 3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def binary(y, p):
    p = np.clip(p, LOW, HIGH)
    return np.mean(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


def categorical(y, p, axis=-1):
    p = p / p.sum(axis, keepdims=True)
    return np.mean(-np.sum(y * np.log(np.clip(p, LOW, HIGH)), axis))


def sparse(y, p):
    p = np.clip(p, LOW, HIGH)
    p = p / p.sum(-1, keepdims=True)
    return np.mean(-np.log(np.take_along_axis(p, y[..., None], -1)))


ONE_HOT = np.eye(4)[RNG.randint(0, 4, 6)]
INDICES = ONE_HOT.argmax(-1)
PAIRS = {
    "softmax, binary": ("softmax", "binary_crossentropy", ONE_HOT, binary),
    "sigmoid, categorical": ("sigmoid", "categorical_crossentropy", ONE_HOT, categorical),
    "sigmoid, sparse": ("sigmoid", "sparse_categorical_crossentropy", INDICES, sparse),
    "sigmoid, binary": ("sigmoid", "binary_crossentropy", ONE_HOT, binary),
    "softmax, categorical": ("softmax", "categorical_crossentropy", ONE_HOT, categorical),
    "softmax, sparse": ("softmax", "sparse_categorical_crossentropy", INDICES, sparse),
}
ACTIVATIONS = {"softmax": softmax, "sigmoid": sigmoid}


def dense_model(activation):
    layer = layers.Dense(4, activation=activation, use_bias=False)
    return pronghorn.Sequential([pronghorn.Input((4,)), layer]), layer


def op_model(activation):
    layer = layers.Dense(4, use_bias=False)
    x = pronghorn.Input((4,))
    return pronghorn.Model(x, getattr(ops, activation)(layer(x))), layer


def layer_model(activation):
    layer = layers.Dense(4, use_bias=False)
    last = layers.Activation(activation)
    return pronghorn.Sequential([pronghorn.Input((4,)), layer, last]), layer


def half_model(activation):
    """As with mixed precision: float16 inside, float32 at the end."""
    layer = layers.Dense(4, use_bias=False)
    x = pronghorn.Input((4,))
    y = layers.Activation(activation, dtype="float64")(layer(x))
    return pronghorn.Model(x, ops.cast(y, "float32")), layer


MODELS = {"dense": dense_model, "op": op_model, "layer": layer_model, "cast": half_model}


def measured(model, loss, x, y):
    """The loss in every way there is to compute it."""
    x = x.astype("float32")
    for eager in (False, True):
        model.compile("sgd", loss, run_eagerly=eager)
        yield model.evaluate(x, y, verbose=0)
        yield model.test_on_batch(x, y)
    fn = losses.get({"class_name": "".join(w.capitalize() for w in loss.split("_")), "config": {}})
    yield float(fn(y, model(x)))
    with engine.GradientTape():
        yield float(fn(y, model(x)))
    yield float(engine.Function(lambda x: fn(y, model(x)))(x))
    given = pronghorn.Input((4,))
    yield float(pronghorn.Model(given, fn(y, model(given)))(x))


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("pair", PAIRS)
def test_evaluate_is_the_loss_of_what_predict_gives(pair, kind):
    activation, loss, y, oracle = PAIRS[pair]
    model, layer = MODELS[kind](activation)
    layer.set_weights([np.eye(4)])
    want = oracle(y, ACTIVATIONS[activation](Z))
    for got in measured(model, loss, Z, y):
        assert got == pytest.approx(want, rel=2e-5)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("pair", list(PAIRS)[3:])
def test_saturated_probabilities_give_their_logits_loss(pair, kind):
    activation, loss, _, _ = PAIRS[pair]
    model, layer = MODELS[kind](activation)
    layer.set_weights([np.eye(4)])
    z = np.array([[100.0, 0.0, 0.0, 0.0]])
    y = {"binary_crossentropy": np.array([[0.0, 0.5, 0.5, 0.5]]),
         "categorical_crossentropy": np.array([[0.0, 1.0, 0.0, 0.0]]),
         "sparse_categorical_crossentropy": np.array([1])}[loss]  # fmt: skip
    want = (100 + 3 * np.log(2)) / 4 if activation == "sigmoid" else 100.0
    for got in measured(model, loss, z, y):
        assert got == pytest.approx(want, rel=1e-6)


@pytest.mark.parametrize("pair", list(PAIRS)[:3])
def test_saturated_probabilities_of_another_activation_are_clipped(pair):
    activation, loss, y, oracle = PAIRS[pair]
    model, layer = dense_model(activation)
    layer.set_weights([np.eye(4)])
    z = Z * 20
    for got in measured(model, loss, z, y):
        assert got == pytest.approx(oracle(y, ACTIVATIONS[activation](z)), rel=1e-3)


class TestAxes:
    z = RNG.normal(size=(2, 3, 4)) * 2
    y = np.eye(4)[RNG.randint(0, 4, (2, 3))]

    def test_a_softmax_over_another_axis_is_no_softmax_of_the_loss(self):
        p = ops.softmax(ops.convert_to_tensor(self.z, "float32"), axis=1)
        want = categorical(self.y, softmax(self.z, 1))
        assert float(losses.CategoricalCrossentropy()(self.y, p)) == pytest.approx(want, rel=1e-5)

    @pytest.mark.parametrize("axis", [0, 1, 2, -2, (1, 2)])
    def test_axes_that_agree(self, axis):
        big = ops.convert_to_tensor(self.z * 100, "float32")
        p = ops.softmax(big, axis=axis)
        if isinstance(axis, tuple):
            assert all(p.logits("softmax", a) is None for a in range(3))
            return
        for other in range(3):
            found = p.logits("softmax", other)
            if other == axis % 3:
                np.testing.assert_array_equal(found, big)
            else:
                assert found is None
        y = np.moveaxis(np.eye(self.z.shape[axis])[np.zeros((2, 2), int)], -1, axis)
        if self.z.shape == y.shape:
            assert np.isfinite(float(losses.CategoricalCrossentropy(axis=axis)(y, p)))

    def test_the_loss_along_the_softmax_is_from_logits(self):
        z = self.z * 100
        y = np.moveaxis(np.eye(3)[RNG.randint(0, 3, (2, 4))], -1, 1)
        shifted = z - z.max(1, keepdims=True)
        want = np.mean(-np.sum(y * (shifted - np.log(np.exp(shifted).sum(1, keepdims=True))), 1))
        p = ops.softmax(ops.convert_to_tensor(z, "float32"), axis=1)
        assert float(losses.CategoricalCrossentropy(axis=1)(y, p)) == pytest.approx(want, rel=1e-5)
        x = pronghorn.Input((3, 4))
        model = pronghorn.Model(x, ops.softmax(x, axis=1))
        model.compile("sgd", losses.CategoricalCrossentropy(axis=1))
        assert model.evaluate(z, y, verbose=0) == pytest.approx(want, rel=1e-5)


class TestWhatKeepsLogits:
    z = ops.convert_to_tensor(RNG.normal(size=(2, 3, 4)), "float32")

    SAME = {
        "cast": lambda x: ops.cast(x, "float64"),
        "reshape": lambda x: ops.reshape(x, (6, 4)),
        "expand": lambda x: ops.expand_dims(x, 1),
        "squeeze": lambda x: ops.squeeze(x[:1], 0),
        "rows": lambda x: x[:, 1:],
        "one row": lambda x: x[:, -1],
        "every second": lambda x: x[:, ::2],
        "detach": lambda x: ops.stop_gradient(x),
        "transpose": lambda x: ops.transpose(x, (1, 0, 2)),
        "both": lambda x: ops.cast(ops.reshape(x, (-1, 4)), "float64")[2:],
    }

    @pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
    @pytest.mark.parametrize("name", SAME)
    def test_the_same_is_done_to_them(self, name, activation):
        fn = self.SAME[name]
        p = fn(getattr(ops, activation)(self.z))
        found = p.logits(activation, -1)
        assert found.dtype == p.dtype
        np.testing.assert_array_equal(found, fn(self.z))

    def test_columns_of_a_softmax_are_none(self):
        assert ops.softmax(self.z)[..., 1:].logits("softmax") is None
        assert ops.sigmoid(self.z)[..., 1:].logits("sigmoid") is not None
        assert ops.reshape(ops.softmax(self.z), (2, 12)).logits("softmax") is None
        assert ops.reshape(ops.softmax(self.z), (2, 3, 2, 2)).logits("softmax") is None
        assert (ops.softmax(self.z) * 1.0).logits("softmax") is None
        assert ops.cast(ops.softmax(self.z), "int32").logits("softmax") is None

    def test_gradients_pass_through(self):
        w = engine.Variable([[100.0, 0.0]])

        def slope(fn):
            with engine.GradientTape() as tape:
                p = fn(ops.softmax(w * 1.0))
                loss = losses.SparseCategoricalCrossentropy()(np.array([1]), p)
            return np.asarray(tape.gradient(loss, w)).tolist()

        for fn in (lambda p: p, lambda p: ops.cast(p, "float64"), lambda p: p[None][0]):
            assert slope(fn) == [[1.0, -1.0]]

    def test_ignored_classes(self):
        p = ops.softmax(ops.convert_to_tensor([[100.0, 0.0], [0.0, 100.0]]))
        fn = losses.SparseCategoricalCrossentropy(ignore_class=7)
        assert float(fn(np.array([1, 7]), p)) == 100.0


def test_logits_that_are_said_to_be_logits_warn():
    p = ops.sigmoid(ops.convert_to_tensor([[2.0]]))
    with pytest.warns(UserWarning, match="received `from_logits=True`.*Sigmoid activation"):
        got = losses.BinaryCrossentropy(from_logits=True)([[1.0]], p)
    assert float(got) == pytest.approx(np.log1p(np.exp(-2.0)))
    p = ops.softmax(ops.convert_to_tensor([[2.0, 1.0]]))  # no sigmoid: these are the logits
    got = losses.BinaryCrossentropy(from_logits=True)([[1.0, 1.0]], p)
    assert float(got) == pytest.approx(np.mean(np.log1p(np.exp(-softmax(np.array([2.0, 1.0]))))))


def test_a_loss_in_a_graph_is_saved():
    x, y = pronghorn.Input((4,)), pronghorn.Input((4,))
    loss = losses.CategoricalCrossentropy(reduction=None)(y, ops.softmax(x))
    model = pronghorn.Model([x, y], loss)
    again = pronghorn.Model.from_config(model.get_config())
    data = [Z.astype("float32"), ONE_HOT.astype("float32")]
    np.testing.assert_array_equal(again(data), model(data))


def test_a_loop_of_views_forgets_in_the_end():
    p = ops.sigmoid(ops.ones((2, 1)))
    for _ in range(1000):
        p = ops.reshape(p, (2, 1))
    assert p.logits("sigmoid") is None
