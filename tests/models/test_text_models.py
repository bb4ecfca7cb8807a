"""Models whose inputs are text, or numbers that are looked up, trained, saved and loaded."""

import threading

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.data import Dataset

WORDS = np.array(["good", "nice", "bad", "awful", "film", "story", "plot", "very"])
_random = np.random.RandomState(0)
_ROWS = _random.randint(0, 8, (200, 5))
TEXTS = np.array([" ".join(WORDS[row]) + "!" for row in _ROWS])
LABELS = ((_ROWS < 2).sum(1) > (np.isin(_ROWS, [2, 3])).sum(1)).astype("float32")


def vectorization(**kwargs):
    layer = layers.TextVectorization(max_tokens=20, output_sequence_length=5, **kwargs)
    layer.adapt(TEXTS)
    return layer


def body(x):
    x = layers.Embedding(20, 8)(x)
    return layers.Dense(1, activation="sigmoid")(layers.Flatten()(x))


def functional(shape=(1,)):
    ph.utils.set_random_seed(2)
    inputs = layers.Input(shape, dtype="string")
    model = ph.Model(inputs, body(vectorization()(inputs)))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def sequential(first=()):
    ph.utils.set_random_seed(2)
    model = ph.Sequential(
        [*first, vectorization(), layers.Embedding(20, 8), layers.Flatten(), layers.Dense(1)]
    )
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("shape", [(1,), ()])
def test_fit_evaluate_and_predict(shape):
    model = functional(shape)
    history = model.fit(TEXTS, LABELS, epochs=25, verbose=0, validation_split=0.25).history
    assert history["val_accuracy"][-1] > 0.8 and len(history["val_loss"]) == 25
    loss, accuracy = model.evaluate(TEXTS, LABELS, verbose=0)
    predicted = model.predict(TEXTS, verbose=0)
    assert predicted.shape == (200, 1)
    assert np.mean((predicted[:, 0] > 0.5) == LABELS) == pytest.approx(accuracy)
    for found in (model(TEXTS[:7]), model.predict_on_batch(TEXTS[:7]), model(TEXTS[:7, None])):
        np.testing.assert_allclose(np.asarray(found), predicted[:7], rtol=1e-5)
    assert model.test_on_batch(TEXTS, LABELS)[0] == pytest.approx(loss, rel=1e-5)


def test_it_trains_as_on_numbers():
    """The same weights and batches, looked up first: the same losses."""
    model = functional()
    numbers = vectorization()(TEXTS).numpy()
    ph.utils.set_random_seed(2)
    inputs = layers.Input((5,), dtype="int64")
    plain = ph.Model(inputs, body(inputs))
    plain.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    plain.set_weights(model.get_weights())
    kwargs = {"epochs": 3, "shuffle": False, "verbose": 0, "batch_size": 16}
    a = model.fit(TEXTS, LABELS, **kwargs).history["loss"]
    b = plain.fit(numbers, LABELS, **kwargs).history["loss"]
    np.testing.assert_allclose(a, b, rtol=1e-5)


@pytest.mark.parametrize("kind", ["dataset", "generator", "pydataset", "iterable"])
def test_every_kind_of_data(kind):
    class Batches(ph.utils.PyDataset):
        def __len__(self):
            return 10

        def __getitem__(self, i):
            return TEXTS[i * 20 : i * 20 + 20], LABELS[i * 20 : i * 20 + 20]

    class Iterable:
        def __iter__(self):
            return (Batches()[i] for i in range(10))

    data = {
        "dataset": Dataset.from_tensor_slices((TEXTS, LABELS)).batch(20),
        "generator": (Batches()[i] for i in range(10)),
        "pydataset": Batches(),
        "iterable": Iterable(),
    }[kind]
    expected = functional().fit(TEXTS, LABELS, batch_size=20, shuffle=False, verbose=0).history
    history = functional().fit(data, shuffle=False, verbose=0).history
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)


def test_weights_of_classes_and_samples():
    model = functional()
    model.fit(TEXTS, LABELS, class_weight={0: 1.0, 1: 5.0}, verbose=0)
    model.fit(TEXTS, LABELS, sample_weight=np.ones(200), verbose=0)
    model.fit(TEXTS, LABELS, steps_per_epoch=3, epochs=2, verbose=0)
    assert isinstance(model.train_on_batch(TEXTS[:4], LABELS[:4], class_weight={1: 2.0}), list)


@pytest.mark.parametrize("first", [(), (layers.Input((1,), dtype="string"),)])
def test_sequential(first):
    model = sequential(first)
    model.fit(TEXTS, LABELS, epochs=2, verbose=0)
    np.testing.assert_allclose(
        model.predict(TEXTS[:5], verbose=0), model(TEXTS[:5]).numpy(), rtol=1e-5
    )
    assert model.input_shape[0] is None and model.inputs[0].dtype == "string"


def test_sequential_without_an_input_called_first():
    model = sequential()
    before = model(TEXTS[:3]).numpy()
    np.testing.assert_allclose(model.predict(TEXTS[:3], verbose=0), before, rtol=1e-5)
    assert model.predict(TEXTS, verbose=0).shape == (200, 1)
    other = sequential()
    with pytest.raises(ValueError, match="put an `Input"):
        other.fit(iter([(TEXTS, LABELS)]), verbose=0)


