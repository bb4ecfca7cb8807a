"""tf.math: sums and the like over rows with one number. Sorted numbers say how many there are."""

from ... import ops as _ops


def _counts(data, ids, count):
    """How many rows each segment has, to be divided by: at least 1."""
    counts = _ops.segment_sum(_ops.ones_like(ids, dtype=data.dtype), ids, count)
    counts = _ops.maximum(counts, _ops.ones_like(counts))
    return _ops.reshape(counts, (-1,) + (1,) * (len(data.shape) - 1))


def _reduced(kind, data, ids, count):
    data, ids = _ops.convert_to_tensor(data), _ops.convert_to_tensor(ids)
    if kind in ("mean", "sqrt_n"):
        counts = _counts(data, ids, count)
        counts = _ops.sqrt(counts) if kind == "sqrt_n" else counts
        return _ops.segment_sum(data, ids, count) / counts
    return getattr(_ops, f"segment_{kind}")(data, ids, count)


def _unsorted(kind):
    def function(data, segment_ids, num_segments, name=None):
        return _reduced(kind, data, segment_ids, num_segments)

    function.__name__ = function.__qualname__ = f"unsorted_segment_{kind}"
    return function


def _sorted(kind):
    def function(data, segment_ids, name=None):
        return _reduced(kind, data, segment_ids, int(_ops.max(segment_ids)) + 1)

    function.__name__ = function.__qualname__ = f"segment_{kind}"
    return function


_KINDS = ("sum", "max", "min", "prod", "mean")
globals().update({f"segment_{kind}": _sorted(kind) for kind in _KINDS})
globals().update({f"unsorted_segment_{kind}": _unsorted(kind) for kind in (*_KINDS, "sqrt_n")})
