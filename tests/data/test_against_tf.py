"""Pipelines against what real tf.data makes of them (tf_values.json)."""

import json
from pathlib import Path

import pytest
from pronghorn.data import Dataset
from pronghorn.engine import TensorSpec

from .cases import CASES

EXPECTED = json.loads((Path(__file__).parent / "tf_values.json").read_text())


class Spec:
    def __call__(self, shape, dtype):
        return TensorSpec(shape, dtype)

    @staticmethod
    def length(x):
        return len(x)


def plain(x):
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    if isinstance(x, tuple):
        return {"tuple": [plain(item) for item in x]}
    if isinstance(x, bytes):
        return x.decode()
    x = x.tolist() if hasattr(x, "tolist") else x
    return [plain(item) for item in x] if isinstance(x, list) else x


def spec(s):
    if isinstance(s, dict):
        return {key: spec(value) for key, value in s.items()}
    if isinstance(s, tuple):
        return {"tuple": [spec(item) for item in s]}
    return [list(s.shape), s.dtype]


@pytest.mark.parametrize("name", CASES)
def test_elements_and_count(name):
    dataset = CASES[name](Dataset, Spec())
    expected = EXPECTED[name]
    for _ in range(2):  # a second pass gives the same
        assert [plain(e) for e in dataset.as_numpy_iterator()] == expected["elements"]
    assert int(dataset.cardinality()) == expected["cardinality"]


@pytest.mark.parametrize("name", CASES)
def test_spec(name):
    assert spec(CASES[name](Dataset, Spec()).element_spec) == EXPECTED[name]["spec"]
