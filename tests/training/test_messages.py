"""Typical mistakes: what is said, how short the traceback is, and that nothing has changed."""

import traceback

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, models, ops

R = np.random.RandomState(0)
X = R.rand(12, 6).astype("float32")
INDEX = np.arange(12) % 3
ONE_HOT = np.eye(3, dtype="float32")[INDEX]
IMAGES = R.rand(12, 8, 8, 1).astype("float32")
SPARSE = "sparse_categorical_crossentropy"


def mlp(units=3, loss=SPARSE, **options):
    model = ph.Sequential([ph.Input((6,)), layers.Dense(units, activation="softmax")])
    model.compile("sgd", loss, **options)
    return model


def without_flatten(loss):
    model = ph.Sequential([ph.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.Dense(3, "softmax")])
    model.compile("sgd", loss)
    return model


def embedding():
    model = ph.Sequential([ph.Input((6,), dtype="int32"), layers.Embedding(3, 2, name="words")])
    model.compile("sgd", "mse")
    return model


def nothing(*args):
    pass


MISTAKES = {
    "labels from 1": (
        mlp, X, INDEX + 1, r"label of 3 \(y\[2\].*\).*'sparse_c.*0 to 2.*3 classes.*y - 1",
    ),
    "too few units": (
        lambda: mlp(2), X, INDEX, r"label of 2 \(y\[2\].*\).*from 0 to 1.*at least 3 units",
    ),
    "a negative label": (mlp, X, INDEX - 1, r"label of -1 \(y\[0\].*\).*`ignore_class`"),
    "a label of nan": (mlp, X, np.where(INDEX == 1, np.nan, INDEX), r"label of nan \(y\[1\].*\)"),
    "indices for one-hot": (
        lambda: mlp(loss="categorical_crossentropy"), X, INDEX,
        r"same rank.*labels of shape \(12,\) for outputs of shape \(12, 3\).*'sparse_categorical_",
    ),
    "one-hot for indices": (mlp, X, ONE_HOT, "rank.*One-hot labels go with 'categorical_cross"),
    "no Flatten": (lambda: without_flatten(SPARSE), IMAGES, INDEX, "4 axes: is a Flatten"),
    "no Flatten, one-hot": (
        lambda: without_flatten("categorical_crossentropy"), IMAGES, ONE_HOT, "is a Flatten",
    ),
    "classes for a binary loss": (
        lambda: mlp(loss="binary_crossentropy"), X, INDEX, "yes/no labels give it 1 unit",
    ),
    "other width": (lambda: mlp(2, "mse"), X, ONE_HOT, "3 columns, but the last layer has 2 units"),
    "weights too wide": (
        mlp, X, (INDEX, np.ones((12, 4))), r"`sample_weight` of shape \(12, 4\).*\(12,\).*loss 'sp",
    ),
    "loss returns None": (
        lambda: mlp(loss=nothing), X, ONE_HOT, "loss 'nothing' returned None.*`return`",
    ),
    "metric returns None": (
        lambda: mlp(metrics=[nothing]), X, INDEX, "metric 'nothing' returned None.*`return`",
    ),
    "an index too large": (
        embedding, np.full((12, 6), 5), np.zeros((12, 6, 2)),
        r"index of 5 \(x\[0, 0\].*\).*'words'.*0 to 2.*input_dim=3.*input_dim=6",
    ),
    "an index below 0": (embedding, np.full((12, 6), -1), np.zeros((12, 6, 2)), "count from 0"),
    "wrong features": (mlp, X[:, :5], INDEX, "Input 0 of layer.*value 6.*shape \\(12, 5\\)"),
    "one sample": (mlp, X[0], INDEX[:6], r"Expected shape \(None, 6\).*`x\[None\]`"),
}  # fmt: skip


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_in_fit(mistake, run_eagerly):
    make, x, y, message = MISTAKES[mistake]
    model = make()
    model.run_eagerly = run_eagerly
    before = [v.numpy().copy() for v in model.variables + model.optimizer.variables]
    y, weight = y if isinstance(y, tuple) else (y, None)
    with pytest.raises((ValueError, TypeError), match="(?s)" + message) as info:
        model.fit(x, y, sample_weight=weight, shuffle=False, verbose=0)
    assert str(info.value).count("Received a label") <= 1
    assert ("changed no weight" in str(info.value)) == ("out of range" in str(info.value))
    after = model.variables + model.optimizer.variables
    for old, new in zip(before, after):
        np.testing.assert_array_equal(old, new.numpy())


