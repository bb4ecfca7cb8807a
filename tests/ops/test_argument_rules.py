"""Ops with arguments that their rows in the op table leave alone."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import activations, ops

X = np.array([-10.0, -5.0, 0.0, 5.0, 10.0, -np.inf], "float32")


@pytest.mark.parametrize("slope", [0.0, 0.5])
@pytest.mark.parametrize("ceiling", [None, 5.0, 6.0])
@pytest.mark.parametrize("threshold", [0.0, 5.0, -7.0])
def test_relu_with_all_its_arguments(slope, ceiling, threshold):
    high = X if ceiling is None else np.clip(X, 0, ceiling)
    low = slope * (X - threshold) if slope else np.zeros_like(X)
    want = np.where(X > threshold, high, low)
    found = activations.relu(X, negative_slope=slope, max_value=ceiling, threshold=threshold)
    np.testing.assert_allclose(found, want, rtol=1e-6)


@pytest.mark.parametrize("axis", [1, -2, 0])
@pytest.mark.parametrize("kept", [False, True])
def test_sparse_cross_entropy_along_another_axis(axis, kept):
    rng = np.random.RandomState(0)
    x = rng.normal(size=(3, 5, 4))
    classes = x.shape[axis]
    shape = [n for i, n in enumerate(x.shape) if i != axis % 3]
    labels = rng.randint(0, classes, shape)
    p = np.exp(x) / np.exp(x).sum(axis, keepdims=True)
    want = -np.log(np.take_along_axis(p, np.expand_dims(labels, axis), axis)).squeeze(axis)
    given = np.expand_dims(labels, axis) if kept else labels
    for output, logits in ((x, True), (p, False)):
        found = ops.sparse_categorical_crossentropy(
            given, output.astype("float32"), from_logits=logits, axis=axis
        )
        np.testing.assert_allclose(found, want, rtol=1e-5)
    y = ph.Input((5, 4))
    assert ops.sparse_categorical_crossentropy(ph.Input((4,)), y, axis=1).shape == (None, 4)
    with pytest.raises(ValueError, match="out of bounds"):
        ops.sparse_categorical_crossentropy(given, x, axis=3)


@pytest.mark.parametrize("other", ["bool", "int8", "bfloat16", "complex64"])
def test_logical_ops_of_complex_numbers(other):
    a = np.array([0, 1j, 2, 0], "complex64")
    b = np.array([0, 1, 0, 1])
    for name in ("logical_and", "logical_or", "logical_xor"):
        want = getattr(np, name)(a, b)
        given = ops.cast(b, other)
        np.testing.assert_array_equal(getattr(ops, name)(a, given), want)
        np.testing.assert_array_equal(getattr(ops, name)(given, a), want)
    np.testing.assert_array_equal(ops.logical_not(a), np.logical_not(a))
    with pytest.raises(ValueError, match="broadcast"):
        ops.logical_and(a, np.ones(3))


@pytest.mark.parametrize("size", [0, 1, -1])
def test_blocks_of_at_least_two(size):
    x = np.zeros((1, 4, 4, 4), "float32")
    for function in (ops.depth_to_space, ops.space_to_depth):
        with pytest.raises(ValueError, match="`block_size` must be at least 2"):
            function(x, size)


@pytest.mark.parametrize("order", ["a", -1, 0, 2.5])
def test_orders_of_norms(order):
    with pytest.raises(ValueError, match="`order` must be an int >= 1"):
        ops.normalize(np.ones(3), order=order)


@pytest.mark.parametrize("name", ["mean", "variance", "offset", "scale"])
def test_vectors_of_batch_normalization(name):
    right = np.ones(3, "float32")
    given = {"mean": right, "variance": right, name: np.ones(5, "float32")}
    for x in (np.ones((2, 3, 4), "float32"), ph.Input((3, 4))):
        with pytest.raises(ValueError, match=f"`{name}` must be a vector of length 3"):
            ops.batch_normalization(x, axis=1, **given)


def test_a_function_knows_its_shapes():
    a, b = ph.KerasTensor((None, 3)), ph.KerasTensor((None, 1))
    function = ph.Function({"a": a, "b": b}, [a + b, a])
    assert function.compute_output_shape({"a": (7, 3), "b": (None, 1)}) == [(7, 3), (7, 3)]
    assert ph.Function(a, a**2).compute_output_shape((None, 3)) == (None, 3)
    for what, given in (("inputs", ([], a)), ("outputs", (a, []))):
        with pytest.raises(ValueError, match=f"`{what}` argument cannot be empty"):
            ph.Function(*given)


def test_configs_of_operations():
    class Scale(ph.Operation):
        def __init__(self, alpha, *rest, **kwargs):
            super().__init__(**kwargs)
            self.alpha = alpha

    class Own(Scale):
        def get_config(self):
            return {**super().get_config(), "alpha": self.alpha}

    assert Scale(0.2, name="one").get_config() == {"alpha": 0.2, "name": "one"}
    with pytest.raises(NotImplementedError):
        Scale(0.2, "a", name="one").get_config()
    operation = Own(0.2)
    assert operation.get_config() == {"name": operation.name, "alpha": 0.2}
    assert Own.from_config(operation.get_config()).name == operation.name


def test_axes_of_a_transposition():
    for x in (np.ones((2, 3, 4), "float32"), ph.KerasTensor((2, 3, 4))):
        for axes, said in (
            ([0, 0, 0], r"valid permutation.*axes=\[0, 0, 0\]"),
            ([0, 1, 5], r"must be an integer in \[-3, 3\)"),
            ([0, 1], "a list of the same length as the input shape"),
        ):
            with pytest.raises(ValueError, match=said):
                ops.transpose(x, axes)


def test_unique_takes_each_nan_for_itself():
    x = np.array([1.0, np.nan, 2.0, np.nan], "float32")
    np.testing.assert_array_equal(ops.unique(x), [1.0, 2.0, np.nan, np.nan])
    assert ops.unique(x, size=5).shape == (5,)


def test_correlation_of_integers_is_a_float():
    for kind, want in (("int8", "float32"), ("uint32", "float32"), ("int64", "float64")):
        found = ops.correlate(np.arange(5).astype(kind), np.array([0, 1, 2], kind))
        assert found.dtype == want
        np.testing.assert_array_equal(found, np.correlate(np.arange(5), [0, 1, 2]))


def test_scopes_have_names():
    for name in ("foo/bar", 4):
        with pytest.raises(ValueError, match="must be a string"):
            ph.name_scope(name)


def test_loss_without_changing_the_model():
    model = ph.Sequential([ph.Input((2,)), ph.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    model.evaluate(x, y, verbose=0)
    before = model.get_weights()
    state = [
        [v.value for v in group]
        for group in (
            model.trainable_variables,
            model.non_trainable_variables,
            model.metrics_variables,
        )
    ]
    loss, after = model.stateless_compute_loss(*state, x=x, y=y, y_pred=0 * y)
    assert float(loss) == 1.0
    assert [len(group) for group in after] == [len(group) for group in state]
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    with pytest.warns(DeprecationWarning, match="compute_loss"):
        assert float(model.compiled_loss(y, 3 * y, regularization_losses=[])) == 4.0


def test_pieces_of_metrics_and_optimizers():
    auc = ph.metrics.AUC(curve="PR")
    auc.update_state([0, 1, 1, 0], [0.1, 0.8, 0.4, 0.5])
    assert float(auc.interpolate_pr_auc()) == float(auc.result())
    optimizer = ph.optimizers.LossScaleOptimizer(ph.optimizers.SGD())
    assert bool(optimizer.check_finite([ops.ones(2), None]))
    assert not bool(optimizer.check_finite([ops.ones(2), ops.array([np.inf])]))


@pytest.mark.parametrize("reduction", [None, "add", "mul", "max", "min"])
@pytest.mark.parametrize("place", [3, -4])
def test_an_update_outside_is_refused(reduction, place):
    with pytest.raises(ValueError, match="out of range"):
        ops.scatter_update([1, 2, 3], [[place]], [9], reduction=reduction)


def test_an_axis_out_of_bounds_is_a_value_error():
    with pytest.raises(ValueError, match="glu: axis 3 is out of bounds"):
        ops.glu([1.0, 2.0], axis=3)
    with pytest.raises(ValueError, match="average: axis 3 is out of bounds"):
        ops.average([1.0, 2.0], axis=3, weights=[1.0])
    both = ops.average([[1.0, 3.0]], axis=(0, 1), weights=[[3.0, 1.0]])
    assert float(both) == 1.5


# (a call, the words of its ValueError or TypeError)
WRONG = [
    (lambda: ops.cross(2.5, np.ones((2, 3))), "cross: axis -1"),
    (lambda: ops.in_top_k(np.ones((2, 3), int), 1.0, 2), "one axis more"),
    (lambda: ops.image.map_coordinates(np.ones((2, 3)), 1.0, 1), "at least rank 2"),
    (lambda: ops.scatter(3, np.ones(3), (3,)), "at most 1 elements"),
    (lambda: ops.scatter(np.ones((2, 3), int), np.ones(2), (3, 3)), "at most 2 elements"),
    (lambda: ops.scatter_update(np.ones((2, 3)), 1, np.ones(2)), "at most 2 elements"),
    (lambda: ops.slice_update(np.ones((2, 3)), (1,), np.ones((1, 1))), "one start for each axis"),
    (lambda: ops.slice_update(np.ones((2, 3)), (1, 1), np.ones(1)), "as many axes"),
    (lambda: ops.sparse_categorical_crossentropy(1, 2.0), "at least rank 1"),
    (lambda: ops.einsum(np.ones(3), np.ones(3)), "must be a string"),
    (lambda: ops.rearrange(np.ones(3), np.ones(3)), "must be a string"),
    (lambda: ops.unstack(np.ones((2, 3)), 3), "num=3"),
    (lambda: ops.unstack(np.ones((2, 3)), 1), "num=1"),
    (lambda: ops.image.extract_patches(np.ones((1, 4, 4, 1)), (0, 1)), "positive integers"),
    (lambda: ops.image.extract_patches(np.ones((1, 4, 4, 1)), 2, 0), "positive integers"),
    (lambda: ops.image.gaussian_blur(np.ones((1, 4, 4, 1)), (3,)), "two sizes"),
    (lambda: ops.segment_max(np.ones((2, 3)), np.zeros(2, int), (3, 3)), "must be an integer"),
    (lambda: ops.ctc_decode(np.ones((2, 3)), np.ones(2)), "batch, steps, classes"),
]


@pytest.mark.parametrize("call, words", WRONG, ids=[words for _, words in WRONG])
def test_wrong_ranks_are_told(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()


@pytest.mark.parametrize("make", [ph.KerasTensor, lambda s: np.ones(s, "float32")])
def test_indices_that_are_not_there_raise_either_error(make):
    x = make((4, 5))
    for key in (np.s_[:, 17], np.s_[0, 0, 0], np.s_[..., 0, ...], np.s_[-6]):
        for kind in (IndexError, ValueError):
            with pytest.raises(kind, match="out of range|too many indices|single Ellipsis"):
                ops.get_item(x, key)
    assert len(list(ops.convert_to_tensor(np.ones((4, 5))))) == 4
