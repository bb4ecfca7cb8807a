"""Sizes that only the run knows: through ops, through recorded ops, and through a model again."""

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, ops, random
from pronghorn.engine import trace

CASES = {
    "zeros": (lambda x: ops.zeros((ops.shape(x)[0], 3)), (None, 3)),
    "zeros_like": (ops.zeros_like, (None, 6)),
    "uniform": (lambda x: random.uniform((ops.shape(x)[0], 2), seed=1), (None, 2)),
    "broadcast_to": (
        lambda x: ops.broadcast_to(ops.ones((1, 4)), (ops.shape(x)[0], 4)),
        (None, 4),
    ),
    "reshape": (lambda x: ops.reshape(x, (-1, 2, 3)), (None, 2, 3)),
    "concatenate": (lambda x: ops.concatenate([x, x], 0), (None, 6)),
    "repeat": (lambda x: ops.repeat(x, 2, 0), (None, 6)),
    "stack": (lambda x: ops.stack([x, x], 1), (None, 2, 6)),
    "index": (lambda x: x[:, -1], (None,)),
    "slice": (lambda x: x[1:], (None, 6)),
    "new axis": (lambda x: x[None, ..., None], (1, None, 6, 1)),
    "pad": (lambda x: ops.pad(x, 1), (None, 8)),
    "one_hot": (lambda x: ops.one_hot(ops.argmax(x, -1), 5), (None, 5)),
    "dropout": (lambda x: random.dropout(x, 0.1, seed=1), (None, 6)),
    "tiled": (lambda x: ops.zeros((ops.shape(x)[0] * 2 + 1, 3)), (None, 3)),
    "tile to nothing": (lambda x: ops.tile(x, (1, 0)), (None, 0)),
    "repeat to nothing": (lambda x: ops.repeat(x, 0, 1), (None, 0)),
    "sparsemax of rows": (lambda x: ops.sparsemax(x, axis=0), (None, 6)),
}


@pytest.mark.parametrize("call, shape", CASES.values(), ids=CASES)
def test_abstract_and_real_shapes_agree(call, shape):
    abstract = trace.eval_shape(call, engine.KerasTensor((None, 6)))
    assert abstract.shape == shape
    real = call(ops.ones((4, 6)))
    assert len(real.shape) == len(shape)
    assert all(a in (None, b) for a, b in zip(shape, real.shape))


@pytest.mark.parametrize("call, shape", CASES.values(), ids=CASES)
def test_recorded_in_a_model(call, shape):
    x = pronghorn.Input((6,))
    y = call(x)
    assert y.shape == shape
    model = pronghorn.Model(x, y)
    expected = call(ops.ones((4, 6)))
    np.testing.assert_array_equal(model(np.ones((4, 6), "float32")), expected)
    # the model over an unknown batch once more, as when it is a layer of another one
    assert trace.eval_shape(model, engine.KerasTensor((None, 6))).shape == shape


def test_no_trace_no_unknown_size():
    with pytest.raises(ValueError, match=r"\(None, 3\) has an unknown size"):
        ops.zeros((None, 3))
