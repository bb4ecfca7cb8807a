"""Merging layers over masked inputs. The numbers are those of Keras 3.15 on TensorFlow."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers

A = np.array([[[0, 0], [1, 2], [0, 0], [3, 4]]], "float32")
B = np.array([[[0, 0], [0, 0], [1, 2], [3, 4]]], "float32")
ONE_MASK = {
    "Multiply": [[0, 0], [0, 0], [1, 2], [9, 16]],
    "Maximum": [[0, 0], [1, 2], [1, 2], [3, 4]],
}
BOTH_MASKS = {
    "Multiply": [[0, 0], [1, 2], [1, 2], [9, 16]],
    "Maximum": [[0, 0], [1, 2], [1, 2], [3, 4]],
}


@pytest.mark.parametrize("name", ONE_MASK)
@pytest.mark.parametrize("built", [False, True], ids=["eager", "model"])
def test_what_is_masked_is_left_to_the_other_input(name, built):
    def merged(a, b, both):
        masking, merge = layers.Masking(), getattr(layers, name)()
        return merge([masking(a), masking(b) if both else b])

    for both, wanted in ((False, ONE_MASK[name]), (True, BOTH_MASKS[name])):
        if built:
            inputs = [ph.Input((4, 2)), ph.Input((4, 2))]
            model = ph.Model(inputs, merged(*inputs, both))
            found = model.predict([A, B], verbose=0)
        else:
            found = merged(A, B, both)
        np.testing.assert_array_equal(np.asarray(found)[0], wanted)


def test_a_product_of_ranks_and_a_mask():
    x = layers.Masking()(A)
    y = layers.Multiply()([x, np.full((1, 4, 1), 3, "float32")])
    np.testing.assert_array_equal(np.asarray(y)[0], [[3, 3], [3, 6], [3, 3], [9, 12]])
