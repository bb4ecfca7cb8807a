"""Models on text inside other models: the same as one flat model of their layers."""

import copy
import json
import pickle
import re
from pathlib import Path

import numpy as np
import pronghorn as ph
import pytest
from models import make_nested_text
from pronghorn import layers
from pronghorn.data import Dataset

FILES = Path(__file__).parent / "files"
WORDS = np.array(["good", "nice", "bad", "awful", "film", "story", "plot", "very"])
_random = np.random.RandomState(0)
_ROWS = _random.randint(0, 8, (120, 5))
TEXTS = np.array([" ".join(WORDS[row]) for row in _ROWS])
LABELS = (_ROWS < 2).sum(1).astype("float32")[:, None]
NUMBERS = _random.rand(120, 3).astype("float32")


def vectorization(length=5):
    return layers.TextVectorization(
        vocabulary=list(WORDS), output_sequence_length=length, name="words"
    )


def text_input(shape=(1,), name="text"):
    return layers.Input(shape, dtype="string", name=name)


def text_model(vectorize):
    inputs = text_input()
    return ph.Model(inputs, vectorize(inputs), name="prepare")


def classifier():
    inputs = layers.Input((None,), dtype="int64", name="ids")
    x = layers.Embedding(10, 4, mask_zero=True, name="embedding")(inputs)
    x = layers.GlobalAveragePooling1D(name="mean")(x)
    x = layers.Dropout(0.3, seed=1, name="drop")(x)
    return ph.Model(inputs, layers.Dense(1, name="dense")(x), name="classify")


def end_to_end(sequential):
    """(nested, flat) over the same layers."""
    vectorize, trained = vectorization(), classifier()
    prepare = text_model(vectorize)
    if sequential:
        nested = ph.Sequential([text_input(), prepare, trained])
    else:
        inputs = text_input()
        nested = ph.Model(inputs, trained(prepare(inputs)), name="full")
    return nested, flat(vectorize, trained)


def flat(vectorize, trained):
    inputs = text_input()
    x = vectorize(inputs)
    for name in ("embedding", "mean", "drop", "dense"):
        x = trained.get_layer(name)(x)
    return ph.Model(inputs, x)


def same(model, flat_model, data=TEXTS, targets=LABELS):
    """predict, call, evaluate and fit of the two, which share their weights."""
    expected = flat_model.predict(data, verbose=0)
    np.testing.assert_array_equal(model.predict(data, verbose=0), expected)
    np.testing.assert_array_equal(model.predict_on_batch(data), expected)
    np.testing.assert_allclose(model(data).numpy(), expected, rtol=1e-5, atol=1e-6)
    for one in (model, flat_model):
        one.compile("sgd", "mse", metrics=["mae"])
    assert model.evaluate(data, targets, verbose=0) == flat_model.evaluate(data, targets, verbose=0)
    weights, runs = model.weights, []
    before = [w.numpy() for w in weights]
    for one in (model, flat_model):
        for weight, value in zip(weights, before):
            weight.assign(value)
        for layer in one._flatten_layers():
            if isinstance(layer, layers.Dropout):
                layer.seed_generator.state.assign(np.array([1, 0], "uint32"))
        history = one.fit(data, targets, epochs=2, shuffle=False, verbose=0, validation_split=0.25)
        runs.append((history.history, [w.numpy() for w in weights]))
    assert runs[0][0] == runs[1][0]
    for a, b in zip(runs[0][1], runs[1][1]):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("sequential", [True, False])
def test_text_in_front_of_a_trained_model(sequential):
    model, flat_model = end_to_end(sequential)
    same(model, flat_model)
    assert [w.path for w in model.weights] == [w.path for w in flat_model.weights]
    assert [layer.name for layer in model.layers] == ["text", "prepare", "classify"][sequential:]


