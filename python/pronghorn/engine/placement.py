"""Where tensors are made: the devices that there are, and scopes that choose one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from .. import _core
from . import config

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

# The scopes that are entered, of all threads. Empty where programs need not ask.
live: set[int] = set()
# Whether a scope was ever entered: before that all there is lives on one device.
used = [False]


def list_devices(device_type: str | None = None) -> list[str]:
    """The devices that tensors can be made on.

    Asking opens the GPU's driver, in a build with CUDA.

    Args:
        device_type: "cpu" or "gpu"; None for both.

    Returns:
        Names such as "cpu:0" and "gpu:0", the CPU first.

    Example:
        >>> pronghorn.config.list_devices("cpu")
        ['cpu:0']
    """
    gpu, _ = _core.gpu_device()
    names = ["cpu:0"] if gpu is None else ["cpu:0", gpu]
    if device_type is None:
        return names
    return [name for name in names if name.startswith(f"{device_type.lower()}:")]


def why_no_gpu() -> str:
    """Why there is no "gpu:0".

    Returns:
        A sentence: no CUDA in this build, no driver, no card. "" where there is one.
    """
    gpu, reason = _core.gpu_device()
    return reason if gpu is None else ""


class device_scope:
    """A `with` block whose tensors and variables are made on a device.

    It holds for the thread that entered it. Where there is no such GPU, the default device takes
    its place (`pronghorn.config.list_devices` tells).

    Args:
        device_name: Such as "cpu:0", "gpu:0", "gpu" or "/device:GPU:0"; None for the default.

    Raises:
        ValueError: for what is no name of a device.
    """

    def __init__(self, device_name):
        name = str(device_name).lower().removeprefix("/").removeprefix("device:")
        kind, _, index = (name if ":" in name else f"{name}:0").rpartition(":")
        if device_name is not None and not (kind and index.isdigit()):
            raise ValueError(
                "A device's name is its kind and number, such as 'cpu:0'. "
                f"Received: device_name={device_name!r}"
            )
        self.device_name = device_name
        kind = "gpu" if kind == "cuda" else kind
        self._wanted = None if device_name is None else f"{kind}:{int(index)}"
        self._before: list[str | None] = []

    def __enter__(self):
        wanted = self._wanted
        if wanted is not None and wanted.startswith("gpu") and _core.gpu_device()[0] != wanted:
            wanted = None
        self._before.append(_core.choose_device(wanted))
        live.add(id(self))
        used[0] = True
        return self

    def __exit__(self, *exc):
        _core.choose_device(self._before.pop())
        if not self._before:
            live.discard(id(self))


def device(device_name: Any) -> Any:
    """A `with` block whose tensors are made on a device; see `device_scope`.

    Args:
        device_name: Such as "cpu:0" or "gpu:0".

    Returns:
        A context manager.

    Example:
        >>> with pronghorn.device("cpu:0"):
        ...     ops.ones((2,)).device
        'cpu:0'
    """
    return device_scope(device_name)


def here(tensor):
    """The tensor, or its copy on the device that a scope of this thread chose."""
    if not live or tensor.is_abstract:
        return tensor
    name = _core.default_device()
    return tensor if tensor.device == name else tensor.moved_to(name)


def home_of(variable):
    """The device's name, or None within a trace. A step copies what somebody holds: nobody here."""
    value = variable.value
    return None if value.is_abstract else value.device


def at_home(method: F) -> F:
    """A method of a model that runs as in a scope of the device where its variables live."""

    @functools.wraps(method)
    def run(self, *args, **kwargs):
        if not used[0] or not self.variables:
            return method(self, *args, **kwargs)
        home = home_of(self.variables[0])
        if home is None:  # within a trace, which asks when it runs
            return method(self, *args, **kwargs)
        with device_scope(home):
            return method(self, *args, **kwargs)

    return run  # type: ignore[return-value]


_tf32 = [False]


def enable_tensor_float_32(enabled: bool = True) -> None:
    """Lets float32 matrix products of a GPU round their factors to TF32, with 10 bits of mantissa.

    Tensor cores multiply such numbers several times faster. Sums are float32 all the same. Off
    until somebody asks for it; without effect on the CPU and on cards that have no TF32.

    Args:
        enabled: Whether it is allowed.

    Example:
        >>> pronghorn.config.enable_tensor_float_32(False)
    """
    _tf32[0] = bool(enabled)
    _core.allow_tf32(_tf32[0])
    config.new_generation()


def is_tensor_float_32_enabled() -> bool:
    """Whether enable_tensor_float_32() has allowed TF32.

    Returns:
        A bool.

    Example:
        >>> pronghorn.config.is_tensor_float_32_enabled()
        False
    """
    return _tf32[0]


_determinism = [False]


def enable_op_determinism() -> None:
    """Asks for runs that repeat bit for bit on the same device.

    Every kernel here does so anyway: sums are taken in an order that sizes alone decide, on any
    number of threads, and NVIDIA promises the same of cuBLASLt on one stream. So nothing changes.

    Example:
        >>> pronghorn.config.enable_op_determinism()
        >>> pronghorn.config.is_op_determinism_enabled()
        True
    """
    _determinism[0] = True


def is_op_determinism_enabled() -> bool:
    """Whether enable_op_determinism() was called.

    Returns:
        A bool.

    Example:
        >>> isinstance(pronghorn.config.is_op_determinism_enabled(), bool)
        True
    """
    return _determinism[0]
