"""MelSpectrogram and STFTSpectrogram: sounds as pictures of their frequencies."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

from ... import initializers, ops
from ...engine import config
from ..base import Layer
from ..input_spec import InputSpec
from ..reshaping import standardize_data_format
from .data_layer import DataLayer

if TYPE_CHECKING:
    from ...engine.types import Tensor, TensorLike


def _mel(hertz):
    """Frequencies on the scale of perceived pitch, as HTK defines it."""
    return 1127.0 * math.log(1.0 + hertz / 700.0)


class MelSpectrogram(DataLayer):
    """Sounds as pictures: which pitches sound how loudly when.

    Args:
        fft_length: samples of a Fourier transform.
        sequence_stride: samples from one column to the next.
        sequence_length: samples of a column; `fft_length` by default.
        window: "hann", "hamming", a tensor (sequence_length,), or None.
        sampling_rate: samples a second.
        num_mel_bins: rows of the picture.
        min_freq, max_freq: frequencies of its edges, in Hertz; half the sampling rate is the
            largest by default.
        power_to_db: whether values are decibels.
        top_db: how far below the loudest value of the batch decibels are cut off.
        mag_exp: exponent of magnitudes: 1 for magnitudes, 2 for powers.
        min_power: the least power.
        ref_power: the power that counts as 0 decibels.

    Shapes: (samples,) or (batch, samples); (num_mel_bins, columns) or (batch, num_mel_bins,
    columns).

    Raises:
        ValueError: where `fft_length` is below `sequence_length`.

    Example:

    >>> layer = MelSpectrogram(fft_length=64, sequence_stride=16, num_mel_bins=8)
    >>> layer(np.ones((2, 160), "float32")).shape
    (2, 8, 11)
    """

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: Any = None,
        window: str = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: Any = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.fft_length = fft_length
        self.sequence_stride = sequence_stride
        self.sequence_length = sequence_length or fft_length
        if fft_length < self.sequence_length:
            raise ValueError(
                "`fft_length` must be greater than or equal to `sequence_length`. Received: "
                f"sequence_length={sequence_length}, fft_length={fft_length}"
            )
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    def call(self, inputs: TensorLike) -> Tensor:
        exact = self.compute_dtype if self.compute_dtype in ("float32", "float64") else "float32"
        real, imag = ops.stft(
            ops.cast(inputs, exact), self.sequence_length, self.sequence_stride, self.fft_length,
            self.window, center=True,
        )  # fmt: skip
        power = ops.power(ops.sqrt(ops.square(real) + ops.square(imag)), self.mag_exp)
        bands = self.linear_to_mel_weight_matrix(
            self.num_mel_bins, self.fft_length // 2 + 1, self.sampling_rate, self.min_freq,
            self.max_freq, exact,
        )  # fmt: skip
        found = ops.matmul(power, bands)
        if self.power_to_db:
            zero = 10.0 * math.log10(max(abs(float(self.ref_power)), self.min_power))
            found = 10.0 * ops.log10(ops.maximum(found, self.min_power)) - zero
            found = ops.maximum(found, ops.max(found) - self.top_db)
        return ops.cast(ops.swapaxes(found, -1, -2), self.compute_dtype)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: int = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: Any = "float32",
    ) -> Any:
        """What each frequency of a spectrum adds to each band: triangles on the mel scale.

        Args:
            num_mel_bins: bands.
            num_spectrogram_bins: frequencies, evenly from 0 to half the sampling rate.
            sampling_rate: samples a second.
            lower_edge_hertz, upper_edge_hertz: where the lowest band begins and the highest ends.
            dtype: of the result.

        Returns:
            A tensor (num_spectrogram_bins, num_mel_bins). Frequency 0 counts nowhere.
        """
        hertz = ops.linspace(0.0, sampling_rate / 2.0, num_spectrogram_bins, dtype=dtype)[1:]
        mel = ops.expand_dims(1127.0 * ops.log(1.0 + hertz / 700.0), 1)
        ends = _mel(lower_edge_hertz), _mel(upper_edge_hertz)
        edges = ops.linspace(*ends, num_mel_bins + 2, dtype=dtype)
        low, middle, high = edges[:-2], edges[1:-1], edges[2:]
        slopes = ops.minimum((mel - low) / (middle - low), (high - mel) / (high - middle))
        return ops.pad(ops.maximum(slopes, 0.0), ((1, 0), (0, 0)))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """The shape for sounds of that shape."""
        if not input_shape:
            raise ValueError(
                f"Layer '{self.name}' expects sounds of one axis or more; received ()."
            )
        size, stride = input_shape[-1], self.sequence_stride
        columns = None if size is None else (size + stride + 1) // stride
        return (*input_shape[:-1], self.num_mel_bins, columns)

    def get_config(self) -> dict[str, Any]:
        names = (
            "fft_length", "sequence_stride", "sequence_length", "window", "sampling_rate",
            "num_mel_bins", "min_freq", "max_freq", "power_to_db", "top_db", "mag_exp",
            "min_power", "ref_power",
        )  # fmt: skip
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class STFTSpectrogram(Layer):
    """The spectrum of a sound over time, by a convolution with cosines and sines that can learn.

    Args:
        mode: what is given: "log" or "magnitude" of the spectrum, its power "psd", the parts
            "real" and "imag", the phase "angle", or "stft" for both parts.
        frame_length: samples of a frame.
        frame_step: samples from one frame to the next; half a frame by default.
        fft_length: samples of the Fourier transform; the next power of two by default.
        window: name of a window (SciPy's names), its values, or None.
        periodic: whether a named window is periodic instead of symmetric.
        scaling: "density", "spectrum" or None.
        padding: "valid" or "same".
        expand_dims: whether frequencies get an axis of their own.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, samples, channels); (batch, frames, channels * frequencies), or (batch, frames,
    frequencies, channels) with `expand_dims`; "channels_first" has the channels before.

    Raises:
        ValueError: for other words, and lengths that do not go together.

    Example:

    >>> layer = STFTSpectrogram("magnitude", frame_length=16, frame_step=8)
    >>> layer(np.ones((3, 64, 2), "float32")).shape
    (3, 7, 18)
    """

    def __init__(
        self,
        mode: Any = "log",
        frame_length: int = 256,
        frame_step: Any = None,
        fft_length: Any = None,
        window: str = "hann",
        periodic: bool = False,
        scaling: str = "density",
        padding: Any = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        _check(mode, frame_length, frame_step, fft_length, scaling, padding)
        initializers.STFT("real", window, scaling, periodic)  # raises for an unknown window
        super().__init__(**kwargs)
        self.mode = mode
        self.frame_length = frame_length
        self.frame_step = frame_step
        self.fft_length = fft_length
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = padding
        self.expand_dims = expand_dims
        self.data_format = standardize_data_format(data_format)
        self._step = frame_step or frame_length // 2
        self._bins = (fft_length or 2 ** math.ceil(math.log2(frame_length))) // 2 + 1
        self.input_spec = InputSpec(ndim=3)

    def build(self, input_shape: Any) -> None:
        for part, other in (("real", "imag"), ("imag", "real")):
            if self.mode != other:
                made = initializers.STFT(part, self.window, self.scaling, self.periodic)
                shape = (self.frame_length, 1, self._bins)
                kernel = self.add_weight(name=f"{part}_kernel", shape=shape, initializer=made)
                setattr(self, f"{part}_kernel", kernel)

    def _part(self, signal, kernel):
        """signal (batch, channels, samples) as (batch, channels, frames, frequencies)."""
        channels, samples = signal.shape[1:]
        flat = ops.reshape(signal, (-1, samples, 1))
        found = ops.conv(
            flat, ops.cast(kernel, signal.dtype), strides=self._step, padding=self.padding,
            data_format="channels_last",
        )  # fmt: skip
        return ops.reshape(found, (-1, channels, *found.shape[1:]))

    def call(self, inputs: TensorLike) -> Any:
        if inputs.dtype not in ("float16", "float32", "float64"):  # type: ignore[operator]
            raise TypeError(
                "Invalid input type. Expected `float16`, `float32` or `float64`. Received: input "
                f"type={inputs.dtype}"
            )
        last = self.data_format == "channels_last"
        signal = ops.transpose(inputs, (0, 2, 1)) if last else inputs
        real = None if self.mode == "imag" else self._part(signal, self.real_kernel)
        imag = None if self.mode == "real" else self._part(signal, self.imag_kernel)
        return self._arranged(self._shown(real, imag))

    def _shown(self, real, imag):
        if self.mode in ("real", "imag"):
            return real if imag is None else imag
        if self.mode == "angle":
            return ops.arctan2(imag, real)
        if self.mode == "stft":
            return ops.concatenate([real, imag], axis=-1)
        power = ops.square(real) + ops.square(imag)
        if self.mode == "psd":  # the negative frequencies count with the positive ones
            return power + ops.pad(power[..., 1:-1], ((0, 0), (0, 0), (0, 0), (1, 1)))
        small = config.epsilon()
        found = ops.sqrt(ops.maximum(power, small))
        return found if self.mode == "magnitude" else ops.log(ops.maximum(found, small))

    def _arranged(self, x):
        """x (batch, channels, frames, frequencies) as the layer gives it."""
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return ops.transpose(x, (0, 2, 3, 1)) if last else x
        channels, frames, bins = x.shape[1:]
        x = ops.transpose(x, (0, 2, 1, 3) if last else (0, 1, 3, 2))
        shape = (-1, frames, channels * bins) if last else (-1, channels * bins, frames)
        return ops.reshape(x, shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape for signals of that shape."""
        last = self.data_format == "channels_last"
        batch, samples, channels = (input_shape[i] for i in ((0, 1, 2) if last else (0, 2, 1)))
        frames = samples
        if samples is not None:
            room = samples if self.padding == "same" else samples - self.frame_length + 1
            frames = -(-room // self._step)
        bins = self._bins * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            return (batch, frames, bins, channels) if last else (batch, channels, frames, bins)
        return (batch, frames, bins * channels) if last else (batch, bins * channels, frames)

    def get_config(self) -> dict[str, Any]:
        names = (
            "mode", "frame_length", "frame_step", "fft_length", "window", "periodic", "scaling",
            "padding", "data_format", "expand_dims",
        )  # fmt: skip
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _check(mode, frame_length, frame_step, fft_length, scaling, padding):
    if frame_step is not None and not 1 <= frame_step <= frame_length:
        raise ValueError(
            "`frame_step` should be a positive integer not greater than `frame_length`. Received: "
            f"frame_step={frame_step}, frame_length={frame_length}"
        )
    if fft_length is not None and fft_length < frame_length:
        raise ValueError(
            "`fft_length` should be not less than `frame_length`. Received: "
            f"fft_length={fft_length}, frame_length={frame_length}"
        )
    if fft_length is not None and fft_length & (fft_length - 1):
        warnings.warn(
            "STFTSpectrogram: `fft_length` is recommended to be a power of two. Received: "
            f"fft_length={fft_length}",
            stacklevel=3,
        )
    for value, choices, name in (
        (mode, _MODES, "mode"),
        (scaling, (None, "density", "spectrum"), "scaling"),
        (padding, ("valid", "same"), "padding"),
    ):
        if value not in choices:
            raise ValueError(f"`{name}` must be one of {choices}. Received: {name}={value!r}")
