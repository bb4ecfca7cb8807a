"""LookupVocabulary: the arguments and the vocabulary of lookup layers; lookups are elsewhere."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ... import ops
from ...engine import Tensor, Variable, config, convert_to_numpy
from ...engine.strings import StringTensor
from ...serialization import in_safe_mode
from ...text import vocabulary
from .host import HostLayer

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


class LookupVocabulary(HostLayer):
    """A base of IndexLookup."""

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
        if output_mode not in MODES:
            raise ValueError(
                f"Unknown value for `output_mode` argument of {name}. Expected one of {MODES}. "
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

    def vocabulary_size(self) -> Any:
        """The number of tokens, those for masked and unknown ones included."""
        return len(self._table) + self._token_start_index()

    def get_vocabulary(self, include_special_tokens: bool = True) -> Any:
        """The tokens in the order of their numbers.

        Args:
            include_special_tokens: whether with those for masked and unknown ones in front.

        Returns:
            A list of str, or of int for IntegerLookup.
        """
        tokens = [self._token(key) for key in self._table.tokens]
        if not include_special_tokens:
            return tokens
        mask = [self.mask_token] * self._oov_start_index()
        return mask + [self.oov_token] * self.num_oov_indices + tokens

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
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
            twice = [self._token(k) for k in keys if k in seen or seen.add(k)]  # type: ignore[func-returns-value]
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
        weights = floats(weights)
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


def floats(x):
    if isinstance(x, (Tensor, Variable)):
        x = convert_to_numpy(x)
    return np.asarray(x, dtype=config.floatx())


def _listed(vocabulary):
    if isinstance(vocabulary, StringTensor):
        return vocabulary.numpy().tolist()
    if isinstance(vocabulary, (Tensor, Variable)):
        return convert_to_numpy(vocabulary).tolist()
    if hasattr(vocabulary, "tolist"):
        return vocabulary.tolist()
    try:
        return list(vocabulary)
    except TypeError:
        raise TypeError(
            "`vocabulary` must be a list of tokens or the name of a file with a token a line. "
            f"Received: {vocabulary!r} (of type {type(vocabulary).__name__})"
        ) from None


def plain(x):
    if isinstance(x, (Tensor, Variable, StringTensor)):
        x = convert_to_numpy(x)
    if isinstance(x, np.ndarray):
        x = [t.decode() if isinstance(t, bytes) else t for t in x.tolist()]
    return x
