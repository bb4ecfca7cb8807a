"""Dataset beside its oracle: random orders, kept elements, text, what users see, and errors."""

import time
from collections import Counter, namedtuple

import numpy as np
import pronghorn
import pytest
from pronghorn.data import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
    TextLineDataset,
)
from pronghorn.engine import TensorSpec
from pronghorn.engine.strings import StringTensor


def numbers(dataset):
    return [x.tolist() for x in dataset.as_numpy_iterator()]


# ---- order -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 10, 99, 100, 1000])
@pytest.mark.parametrize("rows", [True, False])
def test_shuffle_gives_each_element_once(size, rows):
    dataset = Dataset.range(100) if rows else Dataset.range(100).map(lambda x: x)
    first, second = numbers(dataset.shuffle(size)), numbers(dataset.shuffle(size))
    assert sorted(first) == list(range(100)) and first != list(range(100)) and first != second
    # an element cannot come before the buffer has room for it
    assert all(value < place + size for place, value in enumerate(first))


def test_shuffle_draws_evenly():
    """Where 0 lands in a full shuffle of 5: chi-squared of 2,000 draws below its 0.999 quantile."""
    dataset = Dataset.range(5).shuffle(5, seed=3)
    places = Counter(numbers(dataset).index(0) for _ in range(2000))
    assert sum((places[i] - 400) ** 2 / 400 for i in range(5)) < 18.5


def test_seeds_repeat_passes_and_passes_differ():
    one, two = (Dataset.range(50).shuffle(20, seed=7) for _ in range(2))
    passes = [numbers(one) for _ in range(3)]
    assert passes == [numbers(two) for _ in range(3)]
    assert passes[0] != passes[1] != passes[2]
    frozen = Dataset.range(50).shuffle(50, seed=7, reshuffle_each_iteration=False)
    assert numbers(frozen) == numbers(frozen)
    again = Dataset.range(6).shuffle(6, seed=1).repeat(3)
    found = numbers(again)
    assert [sorted(found[i : i + 6]) for i in (0, 6, 12)] == [list(range(6))] * 3
    assert found[:6] != found[6:12]


def test_set_random_seed_decides_shuffles_without_a_seed():
    def run():
        pronghorn.utils.set_random_seed(5)
        return numbers(Dataset.range(40).shuffle(40))

    assert run() == run()


def test_rows_and_elements_shuffle_alike():
    """Batches gathered from arrays have the order of elements taken one by one."""
    x = np.arange(60).reshape(30, 2)
    one, two = (Dataset.from_tensor_slices(x).shuffle(12, seed=4) for _ in range(2))
    batches = np.concatenate(list(one.batch(7).as_numpy_iterator()))
    np.testing.assert_array_equal(batches, list(two.as_numpy_iterator()))


def test_sampling_follows_weights():
    datasets = [Dataset.range(1).repeat(), Dataset.range(1, 2).repeat()]
    mixed = Dataset.sample_from_datasets(datasets, weights=[0.2, 0.8], seed=1)
    assert int(mixed.cardinality()) == INFINITE_CARDINALITY
    assert 0.7 < np.mean(numbers(mixed.take(2000))) < 0.9
    ends = Dataset.sample_from_datasets([Dataset.range(5), Dataset.range(9)], seed=2)
    assert sorted(numbers(ends)) == sorted([*range(5), *range(9)])
    first = Dataset.sample_from_datasets(
        [Dataset.range(3), Dataset.range(90)], seed=2, stop_on_empty_dataset=True
    )
    assert len(numbers(first)) < 30


def test_random_numbers_repeat_by_seed():
    assert numbers(Dataset.random(seed=3).take(5)) == numbers(Dataset.random(seed=3).take(5))
    again = Dataset.random(seed=3, rerandomize_each_iteration=True).take(5)
    assert numbers(again) != numbers(again)


# ---- kept elements ---------------------------------------------------------------------------


