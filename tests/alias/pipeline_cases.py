"""Calls of tensorflow's text, pictures, sounds, signals and segments: each case is a function of
the module, TensorFlow's or Pronghorn's."""

import io
import wave

import numpy as np

_random = np.random.default_rng(5)
PICTURE = _random.integers(0, 256, (6, 8, 3)).astype("uint8")
FLOATS = _random.random((2, 7, 5, 3)).astype("float32")
SOUND = np.sin(np.arange(64) / 3).astype("float32")
ROWS = _random.random((5, 2)).astype("float32")
IDS = np.array([2, 0, 2, 1, 0], "int32")
BOXES = np.array([[0, 0, 1, 1], [0, 0.05, 1, 1], [0, 0.6, 0.4, 1], [0.5, 0.5, 0.9, 0.9]], "float32")
SCORES = np.array([0.6, 0.9, 0.3, 0.75], "float32")
TABLE = _random.random((2, 4, 3)).astype("float32")
WORDS = ["Some Words", "", "naïve ÄÖ", " x,y "]


def _png(mode, pixels):
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels, mode).save(out, "PNG")
    return out.getvalue()


def _wav():
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes((np.arange(-10, 10) * 1000).astype("<i2").tobytes())
    return out.getvalue()


PNG = _png("RGB", PICTURE)
GRAY = _png("L", PICTURE[..., 0])
ALPHA = _png("RGBA", np.concatenate([PICTURE, PICTURE[..., :1]], -1))
WAV = _wav()

