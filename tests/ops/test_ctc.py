"""CTC against real Keras and PyTorch (ctc_values.npz, written by make_ctc_values.py), sums over all
alignments, and finite differences."""

import itertools
from pathlib import Path

import make_ctc_values
import numpy as np
import pronghorn as ph
import pytest
from make_ctc_values import BATCH, CLASSES, LENGTH, TIME, problem
from pronghorn import backend as K
from pronghorn import engine, losses, ops
from pronghorn.engine import device

VALUES = np.load(Path(make_ctc_values.__file__).with_name("ctc_values.npz"))
blanks = pytest.mark.parametrize("blank", [0, CLASSES - 1])


def labels_for(target, blank):
    return target if blank == 0 else target - 1


def weighted(logits, target, lengths, steps, blank=0):
    x = engine.convert_to_tensor(logits)
    with engine.GradientTape() as tape:
        tape.watch(x)
        loss = ops.ctc_loss(target, x, lengths, steps, mask_index=blank)
        total = ops.sum(loss * np.arange(1, len(logits) + 1).astype(logits.dtype))
    return np.asarray(loss), np.asarray(tape.gradient(total, x))


@blanks
@pytest.mark.parametrize("dtype, tolerance", [("float32", 2e-5), ("float64", 1e-9)])
def test_loss_and_gradient(blank, dtype, tolerance):
    device.reset_compose_count()
    logits, target, lengths, steps = problem()
    target = labels_for(target, blank)
    loss, gradient = weighted(logits.astype(dtype), target, lengths, steps, blank)
    assert loss.dtype == dtype
    np.testing.assert_allclose(loss, VALUES[f"torch_loss{blank}"], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(gradient, VALUES[f"torch_gradient{blank}"], atol=20 * tolerance)
    np.testing.assert_allclose(loss, VALUES[f"loss{blank}"], rtol=2e-5)
    np.testing.assert_allclose(gradient, VALUES[f"gradient{blank}"], atol=2e-4)
    assert device.compose_count() == 0


def spelled(alignment, blank=0):
    merged = [k for i, k in enumerate(alignment) if i == 0 or k != alignment[i - 1]]
    return tuple(k for k in merged if k != blank)


def test_sum_over_all_alignments():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(1, 5, 3))
    logp = logits[0] - np.log(np.exp(logits[0]).sum(-1, keepdims=True))
    for target in ((), (1,), (1, 1), (1, 2), (2, 1, 2), (1, 1, 1)):
        total = sum(
            np.exp(sum(logp[t, k] for t, k in enumerate(a)))
            for a in itertools.product(range(3), repeat=5)
            if spelled(a) == target
        )
        padded = np.zeros((1, 3), "int32")
        padded[0, : len(target)] = target
        found = ops.ctc_loss(padded, logits, [len(target)], [5])
        np.testing.assert_allclose(found, [-np.log(total)], rtol=1e-12)


def test_more_labels_than_steps():
    logits, target, _, _ = problem()
    assert VALUES["impossible"] > 700  # TensorFlow stops at the log of the least float
    loss, gradient = weighted(logits[:1], target[:1], [4], [2])
    assert np.isinf(loss).all() and (gradient == 0).all()


def test_plain_definition_and_gradient_of_gradient():
    logits, target, lengths, steps = problem()
    x = ops.log_softmax(engine.convert_to_tensor(logits.astype("float64")))
    inputs = (x, *(engine.convert_to_tensor(a) for a in (target, lengths, steps)))
    for name in ("ctc", "ctc_grad"):
        op = engine.dispatch.op(name)
        np.testing.assert_allclose(op(inputs, (0,)), op.compose(inputs, (0,))[0], atol=1e-9)
    direction = np.random.default_rng(1).normal(size=logits.shape)

    def slope(values):
        x = engine.convert_to_tensor(values)
        with engine.GradientTape() as tape:
            tape.watch(x)
            loss = ops.sum(ops.ctc_loss(target, x, lengths, steps))
        return ops.sum(tape.gradient(loss, x) * direction)

    x = engine.convert_to_tensor(logits.astype("float64"))
    with engine.GradientTape() as tape:
        tape.watch(x)
        y = slope(x)
    found = np.sum(np.asarray(tape.gradient(y, x)) * direction)
    ends = [float(slope(logits.astype("float64") + s * direction)) for s in (1e-6, -1e-6)]
    np.testing.assert_allclose(found, (ends[0] - ends[1]) / 2e-6, rtol=1e-6)


