"""Beside the oracle: bad input, users' functions, files, datasets, memory, and odd texts."""

import string

import numpy as np
import pronghorn
import pytest
from alias.programs import python
from pronghorn import layers, ops, saving
from pronghorn.data import Dataset
from pronghorn.engine.strings import StringTensor


def vectorization(**kwargs):
    return layers.TextVectorization(vocabulary=["the", "cat"], **kwargs)


# ---- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.StringLookup(max_tokens=1), "max_tokens"),
        (lambda: layers.StringLookup(num_oov_indices=-1), "num_oov_indices"),
        (lambda: layers.StringLookup(pad_to_max_tokens=True), "max_tokens"),
        (lambda: layers.StringLookup(output_mode="x"), "output_mode"),
        (lambda: layers.StringLookup(invert=True, output_mode="count"), "invert"),
        (lambda: layers.StringLookup(sparse=True), "sparse"),
        (lambda: layers.StringLookup(idf_weights=[1.0]), "idf_weights"),
        (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "idf_weights"),
        (lambda: layers.StringLookup(vocabulary=["a", "b", "a"]), r"repeated.*\['a'\]"),
        (lambda: layers.StringLookup(vocabulary=["a", ""], mask_token=""), "reserved mask token"),
        (lambda: layers.StringLookup(vocabulary=["a", "[UNK]"], invert=True), "reserved OOV"),
        (lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2), "larger than the max"),
        (lambda: layers.StringLookup(vocabulary=[]), "empty vocabulary"),
        (lambda: layers.StringLookup(vocabulary="/no/such/file"), "does not exist"),
        (lambda: layers.StringLookup(salt="a"), "salt"),
        (lambda: layers.StringLookup(words=3), "Unrecognized"),
        (lambda: layers.IntegerLookup(vocabulary_dtype="int32"), "vocabulary_dtype"),
        (lambda: layers.IntegerLookup(oov_method="x"), "oov_method"),
        (lambda: layers.IntegerLookup(salt=1), "farmhash"),
        (lambda: layers.TextVectorization(standardize="up"), "standardize"),
        (lambda: layers.TextVectorization(split="lines"), "split"),
        (lambda: layers.TextVectorization(ngrams=1.5), "ngrams"),
        (lambda: layers.TextVectorization(output_mode="x"), "output_mode"),
        (lambda: layers.TextVectorization(ragged=True), "ragged"),
        (lambda: layers.TextVectorization(sparse=True), "sparse"),
        (lambda: layers.TextVectorization(output_sequence_length="a"), "output_sequence_length"),
        (
            lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3),
            "output_sequence_length",
        ),
        (lambda: layers.Hashing(0), "num_bins"),
        (lambda: layers.Hashing(2, output_mode="x"), "output_mode"),
        (lambda: layers.Hashing(2, dtype="float32"), "dtype"),
        (lambda: layers.Hashing(2, salt=[1, 2, 3]), "salt"),
        (lambda: layers.Hashing(2, sparse=True), "sparse"),
        (lambda: layers.HashedCrossing(2, output_mode="count"), "output_mode"),
        (lambda: layers.HashedCrossing(2, sparse=True), "sparse"),
        (lambda: layers.HashedCrossing(2)(["a"]), "at least two"),
        (lambda: layers.HashedCrossing(2)(5), "list or tuple"),
        (lambda: layers.HashedCrossing(2)(([1], [1, 2])), "equal shape"),
        (lambda: layers.HashedCrossing(2)(([[1, 2]], [[1, 2]])), "shape"),
        (lambda: layers.HashedCrossing(2)(([1.5], [1.5])), "integer or string"),
        (lambda: layers.Discretization(), "either"),
        (lambda: layers.Discretization([1.0], 2), "Both"),
        (lambda: layers.Discretization(num_bins=-1), "num_bins"),
        (lambda: layers.Discretization([1.0], output_mode="x"), "output_mode"),
        (lambda: layers.Discretization([1.0], sparse=True), "sparse"),
        (lambda: layers.Discretization([1.0]).adapt(np.ones(3)), "num_bins"),
        (lambda: layers.Discretization(num_bins=3)(np.ones(3)), "adapt"),
        (lambda: layers.CategoryEncoding(), "num_tokens"),
        (lambda: layers.CategoryEncoding(0), "num_tokens"),
        (lambda: layers.CategoryEncoding(3, "int"), "output_mode"),
        (lambda: layers.CategoryEncoding(3)(np.ones((1, 2)), count_weights=[[1, 2]]), "count"),
        (lambda: layers.Normalization(mean=1.0), "both"),
        (lambda: layers.Normalization(mean=[1.0], variance=[1.0, 2.0]), "same shape"),
        (lambda: layers.Normalization(mean=[[1.0]], variance=[[1.0]]), "rank of `mean`"),
        (lambda: layers.Normalization(axis=2).adapt(np.ones((3, 2))), "range"),
        (lambda: layers.Normalization().build((None, None)), "known shape"),
        (lambda: layers.Normalization().adapt(iter([])), "no batches"),
        (lambda: vectorization()([["the cat", "the"]]), "last shape dimension must be 1"),
        (lambda: layers.Pipeline.from_config({"layers": 3}), "list of serialized layers"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layers.StringLookup(vocabulary=["a"])(np.ones(3)), "Expected text"),
        (lambda: layers.StringLookup(vocabulary=["a"])(ops.ones(3)), "expects text"),
        (lambda: layers.IntegerLookup(vocabulary=[1])(["a"]), "expects numbers"),
        (lambda: layers.IntegerLookup(vocabulary=[1])(StringTensor(["a"])), "expects numbers"),
        (lambda: vectorization()(np.ones(3)), "Expected text"),
        (lambda: layers.Normalization().adapt(5), "Unsupported data type"),
        (lambda: layers.Normalization().adapt([5]), "shape"),
        (lambda: layers.Dense(2)(StringTensor([["a"]])), "string|numbers|text"),
    ],
)
def test_text_and_numbers_are_not_mixed_up(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def test_a_lookup_before_adapt():
    with pytest.raises(RuntimeError, match="call `adapt`"):
        layers.StringLookup(output_mode="multi_hot")(["a"])
    for layer, values in (
        (layers.StringLookup(), ["a"]),
        (layers.IntegerLookup(invert=True), [1]),
        (layers.IntegerLookup(output_mode="int", max_tokens=5, pad_to_max_tokens=True), [1]),
        (layers.TextVectorization(), ["a b"]),
    ):
        with pytest.raises(RuntimeError, match="no vocabulary yet.*call `adapt`"):
            layer(values)
        assert layer(pronghorn.Input((1,), dtype=layer.dtype)).shape[0] is None  # not run yet
    assert layers.TextVectorization().get_vocabulary() == ["", "[UNK]"]


def test_unknown_values_where_there_are_none():
    lookup = layers.StringLookup(vocabulary=["a"], num_oov_indices=0)
    with pytest.raises(ValueError, match=r"found OOV values \['b', 'naïve'\]"):
        lookup(["a", "b", "naïve", "b"])


def test_a_vocabulary_that_was_given_stays():
    with pytest.raises(ValueError, match="static vocabulary"):
        vectorization().adapt(["a b"])
    counting = layers.StringLookup(output_mode="count", vocabulary=["a"])
    with pytest.raises(RuntimeError, match="cannot be changed"):
        counting.set_vocabulary(["a", "b"])


@pytest.mark.parametrize("policy", ["bfloat16", "float16", "float64", "mixed_bfloat16"])
def test_rows_of_hashes_in_every_precision(policy):
    variable = "float32" if policy.startswith("mixed") else policy
    for mode in ("one_hot", "multi_hot", "count"):
        rows = layers.Hashing(5, output_mode=mode, dtype=policy)(np.array([[1], [2]]))
        expected = layers.Hashing(5, output_mode=mode)(np.array([[1], [2]]))
        assert rows.dtype == variable
        assert ops.cast(rows, "float32").tolist() == expected.tolist()
    for mode in ("int", "one_hot"):
        pair = [np.array([1, 2]), np.array([3, 4])]
        crossed = layers.HashedCrossing(5, output_mode=mode, dtype=policy)
        assert crossed(pair).dtype == crossed.compute_dtype
        expected = layers.HashedCrossing(5, output_mode=mode)(pair)
        assert ops.cast(crossed(pair), "float32").tolist() == expected.tolist()


def test_in_a_traced_function():
    lookup = layers.IntegerLookup(vocabulary=[1, 2])
    step = pronghorn.engine.Function(lambda x: lookup(x))
    with pytest.raises(ValueError, match="runs on the host"):
        step(ops.convert_to_tensor([1, 2]))


# ---- texts -----------------------------------------------------------------------------------


def test_odd_texts():
    layer = layers.TextVectorization()
    layer.adapt(["", " ", "日本語 text", "e\u0301 é", "\x00 a\x00b", "x" * 100_000, "🦌 🦌"])
    vocabulary = layer.get_vocabulary()
    assert vocabulary[2] == "🦌" and {"日本語", "e\u0301", "é", "\x00", "a\x00b"} <= set(vocabulary)
    numbers = layer([["日本語 🦌 " * 3], [""]])
    assert numbers.shape == (2, 6) and numbers[1].tolist() == [0] * 6
    assert layer(StringTensor("🦌")).shape == (1,)
    assert layer(np.array([], dtype=str)).shape == (0, 0)


def test_bytes_that_are_no_text():
    layer = layers.TextVectorization()
    layer.adapt([b"caf\xe9 caf\xe9", b"\xff\xfe"])
    assert layer([b"caf\xe9"]).tolist() == [[2]]
    assert layer.get_vocabulary()[2] == "caf\ufffd"


def test_users_functions_see_arrays_of_text():
    seen = []

    def clean(texts):
        seen.append(texts.dtype.kind)
        return np.char.replace(np.char.lower(texts), "<br>", " ")

    def cut(texts):
        return [t.split("|") for t in texts]

    layer = layers.TextVectorization(standardize=clean, split=cut, vocabulary=["a b", "c"])
    assert layer(["A<br>B|C", "c"]).tolist() == [[2, 3], [3, 0]]
    assert seen == ["U"]
    by_char = layers.TextVectorization(split=lambda t: np.char.split(t, ","), standardize=None)
    by_char.adapt(["x,y", "x"])
    assert by_char.get_vocabulary() == ["", "[UNK]", "x", "y"]


ADAPT = """
import sys, tracemalloc
from pronghorn import layers

def generate():
    for i in range(400):
        yield [f"word{(i * 7 + j) % 500} the {'and ' * 20}" for j in range(int(sys.argv[1]))]

layer = layers.TextVectorization()
tracemalloc.start()
layer.adapt(generate())
print(tracemalloc.get_traced_memory()[1], layer.get_vocabulary()[2:4], layer.vocabulary_size())
"""


@pytest.mark.parametrize(
    "rows, megabytes", [(200, 2), pytest.param(1000, 8, marks=pytest.mark.extended)]
)
def test_large_data_in_bounded_memory(rows, megabytes):
    """A generator of 8 or 40 MB of text, in a process of its own: what is kept is the counts."""
    done = python("-c", ADAPT, rows)
    assert done.returncode == 0, done.stderr
    peak, _, rest = done.stdout.partition(" ")
    assert int(peak) < megabytes << 20
    assert rest.strip() == "['and', 'the'] 504"


def test_adapt_takes_datasets_generators_and_steps():
    texts = ["a b", "b c", "b"]
    kinds = [
        (lambda: texts, {}),
        (lambda: np.array(texts), {}),
        (lambda: StringTensor(texts), {}),
        (lambda: Dataset.from_tensor_slices(texts).batch(2), {}),
        (lambda: ([t] for t in texts), {}),
        (lambda: Dataset.from_tensor_slices(texts).batch(3).repeat(), {"steps": 1}),
    ]
    for make, kwargs in kinds:
        layer = layers.TextVectorization()
        layer.adapt(make(), **kwargs)
        assert layer.get_vocabulary() == ["", "[UNK]", "b", "c", "a"]
    layer.adapt(["z"])
    assert layer.get_vocabulary() == ["", "[UNK]", "z"]  # anew, not in addition


def test_a_file_of_words(tmp_path):
    (tmp_path / "words.txt").write_text("the\nnaïve\n")
    layer = layers.TextVectorization(vocabulary=str(tmp_path / "words.txt"))
    assert layer(["the naïve cat"]).tolist() == [[2, 3, 1]]
    (tmp_path / "numbers.txt").write_text("12\n-5\n")
    assert layers.IntegerLookup(vocabulary=str(tmp_path / "numbers.txt"))([-5, 0]).tolist() == [
        2,
        0,
    ]
    with saving.custom_object_scope({}), pronghorn.serialization.SafeModeScope(True):
        with pytest.raises(ValueError, match="safe_mode=False"):
            layers.StringLookup(vocabulary=str(tmp_path / "words.txt"))


def test_dataset_map_and_threads():
    layer = vectorization(output_sequence_length=3)
    texts = Dataset.from_tensor_slices(["the cat"] * 50).batch(4)
    for dataset in (texts.map(layer), texts.map(layer, num_parallel_calls=3)):
        found = np.concatenate(list(dataset.as_numpy_iterator()))
        assert found.shape == (50, 3) and (found == [2, 3, 0]).all()


# ---- numbers ---------------------------------------------------------------------------------


def test_normalization_of_many_batches_is_that_of_all():
    data = np.random.RandomState(0).randn(1000, 3) * [1, 100, 1e-3] + [0, 1e4, 5]
    whole, parts = layers.Normalization(), layers.Normalization()
    whole.adapt(data)
    parts.adapt(Dataset.from_tensor_slices((data, data[:, 0])).batch(7))
    for a, b in zip(whole.get_weights(), parts.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    np.testing.assert_allclose(whole.get_weights()[1], data.var(0), rtol=1e-4)


def test_normalization_is_part_of_the_program():
    data = np.random.RandomState(1).rand(64, 2).astype("float32") * 50
    layer = layers.Normalization()
    layer.adapt(data)
    model = pronghorn.Sequential([layers.Input((2,)), layer])
    model.compile(loss="mse")
    np.testing.assert_allclose(model.predict(data, verbose=0).mean(0), 0, atol=1e-5)
    layer.adapt(data * 2)  # what is learnt later counts at the next step
    np.testing.assert_allclose(model.predict(data * 2, verbose=0).std(0), 1, atol=1e-4)


def test_discretization_in_a_program_and_nested_axes():
    layer = layers.Discretization([0.0, 1.0], output_mode="count")
    x = np.random.RandomState(0).randn(5, 4, 3).astype("float32")
    assert layer(x).shape == layer.compute_output_shape((5, 4, 3)) == (5, 3, 3)
    inputs = layers.Input((4,))
    model = pronghorn.Model(inputs, layers.Discretization([0.0])(inputs))
    np.testing.assert_array_equal(model.predict(x[:, :, 0], verbose=0), x[:, :, 0] >= 0)


def test_category_encoding_weights_and_numbers_outside():
    layer = layers.CategoryEncoding(3, "count")
    found = layer(np.array([[0, 2, 2]]), count_weights=np.array([[0.5, 1.0, 2.0]]))
    assert found.tolist() == [[0.5, 0.0, 3.0]]
    assert layers.CategoryEncoding(3, "count")(np.array([[0, 7, -1]])).tolist() == [[1, 0, 0]]


def test_a_pipeline_hands_on_training():
    layer = layers.Pipeline([layers.Dropout(0.9), layers.Identity()])
    x = np.ones((4, 100), "float32")
    assert float(ops.max(layer(x, training=False))) == 1.0
    assert float(ops.max(layer(x, training=True))) > 1.0
    back = layers.Pipeline.from_config(layer.get_config())
    assert [type(inner).__name__ for inner in back.layers] == ["Dropout", "Identity"]


# ---- configs ---------------------------------------------------------------------------------


@saving.register_keras_serializable(package="tests")
def shout(texts):
    return np.char.upper(texts)


@pytest.mark.parametrize(
    "layer",
    [
        layers.StringLookup(vocabulary=["a", "b"], num_oov_indices=2, salt=3),
        layers.StringLookup(vocabulary=["a"], output_mode="tf_idf", idf_weights=[0.5]),
        layers.IntegerLookup(vocabulary=[5, 6], mask_token=0),
        vectorization(ngrams=(1, 2)),
        layers.TextVectorization(standardize=shout, vocabulary=["THE"]),
        layers.Hashing(5, mask_value="x", salt=[1, 2]),
        layers.HashedCrossing(5, output_mode="one_hot"),
        layers.Discretization([1.0, 2.0]),
        layers.CategoryEncoding(4, "count"),
        layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 4.0]),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_configs_bring_layers_back(layer):
    import json

    config = layer.get_config()
    back = type(layer).from_config(json.loads(json.dumps(layers.serialize(layer)["config"])))
    assert back.get_config() == config
    inputs = {
        "StringLookup": [["a", "zz"]], "TextVectorization": ["the a"], "Hashing": ["x", "y"],
        "HashedCrossing": (["a"], [1]), "IntegerLookup": [5, 0],
        "CategoryEncoding": np.array([[1, 1]]),
    }.get(type(layer).__name__, np.array([[0.5, 1.5]], "float32"))  # fmt: skip
    np.testing.assert_array_equal(layer(inputs).numpy(), back(inputs).numpy())


def test_an_adapted_discretization_comes_back():
    layer = layers.Discretization(num_bins=3)
    layer.adapt(np.arange(100.0))
    back = layers.Discretization.from_config(layer.get_config())
    assert back.bin_boundaries == layer.bin_boundaries and back.num_bins == 3


def test_punctuation_is_pythons():
    layer = layers.TextVectorization(vocabulary=["ab"])
    assert layer([f"a{string.punctuation}B"]).tolist() == [[2]]


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_rescaling_by_channel(data_format):
    pixels = np.arange(2 * 2 * 3 * 3).reshape(2, 2, 3, 3)
    if data_format == "channels_first":
        pixels = np.moveaxis(pixels, -1, 1)
    before = pronghorn.config.image_data_format()
    pronghorn.config.set_image_data_format(data_format)
    try:
        layer = layers.Rescaling([1.0, 2.0, 0.5], offset=-1)
        got = np.asarray(layer(pixels))
    finally:
        pronghorn.config.set_image_data_format(before)
    shape = (3,) if data_format == "channels_last" else (3, 1, 1)
    want = pixels * np.reshape([1.0, 2.0, 0.5], shape) - 1
    np.testing.assert_allclose(got, want, rtol=1e-6)
    assert layers.Rescaling.from_config(layer.get_config()).scale == [1.0, 2.0, 0.5]
