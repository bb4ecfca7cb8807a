"""Operations on KerasTensors of unknown sizes: what Keras gives, or an error with a way out."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import KerasTensor, ops

X = np.arange(6, dtype="float32").reshape(2, 3)


def results(function, x=X):
    """What a model of the function gives, called and compiled."""
    inputs = ph.Input((None,))
    model = ph.Model(inputs, function(inputs))
    called, predicted = model(x), model.predict(x, verbose=0)
    ph.tree.map_structure(np.testing.assert_array_equal, called, predicted)
    return ph.tree.map_structure(np.asarray, called)


def test_size_is_a_tensor():
    for shape in ((None, 3), (2, 3), ()):
        counted = ops.size(KerasTensor(shape))
        assert (counted.shape, counted.dtype) == ((), "int32")
    assert results(ops.size) == 6
    assert results(lambda x: ops.size(x) // 2) == 3
    np.testing.assert_allclose(results(lambda x: x / ops.size(x)), X / 6)
    assert results(lambda x: ops.reshape(x, (ops.size(x),))).shape == (6,)


def test_sizes_of_layers_are_numbers_to_reckon_with():
    mean = ph.layers.Lambda(lambda x: ops.reshape(x, (ops.size(x) // 3, 3)) / ops.size(x))
    np.testing.assert_allclose(results(mean), X / 6)


def test_models_with_sizes_are_saved(tmp_path):
    inputs = ph.Input((None,))
    model = ph.Model(inputs, ops.reshape(inputs, (ops.size(inputs),)) / ops.size(inputs))
    model.save(tmp_path / "m.keras")
    again = ph.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again(X), X.ravel() / 6)


@pytest.mark.parametrize("axis", [0, -2, (1, 0)])
def test_squeeze_of_an_unknown_axis(axis):
    with pytest.raises(ValueError, match="size of axis .* is not known"):
        ops.squeeze(KerasTensor((None, 1)), axis)


def test_squeeze_of_other_axes():
    assert ops.squeeze(KerasTensor((None, 1)), 1).shape == (None,)
    assert ops.squeeze(KerasTensor((None, 1, None))).shape == (None, None)
    lambda_layer = ph.layers.Lambda(lambda x: ops.squeeze(x, 1))
    assert results(lambda_layer, X[:, :1]).shape == (2,)
    assert results(lambda x: ph.backend.squeeze(x, 1), X[:, :1]).shape == (2,)  # as in Keras 2
    with pytest.raises(ValueError, match="only an axis of size 1"):
        results(lambda_layer)


def double(i, x):
    return i + 1, x * 2


def test_loops_over_sizes():
    def over_rows(x):
        return ops.while_loop(lambda i, y: i < ops.shape(y)[0], double, (0, x))

    def from_size(x):
        return ops.while_loop(lambda i, y: i < 3, double, (ops.shape(x)[0], x))

    def to_size(x):
        step = ops.while_loop(
            lambda i, n, y: i < n, lambda i, n, y: (i + 1, n, y * 2), (0, ops.shape(x)[1], x)
        )
        return step[2]

    assert ph.tree.map_structure(np.ndarray.tolist, results(over_rows)) == (2, (X * 4).tolist())
    assert ph.tree.map_structure(np.ndarray.tolist, results(from_size)) == (3, (X * 2).tolist())
    np.testing.assert_array_equal(results(to_size), X * 8)
    few = results(lambda x: ops.switch(ops.shape(x)[0], [ops.sin, ops.cos, ops.square], x))
    np.testing.assert_array_equal(few, X**2)


def test_loops_say_how_they_see_symbolic_tensors():
    x = ph.Input((None,))
    with pytest.raises(ValueError, match="through `loop_vars` alone"):
        ops.while_loop(lambda i: i < ops.shape(x)[1], lambda i: (i + 1,), (0,))
    with pytest.raises(ValueError, match="through `loop_vars` alone"):
        ops.while_loop(lambda i, y: i < ops.shape(x)[1], double, (0, x))
    with pytest.raises(ValueError, match="through `loop_vars` alone"):
        ops.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))
    with pytest.raises(ValueError, match="through `init_val` alone"):
        ops.fori_loop(0, 3, lambda i, y: y * x, x)
    with pytest.raises(ValueError, match="through `xs` alone"):
        ops.map(lambda row: row * x, x)


@pytest.mark.parametrize("name", ["tril", "triu"])
@pytest.mark.parametrize("shape", [(), (3,), (None,)])
def test_triangles_need_matrices(name, shape):
    with pytest.raises(ValueError, match="at least two axes"):
        getattr(ops, name)(KerasTensor(shape))


def test_places_of_true_elements():
    assert [x.shape for x in ops.where(KerasTensor((None, 3), dtype="bool"))] == [(None,)] * 2
    with pytest.raises(ValueError, match="either both should be `None`"):
        ops.where(KerasTensor((3,), dtype="bool"), 1.0)


def test_channels_that_do_not_match():
    x = KerasTensor((2, 10, 3))
    narrow, deep = KerasTensor((3, 5, 4)), KerasTensor((3, 5, 1))
    for call in (
        lambda: ops.conv(x, narrow),
        lambda: ops.depthwise_conv(x, deep),
        lambda: ops.separable_conv(x, deep, KerasTensor((1, 5, 4))),
    ):
        with pytest.raises(ValueError, match="input channels must match the kernel"):
            call()


def test_older_scaling_warns():
    with pytest.warns(UserWarning, match="You passed `rms_scaling=True`, which is deprecated"):
        ops.layer_normalization(X, rms_scaling=True)


def test_a_loops_condition_may_have_any_symbolic_shape():
    """As in Keras, which looks at it when the loop runs; then it must be one truth."""
    x = KerasTensor((10,))
    assert ops.while_loop(lambda x: x < 10, lambda x: x + 1, x).shape == (10,)
    with pytest.raises(TypeError, match="one element"):
        ops.while_loop(lambda x: x < 10, lambda x: x + 1, np.zeros(10))


@pytest.mark.parametrize(
    "call, shape",
    [
        (lambda x, i: ops.take(x, i, axis=1), (2, None, 3)),
        (lambda x, i: ops.take_along_axis(x, ops.reshape(i, (2, 3)), axis=1), (2, 3)),
        (lambda x, i: ops.ldexp(x, ops.reshape(i, (2, 3))), (2, 3)),
        (lambda x, i: ops.scatter_update(x, ops.reshape(i, (3, 2)), ops.ones((3,))), (2, 3)),
    ],
)
def test_symbolic_indices_of_floats_wait_for_values(call, shape):
    """A KerasTensor is of floats where nobody said otherwise; as in Keras the values decide."""
    x, i = KerasTensor((2, 3)), KerasTensor((None, 3))
    y = call(x, i)
    assert y.shape == shape
    with pytest.raises(TypeError, match="integer"):
        ph.Model([x, i], y)([np.ones((2, 3), "float32"), np.zeros((2, 3), "float32")])
