"""Words as integers: Tokenizer and the functions around it, as Keras 1 and 2 have them."""

from __future__ import annotations

import collections
import hashlib
import json
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator


_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_MODES = ("binary", "count", "tfidf", "freq")


def text_to_word_sequence(
    input_text: Any, filters: Any = _FILTERS, lower: Any = True, split: Any = " "
) -> list[Any]:
    """The words of a text.

    Args:
        input_text: str.
        filters: str or list of the characters that separate words; the apostrophe is none.
        lower: whether to make all letters small first.
        split: str between words, which takes the place of filtered characters.

    Returns:
        List of str, without empty ones.

    Example:

    >>> text_to_word_sequence("Is this a test? It is!")
    ['is', 'this', 'a', 'test', 'it', 'is']
    """
    if lower:
        input_text = input_text.lower()
    words = input_text.translate(str.maketrans(dict.fromkeys(filters, split))).split(split)
    return [word for word in words if word]


def one_hot(
    input_text: Any,
    n: Any,
    filters: Any = _FILTERS,
    lower: Any = True,
    split: Any = " ",
    analyzer: Any = None,
) -> Any:
    """The words of a text as integers, by Python's own hash: another one in each process.

    Args:
        input_text: str.
        n: size of the vocabulary: integers are from 1 to n - 1.
        filters, lower, split: as of `text_to_word_sequence`.
        analyzer: function from a text to its words, instead.

    Returns:
        List of int; two words may share one.

    Example:

    >>> first, _, _, again, _ = one_hot("the cat and the dog", 100)
    >>> first == again, 1 <= first < 100
    (True, True)
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text: Any,
    n: Any,
    hash_function: Any = None,
    filters: Any = _FILTERS,
    lower: Any = True,
    split: Any = " ",
    analyzer: Any = None,
) -> list[Any]:
    """The words of a text as integers, by a hash.

    Args:
        text: str.
        n: size of the vocabulary: integers are from 1 to n - 1.
        hash_function: function from a word to an int; "md5" for one that is the same in every
            run; None for Python's own.
        filters, lower, split: as of `text_to_word_sequence`.
        analyzer: function from a text to its words, instead.

    Returns:
        List of int; two words may share one.

    Example:

    >>> first, _, _, again, _ = hashing_trick("the cat and the dog", 100, "md5")
    >>> first == again, 1 <= first < 100
    (True, True)
    """
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word):
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


class Tokenizer:
    """Numbers the words of texts by how often they occur; 0 is no word's number.

    Args:
        num_words: numbers from this on are left out of what it gives, so that at most
            `num_words - 1` words are kept. All by default.
        filters, lower, split: as of `text_to_word_sequence`.
        char_level: whether each character is a word.
        oov_token: word that takes the place of unknown ones, with number 1; they are left out by
            default.
        analyzer: function from a text to its words, instead of `text_to_word_sequence`.
        **kwargs: `nb_words` (Keras 1's `num_words`), `document_count`.

    Raises:
        TypeError: for an unknown argument.

    Example:

    >>> tokenizer = Tokenizer(num_words=3)
    >>> tokenizer.fit_on_texts(["the cat sat", "the cat ran", "the dog"])
    >>> tokenizer.texts_to_sequences(["the dog saw the cat"])
    [[1, 1, 2]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: Any = _FILTERS,
        lower: Any = True,
        split: Any = " ",
        char_level: bool = False,
        oov_token: Any = None,
        analyzer: Any = None,
        **kwargs: Any,
    ) -> None:
        if "nb_words" in kwargs:
            warnings.warn(
                "Tokenizer: `nb_words` is called `num_words` since Keras 2.",
                DeprecationWarning,
                stacklevel=2,
            )
            num_words = kwargs.pop("nb_words")
        document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"Tokenizer: unrecognized keyword arguments: {kwargs}")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.document_count = document_count
        self.word_counts = collections.OrderedDict()
        self.word_docs = collections.defaultdict(int)
        self.index_docs = collections.defaultdict(int)
        self.word_index = {}
        self.index_word = {}

    def _words(self, text):
        """The words of a text; a list is one of words already."""
        if isinstance(text, list):
            return [word.lower() for word in text] if self.lower else text
        if self.char_level:
            return text.lower() if self.lower else text
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Any) -> None:
        """Counts words and numbers them anew, with those of earlier calls.

        Args:
            texts: iterable of str, or of lists of words; a generator is read as it goes.
        """
        counts, docs = self.word_counts, self.word_docs
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                counts[word] = counts.get(word, 0) + 1
            for word in dict.fromkeys(words):
                docs[word] += 1
        # sorted() keeps the order of first sight among words of one count
        ranked = sorted(counts, key=counts.__getitem__, reverse=True)
        if self.oov_token is not None:
            ranked.insert(0, self.oov_token)
        self.word_index = {word: rank for rank, word in enumerate(ranked, 1)}
        self.index_word = {rank: word for word, rank in self.word_index.items()}
        for word, count in docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Any) -> None:
        """Counts in how many sequences each number occurs, for `sequences_to_matrix`.

        Args:
            sequences: list of lists of int.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Any) -> list[Any]:
        """The numbers of the words of each text; unknown words are left out, or `oov_token`'s.

        Args:
            texts: iterable of str, or of lists of words.

        Returns:
            List of lists of int.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Any) -> Iterator[Any]:
        """As `texts_to_sequences`, one text after another.

        Args:
            texts: iterable of str, or of lists of words.

        Returns:
            An iterator of lists of int.
        """
        limit = self.num_words or float("inf")
        unknown = self.word_index.get(self.oov_token) if self.oov_token is not None else None
        find = self.word_index.get
        for text in texts:
            numbers = []
            for word in self._words(text):
                number = find(word)
                if number is None or number >= limit:
                    if self.oov_token is None or (number is not None and unknown is None):
                        continue
                    number = unknown
                numbers.append(number)
            yield numbers

    def sequences_to_texts(self, sequences: Any) -> list[Any]:
        """The words of each sequence of numbers, with a blank between them.

        Args:
            sequences: iterable of lists of int.

        Returns:
            List of str.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Any) -> Iterator[Any]:
        """As `sequences_to_texts`, one sequence after another.

        Args:
            sequences: iterable of lists of int.

        Returns:
            An iterator of str, the words joined by spaces.
        """
        limit = self.num_words or float("inf")
        unknown = self.index_word.get(self.word_index.get(self.oov_token))
        for sequence in sequences:
            words = (
                self.index_word[n] if n in self.index_word and n < limit else unknown
                for n in sequence
            )
            yield " ".join(word for word in words if word is not None)

    def texts_to_matrix(self, texts: Any, mode: Any = "binary") -> Any:
        """One row a text, one column a word.

        Args:
            texts: list of str, or of lists of words.
            mode: "binary" (1 for a word that occurs), "count", "freq" (count by the text's
                length) or "tfidf".

        Returns:
            float64 (texts, words).
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: Any = "binary") -> Any:
        """As `texts_to_matrix`, from lists of numbers.

        Args:
            sequences: list of lists of int.
            mode: as of `texts_to_matrix`.

        Returns:
            float64 (sequences, `num_words`, or one more than words are known).

        Raises:
            ValueError: for an unknown mode, and for a Tokenizer that knows too little for it.
        """
        if mode not in _MODES:
            raise ValueError(f"Unknown vectorization mode: {mode!r}. Expected one of {_MODES}.")
        if not self.num_words and not self.word_index:
            raise ValueError(
                "Specify a dimension (the `num_words` argument), or fit on some text data first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        width = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), width))
        lengths = np.fromiter(map(len, sequences), np.int64, len(sequences))
        numbers = np.fromiter((n for s in sequences for n in s), np.int64, int(lengths.sum()))
        if numbers.size and numbers.min() < 0:
            raise ValueError(f"Numbers of words are 0 or more. Received: {numbers.min()}")
        rows = np.repeat(np.arange(len(sequences)), lengths)
        kept = numbers < width
        cells, counts = np.unique(rows[kept] * width + numbers[kept], return_counts=True)
        rows, columns = np.divmod(cells, width)
        if mode == "binary":
            values = 1.0
        elif mode == "count":
            values = counts
        elif mode == "freq":
            values = counts / lengths[rows]
        else:
            known, inverse = np.unique(columns, return_inverse=True)
            docs = np.array([self.index_docs.get(int(n), 0) for n in known], dtype=float)
            rarity = np.log(1 + self.document_count / (1 + docs))
            values = (1 + np.log(counts)) * rarity[inverse]
        matrix.reshape(-1)[cells] = values
        return matrix

    def get_config(self) -> dict[str, Any]:
        """The settings and what was counted, the latter as JSON texts, as Keras writes them."""
        counted = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        config = {
            name: getattr(self, name)
            for name in (
                "num_words", "filters", "lower", "split", "char_level", "oov_token",
                "document_count",
            )
        }  # fmt: skip
        config.update({name: json.dumps(getattr(self, name)) for name in counted})
        return config

    def to_json(self, **kwargs: Any) -> Any:
        """The Tokenizer as JSON, for `tokenizer_from_json`; `kwargs` go to `json.dumps`."""
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def tokenizer_from_json(json_string: Any) -> Any:
    """The Tokenizer that `to_json`, ours or Keras's, wrote.

    Args:
        json_string: str.

    Returns:
        A Tokenizer, which can go on counting.

    Example:

    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["the cat", "the dog"])
    >>> tokenizer_from_json(tokenizer.to_json()).word_index
    {'the': 1, 'cat': 2, 'dog': 3}
    """
    config = dict(json.loads(json_string)["config"])
    counts, docs, index_docs, index_word, word_index = (
        json.loads(config.pop(name))
        for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    )
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts.update(counts)
    tokenizer.word_docs.update(docs)
    tokenizer.index_docs.update({int(number): count for number, count in index_docs.items()})
    tokenizer.index_word = {int(number): word for number, word in index_word.items()}
    tokenizer.word_index = word_index
    return tokenizer


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, [n for n in globals() if n[0] != "_"])
