"""Layers whose arguments or inputs make no sense tell so, and raise nothing else."""

import numpy as np
import pytest
from pronghorn import KerasTensor, layers

ones = np.ones
# (a call, the words of its ValueError or TypeError)
WRONG = [
    (lambda: layers.AdditiveAttention()([ones(()), ones(())]), "axis of features"),
    (lambda: layers.GroupQueryAttention(2, 4, 0), "must be positive"),
    (lambda: layers.GroupQueryAttention(0, 4, 2), "must be positive"),
    (lambda: layers.GroupQueryAttention(3, 4, 2)(ones((2, 3)), ones((2, 3))), "expects a query"),
    (lambda: layers.MelSpectrogram(fft_length=0)(ones((2, 100))), "positive integer"),
    (lambda: layers.MelSpectrogram(fft_length="x")(ones((2, 100))), "positive integer"),
    (lambda: layers.MelSpectrogram()(KerasTensor(())), "expects sounds"),
    (lambda: layers.Reshape((-1, 2))([]), "expects one tensor"),
    (lambda: layers.Resizing(3, 4)(KerasTensor((3,))), "an image or a batch"),
    (lambda: layers.Resizing(3, 4)(ones((2, 0, 6, 3))), "without a pixel"),
    (lambda: layers.CenterCrop(3, 4)(ones((2, 0, 6, 3))), "without a pixel"),
    (lambda: layers.Resizing(3, 4)({}), "key 'images'"),
    (lambda: layers.Softmax(axis=[])(ones((2, 3))), "names no axis"),
    (lambda: layers.Lambda(3), "`function` must be a function"),
    (lambda: layers.Conv2D(None, 2), "strictly positive value.*filters=None"),
    (lambda: layers.Conv1DTranspose("a", 2), "strictly positive value.*filters=a"),
    (lambda: layers.DepthwiseConv2D(2, depth_multiplier=None), "depth_multiplier=None"),
    (lambda: layers.StringLookup(vocabulary=3), "list of tokens or the name of a file"),
    (lambda: layers.STFTSpectrogram(data_format="x"), "`data_format` argument must be one of"),
    (lambda: layers.AdaptiveMaxPooling2D((1, 2, 3)), "an integer or 2 integers"),
    (lambda: layers.GroupNormalization(-1)(ones((2, 3, 0))), "no channels"),
]


@pytest.mark.parametrize("call, words", WRONG)
def test_what_makes_no_sense_is_told(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()


@pytest.mark.parametrize(
    "given",
    [
        {"shape": (4,)},
        {"batch_size": 3},
        {"batch_shape": (2, 4)},
        {"dtype": "int32"},
        {"sparse": True},
        {"ragged": True},
    ],
)
def test_inputs_that_contradict_their_tensor(given):
    tensor = KerasTensor((2, 3))
    (what,) = given
    with pytest.raises(ValueError, match=f"cannot provide an incompatible `{what}`"):
        layers.InputLayer(input_tensor=tensor, **given)
    assert layers.InputLayer(input_tensor=tensor, sparse=False).output is tensor
