"""Hashes against TensorFlow's, words, n-grams and vocabularies by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from pronghorn.text import hashing, vocabulary, words

from .texts import COLUMNS, KEY, LARGE, TEXTS

EXPECTED = json.loads((Path(__file__).parent / "tf_values.json").read_text())


def test_hashes_are_tensorflows():
    assert hashing.buckets(TEXTS, LARGE).tolist() == EXPECTED["farmhash"]
    assert hashing.buckets(TEXTS, LARGE, KEY).tolist() == EXPECTED["siphash"]


@pytest.mark.parametrize("i", range(len(COLUMNS)))
def test_crosses_are_tensorflows(i):
    assert hashing.cross_buckets(COLUMNS[i], 1_000_003).tolist() == EXPECTED["crosses"][i]


def test_siphash_of_the_paper():
    """The vector of its appendix: bytes 0..14 under the key 0..15."""
    key = np.arange(16, dtype=np.uint8).view("<u8").tolist()
    (found,) = hashing.siphash([bytes(range(15))], key)
    assert hex(found) == "0xa129ca6149be45e5"


def test_no_texts():
    assert hashing.buckets([], 5).shape == (0,)
    assert words.padded(np.empty(0, np.int64), np.empty(0, np.int64)).shape == (0, 0)
    assert words.ngrams(words.Words.of_rows([]), (1, 2)).values == []


def test_words_and_ngrams():
    split = words.split([b" a  b\tc\n", b"", b"d"], "whitespace")
    assert split.rows() == [[b"a", b"b", b"c"], [], [b"d"]]
    grams = words.ngrams(split, (1, 2, 3))
    assert grams.rows() == [[b"a", b"b", b"c", b"a b", b"b c", b"a b c"], [], [b"d"]]
    letters = words.split(["aé".encode() + b"\xff"], "character")
    assert [c.decode() for c in letters.values] == ["a", "é", "\ufffd"]


def test_padding_cuts_and_fills():
    rows = words.padded(np.arange(1, 7), np.array([3, 0, 1, 2]), 2)
    assert rows.tolist() == [[1, 2], [0, 0], [4, 0], [5, 6]]


def test_ranks_by_count_then_by_token():
    counts = vocabulary.Counts(documents=True)
    counts.add([b"b", b"a", b"b", b"c"], np.array([3, 1]))
    assert counts.ranked() == [b"b", b"c", b"a"] and counts.ranked([b"b"], 1) == [b"c"]
    assert counts.document_counts([b"b", b"c"]).tolist() == [1, 1] and counts.documents == 2


def test_tables_of_integers():
    table = vocabulary.Table(np.array([5, -3, 9]), 2)
    assert table.find(np.array([9, 5, 4, -3, 100])).tolist() == [4, 2, -1, 3, -1]
    assert vocabulary.Table(np.empty(0, np.int64)).find(np.array([1])).tolist() == [-1]
