"""TextVectorization: texts to the numbers of their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine import KerasTensor, config, convert_to_tensor
from ...engine.strings import StringTensor, encode_array
from ...serialization import deserialize_keras_object, serialize_keras_object
from ...text import words as text_words
from .adapting import batches, is_whole
from .host import HostLayer
from .lookup_vocabulary import MODES, OLD_MODES
from .string_lookup import StringLookup

if TYPE_CHECKING:
    from typing_extensions import Self

    from ...engine.types import TensorLike


_STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
_SPLIT = ("whitespace", "character")
# Texts that are worked on at a time, so that memory stays bounded; fewer for users' functions,
# which get arrays of fixed width.
_PIECE, _FUNCTION_PIECE = 8192, 256


class TextVectorization(HostLayer):
    """Texts cleaned, cut into words, and the words numbered by a vocabulary.

    Args:
        max_tokens: largest size of the vocabulary, with the ones for padding and unknown words.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", None, or a
            function from an array of texts to one.
        split: "whitespace", "character", None, or a function from an array of texts to a list of
            lists of words.
        ngrams: None for words; n for all runs of 1 to n words; a tuple for runs of those lengths.
        output_mode: "int", "one_hot", "multi_hot", "count" or "tf_idf", as of StringLookup.
        output_sequence_length: length of the rows in mode "int": longer texts are cut, shorter
            ones filled with 0. The longest text's of a batch by default.
        pad_to_max_tokens: whether rows are `max_tokens` wide in the other modes.
        vocabulary: list of words, or the name of a file with one a line; `adapt` learns it
            otherwise.
        idf_weights: the weight of each word, for mode "tf_idf" with a given vocabulary.
        sparse, ragged: False; there are no such tensors.
        encoding: of the texts.
        name: name.

    Shapes: (batch,) or (batch, 1) of text; int64 (batch, length) in mode "int", where 0 is padding
    and 1 an unknown word, else (batch, vocabulary).

    Raises:
        ValueError: for another standardize, split, ngrams or output_mode, sparse or ragged results,
            and a length in a mode other than "int".

    Example:

    >>> layer = TextVectorization(vocabulary=["the", "cat"])
    >>> layer(["The cat!", "the dog sat"]).tolist()
    [[2, 3, 0], [2, 1, 1]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: Any = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        output_mode = OLD_MODES.get(output_mode, output_mode)
        _check_choice("standardize", standardize, _STANDARDIZE)
        _check_choice("split", split, _SPLIT)
        if output_mode not in MODES:
            raise ValueError(
                "Unknown value for `output_mode` argument of TextVectorization. Expected one of "
                f"{MODES}. Received: output_mode={output_mode!r}"
            )
        if sparse or ragged:
            which = "sparse" if sparse else "ragged"
            raise ValueError(
                f"`{which}=True` can only be used with the TensorFlow backend: there are no "
                f"{which} tensors here."
            )
        tuple_of_ints = isinstance(ngrams, tuple) and all(isinstance(n, int) for n in ngrams)
        if not (ngrams is None or isinstance(ngrams, int) or tuple_of_ints):
            raise ValueError(
                "`ngrams` must be None, an integer, or a tuple of integers. Received: "
                f"ngrams={ngrams}"
            )
        length = output_sequence_length
        if output_mode == "int" and not (length is None or isinstance(length, int)):
            raise ValueError(
                "`output_sequence_length` must be either None or an integer when `output_mode` is "
                f"'int'. Received: output_sequence_length={length}"
            )
        if output_mode != "int" and length is not None:
            raise ValueError(
                "`output_sequence_length` must not be set if `output_mode` is not 'int'. Received "
                f"output_sequence_length={length}."
            )
        has_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        super().__init__(name=name, **kwargs)
        self.__dict__.update(
            _max_tokens=max_tokens,
            _standardize=standardize,
            _split=split,
            _ngrams_arg=ngrams,
            _ngrams=tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams,
            _output_mode=output_mode,
            _output_sequence_length=length,
            _encoding=encoding,
            _has_input_vocabulary=has_vocabulary,
        )
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode,
            sparse=sparse,
            has_input_vocabulary=has_vocabulary,
            encoding=encoding,
            vocabulary_size=vocabulary_size,
        )

    # ---- words ---------------------------------------------------------------------------------

    def _words(self, texts):
        """The words of a list of texts, in bounded pieces."""
        functions = callable(self._standardize) or callable(self._split)
        piece = _FUNCTION_PIECE if functions else _PIECE
        for start in range(0, len(texts), piece):
            yield self._words_of_piece(texts[start : start + piece])

    def _words_of_piece(self, texts):
        if callable(self._standardize):
            texts = encode_array(self._standardize(self._as_text(texts))).ravel().tolist()
        else:
            texts = text_words.standardize(texts, self._standardize)
        if callable(self._split):
            words = _as_words(self._split(self._as_text(texts)))
        elif self._split is None:
            words = text_words.Words(texts, np.ones(len(texts), np.int64))
        else:
            words = text_words.split(texts, self._split)
        return words if self._ngrams is None else text_words.ngrams(words, self._ngrams)

    def _as_text(self, texts):
        """What users' functions get: an array of str, which `np.char` takes."""
        return np.array([t.decode(self._encoding, "replace") for t in texts], dtype=np.str_)

    def _rows(self, inputs):
        """The texts as a list, and the shape in front of the words.

        Raises:
            ValueError: for more than one text a sample that is to be split.
        """
        array = self.host_array(inputs, "string")
        if self._split is None:
            return array.ravel().tolist(), array.shape
        if array.ndim > 1:
            if array.shape[-1] != 1:
                raise ValueError(
                    "When using `TextVectorization` to tokenize strings, the input rank must be 1 "
                    f"or the last shape dimension must be 1. Received: inputs.shape={array.shape} "
                    f"with rank={array.ndim}"
                )
            array = array[..., 0]
        return array.ravel().tolist(), array.shape

    # ---- adapt ---------------------------------------------------------------------------------

    def adapt(self, data: Any, batch_size: int | None = None, steps: Any = None) -> None:
        """Learns the vocabulary: the words of the texts, most frequent first.

        Args:
            data: list, array or tensor of texts; or a dataset or generator of batches of texts,
                which is read batch by batch.
            batch_size: accepted for Keras's sake.
            steps: number of batches to read; all by default.
        """
        self.reset_state()
        if is_whole(data):
            array = self.host_array(data, "string")
            self.update_state(array[:, None] if array.ndim == 1 else array)
        else:
            for batch in batches(data, steps):
                self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Counts the words of a batch of texts.

        Args:
            data: array, list or tensor of texts (batch,) or (batch, 1).
        """
        texts, shape = self._rows(data)
        if self._split is None:
            self._count_whole(texts, shape)
            return
        for words in self._words(texts):
            self._lookup_layer.update_counts(words.values, words.lengths)

    def _count_whole(self, texts, shape):
        """Texts that are not split: each row is a document, a single axis is one."""
        for words in self._words(texts):
            texts = words.values
            lengths = words.lengths
            if self._ngrams is None and len(shape) > 1:
                width = int(np.prod(shape[1:]))
                lengths = np.full(len(texts) // max(width, 1), width, np.int64)
            self._lookup_layer.update_counts(texts, lengths)

    def finalize_state(self) -> Any:
        """Makes the vocabulary of the words counted so far.

        Returns:
            None.
        """
        self._lookup_layer.finalize_state()

    def reset_state(self) -> Any:
        """Forgets the words that were counted.

        Returns:
            None.
        """
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> Any:
        """The words in the order of their numbers.

        Args:
            include_special_tokens: whether with "" (padding) and "[UNK]" in front.

        Returns:
            A list of str.
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> Any:
        """The number of words, with those for padding and unknown ones."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the words. Args as of `StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights=idf_weights)

    # ---- call ----------------------------------------------------------------------------------

    def call(self, inputs: TensorLike) -> Any:
        lookup = self._lookup_layer
        lookup._check_known_size()
        texts, shape = self._rows(inputs)
        numbers, lengths = [], []
        for words in self._words(texts):
            numbers.append(lookup.numbers_of(words.values))
            lengths.append(words.lengths)
        numbers = np.concatenate(numbers) if numbers else np.empty(0, np.int64)
        lengths = np.concatenate(lengths) if lengths else np.empty(0, np.int64)
        whole = self._split is None and self._ngrams is None
        if self._output_mode != "int":
            return self._encoded(numbers, shape, lengths, whole)
        width = self._output_sequence_length
        if not whole:
            rows = text_words.padded(numbers, lengths, width)
            return convert_to_tensor(rows.reshape(*shape, rows.shape[-1]))
        numbers = numbers.reshape(shape)
        if width is not None:
            numbers = numbers[..., :width]
            missing = [(0, 0)] * (numbers.ndim - 1) + [(0, width - numbers.shape[-1])]
            numbers = np.pad(numbers, missing)
        return convert_to_tensor(numbers)

    def _encoded(self, numbers, shape, lengths, whole):
        lookup = self._lookup_layer
        if whole:
            return lookup.encoded(numbers, shape)
        if lookup.output_mode == "one_hot":
            rows = text_words.padded(numbers + 1, lengths) - 1
            return lookup.encoded(rows.ravel(), (*shape, rows.shape[-1]))
        return lookup.encoded(numbers, (*shape, 1), lengths)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self._output_mode == "int":
            return (input_shape[0], self._output_sequence_length)
        shape = tuple(input_shape)
        if self._split is None:
            shape = (*shape, 1) if len(shape) <= 1 else shape
        elif len(shape) > 1 and self._output_mode == "one_hot":
            shape = (*shape[:-1], None)
        else:
            shape = (*shape[:1], None)
        return self._lookup_layer.compute_output_shape(shape)

    def compute_output_spec(self, inputs: TensorLike) -> Any:
        dtype = "int64" if self._output_mode == "int" else config.floatx()
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=dtype)

    @property
    def compute_dtype(self) -> str:
        return "string"

    @property
    def variable_dtype(self) -> str:
        return "string"

    # ---- configs and files ---------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        lookup = self._lookup_layer.get_config()
        return {
            **super().get_config(),
            "max_tokens": self._max_tokens,
            "standardize": _written(self._standardize),
            "split": _written(self._split),
            "ngrams": self._ngrams_arg,
            "output_mode": self._output_mode,
            "output_sequence_length": self._output_sequence_length,
            "pad_to_max_tokens": lookup["pad_to_max_tokens"],
            "sparse": False,
            "ragged": False,
            "vocabulary": lookup["vocabulary"],
            "idf_weights": lookup["idf_weights"],
            "encoding": self._encoding,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The layer of a config; users' functions are found as registered objects."""
        config = dict(config)
        for name in ("standardize", "split"):
            if isinstance(config.get(name), dict):
                config[name] = deserialize_keras_object(config[name])
        if isinstance(config.get("ngrams"), list):
            config["ngrams"] = tuple(config["ngrams"])
        return cls(**config)

    def save_own_variables(self, store: Any) -> Any:
        """Keeps the weights of TF-IDF."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> Any:
        """Takes the weights of TF-IDF."""
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path: Any) -> Any:
        """Writes the vocabulary.

        Args:
            dir_path: folder that a file `vocabulary.txt` is written to.

        Returns:
            None.
        """
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: Any) -> Any:
        """Reads the vocabulary.

        Args:
            dir_path: folder with a file `vocabulary.txt`.

        Returns:
            None.
        """
        self._lookup_layer.load_assets(dir_path)


def _check_choice(name, value, names):
    if value is not None and value not in names and not callable(value):
        raise ValueError(
            f"Unknown value for `{name}` argument of TextVectorization. Expected None, a callable, "
            f"or one of {names}. Received: {name}={value!r}"
        )


def _written(choice):
    return serialize_keras_object(choice) if callable(choice) else choice


def _as_words(rows):
    """Words of what a user's `split` gave: lists of words, or an array of them."""
    if hasattr(rows, "to_list"):
        rows = rows.to_list()
    if isinstance(rows, StringTensor):
        rows = rows.numpy().tolist()
    elif isinstance(rows, np.ndarray):
        rows = rows.tolist()
    return text_words.Words.of_rows(
        [encode_array(list(row)).tolist() if len(row) else [] for row in rows]
    )
