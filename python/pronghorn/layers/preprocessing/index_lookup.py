"""IndexLookup: what StringLookup and IntegerLookup share. Tokens in, numbers out, or back."""

import os

import numpy as np

from ... import ops
from ...engine import KerasTensor, Tensor, Variable, config, convert_to_numpy, convert_to_tensor
from ...engine.strings import StringTensor
from ...serialization import in_safe_mode
from ...text import hashing, vocabulary
from .adapting import batches, is_whole
from .host import HostLayer

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


class IndexLookup(HostLayer):
    """The base of the two lookup layers; their docstrings say what the arguments mean."""

    def __init__(
        self,
        max_tokens,
        num_oov_indices,
        mask_token,
        oov_token,
        vocabulary_dtype,
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        name=None,
        salt=None,
        **kwargs,
    ):
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        has_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        kwargs.pop("trainable", None)
        kwargs.pop("dtype", None)
        if kwargs:
            raise ValueError(f"Unrecognized keyword argument(s): {kwargs}")
        output_mode = _OLD_MODES.get(output_mode, output_mode)
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
            self.__dict__["idf_weights"] = _floats(idf_weights)
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    def _check(
        self, max_tokens, num_oov_indices, vocabulary_dtype, idf_weights, invert, output_mode,
        sparse, pad_to_max_tokens, oov_method, salt,
    ):  # fmt: skip
        """Raises ValueError for arguments that cannot be; returns the salt as a list."""
        name = type(self).__name__
        if max_tokens is not None and max_tokens <= 1:
            raise ValueError(
                f"If `max_tokens` is set for `{name}`, it must be greater than 1. Received: "
                f"max_tokens={max_tokens}"
            )
        if pad_to_max_tokens and max_tokens is None:
            raise ValueError(
                "If pad_to_max_tokens is True, must set `max_tokens`. Received: max_tokens=None"
            )
        if num_oov_indices < 0:
            raise ValueError(
                f"The value of `num_oov_indices` argument for `{name}` must >= 0: "
                "`num_oov_indices` must be greater than or equal to 0. Received: "
                f"num_oov_indices={num_oov_indices}"
            )
        if oov_method not in ("floormod", "farmhash"):
            raise ValueError(
                f"Unknown value for `oov_method` argument of {name}. Expected one of ('floormod', "
                f"'farmhash'). Received: oov_method={oov_method!r}"
            )
        if output_mode not in _MODES:
            raise ValueError(
                f"Unknown value for `output_mode` argument of {name}. Expected one of {_MODES}. "
                f"Received: output_mode={output_mode!r}"
            )
        if invert and output_mode != "int":
            raise ValueError(
                "`output_mode` must be `'int'` when `invert` is true. Received: "
                f"output_mode={output_mode}"
            )
        if sparse:
            raise ValueError(
                "`sparse=True` can only be used with the TensorFlow backend: there are no sparse "
                f"tensors here. Received: sparse={sparse} and output_mode={output_mode}"
            )
        if idf_weights is not None and output_mode != "tf_idf":
            raise ValueError(
                "`idf_weights` should only be set if `output_mode` is `'tf_idf'`. Received: "
                f"idf_weights={idf_weights} and output_mode={output_mode}"
            )
        if salt is None:
            return None
        if vocabulary_dtype != "string" and oov_method != "farmhash":
            raise ValueError(
                "`salt` can only be used when `oov_method='farmhash'`. Received: "
                f"oov_method={oov_method}"
            )
        return check_salt(salt, name)

    # ---- the vocabulary ------------------------------------------------------------------------

    def _oov_start_index(self):
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    def _token_start_index(self):
        return self._oov_start_index() + self.num_oov_indices

    def _key(self, token):
        """A token as the table holds it."""
        raise NotImplementedError

    def _token(self, key):
        """What the table holds as users see it."""
        raise NotImplementedError

    def _new_table(self, keys):
        if self.vocabulary_dtype != "string":
            keys = np.asarray(keys, np.int64)
        return vocabulary.Table(keys, self._token_start_index())

    def vocabulary_size(self):
        """The number of tokens, those for masked and unknown ones included."""
        return len(self._table) + self._token_start_index()

    def get_vocabulary(self, include_special_tokens=True):
        """The tokens in the order of their numbers.

        Args:
            include_special_tokens: whether with those for masked and unknown ones in front.
        """
        tokens = [self._token(key) for key in self._table.tokens]
        if not include_special_tokens:
            return tokens
        mask = [self.mask_token] * self._oov_start_index()
        return mask + [self.oov_token] * self.num_oov_indices + tokens

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Sets the tokens, in the place of those that there are.

        Args:
            vocabulary: list, array or tensor of tokens, most frequent first, with or without those
                for masked and unknown ones in front; or the name of a text file with a token a
                line.
            idf_weights: the weight of each, for `output_mode="tf_idf"` alone.

        Raises:
            ValueError: for repeated tokens, special ones elsewhere, too many, or none; and for a
                file's name while a model is loaded from a config that nobody vouched for.
        """
        if self.output_mode == "tf_idf":
            if idf_weights is None:
                raise ValueError("`idf_weights` must be set if output_mode is 'tf_idf'.")
        elif idf_weights is not None:
            raise ValueError(
                "`idf_weights` should only be set if output_mode is `'tf_idf'`. Received: "
                f"output_mode={self.output_mode} and idf_weights={idf_weights}"
            )
        if isinstance(vocabulary, str):
            tokens = self._read_file(vocabulary)
        else:
            tokens = _listed(vocabulary)
        if not tokens:
            raise ValueError(f"Cannot set an empty vocabulary. Received: vocabulary={vocabulary}")
        start = self._token_start_index()
        special = [self.mask_token] * self._oov_start_index()
        special += [self.oov_token] * self.num_oov_indices
        own = [self._key(token) for token in tokens]
        marks = [None if token is None else self._key(token) for token in special]
        with_special = bool(special) and own[:start] == marks
        keys = own[start:] if with_special else own
        self._check_tokens(keys, own, special)
        if self.output_mode == "tf_idf":
            weights = self._padded_weights(idf_weights, len(tokens), with_special)
        self._use(keys)
        if self.output_mode == "tf_idf":
            self.__dict__["idf_weights"] = weights

    def _check_tokens(self, keys, own, special):
        if len(set(keys)) != len(keys):
            seen = set()
            twice = [self._token(k) for k in keys if k in seen or seen.add(k)]
            raise ValueError(
                "The passed vocabulary has at least one repeated term. Please uniquify your "
                f"dataset. The repeated terms are: {twice}"
            )
        for kind, token, reserved in (
            ("mask", self.mask_token, True),
            ("OOV", self.oov_token, self.invert),
        ):
            if token is not None and reserved and self._key(token) in keys:
                raise ValueError(
                    f"Found reserved {kind} token at unexpected location in `vocabulary`. Note "
                    "that passed `vocabulary` does not need to include the OOV and mask tokens. "
                    "Either remove all mask and OOV tokens, or include them only at the start of "
                    f"the vocabulary in precisely this order: {special}. Received: {token!r} at "
                    f"vocabulary index {own.index(self._key(token))}"
                )
        size = len(keys) + self._token_start_index()
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                "Attempted to set a vocabulary larger than the maximum vocab size. Received "
                f"vocabulary size is {size}; `max_tokens` is {self.max_tokens}."
            )

    def _read_file(self, path):
        if in_safe_mode():
            raise ValueError(
                "Requested the loading of a vocabulary file outside of the model archive, which "
                "could be any file of yours. If you trust the source of the model, pass "
                "`safe_mode=False` to the loading function, or call "
                f"`config.enable_unsafe_deserialization()`. Vocabulary file: {path!r}"
            )
        if not os.path.exists(path):
            raise ValueError(f"Vocabulary file {path} does not exist.")
        if self.output_mode == "tf_idf":
            raise ValueError(
                "output_mode `'tf_idf'` does not support loading a vocabulary from file."
            )
        with open(path, "rb") as file:
            return [self._from_text(line) for line in file.read().splitlines()]

    def _from_text(self, line):
        raise NotImplementedError

    def _padded_weights(self, weights, count, with_special):
        weights = _floats(weights)
        if len(weights) != count:
            raise ValueError(
                "`idf_weights` must be the same length as vocabulary. len(idf_weights) is "
                f"{len(weights)}; len(vocabulary) is {count}"
            )
        if weights.ndim != 1:
            raise ValueError(f"TF-IDF data must be a 1-index array. Received: {weights.shape}")
        front = 0 if with_special else self._token_start_index()
        return self._around(weights, front)

    def _around(self, weights, front):
        """The weights with their mean for unknown tokens, and 0 up to `max_tokens`."""
        mean = float(ops.mean(weights)) if front else 0.0
        back = 0
        if self.pad_to_max_tokens and self.max_tokens is not None:
            back = self.max_tokens - front - len(weights)
        filled = np.pad(weights, (front, 0), constant_values=mean)
        return np.pad(filled, (0, back))

    def _use(self, keys):
        """Takes the tokens for the vocabulary."""
        table = self._new_table(keys)
        size = len(table) + self._token_start_index()
        fixed = self._frozen_vocab_size
        if self.output_mode != "int" and not self.pad_to_max_tokens:
            if fixed is not None and size != fixed:
                raise RuntimeError(
                    f"When using `output_mode={self.output_mode}` and `pad_to_max_tokens=False`, "
                    "the vocabulary size cannot be changed after the layer is called. Old vocab "
                    f"size is {fixed}, new vocab size is {size}"
                )
        self.__dict__.update(_table=table, _frozen_vocab_size=size)

    # ---- adapt ---------------------------------------------------------------------------------

    def adapt(self, data, steps=None):
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

    def update_state(self, data):
        """Counts the tokens of a batch; each row is a document."""
        array = self.host_array(data, self._dtype_in())
        array = array.reshape(1, -1) if array.ndim < 2 else array
        size = int(np.prod(array.shape[1:]))
        flat = array.ravel()
        flat = flat.tolist() if self.vocabulary_dtype == "string" else flat
        self.update_counts(flat, np.full(len(array), size, np.int64))

    def update_counts(self, values, lengths):
        """Counts the tokens of documents of different lengths, one after another."""
        if self._has_input_vocabulary:
            raise ValueError(
                f"Cannot adapt layer '{self.name}' after setting a static vocabulary via "
                "`vocabulary` argument or `set_vocabulary()` method."
            )
        self._counts.add(values, lengths)

    def finalize_state(self):
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
            weights = convert_to_numpy(ops.log(_floats(1 + counts.documents / (1 + found))))
            self.__dict__["idf_weights"] = self._around(weights, self._token_start_index())
        self.reset_state()

    def reset_state(self):
        """Forgets what was counted, not the vocabulary."""
        self.__dict__["_counts"] = vocabulary.Counts(documents=self.output_mode == "tf_idf")

    # ---- call ----------------------------------------------------------------------------------

    def _dtype_in(self):
        return "string" if self.vocabulary_dtype == "string" else np.int64

    def call(self, inputs):
        if self.invert:
            return self._tokens_of(self.host_array(inputs, np.int64))
        self._check_known_size()
        array = self.host_array(inputs, self._dtype_in())
        flat = array.ravel()
        flat = flat.tolist() if self.vocabulary_dtype == "string" else flat
        numbers = self.numbers_of(flat)
        if self.output_mode == "int":
            return convert_to_tensor(numbers.reshape(array.shape))
        return self.encoded(numbers, array.shape)

    def numbers_of(self, values):
        """The number of each of a list of bytes, or int64 array of integers."""
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

    def encoded(self, numbers, shape, lengths=None):
        """Numbers as rows over the vocabulary, by the output mode.

        Args:
            numbers: int64 array of all rows.
            shape: of the inputs.
            lengths: of the rows, where they differ.
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
        if self.output_mode == "int" or self.pad_to_max_tokens:
            return
        if self._frozen_vocab_size is None:
            raise RuntimeError(
                f"When using `output_mode={self.output_mode}` and `pad_to_max_tokens=False`, you "
                "must set the layer's vocabulary before calling it. Either pass a `vocabulary` "
                "argument to the layer, or call `adapt` with some sample data."
            )

    def compute_output_shape(self, input_shape):
        if self.output_mode == "int":
            return input_shape
        depth = self.max_tokens if self.pad_to_max_tokens else self._frozen_vocab_size
        shape = tuple(input_shape)
        if self.output_mode == "one_hot" and not (len(shape) > 1 and shape[-1] == 1):
            return (*shape, depth)
        return (*shape[:-1], depth)

    def compute_output_spec(self, inputs):
        dtype = "int64" if self.output_mode == "int" else config.floatx()
        if self.invert:
            dtype = self.vocabulary_dtype
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=dtype)

    @property
    def compute_dtype(self):
        return self.vocabulary_dtype

    @property
    def variable_dtype(self):
        return self.vocabulary_dtype

    # ---- configs and files ---------------------------------------------------------------------

    def get_config(self):
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
            "idf_weights": _plain(self.input_idf_weights),
            "vocabulary": _plain(self.input_vocabulary),
            "vocabulary_size": self._frozen_vocab_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }
        return {**super().get_config(), **own}

    def get_build_config(self):
        return {}

    def build_from_config(self, config):
        """Nothing to do: there are no weights."""

    def save_own_variables(self, store):
        """Keeps the weights of TF-IDF."""
        if self.output_mode == "tf_idf" and self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store):
        """Takes the weights of TF-IDF."""
        if self.output_mode == "tf_idf":
            self.__dict__["idf_weights"] = np.asarray(store["idf_weights"])

    def save_assets(self, dir_path):
        """Writes the vocabulary as text, a token a line, unless it is in the config."""
        if self.input_vocabulary is None:
            text = "\n".join(str(token) for token in self.get_vocabulary())
            with open(os.path.join(dir_path, "vocabulary.txt"), "w", encoding="utf-8") as file:
                file.write(text)

    def load_assets(self, dir_path):
        """Reads the vocabulary that `save_assets` wrote."""
        if self.input_vocabulary is not None:
            return
        with open(os.path.join(dir_path, "vocabulary.txt"), "rb") as file:
            lines = file.read().split(b"\n")
        while lines and not lines[-1]:
            lines.pop()
        tokens = [self._from_text(line) for line in lines]
        if not tokens:
            return
        weights = self.idf_weights if self.output_mode == "tf_idf" else None
        self.set_vocabulary(tokens, weights)


def check_salt(salt, name):
    """A salt as a list of two integers. Raises ValueError for anything else."""
    if isinstance(salt, (tuple, list)) and len(salt) == 2:
        return list(salt)
    if isinstance(salt, int):
        return [salt, salt]
    raise ValueError(
        f"The `salt` argument for `{name}` can only be a tuple of size 2 integers, or a single "
        f"integer. Received: salt={salt}."
    )


def _floats(x):
    if isinstance(x, (Tensor, Variable)):
        x = convert_to_numpy(x)
    return np.asarray(x, dtype=config.floatx())


def _listed(vocabulary):
    if isinstance(vocabulary, StringTensor):
        return vocabulary.numpy().tolist()
    if isinstance(vocabulary, (Tensor, Variable)):
        return convert_to_numpy(vocabulary).tolist()
    return vocabulary.tolist() if hasattr(vocabulary, "tolist") else list(vocabulary)


def _plain(x):
    if isinstance(x, (Tensor, Variable, StringTensor)):
        x = convert_to_numpy(x)
    if isinstance(x, np.ndarray):
        x = [t.decode() if isinstance(t, bytes) else t for t in x.tolist()]
    return x
