"""Ops on KerasTensors of which more sizes are unknown than the batch's: the shape that is known,
and the values when the model runs."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import metrics, ops

RNG = np.random.RandomState(0)
PICTURES = RNG.normal(size=(2, 6, 8, 4)).astype("float32")
VOLUMES = RNG.normal(size=(2, 5, 6, 7, 3)).astype("float32")
ROWS = RNG.normal(size=(5, 4)).astype("float32")
SQUARES = RNG.normal(size=(3, 4, 4)).astype("float32") + 4 * np.eye(4, dtype="float32")
FILTERS = RNG.normal(size=(2, 3, 2, 3, 4)).astype("float32")

TABLE = {
    "adaptive means": (
        lambda x: ops.adaptive_average_pool(x, (2, 3), data_format="channels_last"),
        PICTURES, (None, None, None, 4), (None, 2, 3, 4),
    ),
    "adaptive maxima": (
        lambda x: ops.adaptive_max_pool(x, 4, data_format="channels_first"),
        PICTURES, (None, 6, None, None), (None, 6, 4, 4),
    ),
    "conv3d": (
        lambda x: ops.conv(x, FILTERS, 2, "same"),
        VOLUMES, (None, None, None, None, 3), (None, None, None, None, 4),
    ),
    "conv3d of known planes": (
        lambda x: ops.conv(x, FILTERS, (1, 2, 1), "same"),
        VOLUMES, (None, None, 6, 7, 3), (None, None, 3, 7, 4),
    ),
    "counts of rows": (
        lambda x: ops.bincount(ops.cast(ops.abs(x) * 3, "int32") % 5, minlength=5),
        ROWS, (None, None), (None, 5),
    ),
    "attention, unknown heads": (
        lambda x: ops.dot_product_attention(x, x, x, is_causal=True),
        PICTURES, (None, None, None, 4), (None, None, None, 4),
    ),
    "attention, unknown size": (
        lambda x: ops.dot_product_attention(x, x, x[..., :2], bias=np.ones((8, 6, 6), "float32")),
        PICTURES, (None, 6, 8, None), (None, 6, 8, None),
    ),
    "solve": (lambda x: ops.solve(x, np.ones((3, 4, 2), "float32")), SQUARES,
              (None, None, None), (3, 4, 2)),
    "complex": (lambda x: ops.view_as_complex(x[..., :2]), ROWS, (None, None), (None,)),
    "rfft": (lambda x: ops.rfft(x, 9)[1], ROWS, (None, None), (None, 5)),
    "rfft cut": (lambda x: ops.rfft(x, 3)[0], ROWS, (None, None), (None, 2)),
    "irfft": (lambda x: ops.irfft((x, x * 2)), ROWS, (None, None), (None, None)),
    "istft": (
        lambda x: ops.istft((x, x * 2), 6, 3, 6, length=9), PICTURES, (2, 6, None, 4), (2, 6, 9),
    ),
    "slice": (lambda x: ops.slice(x, (1, 0, 1), (2, -1, 2)), SQUARES, (None, None, None),
              (2, None, 2)),
    "slice_update": (
        lambda x: ops.slice_update(x, (1, 0), ops.ones_like(x)[:2, :3]), ROWS, (None, None),
        (None, None),
    ),
    "in_top_k": (lambda x: ops.in_top_k(np.array([0, 1, 2, 3, 9]), x, 2), ROWS, (None, None),
                 (5,)),
    "top k of rows": (
        lambda x: metrics.top_k_categorical_accuracy(ops.flip(x, 1), x, 2), ROWS, (None, None),
        (None,),
    ),
    "top k of steps": (
        lambda x: metrics.sparse_top_k_categorical_accuracy(ops.argmin(x, -1), x, 3), SQUARES,
        (None, 4, None), (None, 4),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_shapes_and_values(name):
    function, array, given, shape = TABLE[name]
    inputs = ph.Input(batch_shape=given)
    outputs = function(inputs)
    assert outputs.shape == shape
    want = function(ops.convert_to_tensor(array))
    found = ph.Model(inputs, outputs)(array)
    assert found.dtype == outputs.dtype == want.dtype
    np.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)


def test_adaptive_layers_of_pictures_of_any_size():
    inputs = ph.Input((None, None, 4))
    outputs = ph.layers.AdaptiveAveragePooling2D((2, 3))(inputs)
    assert outputs.shape == (None, 2, 3, 4)
    model = ph.Model(inputs, outputs)
    assert model.predict(PICTURES, verbose=0).shape == (2, 2, 3, 4)
    again = ph.models.model_from_json(model.to_json())
    np.testing.assert_allclose(again(PICTURES), model(PICTURES))


def test_shapes_that_a_layer_makes_of_unknown_sizes():
    inputs = ph.Input((None, 3))
    assert ph.layers.Flatten()(inputs).shape == (None, None)
    assert ops.unique(ph.Input((None, 4)), size=5).shape == (5,)
    model = ph.Model(inputs, ph.layers.Flatten()(inputs))
    assert model(np.ones((2, 4, 3))).shape == (2, 12)


def test_a_slice_outside_fails_when_it_is_known():
    inputs = ph.Input((None,))
    model = ph.Model(inputs, ops.slice(inputs, (0, 2), (1, 3)))
    assert model(np.ones((1, 5))).shape == (1, 3)
    with pytest.raises(ValueError, match="leave the shape"):
        model(np.ones((1, 4)))
