"""Layers over images with their random numbers given: name -> (layer of a Keras-like module, what
`transform_images` gets, boxes' transformation or None)."""

import numpy as np

X = (np.random.RandomState(3).rand(2, 9, 8, 3) * 255).astype("float32")
BOXES = np.array([[[1, 2, 5, 6], [0, 0, 8, 9]], [[3, 1, 7, 8], [2, 2, 3, 3]]], "float32")


def _each(*values):
    return np.array(values, "float32")[:, None, None, None]


CASES = {
    "resizing": (lambda k: k.layers.Resizing(5, 6), None),
    "resizing_crop": (lambda k: k.layers.Resizing(5, 3, crop_to_aspect_ratio=True), None),
    "resizing_pad": (lambda k: k.layers.Resizing(5, 12, pad_to_aspect_ratio=True), None),
    "resizing_cubic": (lambda k: k.layers.Resizing(12, 12, "bicubic", antialias=True), None),
    "resizing_down": (lambda k: k.layers.Resizing(4, 4, "lanczos3", antialias=True), None),
    "center_crop": (lambda k: k.layers.CenterCrop(5, 4), None),
    "center_crop_up": (lambda k: k.layers.CenterCrop(12, 4), None),
    "random_crop": (lambda k: k.layers.RandomCrop(5, 4), (2, 3)),
    "flip": (lambda k: k.layers.RandomFlip(), {"flips": _each(1, 0) > 0}),
    "brightness": (lambda k: k.layers.RandomBrightness(0.5), {"rgb_delta": _each(20, -30)}),
    "contrast": (lambda k: k.layers.RandomContrast(0.5), {"contrast_factor": _each(0.6, 1.4)}),
    "hue": (lambda k: k.layers.RandomHue(0.5), {"factor": np.array([0.2, -0.1], "float32")}),
    "saturation": (
        lambda k: k.layers.RandomSaturation(0.5),
        {"factor": np.array([0.3, 2.0], "float32")},
    ),
    "degeneration": (
        lambda k: k.layers.RandomColorDegeneration(0.5), {"factor": _each(0.3, 0.8)},
    ),
    "invert": (lambda k: k.layers.RandomInvert(), {"apply_inversion": np.array([True, False])}),
    "posterization": (
        lambda k: k.layers.RandomPosterization(4),
        {"shift_factor": np.array([3, 5], "uint8")},
    ),
    "grayscale": (lambda k: k.layers.RandomGrayscale(), _each(1, 0) > 0),
    "auto_contrast": (lambda k: k.layers.AutoContrast(), None),
    "solarization": (
        lambda k: k.layers.Solarization(0.2, 0.5),
        {"additions": _each(10, 20), "thresholds": _each(100, 150)},
    ),
    "blur": (
        lambda k: k.layers.RandomGaussianBlur(kernel_size=(3, 5)),
        {
            "should_apply_blur": np.array([True, False]),
            "blur_factor": np.array([0.8, 0.5], "float32"),
        },
    ),
    "sharpness": (
        lambda k: k.layers.RandomSharpness(0.5), {"factor": np.array([0.2, 0.9], "float32")},
    ),
    "mix_up": (
        lambda k: k.layers.MixUp(),
        {"mix_weight": np.array([0.3, 0.8], "float32"), "permutation_order": np.array([1, 0])},
    ),
}  # fmt: skip

CASES.update({
    "erasing": (
        lambda k: k.layers.RandomErasing(),
        {
            "apply_erasing": np.array([True, False]),
            "batch_masks": np.arange(2 * 9 * 8 * 3).reshape(X.shape) % 5 < 2,
            "fill_value": X[::-1].copy(),
        },
    ),
    "cut_mix": (
        lambda k: k.layers.CutMix(),
        {
            "permutation_order": np.array([1, 0]),
            "batch_masks": np.arange(2 * 9 * 8 * 3).reshape(X.shape) % 7 < 3,
            "mix_weight": np.array([0.5, 0.5], "float32"),
        },
    ),
    "perspective": (
        lambda k: k.layers.RandomPerspective(),
        {
            "apply_perspective": np.array([True, True]),
            "start_points": np.tile(
                np.array([[[0, 0], [7, 0], [0, 8], [7, 8]]], "float32"), (2, 1, 1)
            ),
            "end_points": np.array(
                [[[0, 0], [6, 0], [0, 9], [8, 8]], [[1, 1], [7, 0], [0, 7], [5, 8]]], "float32"
            ),
        },
    ),
    "equalization": (lambda k: k.layers.Equalization(), None),
    "equalization_bins": (lambda k: k.layers.Equalization(bins=16), None),
})  # fmt: skip

# called whole: equal bounds leave nothing to chance
CALLS = {
    "rotation": lambda k: k.layers.RandomRotation((0.1, 0.1), bounding_box_format="xyxy"),
    "rotation_wrap": lambda k: k.layers.RandomRotation(
        (-0.3, -0.3), fill_mode="wrap", interpolation="nearest", bounding_box_format="xyxy"
    ),
    "zoom": lambda k: k.layers.RandomZoom((0.2, 0.2), (-0.3, -0.3), bounding_box_format="xyxy"),
    "translation": lambda k: k.layers.RandomTranslation(
        (0.2, 0.2), (-0.1, -0.1), fill_mode="constant", bounding_box_format="xywh"
    ),
    "resizing_boxes": lambda k: k.layers.Resizing(5, 6, bounding_box_format="xyxy"),
    "resizing_pad_boxes": lambda k: k.layers.Resizing(
        5, 12, pad_to_aspect_ratio=True, bounding_box_format="rel_xyxy"
    ),
    "center_crop_boxes": lambda k: k.layers.CenterCrop(5, 4, bounding_box_format="xyxy"),
}
