"""Boxes, masks and galleries: masks as Keras draws them (make_values.py), others by pixels."""

from pathlib import Path

import numpy as np
import pytest
from pronghorn import visualization as vis

Image = pytest.importorskip("PIL.Image", reason="needs Pillow")
VALUES = np.load(Path(__file__).with_name("keras_values.npz"))
COLORS = {i: (40 * i, 255 - 60 * i, 9) for i in range(4)}


@pytest.mark.parametrize(
    "name, options",
    [
        ("plain", {}),
        ("ignored", {"ignore_index": 0, "alpha": 0.3}),
        ("colors", {"color_mapping": COLORS}),
    ],
)
def test_masks_are_keras(name, options):
    images, masks = VALUES["images"], VALUES["masks"]
    drawn = vis.draw_segmentation_masks(images, masks, 4, **options)
    assert drawn.dtype == np.uint8
    np.testing.assert_allclose(drawn, VALUES[name], atol=1)
    flat = vis.draw_segmentation_masks(images, masks[..., 0], 4, **options)
    np.testing.assert_array_equal(flat, drawn)


def test_masks_alone_and_the_largest_class():
    images, masks = VALUES["images"], VALUES["masks"]
    drawn = vis.draw_segmentation_masks(images, masks, 4, blend=False)
    wanted = np.where(masks == -1, images, VALUES["unblended"])
    np.testing.assert_array_equal(drawn, wanted)
    np.testing.assert_array_equal(vis.draw_segmentation_masks(images, masks, blend=False), drawn)


def _boxes(*boxes, labels=None):
    labels = labels or list(range(len(boxes)))
    return {"boxes": np.array([boxes], "float32"), "labels": np.array([labels])}


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_box_is_an_outline(channels):
    images = np.zeros((1, 30, 40, channels), "float32")
    drawn = vis.draw_bounding_boxes(images, _boxes((5, 6, 20, 16)), "xyxy", color=(255, 255, 255))
    assert drawn.shape == images.shape and drawn.dtype == np.uint8 and not images.any()
    rows, columns = np.nonzero(drawn[0, ..., 0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 16, 4, 20)
    assert not drawn[0, 8:14, 7:18].any() and (drawn[0, 5:7, 4:21, 0] == 255).all()


def test_formats_labels_and_channels():
    images = np.zeros((1, 30, 40, 3))
    one = vis.draw_bounding_boxes(images, _boxes((5, 6, 20, 16)), "xyxy")
    other = vis.draw_bounding_boxes(images, _boxes((0.125, 0.2, 0.5, 16 / 30)), "rel_xyxy")
    np.testing.assert_array_equal(one, other)
    none = vis.draw_bounding_boxes(images, _boxes((5, 6, 20, 16), labels=[-1]), "xyxy")
    assert not none.any()
    first = vis.draw_bounding_boxes(
        images.transpose(0, 3, 1, 2), _boxes((5, 6, 20, 16)), "xyxy", data_format="channels_first"
    )
    np.testing.assert_array_equal(first.transpose(0, 2, 3, 1), one)
    named = {**_boxes((5, 20, 39, 29)), "confidences": np.array([[0.5]])}
    text = vis.draw_bounding_boxes(images, named, "xyxy", {0: "cat"}, font_scale=0.5)
    plain = vis.draw_bounding_boxes(images, named, "xyxy")
    changed = np.nonzero((text != plain).any(-1)[0])[0]
    assert len(changed) and changed.max() < 20  # above the box, where there is room


def test_galleries(tmp_path):
    pixels = (
        np.zeros((5, 20, 30, 3), "uint8") + np.arange(5, dtype="uint8").reshape(5, 1, 1, 1) * 50
    )
    path = tmp_path / "a.png"
    assert vis.plot_image_gallery(pixels, path=path) is None
    with Image.open(path) as picture:
        seen = np.asarray(picture)
    assert seen.shape[1] == 2 * 124 and seen.shape[0] == 3 * 84 and seen[0, 0, 3] == 0
    assert [seen[42 + 84 * (i // 2), 62 + 124 * (i % 2), 0] for i in range(5)] == [
        0, 50, 100, 150, 200,
    ]  # fmt: skip
    names = {0: "cat", 1: "dog"}
    labels = np.array([0, 1, 0, 1, 5])
    vis.plot_image_gallery(
        pixels / 255, labels, labels, names, cols=5, value_range=(0, 1), path=tmp_path / "b.jpg",
        legend_handles=[("it", (255, 0, 0))],
    )  # fmt: skip
    with Image.open(tmp_path / "b.jpg") as picture:
        assert picture.size == (5 * 124, 84 + 14 + 18) and picture.format == "JPEG"
    boxes = {"boxes": np.tile([[[2, 2, 9, 9]]], (5, 1, 1)), "labels": np.zeros((5, 1))}
    vis.plot_bounding_box_gallery(
        pixels, "xyxy", boxes, boxes, legend=True, class_mapping=names, path=tmp_path / "c.png"
    )
    masks = np.ones((5, 20, 30, 1), "int64")
    vis.plot_segmentation_mask_gallery(pixels, 2, y_true=masks, path=tmp_path / "d.png")
    with Image.open(tmp_path / "d.png") as picture:
        assert picture.size == (2 * 124, 5 * 84)


X = np.zeros((2, 4, 4, 3))


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: vis.draw_bounding_boxes(X[0], {}, "xyxy"), ValueError, "batched 4D"),
        (lambda: vis.draw_bounding_boxes(X, [], "xyxy"), TypeError, "should be a dict"),
        (lambda: vis.draw_bounding_boxes(X, {"boxes": 1}, "xyxy"), ValueError, "'labels'"),
        (lambda: vis.draw_segmentation_masks(X, X[..., :1]), TypeError, "integer dtype"),
        (lambda: vis.draw_segmentation_masks(X[0], X[0]), ValueError, "batched 4D"),
        (lambda: vis.draw_segmentation_masks(X, np.zeros((2, 3, 4), int)), ValueError, "as large"),
        (lambda: vis.plot_image_gallery(X, [0, 1]), ValueError, "label_map"),
        (lambda: vis.plot_image_gallery(X, path="a.png", show=True), ValueError, "either"),
        (lambda: vis.plot_image_gallery(X, path="a.xyz"), ValueError, "ending"),
        (
            lambda: vis.plot_bounding_box_gallery(X, "xyxy", legend=True, legend_handles=[1]),
            ValueError, "OR",
        ),
    ],
)  # fmt: skip
def test_messages(call, error, message):
    with pytest.raises(error, match=message):
        call()
