"""Beside the oracle: what Keras has no or another answer to, datasets from folders and series."""

import json
from collections import Counter

import numpy as np
import pronghorn
import pytest
from pronghorn.data import Dataset
from pronghorn.preprocessing import (
    sequence,
    text,
    text_dataset_from_directory,
    timeseries_dataset_from_array,
)
from pronghorn.utils import split_dataset


def test_public_places():
    """Where Keras 2 and 3 have them."""
    keras = pronghorn
    assert keras.utils.pad_sequences is keras.preprocessing.sequence.pad_sequences
    for name in ("text_dataset_from_directory", "timeseries_dataset_from_array"):
        assert getattr(keras.utils, name) is getattr(keras.preprocessing, name)
    assert set(dir(keras.preprocessing)) >= {"text", "sequence"}
    with pytest.raises(AttributeError, match="textt"):
        keras.preprocessing.textt  # noqa: B018


def test_a_tokenizer_that_came_back_counts_on():
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts(["a b", "b"])
    back = text.tokenizer_from_json(tokenizer.to_json())
    for one in (tokenizer, back):
        one.fit_on_texts(["c b"])
    assert back.get_config() == tokenizer.get_config()
    assert json.loads(back.get_config()["word_docs"]) == {"a": 1, "b": 3, "c": 1}


def test_old_and_unknown_arguments():
    with pytest.warns(DeprecationWarning, match="num_words"):
        assert text.Tokenizer(nb_words=3).num_words == 3
    with pytest.raises(TypeError, match="words"):
        text.Tokenizer(words=3)


def test_one_hot_is_the_hash_of_this_process():
    words = text.one_hot("a b a", 100)
    assert words[0] == words[2] == hash("a") % 99 + 1 and all(0 < w < 100 for w in words)


