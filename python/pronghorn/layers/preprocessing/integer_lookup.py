"""IntegerLookup: integers to numbers by a vocabulary, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from .index_lookup import IndexLookup


class IntegerLookup(IndexLookup):
    """The number of each integer in a vocabulary that is given or learnt.

    Args:
        max_tokens, num_oov_indices, vocabulary, idf_weights, invert, output_mode, sparse,
            pad_to_max_tokens, name: as of StringLookup, with integers for texts.
        mask_token: integer that stands for nothing.
        oov_token: integer that `invert` gives for numbers outside the vocabulary.
        vocabulary_dtype: "int64", the only one.
        oov_method: which number an unknown integer gets where there are several: "floormod", its
            remainder, or "farmhash", its hash.
        salt: two integers, or one, for "farmhash": hash with SipHash instead.

    Shapes: as of StringLookup.

    Raises:
        ValueError: for another vocabulary_dtype, and what StringLookup refuses.

    Example:

    >>> IntegerLookup(vocabulary=[10, 30])([30, 11]).tolist()
    [2, 0]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if vocabulary_dtype != "int64":
            raise ValueError(
                "Only `vocabulary_dtype='int64'` is supported at this time. Received: "
                f"vocabulary_dtype={vocabulary_dtype}"
            )
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            vocabulary_dtype=vocabulary_dtype,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=salt,
            name=name,
            **kwargs,
        )

    def _key(self, token):
        return int(token)

    def _token(self, key):
        return int(key)

    def _from_text(self, line):
        return int(line)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in ("oov_token", "mask_token"):
            if config[name] is not None:
                config[name] = int(config[name])
        if config["vocabulary"] is not None:
            config["vocabulary"] = [int(v) for v in np.asarray(config["vocabulary"]).tolist()]
        return config