@pytest.mark.parametrize("sizes", [(0, 3, 4, 2), (2, 0, 4, 2), (2, 3, 4, 0), (1, 1, 2, 1)], ids=str)
def test_sizes(sizes):
    batch, steps, classes, length = sizes
    loss, gradient = weighted(
        np.zeros((batch, steps, classes), "float32"), np.ones((batch, length), "int32"),
        np.full(batch, length), np.full(batch, steps),
    )  # fmt: skip
    assert loss.shape == (batch,) and gradient.shape == (batch, steps, classes)
    assert (np.isinf(loss) == (steps < length)).all()


def test_bitwise_equal_for_any_thread_count(threads):
    logits, target, lengths, steps = problem()
    results = []
    for count in (1, 2, 3):
        threads(count)
        results.append(weighted(logits, target, lengths, steps))
    for other in results[1:]:
        np.testing.assert_array_equal(results[0][0], other[0])
        np.testing.assert_array_equal(results[0][1], other[1])


@blanks
@pytest.mark.parametrize("merge", [True, False])
def test_greedy(blank, merge):
    logits, _, _, steps = problem()
    labels, score = ops.ctc_decode(logits, steps, merge_repeated=merge, mask_index=blank)
    assert labels.dtype == "int32"
    np.testing.assert_array_equal(labels, VALUES[f"greedy{blank}{merge}"])
    np.testing.assert_allclose(score, VALUES[f"greedy_score{blank}{merge}"], rtol=1e-5)


@blanks
@pytest.mark.parametrize("width, paths", [(100, 3), (4, 2), (1, 1)])
def test_beam(blank, width, paths):
    logits, _, _, steps = problem()
    labels, score = ops.ctc_decode(logits, steps, "beam_search", width, paths, mask_index=blank)
    np.testing.assert_array_equal(labels, VALUES[f"beam{blank}_{width}"])
    np.testing.assert_allclose(score, VALUES[f"beam_score{blank}_{width}"], rtol=1e-4, atol=1e-5)


def test_wide_beam_finds_the_most_probable_labels():
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(1, 5, 3))
    p = np.exp(logits[0]) / np.exp(logits[0]).sum(-1, keepdims=True)
    total = {}
    for a in itertools.product(range(3), repeat=5):
        total[spelled(a)] = total.get(spelled(a), 0) + np.prod([p[t, k] for t, k in enumerate(a)])
    best = sorted(total, key=total.get)[::-1][:3]
    labels, scores = ops.ctc_decode(logits, [5], "beam_search", 200, 3)
    for k, want in enumerate(best):
        assert tuple(i for i in np.asarray(labels)[k, 0].tolist() if i >= 0) == want
        np.testing.assert_allclose(np.asarray(scores)[0, k], np.log(total[want]), rtol=1e-9)


def test_symbolic_shapes():
    x, n = ph.Input((None, 4)), ph.Input((), dtype="int32")
    labels, scores = ops.ctc_decode(x, n)
    assert labels.shape == (1, None, None) and scores.shape == (None, 1)
    model = ph.Model([x, n], [labels, scores])
    logits, _, _, steps = problem()
    found = model([logits[..., :4], steps])
    want = ops.ctc_decode(logits[..., :4], steps)
    np.testing.assert_array_equal(found[0], want[0])
    np.testing.assert_allclose(found[1], want[1], rtol=1e-6)


