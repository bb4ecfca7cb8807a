"""Vocabularies: counting tokens, ranking them, and finding their numbers.

A token is bytes or an integer.
"""

from collections import Counter

import numpy as np


class _Numbers(dict):
    """A dict that answers -1 for what it does not hold, also inside `map`."""

    def __missing__(self, key):
        return -1


class Table:
    """Numbers of tokens, from `first` on.

    Args:
        tokens: list of bytes, or int64 array.
        first: number of the first token.
    """

    def __init__(self, tokens, first=0):
        self.tokens = tokens
        self.first = first
        if isinstance(tokens, np.ndarray):
            order = np.argsort(tokens, kind="stable")
            self._sorted, self._numbers = tokens[order], order + first
        else:
            self._found = _Numbers(zip(tokens, range(first, first + len(tokens))))

    def __len__(self):
        return len(self.tokens)

    def find(self, values):
        """The number of each value, -1 for those that are no tokens.

        Args:
            values: list of bytes, or int64 array.

        Returns:
            int64 array.
        """
        if not isinstance(self.tokens, np.ndarray):
            return np.fromiter(map(self._found.__getitem__, values), np.int64, len(values))
        if not len(self._sorted):
            return np.full(len(values), -1, np.int64)
        at = np.minimum(np.searchsorted(self._sorted, values), len(self._sorted) - 1)
        return np.where(self._sorted[at] == values, self._numbers[at], -1)


class Counts:
    """How often each token occurs, and in how many documents."""

    def __init__(self, documents=False):
        self.tokens = Counter()
        self.in_documents = Counter() if documents else None
        self.documents = 0

    def add(self, values, lengths):
        """Counts the tokens of documents.

        Args:
            values: list of bytes or int64 array, all documents one after another.
            lengths: int64 array, one a document.
        """
        values = values.tolist() if isinstance(values, np.ndarray) else values
        self.tokens.update(values)
        if self.in_documents is None:
            return
        self.documents += len(lengths)
        start = 0
        for n in lengths.tolist():
            self.in_documents.update(set(values[start : start + n]))
            start += n

    def ranked(self, without=(), limit=None):
        """The tokens, most frequent first, and the larger first of those as frequent.

        Args:
            without: tokens to leave out.
            limit: most tokens to give.

        Returns:
            List of tokens.
        """
        left = [(count, token) for token, count in self.tokens.items() if token not in without]
        left.sort(reverse=True)
        return [token for _, token in left[:limit]]

    def document_counts(self, tokens):
        """In how many documents each token occurs, an int64 array."""
        return np.array([self.in_documents[token] for token in tokens], np.int64)  # type: ignore[index]


def encode(numbers, lengths, mode, depth):
    """Rows of numbers as rows of counts, or of ones where a number occurs.

    Args:
        numbers: int64 array, all rows one after another; those outside 0..depth-1 do not count.
        lengths: int64 array, one a row.
        mode: "multi_hot" or "count".
        depth: columns.

    Returns:
        int64 (rows, depth).
    """
    rows = np.repeat(np.arange(len(lengths)), lengths)
    inside = (numbers >= 0) & (numbers < depth)
    cells, counts = np.unique(rows[inside] * depth + numbers[inside], return_counts=True)
    out = np.zeros((len(lengths), depth), np.int64)
    out.reshape(-1)[cells] = 1 if mode == "multi_hot" else counts
    return out
