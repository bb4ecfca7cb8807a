"""Pipelines that run on tf.data's Dataset and on ours alike; functions use operators alone.

make_values.py runs them through real tf.data; test_against_tf.py through ours.
"""

import numpy as np

X = np.arange(12, dtype="float32").reshape(6, 2)
Y = np.array([3, 1, 4, 1, 5, 9])
WORDS = ["b", "a", "naïve", ""]


def ragged():
    for n in (3, 1, 4, 2, 5):
        yield np.arange(n, dtype="int32"), n * 0.5


def rows(D):
    return D.from_tensor_slices((X, Y))


def generated(D, spec):
    return D.from_generator(ragged, output_signature=(spec((None,), "int32"), spec((), "float32")))


CASES = {
    "slices": lambda D, S: rows(D),
    "slices of a dict": lambda D, S: D.from_tensor_slices(({"b": X, "a": Y}, Y * 2)),
    "slices of a list": lambda D, S: D.from_tensor_slices([[1, 2], [3, 4]]),
    "slices of floats": lambda D, S: D.from_tensor_slices([1.5, 2.5]),
    "slices of text": lambda D, S: D.from_tensor_slices(WORDS),
    "slices of text rows": lambda D, S: D.from_tensor_slices([["a", "b"], ["c", "dd"]]),
    "slices of one array in a tuple": lambda D, S: D.from_tensor_slices((X,)),
    "tensors": lambda D, S: D.from_tensors((X, [1, 2])),
    "a number": lambda D, S: D.from_tensors(3.5),
    "range": lambda D, S: D.range(5),
    "range by steps": lambda D, S: D.range(10, 2, -3),
    "range of int32": lambda D, S: D.range(3, output_type="int32"),
    "empty range": lambda D, S: D.range(0),
    "generator": generated,
    "generator of old": lambda D, S: D.from_generator(
        ragged, output_types=("int32", "float32"), output_shapes=([None], [])
    ),
    "generator with arguments": lambda D, S: D.from_generator(
        lambda n: iter(range(int(n))), args=(3,), output_signature=S((), "int64")
    ),
    "generator of dicts": lambda D, S: D.from_generator(
        lambda: iter([{"a": 1, "b": "x"}, {"a": 2, "b": "yy"}]),
        output_signature={"a": S((), "int32"), "b": S((), "string")},
    ),
    "map": lambda D, S: rows(D).map(lambda x, y: (x * 2, y + 1)),
    "map to a dict": lambda D, S: rows(D).map(lambda x, y: {"x": x, "y": y}),
    "map to one": lambda D, S: rows(D).map(lambda x, y: x[0]),
    "map to a list": lambda D, S: D.range(3).map(lambda x: [x, x + 1]),
    "map in threads": lambda D, S: D.range(50).map(lambda x: x * x, num_parallel_calls=4),
    "map of a dict": lambda D, S: D.from_tensor_slices({"a": Y}).map(lambda d: d["a"] * 2),
    "map of batches": lambda D, S: rows(D).batch(4).map(lambda x, y: (x + 1.0, y)),
    "filter": lambda D, S: D.range(10).filter(lambda x: x % 3 == 0),
    "filter of pairs": lambda D, S: rows(D).filter(lambda x, y: y > 2),
    "take": lambda D, S: rows(D).take(2),
    "take all": lambda D, S: rows(D).take(-1),
    "take more": lambda D, S: rows(D).take(20),
    "take none": lambda D, S: rows(D).take(0),
    "skip": lambda D, S: rows(D).skip(4),
    "skip all": lambda D, S: rows(D).skip(-1),
    "skip more": lambda D, S: rows(D).skip(10),
    "take and skip": lambda D, S: D.range(20).skip(3).take(5).skip(1),
    "shard": lambda D, S: D.range(11).shard(3, 1),
    "repeat": lambda D, S: D.range(3).repeat(2),
    "repeat for ever": lambda D, S: D.range(3).repeat().take(7),
    "repeat none": lambda D, S: D.range(3).repeat(0),
    "repeat nothing": lambda D, S: D.range(0).repeat(),
    "repeat and batch": lambda D, S: D.range(5).repeat(2).batch(3),
    "batch and repeat": lambda D, S: D.range(5).batch(3).repeat(2),
    "batch": lambda D, S: rows(D).batch(4),
    "batch of whole ones": lambda D, S: rows(D).batch(4, drop_remainder=True),
    "batch larger": lambda D, S: rows(D).batch(40),
    "batch of batches": lambda D, S: D.range(8).batch(2).batch(3, drop_remainder=True),
    "batch of text": lambda D, S: D.from_tensor_slices(WORDS).batch(3),
    "batch of mapped": lambda D, S: D.range(5).map(lambda x: (x, x * 2)).batch(2),
    "batch of a dict": lambda D, S: D.from_tensor_slices({"a": Y, "b": WORDS + WORDS[:2]}).batch(4),
    "unbatch": lambda D, S: rows(D).batch(4).unbatch(),
    "unbatch of whole ones": lambda D, S: D.range(7).batch(3, drop_remainder=True).unbatch(),
    "unbatch tensors": lambda D, S: D.from_tensors((X, Y)).unbatch(),
    "rebatch": lambda D, S: D.range(10).batch(4).rebatch(3),
    "padded batch": lambda D, S: generated(D, S).padded_batch(2),
    "padded batch, shapes": lambda D, S: generated(D, S).padded_batch(
        2, padded_shapes=([6], []), padding_values=(-1, 0.0)
    ),
    "padded batch, whole": lambda D, S: generated(D, S).padded_batch(
        2, padded_shapes=([None], []), drop_remainder=True
    ),
    "padded batch of text": lambda D, S: D.range(1, 4)
    .flat_map(lambda n: D.from_tensors("w").repeat(n).batch(5))
    .padded_batch(3, padding_values="-"),
    "zip": lambda D, S: D.zip((D.range(3), D.range(10, 14))),
    "zip, new form": lambda D, S: D.zip(D.range(3), rows(D)),
    "zip of a dict": lambda D, S: D.zip({"a": D.range(3), "b": (D.range(4), D.range(5))}),
    "zip with infinite": lambda D, S: D.zip((D.range(3), D.range(2).repeat())),
    "concatenate": lambda D, S: D.range(3).concatenate(D.range(7, 9)),
    "concatenate batches": lambda D, S: D.range(5).batch(2).concatenate(D.range(3).batch(3)),
    "enumerate": lambda D, S: rows(D).enumerate(start=5),
    "window": lambda D, S: D.range(7).window(3).flat_map(lambda w: w.batch(3)),
    "window, shifted": lambda D, S: D.range(7)
    .window(3, shift=1, drop_remainder=True)
    .flat_map(lambda w: w.batch(3)),
    "window, strides": lambda D, S: D.range(9).window(3, 2, 2).flat_map(lambda w: w.batch(3)),
    "window, far shift": lambda D, S: D.range(11).window(2, 4).flat_map(lambda w: w.batch(2)),
    "window, far shift, whole": lambda D, S: D.range(11)
    .window(2, 3, drop_remainder=True)
    .flat_map(lambda w: w.batch(2)),
    "windows of pairs": lambda D, S: rows(D)
    .window(4, 2)
    .flat_map(lambda x, y: D.zip((x.batch(4), y.batch(4)))),
    "windows of dicts": lambda D, S: D.from_tensor_slices({"a": Y})
    .window(4)
    .flat_map(lambda w: w["a"]),
    "count of windows": lambda D, S: D.range(7).window(3, 2, 2, True).map(lambda w: 1),
    "flat map": lambda D, S: D.range(4).flat_map(lambda x: D.from_tensors(x).repeat(x)),
    "flat map of slices": lambda D, S: rows(D).flat_map(lambda x, y: D.from_tensor_slices(x)),
    "interleave": lambda D, S: D.range(1, 6).interleave(
        lambda x: D.from_tensors(x).repeat(6), cycle_length=2, block_length=4
    ),
    "interleave, uneven": lambda D, S: D.range(7).interleave(
        lambda x: D.range(x * 10, x * 10 + x), cycle_length=3, block_length=2
    ),
    "interleave in threads": lambda D, S: D.range(7).interleave(
        lambda x: D.range(x * 10, x * 10 + x), cycle_length=3, block_length=1, num_parallel_calls=3
    ),
    "scan": lambda D, S: D.range(5).scan(np.int64(0), lambda s, x: (s + x, s * x)),
    "take while": lambda D, S: D.range(9).take_while(lambda x: x < 4),
    "unique": lambda D, S: D.from_tensor_slices([1, 37, 2, 37, 2, 1]).unique(),
    "cache": lambda D, S: D.range(5).map(lambda x: x + 1).cache().repeat(2),
    "prefetch": lambda D, S: rows(D).batch(2).prefetch(3),
    "apply": lambda D, S: D.range(5).apply(lambda d: d.filter(lambda x: x > 2)),
    "choose": lambda D, S: D.choose_from_datasets(
        [D.range(3), D.range(10, 20)], D.from_tensor_slices(np.array([0, 1, 1, 0, 0, 0, 1]))
    ),
    "choose to the end": lambda D, S: D.choose_from_datasets(
        [D.range(1), D.range(10, 14)],
        D.from_tensor_slices(np.array([0, 0, 1, 0, 1])),
        stop_on_empty_dataset=False,
    ),
    "group by window": lambda D, S: D.range(10).group_by_window(
        lambda x: x % 3, lambda key, d: d.batch(2), window_size=2
    ),
    "buckets": lambda D, S: generated(D, S).bucket_by_sequence_length(
        lambda x, y: len(x) if hasattr(x, "numpy") else x.shape[0] or S.length(x),
        [3, 5], [2, 2, 2], padded_shapes=([None], []),
    ),
    "buckets to the boundary": lambda D, S: generated(D, S)
    .filter(lambda x, y: y < 2.5)
    .bucket_by_sequence_length(
        lambda x, y: len(x) if hasattr(x, "numpy") else x.shape[0] or S.length(x),
        [3, 5], [2, 2, 2], pad_to_bucket_boundary=True,
    ),
    "counter": lambda D, S: D.counter(5, 2).take(3),
    "infinite": lambda D, S: D.range(3).repeat().batch(2).take(4),
    "shuffle of one": lambda D, S: rows(D).shuffle(1),
    "shuffle, sorted": lambda D, S: D.range(30).shuffle(30).batch(30).map(lambda x: x * 0 + 435),
    "shuffle, frozen": lambda D, S: D.range(9).shuffle(9, seed=1).batch(9).map(lambda x: x // 9),
}  # fmt: skip
