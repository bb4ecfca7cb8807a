"""Widths, threads, devices and counters."""

from .. import _core

isa = _core.isa
available_isas = _core.available_isas
force_isa = _core.force_isa
num_threads = _core.num_threads
set_num_threads = _core.set_num_threads
memory_stats = _core.memory_stats
trim_caches = _core.trim_caches
compose_count = _core.compose_count
reset_compose_count = _core.reset_compose_count


def info() -> dict:
    """What this build and machine offer."""
    return {
        "version": _core.version,
        "compiler": _core.compiler(),
        "isa": _core.isa(),
        "available": _core.available_isas(),
        "threads": _core.num_threads(),
        "devices": ["cpu:0"],
    }