@pytest.mark.parametrize("method", ["evaluate", "predict", "test_on_batch", "predict_on_batch"])
def test_what_is_not_trained_says_nothing_of_weights(method):
    model = embedding()
    labels = () if method.startswith("predict") else (np.zeros((12, 6, 2)),)
    with pytest.raises(ValueError, match="index of 5") as info:
        getattr(model, method)(np.full((12, 6), 5), *labels)
    assert "weight" not in str(info.value) and "updated" not in str(info.value)


def test_ops_that_are_called_say_nothing_of_weights():
    with pytest.raises(ValueError, match="label is out of range") as info:
        ph.losses.SparseCategoricalCrossentropy()(np.array([3]), np.ones((1, 3), "float32") / 3)
    assert "updated" not in str(info.value)


def test_labels_of_one_of_several_outputs_and_of_a_generator():
    x = ph.Input((6,))
    model = ph.Model(x, [layers.Dense(3, "softmax", name=name)(x) for name in "ab"])
    model.compile("sgd", SPARSE)
    with pytest.raises(ValueError, match=r"label of 7 \(y\[4\]\).*of output 1.*0 to 2"):
        model.fit(X, [INDEX, np.where(np.arange(12) == 4, 7, 0)], verbose=0)
    batches = [(X, INDEX), (X, INDEX + 1)]
    with pytest.raises(ValueError, match=r"label of 3 \(y\[2\].*\).*This batch has changed no"):
        mlp().fit(iter(batches), verbose=0)


def test_ignored_labels_are_not_blamed():
    loss = ph.losses.SparseCategoricalCrossentropy(ignore_class=-1)
    with pytest.raises(ValueError, match=r"label of 3 \(y\[2\].*\)"):
        mlp(loss=loss).fit(X, np.where(INDEX == 2, 3, -1), verbose=0)


