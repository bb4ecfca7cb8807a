"""Calls of Keras's text and sequence functions; make_values.py asks tf-keras, the tests us.

Each case is a function of a namespace with `text`, `sequence`, `utils`; its result is plain data.
"""

import json
import random

import numpy as np

TEXTS = [
    "The cat sat on the mat.",
    "The dog ate my homework! And the cat's, too...",
    "naïve Ünïcode\tWörds\nover — two lines",
    "",
    "  ",
    "a a a b b c",
]
OTHER = ["the cat and a zebra", "", "Ünïcode b"]
NUMBERS = [[1, 5, 2], [], [99, 1]]
LISTS = [["The", "cat"], ["the", "DOG", "the"], []]


def tokenizer(k, **kwargs):
    made = k.text.Tokenizer(**kwargs)
    made.fit_on_texts(TEXTS)
    return made


def state(t):
    return {
        "counts": list(t.word_counts.items()),
        "docs": sorted(t.word_docs.items()),
        "index": t.word_index,
        "words": sorted(t.index_word.items()),
        "index_docs": sorted(t.index_docs.items()),
        "documents": t.document_count,
    }


def matrices(t):
    return {
        mode: t.texts_to_matrix(OTHER + TEXTS, mode=mode).tolist()
        for mode in ("binary", "count", "freq", "tfidf")
    }


def again(t):
    t.fit_on_texts(["another text about the cat", LISTS[1]])
    return state(t)


def sequences(k):
    t = k.text.Tokenizer(num_words=5)
    t.fit_on_sequences([[1, 2, 2], [2, 3], [4, 4, 9]])
    return [
        sorted(t.index_docs.items()),
        t.sequences_to_matrix([[1, 2, 2, 7], [], [0, 4]], mode="tfidf").tolist(),
    ]


def grams(k, **kwargs):
    random.seed(7)
    return k.sequence.skipgrams([1, 0, 5, 3, 2, 4, 1, 3], 6, **kwargs)


SETTINGS = {
    "usual": {},
    "few words": {"num_words": 4},
    "few words, oov": {"num_words": 4, "oov_token": "<oov>"},
    "oov": {"oov_token": "<oov>"},
    "characters": {"char_level": True},
    "characters, few, oov": {"char_level": True, "num_words": 6, "oov_token": "?"},
    "as written": {"lower": False},
    "own filters": {"filters": "aeiou"},
    "own split": {"split": "a"},
    "long split": {"split": "::"},
    "own analyzer": {"analyzer": lambda text: text.split("t")},
}
SERIES = np.arange(40).reshape(20, 2)
WINDOWS = {
    "usual": {"length": 4},
    "rate": {"length": 6, "sampling_rate": 2, "batch_size": 3},
    "stride": {"length": 3, "stride": 3, "batch_size": 2},
    "bounds": {"length": 3, "start_index": 4, "end_index": 15, "batch_size": 5},
    "reverse": {"length": 5, "reverse": True, "batch_size": 6},
    "all": {"length": 6, "sampling_rate": 3, "stride": 2, "start_index": 1, "end_index": 17,
            "reverse": True, "batch_size": 2},
}  # fmt: skip
PADDED = [[1, 2, 3], [], [4], [5, 6, 7, 8, 9]]


def batches(k, **kwargs):
    made = k.sequence.TimeseriesGenerator(SERIES, SERIES[:, 0] * 2, **kwargs)
    return [[x.tolist(), y.tolist()] for x, y in (made[i] for i in range(len(made)))]


CASES = {
    **{
        f"words {i}": lambda k, kw=kw: [k.text.text_to_word_sequence(t, **kw) for t in TEXTS]
        for i, kw in enumerate([{}, {"lower": False}, {"filters": "a"}, {"split": "t"}])
    },
    **{
        f"hashes {i}": lambda k, kw=kw: [k.text.hashing_trick(t, 50, **kw) for t in TEXTS]
        for i, kw in enumerate(
            [
                {"hash_function": "md5"}, {"hash_function": len},
                {"hash_function": "md5", "lower": False},
            ]
        )
    },
    **{f"fit, {n}": lambda k, kw=kw: state(tokenizer(k, **kw)) for n, kw in SETTINGS.items()},
    **{
        f"sequences, {n}": lambda k, kw=kw: tokenizer(k, **kw).texts_to_sequences(OTHER + TEXTS)
        for n, kw in SETTINGS.items()
    },
    **{
        f"matrices, {n}": lambda k, kw=kw: matrices(tokenizer(k, **kw))
        for n, kw in SETTINGS.items()
    },
    **{
        f"texts, {n}": lambda k, kw=kw: tokenizer(k, **kw).sequences_to_texts(NUMBERS)
        for n, kw in SETTINGS.items()
    },
    **{f"again, {n}": lambda k, kw=kw: again(tokenizer(k, **kw)) for n, kw in SETTINGS.items()},
    "lists of words": lambda k: _fit_lists(k),
    "fit on sequences": sequences,
    "config": lambda k: _parsed(tokenizer(k, num_words=5, oov_token="x").get_config()),
    "json": lambda k: _parsed(json.loads(tokenizer(k, char_level=True).to_json())["config"]),
    "from json": lambda k: state(k.text.tokenizer_from_json(tokenizer(k).to_json())),
    **{
        f"pad {i}": lambda k, kw=kw: _array(k.utils.pad_sequences(PADDED, **kw))
        for i, kw in enumerate(
            [
                {}, {"maxlen": 2}, {"maxlen": 7, "value": -1}, {"padding": "post"},
                {"maxlen": 3, "truncating": "post"}, {"dtype": "float32", "value": 0.5},
                {"maxlen": 3, "padding": "post", "truncating": "post", "dtype": "int64"},
            ]
        )
    },
    "pad vectors": lambda k: _array(k.utils.pad_sequences([[[1, 2]], [[3, 4], [5, 6]], []])),
    "pad text": lambda k: _array(
        k.utils.pad_sequences([["a", "bc"], ["def"]], dtype=object, value="pad")
    ),
    "table": lambda k: k.sequence.make_sampling_table(20).tolist(),
    "table, other factor": lambda k: k.sequence.make_sampling_table(5, 1e-3).tolist(),
    **{
        f"skipgrams {i}": lambda k, kw=kw: list(grams(k, **kw))
        for i, kw in enumerate(
            [
                {}, {"window_size": 1}, {"negative_samples": 0}, {"negative_samples": 2.5},
                {"shuffle": False}, {"categorical": True}, {"seed": 3},
                {"sampling_table": np.linspace(0, 1, 6)},
            ]
        )
    },
    **{f"windows, {n}": lambda k, kw=kw: batches(k, **kw) for n, kw in WINDOWS.items()},
    "windows, config": lambda k: k.sequence.TimeseriesGenerator(
        SERIES, list(range(20)), 4
    ).get_config(),
    "windows, json": lambda k: k.sequence.TimeseriesGenerator([1, 2, 3, 4], [0] * 4, 2).to_json(),
}  # fmt: skip


def _parsed(config):
    """A config with its JSON texts read; what Keras counts by sets has no order."""
    counted = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    return [
        list(config),
        {k: sorted(json.loads(v).items()) if k in counted else v for k, v in config.items()},
    ]


def _fit_lists(k):
    made = k.text.Tokenizer()
    made.fit_on_texts(LISTS)
    return [state(made), made.texts_to_sequences([["dog", "cat"], "the dog"])]


def _array(x):
    return [x.tolist(), list(x.shape), str(x.dtype)]
