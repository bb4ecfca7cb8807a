"""Models with a `call` of their own whose inputs are text: the values of functional models."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops
from pronghorn.data import Dataset

WORDS = ["good", "nice", "bad", "awful", "film", "story"]
_random = np.random.RandomState(0)
TEXTS = np.array([" ".join(_random.choice(WORDS, 3)) for _ in range(40)])
NUMBERS = _random.rand(40, 2).astype("float32")
LABELS = _random.rand(40, 1).astype("float32")
LOOPS = {"epochs": 2, "batch_size": 16, "shuffle": False, "verbose": 0}


def vectorization():
    return layers.TextVectorization(vocabulary=WORDS, output_sequence_length=4)


@ph.saving.register_keras_serializable("subclassed_text")
class Subclassed(ph.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.vectorize = vectorization()
        self.embed = layers.Embedding(8, 3)
        self.flat = layers.Flatten()
        self.drop = layers.Dropout(0.5, seed=3)
        self.dense = layers.Dense(1)

    def call(self, x, training=False):
        x = self.flat(self.embed(self.vectorize(x)))
        if training:
            x = x * 2
        return self.dense(self.drop(x, training=training))


@ph.saving.register_keras_serializable("subclassed_text")
class Mixed(ph.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.vectorize = vectorization()
        self.embed = layers.Embedding(8, 3)
        self.dense = layers.Dense(1)

    def call(self, inputs):
        x = ops.mean(self.embed(self.vectorize(inputs["text"])), axis=1)
        return self.dense(ops.concatenate([x, inputs["number"]], axis=1))


class Twice(layers.Layer):
    """For the twin: what the subclassed model does in training."""

    def call(self, x, training=False):
        return x * 2 if training else x


def functional():
    text = layers.Input((), dtype="string")
    x = layers.Flatten()(layers.Embedding(8, 3)(vectorization()(text)))
    return ph.Model(text, layers.Dense(1)(layers.Dropout(0.5, seed=3)(Twice()(x))))


def mixed():
    inputs = {
        "text": layers.Input((), dtype="string", name="text"),
        "number": layers.Input((2,), name="number"),
    }
    x = ops.mean(layers.Embedding(8, 3)(vectorization()(inputs["text"])), axis=1)
    x = layers.Concatenate(axis=1)([x, inputs["number"]])
    return ph.Model(inputs, layers.Dense(1)(x))


def pair(model=None, twin=None):
    """A model that was not called yet, and a functional one of the same first weights."""
    made = []
    for make in (model or Subclassed, twin or functional):
        ph.utils.set_random_seed(1)
        one = make()
        one.compile("adam", "mse", metrics=["mae"])
        made.append(one)
    made[0].build(made[1].input_shape if twin is None else {"text": (None,), "number": (None, 2)})
    made[0].set_weights(made[1].get_weights())
    return made


def same_history(a, b):
    assert list(a) == list(b)
    for key in a:
        np.testing.assert_allclose(a[key], b[key], rtol=1e-5, err_msg=key)


class Batches(ph.utils.PyDataset):
    def __init__(self, inputs):
        super().__init__()
        self.inputs = inputs

    def __len__(self):
        return 3

    def __getitem__(self, i):
        rows = slice(16 * i, 16 * i + 16)
        cut = {k: v[rows] for k, v in self.inputs.items()} if type(self.inputs) is dict else None
        return self.inputs[rows] if cut is None else cut, LABELS[rows]


class Iterable:
    def __init__(self, inputs):
        self.batches = Batches(inputs)

    def __iter__(self):
        return (self.batches[i] for i in range(3))


TEXT_ARRAYS = {
    "str": TEXTS,
    "object": TEXTS.astype(object),
    "bytes": TEXTS.astype("S"),
    "bytes objects": np.array([t.encode() for t in TEXTS.tolist()], dtype=object),
    "list": TEXTS.tolist(),
    "list of bytes": [t.encode() for t in TEXTS.tolist()],
    "tensor": ph.engine.strings.StringTensor(TEXTS),
}


@pytest.mark.parametrize("kind", TEXT_ARRAYS)
def test_every_form_of_text(kind):
    model, twin = pair()
    data = TEXT_ARRAYS[kind]
    expected = twin.predict(TEXTS, verbose=0)
    for found in (
        model.predict(data, verbose=0),
        model.predict(data, batch_size=7, verbose=0),
        model.predict_on_batch(data),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert model.evaluate(data, LABELS, verbose=0) == pytest.approx(
        twin.evaluate(TEXTS, LABELS, verbose=0), rel=1e-5
    )
    same_history(
        model.fit(data, LABELS, validation_split=0.2, **LOOPS).history,
        twin.fit(TEXTS, LABELS, validation_split=0.2, **LOOPS).history,
    )
    for kind in ("train_on_batch", "test_on_batch"):
        found, wanted = (getattr(m, kind)(d, LABELS) for m, d in ((model, data), (twin, TEXTS)))
        assert found == pytest.approx(wanted, rel=1e-5)
    for a, b in zip(model.get_weights(), twin.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


SOURCES = {
    "dataset": lambda x: Dataset.from_tensor_slices((x, LABELS)).batch(16),
    "mapped": lambda x: Dataset.from_tensor_slices((x, LABELS)).batch(16).map(lambda a, b: (a, b)),
    "pydataset": Batches,
    "iterable": Iterable,
}


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize("kind", [*SOURCES, "generator"])
@pytest.mark.parametrize("inputs", ["text", "dict"])
def test_every_kind_of_data(kind, inputs, built):
    x = TEXTS if inputs == "text" else {"text": TEXTS, "number": NUMBERS}
    model, twin = pair() if inputs == "text" else pair(Mixed, mixed)
    if not built:
        ph.utils.set_random_seed(1)
        model = type(model)()
        model.compile("adam", "mse", metrics=["mae"])
    options = {"epochs": 2, "shuffle": False, "verbose": 0}

    def data():
        if kind != "generator":
            return SOURCES[kind](x)
        options["steps_per_epoch"] = 3
        batches = Batches(x)
        return (batches[i % 3] for i in range(6))

    history = model.fit(data(), validation_data=SOURCES["dataset"](x), **options).history
    assert all(np.all(np.isfinite(values)) for values in history.values())
    if built:
        expected = twin.fit(data(), validation_data=SOURCES["dataset"](x), **options).history
        same_history(history, expected)
    twin.set_weights(model.get_weights())
    if kind != "generator":
        found = model.predict(data(), verbose=0)
        np.testing.assert_allclose(found, twin.predict(data(), verbose=0), rtol=1e-5)
    np.testing.assert_allclose(model(x).numpy(), model.predict(x, verbose=0), rtol=1e-5)


def test_shuffled_weighted_and_watched():
    model, _ = pair()
    seen = []
    watch = ph.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs))
    model.fit(TEXTS, LABELS, epochs=2, callbacks=[watch], verbose=0)
    assert len(seen) == 4 and all(set(logs) == {"loss", "mae"} for logs in seen)
    classes = (LABELS > 0.5).astype("int64")
    model.fit(TEXTS, classes, class_weight={0: 1.0, 1: 5.0}, verbose=0)
    model.fit(TEXTS, LABELS, sample_weight=np.ones(40), validation_data=(TEXTS, LABELS), verbose=0)
    model.fit(TEXTS, LABELS, steps_per_epoch=2, verbose=0)
    assert model.predict(TEXTS, steps=1, batch_size=8, verbose=0).shape == (8, 1)


def test_a_train_step_of_its_own():
    class Own(Subclassed):
        def train_step(self, data):
            x, y = data
            with ph.GradientTape() as tape:
                loss = ops.mean((self(x, training=False) - y) ** 2)
            weights = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            return {"own": loss}

    model, twin = pair(), pair()[1]
    model = Own()
    model.compile("sgd", "mse")
    first = model.fit(TEXTS, LABELS, epochs=3, verbose=0).history["own"]
    assert len(first) == 3 and first[-1] < first[0]
    twin.set_weights(model.get_weights())
    found = model.predict(TEXTS, verbose=0)
    np.testing.assert_allclose(found, twin.predict(TEXTS, verbose=0), rtol=1e-5)


@pytest.mark.parametrize("through_super", [True, False])
def test_a_functional_model_that_overrides_call(through_super):
    class Own(ph.Model):
        def call(self, inputs, training=None):
            if through_super:
                return 3 * super().call(inputs, training=training)
            return 3 * self.layers[-1](self.layers[-2](self.layers[-3](self.layers[1](inputs))))

    def made(cls):
        text = layers.Input((), dtype="string")
        x = layers.Flatten()(layers.Embedding(8, 3)(vectorization()(text)))
        return cls(text, layers.Dense(1)(x))

    model, twin = made(Own), made(ph.Model)
    twin.set_weights(model.get_weights())
    model.compile("sgd", "mse")
    expected = 3 * twin.predict(TEXTS, verbose=0)
    np.testing.assert_allclose(model.predict(TEXTS, verbose=0), expected, rtol=1e-5)
    loss = model.evaluate(TEXTS, LABELS, verbose=0)
    assert loss == pytest.approx(float(np.mean((expected - LABELS) ** 2)), rel=1e-5)
    before = model.get_weights()[-1]
    model.fit(TEXTS, LABELS, verbose=0)
    assert not np.array_equal(model.get_weights()[-1], before)


class Encoder(layers.Layer):
    """A layer with text layers and weights inside."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.vectorize, self.embed = vectorization(), layers.Embedding(8, 3)

    def call(self, x):
        return ops.mean(self.embed(self.vectorize(x)), axis=1)


