"""Lists that hold tensors, given where a tensor is taken."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import ops
from pronghorn.engine.trace import Function


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_flow_through_lists_of_tensors(compiled):
    """A list that holds tensors is stacked, not copied by way of NumPy."""
    v = keras.Variable(np.array([1.0, 2.0], "float32"))

    def gradient():
        with keras.GradientTape() as tape:
            y = ops.sum(ops.square([v * 2.0, [3.0, v[1]]]))
        return tape.gradient(y, v)

    g = Function(gradient)() if compiled else gradient()
    np.testing.assert_allclose(g, [8.0, 20.0])


def test_lists_of_tensors_promote_and_refuse_ragged_ones():
    i, f = ops.ones((2,), "int32"), ops.ones((2,), "float16")
    assert ops.convert_to_tensor([i, f]).dtype == "float16"
    assert ops.convert_to_tensor([[i, [1, 2]], [i, i]]).shape == (2, 2, 2)
    assert ops.convert_to_tensor([i, [1.5, True]]).dtype == "float32"
    assert ops.convert_to_tensor([i[0], 2**40]).dtype == "int64"
    with pytest.raises(ValueError, match="pad or reshape"):
        ops.convert_to_tensor([i, f[:1]])
    with pytest.raises((TypeError, ValueError), match="KerasTensor|symbolic"):
        ops.convert_to_tensor([f, keras.Input((2,))])
    with pytest.raises((TypeError, ValueError)):
        ops.convert_to_tensor([f, ["a", "b"]])
