"""Discrete Fourier transforms and frames of signals through NumPy, as host calls.

Transforms are not scaled, so that each one's gradient is another: the adjoint. Complex numbers are
two tensors, real and imaginary parts.
"""

import numpy as np

from ..engine.host import host_op
from ._args import shape_of
from .array import concatenate, pad
from .creation import full, zeros_like
from .math import multiply


def _infer_pair(re, im, **attrs):
    return [re, im]


def _run_dft(re, im, axes, inverse):
    z = re + 1j * im
    axes = [z.ndim + a for a in axes]
    return _parts(
        np.fft.ifftn(z, axes=axes, norm="forward") if inverse else np.fft.fftn(z, axes=axes)
    )


def _parts(z):
    return z.real, z.imag


def _filled(grads, outputs):
    return [zeros_like(o) if g is None else g for g, o in zip(grads, outputs)]


def _grad_dft(inputs, outputs, grads, axes, inverse):
    return list(dft(tuple(_filled(grads, outputs)), (axes, not inverse)))


dft = host_op(
    "dft", _run_dft, _infer_pair, _grad_dft, [("axes", "ints", (-1,)), ("inverse", "flag", False)]
)


def _half(n):
    return None if n is None else n // 2 + 1


def _infer_rdft(x):
    shape = (*x[0][:-1], _half(x[0][-1]))
    return [(shape, x[1])] * 2


def _edges(n, dtype, edge, inner):
    """Factors of the n // 2 + 1 bins: `edge` for those that are their own mirror image."""
    bins = n // 2 + 1
    last = [edge] if n % 2 == 0 and n > 1 else []
    middle = bins - 1 - len(last)
    parts = [full((1,), edge, dtype), full((middle,), inner, dtype)]
    return concatenate(parts + [full((1,), edge, dtype)] * len(last), axis=-1)


def _grad_rdft(inputs, outputs, grads):
    n = shape_of(inputs[0])[-1]
    weights = _edges(n, inputs[0].dtype, 1.0, 0.5)
    re, im = (multiply(g, weights) for g in _filled(grads, outputs))
    return [irdft((re, im), (n,))]


def _grad_irdft(inputs, outputs, grads, length):
    weights = _edges(length, outputs[0].dtype, 1.0, 2.0)
    return [multiply(g, weights) for g in rdft((grads[0],))]


rdft = host_op("rdft", lambda x: _parts(np.fft.rfft(x)), _infer_rdft, _grad_rdft)
irdft = host_op(
    "irdft",
    lambda re, im, length: np.fft.irfft(re + 1j * im, n=length, norm="forward"),
    lambda re, im, length: [((*re[0][:-1], length), re[1])],
    _grad_irdft,
    [("length", "integer", 1)],
)


# ---- frames: overlapping parts of the last axis, and their sums
def _infer_frames(x, length, stride):
    n = x[0][-1]
    count = None if n is None else max(0, 1 + (n - length) // stride)
    return [((*x[0][:-1], count, length), x[1])]


def _run_frames(x, length, stride):
    if x.shape[-1] < length:
        return np.zeros((*x.shape[:-1], 0, length), x.dtype)
    return np.lib.stride_tricks.sliding_window_view(x, length, axis=-1)[..., ::stride, :]


def _grad_frames(inputs, outputs, grads, length, stride):
    n = shape_of(inputs[0])[-1]
    count = shape_of(outputs[0])[-2]
    if count == 0:
        return [zeros_like(inputs[0])]
    covered = overlap((grads[0],), (stride,))
    missing = n - ((count - 1) * stride + length)
    rank = len(inputs[0].shape)
    return [pad(covered, [(0, 0)] * (rank - 1) + [(0, missing)])]


def _infer_overlap(x, stride):
    *batch, count, length = x[0]
    size = None if None in (count, length) else (count - 1) * stride + length if count else 0
    return [((*batch, size), x[1])]


def _run_overlap(x, stride):
    *batch, count, length = x.shape
    out = np.zeros((*batch, (count - 1) * stride + length if count else 0), x.dtype)
    for i in range(count):
        out[..., i * stride : i * stride + length] += x[..., i, :]
    return out


def _grad_overlap(inputs, outputs, grads, stride):
    return [frames((grads[0],), (inputs[0].shape[-1], stride))]


frames = host_op(
    "frames",
    _run_frames,
    _infer_frames,
    _grad_frames,
    [("length", "integer", 1), ("stride", "integer", 1)],
)
overlap = host_op(
    "overlap_add", _run_overlap, _infer_overlap, _grad_overlap, [("stride", "integer", 1)]
)
