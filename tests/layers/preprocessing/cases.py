"""Preprocessing layers, calls and adapted data; make_values.py asks real Keras, the tests us.

Each case is (class name, arguments, data to adapt to or None, inputs). Texts, lists and arrays.
"""

import numpy as np

WORDS = [["earth", "wind"], ["fire", "earth"], ["", "[UNK]"], ["wind", "naïve"]]
TEXTS = [
    "The cat sat on the mat.",
    "the dog! the, DOG?  ran\tfar\nAway",
    "",
    "Ünïcode É naïve",
    "a a a b",
    "on-line cat's",
]
QUERY = ["the cat ran", "", "Ünïcode dog", "zebra", "The mat. b"]
INTS = [[12, 1138], [42, 12], [42, 12], [-7, 0]]
NUMBERS = np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, np.nan]], "float32")
TABLE = (np.random.RandomState(0).rand(50, 3) * 10 - 2).astype("float32")
SPREAD = np.random.RandomState(1).randn(400).astype("float32")
CROSSED = ([1, 2, 3], ["A", "B", ""])
CODES = np.array([[3, 1, 1], [0, 3, 2]])

MODES = ("int", "one_hot", "multi_hot", "count")
STRINGS = ["earth", "wind", "fire"]
CASES = [
    *[("StringLookup", {"vocabulary": STRINGS, "output_mode": m}, None, WORDS) for m in MODES],
    ("StringLookup", {"vocabulary": STRINGS, "mask_token": ""}, None, WORDS),
    *[
        ("StringLookup", {"vocabulary": STRINGS, "mask_token": "", "output_mode": m}, None, WORDS)
        for m in MODES[1:]
    ],
    ("StringLookup", {"vocabulary": STRINGS, "num_oov_indices": 3}, None, WORDS),
    ("StringLookup", {"vocabulary": STRINGS, "num_oov_indices": 3, "salt": 7}, None, WORDS),
    ("StringLookup", {"vocabulary": STRINGS, "num_oov_indices": 0}, None, [["fire", "wind"]]),
    ("StringLookup", {"vocabulary": ["", "[UNK]", *STRINGS], "mask_token": ""}, None, WORDS),
    ("StringLookup", {"vocabulary": STRINGS, "invert": True}, None, [[0, 1], [3, 9]]),
    (
        "StringLookup",
        {"vocabulary": STRINGS, "invert": True, "mask_token": "", "oov_token": "?"},
        None,
        [[0, 1], [3, 2]],
    ),
    ("StringLookup", {"vocabulary": STRINGS}, None, ["fire", "water"]),
    ("StringLookup", {"vocabulary": STRINGS, "output_mode": "one_hot"}, None, [["fire"], ["sea"]]),
    ("StringLookup", {"vocabulary": STRINGS, "output_mode": "multi_hot"}, None, ["fire", "fire"]),
    ("StringLookup", {}, WORDS, WORDS),
    ("StringLookup", {"max_tokens": 4}, WORDS, WORDS),
    ("StringLookup", {"max_tokens": 5, "mask_token": ""}, WORDS, WORDS),
    ("StringLookup", {"output_mode": "count"}, ["b", "a", "b", "c"], [["a", "b", "b", "z"]]),
    (
        "StringLookup",
        {"output_mode": "multi_hot", "max_tokens": 9, "pad_to_max_tokens": True},
        WORDS,
        WORDS,
    ),
    ("StringLookup", {"output_mode": "tf_idf"}, WORDS, WORDS),
    (
        "StringLookup",
        {"output_mode": "tf_idf", "max_tokens": 9, "pad_to_max_tokens": True},
        WORDS,
        WORDS,
    ),
    (
        "StringLookup",
        {"output_mode": "tf_idf", "vocabulary": STRINGS, "idf_weights": [0.5, 0.25, 2.0]},
        None,
        WORDS,
    ),
    *[("IntegerLookup", {"vocabulary": [12, 42], "output_mode": m}, None, INTS) for m in MODES],
    ("IntegerLookup", {"vocabulary": [12, 42], "mask_token": 0}, None, INTS),
    ("IntegerLookup", {"vocabulary": [12, 42], "num_oov_indices": 3}, None, INTS),
    (
        "IntegerLookup",
        {"vocabulary": [12, 42], "num_oov_indices": 3, "oov_method": "farmhash"},
        None,
        INTS,
    ),
    (
        "IntegerLookup",
        {"vocabulary": [12, 42], "num_oov_indices": 3, "oov_method": "farmhash", "salt": [1, 2]},
        None,
        INTS,
    ),
    ("IntegerLookup", {"vocabulary": [12, 42], "invert": True}, None, [[0, 1], [2, 7]]),
    ("IntegerLookup", {}, np.array(INTS), INTS),
    ("IntegerLookup", {"max_tokens": 3, "mask_token": 0}, np.array(INTS), INTS),
    ("IntegerLookup", {"output_mode": "tf_idf"}, np.array(INTS), INTS),
    *[
        ("TextVectorization", {"vocabulary": ["the", "cat", "dog"], "output_mode": m}, None, QUERY)
        for m in ("int", "multi_hot", "count")
    ],
    ("TextVectorization", {}, TEXTS, QUERY),
    ("TextVectorization", {"max_tokens": 5, "output_sequence_length": 2}, TEXTS, QUERY),
    ("TextVectorization", {"output_sequence_length": 6}, TEXTS, [[t] for t in QUERY]),
    ("TextVectorization", {"standardize": "lower"}, TEXTS, QUERY),
    ("TextVectorization", {"standardize": "strip_punctuation"}, TEXTS, QUERY),
    ("TextVectorization", {"standardize": None}, TEXTS, QUERY),
    ("TextVectorization", {"split": "character"}, TEXTS, QUERY),
    ("TextVectorization", {"split": None}, TEXTS, QUERY),
    ("TextVectorization", {"split": None, "output_sequence_length": 3}, WORDS, WORDS),
    ("TextVectorization", {"split": None, "output_mode": "count"}, WORDS, WORDS),
    ("TextVectorization", {"ngrams": 2}, TEXTS, QUERY),
    ("TextVectorization", {"ngrams": (2, 3)}, TEXTS, QUERY),
    ("TextVectorization", {"ngrams": 2, "output_mode": "count"}, TEXTS, QUERY),
    ("TextVectorization", {"output_mode": "tf_idf"}, TEXTS, QUERY),
    ("TextVectorization", {"output_mode": "tf_idf", "ngrams": 2}, TEXTS, QUERY),
    ("TextVectorization", {"output_mode": "tf_idf", "split": None}, WORDS, WORDS),
    (
        "TextVectorization",
        {"output_mode": "multi_hot", "max_tokens": 30, "pad_to_max_tokens": True},
        TEXTS,
        QUERY,
    ),
    *[("Hashing", {"num_bins": 7, "output_mode": m}, None, WORDS) for m in MODES],
    ("Hashing", {"num_bins": 7}, None, INTS),
    ("Hashing", {"num_bins": 7, "dtype": "int32"}, None, np.array(INTS, "int32")),
    ("Hashing", {"num_bins": 7}, None, np.array([[1.9, -2.5], [3.0, 4.2]], "float32")),
    ("Hashing", {"num_bins": 7, "salt": [133, 137]}, None, WORDS),
    ("Hashing", {"num_bins": 7, "salt": 133}, None, INTS),
    ("Hashing", {"num_bins": 4, "mask_value": ""}, None, WORDS),
    ("Hashing", {"num_bins": 4, "mask_value": 0}, None, INTS),
    ("Hashing", {"num_bins": 1}, None, WORDS),
    ("Hashing", {"num_bins": 5, "output_mode": "one_hot"}, None, [["a"], ["b"]]),
    ("Hashing", {"num_bins": 5, "output_mode": "multi_hot"}, None, ["a", "b", "a"]),
    ("HashedCrossing", {"num_bins": 9}, None, (["A", "B", "A"], [101, 102, 103])),
    ("HashedCrossing", {"num_bins": 9}, None, ([["A"], ["B"]], [[101], [102]], [["x"], ["y"]])),
    ("HashedCrossing", {"num_bins": 9, "output_mode": "one_hot"}, None, CROSSED),
    ("HashedCrossing", {"num_bins": 9, "output_mode": "one_hot"}, None, ([[1], [2]], [[3], [4]])),
    *[
        ("Discretization", {"bin_boundaries": [0.0, 1.0, 2.0], "output_mode": m}, None, NUMBERS)
        for m in MODES
    ],
    ("Discretization", {"num_bins": 4}, SPREAD, np.linspace(-3, 3, 13).astype("float32")),
    ("Discretization", {"num_bins": 7, "epsilon": 0.1}, SPREAD, SPREAD[:20]),
    ("Discretization", {"num_bins": 4}, SPREAD[:7], SPREAD[:9]),
    ("Discretization", {"num_bins": 3, "output_mode": "count"}, SPREAD, SPREAD[:12].reshape(3, 4)),
    *[
        ("CategoryEncoding", {"num_tokens": 4, "output_mode": m}, None, CODES)
        for m in MODES[1:]
    ],
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, None, np.array([[3], [0]])),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, None, np.array([3, 0])),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, None, np.array([3, 0, 3])),
    ("CategoryEncoding", {"num_tokens": 4, "dtype": "int32"}, None, np.array([[3, 0, 3]])),
    ("Normalization", {}, TABLE, TABLE[:5]),
    ("Normalization", {"axis": None}, TABLE, TABLE[:5]),
    ("Normalization", {"axis": (0, 1)}, TABLE[:5], TABLE[5:10]),
    ("Normalization", {"invert": True}, TABLE, TABLE[:5]),
    ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 1.0, 0.0]}, None, TABLE[:5]),
    ("Normalization", {"mean": 3.0, "variance": 2.0}, None, TABLE[:5]),
    ("Normalization", {"mean": 3.0, "variance": 2.0, "invert": True}, None, TABLE[:5]),
    ("Normalization", {}, TABLE.reshape(5, 10, 3), TABLE.reshape(5, 10, 3)[:1]),
]  # fmt: skip


