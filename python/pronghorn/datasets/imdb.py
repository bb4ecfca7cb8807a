"""IMDB: 50,000 film reviews as lists of word ranks, half of them positive (Maas et al., 2011)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ._files import published_file
from ._npz import load_npz
from ._texts import Texts, shuffled, take_old_arguments


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: Any = None,
    seed: int = 113,
    start_char: int = 1,
    oov_char: int = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> tuple[Any, ...]:
    """Loads the reviews, each a list of integers; a word's integer is its rank plus `index_from`.

    Args:
        path: the file's name in `KERAS_HOME/datasets`, or an absolute path.
        num_words: integers from this on become `oov_char`. By default the largest integer of
            the data, as in Keras.
        skip_top: integers below this become `oov_char`.
        maxlen: reviews of this many integers and more are left out.
        seed: of the shuffle.
        start_char: integer in front of each review; None for none.
        oov_char: integer for words that are cut; None drops them.
        index_from: added to each rank, so that 0 can be padding.
        **kwargs: `nb_words`, the name of `num_words` in Keras 1.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: object arrays (25000,) of lists of integers, and
        int64 (25000,), 1 for a positive review.

    Raises:
        FileNotFoundError: if the file is not in the cache and cannot be fetched.
        ValueError: if `maxlen` leaves no review.

    Example:
        >>> (x_train, y_train), _ = imdb.load_data(num_words=10000)  # doctest: +SKIP
        >>> x_train[0][:4]  # doctest: +SKIP
        [1, 14, 22, 16]
    """
    num_words = take_old_arguments("imdb.load_data", num_words, kwargs)  # type: ignore[arg-type]
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = load_npz(published_file("imdb.npz", path), names).values()
    generator = np.random.RandomState(seed)
    halves = [
        Texts(*shuffled(generator, x_train, y_train)),
        Texts(*shuffled(generator, x_test, y_test)),
    ]
    for half in halves:
        half.mark(start_char, index_from)
        if maxlen:
            half.keep_shorter(maxlen)
            if not len(half.labels):
                raise ValueError(
                    f"maxlen={maxlen} leaves no sequence of the training or the test set; all are "
                    "longer. Increase maxlen."
                )
    if not num_words:
        num_words = max(half.words.max(initial=0) for half in halves)
    for half in halves:
        half.cut(skip_top, num_words, oov_char)
    train, test = halves
    return (train.lists(), train.labels), (test.lists(), test.labels)


def get_word_index(path: str = "imdb_word_index.json") -> Any:
    """The rank of each word, from 1 (the most frequent) to 88584.

    Args:
        path: the file's name in `KERAS_HOME/datasets`, or an absolute path.

    Returns:
        dict from word to rank. In the reviews a word is its rank plus `index_from` (3).

    Raises:
        FileNotFoundError: if the file is not in the cache and cannot be fetched.

    Example:
        >>> imdb.get_word_index()["the"]  # doctest: +SKIP
        1
    """
    with open(published_file("imdb_word_index.json", path), encoding="utf-8") as file:
        return json.load(file)
