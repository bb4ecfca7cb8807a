"""Text and sequences against what tf-keras gives (keras_values.json)."""

import json
from pathlib import Path

import numpy as np
import pytest
from pronghorn import preprocessing, utils

from .cases import CASES

EXPECTED = json.loads((Path(__file__).parent / "keras_values.json").read_text())


class Ours:
    text = preprocessing.text
    sequence = preprocessing.sequence
    utils = utils


def assert_same(found, expected):
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key, value in expected.items():
            assert_same(found[key], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for pair in zip(found, expected):
            assert_same(*pair)
    elif isinstance(expected, float):
        np.testing.assert_allclose(found, expected, rtol=1e-14)
    else:
        assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize("name", CASES)
def test_equals_keras(name):
    assert_same(json.loads(json.dumps(CASES[name](Ours))), EXPECTED[name])