def name(index):
    layer, kwargs, data, _ = CASES[index]
    given = ", ".join(f"{k}={v!r}" for k, v in kwargs.items())
    return f"{index} {layer}({given}){' adapted' if data is not None else ''}"


def plain(x):
    """Values, shape and dtype of an output."""
    dtype = getattr(x.dtype, "name", str(x.dtype))
    array = np.asarray(x.numpy())
    if array.dtype == object:
        array = np.array([t.decode() for t in array.ravel()]).reshape(array.shape)
    if array.dtype.kind == "f":
        values = [float(f"{v:.7g}") for v in array.ravel().tolist()]
    else:
        values = array.ravel().tolist()
    return [values, list(array.shape), dtype]


def run(keras, index):
    """What a layer gives, its vocabulary or bins, its config and the symbolic shape."""
    layer_name, kwargs, data, inputs = CASES[index]
    keras.utils.clear_session()
    layer = getattr(keras.layers, layer_name)(**kwargs)
    if data is not None:
        layer.adapt(data if isinstance(data, np.ndarray) else np.array(data))
    if layer_name in ("HashedCrossing",):
        inputs = tuple(np.array(x) for x in inputs)
    else:
        inputs = np.array(inputs)
    found = {"output": plain(layer(inputs))}
    for what in ("get_vocabulary", "vocabulary_size"):
        if hasattr(layer, what):
            value = getattr(layer, what)()
            found[what] = (
                [getattr(v, "item", lambda v=v: v)() for v in value]
                if isinstance(value, list)
                else int(value)
            )
    if layer_name == "Discretization":
        found["bins"] = [float(f"{b:.6g}") for b in layer.bin_boundaries]
    config = layer.get_config()
    found["config"] = {
        k: v.tolist() if isinstance(v, np.ndarray) else v
        for k, v in config.items()
        if k not in ("dtype", "bin_boundaries")
    }
    return found
