"""Arrays, weights and keys that fit, evaluate and predict are given, and what they refuse."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.training.data import class_weight_to_sample_weights, make_source

ROWS = np.arange(30).reshape(10, 3)


def summing(units=1):
    model = ph.Sequential(
        [ph.Input((3,)), layers.Dense(units, use_bias=False, kernel_initializer="ones")]
    )
    model.compile("sgd", "mse")
    return model


def unaligned(x):
    return np.frombuffer(b"\0" + x.tobytes(), x.dtype, offset=1).reshape(x.shape)


def structured(x):
    table = np.zeros(len(x), [("tag", "i1"), ("data", x.dtype, x.shape[1:])])
    table["data"] = x
    return table["data"]


LAYOUTS = {
    "plain": lambda x: x,
    **{kind: (lambda x, kind=kind: x.astype(kind)) for kind in (">i2", ">i4", ">i8", ">u2", ">u8")},
    **{kind: (lambda x, kind=kind: x.astype(kind)) for kind in (">f2", ">f4", ">f8", "f2", "g")},
    "fortran": np.asfortranarray,
    "reversed": lambda x: x[::-1].copy()[::-1],
    "strided": lambda x: np.repeat(np.repeat(x, 2, 0), 3, 1)[::2, ::3],
    "unaligned": unaligned,
    "unaligned_big": lambda x: unaligned(x.astype(">i4")),
    "structured": structured,
    "read_only": lambda x: np.frombuffer(x.tobytes(), x.dtype).reshape(x.shape),
    "matrix": lambda x: x.view(np.matrix),
    "record": lambda x: x.view(np.recarray),
    "unmasked": lambda x: np.ma.array(x),
}


@pytest.mark.parametrize("batch_size", [4, 32])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_numbers_do_not_depend_on_the_layout(layout, batch_size):
    x = LAYOUTS[layout](ROWS)
    y = np.zeros((10, 1), ">i4" if layout.startswith(">") else "float32")
    model = summing()
    expected = np.mean(np.square(ROWS.sum(1)))
    assert expected == 2560.5
    assert model.evaluate(x, y, batch_size=batch_size, verbose=0) == pytest.approx(expected)
    predicted = model.predict(x, batch_size=batch_size, verbose=0)
    np.testing.assert_allclose(predicted[:, 0], ROWS.sum(1))
    assert model.test_on_batch(x, y) == pytest.approx(expected)
    np.testing.assert_allclose(model.predict_on_batch(x)[:, 0], ROWS.sum(1))
    ours, plain = summing(), summing()
    for trained, given in ((ours, x), (plain, ROWS.astype("float32"))):
        trained.optimizer.learning_rate = 1e-4
        trained.fit(given, y, batch_size=batch_size, shuffle=False, verbose=0)
    np.testing.assert_allclose(ours.get_weights()[0], plain.get_weights()[0], rtol=1e-6)


def test_weights_and_labels_of_other_byte_orders():
    y = (ROWS.sum(1) + 1).astype(">f8")
    weights = np.arange(10).astype(">i4")
    loss = summing().evaluate(ROWS, y, sample_weight=weights, batch_size=4, verbose=0)
    assert loss == pytest.approx(4.5)


def test_masked_entries_are_refused():
    x = np.ma.array(ROWS, mask=ROWS == 4)
    for method in ("fit", "evaluate", "predict", "train_on_batch", "predict_on_batch"):
        model = summing()
        given = (x,) if method.startswith("predict") else (x, np.zeros((10, 1)))
        with pytest.raises(ValueError, match="1 masked entries.*filled"):
            getattr(model, method)(*given)


def test_frames_of_several_dtypes_and_sparse_matrices():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [True, False], "c": pandas.array([3, 4])})
    np.testing.assert_array_equal(summing().predict(frame, verbose=0), [[5.0], [6.0]])
    sparse = pytest.importorskip("scipy.sparse")
    np.testing.assert_allclose(
        summing().predict(sparse.csr_matrix(ROWS), batch_size=4, verbose=0)[:, 0], ROWS.sum(1)
    )


# Weights.


def per_step(steps, units, loss="mse", **options):
    model = ph.Sequential([ph.Input((steps, units)), layers.Identity()])
    model.compile("sgd", loss, **options)
    return model


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_sample_weights_align_from_the_batch_axis(run_eagerly):
    x = np.zeros((4, 4, 2), "float32")
    x[1] = 1.0
    weights = np.array([0.0, 3.5, 0.0, 0.0], "float32")
    model = per_step(4, 2, weighted_metrics=["mse"], run_eagerly=run_eagerly)
    loss, metric = model.evaluate(x, np.zeros_like(x), sample_weight=weights, verbose=0)
    assert (loss, metric) == (pytest.approx(3.5 / 4), pytest.approx(1.0))
    per_element = np.repeat(weights[:, None], 4, 1)
    assert model.evaluate(x, x * 0, sample_weight=per_element, verbose=0)[0] == loss


def test_sample_weights_of_losses_that_are_called():
    values = np.zeros((3, 3, 2), "float32")
    values[1] = 1.0
    for weights in ([0.0, 2.0, 0.0], [[0.0], [2.0], [0.0]], np.diag([0.0, 6.0, 0.0])):
        loss = ph.losses.MeanSquaredError()(values * 0, values, np.array(weights, "float32"))
        assert float(loss) == pytest.approx(2 / 3)
    unreduced = ph.losses.MeanSquaredError(reduction=None)
    assert unreduced(values * 0, values, np.ones(3, "float32")).shape == (3, 3)
    with pytest.raises(ValueError, match=r"shape \(6, 4\) does not fit.*shape \(6,\).*\(6,\)"):
        ph.losses.MeanSquaredError()(np.ones((6, 1)), np.ones((6, 1)), np.ones((6, 4)))


def test_sample_weights_beside_a_mask():
    x = np.array([[1, 1, 0]] * 3)
    model = ph.Sequential([layers.Embedding(2, 1, "ones", mask_zero=True)])
    model.compile("sgd", "mse")
    weights = np.array([1.0, 2.0, 6.0], "float32")
    loss = model.evaluate(x, np.zeros((3, 3, 1)), sample_weight=weights, verbose=0)
    assert loss == pytest.approx(3.0)


def test_class_weight_of_labels_with_one_axis_fewer_goes_by_element():
    labels = np.tile(np.arange(4), (4, 1))
    model = ph.Sequential([ph.Input((4, 4)), layers.Dense(4, "softmax", False, "zeros")])
    model.compile(ph.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    x = np.full((4, 4, 4), 0.25, "float32")
    source = make_source(x, labels, class_weight={0: 17.0}, output_shape=lambda x: (None, 4, 4))
    np.testing.assert_array_equal(source.data[2], np.tile([17.0, 1.0, 1.0, 1.0], (4, 1)))
    # log 4 for each, weighed 17, 1, 1, 1
    history = model.fit(x, labels, class_weight={0: 17.0}, verbose=0).history
    assert history["loss"][0] == pytest.approx(np.log(4) * 5.0, rel=1e-5)
    # rows as wide as the output are one-hot
    weights = class_weight_to_sample_weights(np.eye(4)[[0, 1]], {1: 3.0}, (None, 4))
    assert weights.tolist() == [1.0, 3.0]


def test_class_weight_of_a_subclassed_model_and_a_dataset():
    class Steps(ph.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2, activation="softmax", kernel_initializer="zeros")

        def call(self, x):
            return self.dense(x)

    x, labels = np.ones((4, 2, 3), "float32"), np.tile([0, 1], (4, 1))

    class Batches(ph.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, index):
            return x, labels

    for data in ((x, labels), (Batches(),)):
        model = Steps()
        model.compile("sgd", "sparse_categorical_crossentropy")
        loss = model.fit(*data, class_weight={1: 3.0}, verbose=0).history["loss"][0]
        assert loss == pytest.approx(2 * np.log(2), rel=1e-5)
    loss = model.train_on_batch(x, labels, class_weight={0: 0.0, 1: 0.0})
    assert loss == 0.0


def test_class_weight_that_is_no_dict_from_numbers():
    for wrong in ({"0": 2.0}, [1.0, 2.0]):
        with pytest.raises(ValueError, match="dict from class index"):
            summing().fit(ROWS, np.zeros((10, 1)), class_weight=wrong, verbose=0)


def test_parts_of_the_loss_add_up_with_a_smaller_last_batch():
    x = ph.Input((1,))
    model = ph.Model(x, [layers.Identity(name="a")(x), layers.Identity(name="b")(x)])
    model.compile("sgd", ["mse", "mae"])
    data = np.array([0, 0, 0, 0, 10.0])[:, None]
    logs = model.evaluate(data, [data * 0, data * 0], batch_size=4, verbose=0, return_dict=True)
    assert logs == {"a_loss": 20.0, "b_loss": 2.0, "loss": 22.0}


# Keys.


def two_outputs(as_dict=False):
    x = ph.Input((3,), name="in")
    outputs = [layers.Dense(1, name=n)(x) for n in "ab"]
    return ph.Model(x, {"u": outputs[0], "v": outputs[1]} if as_dict else outputs)


Y = np.zeros((10, 1))
KEYS = [
    # outputs as a dict, labels, loss, expected and found names
    (False, {"a": Y, "c": Y}, "mse", "'c'.*'a', 'b'.*'a', 'c'"),
    (False, {"q": Y, "c": Y}, "mse", "'q'.*'a', 'b'.*'q', 'c'"),
    (False, {"a": Y}, "mse", "'b' is missing.*'a', 'b'.*'a'"),
    (False, {"a": Y, "b": Y, "c": Y}, "mse", "'c'.*'a', 'b'"),
    (True, {"u": Y, "w": Y}, "mse", "'w'.*'u', 'v'.*'u', 'w'"),
    (True, {"a": Y, "b": Y}, "mse", "'a'.*'u', 'v'.*'a', 'b'"),
    (True, {"u": Y}, "mse", "'v' is missing.*'u', 'v'"),
    (False, [Y, Y], {"a": "mse", "c": "mse"}, "'c' in the `loss` arg.*'a', 'b'.*'a', 'c'"),
    (True, {"u": Y, "v": Y}, {"u": "mse", "w": "mse"}, "'w' in the `loss` arg.*'u', 'v'.*'u', 'w'"),
]


@pytest.mark.parametrize("as_dict, labels, loss, message", KEYS)
@pytest.mark.parametrize("error", [KeyError, ValueError, TypeError])
def test_misspelt_keys(as_dict, labels, loss, message, error):
    model = two_outputs(as_dict)
    model.compile("sgd", loss)
    before = model.get_weights()
    with pytest.raises(error, match=message):
        model.fit(ROWS, labels, verbose=0)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_misspelt_keys_of_one_output_weights_and_loss_weights():
    x = ph.Input((3,))
    model = ph.Model(x, layers.Dense(1, name="a")(x))
    model.compile("sgd", "mse")
    model.fit(ROWS, {"a": Y}, verbose=0)
    with pytest.raises(KeyError, match="'b'.*'a'"):
        model.fit(ROWS, {"b": Y}, verbose=0)
    model = two_outputs()
    model.compile("sgd", "mse", loss_weights={"a": 1.0, "c": 2.0})
    with pytest.raises(KeyError, match="'c' in the `loss_weights`.*'a', 'b'"):
        model.fit(ROWS, [Y, Y], verbose=0)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="'a': '\\*', 'b': '\\*'.*'a': '\\*', 'c': '\\*'"):
        w = Y[:, 0]
        model.fit(ROWS, {"a": Y, "b": Y}, sample_weight={"a": w, "c": w}, verbose=0)


def test_labels_of_outputs_without_a_loss_or_metric_may_be_left_out():
    for as_dict, key in ((False, "a"), (True, "u")):
        model = two_outputs(as_dict)
        model.compile("sgd", {key: "mse"}, metrics={key: ["mae"]} if not as_dict else None)
        with pytest.warns(UserWarning, match="Gradients do not exist"):
            assert len(model.fit(ROWS, {key: Y}, verbose=0).history["loss"]) == 1


def test_outputs_without_names_take_no_dict():
    class Two(ph.Model):
        def call(self, x):
            return [x, x]

    model = Two()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="no names.*list"):
        model.evaluate(ROWS, {"a": ROWS, "b": ROWS}, verbose=0)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, "4", float("nan")])
def test_batch_sizes_that_are_none(batch_size):
    model = summing()
    for call in (
        lambda: model.fit(ROWS, Y, batch_size=batch_size, verbose=0),
        lambda: model.evaluate(ROWS, Y, batch_size=batch_size, verbose=0),
        lambda: model.predict(ROWS, batch_size=batch_size, verbose=0),
        lambda: model.predict(ROWS.astype("float32"), batch_size=batch_size, verbose=0),
        lambda: model.fit(
            ROWS, Y, validation_data=(ROWS, Y), validation_batch_size=batch_size, verbose=0
        ),
    ):
        before = model.get_weights()[0]
        with pytest.raises(ValueError, match="batch_size` must be a positive integer"):
            call()
        np.testing.assert_array_equal(before, model.get_weights()[0])


def test_losses_of_several_outputs_together():
    def farthest(y_true, y_pred):
        assert set(y_true) == set(y_pred) == {"u", "v"}
        return ph.ops.maximum(y_pred["u"] - y_true["u"], y_pred["v"] - y_true["v"])

    x = ph.Input((1,))
    model = ph.Model(x, {"u": layers.Identity(name="a")(x), "v": layers.Identity(name="b")(x)})
    weights = {"u": 1.0, "v": [2.0, 0.5]}
    model.compile("sgd", [farthest, {"u": "mae", "v": ["mse", "mae"]}], [0.5, weights])
    data = np.array([1.0, 2.0, 6.0])[:, None]
    logs = model.evaluate(data, {"u": data * 0, "v": data - 2}, verbose=0, return_dict=True)
    assert list(logs) == ["loss", "u_loss", "u_v_loss", "v_loss"]
    assert (logs["u_loss"], logs["u_v_loss"]) == (3.0, pytest.approx(10 / 3))
    assert logs["loss"] == pytest.approx(0.5 * 10 / 3 + 3 + 2 * 4 + 0.5 * 2)
