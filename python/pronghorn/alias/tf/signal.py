"""tf.signal: windows, frames and Fourier transforms, whose results are complex64."""

import numpy as _np

from ... import ops as _ops


def _parts(x):
    x = _ops.convert_to_tensor(x)
    if x.dtype == "complex64":
        return _ops.real(x), _ops.imag(x)
    return x, _ops.zeros_like(x)


def _joined(parts):
    return _ops.view_as_complex(_ops.stack(parts, axis=-1))


def fft(input, name=None):
    return _joined(_ops.fft(_parts(input)))


def fft2d(input, name=None):
    return _joined(_ops.fft2(_parts(input)))


def ifft2d(input, name=None):
    return _joined(_ops.ifft2(_parts(input)))


def ifft(input, name=None):
    real, imaginary = _parts(input)
    count = real.shape[-1]
    real, imaginary = _ops.fft((real, _ops.negative(imaginary)))
    return _joined((real / count, _ops.negative(imaginary) / count))


def rfft(input_tensor, fft_length=None, name=None):
    return _joined(_ops.rfft(input_tensor, _length(fft_length)))


def irfft(input_tensor, fft_length=None, name=None):
    return _ops.irfft(_parts(input_tensor), _length(fft_length))


def _length(fft_length):
    if fft_length is None or isinstance(fft_length, int):
        return fft_length
    return int(_ops.convert_to_numpy(fft_length).reshape(-1)[0])


def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None):
    """Overlapping pieces of the last axis: (..., frames, frame_length)."""
    signal = _ops.convert_to_tensor(signal)
    if axis not in (-1, len(signal.shape) - 1):
        raise ValueError(f"tf.signal.frame works along the last axis. Received: axis={axis}")
    if pad_end:
        size = signal.shape[-1]
        frames = -(-size // frame_step)
        short = max((frames - 1) * frame_step + frame_length - size, 0)
        edges = [(0, 0)] * (len(signal.shape) - 1) + [(0, short)]
        signal = _ops.pad(signal, edges, constant_values=pad_value)
    return _ops.extract_sequences(signal, frame_length, frame_step)


def _cosines(window_length, periodic, constant, dtype):
    steps = window_length - (
        0 if periodic and window_length % 2 == 0 else 1
    )  # as TensorFlow has it
    if steps < 1:
        return _ops.ones((window_length,), dtype)
    turns = 2 * _np.pi * _np.arange(window_length) / steps
    return _ops.convert_to_tensor(constant - (1 - constant) * _np.cos(turns), dtype)


def hann_window(window_length, periodic=True, dtype="float32", name=None):
    return _cosines(window_length, periodic, 0.5, dtype)


def hamming_window(window_length, periodic=True, dtype="float32", name=None):
    return _cosines(window_length, periodic, 0.54, dtype)


def stft(
    signals,
    frame_length,
    frame_step,
    fft_length=None,
    window_fn=hann_window,
    pad_end=False,
    name=None,
):
    """The short-time Fourier transform (..., frames, fft_length // 2 + 1), not centred."""
    if fft_length is None:
        fft_length = 1 << (int(frame_length) - 1).bit_length()
    frames = frame(signals, frame_length, frame_step, pad_end)
    if window_fn is not None:
        frames = frames * window_fn(frame_length, dtype=frames.dtype)
    return rfft(frames, fft_length)


def linear_to_mel_weight_matrix(
    num_mel_bins=20,
    num_spectrogram_bins=129,
    sample_rate=8000,
    lower_edge_hertz=125.0,
    upper_edge_hertz=3800.0,
    dtype="float32",
    name=None,
):
    """Triangles over a spectrogram's frequencies, evenly spread on O'Shaughnessy's mel scale."""
    mel = lambda hertz: 1127.0 * _np.log1p(_np.asarray(hertz) / 700.0)
    heights = mel(_np.linspace(0.0, sample_rate / 2, num_spectrogram_bins)[1:])[:, None]
    edges = _np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), num_mel_bins + 2)
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (heights - lower) / (centre - lower)
    falling = (upper - heights) / (upper - centre)
    weights = _np.maximum(0.0, _np.minimum(rising, falling))
    return _ops.convert_to_tensor(_np.pad(weights, ((1, 0), (0, 0))), dtype)


def dct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The second discrete cosine transform of the last axis."""
    if type != 2 or n is not None or axis != -1 or norm not in (None, "ortho"):
        raise ValueError("tf.signal.dct serves type 2 of the last axis, norm None or 'ortho'.")
    input = _ops.convert_to_tensor(input)
    count = input.shape[-1]
    steps = _np.arange(count)
    matrix = 2 * _np.cos(_np.pi * (2 * steps[:, None] + 1) * steps / (2 * count))
    if norm == "ortho":
        matrix = matrix * _np.where(steps == 0, 0.25 / count, 0.5 / count) ** 0.5
    return _ops.matmul(input, _ops.convert_to_tensor(matrix, input.dtype))


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None):
    bins = _ops.convert_to_tensor(log_mel_spectrograms).shape[-1]
    return dct(log_mel_spectrograms) * (2.0 * bins) ** -0.5
