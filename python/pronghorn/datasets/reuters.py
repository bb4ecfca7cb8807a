"""Reuters: 11,228 newswires of 1987 as lists of word ranks, of 46 topics (Reuters-21578)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ._files import published_file
from ._npz import load_npz
from ._texts import Texts, shuffled, take_old_arguments

_LABELS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves "
    "ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange "
    "pet-chem dlr gas silver wpi hog lead"
)


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: Any = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int = 1,
    oov_char: int = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> tuple[Any, ...]:
    """Loads the newswires, each a list of integers; a word is its rank plus `index_from`.

    Args:
        path: the file's name in `KERAS_HOME/datasets`, or an absolute path.
        num_words: integers from this on become `oov_char`. By default the largest integer of
            the data, as in Keras.
        skip_top: integers below this become `oov_char`.
        maxlen: newswires of this many integers and more are left out.
        test_split: the fraction that becomes the test set.
        seed: of the shuffle.
        start_char: integer in front of each newswire; None for none.
        oov_char: integer for words that are cut; None drops them.
        index_from: added to each rank, so that 0 can be padding.
        **kwargs: `nb_words`, the name of `num_words` in Keras 1.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: object arrays (8982,) and (2246,) of lists of
        integers, and int64 topics, 0 to 45, named by `get_label_names`.

    Raises:
        FileNotFoundError: if the file is not in the cache and cannot be fetched.
        ValueError: if `maxlen` leaves no newswire.

    Example:
        >>> (x_train, y_train), _ = reuters.load_data(num_words=10000)  # doctest: +SKIP
        >>> len(x_train)  # doctest: +SKIP
        8982
    """
    num_words = take_old_arguments("reuters.load_data", num_words, kwargs)  # type: ignore[arg-type]
    x, y = load_npz(published_file("reuters.npz", path), ("x", "y")).values()
    texts = Texts(*shuffled(np.random.RandomState(seed), x, y))
    texts.mark(start_char, index_from)
    if maxlen:
        texts.keep_shorter(maxlen)
        if not len(texts.labels):
            raise ValueError(
                f"maxlen={maxlen} leaves no sequence: all are longer. Increase maxlen."
            )
    texts.cut(skip_top, num_words or texts.words.max(initial=0), oov_char)
    x, y = texts.lists(), texts.labels
    split = int(len(x) * (1 - test_split))
    return (x[:split], y[:split]), (x[split:], y[split:])


def get_word_index(path: str = "reuters_word_index.json") -> Any:
    """The rank of each word, from 1 (the most frequent) to 30979.

    Args:
        path: the file's name in `KERAS_HOME/datasets`, or an absolute path.

    Returns:
        dict from word to rank. In the newswires a word is its rank plus `index_from` (3).

    Raises:
        FileNotFoundError: if the file is not in the cache and cannot be fetched.

    Example:
        >>> reuters.get_word_index()["the"]  # doctest: +SKIP
        1
    """
    with open(published_file("reuters_word_index.json", path), encoding="utf-8") as file:
        return json.load(file)


def get_label_names() -> tuple[Any, ...]:
    """The names of the 46 topics, a tuple in the order of the labels.

    Example:
        >>> get_label_names()[3]
        'earn'
    """
    return tuple(_LABELS.split())