def test_generators_and_long_texts():
    tokenizer = text.Tokenizer(num_words=10)
    tokenizer.fit_on_texts(f"word{i % 7} the" for i in range(1000))
    assert tokenizer.word_index["the"] == 1 and tokenizer.document_count == 1000
    long = "the " * 1_000_000
    assert len(tokenizer.texts_to_sequences([long])[0]) == 1_000_000


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: text.Tokenizer().texts_to_matrix(["a"]), "dimension"),
        (lambda: text.Tokenizer(5).texts_to_matrix(["a"], "tfidf"), "Fit the Tokenizer"),
        (lambda: text.Tokenizer(5).texts_to_matrix(["a"], "tf"), "vectorization mode"),
        (lambda: text.Tokenizer(5).sequences_to_matrix([[-1]]), "0 or more"),
        (lambda: sequence.pad_sequences(5), "iterable"),
        (lambda: sequence.pad_sequences([1, 2]), "non-iterable"),
        (lambda: sequence.pad_sequences([]), "empty"),
        (lambda: sequence.pad_sequences([[1]], padding="left"), "Padding type"),
        (lambda: sequence.pad_sequences([[1]], truncating="left"), "Truncating type"),
        (lambda: sequence.pad_sequences([[1]], value="a"), "dtype=object"),
        (lambda: sequence.pad_sequences([[[1, 2]], [[1, 2, 3]]]), "different from expected shape"),
        (lambda: sequence.TimeseriesGenerator([1, 2], [1], 1), "same length"),
        (lambda: sequence.TimeseriesGenerator([1, 2], [1, 2], 2), "disallowed"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_padding_of_nothing():
    assert sequence.pad_sequences([], maxlen=3).shape == (0, 3)
    assert sequence.pad_sequences([[], []]).shape == (2, 0)
    assert sequence.pad_sequences([[1, 2]], maxlen=0).shape == (1, 0)


def test_sampling_tables_reject_as_often_as_they_say():
    table = np.array([1.0, 0.25, 1.0])
    pairs, labels = sequence.skipgrams(
        [1, 2] * 4000, 3, window_size=1, negative_samples=0, sampling_table=table
    )
    first = Counter(word for word, _ in pairs)
    assert 0.2 < first[1] / first[2] < 0.3 and set(labels) == {1}


def test_a_timeseries_generator_feeds_fit():
    data = np.arange(200, dtype="float32").reshape(100, 2) / 200
    model = pronghorn.Sequential([pronghorn.layers.Flatten(), pronghorn.layers.Dense(1)])
    model.compile("sgd", "mse")
    batches = sequence.TimeseriesGenerator(data, data[:, 0], length=5, batch_size=10)
    losses = model.fit(batches, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < 0.2 * losses[0]
    back = sequence.timeseries_generator_from_json(
        sequence.TimeseriesGenerator([1, 2, 3, 4, 5], [5, 6, 7, 8, 9], 1).to_json()
    )
    assert back.start_index == 2  # as in Keras, which writes it with the length added


# ---- timeseries_dataset_from_array -----------------------------------------------------------


def windows_by_hand(data, targets, length, stride, rate, start, end):
    """A loop over the definition."""
    x, y = [], []
    for at in range(start, end, stride):
        steps = [at + i * rate for i in range(length)]
        if steps[-1] >= end or (targets is not None and at - start >= len(targets)):
            break
        x.append(data[steps])
        y.append(None if targets is None else targets[at])
    return x, y


@pytest.mark.parametrize("length", [1, 3, 7])
@pytest.mark.parametrize("stride", [1, 2, 5])
@pytest.mark.parametrize("rate", [1, 3])
@pytest.mark.parametrize(("start", "end"), [(None, None), (4, 35), (None, 30)])
def test_windows_of_a_series(length, stride, rate, start, end):
    data = np.random.RandomState(0).rand(40, 2)
    targets = np.arange(40)
    x, y = windows_by_hand(data, targets, length, stride, rate, start or 0, end or 40)
    dataset = timeseries_dataset_from_array(
        data, targets, length, stride, rate, batch_size=4, start_index=start, end_index=end
    )
    found = list(dataset.as_numpy_iterator())
    np.testing.assert_array_equal(np.concatenate([a for a, _ in found]), x)
    np.testing.assert_array_equal(np.concatenate([b for _, b in found]), y)
    assert len(dataset) == len(found)


def test_windows_without_targets_or_batches():
    data = np.arange(10)
    dataset = timeseries_dataset_from_array(data, None, 3, batch_size=None)
    assert [w.tolist() for w in dataset.as_numpy_iterator()] == [
        [i, i + 1, i + 2] for i in range(8)
    ]
    short = timeseries_dataset_from_array(data, np.arange(4), 3)
    assert [len(y) for _, y in short.as_numpy_iterator()] == [4]


def test_shuffled_windows_keep_their_targets():
    data = np.arange(50)
    dataset = timeseries_dataset_from_array(data, data * 2, 4, batch_size=8, shuffle=True, seed=3)
    x, y = (np.concatenate(part) for part in zip(*dataset.as_numpy_iterator()))
    assert sorted(x[:, 0].tolist()) == list(range(47)) and x[:, 0].tolist() != list(range(47))
    np.testing.assert_array_equal(x[:, 0] * 2, y)


def test_windows_are_never_copied_whole():
    """200,000 windows of 5,000 steps would be 8 GB."""
    import tracemalloc

    data = np.zeros((205_000, 2), "float32")
    model = pronghorn.Sequential([pronghorn.layers.Flatten(), pronghorn.layers.Dense(1)])
    model.compile("sgd", "mse")
    tracemalloc.start()
    try:
        dataset = timeseries_dataset_from_array(data, data[:, 0], 5000, batch_size=8, shuffle=True)
        model.fit(dataset.take(5), verbose=0)
        assert tracemalloc.get_traced_memory()[1] < 200 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"start_index": -1}, "start_index"),
        ({"start_index": 10}, "start_index"),
        ({"end_index": 11}, "end_index"),
        ({"end_index": -1}, "end_index"),
        ({"start_index": 5, "end_index": 4}, "higher than `start_index`"),
        ({"sampling_rate": 0}, "sampling_rate"),
        ({"sampling_rate": 10}, "sampling_rate"),
        ({"sequence_stride": 0}, "sequence_stride"),
        ({"sequence_length": 11}, "No window"),
        ({"format": "grain"}, "format"),
    ],
)
def test_bad_windows(kwargs, message):
    kwargs = {"sequence_length": 2, **kwargs}
    with pytest.raises(ValueError, match=message):
        timeseries_dataset_from_array(np.arange(10), np.arange(10), **kwargs)


