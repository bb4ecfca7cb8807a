"""STFT: the kernel of a convolution that is a short-time Fourier transform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..dtype_policies import standardize_dtype
from .base import Initializer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import DTypeLike, Tensor


_COSINES = {
    "boxcar": (1.0,),
    "rectangular": (1.0,),
    "hann": (0.5, 0.5),
    "hanning": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
}


def taper(name, size, periodic):
    """The window of that name as a NumPy vector.

    Those that are sums of cosines, "bartlett" and "tukey" are made here, others by SciPy.

    Raises:
        ValueError: a window that neither knows, or that needs SciPy where it is missing.
    """
    import numpy as np

    if name not in _COSINES and name not in ("bartlett", "tukey"):
        try:
            from scipy.signal import get_window
        except ImportError:
            known = ", ".join(sorted((*_COSINES, "bartlett", "tukey")))
            raise ValueError(
                f"STFT: the window '{name}' is SciPy's, which is not installed. Without it there "
                f"are: {known}."
            ) from None
        return get_window(name, size, periodic)
    if size == 1:
        return np.ones(1)
    last = size if periodic else size - 1
    at = np.arange(size) / last
    if name == "bartlett":
        return 1 - np.abs(2 * at - 1)
    if name == "tukey":  # half of it flat
        edge = np.minimum(np.minimum(at, 1 - at) / 0.25, 1)
        return 0.5 - 0.5 * np.cos(np.pi * edge)
    terms = enumerate(_COSINES[name])
    return sum((-1) ** k * a * np.cos(2 * np.pi * k * at) for k, a in terms)


class STFT(Initializer):
    """Cosines or sines, one frequency a filter: a convolution with them is a short-time Fourier
    transform.

    Args:
        side: "real" or "imag", which part of the transform.
        window: Name of a window (SciPy's names), its values, or None for none.
        scaling: "density" (the window's squares sum to 1), "spectrum" (it sums to 1) or None.
        periodic: Whether a named window is periodic instead of symmetric.

    Raises:
        ValueError: another side, window or scaling; when called, a window of another size.

    Example:

    >>> STFT("real", None)((4, 1, 3)).shape
    (4, 1, 3)
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str = "density",
        periodic: bool = False,
    ) -> None:
        if side not in ("real", "imag"):
            raise ValueError(f"side should be 'real' or 'imag', not {side}")
        if isinstance(window, str):
            taper(window, 2, periodic)
        if scaling not in (None, "density", "spectrum"):
            raise ValueError(
                "Scaling is invalid, it must be `None`, 'density' or 'spectrum'. Received "
                f"scaling={scaling}"
            )
        self.side, self.window, self.scaling, self.periodic = side, window, scaling, periodic

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        import numpy as np

        from .. import ops

        size, _, bins = shape
        turns = np.arange(size).reshape(-1, 1, 1) * (np.arange(bins) / (2 * (bins - 1) or 1))
        angle = -2 * np.pi * (turns % 1.0)
        kernel = np.cos(angle) if self.side == "real" else np.sin(angle)
        if self.window is not None:
            kernel = kernel * self._weights(size)
        kernel = np.broadcast_to(kernel, shape)
        return ops.convert_to_tensor(kernel, standardize_dtype(dtype))

    def _weights(self, size):
        import numpy as np

        window = self.window
        if isinstance(window, str):
            window = taper(window, size, self.periodic)
        window = np.asarray(window, "float64")
        if window.shape != (size,):
            raise ValueError(
                "The shape of `window` must be equal to [frame_length]. Received: window "
                f"shape={window.shape}"
            )
        if self.scaling == "density":
            window = window / np.sqrt((window**2).sum())
        if self.scaling == "spectrum":
            window = window / np.abs(window).sum()
        return window.reshape(-1, 1, 1)

    def get_config(self) -> dict[str, Any]:
        return {
            "side": self.side,
            "window": self.window,
            "periodic": self.periodic,
            "scaling": self.scaling,
        }