class Encoding(ph.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.encoder = Encoder()

    def call(self, x):
        return self.encoder(x)


@pytest.mark.parametrize("cls", [Encoder, Encoding])
@pytest.mark.parametrize("levels", [1, 2, "sequential"])
def test_called_on_a_symbolic_text(cls, levels):
    def outer(encode):
        if levels == "sequential":
            return ph.Sequential([layers.Input((), dtype="string"), encode, layers.Dense(1)])
        text = layers.Input((), dtype="string")
        model = ph.Model(text, layers.Dense(1)(encode(text)))
        if levels == 2:
            text = layers.Input((), dtype="string")
            model = ph.Model(text, layers.Dense(1)(model(text)))
        return model

    def encode_plainly():
        text = layers.Input((), dtype="string")
        return ph.Model(text, ops.mean(layers.Embedding(8, 3)(vectorization()(text)), axis=1))

    model, twin = outer(cls()), outer(encode_plainly())
    assert model.output_shape == (None, 1) and model.count_params() == twin.count_params()
    twin.set_weights(model.get_weights())
    for one in (model, twin):
        one.compile("adam", "mse")
    same_history(
        model.fit(TEXTS, LABELS, **LOOPS).history, twin.fit(TEXTS, LABELS, **LOOPS).history
    )
    found = model.predict(TEXTS.tolist(), verbose=0)
    np.testing.assert_allclose(found, twin.predict(TEXTS, verbose=0), rtol=1e-5)
    np.testing.assert_allclose(model(TEXTS).numpy(), found, rtol=1e-5)


def test_its_call_is_one_row_and_leaves_no_node():
    inner = Subclassed(name="inner")
    text = layers.Input((), dtype="string", name="text")
    model = ph.Model(text, inner(text))
    lines = []
    model.summary(print_fn=lines.append)
    assert "inner (Subclassed)" in lines[0] and "embedding" not in lines[0]
    assert not inner.dense._inbound_nodes and len(inner._inbound_nodes) == 1


def test_what_cannot_be_called_on_symbolic_text_says_so():
    class Looks(Subclassed):
        def call(self, x, training=False):
            return super().call(np.array(x), training=training)

    with pytest.raises(ValueError, match="'looks'.*symbolic text.*functional\\s+model"):
        Looks(name="looks")(layers.Input((), dtype="string"))
    model = Looks()
    assert model.predict(TEXTS, verbose=0).shape == (40, 1)


@pytest.mark.parametrize("make", [Subclassed, Mixed])
def test_saved_and_loaded(make, tmp_path):
    x = TEXTS if make is Subclassed else {"text": TEXTS, "number": NUMBERS}
    model = make()
    model.compile("adam", "mse")
    model.fit(x, LABELS, verbose=0)
    lines = []
    model.summary(print_fn=lines.append)
    assert "unbuilt" not in lines[0] and "(None, 4, 3)" in lines[0]
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    back = ph.models.load_model(tmp_path / "model.keras")
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(back.predict(x, verbose=0), expected, rtol=1e-6)
    for one in (model, back):  # files hold no state of random draws
        if make is Subclassed:
            one.drop.rate = 0.0
    same_history(
        back.fit(x, LABELS, **LOOPS).history,
        model.fit(x, LABELS, **LOOPS).history,
    )
    other = make()
    other(x)
    other.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_allclose(other.predict(x, verbose=0), expected, rtol=1e-6)


def test_an_outer_model_saved_and_loaded(tmp_path):
    text = layers.Input((), dtype="string")
    model = ph.Model(text, layers.Dense(2)(Subclassed()(text)))
    model.save(tmp_path / "model.keras")
    back = ph.models.load_model(tmp_path / "model.keras")
    found = back.predict(TEXTS, verbose=0)
    np.testing.assert_allclose(found, model.predict(TEXTS, verbose=0), rtol=1e-6)


def test_built_from_shapes():
    model = Subclassed()
    model.build((None,))
    assert model.built and model.count_params() == 8 * 3 + 12 + 1
    assert model.compute_output_shape((None,)) == (None, 1)
    assert not model.embed._inbound_nodes


def test_failing_steps_change_nothing():
    class Fails(Subclassed):
        def call(self, x, training=False):
            y = super().call(x, training=training)
            if training and b"stop" in x.numpy().tolist():
                raise ValueError("stop here")
            return y

    model = Fails()
    model.compile("sgd", "mse")
    model.train_on_batch(TEXTS, LABELS)
    before = model.get_weights()
    with pytest.raises(ValueError, match="stop here"):
        model.train_on_batch(np.array(["stop"]), LABELS[:1])
    for a, b in zip(model.get_weights(), before):
        np.testing.assert_array_equal(a, b)


def test_labels_of_text_are_refused():
    model = Subclassed()
    model.compile("sgd", "mse")
    for fit in (model.fit, model.train_on_batch):
        with pytest.raises(ValueError, match="Cannot take an array of dtype"):
            fit(TEXTS, TEXTS)
    with pytest.raises(ValueError, match="Cannot take an array of dtype"):
        model.fit(iter([(TEXTS, TEXTS)]), verbose=0)


def test_models_without_text_stay_compiled():
    class Plain(ph.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    model = Plain()
    model.compile("sgd", "mse")
    model.fit(NUMBERS, LABELS, verbose=0)
    model.predict(NUMBERS, verbose=0)
    assert not model.train_function.eager and not model.predict_function.eager
    with pytest.raises((TypeError, ValueError), match="(?i)text|string|dense"):
        model.predict(TEXTS[:, None], verbose=0)