@pytest.mark.parametrize("data", [TEXTS.tolist(), TEXTS[:, None], TEXTS[:, None].tolist()])
def test_called_with_lists_and_arrays(data):
    model, flat_model = end_to_end(False)
    np.testing.assert_allclose(model(data), flat_model(TEXTS), rtol=1e-6)
    prepare = model.get_layer("prepare")
    np.testing.assert_array_equal(prepare(data), vectorization()(TEXTS))


def test_a_sequential_that_begins_with_a_text_model():
    vectorize, trained = vectorization(), classifier()
    model = ph.Sequential([text_model(vectorize), trained])
    assert model.inputs[0].dtype == "string" and model.output_shape == (None, 1)
    same(model, flat(vectorize, trained))


def test_stacks_without_an_input():
    vectorize, trained = vectorization(), classifier()
    model = ph.Sequential([ph.Sequential([vectorize]), trained])
    same(model, flat(vectorize, trained))


def test_a_subclassed_model_calls_a_text_model():
    nested, _ = end_to_end(False)

    class Twice(ph.Model):
        def __init__(self):
            super().__init__()
            self.inner = nested

        def call(self, x):
            return 2 * self.inner(x)

    np.testing.assert_allclose(Twice()(TEXTS), 2 * nested(TEXTS).numpy(), rtol=1e-6)


def test_three_levels_and_other_ranks():
    vectorize, trained = vectorization(), classifier()
    model = text_model(vectorize)
    for level, shape in enumerate([(), (1,), ()]):
        inputs = text_input(shape)
        model = ph.Model(inputs, model(inputs), name=f"level{level}")
    inputs = text_input()
    model = ph.Model(inputs, trained(model(inputs)))
    same(model, flat(vectorize, trained))
    assert len(model._host._host.steps) == 5  # one vectorization, and an entry a level


def test_a_whole_model_three_levels_down():
    model, flat_model = end_to_end(False)
    for level in range(3):
        inputs = text_input()
        model = ph.Model(inputs, model(inputs), name=f"level{level}")
    same(model, flat_model)


def mixed_inputs():
    return [text_input(), layers.Input((3,), name="number"), text_input((), "city")]


def mixed(vectorize, lookup, embed, dense):
    inputs = mixed_inputs()
    words = layers.Flatten()(embed(vectorize(inputs[0])))
    city = ph.ops.cast(lookup(inputs[2]), "float32")
    return ph.Model(inputs, dense(layers.Concatenate()([words, inputs[1], city])))


def mixed_parts():
    lookup = layers.StringLookup(vocabulary=["rome", "oslo"], output_mode="one_hot")
    return vectorization(), lookup, layers.Embedding(10, 2), layers.Dense(1)


MIXED = {
    "text": TEXTS[:, None],
    "number": NUMBERS,
    "city": np.array(["rome", "oslo", "bern"] * 40),
}


@pytest.mark.parametrize("trained_before", [False, True])
def test_inputs_of_which_some_are_text(trained_before):
    parts = mixed_parts()
    inner, scale = mixed(*parts), layers.Dense(3)
    text, number, city = mixed_inputs()
    given = scale(number) if trained_before else number
    model = ph.Model([text, number, city], inner([text, given, city]))
    vectorize, lookup, embed, dense = parts
    flat_inputs = mixed_inputs()
    words = layers.Flatten()(embed(vectorize(flat_inputs[0])))
    city = ph.ops.cast(lookup(flat_inputs[2]), "float32")
    given = scale(flat_inputs[1]) if trained_before else flat_inputs[1]
    outputs = dense(layers.Concatenate()([words, given, city]))
    same(model, ph.Model(flat_inputs, outputs), MIXED)
    data = Dataset.from_tensor_slices((MIXED, LABELS)).batch(32)
    np.testing.assert_allclose(
        model.predict(data, verbose=0), model.predict(MIXED, verbose=0), rtol=1e-6
    )


