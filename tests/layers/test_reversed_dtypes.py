"""The way back of ReversibleEmbedding computes in the dtype that its inputs and table share."""

import numpy as np
import pronghorn as ph
import pytest

# (policy, reverse_dtype, dtype of inputs, dtype of scores): Keras 3.15 on TensorFlow, whose
# Embedding does not cast its inputs.
CASES = [
    ("float32", None, "float32", "float32"),
    ("float32", None, "float16", "float32"),
    ("float32", None, "float64", "float64"),
    ("float32", "bfloat16", "float64", "bfloat16"),
    ("mixed_bfloat16", None, "bfloat16", "bfloat16"),
    ("mixed_float16", None, "float16", "float16"),
    ("mixed_bfloat16", "bfloat16", "float32", "bfloat16"),
    ("bfloat16", None, "bfloat16", "bfloat16"),
    ("bfloat16", None, "float32", "float32"),
]


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize(("policy", "reverse_dtype", "given", "wanted"), CASES)
def test_reverse(policy, reverse_dtype, given, wanted, tied):
    layer = ph.layers.ReversibleEmbedding(
        5, 3, tie_weights=tied, reverse_dtype=reverse_dtype, dtype=policy
    )
    layer(np.array([[1, 2]]))
    layer.set_weights([np.full(w.shape, 1.001, "float32") for w in layer.weights])
    scores = layer(ph.ops.ones((2, 3), given), reverse=True)
    assert str(scores.dtype) == wanted
    assert scores.shape == (2, 5)
    tolerance = 1e-5 if policy == "float32" and not reverse_dtype else 0.02
    assert np.allclose(ph.ops.cast(scores, "float32"), 3.003, atol=tolerance)
