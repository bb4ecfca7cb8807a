"""Texts as lists of word ranks: the shuffle, the special numbers and the cuts of Keras."""

from __future__ import annotations

import itertools
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


_warned = set()


def take_old_arguments(function: Callable[..., Any], num_words: int, kwargs: Any) -> Any:
    """`num_words`, also under its name of Keras 1, of which a warning tells once.

    Args:
        function: name of the function whose arguments these are.
        num_words: what it was given.
        kwargs: its other arguments, a dict, from which `nb_words` is taken.

    Returns:
        The number of words.

    Raises:
        TypeError: for other arguments.

    Example:

    >>> take_old_arguments("imdb.load_data", 100, {})
    100
    """
    if "nb_words" in kwargs:
        if function not in _warned:
            _warned.add(function)
            warnings.warn(
                f"{function}: `nb_words` is called `num_words` since Keras 2.",
                DeprecationWarning,
                stacklevel=3,
            )
        num_words = kwargs.pop("nb_words")
    if kwargs:
        raise TypeError(f"{function}: unknown arguments {sorted(kwargs)}.")
    return num_words


class Texts:
    """Lists of integers and their labels, kept as one long array and the length of each text.

    Args:
        lists: object array (samples,) of lists of ranks.
        labels: int64 (samples,).

    Example:

    >>> lists = np.array([[1, 2, 3], [4]], dtype=object)
    >>> texts = Texts(lists, np.array([0, 1]))
    >>> texts.mark(start_char=1, index_from=3)
    >>> texts.words.tolist(), texts.lengths.tolist()
    ([1, 4, 5, 6, 1, 7], [4, 2])
    """

    def __init__(self, lists: Any, labels: Any) -> None:
        self.lengths = np.fromiter(map(len, lists), np.int64, len(lists))
        count = int(self.lengths.sum())
        self.words = np.fromiter(itertools.chain.from_iterable(lists), np.int64, count)
        self.labels = labels

    def mark(self, start_char: int, index_from: Any) -> None:
        """Moves the ranks up by `index_from` and puts `start_char` in front of each text.

        Args:
            start_char: number of the mark, or None for none.
            index_from: int, or None for 0.
        """
        words = self.words + (index_from or 0)
        if start_char is not None:
            ends = np.cumsum(self.lengths)
            words = np.insert(words, ends - self.lengths, start_char)
            self.lengths = self.lengths + 1
        self.words = words

    def keep_shorter(self, maxlen: Any) -> None:
        """Drops the texts of `maxlen` words and more.

        Args:
            maxlen: int.
        """
        keep = self.lengths < maxlen
        self.words = self.words[np.repeat(keep, self.lengths)]
        self.lengths, self.labels = self.lengths[keep], self.labels[keep]

    def cut(self, skip_top: Any, num_words: int, oov_char: Any) -> None:
        """Replaces (or, where oov_char is None, drops) words outside skip_top..num_words-1.

        Args:
            skip_top: the least number that stays.
            num_words: the least above it that does not.
            oov_char: number that takes the place of others, or None.
        """
        keep = (self.words >= skip_top) & (self.words < num_words)
        if oov_char is not None:
            self.words = np.where(keep, self.words, oov_char)
            return
        texts = np.repeat(np.arange(len(self.lengths)), self.lengths)
        self.lengths = np.bincount(texts[keep], minlength=len(self.lengths))
        self.words = self.words[keep]

    def lists(self) -> Any:
        """Object array (samples,) of lists of Python integers."""
        words = self.words.tolist()
        ends = np.cumsum(self.lengths).tolist()
        out = np.empty(len(ends), dtype=object)
        start = 0
        for i, end in enumerate(ends):
            out[i] = words[start:end]
            start = end
        return out


def shuffled(generator: Any, *arrays: Any) -> list[Any]:
    """The arrays in one new order, drawn as Keras draws it.

    Args:
        generator: a NumPy RandomState.
        *arrays: arrays of one length.

    Returns:
        A list of new arrays.

    Example:

    >>> x, y = shuffled(np.random.RandomState(0), np.arange(4), np.arange(4) * 10)
    >>> sorted(x.tolist()), bool((y == 10 * x).all())
    ([0, 1, 2, 3], True)
    """
    order = np.arange(len(arrays[0]))
    generator.shuffle(order)
    return [array[order] for array in arrays]
