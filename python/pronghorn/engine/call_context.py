"""What a call in progress tells the layers inside it."""

from __future__ import annotations

import threading


class _Context(threading.local):
    """What a layer call hands to the layers it calls; one a thread."""

    entry = None  # the outermost layer of the call in progress
    training = None
    extra = {}  # call-context arguments by name; replaced, never changed
    symbolic = 0  # depth of shape-only passes: losses added there are dropped


call_context = _Context()
