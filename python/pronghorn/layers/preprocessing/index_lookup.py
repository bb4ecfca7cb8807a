"""IndexLookup: what StringLookup and IntegerLookup share. Tokens in, numbers out, or back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import ops
from ...engine import KerasTensor, config, convert_to_numpy, convert_to_tensor
from ...engine.strings import StringTensor
from ...text import hashing, vocabulary
from .adapting import batches, is_whole
from .lookup_vocabulary import OLD_MODES, LookupVocabulary, floats, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...engine.types import TensorLike


class IndexLookup(LookupVocabulary):
    """The base of the two lookup layers; their docstrings say what the arguments mean."""

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary_dtype: Any,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        has_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        kwargs.pop("trainable", None)
        kwargs.pop("dtype", None)
        if kwargs:
            raise ValueError(f"Unrecognized keyword argument(s): {kwargs}")
        output_mode = OLD_MODES.get(output_mode, output_mode)
        salt = self._check(
            max_tokens, num_oov_indices, vocabulary_dtype, idf_weights, invert, output_mode,
            sparse, pad_to_max_tokens, oov_method, salt,
        )  # fmt: skip
        if output_mode == "tf_idf" and vocabulary is not None and idf_weights is None:
            raise ValueError(
                "When specifying the `vocabulary` argument, in TF-IDF output mode, the "
                "`idf_weights` argument must also be provided."
            )
        super().__init__(name=name)
        self.__dict__.update(
            invert=invert,
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            vocabulary_dtype=vocabulary_dtype,
            oov_method=oov_method,
            salt=salt,
            input_vocabulary=None if isinstance(vocabulary, str) else vocabulary,
            input_idf_weights=idf_weights,
            idf_weights=None,
            _has_input_vocabulary=has_vocabulary,
            _frozen_vocab_size=vocabulary_size,
        )
        self.__dict__["_table"] = self._new_table([])
        if idf_weights is not None:
            self.__dict__["idf_weights"] = floats(idf_weights)
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    # ---- adapt ---------------------------------------------------------------------------------

    def adapt(self, data: Any, steps: Any = None) -> None:
        """Learns the vocabulary: the tokens of data, most frequent first.

        Args:
            data: list, array or tensor of tokens; or a dataset or generator of batches, which is
                read batch by batch.
            steps: number of batches to read; all by default.
        """
        self.reset_state()
        if is_whole(data):
            array = self.host_array(data, self._dtype_in())
            self.update_state(array[:, None] if array.ndim == 1 else array)
        else:
            for batch in batches(data, steps):
                self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Counts the tokens of a batch; each row is a document.

        Args:
            data: array, list or tensor of tokens (documents, ...), or (n,) for one document.
        """
        array = self.host_array(data, self._dtype_in())
        array = array.reshape(1, -1) if array.ndim < 2 else array
        size = int(np.prod(array.shape[1:]))
        flat = array.ravel()
        flat = flat.tolist() if self.vocabulary_dtype == "string" else flat
        self.update_counts(flat, np.full(len(array), size, np.int64))

    def update_counts(self, values: Any, lengths: Any) -> None:
        """Counts the tokens of documents of different lengths, one after another.

        Args:
            values: tokens of all documents: list of bytes or str, or int64 array (n,).
            lengths: int64 array (documents,), how many tokens are whose.

        Raises:
            ValueError: for a layer whose vocabulary was given.
        """
        if self._has_input_vocabulary:
            raise ValueError(
                f"Cannot adapt layer '{self.name}' after setting a static vocabulary via "
                "`vocabulary` argument or `set_vocabulary()` method."
            )
        self._counts.add(values, lengths)

    def finalize_state(self) -> None:
        """Makes the vocabulary of what was counted."""
        counts = self._counts
        if self._has_input_vocabulary or not counts.tokens:
            self.__dict__["_frozen_vocab_size"] = self.vocabulary_size()
            return
        without = [self._key(t) for t in (self.mask_token, self.oov_token) if t is not None]
        limit = self.max_tokens and self.max_tokens - self._token_start_index()
        keys = counts.ranked(without, limit)
        self._use(keys)
        if self.output_mode == "tf_idf":
            found = counts.document_counts(keys)
            weights = convert_to_numpy(ops.log(floats(1 + counts.documents / (1 + found))))
            self.__dict__["idf_weights"] = self._around(weights, self._token_start_index())
        self.reset_state()

    def reset_state(self) -> None:
        """Forgets what was counted, not the vocabulary."""
        self.__dict__["_counts"] = vocabulary.Counts(documents=self.output_mode == "tf_idf")

    # ---- call ----------------------------------------------------------------------------------

    def _dtype_in(self):
        return "string" if self.vocabulary_dtype == "string" else np.int64

    def call(self, inputs: TensorLike) -> Any:
        self._check_known_size()
        if self.invert:
            return self._tokens_of(self.host_array(inputs, np.int64))
        array = self.host_array(inputs, self._dtype_in())
        flat = array.ravel()
        flat = flat.tolist() if self.vocabulary_dtype == "string" else flat
        numbers = self.numbers_of(flat)
        if self.output_mode == "int":
            return convert_to_tensor(numbers.reshape(array.shape))
        return self.encoded(numbers, array.shape)

    def numbers_of(self, values: Any) -> Any:
        """The number of each of a list of bytes, or int64 array of integers.

        Args:
            values: list of bytes, or int64 array (n,).

        Returns:
            int64 array (n,). Unknown tokens get the numbers set aside for them; the mask token gets
            0 in mode "int", else -1.
        """
        numbers = self._table.find(values)
        masked = None
        if self.mask_token is not None:
            key = self._key(self.mask_token)
            if self.vocabulary_dtype == "string":
                masked = np.fromiter((v == key for v in values), bool, len(values))
            else:
                masked = values == key
        unknown = numbers < 0
        if masked is not None:
            unknown &= ~masked
        if unknown.any():
            places = np.flatnonzero(unknown)
            numbers[places] = self._unknown([values[i] for i in places])
        if masked is not None:
            numbers[masked] = 0 if self.output_mode == "int" else -1
        return numbers

    def _unknown(self, values):
        """Numbers for values outside the vocabulary."""
        start, count = self._oov_start_index(), self.num_oov_indices
        if count == 0:
            shown = [self._token(v) for v in dict.fromkeys(values)][:10]
            raise ValueError(
                "When `num_oov_indices=0` all inputs should be in vocabulary, found OOV values "
                f"{shown}, consider setting `num_oov_indices=1`."
            )
        if count == 1:
            return start
        if self.vocabulary_dtype != "string":
            if self.oov_method == "floormod":
                return np.asarray(values, np.int64) % count + start
            values = [str(v).encode() for v in values]
        return hashing.buckets(values, count, self.salt) + start

    def encoded(self, numbers: Any, shape: Sequence[Any], lengths: Any = None) -> Any:
        """Numbers as rows over the vocabulary, by the output mode.

        Args:
            numbers: int64 array of all rows.
            shape: of the inputs.
            lengths: of the rows, where they differ.

        Returns:
            A tensor over the vocabulary in its last axis: (..., vocabulary) in the modes
            "multi_hot", "count" and "tf_idf", in the place of the inputs' last axis; in mode
            "one_hot" behind all of them, but for a last axis of size 1.

        Raises:
            ValueError: in mode "tf_idf" without weights.
        """
        depth = self.max_tokens if self.pad_to_max_tokens else self._frozen_vocab_size
        if self.output_mode == "one_hot":
            front = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
            ones = np.ones(len(numbers), np.int64)
            rows = vocabulary.encode(numbers, ones, "multi_hot", depth)
            return convert_to_tensor(rows.reshape(*front, depth))
        if lengths is None:
            size = shape[-1] if shape else 1
            lengths = np.full(len(numbers) // max(size, 1), size, np.int64)
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        rows = vocabulary.encode(numbers, lengths, mode, depth).reshape(*shape[:-1], depth)
        if self.output_mode != "tf_idf":
            return convert_to_tensor(rows)
        if self.idf_weights is None:
            raise ValueError("When `output_mode` is `'tf_idf'`, `idf_weights` must be provided.")
        return ops.multiply(ops.cast(convert_to_tensor(rows), config.floatx()), self.idf_weights)

    def _tokens_of(self, numbers):
        """The tokens with these numbers."""
        known = self.get_vocabulary()
        start = self._token_start_index()
        flat = [
            known[n] if start <= n < len(known) or (n == 0 and self._oov_start_index())
            else self.oov_token
            for n in numbers.ravel().tolist()
        ]  # fmt: skip
        out = np.array(flat, dtype=object).reshape(numbers.shape)
        if self.vocabulary_dtype == "string":
            return StringTensor(out)
        return convert_to_tensor(out.astype(np.int64))

    def _check_known_size(self):
        if self._frozen_vocab_size is None and self.output_mode == "int":
            raise RuntimeError(
                f"Layer '{self.name}' has no vocabulary yet, so that it would take every token for "
                "an unknown one. Pass a `vocabulary` argument to the layer, or call `adapt` with "
                "some sample data, before it is called."
            )
        if self.output_mode == "int" or self.pad_to_max_tokens:
            return
        if self._frozen_vocab_size is None:
            raise RuntimeError(
                f"When using `output_mode={self.output_mode}` and `pad_to_max_tokens=False`, you "
                "must set the layer's vocabulary before calling it. Either pass a `vocabulary` "
                "argument to the layer, or call `adapt` with some sample data."
            )

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self.output_mode == "int":
            return input_shape
        depth = self.max_tokens if self.pad_to_max_tokens else self._frozen_vocab_size
        shape = tuple(input_shape)
        if self.output_mode == "one_hot" and not (len(shape) > 1 and shape[-1] == 1):
            return (*shape, depth)
        return (*shape[:-1], depth)

    def compute_output_spec(self, inputs: TensorLike) -> Any:
        dtype = "int64" if self.output_mode == "int" else config.floatx()
        if self.invert:
            dtype = self.vocabulary_dtype
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=dtype)

    @property
    def compute_dtype(self) -> str:
        return self.vocabulary_dtype

    @property
    def variable_dtype(self) -> str:
        return self.vocabulary_dtype

    # ---- configs and files ---------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        own = {
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "vocabulary_dtype": self.vocabulary_dtype,
            "idf_weights": plain(self.input_idf_weights),
            "vocabulary": plain(self.input_vocabulary),
            "vocabulary_size": self._frozen_vocab_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }
        return {**super().get_config(), **own}

    def get_build_config(self) -> dict[Any, Any]:
        return {}

    def build_from_config(self, config: dict[str, Any]) -> Any:
        """Nothing to do: there are no weights."""

    def save_own_variables(self, store: Any) -> None:
        """Keeps the weights of TF-IDF."""
        if self.output_mode == "tf_idf" and self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store: Any) -> None:
        """Takes the weights of TF-IDF."""
        if self.output_mode == "tf_idf":
            self.__dict__["idf_weights"] = np.asarray(store["idf_weights"])

    def save_assets(self, dir_path: Any) -> None:
        """Writes the vocabulary as text, a token a line, unless it is in the config.

        Args:
            dir_path: folder that a file `vocabulary.txt` is written to.
        """
        if self.input_vocabulary is None:
            text = "\n".join(str(token) for token in self.get_vocabulary())
            with open(os.path.join(dir_path, "vocabulary.txt"), "w", encoding="utf-8") as file:
                file.write(text)

    def load_assets(self, dir_path: Any) -> None:
        """Reads the vocabulary that `save_assets` wrote.

        Args:
            dir_path: folder with a file `vocabulary.txt`.
        """
        if self.input_vocabulary is not None:
            return
        with open(os.path.join(dir_path, "vocabulary.txt"), "rb") as file:
            lines = file.read().split(b"\n")
        while lines and not lines[-1]:
            lines.pop()
        tokens = [self._from_text(line) for line in lines]
        if not tokens:
            return
        weights = None
        if self.output_mode == "tf_idf":  # without what fills up to `max_tokens`
            weights = self.idf_weights[: len(tokens)]
        self.set_vocabulary(tokens, weights)
