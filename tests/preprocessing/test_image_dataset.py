"""Datasets of folders of pictures and sounds."""

import io
import warnings
import wave

import numpy as np
import pronghorn as ph
import pytest
from pronghorn.ops import image
from pronghorn.utils import audio_dataset_from_directory, image_dataset_from_directory

Image = pytest.importorskip("PIL.Image")
RNG = np.random.default_rng(9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("set")
    for name in "ab":
        (path / name).mkdir()
        for i in range(5):
            pixels = RNG.integers(0, 256, (8 + i, 12, 3), "uint8")
            Image.fromarray(pixels).save(path / name / f"{i}.png")
    return path


METHODS = ["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5"]


@pytest.mark.parametrize("method", METHODS)
def test_pixels_are_those_of_resize(folder, method):
    options = {"image_size": (6, 7), "shuffle": False, "interpolation": method, "verbose": False}
    x, y = next(iter(image_dataset_from_directory(folder, batch_size=10, **options)))
    assert x.shape == (10, 6, 7, 3)
    np.testing.assert_array_equal(y, [0] * 5 + [1] * 5)
    for i in range(5):
        pixels = np.asarray(Image.open(folder / "a" / f"{i}.png")).astype("float32")
        expected = np.asarray(image.resize(pixels, (6, 7), method))
        np.testing.assert_allclose(np.asarray(x[i]), expected, atol=1e-3)


def test_proportions(folder):
    options = {"image_size": (6, 6), "shuffle": False, "labels": None, "verbose": False}
    cut = next(iter(image_dataset_from_directory(folder, crop_to_aspect_ratio=True, **options)))
    pixels = np.asarray(Image.open(folder / "a" / "0.png")).astype("float32")
    np.testing.assert_allclose(np.asarray(cut[0]), image.resize(pixels[:, 2:10], (6, 6)), atol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old = next(iter(image_dataset_from_directory(folder, smart_resize=True, **options)))
    np.testing.assert_array_equal(old, cut)
    filled = next(iter(image_dataset_from_directory(folder, pad_to_aspect_ratio=True, **options)))
    filled = np.asarray(filled[0])
    assert (filled[0] == 0).all() and (filled[-1] == 0).all()
    np.testing.assert_allclose(filled[1:5], image.resize(pixels, (4, 6)), atol=1e-3)


def test_labels_subsets_and_training(folder):
    options = {"image_size": 8, "batch_size": 4, "seed": 3, "verbose": False}
    both = image_dataset_from_directory(folder, validation_split=0.3, subset="both", **options)
    assert [len(d.file_paths) for d in both] == [7, 3]
    assert not set(both[0].file_paths) & set(both[1].file_paths)
    assert both[0].class_names == ["a", "b"]
    one = image_dataset_from_directory(folder, label_mode="categorical", **options)
    assert next(iter(one))[1].shape == (4, 2)
    binary = image_dataset_from_directory(folder, label_mode="binary", **options)
    assert next(iter(binary))[1].shape == (4, 1)
    first = image_dataset_from_directory(folder, data_format="channels_first", **options)
    assert next(iter(first))[0].shape == (4, 3, 8, 8)
    gray = image_dataset_from_directory(folder, color_mode="grayscale", **options)
    assert next(iter(gray))[0].shape == (4, 8, 8, 1)
    model = ph.Sequential([ph.layers.Rescaling(1 / 255), ph.layers.Flatten(), ph.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(both[0], validation_data=both[1], epochs=2, verbose=0).history
    assert np.isfinite(history["val_loss"]).all()


def test_unusual_and_broken_files(tmp_path):
    (tmp_path / "a").mkdir()
    deep = RNG.integers(0, 65536, (4, 4)).astype("uint16")
    Image.fromarray(deep).save(tmp_path / "a" / "deep.png")
    options = {"image_size": (4, 4), "labels": None, "shuffle": False, "verbose": False}
    x = np.asarray(next(iter(image_dataset_from_directory(tmp_path, **options)))[0])
    np.testing.assert_array_equal(x[..., 1], (deep >> 8).astype("float32"))
    (tmp_path / "a" / "empty.jpg").write_bytes(b"")
    model = ph.Sequential([ph.layers.Flatten(), ph.layers.Dense(1)])
    with pytest.raises(Exception, match="empty.jpg"):
        model.predict(image_dataset_from_directory(tmp_path, **options), verbose=0)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"labels": "other"}, "labels"),
        ({"label_mode": "x"}, "label_mode"),
        ({"color_mode": "x"}, "color_mode"),
        ({"image_size": (1, 2, 3)}, "image_size"),
        ({"interpolation": "x"}, "interpolation"),
        ({"format": "x"}, "format"),
        ({"validation_split": 0.2}, "subset"),
        ({"class_names": ["a", "c"]}, "class_names"),
    ],
)
def test_messages(folder, options, message):
    with pytest.raises(ValueError, match=message):
        image_dataset_from_directory(folder, verbose=False, **options)


def test_no_pictures(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(ValueError, match="No images found"):
        image_dataset_from_directory(tmp_path, verbose=False)


def _sound(samples, rate=8000, channels=1):
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return made.getvalue()


def test_sounds(tmp_path):
    sounds = [RNG.integers(-32768, 32768, n) for n in (10, 7)]
    for name, samples in zip("ab", sounds):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.wav").write_bytes(_sound(samples))
    options = {"shuffle": False, "verbose": False}
    x, y = next(iter(audio_dataset_from_directory(tmp_path, **options)))
    assert x.shape == (2, 10, 1)
    np.testing.assert_array_equal(y, [0, 1])
    np.testing.assert_allclose(np.asarray(x)[1, :, 0], np.pad(sounds[1], (0, 3)) / 32768)
    x, _ = next(iter(audio_dataset_from_directory(tmp_path, output_sequence_length=8, **options)))
    np.testing.assert_allclose(np.asarray(x)[0, :, 0], sounds[0][:8] / 32768)
    (tmp_path / "b" / "bad.wav").write_bytes(b"RIFF no sound")
    with pytest.raises(Exception, match="bad.wav"):
        list(audio_dataset_from_directory(tmp_path, **options))
    with pytest.raises(ValueError, match="sampling_rate"):
        audio_dataset_from_directory(tmp_path, sampling_rate=-1)