def test_several_inputs_of_text_and_numbers():
    text = layers.Input((1,), dtype="string", name="text")
    city = layers.Input((1,), dtype="string", name="city")
    number = layers.Input((3,), name="number")
    code = layers.Input((1,), dtype="int64", name="code")
    parts = [
        layers.Flatten()(layers.Embedding(20, 2)(vectorization()(text))),
        layers.CategoryEncoding(3, "one_hot")(
            layers.StringLookup(vocabulary=["rome", "oslo"])(city)
        ),
        layers.IntegerLookup(vocabulary=[10, 20], output_mode="one_hot")(code),
        layers.HashedCrossing(7, output_mode="one_hot")((city, code)),
        layers.Normalization(mean=0.0, variance=1.0, axis=None)(number),
    ]
    parts = [ph.ops.cast(part, "float32") for part in parts]
    output = layers.Dense(1)(layers.Concatenate()(parts))
    model = ph.Model([text, city, number, code], output)
    model.compile("sgd", "mse")
    count = len(TEXTS)
    data = {
        "text": TEXTS, "city": np.array(["rome", "oslo", "bern", "oslo"] * 50),
        "number": _random.rand(count, 3).astype("float32"),
        "code": np.array([10, 30] * 100),
    }  # fmt: skip
    losses = model.fit(data, LABELS, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    flat = [data[name] for name in ("text", "city", "number", "code")]
    expected = model.predict(data, verbose=0)
    np.testing.assert_allclose(model.predict(flat, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model(flat).numpy(), expected, rtol=1e-4, atol=1e-6)
    dataset = Dataset.from_tensor_slices((data, LABELS)).batch(32)
    np.testing.assert_allclose(model.predict(dataset, verbose=0), expected, rtol=1e-5)


def test_a_trained_model_behind_a_vectorization():
    """End to end, as the guides do it: text in front of a model that was trained on numbers."""
    numbers = vectorization()(TEXTS).numpy()
    inputs = layers.Input((5,), dtype="int64")
    inner = ph.Model(inputs, body(inputs))
    inner.compile("adam", "binary_crossentropy")
    inner.fit(numbers, LABELS, verbose=0)
    outer = ph.Sequential([layers.Input((1,), dtype="string"), vectorization(), inner])
    np.testing.assert_allclose(
        outer.predict(TEXTS, verbose=0), inner.predict(numbers, verbose=0), rtol=1e-5
    )


@pytest.mark.parametrize(
    "options",
    [{}, {"ngrams": 2}, {"output_mode": "tf_idf", "output_sequence_length": None}],
)
def test_saved_and_loaded(options, tmp_path):
    kwargs = {"max_tokens": 20, "output_sequence_length": 5, **options}
    layer = layers.TextVectorization(pad_to_max_tokens="output_mode" in options, **kwargs)
    layer.adapt(TEXTS)
    inputs = layers.Input((1,), dtype="string")
    x = layer(inputs)
    if layer.get_config()["output_mode"] == "int":
        x = layers.Flatten()(layers.Embedding(20, 3)(x))
    model = ph.Model(inputs, layers.Dense(1)(x))
    model.compile("sgd", "mse")
    model.fit(TEXTS, LABELS, verbose=0)
    model.save(tmp_path / "model.keras")
    back = ph.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        back.predict(TEXTS, verbose=0), model.predict(TEXTS, verbose=0), rtol=1e-6
    )
    back.fit(TEXTS, LABELS, verbose=0)


def test_lookups_saved_and_loaded(tmp_path):
    lookup = layers.StringLookup()
    lookup.adapt(["b", "naïve", "b"])
    integers = layers.IntegerLookup(mask_token=0)
    integers.adapt([[5, 5, 7]])
    a, b = layers.Input((1,), dtype="string"), layers.Input((1,), dtype="int64")
    model = ph.Model([a, b], [lookup(a), integers(b)])
    model.save(tmp_path / "model.keras")
    back = ph.models.load_model(tmp_path / "model.keras")
    data = [np.array([["naïve"], ["x"]]), np.array([[7], [0]])]
    for one in (model, back):
        found = one.predict(data, verbose=0)
        assert found[0].tolist() == [[2], [0]] and found[1].tolist() == [[3], [0]]


def test_what_cannot_be_cut_says_so():
    inputs = layers.Input((2,), dtype="int64")
    late = layers.IntegerLookup(vocabulary=[1])(ph.ops.cast(layers.Dense(2)(inputs), "int64"))
    model = ph.Model(inputs, layers.Dense(1)(late))
    with pytest.raises(ValueError, match="weights to train.*comes? before"):
        model.predict(np.ones((3, 2), "int64"), verbose=0)
    numbers = layers.Input((1,), dtype="int64")
    text = ph.Model(numbers, layers.StringLookup(vocabulary=["a"], invert=True)(numbers))
    assert text(np.array([[1]])).numpy().tolist() == [[b"a"]]
    with pytest.raises(ValueError, match="gives text"):
        text.predict(np.array([[1]]), verbose=0)
    with pytest.raises(ValueError, match="text|numbers"):
        plain = ph.Sequential([layers.Input((1,)), layers.Dense(1)])
        plain.predict(TEXTS, verbose=0)


def test_bad_text_ends_fit_and_leaves_no_thread():
    strict = layers.StringLookup(vocabulary=list(WORDS), num_oov_indices=0)
    inputs = layers.Input((1,), dtype="string")
    model = ph.Model(inputs, layers.Dense(1)(ph.ops.cast(strict(inputs), "float32")))
    model.compile("sgd", "mse")
    data = np.array(["good", "bad"] * 40 + ["unheard"])
    with pytest.raises(ValueError, match="unheard"):
        model.fit(data, np.ones(81), batch_size=2, shuffle=False, verbose=0)
    assert not [t for t in threading.enumerate() if t.name.startswith("pronghorn-")]


def test_models_without_text_know_nothing_of_it():
    model = ph.Sequential([layers.Input((2,)), layers.Dense(1)])
    assert model._host_part(np.ones((2, 2))) is None
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    assert "_host" not in model._functional.__dict__
