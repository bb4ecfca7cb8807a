"""When to look for models that nobody can reach any more.

A model is freed when its last user lets go of it, but for layers that use one another's outputs in
a circle, and users' own circles. Python's collector counts objects, not bytes: so before a large
weight is made it is asked to run whenever the tensors alive have grown by half since it last did.
"""

from .. import _core

LARGE = 1 << 20  # bytes of a weight that is worth asking for
_limit = [128 << 20]


def make_room(nbytes):
    """Collects garbage before `nbytes` more are held, where much has been made since last time."""
    if nbytes < LARGE or _core.memory_stats()["live_bytes"] + nbytes <= _limit[0]:
        return
    import gc

    gc.collect()
    live = _core.memory_stats()["live_bytes"] + nbytes
    _limit[0] = max(128 << 20, live * 3 // 2)