class Counting:
    """A function that counts its calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return x * 2


def test_cache_makes_elements_once():
    made = Counting()
    dataset = Dataset.range(5).map(made).cache()
    assert numbers(dataset) == numbers(dataset) == [0, 2, 4, 6, 8]
    assert made.calls == 5


def test_cache_keeps_nothing_of_a_part():
    made = Counting()
    dataset = Dataset.range(5).map(made).cache()
    assert numbers(dataset.take(2)) == [0, 2]
    assert numbers(dataset) == [0, 2, 4, 6, 8] and numbers(dataset) == [0, 2, 4, 6, 8]
    assert made.calls == 7


def test_cache_freezes_a_shuffle():
    frozen = Dataset.range(30).shuffle(30).cache()
    assert numbers(frozen) == numbers(frozen)


def test_cache_in_a_file(tmp_path):
    made = Counting()
    elements = {"b": np.arange(6).reshape(3, 2), "a": ["x", "naïve", ""]}

    def build():
        return (
            Dataset.from_tensor_slices(elements)
            .map(lambda d: ({"b": made(d["b"]), "a": d["a"]}, 1.5))
            .cache(str(tmp_path / "kept"))
        )

    first = list(build().as_numpy_iterator())
    second = list(build().as_numpy_iterator())
    assert made.calls == 3
    for (a, x), (b, y) in zip(first, second, strict=True):
        assert list(a) == list(b) == ["b", "a"] and x == y == 1.5 and a["a"] == b["a"]
        np.testing.assert_array_equal(a["b"], b["b"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept.data", "kept.index"]


def test_cache_in_a_file_after_a_part(tmp_path):
    dataset = Dataset.range(5).cache(str(tmp_path / "kept"))
    assert numbers(dataset.take(2)) == [0, 1]
    assert list(tmp_path.iterdir()) == []
    assert numbers(dataset) == numbers(dataset) == [0, 1, 2, 3, 4]


# ---- what users see --------------------------------------------------------------------------


def test_iteration_gives_tensors():
    for x, label in Dataset.from_tensor_slices((np.eye(2, dtype="float32"), ["a", "b"])):
        assert type(x) is pronghorn.Tensor and x.dtype == "float32" and x.shape == (2,)
        assert isinstance(label, StringTensor) and label.numpy() in (b"a", b"b")
    iterator = iter(Dataset.range(2))
    assert int(iterator.get_next()) == 0 and int(next(iterator)) == 1
    with pytest.raises(StopIteration):
        next(iterator)


def test_functions_see_tensors_and_ops_work():
    ops = pronghorn.ops
    dataset = Dataset.from_tensor_slices((np.arange(4, dtype="uint8"), [0, 2, 1, 0]))
    dataset = dataset.batch(2).map(lambda x, y: (ops.cast(x, "float32") / 2, ops.one_hot(y, 3)))
    (x, y), _ = dataset.as_numpy_iterator()
    np.testing.assert_array_equal(x, [0, 0.5])
    np.testing.assert_array_equal(y, [[1, 0, 0], [0, 0, 1]])
    assert dataset.element_spec[1].shape == (None, 3)


def test_named_tuples_stay_whole():
    Pair = namedtuple("Pair", "a b")
    dataset = Dataset.from_tensor_slices(Pair(np.arange(3), np.arange(3) * 2))
    found = list(dataset.map(lambda p: Pair(p.b, p.a)).batch(2).as_numpy_iterator())
    assert type(found[0]) is Pair
    np.testing.assert_array_equal(found[0].a, [0, 2])


def test_columns_of_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2, 3], "t": ["x", "y", "z"], "f": [0.5, 1.5, 2.5]})
    element = next(Dataset.from_tensor_slices(dict(frame)).as_numpy_iterator())
    assert element == {"a": 1, "t": b"x", "f": 0.5}


def test_memory_mapped_arrays_are_not_read_whole(tmp_path):
    path = tmp_path / "x.npy"
    big = np.lib.format.open_memmap(path, "w+", "float32", (1 << 20, 64))
    big[7] = 3
    dataset = Dataset.from_tensor_slices(np.load(path, mmap_mode="r")).shuffle(1 << 20).skip(5)
    assert dataset.take(8).batch(8).element_spec.shape == (None, 64)
    x = next(Dataset.from_tensor_slices(np.load(path, mmap_mode="r")).batch(8).as_numpy_iterator())
    assert x[7, 0] == 3


def test_counts():
    assert len(Dataset.range(5).batch(2)) == 3
    with pytest.raises(TypeError, match="infinite"):
        len(Dataset.range(5).repeat())
    with pytest.raises(TypeError, match="unknown"):
        len(Dataset.range(5).filter(lambda x: x > 1))
    assert int(Dataset.from_generator(lambda: iter([1])).cardinality()) == UNKNOWN_CARDINALITY
    count = Dataset.range(50).batch(7).cardinality()
    assert int(count) == 8 and len(Dataset.range(50).batch(7).take(count // 4)) == 2
    assert bool(Dataset.range(0)) and "Batch" in repr(Dataset.range(5).batch(2))


def test_reduce_and_a_single_element():
    assert int(Dataset.range(5).reduce(np.int64(0), lambda s, x: s + x)) == 10
    total, count = Dataset.range(4).reduce((0.0, 0), lambda s, x: (s[0] + 1.5, s[1] + 1))
    assert float(total) == 6.0 and int(count) == 4
    assert int(Dataset.range(4).batch(4).get_single_element()[3]) == 3
    for n in (0, 2):
        with pytest.raises(ValueError, match="one element"):
            Dataset.range(n).get_single_element()


def test_ignored_errors():
    def reciprocal(x):
        if int(x) == 0:
            raise ZeroDivisionError
        return 1 / x

    dataset = Dataset.from_tensor_slices([1.0, 0.0, 4.0]).map(reciprocal).ignore_errors()
    assert numbers(dataset) == [1.0, 0.25]


def test_files_and_lines(tmp_path):
    import gzip

    (tmp_path / "b.txt").write_bytes(b"one\r\ntwo\n\nna\xc3\xafve")
    (tmp_path / "a.txt").write_bytes(b"")
    with gzip.open(tmp_path / "c.gz", "wb") as file:
        file.write(b"x\ny\n")
    names = Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
    assert [n.decode()[-5:] for n in names.as_numpy_iterator()] == ["a.txt", "b.txt"]
    lines = names.flat_map(TextLineDataset)
    expected = [b"one", b"two", b"", "naïve".encode()]
    assert list(lines.as_numpy_iterator()) == expected
    assert list(TextLineDataset(str(tmp_path / "c.gz"), "GZIP").as_numpy_iterator()) == [b"x", b"y"]
    of_names = TextLineDataset(Dataset.from_tensor_slices([str(tmp_path / "c.gz")]), "GZIP")
    assert list(of_names.as_numpy_iterator()) == [b"x", b"y"]
    with pytest.raises(FileNotFoundError, match="No files matched"):
        Dataset.list_files(str(tmp_path / "*.jpg"))
    with pytest.raises(ValueError, match="compression"):
        TextLineDataset("x", "ZIP")


def test_generators_may_reuse_their_arrays():
    def one_buffer():
        buffer = np.zeros(2, "float32")
        for i in range(5):
            buffer[:] = i
            yield buffer

    dataset = Dataset.from_generator(one_buffer, output_signature=TensorSpec((2,), "float32"))
    assert sorted(x[0] for x in numbers(dataset.shuffle(5))) == [0, 1, 2, 3, 4]
    assert [x[0] for x in numbers(Dataset.from_generator(one_buffer).prefetch(3))] == [
        0,
        1,
        2,
        3,
        4,
    ]


# ---- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: Dataset.from_tensor_slices(3), ValueError, "first dimension"),
        (lambda: Dataset.from_tensor_slices((np.ones(3), np.ones(4))), ValueError, "first dim"),
        (lambda: Dataset.from_generator([1, 2]), TypeError, "function"),
        (lambda: Dataset.from_generator(iter, "int32", output_signature=0), TypeError, "together"),
        (lambda: Dataset.range(3).batch(0), ValueError, "batch_size"),
        (lambda: Dataset.range(3).shuffle(0), ValueError, "buffer_size"),
        (lambda: Dataset.range(3).shard(2, 2), ValueError, "num_shards"),
        (lambda: Dataset.range(3).window(0), ValueError, "size"),
        (lambda: Dataset.range(3).prefetch(-3), ValueError, "buffer_size"),
        (lambda: Dataset.range(3).map(lambda x: x, num_parallel_calls=0), ValueError, "parallel"),
        (lambda: Dataset.zip((Dataset.range(3), 5)), TypeError, "datasets"),
        (lambda: Dataset.range(3).apply(lambda d: 5), TypeError, "Dataset"),
        (lambda: Dataset.sample_from_datasets([Dataset.range(1)], [0.0]), ValueError, "weights"),
        (lambda: Dataset.range(3).group_by_window(None, None), ValueError, "window_size"),
        (lambda: Dataset.range(3).interleave(None, 0), ValueError, "cycle_length"),
    ],
)
def test_bad_arguments(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


def ragged():
    yield np.zeros(2)
    yield np.zeros(3)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: Dataset.from_generator(ragged).batch(2), ValueError, "different shapes.*padded"),
        (lambda: Dataset.from_generator(ragged).padded_batch(2, [2]), ValueError, "more than"),
        (lambda: Dataset.from_generator(ragged).padded_batch(2, [2, 2]), ValueError, "axes"),
        (lambda: Dataset.range(3).unbatch(), ValueError, "first dimension"),
        (lambda: Dataset.range(3).filter(lambda x: x), ValueError, "boolean"),
        (lambda: Dataset.range(3).flat_map(lambda x: x), TypeError, "returns a Dataset"),
        (lambda: Dataset.range(4).window(2).batch(2), TypeError, "flat_map"),
        (
            lambda: Dataset.from_generator(ragged, output_signature=TensorSpec((2,), "float32")),
            TypeError,
            r"\(3,\) where an element of shape \(2,\)",
        ),
        (
            lambda: Dataset.from_generator(lambda: iter([(1, 2)]), ("int32",)),
            TypeError,
            "expected structure",
        ),
        (
            lambda: Dataset.from_generator(lambda: iter(["x"]), "int32"),
            TypeError,
            "could not be converted to int32",
        ),
        (lambda: Dataset.range(3).map(lambda x: object()), TypeError, "object"),
    ],
)
def test_elements_that_cannot_be(make, kind, message):
    with pytest.raises(kind, match=message):
        list(make())


def test_a_function_keeps_its_own_error():
    def fail(x):
        raise KeyError("mine")

    for workers in (None, 1, 4, AUTOTUNE):
        dataset = Dataset.range(9).map(fail, num_parallel_calls=workers).batch(2).prefetch(2)
        with pytest.raises(KeyError, match="mine") as caught:
            list(dataset)
        assert "fail" in str(caught.traceback[-1])  # where it happened, not where it was passed on


def test_results_out_of_order():
    def slow_first(x):
        if int(x) == 0:
            time.sleep(0.3)
        return x

    dataset = Dataset.range(8).map(slow_first, num_parallel_calls=2, deterministic=False)
    found = numbers(dataset)
    assert sorted(found) == list(range(8)) and found[0] != 0
    assert numbers(Dataset.range(8).map(slow_first, num_parallel_calls=2)) == list(range(8))