# ---- text_dataset_from_directory -------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    for name, count in (("pos", 7), ("neg", 5), (".hidden", 2)):
        (tmp_path / name / "deeper").mkdir(parents=True)
        for i in range(count):
            place = tmp_path / name / ("deeper" if i == 3 else "") / f"{i}.TXT"
            place.write_text(f"{name} {i} naïve")
    (tmp_path / "pos" / "note.md").write_text("no")
    (tmp_path / "loose.txt").write_text("loose")
    return tmp_path


def read(dataset):
    x, y = zip(*dataset.as_numpy_iterator())
    return np.concatenate(x).tolist(), np.concatenate(y)


def test_texts_of_a_folder(folder, capsys):
    dataset = text_dataset_from_directory(folder, shuffle=False, batch_size=5)
    assert capsys.readouterr().out == "Found 12 files belonging to 2 classes.\n"
    assert dataset.class_names == ["neg", "pos"] and len(dataset) == 3
    x, y = read(dataset)
    assert y.dtype == np.int32 and y.tolist() == [0] * 5 + [1] * 7
    assert x[0] == "neg 0 naïve".encode() and x[4] == "neg 3 naïve".encode()
    assert dataset.element_spec[0].dtype == "string"
    x, y = read(text_dataset_from_directory(folder, seed=1, batch_size=5))
    assert all((b"pos" in a) == b for a, b in zip(x, y)) and y.tolist() != sorted(y)


def test_forms_of_labels(folder):
    def labels(**kwargs):
        return read(text_dataset_from_directory(folder, shuffle=False, verbose=False, **kwargs))[1]

    binary = labels(label_mode="binary")
    assert binary.dtype == np.float32 and binary.shape == (12, 1) and binary[:, 0].sum() == 7
    rows = labels(label_mode="categorical")
    assert rows.dtype == np.float32 and rows.sum(0).tolist() == [5, 7]
    assert labels(class_names=["pos", "neg"]).sum() == 5
    assert labels(class_names=["pos"]).tolist() == [0] * 7
    # with loose.txt and what is hidden, as in Keras
    assert labels(labels=list(range(15))).tolist() == list(range(15))
    alone = text_dataset_from_directory(folder, label_mode=None, shuffle=False, batch_size=None)
    texts = list(alone.as_numpy_iterator())
    assert len(texts) == 15 and isinstance(texts[0], bytes)
    short = text_dataset_from_directory(folder, labels=None, max_length=3, batch_size=None)
    assert set(short.as_numpy_iterator()) == {b"pos", b"neg", b"loo", b".hi"}