CASES = {
    "lower": lambda tf: tf.strings.lower(WORDS),
    "lower utf-8": lambda tf: tf.strings.lower(WORDS, encoding="utf-8"),
    "upper": lambda tf: tf.strings.upper(WORDS),
    "strip": lambda tf: tf.strings.strip(WORDS),
    "length": lambda tf: tf.strings.length(WORDS),
    "length characters": lambda tf: tf.strings.length(WORDS, unit="UTF8_CHAR"),
    "substr": lambda tf: tf.strings.substr(["abcdef", "uvwxyz"], 1, 3),
    "substr from the end": lambda tf: tf.strings.substr(["abcdef", "uvwxyz"], -2, 9),
    "regex_replace": lambda tf: tf.strings.regex_replace(WORDS, r"[a-o]+", "-"),
    "regex_replace groups": lambda tf: tf.strings.regex_replace(WORDS, r"(\w) ?(\w)", r"<\2\1\0>"),
    "regex_replace first": lambda tf: tf.strings.regex_replace(WORDS, "e", "E", False),
    "regex_full_match": lambda tf: tf.strings.regex_full_match(WORDS, r"[A-Z].*"),
    "split": lambda tf: tf.strings.split(" a b  c "),
    "split sep": lambda tf: tf.strings.split("a,b,,c", ","),
    "split maxsplit": lambda tf: tf.strings.split("a,b,c", ",", maxsplit=1),
    "unicode_split": lambda tf: tf.strings.unicode_split("naïve", "UTF-8"),
    "unicode_decode": lambda tf: tf.strings.unicode_decode("naïve", "UTF-8"),
    "bytes_split": lambda tf: tf.strings.bytes_split("abc"),
    "join": lambda tf: tf.strings.join([["a", "b"], "-", ["c", "d"]], separator="."),
    "reduce_join": lambda tf: tf.strings.reduce_join([["a", "b"], ["c", "d"]]),
    "reduce_join axis": lambda tf: tf.strings.reduce_join(
        [["a", "b"], ["c", "d"]], 0, separator="+"
    ),
    "reduce_join keepdims": lambda tf: tf.strings.reduce_join(
        [["a", "b"], ["c", "d"]], -1, keepdims=True
    ),
    "to_number": lambda tf: tf.strings.to_number(["1.5", "-2", " 3e2"]),
    "to_number int": lambda tf: tf.strings.to_number(["15", "-2"], "int32"),
    "as_string": lambda tf: tf.strings.as_string([1, 20]),
    "as_string floats": lambda tf: tf.strings.as_string([1.0, 2.125], precision=2),
    "as_string bools": lambda tf: tf.strings.as_string([True, False]),
    "as_string width": lambda tf: tf.strings.as_string([1, 20], width=4, fill="0"),
    "base64": lambda tf: tf.io.encode_base64(["abcd", "e"]),
    "decode_base64": lambda tf: tf.io.decode_base64(["YWJjZA", "ZQ"]),
    "decode_raw": lambda tf: tf.io.decode_raw(["\x01\x00\x02\x00"], tf.int16),
    "reshape text": lambda tf: tf.reshape(tf.constant(["a", "b"]), (2, 1)),
    "concat text": lambda tf: tf.concat([["a"], ["b", "c"]], 0),
    "stack text": lambda tf: tf.stack(["a", "b"]),
    "gather text": lambda tf: tf.gather(tf.constant(["a", "b", "c"]), [2, 0]),
    "expand_dims text": lambda tf: tf.expand_dims(tf.constant(["a", "b"]), -1),
    "boolean_mask text": lambda tf: tf.boolean_mask(tf.constant(["a", "b"]), [False, True]),
    "decode_png": lambda tf: tf.io.decode_png(PNG),
    "decode_png gray": lambda tf: tf.io.decode_png(GRAY),
    "decode_png gray as rgb": lambda tf: tf.io.decode_png(GRAY, channels=3),
    "decode_png rgba": lambda tf: tf.io.decode_png(ALPHA),
    "decode_png rgba as rgb": lambda tf: tf.io.decode_png(ALPHA, channels=3),
    "decode_image": lambda tf: tf.io.decode_image(PNG),
    "decode_image floats": lambda tf: tf.io.decode_image(PNG, dtype=tf.float32),
    "encode_png": lambda tf: tf.io.decode_png(tf.io.encode_png(PICTURE)),
    "decode_wav": lambda tf: tf.audio.decode_wav(WAV)[0],
    "decode_wav rate": lambda tf: tf.audio.decode_wav(WAV)[1],
    "decode_wav samples": lambda tf: tf.audio.decode_wav(WAV, desired_samples=13)[0],
    "encode_wav": lambda tf: tf.audio.decode_wav(tf.audio.encode_wav(SOUND[:, None], 8000))[0],
    "convert up": lambda tf: tf.image.convert_image_dtype(PICTURE, tf.float32),
    "convert down": lambda tf: tf.image.convert_image_dtype(FLOATS, tf.uint8),
    "convert saturate": lambda tf: tf.image.convert_image_dtype(FLOATS * 2 - 0.5, tf.uint8, True),
    "convert 16": lambda tf: tf.image.convert_image_dtype(PICTURE, tf.uint16),
    "brightness": lambda tf: tf.image.adjust_brightness(FLOATS, 0.2),
    "brightness uint8": lambda tf: tf.image.adjust_brightness(PICTURE, 0.2),
    "contrast": lambda tf: tf.image.adjust_contrast(FLOATS, 1.5),
    "contrast uint8": lambda tf: tf.image.adjust_contrast(PICTURE, 1.5),
    "gamma": lambda tf: tf.image.adjust_gamma(FLOATS, 1.7, 0.9),
    "hue": lambda tf: tf.image.adjust_hue(FLOATS, 0.3),
    "hue uint8": lambda tf: tf.image.adjust_hue(PICTURE, -0.2),
    "saturation": lambda tf: tf.image.adjust_saturation(FLOATS, 1.4),
    "saturation uint8": lambda tf: tf.image.adjust_saturation(PICTURE, 0.4),
    "rgb_to_hsv": lambda tf: tf.image.rgb_to_hsv(FLOATS),
    "rgb_to_grayscale": lambda tf: tf.image.rgb_to_grayscale(FLOATS),
    "rgb_to_grayscale uint8": lambda tf: tf.image.rgb_to_grayscale(PICTURE),
    "rgb_to_yuv": lambda tf: tf.image.rgb_to_yuv(FLOATS),
    "yuv_to_rgb": lambda tf: tf.image.yuv_to_rgb(FLOATS),
    "rgb_to_yiq": lambda tf: tf.image.rgb_to_yiq(FLOATS),
    "yiq_to_rgb": lambda tf: tf.image.yiq_to_rgb(FLOATS),
    "standardization": lambda tf: tf.image.per_image_standardization(PICTURE),
    "crop_to_bounding_box": lambda tf: tf.image.crop_to_bounding_box(FLOATS, 1, 2, 3, 2),
    "pad_to_bounding_box": lambda tf: tf.image.pad_to_bounding_box(FLOATS, 1, 2, 9, 8),
    "central_crop": lambda tf: tf.image.central_crop(FLOATS, 0.5),
    "central_crop picture": lambda tf: tf.image.central_crop(PICTURE, 0.7),
    "crop_or_pad": lambda tf: tf.image.resize_with_crop_or_pad(FLOATS, 4, 9),
    "resize_with_pad": lambda tf: tf.image.resize_with_pad(FLOATS, 6, 6),
    "resize aspect": lambda tf: tf.image.resize(FLOATS, (10, 6), preserve_aspect_ratio=True),
    "image_gradients": lambda tf: tf.image.image_gradients(tf.constant(FLOATS))[1],
    "sobel_edges": lambda tf: tf.image.sobel_edges(tf.constant(FLOATS)),
    "crop_and_resize": lambda tf: tf.image.crop_and_resize(
        FLOATS, [[0, 0, 1, 1], [0.2, 0.1, 0.9, 1.3]], [0, 1], (4, 3)
    ),
    "crop_and_resize nearest": lambda tf: tf.image.crop_and_resize(
        FLOATS, [[0.1, 0.1, 0.8, 0.7]], [1], (4, 3), method="nearest"
    ),
    "nms": lambda tf: tf.image.non_max_suppression(BOXES, SCORES, 3),
    "nms threshold": lambda tf: tf.image.non_max_suppression(BOXES, SCORES, 4, 0.1, 0.4),
    "combined nms boxes": lambda tf: _combined(tf)[0],
    "combined nms scores": lambda tf: _combined(tf)[1],
    "combined nms classes": lambda tf: _combined(tf)[2],
    "combined nms counts": lambda tf: _combined(tf)[3],
    "fft": lambda tf: tf.signal.fft(tf.complex(SOUND, SOUND[::-1])),
    "ifft": lambda tf: tf.signal.ifft(tf.complex(SOUND, SOUND[::-1])),
    "rfft": lambda tf: tf.signal.rfft(SOUND),
    "irfft": lambda tf: tf.signal.irfft(tf.complex(SOUND[:17], SOUND[17:34])),
    "frame": lambda tf: tf.signal.frame(SOUND, 10, 4),
    "frame pad_end": lambda tf: tf.signal.frame(SOUND, 10, 4, pad_end=True),
    "hann_window": lambda tf: tf.signal.hann_window(8),
    "hann_window odd": lambda tf: tf.signal.hann_window(7, periodic=False),
    "hamming_window": lambda tf: tf.signal.hamming_window(9),
    "stft": lambda tf: tf.signal.stft(SOUND, 16, 4),
    "stft length": lambda tf: tf.signal.stft(SOUND, 12, 5, 16, window_fn=None, pad_end=True),
    "mel": lambda tf: tf.signal.linear_to_mel_weight_matrix(10, 33, 8000, 80.0, 3000.0),
    "dct": lambda tf: tf.signal.dct(SOUND, norm="ortho"),
    "mfcc": lambda tf: tf.signal.mfccs_from_log_mel_spectrograms(FLOATS[0, 0]),
    "segment_sum": lambda tf: tf.math.segment_sum(ROWS, np.sort(IDS)),
    "segment_mean": lambda tf: tf.math.segment_mean(ROWS, np.sort(IDS)),
    "segment_max": lambda tf: tf.math.segment_max(ROWS, np.sort(IDS)),
    "unsorted sum": lambda tf: tf.math.unsorted_segment_sum(ROWS, IDS, 3),
    "unsorted mean": lambda tf: tf.math.unsorted_segment_mean(ROWS, IDS, 4),
    "unsorted sqrt_n": lambda tf: tf.math.unsorted_segment_sqrt_n(ROWS, IDS, 3),
    "unsorted max": lambda tf: tf.math.unsorted_segment_max(ROWS, IDS, 3),
    "unsorted min": lambda tf: tf.math.unsorted_segment_min(ROWS, IDS, 3),
    "unsorted prod": lambda tf: tf.math.unsorted_segment_prod(ROWS, IDS, 3),
    "bincount": lambda tf: tf.math.bincount(IDS),
    "bincount weights": lambda tf: tf.math.bincount(IDS, weights=ROWS[:, 0], minlength=5),
    "xlogy": lambda tf: tf.math.xlogy([0.0, 2.0], [0.0, 3.0]),
    "reduce_euclidean_norm": lambda tf: tf.math.reduce_euclidean_norm(ROWS, 1),
    "count_nonzero": lambda tf: tf.math.count_nonzero(IDS, axis=0),
    "count_nonzero keepdims": lambda tf: tf.math.count_nonzero(
        [[0.5, 0.0], [float("nan"), -1.0]], axis=1, keepdims=True, dtype="int32"
    ),
    "polyval": lambda tf: tf.math.polyval([2.0, 1.0, -3.0], ROWS),
    "gather batch_dims": lambda tf: tf.gather(TABLE, [[3, 0], [1, 1]], batch_dims=1),
    "gather batch_dims axis": lambda tf: tf.gather(TABLE, [[2, 0], [1, 1]], axis=2, batch_dims=1),
    "gather batch_dims ranks": lambda tf: tf.gather(
        TABLE, [[[2, 0]], [[1, 1]]], axis=1, batch_dims=1
    ),
}


def _combined(tf):
    boxes = np.stack([BOXES, BOXES[::-1]])[:, :, None]
    scores = np.stack([SCORES, SCORES * 0.5], -1)
    scores = np.stack([scores, scores[::-1]])
    return tf.image.combined_non_max_suppression(boxes, scores, 2, 3, 0.5, 0.2)
