"""Layers over images: values as Keras's (make_values.py), shapes, configs, dicts, training."""

from pathlib import Path

import numpy as np
import pronghorn as ph
import pytest
from layers.preprocessing.images.cases import BOXES, CALLS, CASES, X
from pronghorn import layers, ops

VALUES = np.load(Path(__file__).with_name("keras_values.npz"))


@pytest.mark.parametrize("name", CASES)
def test_values_are_keras(name):
    make, drawn = CASES[name]
    if isinstance(drawn, dict):
        drawn = {key: ops.convert_to_tensor(value) for key, value in drawn.items()}
    found = make(ph).transform_images(ops.convert_to_tensor(X), drawn, training=True)
    np.testing.assert_allclose(np.asarray(found), VALUES[name], rtol=1e-4, atol=2e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.CenterCrop(2, 3),
        lambda: layers.Resizing(3, 2),
        lambda: layers.RandomFlip(seed=3),
    ],
)
def test_a_list_of_images_is_a_batch(make):
    images = list(X.astype("uint8"))
    np.testing.assert_array_equal(make()(images), make()(X.astype("uint8")))
    with pytest.raises(ValueError, match="all must have one size.*resize them first"):
        make()([images[0], images[1][1:]])


@pytest.mark.parametrize("name", CALLS)
def test_images_and_boxes_are_keras(name):
    boxes = BOXES / np.float32(9) if "pad" in name else BOXES
    data = {"images": X, "bounding_boxes": {"boxes": boxes, "labels": np.ones((2, 2))}}
    found = CALLS[name](ph)(data, training=True)
    np.testing.assert_allclose(np.asarray(found["images"]), VALUES[name], rtol=1e-4, atol=2e-2)
    if not name.startswith(("rotation", "zoom")):  # differences.md
        moved = np.asarray(found["bounding_boxes"]["boxes"])
        np.testing.assert_allclose(moved, VALUES[name + "/boxes"], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", [*CASES, *CALLS])
def test_in_models_and_configs(name):
    make = CALLS[name] if name in CALLS else CASES[name][0]
    layer = make(ph)
    given = ph.Input(X.shape[1:])
    out = layer(given)
    model = ph.Sequential([layer, layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X / 255, np.ones((2, 1), "float32"), verbose=0)
    assert tuple(layer(X, training=True).shape[1:]) == tuple(out.shape[1:])
    assert layer(X[0], training=True).shape == out.shape[1:]
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    if "crop" not in name and "resizing" not in name and name != "auto_contrast":
        np.testing.assert_array_equal(np.asarray(layer(X, training=False)), X)


def test_boxes_follow_the_pixels():
    """A bright square and its box are moved alike."""
    x = np.zeros((4, 40, 40, 1), "float32")
    x[:, 8:18, 12:26] = 1
    boxes = np.tile(np.array([[[12, 8, 26, 18]]], "float32"), (4, 1, 1))
    for layer in (
        layers.RandomTranslation(
            0.2, 0.2, fill_mode="constant", bounding_box_format="xyxy", seed=1
        ),
        layers.RandomZoom(0.3, 0.2, fill_mode="constant", bounding_box_format="xyxy", seed=1),
        layers.RandomRotation((0.25, 0.25), fill_mode="constant", bounding_box_format="xyxy"),
        layers.RandomFlip(bounding_box_format="xyxy", seed=4),
    ):
        data = {"images": x, "bounding_boxes": {"boxes": boxes, "labels": np.zeros((4, 1))}}
        found = layer(data, training=True)
        for picture, box in zip(*(np.asarray(v) for v in (
            found["images"], found["bounding_boxes"]["boxes"]
        ))):  # fmt: skip
            rows, columns = np.nonzero(picture[..., 0] > 0.5)
            seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            np.testing.assert_allclose(box[0], seen, atol=1.6)


def test_boxes_of_extreme_maps_and_lone_images():
    boxes = {"boxes": np.array([[2.0, 1, 4, 3], [6, 4, 8, 6]]), "labels": np.array([1, 2])}
    moved = {"translations": np.array([[1.0, 2.0]]), "input_shape": (10, 8, 3)}
    layer = layers.RandomTranslation(0.2, 0.2, bounding_box_format="xyxy")
    found = layer.transform_bounding_boxes(boxes, moved, training=True)
    np.testing.assert_allclose(found["boxes"], [[3, 3, 5, 5], [7, 6, 8, 8]])
    sheared = {"shear_factor": np.ones((1, 2)), "input_shape": (10, 8, 3)}  # all on one line
    layer = layers.RandomShear(1.0, 1.0, bounding_box_format="xyxy")
    found = np.asarray(layer.transform_bounding_boxes(boxes, sheared, training=True)["boxes"])
    assert np.all((found >= 0) & (found <= [8, 10, 8, 10]))


def test_labels_and_masks():
    masks = (X[..., :1] > 128).astype("float32")
    data = {"images": X, "segmentation_masks": masks, "labels": np.eye(2, dtype="float32")}
    found = layers.RandomFlip("horizontal", seed=2)(data, training=True)
    for before, after, mask, moved in zip(X, found["images"], masks, found["segmentation_masks"]):
        flipped = not np.array_equal(before, after)
        np.testing.assert_array_equal(moved, mask[:, ::-1] if flipped else mask)
    mixed = np.asarray(layers.MixUp(seed=3)(data, training=True)["labels"])
    np.testing.assert_allclose(mixed.sum(1), 1, atol=1e-6)


def test_same_seed_same_images():
    make = lambda: layers.Pipeline(
        [layers.RandomRotation(0.2, seed=5), layers.RandomHue(0.3, seed=6)]
    )
    np.testing.assert_array_equal(
        np.asarray(make()(X / 255, training=True)), np.asarray(make()(X / 255, training=True))
    )


def test_subclasses_reach_ops_through_backend(monkeypatch):
    class Always(layers.RandomFlip):
        def call(self, data, training=True):
            size = self.backend.shape(data)[0] if len(data.shape) == 4 else 1
            drawn = self.backend.numpy.full((size, 1, 1, 1), 0.1)
            with monkeypatch.context() as patch:
                patch.setattr(self.backend.random, "uniform", lambda *given, **more: drawn)
                return super().call(data, training=training)

    flip = Always("horizontal")
    np.testing.assert_array_equal(np.asarray(flip(X)), X[:, :, ::-1])
    assert flip(ph.Input(X.shape[1:])).shape == (None, *X.shape[1:])
    brighter = layers.RandomBrightness(0.5)
    brighter._set_factor((0.3, 0.1))
    assert brighter.factor == (0.1, 0.3)
    with pytest.raises(ValueError, match="The `factor` argument should be a number"):
        brighter._set_factor([0.1])


def test_jitter_and_number_of_boxes():
    layer = layers.RandomColorJitter((0, 255), 0.2, 0.2, 0.5, 0.1, seed=3)
    assert layer(X, training=True).shape == X.shape
    assert not np.array_equal(np.asarray(layer(X, training=True)), X)
    np.testing.assert_array_equal(np.asarray(layer(X, training=False)), X)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    data = {"images": X, "bounding_boxes": {"boxes": BOXES, "labels": np.ones((2, 2))}}
    for count in (1, 4):
        found = layers.MaxNumBoundingBoxes(count, bounding_box_format="xyxy")(data)
        boxes = np.asarray(found["bounding_boxes"]["boxes"])
        assert boxes.shape == (2, count, 4)
        np.testing.assert_array_equal(boxes[:, :2], BOXES[:, :count])
        np.testing.assert_array_equal(boxes[:, 2:], -1)


def test_a_rectangle_is_erased_and_mixed():
    x = np.zeros((8, 20, 20, 3), "float32")
    layer = layers.RandomErasing(factor=(1, 1), scale=(0.25, 0.25), fill_value=9, seed=1)
    erased = np.asarray(layer(x, training=True))
    for picture in erased:
        rows, columns = np.nonzero(picture[..., 0] == 9)
        assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
        assert 81 <= len(rows) <= 121  # a quarter, on a grid
    labels, x = np.eye(8, dtype="float32"), x + np.arange(8.0).reshape(8, 1, 1, 1)
    mixed = layers.CutMix(seed=2)({"images": x.astype("float32"), "labels": labels}, training=True)
    for i, (picture, label) in enumerate(zip(mixed["images"], np.asarray(mixed["labels"]))):
        own = (np.asarray(picture)[..., 0] == i).mean()
        assert abs(label[i] - own) < 0.12 and abs(label.sum() - 1) < 1e-5


def test_overlap():
    from pronghorn.utils import bounding_boxes

    iou = np.asarray(bounding_boxes.compute_iou(BOXES[0], BOXES[0] + 1, "xyxy"))
    np.testing.assert_allclose(iou[0, 0], 9 / 23, atol=1e-6)
    masked = bounding_boxes.compute_iou(BOXES[0], BOXES[0] * 0 - 1, "xyxy", use_masking=True)
    np.testing.assert_array_equal(np.asarray(masked), -1)
    same = bounding_boxes.compute_ciou(BOXES, BOXES, "xyxy")
    np.testing.assert_allclose(np.asarray(same), 1, atol=1e-5)
    deltas = bounding_boxes.encode_box_to_deltas(BOXES[0], BOXES, "xyxy", "xyxy", variance=[2] * 4)
    back = bounding_boxes.decode_deltas_to_boxes(BOXES[0], deltas, "xyxy", "xyxy", variance=[2] * 4)
    np.testing.assert_allclose(np.asarray(back), BOXES, atol=1e-4)


def test_box_formats():
    from pronghorn.utils import bounding_boxes

    wide = {"height": 90, "width": 80}
    for form in ("yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_center_xywh"):
        there = bounding_boxes.convert_format(BOXES, "xyxy", form, **wide)
        back = bounding_boxes.convert_format(there, form, "xyxy", **wide)
        np.testing.assert_allclose(np.asarray(back), BOXES, atol=1e-4)
    with pytest.raises(ValueError, match="must receive `height` and `width`"):
        bounding_boxes.convert_format(BOXES, "xyxy", "rel_xyxy")


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: layers.RandomRotation(2.0), ValueError, "factor"),
        (lambda: layers.RandomZoom((1, 2, 3)), ValueError, "height_factor"),
        (lambda: layers.RandomRotation(0.1, fill_mode="x"), NotImplementedError, "fill_mode"),
        (lambda: layers.RandomBrightness(0.1, value_range=3), ValueError, "value_range"),
        (lambda: layers.RandomGaussianBlur(kernel_size=4), ValueError, "odd"),
        (lambda: layers.Resizing(3, 3)(X[0, 0]), ValueError, "rank"),
        (
            lambda: layers.RandomFlip()({"images": X, "bounding_boxes": {}}),
            ValueError, "bounding_box_format",
        ),
    ],
)  # fmt: skip
def test_messages(make, error, message):
    with pytest.raises(error, match=message):
        make()
