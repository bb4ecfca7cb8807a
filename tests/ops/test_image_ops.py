"""ops.image: gradients, unknown sizes, compiled code, closed forms, messages."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops
from pronghorn.ops import image

RNG = np.random.default_rng(7)
X = RNG.random((2, 7, 6, 3)).astype("float32")

DIFFERENTIABLE = {
    "bilinear": lambda x: image.resize(x, (5, 9)),
    "antialias": lambda x: image.resize(x, (3, 4), antialias=True),
    "bicubic": lambda x: image.resize(x, (5, 9), "bicubic"),
    "lanczos3": lambda x: image.resize(x, (5, 9), "lanczos3"),
    "area": lambda x: image.resize(x, (4, 4), "area"),
    "nearest": lambda x: image.resize(x, (5, 9), "nearest"),
    "crop": lambda x: image.resize(x, (5, 3), crop_to_aspect_ratio=True),
    "pad": lambda x: image.resize(x, (5, 9), pad_to_aspect_ratio=True),
    "affine": lambda x: image.affine_transform(x, np.array([1, 0.2, -1, 0.1, 0.9, 0, 0, 0], "f")),
    "map": lambda x: image.map_coordinates(x[0, :, :, 0], [[0.5, 3.2], [1.5, 2.1]], 1),
    "blur": lambda x: image.gaussian_blur(x, (3, 5), (1.0, 2.0)),
    "patches": lambda x: image.extract_patches(x, 3, 2, padding="same"),
    "tiles": lambda x: image.extract_patches(x, (3, 2)),
    "gray": image.rgb_to_grayscale,
    "hsv": image.rgb_to_hsv,
    "rgb": image.hsv_to_rgb,
    "scale": lambda x: image.scale_and_translate(
        x, (2, 5, 5, 3), np.array([0.7, 0.8], "f"), np.array([1.0, 0.5], "f"), (1, 2), "linear"
    ),
    "sobel": image.sobel_edges,
    "ssim": lambda x: image.ssim(x, x[::-1], filter_size=3),
    "crop_images": lambda x: image.crop_images(x, 1, 2, target_height=3, target_width=2),
    "pad_images": lambda x: image.pad_images(x, 1, 2, target_height=9, target_width=10),
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradient_against_differences(name):
    function = DIFFERENTIABLE[name]
    x = X.astype("float64") * 0.8 + 0.1
    weight = RNG.random(function(ops.convert_to_tensor(x)).shape)
    direction = RNG.standard_normal(x.shape)
    v = ops.convert_to_tensor(x)
    with ph.GradientTape() as tape:
        tape.watch(v)
        loss = ops.sum(ops.cast(function(v), "float64") * weight)
    slope = float(np.sum(np.asarray(tape.gradient(loss, v)) * direction))
    h = 1e-5
    ends = [
        np.sum(np.asarray(function(ops.convert_to_tensor(x + s * h * direction))) * weight)
        for s in (1, -1)
    ]
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=2e-4, abs=2e-4)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_layouts_single_images_and_models_agree(name):
    function = DIFFERENTIABLE[name]
    expected = np.asarray(function(ops.convert_to_tensor(X)))
    given = ph.Input(batch_shape=X.shape)
    made = ph.Model(given, function(given))
    if name not in ("map", "ssim"):
        np.testing.assert_allclose(np.asarray(made(X)), expected, atol=1e-5)
    assert made.output_shape == expected.shape


def test_channels_first_is_a_transpose():
    first = X.transpose(0, 3, 1, 2)
    for function in (
        lambda x, f: image.resize(x, (5, 9), "bicubic", data_format=f),
        lambda x, f: image.affine_transform(
            x, np.array([1, 0.2, -1, 0.1, 0.9, 0, 0, 0], "f"), fill_mode="reflect", data_format=f
        ),
        lambda x, f: image.gaussian_blur(x, (3, 3), (1.0, 1.5), data_format=f),
        lambda x, f: image.rgb_to_hsv(x, data_format=f),
        lambda x, f: image.extract_patches(x, 3, 1, data_format=f),
    ):
        last = np.asarray(function(X, "channels_last"))
        found = np.asarray(function(first, "channels_first")).transpose(0, 2, 3, 1)
        np.testing.assert_allclose(found, last, atol=1e-6)
        np.testing.assert_allclose(np.asarray(function(X[1], "channels_last")), last[1], atol=1e-6)


def test_unknown_sizes():
    x = ph.Input((None, None, 3))
    model = ph.Model(x, image.resize(x, (4, 5), antialias=True))
    assert model.output_shape == (None, 4, 5, 3)
    expected = image.resize(X, (4, 5), antialias=True)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, atol=1e-6)
    assert image.extract_patches(x, 2, 1, padding="same").shape == (None, None, None, 12)
    assert image.crop_images(x, 0, 0, target_height=3, target_width=2).shape == (None, 3, 2, 3)
    assert image.pad_images(x, 0, 0, target_height=9, target_width=9).shape == (None, 9, 9, 3)


def test_closed_forms():
    ramp = np.arange(8, dtype="float32").reshape(1, 1, 8, 1).repeat(2, 1)
    halves = np.asarray(image.resize(ramp, (1, 4), "area"))[0, 0, :, 0]
    np.testing.assert_allclose(halves, [0.5, 2.5, 4.5, 6.5])
    moved = image.affine_transform(ramp, np.array([1, 0, 2, 0, 1, 0, 0, 0], "f"), fill_value=9)
    np.testing.assert_array_equal(np.asarray(moved)[0, 0, :, 0], [2, 3, 4, 5, 6, 7, 9, 9])
    corners = np.array([[0, 0], [7, 0], [0, 1], [7, 1]], "f")
    seen = image.perspective_transform(ramp, corners, corners)
    np.testing.assert_allclose(np.asarray(seen), ramp, atol=1e-4)
    np.testing.assert_allclose(np.asarray(image.hsv_to_rgb(image.rgb_to_hsv(X))), X, atol=1e-6)
    np.testing.assert_allclose(np.asarray(image.ssim(X, X, filter_size=3)), 1, atol=1e-6)
    again = image.extract_patches(X[:, :6], (3, 2))
    rows = X[:, :6].reshape(2, 2, 3, 3, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(2, 2, 3, 18)
    np.testing.assert_array_equal(np.asarray(again), rows)
    assert np.asarray(image.elastic_transform(X, alpha=0.0)).tobytes() == X.tobytes()


def test_integers_are_rounded_and_stay_in_range():
    x = np.array([[0, 255], [255, 0]], "uint8")[:, :, None]
    found = np.asarray(image.resize(x, (7, 7), "bicubic"))
    exact = np.asarray(image.resize(x.astype("float32"), (7, 7), "bicubic"))
    np.testing.assert_array_equal(found, np.clip(np.round(exact), 0, 255).astype("uint8"))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: image.resize(X, (4, 4), "cubic"), "interpolation"),
        (lambda: image.resize(X, (4, 0)), "positive height and width"),
        (lambda: image.resize(X, (4,)), "tuple of 2"),
        (lambda: image.resize(X[0, 0], (4, 4)), "rank"),
        (lambda: image.resize(X, (4, 4), fill_mode="wrap"), "fill_mode"),
        (
            lambda: image.resize(X, (4, 4), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
            "Only one",
        ),
        (lambda: image.affine_transform(X, np.zeros((1, 1, 8))), "transform rank"),
        (lambda: image.affine_transform(X, np.zeros(8), fill_mode="edge"), "fill_mode"),
        (
            lambda: image.perspective_transform(X, np.zeros((3, 2)), np.zeros((4, 2))),
            "start_points",
        ),
        (lambda: image.map_coordinates(X[0], np.zeros((2, 3)), 1), "rank of `inputs`"),
        (lambda: image.rgb_to_hsv(X.astype("int32")), "float dtype"),
        (lambda: image.rgb_to_grayscale(X[..., :2]), "channel size"),
        (lambda: image.extract_patches(X, 9), "do not fit"),
        (lambda: image.pad_images(X, 1, 1), "exactly two"),
        (lambda: image.crop_images(X, 9, 0, 0, 0), "target_height must be > 0"),
        (lambda: image.resize(X, (4, 4), data_format="nhwc"), "data_format"),
    ],
)
def test_messages(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_inside_a_compiled_step():
    x = ph.Input((7, 6, 3))
    y = image.resize(x, (4, 4))
    model = ph.Model(x, ph.layers.Dense(1)(ph.layers.Flatten()(y)))
    model.compile("sgd", "mse")
    history = model.fit(X, np.ones((2, 1), "float32"), epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]