def test_loss_class():
    logits, target, lengths, _ = problem()
    target = np.where(np.arange(LENGTH) < lengths[:, None], target, 0)
    found = losses.CTC(reduction=None)(target, logits)
    np.testing.assert_allclose(found, VALUES["loss_class"], rtol=2e-5)
    # 0 counts where it is one of the first labels, as in Keras
    small = (np.arange(24).reshape((2, 4, 3)).astype("float32") - 12) / 100
    value = losses.CTC()(np.array([[1, 2, 1, 0], [1, 2, 0, 2]]), small)
    np.testing.assert_allclose(value, VALUES["blank_label"], rtol=1e-5)
    half = losses.CTC(dtype="bfloat16", reduction=None)(target, logits)
    assert half.dtype == "bfloat16"
    assert losses.get("ctc") is losses.ctc and losses.get("CTC") is not None
    again = losses.deserialize(losses.serialize(losses.CTC(name="n")))
    assert isinstance(again, losses.CTC) and again.name == "n"
    with pytest.raises(ValueError, match="`y_true` are expected"):
        losses.ctc(np.zeros(3), logits)
    with pytest.raises(ValueError, match="`y_pred` are expected"):
        losses.ctc(target, logits[0])


def test_training():
    rng = np.random.default_rng(3)
    target = rng.integers(1, 4, (32, 2)).astype("int32")
    x = np.zeros((32, 6, 4), "float32")
    for i, (a, b) in enumerate(target):
        x[i, 1, a] = x[i, 4, b] = 1
    model = ph.Sequential([ph.Input((6, 4)), ph.layers.LSTM(16, return_sequences=True),
                           ph.layers.Dense(4)])  # fmt: skip
    model.compile(ph.optimizers.Adam(0.05), ph.losses.CTC())
    model.fit(x, target, epochs=60, batch_size=16, verbose=0)
    labels, _ = ops.ctc_decode(model.predict(x, verbose=0), np.full(32, 6))
    assert np.mean((np.asarray(labels)[0, :, :2] == target).all(1)) > 0.8


def test_K():
    logits, target, lengths, steps = problem()
    e = np.exp(logits - logits.max(-1, keepdims=True))
    probs = e / e.sum(-1, keepdims=True)
    cost = K.ctc_batch_cost(target - 1, probs, steps[:, None], np.maximum(lengths, 1)[:, None])
    np.testing.assert_allclose(cost, VALUES["batch_cost"], rtol=2e-5)
    for greedy in (True, False):
        decoded, score = K.ctc_decode(probs, steps, greedy, top_paths=2)
        np.testing.assert_array_equal(
            np.stack([np.asarray(d) for d in decoded]), VALUES[f"K{greedy}"]
        )
        np.testing.assert_allclose(score, VALUES[f"K_score{greedy}"], rtol=1e-4, atol=1e-5)
    sparse = K.ctc_label_dense_to_sparse(target, lengths)
    np.testing.assert_array_equal(sparse.indices, VALUES["indices"])
    np.testing.assert_array_equal(sparse.values, VALUES["values"])
    assert tuple(sparse.dense_shape) == tuple(VALUES["shape"]) == (BATCH, LENGTH)


def test_wrong_arguments():
    logits, target, lengths, steps = problem()
    with pytest.raises(ValueError, match="same first dimension"):
        ops.ctc_loss(target[:2], logits, lengths, steps)
    with pytest.raises(ValueError, match="same first dimension"):
        ops.ctc_loss(target, logits, lengths[:3], steps)
    with pytest.raises(ValueError, match=r"blank is class 5.*\[0, 5\)"):
        ops.ctc_loss(target, logits, lengths, steps, mask_index=CLASSES)
    with pytest.raises(ValueError, match="label is out of range"):
        ops.ctc_loss(target + 4, logits, lengths, steps)
    with pytest.raises(ValueError, match="Invalid strategy"):
        ops.ctc_decode(logits, steps, "best")
    with pytest.raises(ValueError, match="top_paths=3"):
        ops.ctc_decode(logits, steps, "beam_search", beam_width=2, top_paths=3)
    assert logits.shape == (BATCH, TIME, CLASSES)
