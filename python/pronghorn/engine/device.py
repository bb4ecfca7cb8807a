"""Widths, threads and counters; where tensors are made is in placement.py."""

from __future__ import annotations

import operator

from .. import _core
from . import config
from .placement import device as device
from .placement import device_scope as device_scope
from .placement import list_devices, why_no_gpu

isa = _core.isa
available_isas = _core.available_isas
num_threads = _core.num_threads
default_device = _core.default_device
built_with_cuda = _core.built_with_cuda
memory_stats = _core.memory_stats
trim_caches = _core.trim_caches
compose_count = _core.compose_count
reset_compose_count = _core.reset_compose_count


def force_isa(name: str) -> None:
    """Uses the kernels of that width from now on; "" returns to the default. For tests.

    Raises ValueError for a width that is unknown or not supported here.
    """
    _core.force_isa(name)
    config.new_generation()


def set_num_threads(n: int) -> None:
    """How many threads kernels may use, at least 1. Results do not depend on it."""
    n = operator.index(n)
    _core.set_num_threads(min(max(n, -1), 2**31 - 1))
    config.new_generation()


def enable_winograd() -> None:
    """Lets 3x3 convolutions use Winograd's transforms where they are faster (the default).

    Their error is at most 8 float32 epsilons times the largest input of a tile times the filter's
    sum of magnitudes; what would exceed it is computed directly.
    """
    _set_winograd(True)


def disable_winograd() -> None:
    """Computes every convolution directly: slower where many channels meet, errors as small as
    sums of products have."""
    _set_winograd(False)


def is_winograd_enabled() -> bool:
    """Whether convolutions may use Winograd's transforms; PRONGHORN_WINOGRAD=0 in the environment
    turns them off from the start."""
    return _core.winograd_enabled()


def _set_winograd(enabled):
    if enabled != _core.winograd_enabled():
        _core.enable_winograd(enabled)
        config.new_generation()


def machine_rates() -> dict:
    """What this machine can do at most on the threads in use, measured once (about 0.6 s).

    ``peak``: float32 operations a second, a multiply-add counted as two. ``transcendentals``: exp
    a second. ``levels``: ``(name, bytes it holds, bytes copied a second)`` from L1 to memory.
    ``read``, ``write``: bytes a second beyond the caches where nothing else is written or read.
    """
    return _core.machine_rates()


def info() -> dict:
    """What this build and machine offer."""
    return {
        "version": _core.version,
        "compiler": _core.compiler(),
        "isa": _core.isa(),
        "available": _core.available_isas(),
        "threads": _core.num_threads(),
        "device": _core.default_device(),
        "devices": list_devices(),
        "no_gpu": why_no_gpu(),
    }
