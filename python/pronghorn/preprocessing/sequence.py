"""Sequences as arrays: padding, skip-grams, windows of time series, as Keras 1 and 2 have them."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np

from ..training.data import Sequence


def pad_sequences(
    sequences: Any,
    maxlen: Any = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> Any:
    """Sequences of different lengths as one array.

    Args:
        sequences: list of sequences, each a list or an array (length, ...).
        maxlen: length of all; that of the longest by default.
        dtype: of the array; `object` for text of any length.
        padding: "pre" or "post": where what is missing is filled in.
        truncating: "pre" or "post": where what is too much is cut off.
        value: what is filled in.

    Returns:
        Array (sequences, maxlen, ...).

    Raises:
        ValueError: for items that are no sequences, or differ in their other axes, and for other
            values of `padding` and `truncating`.

    Example:

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2).tolist()
    [[0, 1], [2, 3], [5, 6]]
    """
    if not hasattr(sequences, "__len__"):
        raise ValueError(f"`sequences` must be iterable. Received: {sequences!r}")
    for name, found in (("Padding", padding), ("Truncating", truncating)):
        if found not in ("pre", "post"):
            raise ValueError(f'{name} type "{found}" not understood; expected "pre" or "post".')
    for item in sequences:
        if not hasattr(item, "__len__"):
            raise ValueError(
                f"`sequences` must be a list of iterables. Found non-iterable: {item!r}"
            )
    lengths = [len(item) for item in sequences]
    if maxlen is None:
        if not lengths:
            raise ValueError("`sequences` is empty; give `maxlen` for the length of the result.")
        maxlen = max(lengths)
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUS":
        raise ValueError(
            f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}. You should "
            "set `dtype=object` for variable length strings."
        )
    shape = next((np.asarray(item).shape[1:] for item in sequences if len(item)), ())
    out = np.full((len(sequences), maxlen, *shape), value, dtype=dtype)
    for row, item in enumerate(sequences):
        size = min(len(item), maxlen)
        if not len(item):
            continue
        kept = item[len(item) - size :] if truncating == "pre" else item[:size]
        kept = np.asarray(kept, dtype=dtype)
        if kept.shape[1:] != shape and size:
            raise ValueError(
                f"Shape of sample {kept.shape[1:]} of sequence at position {row} is different "
                f"from expected shape {shape}"
            )
        if size:
            place = slice(maxlen - size, None) if padding == "pre" else slice(size)
            out[row, place] = kept
    return out


def make_sampling_table(size: Any, sampling_factor: float = 1e-5) -> Any:
    """How likely the word of each rank is kept, so that frequent ones are kept less often.

    Word frequencies are taken from Zipf's law, f(rank) = 1 / (rank (ln rank + 0.577) + 1/2 -
    1 / (12 rank)); kept is min(1, sqrt(sampling_factor / f)), as in word2vec.

    Args:
        size: number of words.
        sampling_factor: of the formula.

    Returns:
        float64 (size,).

    Reference: Mikolov et al., Distributed Representations of Words and Phrases, 2013.

    Example:

    >>> make_sampling_table(1000)[[1, 10, 999]].round(3).tolist()
    [0.003, 0.017, 0.273]
    """
    rank = np.arange(size)
    rank[:1] = 1
    inverse = rank * (np.log(rank) + 0.577) + 0.5 - 1.0 / (12.0 * rank)
    kept = sampling_factor * inverse
    return np.minimum(1.0, kept / np.sqrt(kept))


def skipgrams(
    sequence: Any,
    vocabulary_size: Any,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[Any, ...]:
    """Pairs of words that are neighbours (label 1), and of random ones (label 0).

    Args:
        sequence: list of int; 0 is no word and is left out.
        vocabulary_size: largest int plus 1.
        window_size: neighbours are at most this far apart.
        negative_samples: random pairs for each pair of neighbours.
        shuffle: whether in random order.
        categorical: whether labels are [0, 1] and [1, 0] instead of 1 and 0.
        sampling_table: (vocabulary_size,) how likely each word is taken, as `make_sampling_table`
            makes it.
        seed: of the order; Python's `random` is used throughout.

    Returns:
        (pairs, labels), two lists.

    Reference: Mikolov et al., Efficient Estimation of Word Representations, 2013.

    Example:

    >>> skipgrams([1, 2, 3], 4, window_size=1, negative_samples=0.0, shuffle=False)
    ([[1, 2], [2, 1], [2, 3], [3, 2]], [1, 1, 1, 1])
    """
    near, far = ([0, 1], [1, 0]) if categorical else (1, 0)
    couples = []
    for i, word in enumerate(sequence):
        if not word:
            continue
        if sampling_table is not None and sampling_table[word] < random.random():
            continue
        for j in range(max(0, i - window_size), min(len(sequence), i + window_size + 1)):
            if j != i and sequence[j]:
                couples.append([word, sequence[j]])
    labels = [near for _ in couples]
    if negative_samples > 0:
        count = int(len(couples) * negative_samples)
        words = [word for word, _ in couples]
        random.shuffle(words)
        last = int(vocabulary_size - 1)
        couples += [[words[i % len(words)], random.randint(1, last)] for i in range(count)]
        labels += [far] * count
    if shuffle:
        seed = random.randint(0, 10_000_000) if seed is None else seed
        for items in (couples, labels):
            random.seed(seed)
            random.shuffle(items)
    return couples, labels


class TimeseriesGenerator(Sequence):
    """Batches of windows of a time series and the target after each, for `fit`.

    Args:
        data: list or array (steps, ...).
        targets: list or array (steps, ...).
        length: steps of a window.
        sampling_rate: steps between two of a window that are kept.
        stride: steps between two windows.
        start_index: first step that may be in a window.
        end_index: last step that may be a target; the last of all by default.
        shuffle: whether windows are drawn at random.
        reverse: whether the steps of a window come last first.
        batch_size: windows a batch.

    Raises:
        ValueError: if data and targets differ in length, or no window fits.

    Example:

    >>> batches = TimeseriesGenerator(np.arange(9), np.arange(9), length=3, batch_size=4)
    >>> x, y = batches[0]
    >>> x[0].tolist(), int(y[0]), len(batches)
    ([0, 1, 2], 3, 2)
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: Any,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: Any = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: Any = 128,
    ) -> None:
        super().__init__()
        if len(data) != len(targets):
            raise ValueError(
                f"Data and targets have to be of same length. Data length is {len(data)} while "
                f"target length is {len(targets)}"
            )
        self.data, self.targets = data, targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"`start_index+length={self.start_index} > end_index={self.end_index}` is "
                "disallowed: no step would be left to be a target."
            )

    def __len__(self):
        steps = self.batch_size * self.stride
        return (self.end_index - self.start_index + steps) // steps

    def __getitem__(self, index):
        if self.shuffle:
            ends = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            steps = self.batch_size * self.stride
            first = self.start_index + steps * index
            ends = np.arange(first, min(first + steps, self.end_index + 1), self.stride)
        windows = [self.data[end - self.length : end : self.sampling_rate] for end in ends]
        targets = np.array([self.targets[end] for end in ends])
        samples = np.array(windows)
        return (samples[:, ::-1] if self.reverse else samples), targets

    def get_config(self) -> dict[str, Any]:
        """The arguments, data and targets as JSON texts, as Keras writes them."""
        config = {name: _to_json(name, getattr(self, name)) for name in ("data", "targets")}
        for name in (
            "length", "sampling_rate", "stride", "start_index", "end_index", "shuffle", "reverse",
            "batch_size",
        ):  # fmt: skip
            config[name] = getattr(self, name)
        return config

    def to_json(self, **kwargs: Any) -> Any:
        """The generator as JSON, for `timeseries_generator_from_json`."""
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def _to_json(name, values):
    try:
        return json.dumps(values.tolist() if isinstance(values, np.ndarray) else values)
    except TypeError as error:
        raise TypeError(f"`{name}` cannot be written as JSON: {error}") from error


def timeseries_generator_from_json(json_string: Any) -> Any:
    """The TimeseriesGenerator that `to_json`, ours or Keras's, wrote.

    Keras writes `start_index` with `length` added to it; the object that comes back skips as many
    steps more, as it does in Keras.

    Args:
        json_string: str.

    Returns:
        A TimeseriesGenerator.

    Raises:
        ValueError: if no window fits.

    Example:

    >>> steps = list(range(9))
    >>> text = TimeseriesGenerator(steps, steps, length=3, batch_size=4).to_json()
    >>> x, y = timeseries_generator_from_json(text)[0]
    >>> x[0].tolist(), int(y[0])
    ([3, 4, 5], 6)
    """
    config = dict(json.loads(json_string)["config"])
    data, targets = (json.loads(config.pop(name)) for name in ("data", "targets"))
    return TimeseriesGenerator(data, targets, **config)
