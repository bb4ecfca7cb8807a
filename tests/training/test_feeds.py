"""Data of other libraries: each trains exactly as the arrays it holds. What is not installed is
skipped; Arrow's and Hugging Face's columns are also stood in for by classes that behave alike."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.training.data import has_text

X = np.arange(40, dtype="float32").reshape(10, 4) / 40
Y = X.sum(1)
HALVES = [(X[:5], Y[:5]), (X[5:], Y[5:])]


def trained(*data, **options):
    ph.utils.set_random_seed(1)
    model = ph.Sequential([ph.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(*data, epochs=2, verbose=0, **options)
    return model.get_weights()[0]


def as_arrays(x, y, **options):
    options = {"batch_size": 5, "shuffle": False, **options}
    return trained(x, y, **options), trained(X, Y, **options)


def same(pair):
    np.testing.assert_allclose(*pair, rtol=1e-6)


def as_batches(x):
    same((trained(x), trained(X, Y, batch_size=5, shuffle=False)))


class Column:
    """As a column of Hugging Face's datasets: sliced, it gives a list."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        return self.values[index]


class ArrowLike:
    """As an array of Arrow: a length, and itself as an array, but no shape."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        found = np.empty(len(self.values), object)
        found[:] = list(self.values)
        return found if isinstance(self.values[0], (list, np.ndarray)) else np.array(self.values)


@pytest.mark.parametrize("options", [{}, {"validation_split": 0.3}], ids=["whole", "split"])
@pytest.mark.parametrize("kind", [Column, ArrowLike, memoryview])
def test_columns(kind, options):
    if kind is memoryview:
        same(as_arrays(memoryview(X), memoryview(Y), **options))
    else:
        same(as_arrays(kind(X.tolist()), kind(Y.tolist()), **options))


def test_columns_of_text_and_of_other_lengths_say_what_is_wrong():
    with pytest.raises(ValueError, match="dtype"):
        trained(Column(["a", "b"]), Y[:2])
    with pytest.raises(ValueError, match="dtype object"):
        trained(ArrowLike([[1.0], [1.0, 2.0]]), Y[:2])


def test_files_in_memory(tmp_path):
    import h5py

    np.save(tmp_path / "x.npy", X)
    same(as_arrays(np.load(tmp_path / "x.npy", mmap_mode="r"), Y))
    mapped = np.memmap(tmp_path / "x.bin", "float32", "w+", shape=X.shape)
    mapped[:] = X
    same(as_arrays(mapped, Y))
    with h5py.File(tmp_path / "x.h5", "w") as file:
        same(as_arrays(file.create_dataset("x", data=X), file.create_dataset("y", data=Y)))


class Loader:
    """As a DataLoader or a tf.data.Dataset: iterated anew for each epoch, with a length."""

    def __init__(self, batches):
        self.batches = batches
        self.element_spec = None

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        return len(self.batches)

    def cardinality(self):
        return len(self.batches)


def test_iterables_and_iterators():
    as_batches(Loader(HALVES))
    as_batches(Loader([list(half) for half in HALVES]))
    wanted = trained(X, Y, batch_size=5, shuffle=False)
    for batches in (HALVES, [list(half) for half in HALVES]):
        same((trained(iter(batches * 2), steps_per_epoch=2), wanted))


@pytest.mark.parametrize("workers", [0, 1])
def test_torch(workers):
    torch = pytest.importorskip("torch", reason="needs PyTorch")
    from torch.utils.data import DataLoader, TensorDataset

    x, y = torch.tensor(X), torch.tensor(Y, requires_grad=True)
    data = TensorDataset(x, y.detach())
    as_batches(DataLoader(data, batch_size=5, num_workers=workers))
    same(as_arrays(x, y))


def test_pandas():
    pandas = pytest.importorskip("pandas", reason="needs pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"))
    same(as_arrays(frame, pandas.Series(Y)))
    same(as_arrays(frame.astype("Float32"), pandas.Series(Y).astype("Float32")))
    same(as_arrays(pandas.Series(X.tolist()), pandas.Series(Y)))  # a column of lists


def test_polars():
    polars = pytest.importorskip("polars", reason="needs Polars")
    frame = polars.DataFrame({name: X[:, i] for i, name in enumerate("abcd")})
    same(as_arrays(frame, polars.Series(Y)))
    same(as_arrays(frame.lazy(), frame.with_columns(y=polars.Series(Y)).select("y")))
    same(as_arrays(frame.with_columns(polars.col("a").cast(polars.Float64)), Y))
    for dtype in (None, polars.Array(polars.Float32, 4)):
        same(as_arrays(polars.Series(X.tolist(), dtype=dtype), Y))


def test_arrow():
    arrow = pytest.importorskip("pyarrow", reason="needs PyArrow")
    table = arrow.table({name: X[:, i] for i, name in enumerate("abcd")})
    same(as_arrays(table, arrow.array(Y)))
    same(as_arrays(table, arrow.chunked_array([Y[:3], Y[3:]]), validation_split=0.3))
    same(as_arrays(table.to_batches()[0], Y))
    same(as_arrays(arrow.array(X.tolist()), Y))
    rows = arrow.FixedSizeListArray.from_arrays(arrow.array(X.reshape(-1)), 4)
    same(as_arrays(rows, Y))


def test_hugging_face():
    reason = "needs Hugging Face's datasets"
    pytest.importorskip("datasets.arrow_dataset", reason=reason)
    import datasets

    data = datasets.Dataset.from_dict({"x": X.tolist(), "y": Y.tolist()})
    numpy = data.with_format("numpy")
    same(as_arrays(data["x"], numpy["y"]))
    same(as_arrays(numpy[:]["x"], numpy[:]["y"]))
    model = ph.Sequential([ph.Input((4,)), layers.Dense(1)])
    found = model.predict(data["x"], verbose=0)
    np.testing.assert_allclose(found, model.predict(X, verbose=0), rtol=1e-6)
    batches = ((b["x"], b["y"]) for _ in range(2) for b in numpy.iter(5))
    same((trained(batches, steps_per_epoch=2), trained(X, Y, batch_size=5, shuffle=False)))


class Counting:
    """A column that counts how often it was made an array."""

    def __init__(self, values):
        self.values, self.count = values, 0

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        self.count += 1
        return np.asarray(self.values, dtype)


def test_a_column_is_read_once():
    class Subclassed(ph.Model):
        def __init__(self):
            super().__init__()
            self.dense = ph.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    made = Subclassed()
    made.compile(optimizer="sgd", loss="mse")
    x, y = Counting(np.ones((4, 2), "float32")), Counting(np.ones((4, 1), "float32"))
    made.fit(x, y, batch_size=2, verbose=0)
    assert (x.count, y.count) == (1, 1)


def test_frames_of_numbers_are_not_searched_for_text():
    pandas = pytest.importorskip("pandas")
    numbers = pandas.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})
    texts = pandas.DataFrame({"a": ["x", "y"]})
    assert not has_text(numbers) and not has_text(numbers["a"])
    assert has_text(texts) and has_text(texts["a"]) and has_text({"t": texts["a"], "n": numbers})
    whole = type("Frame", (pandas.DataFrame,), {"__array__": None})
    assert not has_text(whole({"a": [1], "b": [0.5]}))
