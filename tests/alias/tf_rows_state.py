"""Rows of tf_rows.py for variables written in part, tables, examples and sets."""

import numpy as np

V = np.arange(12, dtype="float32").reshape(3, 4)
KEYS = ["emerson", "lake", "palmer"]
WORDS = ["lake", "", "palmer", "king crimson", "palmer", "yes", "genesis"]


def written(tf, write, value=V):
    """What a variable holds after `write(variable)`."""

    def row():
        v = tf.Variable(value)
        write(v)
        return v.read_value()

    return row


def parsed(tf, description, several=False, **lists):
    """What is parsed of an Example of lists of floats, integers or bytes by name."""

    def feature(values):
        if isinstance(values[0], float):
            return tf.train.Feature(float_list=tf.train.FloatList(value=values))
        if isinstance(values[0], bytes):
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))

    def example(size):
        named = {n: feature(v[:size] if several else v) for n, v in lists.items()}
        return tf.train.Example(features=tf.train.Features(feature=named)).SerializeToString()

    def row():
        if several:
            found = tf.io.parse_example([example(1), example(3), example(2)], description(tf))
        else:
            found = tf.io.parse_single_example(example(None), description(tf))
        return [dense(tf, found[name]) for name in sorted(found)]

    return row


def dense(tf, x):
    if isinstance(x, tf.SparseTensor):
        return [x.indices, x.values, x.dense_shape, tf.sparse.to_dense(x)]
    return x


def table(tf, keys, values, default, **dtypes):
    made = tf.lookup.KeyValueTensorInitializer(keys, values, **dtypes)
    return tf.lookup.StaticHashTable(made, default)


def vocabulary(tf, buckets, keys=KEYS, **kwargs):
    numbers = tf.constant(range(len(keys)), tf.int64)
    made = tf.lookup.KeyValueTensorInitializer(keys, numbers)
    return tf.lookup.StaticVocabularyTable(made, buckets, **kwargs)


def sequence(tf):
    words = [[b"to", b"be"], [b"or"], [b"not", b"to"]]
    lists = [tf.train.Feature(bytes_list=tf.train.BytesList(value=w)) for w in words]
    steps = tf.train.FeatureLists(feature_list={"content": tf.train.FeatureList(feature=lists)})
    number = tf.train.Feature(int64_list=tf.train.Int64List(value=[123]))
    message = tf.train.SequenceExample(
        context=tf.train.Features(feature={"id": number}), feature_lists=steps
    )
    context, found = tf.io.parse_single_sequence_example(
        message.SerializeToString(),
        {"id": tf.io.FixedLenFeature([], tf.int64, default_value=0)},
        {"content": tf.io.VarLenFeature(tf.string)},
    )
    return [context["id"], *dense(tf, found["content"])]


def set_row(tf, name, a, b, **kwargs):
    return lambda: dense(tf, getattr(tf.sets, name)(a, b, **kwargs))


def person(tf):
    return {
        "name": tf.io.FixedLenFeature([], tf.string, default_value=""),
        "id": tf.io.FixedLenFeature([], tf.int64, default_value=-1),
        "emails": tf.io.VarLenFeature(tf.string),
    }


def numbers(tf):
    return {
        "x": tf.io.FixedLenFeature([2, 2], tf.float32),
        "n": tf.io.FixedLenFeature([3], "int64"),
        "gone": tf.io.FixedLenFeature([2], tf.float32, default_value=[1.0, 2.0]),
        "gone too": tf.io.VarLenFeature(tf.float32),
        "rows": tf.io.FixedLenSequenceFeature([2], tf.float32, allow_missing=True),
    }


def uneven(tf):
    return {
        "emails": tf.io.VarLenFeature(tf.string),
        "n": tf.io.VarLenFeature(tf.int64),
        "padded": tf.io.FixedLenSequenceFeature([], tf.float32, True, default_value=-1.0),
    }