def test_a_dict_of_inputs_and_of_outputs():
    a, b = text_input((), "a"), layers.Input((), dtype="int64", name="b")
    found = {
        "number": layers.IntegerLookup(vocabulary=[5, 7])(b),
        "word": layers.StringLookup(vocabulary=["x", "y"])(a),
    }
    inner = ph.Model({"a": a, "b": b}, found)
    c, d = text_input((), "c"), layers.Input((), dtype="int64", name="d")
    found = inner({"b": d, "a": c})
    embedded = layers.Embedding(3, 2)(found["word"])
    model = ph.Model([c, d], {"sum": embedded, "number": found["number"]})
    results = model.predict([np.array(["y", "z", "x"]), np.array([7, 7, 1])], verbose=0)
    assert results["number"].tolist() == [2, 2, 0]
    np.testing.assert_array_equal(results["sum"], model.layers[-1].embeddings.numpy()[[2, 0, 1]])


def test_a_model_called_twice():
    """A shared encoder of two texts, one of them after a lookup of its own."""
    model, flat_model = end_to_end(False)
    a, b = text_input(name="a"), text_input(name="b")
    twins = ph.Model([a, b], layers.Subtract()([model(a), model(b)]))
    data = [TEXTS[:, None], TEXTS[::-1, None]]
    one, other = (flat_model.predict(x, verbose=0) for x in data)
    np.testing.assert_allclose(twins.predict(data, verbose=0), one - other, rtol=1e-5, atol=1e-6)
    twins.compile("sgd", "mse")
    assert twins.fit(data, LABELS, verbose=0).history["loss"][0] > 0
    assert len(twins.trainable_weights) == 3


def test_what_a_text_model_gives_is_looked_up_again():
    """An inner model whose results the outer one needs on the host and in the program."""
    inputs = text_input(())
    ids = layers.StringLookup(vocabulary=["a", "b", "c"])(inputs)
    embed = layers.Embedding(4, 2)
    inner = ph.Model(inputs, [ids, embed(ids)])
    outer = text_input(())
    found, embedded = inner(outer)
    crossed = layers.IntegerLookup(vocabulary=[3, 2], output_mode="one_hot")(found)
    model = ph.Model(outer, layers.Concatenate()([embedded, ph.ops.cast(crossed, "float32")]))
    result = model.predict(np.array(["c", "b", "?"]), verbose=0)
    np.testing.assert_array_equal(result[:, :2], embed.embeddings.numpy()[[3, 2, 0]])
    np.testing.assert_array_equal(result[:, 2:], [[0, 1, 0], [0, 0, 1], [1, 0, 0]])


