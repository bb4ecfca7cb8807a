"""The loaders against what real Keras reads from the same files (keras_values.json)."""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from pronghorn import config
from pronghorn.datasets import cifar10, imdb, reuters
from pronghorn.files import get_file as files

from .cases import CALLS, REAL_CALLS, describe, key, write_fashion, write_files

EXPECTED = json.loads((Path(__file__).parent / "keras_values.json").read_text())


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    home = tmp_path_factory.mktemp("keras")
    write_files(home)
    write_fashion(home / "datasets" / "fashion-mnist")
    return home


@pytest.fixture(autouse=True)
def any_hash(monkeypatch):
    """Generated files cannot have the published hashes."""
    monkeypatch.setattr(files, "validate_file", lambda *args: True)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: key(*call))
def test_generated_files(call, generated, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(generated))
    name, kwargs = call
    loaded = importlib.import_module(f"pronghorn.datasets.{name}").load_data(**kwargs)
    assert describe(loaded) == EXPECTED["generated"][key(name, kwargs)]
    for part in (part for pair in loaded for part in pair):
        assert part.flags.writeable


@pytest.mark.parametrize("call", REAL_CALLS, ids=lambda call: key(*call))
def test_real_files(call, data_file):
    name, kwargs = call
    data_file("fashion-mnist" if name == "fashion_mnist" else f"{name}.npz")
    loaded = importlib.import_module(f"pronghorn.datasets.{name}").load_data(**kwargs)
    assert describe(loaded) == EXPECTED["real"][key(name, kwargs)]


def test_word_indices(generated, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(generated))
    assert imdb.get_word_index() == {"the": 1, "naïve": 2, "ok": 3}
    assert reuters.get_word_index()["naïve"] == 2


def test_real_word_index(data_file):
    data_file("imdb_word_index.json")
    index = imdb.get_word_index()
    assert len(index) == 88584 and index["the"] == 1 and index["brilliant"] == 527


def test_texts_are_lists_of_python_integers(generated, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(generated))
    (x, _), _ = imdb.load_data()
    assert type(x[0]) is list and type(x[0][0]) is int


def test_old_arguments(generated, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(generated))
    from pronghorn.datasets import _texts

    monkeypatch.setattr(_texts, "_warned", set())
    for module, name in ((imdb, "imdb"), (reuters, "reuters")):
        with pytest.warns(DeprecationWarning, match="num_words"):
            loaded = module.load_data(nb_words=50)
        assert describe(loaded) == EXPECTED["generated"][f"{name}(num_words=50)"]
        with pytest.raises(TypeError, match="words"):
            module.load_data(words=3)


def test_cifar_of_older_caches_is_found(tmp_path, generated, monkeypatch):
    """Keras 2 unpacked into datasets/cifar-10-batches-py."""
    import tarfile

    (tmp_path / "datasets").mkdir()
    source = generated / "datasets" / "cifar-10-batches-py-target_archive"
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "datasets")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert describe(cifar10.load_data()) == EXPECTED["generated"]["cifar10()"]
    config.set_image_data_format("channels_first")
    try:
        assert cifar10.load_data()[1][0].shape == (40, 3, 32, 32)
    finally:
        config.set_image_data_format("channels_last")


def test_real_cifar_batches(data_file):
    import io
    import tarfile

    from pronghorn.datasets._pickles import load_pickle

    with tarfile.open(data_file("../cifar-10-python-subset.tar.gz")) as archive:
        stream = archive.extractfile("cifar-10-batches-py/test_batch").read()
        meta = load_pickle(archive.extractfile("cifar-10-batches-py/batches.meta").read())
    batch = load_pickle(io.BytesIO(stream).read())
    assert batch["data"].shape == (1000, 3072) and batch["data"].dtype == np.uint8
    assert batch["labels"][:4] == [3, 8, 8, 0] and meta["label_names"][3] == b"cat"


@pytest.mark.parametrize(
    ("name", "kwargs", "message"),
    [
        ("imdb", {"maxlen": 1}, "Increase maxlen"),
        ("reuters", {"maxlen": 1}, "Increase maxlen"),
        ("boston_housing", {"test_split": 1.0}, "test_split"),
        ("california_housing", {"test_split": -0.1}, "test_split"),
        ("california_housing", {"version": "medium"}, "version"),
        ("cifar100", {"label_mode": "medium"}, "label_mode"),
    ],
)
def test_bad_arguments(name, kwargs, message, generated, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(generated))
    with pytest.raises(ValueError, match=message):
        importlib.import_module(f"pronghorn.datasets.{name}").load_data(**kwargs)
