"""audio_dataset_from_directory: a Dataset of the sounds in a folder's WAV files."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

from ..data import AUTOTUNE
from .directory import check_labels, check_split, index_directory, split, with_labels


def audio_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: Any = "int",
    class_names: Any = None,
    batch_size: Any = 32,
    sampling_rate: Any = None,
    output_sequence_length: Any = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: Any = None,
    subset: Any = None,
    follow_links: bool = False,
    verbose: Any = True,
) -> Any:
    """The sounds of a folder's `.wav` files, with labels from the names of its subfolders.

    Args:
        directory: the folder: `directory/dogs/1.wav` and so on.
        labels, label_mode, class_names, shuffle, seed, validation_split, subset, follow_links,
            verbose: as in `image_dataset_from_directory`.
        batch_size: sounds a batch; None for sounds one by one.
        sampling_rate: samples a second to convert to (needs SciPy); as in the files by default.
        output_sequence_length: samples a sound: longer ones are cut, shorter ones filled up with
            silence. By default those of a batch are as long as its longest.
        ragged: kept for Keras's sake; only with `batch_size=None`, since batches are arrays.

    Returns:
        A Dataset of float32 sounds (batch, samples, channels), -1 to 1, or (sounds, labels), with
        `class_names`; a tuple of two with `subset="both"`.

    Raises:
        ValueError: for arguments that do not go together, folders without sounds, and, when read,
            files that are no 16-bit PCM; the message names the file.

    Example:

    >>> import os, wave
    >>> for name in ("cat", "dog"):
    ...     os.makedirs(f"sounds/{name}")
    ...     with wave.open(f"sounds/{name}/1.wav", "wb") as file:
    ...         file.setparams((1, 2, 8000, 0, "NONE", ""))
    ...         file.writeframes(bytes(2 * 50))
    >>> data = audio_dataset_from_directory("sounds", batch_size=2)
    Found 2 files belonging to 2 classes.
    >>> sounds, labels = next(iter(data))
    >>> sounds.shape, data.class_names
    ((2, 50, 1), ['cat', 'dog'])
    """
    check_labels(labels, label_mode, class_names, "audio")
    if label_mode not in ("int", "categorical", "binary", None):
        raise ValueError(
            '`label_mode` argument must be one of "int", "categorical", "binary", or None. '
            f"Received: label_mode={label_mode}"
        )
    if ragged and output_sequence_length is not None:
        raise ValueError("Cannot set both `ragged` and `output_sequence_length`")
    if ragged and batch_size is not None:
        raise ValueError("`ragged=True` needs `batch_size=None`: batches are arrays here.")
    if sampling_rate is not None:
        if not isinstance(sampling_rate, int):
            raise ValueError(
                "`sampling_rate` should have an integer value. "
                f"Received: sampling_rate={sampling_rate}"
            )
        if sampling_rate <= 0:
            raise ValueError(
                f"`sampling_rate` should be higher than 0. Received: sampling_rate={sampling_rate}"
            )
    if labels is None or label_mode is None:
        labels = label_mode = None
    check_split(validation_split, subset, shuffle, seed)
    seed = int(np.random.randint(1e6)) if seed is None else seed  # type: ignore[call-overload]
    paths, labels, class_names = index_directory(
        directory, labels, (".wav",), class_names, shuffle, seed, follow_links, verbose
    )
    if label_mode == "binary" and len(class_names) != 2:
        raise ValueError(
            'When passing `label_mode="binary"`, there must be exactly 2 class_names. Received: '
            f"class_names={class_names}"
        )
    made = []
    for part in ("training", "validation") if subset == "both" else (subset,):
        chosen, chosen_labels = split(paths, labels, validation_split, part)
        if not chosen:
            kind = f"{part} " if subset == "both" else ""
            raise ValueError(
                f"No {kind}audio files found in directory {directory}. Allowed format(s): .wav"
            )
        dataset = with_labels(chosen, chosen_labels, label_mode, len(class_names or ()))
        if shuffle and not (subset == "both" and part == "validation"):
            dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
        read = _Reader(sampling_rate, output_sequence_length)
        dataset = dataset.map(read, num_parallel_calls=AUTOTUNE).prefetch(AUTOTUNE)
        if batch_size is not None:
            fixed = output_sequence_length is not None
            dataset = dataset.batch(batch_size) if fixed else dataset.padded_batch(batch_size)
        dataset.class_names = class_names
        made.append(dataset)
    return tuple(made) if subset == "both" else made[0]


class _Reader:
    """The sound of a file in the place of its path."""

    def __init__(self, rate, length):
        self._rate, self._length = rate, length

    def __call__(self, path, *label):
        name = path.numpy()
        name = name.decode() if isinstance(name, bytes) else name
        with open(name, "rb") as file:
            x, rate = decoded(file.read(), name)
        if self._length is not None:
            short = max(self._length - len(x), 0)
            x = np.pad(x[: self._length], ((0, short), (0, 0)))
        if self._rate is not None and self._rate != rate:
            x = _resampled(x, rate, self._rate)
        return (x, *label) if label else x


def decoded(data, name):
    """(float32 samples (count, channels), samples a second) of a RIFF file's bytes."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError(f"Cannot read a sound from {name}: it is no WAV file.")
    at, form = 12, None
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])[0]
        if kind == b"fmt " and at + 24 <= len(data):
            form = struct.unpack("<HHIIHH", data[at + 8 : at + 24])
        elif kind == b"data":
            break
        at += 8 + size + size % 2
    else:
        raise ValueError(f"Cannot read a sound from {name}: the file is cut off.")
    if form is None or form[0] not in (1, 0xFFFE) or form[5] != 16 or form[1] < 1:
        raise ValueError(f"Cannot read a sound from {name}: expected 16-bit PCM samples.")
    channels = form[1]
    count = min(size, len(data) - at - 8) // (2 * channels)
    x = np.frombuffer(data, "<i2", count * channels, at + 8).reshape(count, channels)
    return x.astype("float32") / np.float32(32768), form[2]


def _resampled(x, old, new):
    try:
        from scipy.signal import resample_poly
    except ImportError:
        raise ImportError("`sampling_rate` needs SciPy: pip install scipy.") from None
    common = math.gcd(old, new)
    return resample_poly(x, new // common, old // common, axis=0).astype("float32")
