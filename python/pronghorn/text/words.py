"""Texts cut into words: cleaned, split, joined into n-grams. All is done on UTF-8 bytes.

As in TensorFlow, only ASCII letters are made small and only ASCII white space separates words.
"""

import itertools
import string

import numpy as np

_PUNCTUATION = string.punctuation.encode()


class Words:
    """Rows of words of different lengths: all words in one list, and how many each row has.

    Args:
        values: list of bytes.
        lengths: int64 array, one number a row.
    """

    def __init__(self, values, lengths):
        self.values = values
        self.lengths = np.asarray(lengths, np.int64)

    @classmethod
    def of_rows(cls, rows):
        """Of a list of lists."""
        rows = list(rows)
        values = list(itertools.chain.from_iterable(rows))
        return cls(values, np.fromiter(map(len, rows), np.int64, len(rows)))

    def rows(self):
        """The rows as lists."""
        ends = np.cumsum(self.lengths).tolist()
        return [self.values[e - n : e] for e, n in zip(ends, self.lengths.tolist())]


def standardize(texts, how):
    """Texts made small, without punctuation, or both.

    Args:
        texts: list of bytes.
        how: "lower", "strip_punctuation", "lower_and_strip_punctuation" or None.

    Returns:
        List of bytes.
    """
    if how == "lower":
        return [t.lower() for t in texts]
    if how == "strip_punctuation":
        return [t.translate(None, _PUNCTUATION) for t in texts]
    if how == "lower_and_strip_punctuation":
        return [t.lower().translate(None, _PUNCTUATION) for t in texts]
    return texts


def split(texts, how):
    """The words of each text.

    Args:
        texts: list of bytes.
        how: "whitespace" or "character".

    Returns:
        Words. What is no UTF-8 becomes the replacement character when split by character.
    """
    if how == "whitespace":
        return Words.of_rows([t.split() for t in texts])
    return Words.of_rows([[c.encode() for c in t.decode("utf-8", "replace")] for t in texts])


def ngrams(words, widths):
    """All runs of `n` words, joined by blanks, for each n of `widths` in turn.

    Args:
        words: Words.
        widths: sequence of integers.

    Returns:
        Words.
    """
    rows = []
    for row in words.rows():
        made = []
        for n in widths:
            if n == 1:
                made.extend(row)
            else:
                made.extend(map(b" ".join, zip(*(row[i:] for i in range(n)))))
        rows.append(made)
    return Words.of_rows(rows)


def padded(numbers, lengths, width=None):
    """Rows of numbers of different lengths as one array, 0 where there is none.

    Args:
        numbers: int64 array of all rows, one after another.
        lengths: int64 array, one a row.
        width: of the result; longer rows are cut. The longest row's by default.

    Returns:
        int64 (rows, width).
    """
    if width is None:
        width = int(lengths.max(initial=0))
    out = np.zeros((len(lengths), width), np.int64)
    places = np.arange(len(numbers)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    kept = places < width
    out[rows[kept], places[kept]] = numbers[kept]
    return out
