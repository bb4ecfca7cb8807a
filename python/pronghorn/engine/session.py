"""clear_session: automatic names from the start, and memory given back."""

from __future__ import annotations

from .. import _core
from . import naming


def clear_session(free_memory: bool = True) -> None:
    """Starts automatic names again and gives back the memory of dropped models.

    Args:
        free_memory: Whether to collect garbage and trim the caches of freed blocks.

    Example:
        >>> keras.backend.clear_session()
        >>> layers.Dense(1).name
        'dense'
    """
    naming.reset_uids()
    if free_memory:
        import gc

        gc.collect()
        _core.trim_caches()
