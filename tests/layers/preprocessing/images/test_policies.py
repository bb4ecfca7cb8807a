"""RandAugment, AugMix, CLAHE, elastic maps, sizes at random, spectrograms: as Keras, in models."""

from pathlib import Path

import numpy as np
import pronghorn as ph
import pytest
from layers.preprocessing.images.cases import BOXES, X
from layers.preprocessing.images.policy_cases import DRAWN, POLICIES, SPECTROGRAMS, sound_for
from pronghorn import layers, ops

VALUES = np.load(Path(__file__).with_name("keras_values.npz"))


@pytest.mark.parametrize("name", POLICIES)
def test_values_are_keras(name):
    make, drawn = POLICIES[name]
    found = make(ph).transform_images(ops.convert_to_tensor(X), drawn, training=True)
    np.testing.assert_allclose(np.asarray(found), VALUES[name], rtol=1e-4, atol=5e-3)


@pytest.mark.parametrize("name", SPECTROGRAMS)
def test_spectrograms_are_keras(name):
    layer, sound = SPECTROGRAMS[name](ph), sound_for(name)
    found = np.asarray(layer(sound))
    # decibels of bands with next to nothing in them are the rounding of a Fourier transform
    atol = 0.05 if name == "mel" else 2e-3
    np.testing.assert_allclose(found, VALUES[name], rtol=1e-3, atol=atol)
    assert layer.compute_output_shape(sound.shape) == found.shape
    assert layer(ph.Input(sound.shape[1:])).shape[1:] == found.shape[1:]
    again = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(np.asarray(again(sound)), found)


def test_one_sound_and_channels_first():
    layer = layers.MelSpectrogram(64, 16, num_mel_bins=8)
    sound = sound_for("mel")
    assert layer(sound[0]).shape == (8, 57) == layer.compute_output_shape((900,))
    first = layers.STFTSpectrogram("psd", 64, data_format="channels_first")
    last = layers.STFTSpectrogram("psd", 64)
    stereo = sound_for("stft")
    there = np.asarray(first(stereo.transpose(0, 2, 1)))
    np.testing.assert_allclose(there.transpose(0, 2, 1), np.asarray(last(stereo)), atol=1e-6)
    assert first.compute_output_shape((2, 2, 900)) == there.shape


def test_a_spectrogram_learns():
    model = ph.Sequential([
        layers.STFTSpectrogram("magnitude", 32), layers.GlobalAveragePooling1D(), layers.Dense(1)
    ])  # fmt: skip
    model.compile("sgd", "mse")
    model.build((None, 900, 2))
    before = model.layers[0].get_weights()
    model.fit(sound_for("stft"), np.ones((2, 1)), verbose=0)
    after = model.layers[0].get_weights()
    assert len(after) == 2 and not any(np.array_equal(a, b) for a, b in zip(before, after))


MAKERS = {
    "rand_augment": lambda: layers.RandAugment(seed=3, num_ops=3),
    "aug_mix": lambda: layers.AugMix(seed=3, factor=0.6),
    "elastic": lambda: layers.RandomElasticTransform(scale=(0.8, 1.0), seed=3),
    "clahe": lambda: layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2)),
}


