"""Fourier transforms of signals and images. A complex tensor is a pair, real and imaginary part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.sized import sized_by_inputs
from . import _dft as native
from ._args import FLOATS, cast, floats, op, shape_of, tensor
from .array import concatenate, pad, reshape, stack, take
from .creation import arange, zeros, zeros_like
from .math import cos, divide, multiply, subtract, sum

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _pair(name, x, rank):
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(
            f"{name}: Input `x` should be a tuple of two tensors - real and imaginary. "
            f"Received: x={x}"
        )
    re, im = tensor(x[0]), tensor(x[1])
    if re.shape != im.shape:
        raise ValueError(
            f"{name}: Input `x` should be a tuple of two tensors - real and imaginary. Both the "
            "real and imaginary parts should have the same shape. Received: x[0].shape = "
            f"{re.shape}, x[1].shape = {im.shape}"
        )
    _need_rank(name, re, rank)
    if re.dtype not in FLOATS or im.dtype not in FLOATS:
        raise ValueError(
            f"{name}: At least one tensor in input `x` is not of type float. Received dtypes: "
            f"{re.dtype}, {im.dtype}"
        )
    wide = "float64" if "float64" in (re.dtype, im.dtype) else "float32"
    return cast(re, wide), cast(im, wide), re.dtype


def _need_rank(name, x, rank):
    if len(x.shape) < rank:
        raise ValueError(
            f"{name}: Input should have rank >= {rank}. Received: input.shape = {x.shape}"
        )


def _transform(name, x, axes, inverse=False):
    re, im, dtype = _pair(name, x, len(axes))
    if any(re.shape[a] is None for a in axes):
        which = "last dimension" if len(axes) == 1 else f"{axes} axes"
        raise ValueError(
            f"{name}: Input should have its {which} fully-defined. Received: input.shape = "
            f"{re.shape}"
        )
    out = native.dft((re, im), (axes, inverse))
    if inverse:
        count = 1
        for a in axes:
            count *= re.shape[a]
        out = [divide(part, float(count or 1)) for part in out]
    return tuple(cast(part, dtype) for part in out)


def fft(x: TensorLike) -> Any:
    """The discrete Fourier transform along the last axis.

    Args:
        x: Pair of float tensors (..., n), real and imaginary parts.

    Returns:
        Such a pair.

    Raises:
        ValueError: no pair, different shapes, no floats.

    Example:
        >>> [t.tolist() for t in ops.fft(([1.0, 0.0], [0.0, 0.0]))]
        [[1.0, 1.0], [0.0, 0.0]]
    """
    return _transform("fft", x, (-1,))


def fft2(x: TensorLike) -> Any:
    """The discrete Fourier transform over the last two axes; arguments as in `fft`."""
    return _transform("fft2", x, (-2, -1))


def ifft2(x: TensorLike) -> Any:
    """The inverse of `fft2`."""
    return _transform("ifft2", x, (-2, -1), True)


def _resized(x, size):
    """x's last axis cut or padded with zeros to a size."""
    n = shape_of(x)[-1]
    if isinstance(n, int) and n >= size:
        return x if n == size else x[..., :size]
    if isinstance(n, int):
        return pad(x, [(0, 0)] * (len(x.shape) - 1) + [(0, size - n)])
    more = zeros((*shape_of(x)[:-1], size), x.dtype)
    return take(concatenate([x, more], axis=-1), arange(size), axis=-1)


def rfft(x: TensorLike, fft_length: Any = None) -> tuple[Any, ...]:
    """The first half of the discrete Fourier transform of real signals.

    Args:
        x: Float tensor (..., n).
        fft_length: To which the last axis is cut or padded with zeros first; n where None.

    Returns:
        Real and imaginary parts, each (..., fft_length // 2 + 1).

    Raises:
        ValueError: a scalar, or an unknown last size without fft_length.

    Example:
        >>> ops.rfft([1.0, 0.0, 0.0, 0.0])[0].tolist()
        [1.0, 1.0, 1.0]
    """
    x = floats(x)
    _need_rank("rfft", x, 1)
    dtype = x.dtype
    x = x if dtype in ("float32", "float64") else cast(x, "float32")
    if fft_length is not None:
        x = _resized(x, int(fft_length))
    return tuple(cast(part, dtype) for part in native.rdft((x,)))


