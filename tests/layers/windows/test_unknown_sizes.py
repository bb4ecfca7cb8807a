"""Windows over symbolic tensors whose sizes only a run knows: one graph for every size."""

import numpy as np
import pronghorn as ph
import pytest

ops = ph.ops
CASES = {
    "max": (2, lambda x: ops.max_pool(x, 3, 2, "same")),
    "average": (2, lambda x: ops.average_pool(x, 2, 2, "same")),
    "conv": (2, lambda x: ops.conv(x, np.ones((3, 3, 2, 4), "float32"), 2, "same")),
    "depthwise": (2, lambda x: ops.depthwise_conv(x, np.ones((3, 3, 2, 2), "f"), 2, "same")),
    "steps": (1, lambda x: ops.conv(x, np.ones((3, 2, 4), "float32"), 2, "same")),
    "pool steps": (1, lambda x: ops.max_pool(x, 2, 2, "same")),
    "valid": (2, lambda x: ops.max_pool(x, 2, 2, "valid")),
}


@pytest.mark.parametrize("case", CASES)
def test_equals_the_eager_op_at_every_size(case):
    rank, function = CASES[case]
    x = ph.Input((*(None,) * rank, 2))
    y = function(x)
    model = ph.Model(x, y)
    assert y.shape[:-1] == (None,) * (rank + 1)
    for size in (5, 6, 8):
        value = np.random.default_rng(size).random((2, *(size, size + 1)[:rank], 2), "float32")
        want = function(ops.convert_to_tensor(value))
        np.testing.assert_allclose(model.predict(value, verbose=0), want, rtol=1e-6)
