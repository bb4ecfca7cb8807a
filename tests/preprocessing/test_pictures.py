"""Pictures between files, Pillow and arrays, broken and unusual files among them."""

import io

import numpy as np
import pronghorn as ph
import pytest
from pronghorn.preprocessing import image as old_names
from pronghorn.utils import array_to_img, img_to_array, load_img, save_img

Image = pytest.importorskip("PIL.Image")

RNG = np.random.default_rng(3)
PIXELS = RNG.integers(0, 256, (12, 10, 3), "uint8")


def test_round_trip(tmp_path):
    save_img(tmp_path / "a.png", PIXELS, scale=False)
    img = load_img(tmp_path / "a.png")
    assert (img.mode, img.size) == ("RGB", (10, 12))
    np.testing.assert_array_equal(img_to_array(img), PIXELS.astype("float32"))
    first = img_to_array(img, data_format="channels_first", dtype="uint8")
    np.testing.assert_array_equal(first, PIXELS.transpose(2, 0, 1))
    np.testing.assert_array_equal(
        np.asarray(array_to_img(first, "channels_first", scale=False)), PIXELS
    )


def test_scale_stretches_to_eight_bits():
    x = np.linspace(-1, 1, 16).reshape(4, 4, 1)
    made = np.asarray(array_to_img(x))
    np.testing.assert_array_equal(
        made, ((x[..., 0].astype("float32") + 1) / 2 * 255).astype("uint8")
    )
    assert array_to_img(np.full((2, 2, 1), 300.0), scale=False).mode == "I"


@pytest.mark.parametrize("kind", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
def test_resizing_is_pillows(tmp_path, kind):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    expected = Image.fromarray(PIXELS).resize((7, 5), getattr(Image.Resampling, kind.upper()))
    found = load_img(tmp_path / "a.png", target_size=(5, 7), interpolation=kind)
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_keep_aspect_ratio_cuts_the_middle(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    found = load_img(tmp_path / "a.png", target_size=(10, 10), keep_aspect_ratio=True)
    np.testing.assert_array_equal(np.asarray(found), PIXELS[1:11])


def test_unusual_kinds_of_pixels(tmp_path):
    gray = PIXELS[..., 0]
    Image.fromarray(gray).save(tmp_path / "gray.png")
    np.testing.assert_array_equal(
        np.asarray(load_img(tmp_path / "gray.png")), gray[..., None].repeat(3, 2)
    )
    deep = gray.astype("uint16") * 257
    Image.fromarray(deep).save(tmp_path / "deep.png")
    found = img_to_array(load_img(tmp_path / "deep.png", color_mode="grayscale"))
    np.testing.assert_array_equal(found[..., 0], deep.astype("float32"))
    palette = Image.fromarray(PIXELS).quantize(16)
    palette.save(tmp_path / "palette.gif")
    np.testing.assert_array_equal(
        np.asarray(load_img(tmp_path / "palette.gif")), np.asarray(palette.convert("RGB"))
    )
    clear = np.dstack([PIXELS, gray])
    Image.fromarray(clear).save(tmp_path / "clear.png")
    np.testing.assert_array_equal(np.asarray(load_img(tmp_path / "clear.png", "rgba")), clear)
    np.testing.assert_array_equal(np.asarray(load_img(tmp_path / "clear.png")), PIXELS)
    # named for what it is not: the content decides
    Image.fromarray(PIXELS).save(tmp_path / "b.jpg", format="png")
    np.testing.assert_array_equal(np.asarray(load_img(tmp_path / "b.jpg")), PIXELS)


def test_broken_files_are_named(tmp_path):
    whole = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (64, 64, 3), "uint8")).save(whole, format="jpeg")
    files = {
        "empty.jpg": b"",
        "cut.jpg": whole.getvalue()[:700],
        "text.png": b"no picture at all",
        "head.png": b"\x89PNG\r\n\x1a\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=name):
            load_img(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="missing"):
        load_img(tmp_path / "missing.png")


def test_wrong_arguments(tmp_path):
    save_img(tmp_path / "a.png", PIXELS)
    with pytest.raises(ValueError, match="color_mode"):
        load_img(tmp_path / "a.png", color_mode="cmyk")
    with pytest.raises(ValueError, match="interpolation"):
        load_img(tmp_path / "a.png", target_size=(2, 2), interpolation="cubic")
    with pytest.raises(TypeError, match="path-like"):
        load_img(3)
    with pytest.raises(ValueError, match="rank 3"):
        array_to_img(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="channel number: 2"):
        array_to_img(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="shape"):
        img_to_array(np.zeros(3))
    with pytest.raises(ValueError, match="format 'xyz'"):
        save_img(tmp_path / "a.xyz", PIXELS)
    assert not (tmp_path / "a.xyz").exists()


def test_jpeg_has_no_transparency(tmp_path):
    with pytest.warns(UserWarning, match="does not support RGBA"):
        save_img(tmp_path / "a.jpg", RNG.random((4, 4, 4)))
    assert load_img(tmp_path / "a.jpg").mode == "RGB"


def test_smart_resize_cuts_before_it_resizes():
    x = RNG.random((2, 9, 15, 3)).astype("float32")
    found = old_names.smart_resize(x, (9, 9), interpolation="nearest")
    np.testing.assert_array_equal(found, x[:, :, 3:12])
    assert isinstance(old_names.smart_resize(ph.ops.convert_to_tensor(x[0]), (3, 3)), ph.Tensor)
    with pytest.raises(ValueError, match="rank"):
        old_names.smart_resize(x[0, 0], (3, 3))
    with pytest.raises(ValueError, match="2 integers"):
        old_names.smart_resize(x, (3,))