def irfft(x: TensorLike, fft_length: Any = None) -> Tensor:
    """The inverse of `rfft`: real signals.

    Args:
        x: Pair of float tensors (..., bins), real and imaginary parts.
        fft_length: The last size of the result; 2 * (bins - 1) where None.

    Returns:
        A tensor (..., fft_length).

    Raises:
        ValueError: no pair, different shapes, no floats.

    Example:
        >>> ops.irfft(([1.0, 1.0, 1.0], [0.0, 0.0, 0.0])).tolist()
        [1.0, 0.0, 0.0, 0.0]
    """
    re, im, dtype = _pair("irfft", x, 1)
    if fft_length is None:
        return irfft_of_all(re, im, dtype)
    length = int(fft_length)
    re, im = (_resized(part, length // 2 + 1) for part in (re, im))
    return cast(divide(native.irdft((re, im), (length,)), float(length or 1)), dtype)


@sized_by_inputs(
    lambda re, im, dtype: ((*re.shape[:-1], None), dtype) if re.shape[-1] is None else None
)
def irfft_of_all(re, im, dtype):
    """`irfft` as long as the number of bins says."""
    return cast(irfft((re, im), max(2 * (re.shape[-1] - 1), 0)), dtype)


def extract_sequences(x: TensorLike, sequence_length: Any, sequence_stride: Any) -> Tensor:
    """Overlapping parts of the last axis.

    Args:
        x: Tensor (..., n).
        sequence_length: Size of a part.
        sequence_stride: Steps from one to the next.

    Returns:
        A tensor (..., 1 + (n - sequence_length) // sequence_stride, sequence_length).

    Raises:
        ValueError: a scalar, or a stride below 1.

    Example:
        >>> ops.extract_sequences([1, 2, 3, 4], 2, 1).tolist()
        [[1, 2], [2, 3], [3, 4]]
    """
    x = tensor(x)
    _need_rank("extract_sequences", x, 1)
    _need_stride(sequence_stride)
    wide = cast(x, "float32") if x.dtype == "bfloat16" else x
    found = native.frames((wide,), (int(sequence_length), int(sequence_stride)))
    return cast(found, x.dtype)


def _need_stride(stride):
    if stride != int(stride) or stride < 1:
        raise ValueError(
            f"`sequence_stride` must be a positive integer. Received: sequence_stride={stride}"
        )


def _window(window, length, fft_length, dtype):
    """The window, centred in a frame of fft_length; None for none."""
    if window is None:
        return None
    if isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ValueError(
                'If a string is passed to `window`, it must be one of `"hann"`, `"hamming"`. '
                f"Received: window={window}"
            )
        turn = multiply(cast(arange(length), dtype), 2 * 3.141592653589793 / length)
        mean = 0.5 if window == "hann" else 0.54
        weights = subtract(mean, multiply(cos(turn), 1 - mean))
    else:
        weights = cast(tensor(window), dtype)
    if tuple(weights.shape) != (length,):
        raise ValueError(
            "The shape of `window` must be equal to [sequence_length]. Received: window "
            f"shape={weights.shape}"
        )
    left = (fft_length - length) // 2
    return pad(weights, [(left, fft_length - length - left)])


def _need_lengths(length, fft_length):
    if not hasattr(fft_length, "__index__") or fft_length < 1:
        raise ValueError(f"`fft_length` must be a positive integer. Received: {fft_length!r}")
    if fft_length < length:
        raise ValueError(
            "`fft_length` must equal or larger than `sequence_length`. Received: "
            f"sequence_length={length}, fft_length={fft_length}"
        )


def stft(
    x: TensorLike,
    sequence_length: Any,
    sequence_stride: Any,
    fft_length: Any,
    window: str = "hann",
    center: bool = True,
) -> Any:
    """The short-time Fourier transform: `rfft` of overlapping, windowed parts of a signal.

    Args:
        x: float32 or float64 tensor (..., n).
        sequence_length: Size of the window.
        sequence_stride: Steps from one part to the next.
        fft_length: Size of a part, in whose middle the window lies.
        window: "hann", "hamming", a tensor (sequence_length,), or None.
        center: Whether x is mirrored at both ends, so that part i is centred at i * stride.

    Returns:
        Real and imaginary parts, each (..., parts, fft_length // 2 + 1).

    Raises:
        ValueError: fft_length below sequence_length, a stride below 1, another window.
        TypeError: another dtype.

    Example:
        >>> re, im = ops.stft(ops.ones((16,)), 4, 2, 4)
    """
    _need_stride(sequence_stride)
    x = tensor(x)
    if x.dtype not in ("float32", "float64"):
        raise TypeError(
            f"Invalid input type. Expected `float32` or `float64`. Received: input type={x.dtype}"
        )
    _need_rank("stft", x, 1)
    _need_lengths(sequence_length, fft_length)
    weights = _window(window, sequence_length, fft_length, x.dtype)
    if center:
        half = fft_length // 2
        x = pad(x, [(0, 0)] * (len(x.shape) - 1) + [(half, half)], mode="reflect")
    parts = native.frames((x,), (int(fft_length), int(sequence_stride)))
    return rfft(parts if weights is None else multiply(parts, weights))


def istft(
    x: TensorLike,
    sequence_length: Any,
    sequence_stride: Any,
    fft_length: Any,
    length: Any = None,
    window: str = "hann",
    center: bool = True,
) -> Tensor:
    """The inverse of `stft`: the signal whose parts these are.

    Args:
        x: Pair of float tensors (..., parts, bins), real and imaginary parts.
        sequence_length, sequence_stride, fft_length, window, center: As given to `stft`.
        length: Size of the result; all that the parts cover where None.

    Returns:
        A tensor (..., n).

    Raises:
        ValueError: no pair, different shapes, fewer than 2 axes; as in `stft`.

    Example:
        >>> x = ops.ones((16,))
        >>> print(ops.istft(ops.stft(x, 4, 2, 4), 4, 2, 4).numpy().round(4).tolist() == [1.0] * 16)
        True
    """
    _need_stride(sequence_stride)
    re, im, dtype = _pair("istft", x, 2)
    _need_lengths(sequence_length, fft_length)
    parts = irfft((re, im), fft_length)
    weights = _window(window, sequence_length, fft_length, parts.dtype)
    if weights is not None:
        parts = multiply(parts, divide(weights, _covered(weights, fft_length, sequence_stride)))
    whole = native.overlap((parts,), (int(sequence_stride),))
    start = fft_length // 2 if center else 0
    if length is not None:
        return cast(_from(whole, start, length), dtype)
    return cast(whole[..., start : -start or None] if center else whole, dtype)


def _from(x, start, length):
    return (
        _resized(x, start + length)[..., start:]
        if x.shape[-1] is None
        else (x[..., start : start + length])
    )


def _covered(weights, size, stride):
    """Sums of the squared windows that meet at each place of a frame."""
    overlaps = -(-size // stride)
    squares = pad(multiply(weights, weights), [(0, overlaps * stride - size)])
    total = sum(reshape(squares, (overlaps, stride)), axis=0)
    return concatenate([total] * overlaps, axis=0)[:size]


_make, _real, _imag = op("complex_make"), op("complex_real"), op("complex_imag")


def view_as_complex(x: TensorLike) -> Tensor:
    """The complex tensor of real and imaginary parts in the last axis.

    Args:
        x: Float tensor (..., 2).

    Returns:
        A complex64 tensor (...).

    Raises:
        ValueError: another last size.

    Example:
        >>> ops.view_as_complex([[1.0, 2.0]]).tolist()
        [(1+2j)]
    """
    x = tensor(x)
    if not x.shape or x.shape[-1] not in (2, None):
        raise ValueError(
            "view_as_complex: Last dimension of input must be size 2 (real and imaginary). "
            f"Received shape: {x.shape}"
        )
    x = cast(x, "float32")
    return _make((x[..., 0], x[..., 1]))


def view_as_real(x: TensorLike) -> Tensor:
    """Real and imaginary parts of a tensor, in a last axis of size 2.

    Args:
        x: Tensor (...).

    Returns:
        A tensor (..., 2): float32 of complex64, else of x's dtype.

    Example:
        >>> ops.view_as_real([1 + 2j]).tolist()
        [[1.0, 2.0]]
    """
    x = tensor(x)
    if x.dtype != "complex64":
        return stack([x, zeros_like(x)], axis=-1)
    return stack([_real((x,)), _imag((x,))], axis=-1)


def polar(abs_: Any, angle: Any) -> Tensor:
    """The complex tensor of lengths and angles.

    Args:
        abs_: Float tensor, the lengths.
        angle: Float tensor, in radians.

    Returns:
        A complex64 tensor.

    Example:
        >>> ops.polar(2.0, 0.0).tolist()
        (2+0j)
    """
    from .math import sin

    length, angle = cast(tensor(abs_), "float32"), cast(tensor(angle), "float32")
    return _make((multiply(length, cos(angle)), multiply(length, sin(angle))))


__all__ = [
    "extract_sequences", "fft", "fft2", "ifft2", "irfft", "istft", "polar", "rfft", "stft",
    "view_as_complex", "view_as_real",
]  # fmt: skip