def test_masks_cross_the_border_between_models():
    vectorize = vectorization(length=8)  # the last three are 0
    embed = layers.Embedding(10, 4, mask_zero=True)
    inputs = text_input()
    inner = ph.Model(inputs, embed(vectorize(inputs)))
    gru = layers.GRU(3)
    outer = text_input()
    model = ph.Model(outer, layers.Dense(1, name="out")(gru(inner(outer))))
    flat_model = ph.Model(inputs, model.get_layer("out")(gru(embed(vectorize(inputs)))))
    same(model, flat_model)
    ids = vectorize(TEXTS)
    masked = gru(embed(ids), mask=ph.ops.not_equal(ids, 0))
    expected = model.get_layer("out")(masked).numpy()
    np.testing.assert_allclose(model.predict(TEXTS, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_unknown_lengths():
    vectorize, trained = vectorization(length=None), classifier()
    prepare = text_model(vectorize)
    assert prepare.output_shape == (None, None)
    inputs = text_input()
    model = ph.Model(inputs, trained(prepare(inputs)))
    assert model.output_shape == (None, 1)
    texts = np.array(["good", "bad film", "very very nice story", "plot"] * 5)
    flat_model = flat(vectorize, trained)
    expected = flat_model.predict(texts, batch_size=2, verbose=0)
    found = model.predict(texts, batch_size=2, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("written", [None, True, False])
def test_training(written):
    """A `training` that the caller wrote holds in fit and predict, for all that is inside."""
    lookup = layers.StringLookup(vocabulary=list("abc"), output_mode="one_hot")
    inputs = text_input(())
    x = ph.ops.cast(lookup(inputs), "float32")
    inner = ph.Model(inputs, layers.Dropout(0.5, seed=3)(x))
    middle_inputs = text_input(())
    middle = ph.Model(middle_inputs, inner(middle_inputs))
    outer = text_input(())
    kwargs = {} if written is None else {"training": written}
    same_kernel = layers.Dense(4, use_bias=False, kernel_initializer="identity")
    model = ph.Model(outer, same_kernel(middle(outer, **kwargs)))
    data = np.array(["a"] * 64)
    values = set(np.unique(model.predict(data, verbose=0)[:, 1]))
    assert values == ({0.0, 2.0} if written else {1.0})
    model.compile(ph.optimizers.SGD(0.0), "mse")
    loss = model.train_on_batch(data, np.tile([0.0, 1, 0, 0], (64, 1)))
    assert (loss > 0) == (written is not False)
    assert (model.test_on_batch(data, np.tile([0.0, 1, 0, 0], (64, 1))) > 0) == bool(written)


def test_frozen_inside():
    model, _ = end_to_end(False)
    model.get_layer("classify").trainable = False
    dense = layers.Dense(1)
    inputs = text_input()
    outer = ph.Model(inputs, dense(model(inputs)))
    outer.compile("sgd", "mse")
    before = model.get_weights()
    outer.fit(TEXTS, LABELS, verbose=0)
    assert [w.path for w in outer.trainable_weights] == [w.path for w in dense.weights]
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("way", ["keras", "weights", "pickle", "copy", "clone", "json"])
@pytest.mark.parametrize("sequential", [True, False])
def test_saved_loaded_and_copied(way, sequential, tmp_path):
    model, _ = end_to_end(sequential)
    model.compile("adam", "mse")
    model.fit(TEXTS, LABELS, verbose=0)
    expected = model.predict(TEXTS, verbose=0)
    if way == "keras":
        model.save(tmp_path / "model.keras")
        back = ph.models.load_model(tmp_path / "model.keras")
    elif way == "weights":
        model.save_weights(tmp_path / "model.weights.h5")
        back, _ = end_to_end(sequential)
        back.load_weights(tmp_path / "model.weights.h5")
    elif way == "pickle":
        back = pickle.loads(pickle.dumps(model))
    elif way == "copy":
        back = copy.deepcopy(model)
    else:
        again = ph.models.model_from_json
        back = ph.models.clone_model(model) if way == "clone" else again(model.to_json())
        back.set_weights(model.get_weights())
    np.testing.assert_allclose(back.predict(TEXTS, verbose=0), expected, rtol=1e-6)
    np.testing.assert_allclose(back(TEXTS), expected, rtol=1e-5, atol=1e-6)
    back.compile("sgd", "mse")
    back.fit(TEXTS, LABELS, verbose=0)
    np.testing.assert_allclose(model.predict(TEXTS, verbose=0), expected, rtol=1e-6)


def test_parts_of_a_model_that_nests_a_text_model():
    trained, inputs = classifier(), text_input()
    ids = text_model(vectorization())(inputs)
    model = ph.Model(inputs, trained(ids))
    front, back = ph.Model(inputs, ids), ph.Model(ids, model.output)
    found = front.predict(TEXTS, verbose=0)
    np.testing.assert_array_equal(found, vectorization()(TEXTS))
    np.testing.assert_array_equal(back.predict(found, verbose=0), model.predict(TEXTS, verbose=0))


def test_what_cannot_be_cut_says_so():
    inputs = layers.Input((2,), dtype="int64")
    look_up = ph.Model(inputs, layers.IntegerLookup(vocabulary=[1])(inputs))
    outer = layers.Input((2,))
    model = ph.Model(outer, look_up(ph.ops.cast(layers.Dense(2)(outer), "int64")))
    with pytest.raises(ValueError, match="weights to train.*comes? before"):
        model.predict(np.ones((3, 2)), verbose=0)
    text, _ = end_to_end(False)
    with pytest.raises(ValueError, match="takes tensors of string.*'text'.*Received: float32"):
        text(layers.Input((1,)))
    with pytest.raises(ValueError, match="expected \\(None, 1\\), received text of shape"):
        text(text_input((2, 3)))


def test_models_without_text_are_not_unfolded():
    inner = ph.Sequential([layers.Input((2,)), layers.Dense(1)])
    inputs = layers.Input((2,))
    model = ph.Model(inputs, inner(inputs))
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    assert "_host" not in model.__dict__ and not model._needs_host()


def test_files_and_summaries_of_keras(monkeypatch):
    """A nested model that Keras wrote, and the same model made here."""
    monkeypatch.setenv("COLUMNS", "120")
    expected = json.loads((FILES / "nested_text.json").read_text())
    loaded = ph.models.load_model(FILES / "nested_text.keras")
    made = make_nested_text.build(ph)
    made.set_weights(loaded.get_weights())
    data = np.array(make_nested_text.TEXTS)
    for model in (loaded, made):
        found = model.predict(data, verbose=0)
        np.testing.assert_allclose(found, expected["outputs"], rtol=1e-5, atol=1e-7)
        assert [w.path for w in model.weights] == expected["paths"]
    lines = []
    made.summary(print_fn=lines.append, expand_nested=True)
    rename = re.compile(r"text_vectorization(_\d+)? +")
    assert rename.sub("", "".join(lines)) == rename.sub("", expected["summary"])


def test_lists_of_text_among_several_inputs():
    a, b = text_input((), "a"), layers.Input((), dtype="int64", name="b")
    lookup = layers.StringLookup(vocabulary=["x", "y"])
    inner = ph.Model([a, b], [lookup(a), b])
    c, d = text_input((), "c"), layers.Input((), dtype="int64", name="d")
    outer = ph.Model([c, d], inner([c, d]))
    for data in ([["x", "?"], np.array([4, 5])], {"c": ["x", "?"], "d": np.array([4, 5])}):
        words, numbers = outer(data)
        assert words.numpy().tolist() == [1, 0] and numbers.numpy().tolist() == [4, 5]
    single = ph.Model(a, lookup(a))
    assert single(["y"]).numpy().tolist() == [2] and single(["x", "y"]).numpy().tolist() == [1, 2]


def test_an_encoder_of_a_feature_space():
    """`get_encoded_features` in models that are called in others."""
    space = ph.utils.FeatureSpace
    data = {
        "a": np.array(["x", "y", "z", "x"]),
        "n": np.arange(4.0, dtype="float32"),
        "i": np.array([1, 2, 3, 1]),
    }
    features = {
        "a": space.string_categorical(num_oov_indices=0),
        "n": space.float_normalized(),
        "i": space.integer_categorical(),
    }
    encode = space(features, crosses=[space.cross(("a", "i"), 8)], output_mode="concat")
    encode.adapt(Dataset.from_tensor_slices(data).batch(2))
    inputs, encoded = encode.get_inputs(), encode.get_encoded_features()
    trained = ph.Model(encoded, layers.Dense(1)(encoded))
    expected = trained(encode(data)).numpy()
    encoder = ph.Model(inputs, encoded)
    whole = ph.Model(inputs, trained(encoded))
    for inner in (whole, lambda x: trained(encoder(x))):
        given = {k: layers.Input(x.shape[1:], dtype=x.dtype, name=k) for k, x in inputs.items()}
        outer = ph.Model(given, inner(given))
        np.testing.assert_allclose(outer.predict(data, verbose=0), expected, rtol=1e-5)
        np.testing.assert_allclose(outer(data), expected, rtol=1e-5)
