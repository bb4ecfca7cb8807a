"""StringLookup: text to numbers by a vocabulary, and back."""

from __future__ import annotations

from typing import Any

from .index_lookup import IndexLookup


class StringLookup(IndexLookup):
    """The number of each text in a vocabulary that is given or learnt.

    Args:
        max_tokens: largest size of the vocabulary, special tokens included; any by default.
        num_oov_indices: numbers for unknown texts; with several, their hash decides which; with 0
            an unknown text is an error.
        mask_token: text that stands for nothing: number 0 in mode "int", otherwise left out.
        oov_token: text that `invert` gives for numbers outside the vocabulary.
        vocabulary: list or array of texts, or the name of a file with one a line; `adapt` learns
            it otherwise.
        idf_weights: the weight of each text, for mode "tf_idf" with a given vocabulary.
        invert: whether to go from numbers to texts; mode "int" alone.
        output_mode: "int" for numbers; "one_hot", a row over the vocabulary for each text;
            "multi_hot", one for each sample, with ones; "count", with counts; "tf_idf", with
            counts times weights.
        pad_to_max_tokens: whether rows are `max_tokens` wide.
        sparse: False; there are no sparse tensors.
        encoding: of the texts.
        salt: two integers, or one: hash unknown texts with SipHash instead of FarmHash.
        name: name.

    Shapes: any; int64 of the inputs' shape in mode "int", else rows over the vocabulary in the
    place of the last axis (or behind it, for "one_hot" of more than one text).

    Example:

    >>> StringLookup(vocabulary=["a", "b"])(["b", "c"]).tolist()
    [2, 0]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.__dict__["encoding"] = encoding
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            vocabulary_dtype="string",
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            name=name,
            salt=salt,
            **kwargs,
        )

    def _key(self, token):
        return token.encode(self.encoding) if isinstance(token, str) else bytes(token)

    def _token(self, key):
        return key.decode(self.encoding, "replace")

    def _from_text(self, line):
        return line

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["vocabulary_dtype"]
        return {**config, "encoding": self.encoding}