@pytest.mark.parametrize("name", MAKERS)
def test_in_models_and_configs(name):
    layer = MAKERS[name]()
    model = ph.Sequential([ph.Input(X.shape[1:]), layer, layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X / 255, np.ones((2, 1), "float32"), verbose=0)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    first, second = (np.asarray(MAKERS[name]()(X, training=True)) for _ in range(2))
    np.testing.assert_array_equal(first, second)  # the seed decides
    assert first.shape == X.shape and first.min() >= 0 and first.max() <= 255
    assert not np.array_equal(first, X) and layer(X[0], training=True).shape == X.shape[1:]
    if name != "clahe":  # which is not random, and works at inference as well
        np.testing.assert_array_equal(np.asarray(layer(X, training=False)), X)


@pytest.mark.parametrize("name", ["rand_augment", "aug_mix", "elastic"])
def test_drawn_anew_in_a_compiled_step(name):
    model = ph.Sequential(
        [ph.Input(X.shape[1:]), MAKERS[name](), layers.Flatten(), layers.Dense(1)]
    )
    model.compile(ph.optimizers.SGD(0.0), "mse")
    losses = {float(model.train_on_batch(X, np.ones((2, 1)))) for _ in range(8)}
    assert len(losses) > 2


def test_boxes_and_masks_follow():
    layer = layers.RandAugment(num_ops=1, bounding_box_format="xyxy")
    alone = layers.RandomTranslation(0.5, 0.5, bounding_box_format="xyxy")
    drawn = {"transforms": DRAWN, "layer_idxes": np.array([1])}
    boxes = {"boxes": BOXES, "labels": np.ones((2, 2))}
    found = layer.transform_bounding_boxes(boxes, drawn)
    wanted = alone.transform_bounding_boxes(boxes, DRAWN["random_translation"])
    np.testing.assert_array_equal(np.asarray(found["boxes"]), np.asarray(wanted["boxes"]))
    masks = (X[..., :1] > 128).astype("float32")
    moved = layer.transform_segmentation_masks(masks, drawn)
    wanted = alone.transform_segmentation_masks(masks, DRAWN["random_translation"])
    np.testing.assert_array_equal(np.asarray(moved), np.asarray(wanted))
    elastic = layers.RandomElasticTransform(1.0, (1.0, 1.0), interpolation="nearest", seed=1)
    found = elastic({"images": np.repeat(masks, 3, -1), "segmentation_masks": masks}, training=True)
    together = np.asarray(found["segmentation_masks"])
    np.testing.assert_array_equal(np.asarray(found["images"])[..., :1], together)


@pytest.mark.parametrize("form", ["xyxy", "rel_xywh"])
def test_boxes_by_the_shape_of_the_images(form):
    """Where a transformation holds the shape of the images instead of their size, that is used."""
    boxes = {"boxes": BOXES / (1 if form == "xyxy" else 9), "labels": np.ones((2, 2))}
    for layer, drawn in (
        (layers.RandomShear(0.2, bounding_box_format=form), DRAWN["random_shear"]),
        (layers.RandomTranslation(0.2, 0.2, bounding_box_format=form), DRAWN["random_translation"]),
    ):
        short = {key: value for key, value in drawn.items() if key != "size"}
        a, b = (layer.transform_bounding_boxes(boxes, d)["boxes"] for d in (drawn, short))
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_height_and_width_at_random():
    for kind, axis in ((layers.RandomHeight, 1), (layers.RandomWidth, 2)):
        layer = kind((0.25, 0.25), "nearest")
        assert layer(X, training=True).shape[axis] == int(1.25 * X.shape[axis])
        assert layer(X[0], training=True).shape[axis - 1] == int(1.25 * X.shape[axis])
        np.testing.assert_array_equal(np.asarray(layer(X, training=False)), X)
        assert layer(ph.Input(X.shape[1:])).shape[axis] is None
        assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()
        many = kind(0.5, seed=1)
        assert len({many(X, training=True).shape[axis] for _ in range(9)}) > 2
    model = ph.Sequential([layers.RandomHeight(0.4), layers.GlobalMaxPool2D(), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(X / 255, np.ones((2, 1)), epochs=2, verbose=0)
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="run_eagerly=True"):
        model.fit(X / 255, np.ones((2, 1)), verbose=0)


def test_mirrored_edges_are_scipys():
    from scipy import ndimage

    shift = np.array([1, 0, 11.25, 0, 1, -13.5, 0, 0], "float32")
    found = ops.image.affine_transform(X, shift, fill_mode="mirror")
    for picture, moved in zip(X, np.asarray(found)):
        for channel in range(3):
            wanted = ndimage.shift(picture[..., channel], (13.5, -11.25), order=1, mode="mirror")
            np.testing.assert_allclose(moved[..., channel], wanted, atol=2e-2)


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: layers.RandAugment(factor=2), ValueError, "factor"),
        (lambda: layers.RandomElasticTransform(scale=-1), ValueError, "scale"),
        (lambda: layers.RandomElasticTransform(fill_mode="x"), NotImplementedError, "fill_mode"),
        (lambda: layers.RandomHeight((0.5, 0.2)), ValueError, "factor"),
        (lambda: layers.MelSpectrogram(64, sequence_length=65), ValueError, "fft_length"),
        (lambda: layers.STFTSpectrogram(frame_step=300), ValueError, "frame_step"),
        (lambda: layers.STFTSpectrogram(fft_length=128), ValueError, "fft_length"),
        (lambda: layers.STFTSpectrogram("spectrum"), ValueError, "mode"),
        (lambda: layers.STFTSpectrogram(window="unknowable"), ValueError, "window|[Ww]indow"),
    ],
)
def test_messages(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_length_that_is_no_power_of_two():
    with pytest.warns(UserWarning, match="power of two"):
        layers.STFTSpectrogram(fft_length=300)