@pytest.mark.parametrize("kind", ["train", "test", "predict"])
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_steps_that_return_none(kind, run_eagerly):
    method = f"{kind}_step"
    cls = type("Own", (ph.Sequential,), {method: lambda self, data: None})
    model = cls([ph.Input((6,)), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    call = {"train": model.fit, "test": model.evaluate, "predict": model.predict}[kind]
    with pytest.raises(ValueError, match=rf"`{method}\(\)` returned None.*`return`"):
        call(X, *([] if kind == "predict" else [INDEX]), verbose=0)


def test_a_call_that_returns_none():
    class Own(ph.Model):
        def call(self, x):
            pass

    model = Own()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"output is None.*`call\(\)`"):
        model.fit(X, X, verbose=0)


@pytest.mark.parametrize("looks", [False, True])
def test_outputs_that_cannot_be_joined(looks):
    x = ph.Input((6,))
    model = ph.Model(x, ph.ops.matmul(x, ph.ops.transpose(x)))
    hooks = [ph.callbacks.LambdaCallback(on_predict_batch_end=nothing)] if looks else None
    if looks:
        hooks = [type("Look", (ph.callbacks.Callback,), {"on_predict_batch_end": _look})()]
    assert model.predict(X, batch_size=4, verbose=0, callbacks=hooks).shape == (12, 4)
    with pytest.raises(ValueError, match=r"joined.*\(5, 5\), \(2, 2\).*batch_size"):
        model.predict(X, batch_size=5, verbose=0, callbacks=hooks)


def _look(self, batch, logs=None):
    pass


def test_a_class_in_place_of_a_callback():
    with pytest.raises(TypeError, match=r"EarlyStopping.*make one: EarlyStopping\("):
        mlp().fit(X, INDEX, callbacks=[ph.callbacks.EarlyStopping], verbose=0)


# run_eagerly changes no more than a compiled step.


def test_a_failed_eager_step_changes_nothing():
    model = ph.Sequential(
        [
            ph.Input((6,)),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", SPARSE, metrics=["accuracy"], run_eagerly=True)
    model.train_on_batch(X, INDEX)
    state = model.variables + model.optimizer.variables
    state += [v for metric in model.metrics for v in metric.variables]
    before = [v.numpy().copy() for v in state]
    bad = lambda y_true, y_pred: ph.ops.convert_to_tensor("no metric")
    model.compile(model.optimizer, SPARSE, metrics=[bad], run_eagerly=True)
    for labels, error in ((INDEX + 1, ValueError), (INDEX, Exception)):
        with pytest.raises(error):
            model.train_on_batch(X, labels)
        for old, variable in zip(before, state):
            np.testing.assert_array_equal(old, variable.numpy(), err_msg=variable.path)


# Tracebacks.


@pytest.fixture
def unfiltered():
    ph.config.disable_traceback_filtering()
    yield
    ph.config.enable_traceback_filtering()


def frames_of(function):
    try:
        function()
    except Exception as error:
        return [f.filename for f in traceback.extract_tb(error.__traceback__)], error
    raise AssertionError("no error")


CALLS = {
    "fit": lambda: mlp().fit(X, INDEX + 1, verbose=0),
    "fit_shapes": lambda: mlp().fit(X, ONE_HOT, verbose=0),
    "evaluate": lambda: mlp().evaluate(X, ONE_HOT, verbose=0),
    "predict": lambda: mlp().predict(X[:, :5], verbose=0),
    "train_on_batch": lambda: mlp().train_on_batch(X, ONE_HOT),
    "predict_on_batch": lambda: mlp().predict_on_batch(X[:, :5]),
    "compile": lambda: mlp().compile("adamm"),
    "layer": lambda: layers.Dense(3)(np.ones(())),
    "model": lambda: mlp()(X[:, :5]),
    "symbolic": lambda: layers.Conv2D(3, 3)(ph.Input((4,))),
}


@pytest.mark.parametrize("call", CALLS)
def test_tracebacks_are_short(call):
    assert ph.config.is_traceback_filtering_enabled()
    files, error = frames_of(CALLS[call])
    own = [f for f in files if "pronghorn" in f and "test" not in f.rpartition("pronghorn")[2]]
    assert len(own) <= 2, files
    assert files.count(__file__) == 2
    assert error.__suppress_context__ or error.__context__ is None


def test_tracebacks_can_be_whole(unfiltered):
    assert not ph.config.is_traceback_filtering_enabled()
    for call in ("fit", "layer"):
        assert len(frames_of(CALLS[call])[0]) > 5


def test_tracebacks_keep_the_users_own_lines():
    class Own(ph.Model):
        def call(self, x):
            return self.part(x)

        def part(self, x):
            raise RuntimeError("here")

    model = Own()
    model.compile("sgd", "mse")
    files, error = frames_of(lambda: model.fit(X, X, verbose=0))
    assert str(error) == "here" and files.count(__file__) == 4


def test_causes_are_kept():
    class Own(layers.Layer):
        def call(self, x):
            raise RuntimeError("outer") from KeyError("inner")

    _, error = frames_of(lambda: Own()(X))
    assert isinstance(error.__cause__, KeyError)


def test_warnings_point_at_the_users_line():
    model = mlp()
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="trainable") as found:
        model.fit(X, INDEX, verbose=0)
    with pytest.warns(UserWarning, match="ran out of data") as more:
        mlp().fit(iter([(X, INDEX)]), epochs=2, verbose=0)
    assert {w.filename for w in [*found, *more]} == {__file__}


def test_an_index_is_blamed_on_the_input_that_the_table_reads():
    inputs = {name: layers.Input((), name=name) for name in ("age", "kind", "work")}
    parts = [layers.Embedding(2, 3, name=f"of_{name}")(inputs[name]) for name in ("work", "kind")]
    parts.append(ops.expand_dims(inputs["age"], -1))
    model = models.Model(inputs, layers.Dense(1)(layers.concatenate(parts)))
    data = {"age": [70.0, 76.0], "work": [1, 0], "kind": [0, 5]}
    data = {name: np.array(values) for name, values in data.items()}
    with pytest.raises(ValueError, match=r"index of 5 \(x\[1\].*'of_kind'.*input_dim=6 or more"):
        model.predict(data, verbose=0)


def test_an_index_that_could_be_meant_for_another_table_is_not_blamed():
    class Tokens(models.Model):
        def __init__(self):
            super().__init__()
            self.words, self.places = layers.Embedding(50, 2), layers.Embedding(4, 2)

        def call(self, x):
            return self.words(x) + self.places(ops.arange(x.shape[1]))

    with pytest.raises(ValueError) as raised:  # 5 steps, 4 places: no word is at fault
        Tokens().predict(np.full((2, 5), 40), verbose=0)
    assert "index of 40" not in str(raised.value) and "out of range" in str(raised.value)
    with pytest.raises(ValueError, match="index of 60.*'embedding"):
        Tokens().predict(np.full((2, 3), 60), verbose=0)
