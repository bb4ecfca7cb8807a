"""tf.audio: sounds in the bytes of WAV files of 16 bits."""

import io as _io
import wave as _wave

import numpy as _np

from ... import ops as _ops
from . import texts as _texts


def decode_wav(contents, desired_channels=-1, desired_samples=-1, name=None):
    """(float32 samples (count, channels) in [-1, 1), samples a second).

    Raises:
        ValueError: for bytes that are no WAV file of 16-bit samples, or other channels than wanted.
    """
    from ...preprocessing.audio_dataset import decoded

    x, rate = decoded(_texts.contents(contents), "these bytes")
    if desired_channels not in (-1, x.shape[1]):
        raise ValueError(f"`desired_channels` is {desired_channels}; the sound has {x.shape[1]}.")
    if desired_samples >= 0:
        x = _np.pad(x[:desired_samples], ((0, max(desired_samples - len(x), 0)), (0, 0)))
    return _ops.convert_to_tensor(x), _ops.convert_to_tensor(_np.int32(rate))


def encode_wav(audio, sample_rate, name=None):
    x = _ops.convert_to_numpy(audio)
    if x.ndim != 2:
        raise ValueError(f"Expected samples (count, channels). Received shape {x.shape}.")
    out = _io.BytesIO()
    with _wave.open(out, "wb") as file:
        file.setparams((x.shape[1], 2, int(sample_rate), 0, "NONE", ""))
        file.writeframes(_np.clip(_np.rint(x * 32768.0), -32768, 32767).astype("<i2").tobytes())
    return _texts.StringTensor(out.getvalue())
