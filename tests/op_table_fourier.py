"""Rows of Fourier transforms, frames, segments, distances and bits; NumPy in float64 is the
oracle."""

import math

import numpy as np
from op_rows import Arg, Row


def row(name, call, oracle, *args, tol="sums", **options):
    return Row(name, call, oracle, args, tol, **options)


_Z = Arg((4, 3, 6)), Arg((4, 3, 6))
_ODD = (((1,), (1,)), ((3, 7), (3, 7)), ((2, 8), (2, 8)))
_IMAGES = (((1, 1), (1, 1)), ((2, 3, 5), (2, 3, 5)))


def _parts(o, pair):
    return o.concatenate(list(pair), axis=-1)


def _both(z):
    return np.concatenate([z.real, z.imag], -1)


def _frames(x, length, stride):
    return np.lib.stride_tricks.sliding_window_view(x, length, axis=-1)[..., ::stride, :]


def _stft(x):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(6) / 6)
    window = np.pad(window, 1)
    x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(4, 4)], "reflect")
    return np.fft.rfft(_frames(x, 8, 3) * window)


_IDS = [0, 2, 2, 1, 3, -1]


def _segments(ufunc, empty):
    def oracle(x):
        out = np.full((4, *x.shape[1:]), empty, "float64")
        for i, s in enumerate(_IDS):
            if s >= 0:
                out[s] = ufunc(out[s], x[i])
        return out

    return oracle


FOURIER = [
    row(
        "fft",
        lambda o, a, b: _parts(o, o.fft((a, b))),
        lambda a, b: _both(np.fft.fft(a + 1j * b)),
        *_Z,
        sizes=_ODD,
        errors=((((2, 3), (2, 4)), ValueError, r"same shape.*\(2, 3\).*\(2, 4\)"),),
    ),
    row(
        "fft2",
        lambda o, a, b: _parts(o, o.fft2((a, b))),
        lambda a, b: _both(np.fft.fft2(a + 1j * b)),
        *_Z,
        sizes=_IMAGES,
    ),
    row(
        "ifft2",
        lambda o, a, b: _parts(o, o.ifft2((a, b))),
        lambda a, b: _both(np.fft.ifft2(a + 1j * b)),
        *_Z,
        sizes=_IMAGES,
    ),
    *(
        row(
            f"rfft/{n}",
            lambda o, x, n=n: _parts(o, o.rfft(x, n)),
            lambda x, n=n: _both(np.fft.rfft(x, n)),
            Arg((4, 3, 6)),
            sizes=(((1,),), ((2, 7),), ((8,),)),
        )
        for n in (None, 1, 5, 8)
    ),
    *(
        row(
            f"irfft/{n}",
            lambda o, a, b, n=n: o.irfft((a, b), n),
            lambda a, b, n=n: np.fft.irfft(a + 1j * b, n),
            Arg((4, 3, 5)),
            Arg((4, 3, 5)),
            sizes=(((2,), (2,)), ((2, 6), (2, 6))),
        )
        for n in (None, 5, 12)
    ),
    row(
        "stft",
        lambda o, x: _parts(o, o.stft(x, 6, 3, 8)),
        lambda x: _both(_stft(x)),
        Arg((4, 30)),
        sizes=(((17,),), ((2, 3, 9),)),
    ),
    row(
        "istft",
        # fewer windows meet at the ends, so that those do not come back
        lambda o, x: o.istft(o.stft(x, 8, 2, 8), 8, 2, 8)[..., 6:-6],
        lambda x: x[..., 6:-6],
        Arg((4, 32)),
        sizes=(((16,),), ((2, 3, 20),)),
    ),
    row(
        "extract_sequences",
        lambda o, x: o.extract_sequences(x, 4, 3),
        lambda x: _frames(x, 4, 3),
        Arg((4, 17)),
        tol="exact",
        sizes=(((4,),), ((2, 2, 9),)),
    ),
    *(
        row(
            f"segment_{kind}",
            lambda o, x, kind=kind: getattr(o, f"segment_{kind}")(x, _IDS, 4),
            _segments(ufunc, empty),
            Arg((6, 3), batch=False),
            sizes=(((6,),), ((6, 2, 5),)),
            unknown_batch=False,
        )
        for kind, ufunc, empty in (
            ("sum", np.add, 0),
            ("max", np.maximum, -np.inf),
            ("min", np.minimum, np.inf),
            ("prod", np.multiply, 1),
        )
    ),
    row(
        "cdist",
        lambda o, x, y: o.cdist(x, y),
        lambda x, y: np.sqrt(((x[..., :, None, :] - y[..., None, :, :]) ** 2).sum(-1)),
        Arg((4, 3, 2)),
        Arg((4, 5, 2), 3, 5),
        sizes=(((3, 1), (2, 1)), ((0, 3), (2, 3)), ((2, 3, 4), (5, 4))),
        errors=((((2, 3), (2, 4)), ValueError, r"must match.*\(2, 3\).*\(2, 4\)"),),
    ),
    row(
        "erfc",
        lambda o, x: o.erfc(x),
        np.vectorize(math.erfc, otypes=[np.float64]),
        Arg((4, 9), -5, 5),
        tol="sums",
        sizes=(((0,),), ((),), ((17,),)),
    ),
    row(
        "rearrange",
        lambda o, x: o.rearrange(x, "b (h p) c -> (b c) p h", p=2),
        lambda x: x.reshape(len(x), -1, 2, x.shape[-1]).transpose(0, 3, 2, 1).reshape(
            len(x) * x.shape[-1], 2, -1
        ),
        Arg((4, 6, 3)),
        tol="exact",
        sizes=(((1, 2, 1),), ((2, 8, 5),)),
        errors=((((2, 5, 3),), ValueError, "splits a size of 5"),),
    ),
    row(
        "saturate_cast",
        lambda o, x: o.saturate_cast(x, "uint8"),
        lambda x: np.clip(x, 0, 255).astype(np.uint8).astype(np.float64),
        Arg((4, 9), -300, 600),
        tol="exact",
        grad=(),
        sizes=(((),), ((0,),)),
    ),
]  # fmt: skip
