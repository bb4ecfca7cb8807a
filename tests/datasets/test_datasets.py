"""The data sets: what is embedded, what is read from KERAS_HOME, and clear errors."""

import numpy as np
import pytest
from pronghorn.datasets import _files, boston_housing, digits, mnist
from pronghorn.files import get_file as files


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache of its own, any hash accepted, and no network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(files, "validate_file", lambda *args: True)
    published = {
        name: (f"http://127.0.0.1:1/{name}", sha) for name, (_, sha) in _files.PUBLISHED.items()
    }
    monkeypatch.setattr(_files, "PUBLISHED", published)
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


def test_digits_shapes_and_range():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert x_train.shape == (1438, 8, 8) and x_test.shape == (359, 8, 8)
    assert y_train.shape == (1438,) and y_test.shape == (359,)
    assert x_train.dtype == x_test.dtype == y_train.dtype == np.uint8
    assert x_train.max() == 16 and set(y_test) == set(range(10))


def test_digits_are_those_of_the_origin():
    (x_train, y_train), _ = digits.load_data()
    # the first image, a zero, as UCI's file has it
    assert x_train[0][0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert x_train[0][7].tolist() == [0, 0, 6, 13, 10, 0, 0, 0]
    assert y_train[:6].tolist() == [0, 1, 2, 3, 5, 6]


def test_mnist_reads_keras_home(home):
    parts = {
        "x_train": np.arange(6 * 4, dtype=np.uint8).reshape(6, 2, 2),
        "y_train": np.arange(6, dtype=np.uint8),
        "x_test": np.ones((2, 2, 2), np.uint8),
        "y_test": np.zeros(2, np.uint8),
    }
    np.savez(home / "mnist.npz", **parts)
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    for name, value in (("x_train", x_train), ("y_train", y_train)):
        np.testing.assert_array_equal(value, parts[name])
    for name, value in (("x_test", x_test), ("y_test", y_test)):
        np.testing.assert_array_equal(value, parts[name])


def test_absent_file_names_its_path_and_address(home):
    with pytest.raises(FileNotFoundError, match="put the file at") as caught:
        mnist.load_data()
    assert str(home / "mnist.npz") in str(caught.value)
    assert "127.0.0.1:1/mnist.npz" in str(caught.value)


def test_an_absolute_path_is_taken(home, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    x = np.ones((4, 2, 2), np.uint8)
    np.savez(tmp_path / "elsewhere" / "m.npz", x_train=x, y_train=x, x_test=x, y_test=x)
    assert mnist.load_data(str(tmp_path / "elsewhere" / "m.npz"))[0][0].shape == (4, 2, 2)


def test_broken_file_is_a_value_error(home):
    (home / "mnist.npz").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(ValueError, match="not a complete"):
        mnist.load_data()
    (home / "mnist.npz").write_bytes(b"")
    with pytest.raises(ValueError, match="not a complete"):
        mnist.load_data()
    np.save(home / "plain.npy", np.zeros(3))
    (home / "plain.npy").rename(home / "mnist.npz")
    with pytest.raises(ValueError, match="not a complete"):
        mnist.load_data()


def test_missing_array_is_named(home):
    np.savez(home / "mnist.npz", x_train=np.zeros(1))
    with pytest.raises(ValueError, match="y_train"):
        mnist.load_data()


def test_boston_splits_as_keras(home):
    x = np.arange(10.0)[:, None] * np.ones((1, 13))
    np.savez(home / "boston_housing.npz", x=x, y=np.arange(10.0))
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data()
    # numpy.random.RandomState(113).shuffle(arange(10)), split 8 and 2
    order = np.random.RandomState(113).permutation(10)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), order)
    np.testing.assert_array_equal(x_train[:, 0], y_train)
    assert len(y_train) == 8 and x_test.shape == (2, 13)
    with pytest.raises(ValueError, match="test_split"):
        boston_housing.load_data(test_split=1.0)