def test_training_and_validation_do_not_overlap(folder, capsys):
    kwargs = {"validation_split": 0.25, "seed": 3, "batch_size": 4}
    train = text_dataset_from_directory(folder, subset="training", **kwargs)
    valid = text_dataset_from_directory(folder, subset="validation", **kwargs)
    printed = capsys.readouterr().out
    assert "Using 9 files for training." in printed and "Using 3 files for validation." in printed
    a, b = set(read(train)[0]), set(read(valid)[0])
    assert len(a) == 9 and len(b) == 3 and not a & b
    both = text_dataset_from_directory(folder, subset="both", **kwargs)
    assert [set(read(d)[0]) for d in both] == [a, b]


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"labels": 5}, "list/tuple of integer labels"),
        ({"labels": [1], "class_names": ["pos"]}, "class_names"),
        ({"labels": [1]}, "match the number"),
        ({"label_mode": "one"}, "label_mode"),
        ({"class_names": ["pos", "other"]}, "did not match"),
        ({"class_names": ["pos"], "label_mode": "binary"}, "exactly 2"),
        ({"validation_split": 2, "subset": "training"}, "between 0 and 1"),
        ({"validation_split": 0.2}, "inversely"),
        ({"subset": "training"}, "inversely"),
        ({"validation_split": 0.2, "subset": "test", "seed": 1}, "subset"),
        ({"validation_split": 0.2, "subset": "training"}, "seed"),
        ({"format": "grain"}, "format"),
    ],
)
def test_bad_folders(kwargs, message, folder):
    with pytest.raises(ValueError, match=message):
        text_dataset_from_directory(folder, **kwargs)


def test_folders_without_texts(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(ValueError, match="No text files found"):
        text_dataset_from_directory(tmp_path)
    with pytest.raises(FileNotFoundError):
        text_dataset_from_directory(tmp_path / "none")


def test_a_file_that_vanished_ends_the_pass(folder):
    dataset = text_dataset_from_directory(folder, verbose=False)
    (folder / "pos" / "0.TXT").unlink()
    with pytest.raises(FileNotFoundError, match="0.TXT"):
        list(dataset)


# ---- split_dataset ---------------------------------------------------------------------------


def test_split_arrays_and_datasets():
    left, right = split_dataset(np.arange(10), left_size=0.7)
    assert [int(x) for x in left] == list(range(7)) and [int(x) for x in right] == [7, 8, 9]
    left, right = split_dataset((np.arange(10), np.eye(10)), right_size=4)
    assert len(left) == 6 and [int(x) for x, _ in right] == [6, 7, 8, 9]
    left, right = split_dataset([np.arange(10)], left_size=2, right_size=3)
    assert len(left) == 2 and [int(x[0]) for x in right] == [7, 8, 9]
    batched = Dataset.from_tensor_slices({"a": np.arange(10), "b": np.arange(10)}).batch(3)
    left, right = split_dataset(batched, left_size=5)
    assert [b["a"].tolist() for b in left.as_numpy_iterator()] == [[0, 1, 2], [3, 4]]
    assert len(right) == 2


def test_split_shuffles_by_seed():
    def run():
        left, right = split_dataset(np.arange(20), 0.5, shuffle=True, seed=4)
        return [[int(x) for x in part] for part in (left, right)]

    a, b = run()
    assert [a, b] == run() and sorted(a + b) == list(range(20)) and a != list(range(10))


@pytest.mark.parametrize(
    ("args", "kind", "message"),
    [
        ((5, 0.5), TypeError, "dataset"),
        ((np.arange(4),), ValueError, "At least one"),
        ((np.arange(4), "a"), TypeError, "left_size"),
        ((np.arange(4), None, "a"), TypeError, "right_size"),
        ((np.arange(4), 0, 0), ValueError, "Both"),
        ((np.arange(4), 4), ValueError, "smaller than 4"),
        ((np.arange(4), 1.0), ValueError, "left_size"),
        ((np.arange(4), 0.6, 0.6), ValueError, "greater than 1"),
        ((np.arange(4), 3, 2), ValueError, "smaller than the 4"),
        ((np.arange(4), 0.01), ValueError, "would be empty"),
        (([],  0.5), ValueError, "empty"),
        (([1, 2], 0.5), ValueError, "numpy.ndarray"),
        (([np.arange(3), np.arange(4)], 0.5), ValueError, "different lengths"),
    ],
)  # fmt: skip
def test_bad_splits(args, kind, message):
    with pytest.raises(kind, match=message):
        split_dataset(*args)
