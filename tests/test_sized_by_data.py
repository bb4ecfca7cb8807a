"""Results whose size depends on values: eager, symbolic, and refused in programs."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops
from pronghorn.engine.trace import Function

X = np.array([[3, 0, 2], [2, 0, 3]])


def test_nonzero_and_masks():
    for ours, theirs in zip(ops.nonzero(X), np.nonzero(X), strict=True):
        assert ours.dtype == "int32"
        np.testing.assert_array_equal(ours, theirs)
    x = ops.convert_to_tensor(X)
    np.testing.assert_array_equal(x[x > 1], X[X > 1])
    np.testing.assert_array_equal(ops.where(x > 1)[0], np.nonzero(X > 1)[0])


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_unique(axis):
    x = X if axis is None else np.array([[1, 2, 1], [0, 5, 0], [1, 2, 1]])
    theirs = np.unique(x, True, True, True, axis=axis)
    ours = ops.unique(x, True, True, True, True, axis)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b.reshape(a.shape))


def test_unique_as_they_come_and_of_a_size():
    np.testing.assert_array_equal(ops.unique(X, sorted=False), [3, 0, 2])
    fixed = Function(lambda x: ops.unique(x, return_counts=True, size=5, fill_value=9))
    values, counts = fixed(ops.convert_to_tensor(X))
    np.testing.assert_array_equal(values, [0, 2, 3, 9, 9])
    np.testing.assert_array_equal(counts, [2, 2, 2, 0, 0])
    np.testing.assert_array_equal(ops.unique(X, size=2), [0, 2])


def test_the_gradient_of_distinct_values():
    x = ops.convert_to_tensor([3.0, 1.0, 3.0])
    with ph.engine.GradientTape() as tape:
        tape.watch(x)
        value = ops.sum(ops.unique(x) * ops.convert_to_tensor([2.0, 5.0]))
    np.testing.assert_array_equal(tape.gradient(value, x), [5, 2, 0])


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ops.nonzero(x),
        lambda x: ops.unique(x),
        lambda x: ops.segment_sum(x, x),
    ],
)
def test_programs_refuse_them(call):
    with pytest.raises(ValueError, match="depends on values.*run_eagerly=True"):
        Function(call)(ops.convert_to_tensor([1, 2, 2]))


def test_symbolic():
    x = ph.Input((3,), dtype="int32")
    assert [i.shape for i in ops.nonzero(x)] == [(None,)] * 2
    values, inverse = ops.unique(x, return_inverse=True)
    assert (values.shape, inverse.shape) == ((None,), (None, 3))
    assert ops.unique(x, axis=1).shape == (None, None)
    ids = ph.Input(batch_shape=(6,), dtype="int32")
    data = ph.Input(batch_shape=(6, 2))
    total = ops.segment_sum(data, ids)
    assert total.shape == (None, 2)
    model = ph.Model([data, ids], total)
    result = model([np.ones((6, 2), "float32"), np.array([0, 0, 1, 3, 3, 3], "int32")])
    np.testing.assert_array_equal(result[:, 0], [2, 1, 0, 3])
    np.testing.assert_array_equal(ph.Model(x, values)(X), [0, 2, 3])


def test_sizes_that_symbols_do_not_know_yet():
    x = ph.Input((None, 3))
    assert [p.shape for p in ops.split(x, 2, axis=1)] == [(None, None, 3)] * 2
    assert [p.shape for p in ops.array_split(x, 2, axis=1)] == [(None, None, 3)] * 2
    assert ops.trace(x, axis1=1, axis2=2).shape == (None,)
    v = ph.Input(batch_shape=(None,))
    assert ops.vander(v).shape == (None, None)
    data = np.arange(24, dtype="float32").reshape(2, 4, 3)
    first, second = ph.Model(x, ops.split(x, 2, axis=1))(data)
    np.testing.assert_array_equal(second, data[:, 2:])
    traced = ph.Model(x, ops.trace(x, axis1=1, axis2=2)).predict(data, verbose=0)
    np.testing.assert_array_equal(traced, np.trace(data, axis1=1, axis2=2))
    np.testing.assert_array_equal(ph.Model(v, ops.vander(v))(np.arange(3.0)), np.vander(range(3)))


def test_blocks_at_places_that_only_a_run_knows():
    x = np.arange(20, dtype="float32").reshape(4, 5)
    start = ops.convert_to_tensor([1, 2])
    block = Function(lambda x, s: ops.slice(x, s, (2, 3)))
    np.testing.assert_array_equal(block(ops.convert_to_tensor(x), start), x[1:3, 2:5])
    put = Function(lambda x, s, u: ops.slice_update(x, s, u))
    updates = -np.ones((2, 2), "float32")
    expected = x.copy()
    expected[1:3, 2:4] = -1
    result = put(ops.convert_to_tensor(x), start, ops.convert_to_tensor(updates))
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(ops.slice_update(x, start, updates), expected)
    symbolic = ops.slice_update(ph.Input((None,)), ph.Input(batch_shape=(2,)), updates)
    assert symbolic.shape == (None, None)


def test_repeats_of_their_own():
    x = np.arange(6).reshape(3, 2)
    np.testing.assert_array_equal(ops.repeat(x, [1, 0, 2], axis=0), np.repeat(x, [1, 0, 2], 0))
    with pytest.raises(ValueError, match="needs 3 repeats"):
        ops.repeat(x, [1, 2], axis=0)


def test_shapes_that_only_a_run_knows():
    x, shape = ph.Input((20,)), ph.Input(batch_shape=(2,), dtype="int32")
    y = ops.reshape(x, shape)
    assert y.shape == (None, None)
    model = ph.Model([x, shape], y)
    assert model([np.ones((3, 20), "float32"), np.array([6, 10], "int32")]).shape == (6, 10)
    with pytest.raises(ValueError, match="depends on values"):
        Function(lambda x, s: ops.reshape(x, s))(ops.zeros((4,)), ops.convert_to_tensor([2, 2]))
    with pytest.raises(ValueError, match=r"non-negative integer.*newshape=\(-2, 5\)"):
        ops.reshape(np.zeros(20), (-2, 5))
    with pytest.raises(ValueError, match=r"at most one unknown.*newshape=\(-1, -1, 5\)"):
        ops.reshape(np.zeros(20), (-1, -1, 5))


def test_views_of_bits():
    x = ops.convert_to_tensor([1.0, -2.5], "bfloat16")
    np.testing.assert_array_equal(ops.view(x, "uint16"), [0x3F80, 0xC020])
    np.testing.assert_array_equal(ops.cast(ops.view(ops.view(x, "uint16"), "bfloat16"), "float32"),
                                  [1.0, -2.5])  # fmt: skip
    wide = ops.view(np.array([1, 2], "int64"), "int32")
    np.testing.assert_array_equal(wide, [1, 0, 2, 0])
    with pytest.raises(ValueError, match="not divisible by the new itemsize"):
        ops.view(np.zeros(3, "int8"), "int16")


def test_integers_are_asked_for_where_it_runs():
    x = ph.Input((3,))
    assert ops.bitwise_and(x, x).shape == (None, 3)  # a float by default, as in Keras
    with pytest.raises(TypeError, match="bitwise_and: expected integers; received float32"):
        ops.bitwise_and(np.ones(2, "float32"), np.ones(2, "float32"))
    with pytest.raises(TypeError, match="bitwise_and: expected integers"):
        Function(lambda x: ops.bitwise_and(x, x))(ops.ones((2,)))


def test_masks_as_indices():
    x = ph.Input((3,))
    picked = x[x > 1]
    assert picked.shape == (None,) and x[:, np.array([True, False, True])].shape == (None, 2)
    data = np.array([[0.0, 2, 3], [4, 1, 0]], "float32")
    np.testing.assert_array_equal(ph.Model(x, picked)(data), [2, 3, 4])
    assert [i.shape for i in ops.where(x > 1)] == [(None,)] * 2
    for call in (lambda x: x[x > 1], lambda x: ops.where(x > 1)):
        with pytest.raises(ValueError, match="depends on values.*run_eagerly=True"):
            Function(call)(ops.convert_to_tensor(data))
    t = ops.convert_to_tensor(data)
    with ph.engine.GradientTape() as tape:
        tape.watch(t)
        value = ops.sum(t[t > 1] ** 2)
    np.testing.assert_array_equal(tape.gradient(value, t), np.where(data > 1, 2 * data, 0))


@pytest.mark.parametrize("op", [ops.tile, ops.broadcast_to])
def test_counts_and_sizes_that_tensors_hold(op):
    """As published programs write them: sizes joined to a vector with the batch's."""

    def widened(x):
        size = ops.expand_dims(ops.shape(x)[0], -1)
        sizes = ops.concatenate([size, ops.convert_to_tensor([2, 1])], axis=0)
        row = ops.reshape(ops.arange(2), (1, 2, 1) if op is ops.broadcast_to else (1, 1, 2))
        return op(row, sizes)

    wanted = widened(ops.ones((3, 4)))
    assert tuple(wanted.shape) == ((3, 2, 1) if op is ops.broadcast_to else (3, 2, 2))
    np.testing.assert_array_equal(Function(widened)(ops.ones((3, 4))), wanted)
    x = ph.Input((4,))
    y = widened(x)
    assert y.shape == (None, None, None)
    np.testing.assert_array_equal(ph.Model(x, y)(ops.ones((3, 4))), wanted)

    class Mask(ph.layers.Layer):
        def call(self, x):
            return widened(x)

    model = ph.Model(x, Mask()(x))
    np.testing.assert_array_equal(model.predict(np.ones((3, 4)), verbose=0), wanted)


def test_counts_that_only_a_run_knows_are_refused_in_programs():
    with pytest.raises(ValueError, match="depends on values"):
        Function(lambda x, n: ops.tile(x, n))(ops.zeros((4,)), ops.convert_to_tensor([2]))
    with pytest.raises(TypeError, match="`repeats` must hold integers"):
        ops.tile([1, 2], 1.5)


@pytest.mark.parametrize("wrap", [np.array, ops.convert_to_tensor, list])
def test_widths_and_shifts_that_arrays_hold(wrap):
    x = np.arange(24.0).reshape(2, 3, 4)
    widths, shifts = [[0, 0], [1, 1], [2, 1]], [1, 2]
    wanted = np.pad(x, widths, mode="reflect"), np.roll(x, shifts, (0, 2))
    np.testing.assert_array_equal(ops.pad(x, wrap(widths), mode="reflect"), wanted[0])
    np.testing.assert_array_equal(ops.pad(x, wrap([2, 1])), np.pad(x, [2, 1]))
    np.testing.assert_array_equal(ops.pad(x, [wrap(w) for w in widths], "reflect"), wanted[0])
    np.testing.assert_array_equal(ops.roll(x, wrap(shifts), axis=(0, 2)), wanted[1])
