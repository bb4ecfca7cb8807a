"""Prefix beam search (Graves 2012, section 7.5.3; Hannun et al. 2014), on NumPy arrays.

A prefix has two log-probabilities: of its alignments that end with a blank, and of those that end
with its last label. The kept prefixes of one step are arrays; what leads to the same prefix of the
next step (a prefix that stays, its parent grown by its last label) is joined there.
"""

import numpy as np


def paths_of(x, lengths, beam_width, top_paths, merge, blank):
    """Labels (batch, paths, steps), -1 behind the last, and scores (batch, paths)."""
    batch, steps, _ = x.shape
    labels = np.full((batch, top_paths, steps), -1, "int32")
    scores = np.full((batch, top_paths), -np.inf, x.dtype)
    for b in range(batch):
        count = min(max(int(lengths[b]), 0), steps)
        for k, (prefix, score) in enumerate(_paths(x[b, :count], beam_width, top_paths, blank)):
            if merge:
                prefix = [p for i, p in enumerate(prefix) if i == 0 or p != prefix[i - 1]]
            labels[b, k, : len(prefix)] = prefix
            scores[b, k] = score
    return labels, scores


def _paths(x, beam_width, top_paths, blank):
    x = x.astype("float64")
    classes = x.shape[1]
    prefixes, ends_blank, ends_label = [()], np.zeros(1), np.full(1, -np.inf)
    for row in x:
        total = np.logaddexp(ends_blank, ends_label)
        last = np.array([p[-1] if p else -1 for p in prefixes])
        some = last >= 0
        # the prefix stays: a blank, or its last label once more
        stay_blank = total + row[blank]
        stay_label = np.where(some, ends_label + row[last], -np.inf)
        # the prefix grows: by its last label only after a blank
        grown = total[:, None] + row
        grown[some, last[some]] = ends_blank[some] + row[last[some]]
        grown[:, blank] = -np.inf
        known = {p: i for i, p in enumerate(prefixes)}
        for i, p in enumerate(prefixes):
            parent = known.get(p[:-1]) if p else None
            if parent is not None:
                stay_label[i] = np.logaddexp(stay_label[i], grown[parent, p[-1]])
                grown[parent, p[-1]] = -np.inf
        all_scores = np.concatenate([np.logaddexp(stay_blank, stay_label), grown.ravel()])
        best = np.argsort(-all_scores, kind="stable")[:beam_width]
        best = best[all_scores[best] > -np.inf]
        n, old = len(prefixes), prefixes
        stays = best < n
        parents, added = np.divmod(best - n, classes)
        prefixes = [
            old[i] if s else (*old[p], int(c)) for i, s, p, c in zip(best, stays, parents, added)
        ]
        kept = np.where(stays, best, 0)
        ends_blank = np.where(stays, stay_blank[kept], -np.inf)
        ends_label = np.where(stays, stay_label[kept], all_scores[best])
    total = np.logaddexp(ends_blank, ends_label)
    order = np.argsort(-total, kind="stable")[:top_paths]
    return [(prefixes[i], total[i]) for i in order]
