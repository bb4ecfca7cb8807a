"""Quantiles of data that do not fit into memory, from summaries that are merged as batches come.

A summary is a float32 array (2, n): values, and how many data each stands for. As Keras computes
them, so that boundaries agree.
"""

import numpy as np


def empty():
    """The summary of no data."""
    return np.array([[], []], dtype="float32")


def summarize(values, epsilon):
    """Every n-th of the sorted values, such that 1 / epsilon are left.

    Args:
        values: float32 array of any shape.
        epsilon: part of the data that may lie between two.
    """
    values = np.sort(values, axis=None)
    step = max(values.size * epsilon, 1)
    kept = values[int(step - 1) :: int(step)]
    return np.stack([kept, np.full_like(kept, step)])


def merge(one, other, epsilon):
    """The summary of the data of two."""
    both = np.concatenate((one, other), axis=1)
    return _compressed(both[:, np.argsort(both[0])], epsilon)


def boundaries(summary, num_bins):
    """The `num_bins` - 1 values that cut the data into equal parts."""
    return _compressed(summary, 1.0 / num_bins)[0, :-1]


def _compressed(summary, epsilon):
    """A summary of about 1 / epsilon values, interpolated between those that there are."""
    if summary.shape[1] * epsilon < 1:
        return summary
    wanted = epsilon + np.arange(0.0, 1.0, epsilon)
    reached = summary[1].cumsum()
    parts = reached / reached[-1]
    values = np.interp(wanted, parts, summary[0])
    reached = np.interp(wanted, parts, reached)
    return np.stack((values, np.diff(reached, prepend=0))).astype("float32")