def rows(tf):
    slices = tf.IndexedSlices(
        values=[[1.0, 2, 3, 4], [5, 6, 7, 8], [9, 9, 9, 9]], indices=[1, 0, 1]
    )
    once = tf.IndexedSlices(values=[[1.0, 2, 3, 4], [5, 6, 7, 8]], indices=[2, 0])
    a, b = [[1, 2, 2], [5, 6, 7]], [[2, 3, 3], [7, 5, 5]]
    emails = [b"a@b.com", b"c@d.com", b"e"]
    return {
        "assign one": written(tf, lambda v: v[0, 1].assign(42)),
        "assign a column": written(tf, lambda v: v[:, 2].assign([0.5, 1.5, 2.5])),
        "assign a row": written(tf, lambda v: v[-1].assign([1.0, 2, 3, 4])),
        "assign a part": written(tf, lambda v: v[1:, ::2].assign([[1.0, 2], [3, 4]])),
        "assign backwards": written(tf, lambda v: v[::-1, 0].assign([1.0, 2, 3])),
        "assign the rest": written(tf, lambda v: v[..., 3].assign([1.0, 2, 3])),
        "assign at a tensor": written(tf, lambda v: v[tf.constant(1), 0].assign(9.0)),
        "assign one number to a part": written(tf, lambda v: v[:2, 1:].assign(-1.0)),
        "assign a row to rows": written(tf, lambda v: v[1:].assign([[4.0, 3, 2, 1]])),
        "assign a row with an axis": written(tf, lambda v: v[0].assign([[4.0, 3, 2, 1]])),
        "scatter_update of one row": written(
            tf, lambda v: v.scatter_update(tf.IndexedSlices([4.0, 3, 2, 1], 1))
        ),
        "assign integers": written(tf, lambda v: v[1].assign(7), np.arange(3)),
        "scatter_update": written(tf, lambda v: v.scatter_update(once)),
        "scatter_add": written(tf, lambda v: v.scatter_add(slices)),
        "scatter_sub": written(tf, lambda v: v.scatter_sub(slices)),
        "scatter_mul": written(tf, lambda v: v.scatter_mul(slices)),
        "scatter_div": written(tf, lambda v: v.scatter_div(slices)),
        "scatter_max": written(tf, lambda v: v.scatter_max(slices)),
        "scatter_min": written(tf, lambda v: v.scatter_min(slices)),
        "scatter_nd_update": written(
            tf, lambda v: v.scatter_nd_update([[0, 0], [1, 2]], [100.0, 200.0])
        ),
        "scatter_nd_update of rows": written(tf, lambda v: v.scatter_nd_update([[2]], V[:1])),
        "scatter_nd_add": written(tf, lambda v: v.scatter_nd_add([[1], [1]], V[:2])),
        "scatter_nd_sub": written(
            tf, lambda v: v.scatter_nd_sub([[[1, 1]], [[1, 1]]], [[1.0], [2]])
        ),
        "scatter_nd_max": written(tf, lambda v: v.scatter_nd_max([[0, 0], [2, 2]], [5.0, 5.0])),
        "scatter_nd_min": written(tf, lambda v: v.scatter_nd_min([[0, 3], [2, 2]], [1.0, 50.0])),
        "gather_nd of a variable": lambda: tf.Variable(V).gather_nd([[0, 1], [2, 3]]),
        "tensor_scatter_nd_max": lambda: tf.tensor_scatter_nd_max(V, [[0, 0], [2, 2]], [5.0, 5.0]),
        "tensor_scatter_nd_min": lambda: tf.tensor_scatter_nd_min(V, [[0, 3], [2, 2]], [1.0, 50]),
        "StaticHashTable": lambda: table(tf, KEYS, [1, 2, 3], -1).lookup(tf.constant(WORDS)),
        "StaticHashTable of words": lambda: table(tf, KEYS, ["a", "b", "c"], "?")[
            tf.constant([WORDS, KEYS + WORDS[:4]])
        ],
        "StaticHashTable of numbers": lambda: table(
            tf, [3, 7], [0.5, 1.5], -1.0, key_dtype=tf.int64, value_dtype=tf.float32
        ).lookup(tf.constant([[7, 1], [3, 3]], tf.int64)),
        "StaticHashTable.size": lambda: table(tf, KEYS, [1, 2, 3], -1).size(),
        "StaticVocabularyTable": lambda: vocabulary(tf, 3).lookup(tf.constant(WORDS)),
        "StaticVocabularyTable.size": lambda: vocabulary(tf, 3).size(),
        "StaticVocabularyTable of numbers": lambda: vocabulary(
            tf, 5, tf.constant([10, 20, 30], tf.int64)
        ).lookup(tf.constant([20, 5, 6, -7, 30, 123456789012], tf.int64)),
        "parse a person": parsed(tf, person, name=[b"Alice"], id=[123], emails=emails[:2]),
        "parse nobody": parsed(tf, person, other=[b"x"]),
        "parse numbers": parsed(
            tf, numbers, x=[1.0, 2.5, 3.0, -4.0], n=[1, -2, 2**40], rows=[1.0, 2.0, 3.0, 4.0]
        ),
        "parse a batch": parsed(
            tf, uneven, True, emails=emails, n=[1, 2, -3], padded=[0.5, 1.5, 2.5]
        ),
        "parse a sequence": lambda: sequence(tf),
        "parse_tensor": lambda: [
            tf.io.parse_tensor(tf.io.serialize_tensor(x), x.dtype)
            for x in (
                tf.constant(V),
                tf.constant(3),
                tf.constant([True, False]),
                tf.constant([["a", "b"]]),
                tf.zeros((0, 2), tf.int64),
                tf.constant([1.5], tf.float16),
            )
        ],  # fmt: skip
        "serialize_tensor": lambda: [
            tf.strings.length(tf.io.serialize_tensor(x)) for x in (V, 3, ["a", "bc"])
        ],
        "sparse.from_dense": lambda: dense(tf, tf.sparse.from_dense([[0, 3, 0], [5, 0, 1]])),
        "sparse.to_dense": lambda: tf.sparse.to_dense(
            tf.SparseTensor([[0, 1], [2, 0]], [1.5, 2.5], [3, 2]), default_value=-1.0
        ),
        "sparse.reorder": lambda: dense(
            tf, tf.sparse.reorder(tf.SparseTensor([[1, 0], [0, 1], [0, 0]], [1, 2, 3], [2, 2]))
        ),
        "sets.union": set_row(tf, "union", a, b),
        "sets.intersection": set_row(tf, "intersection", a, b),
        "sets.difference": set_row(tf, "difference", a, b),
        "sets.difference turned": set_row(tf, "difference", a, b, aminusb=False),
        "sets.union of words": set_row(tf, "union", [["b", "a"]], [["c", "b"]]),
        "sets.size": lambda: tf.sets.size(tf.sparse.from_dense([[1, 2, 2], [0, 5, 0]])),
    }
