"""Bad input of models over words: each error says what came and what to do."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers

BAD = np.array([[1, 2], [3, 12]])


def model(first):
    made = ph.Sequential([ph.Input((2,), dtype="int32"), first, layers.LSTM(3), layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.layers[0](BAD),
        lambda m: m(BAD),
        lambda m: m.predict(BAD, verbose=0),
        lambda m: m.fit(BAD, np.ones((2, 1)), verbose=0),
    ],
    ids=["layer", "model", "predict", "fit"],
)
def test_an_index_outside_an_embedding_names_it_and_the_size(call):
    m = model(layers.Embedding(10, 4, name="words"))
    before = m.get_weights()
    message = r"index of 12 \(x\[1, 1\].*'words'.*0 to 9.*input_dim=10.*input_dim=13 or more"
    with pytest.raises(ValueError, match=message):
        call(m)
    for a, b in zip(before, m.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_a_negative_index():
    with pytest.raises(ValueError, match="index of -1 .*count from 0"):
        layers.Embedding(10, 4)(np.array([0, -1]))


RAGGED = [[1, 2, 3], [4]]


@pytest.mark.parametrize(
    "call",
    [
        lambda m: ph.ops.convert_to_tensor(RAGGED),
        lambda m: m.predict(RAGGED, verbose=0),
        lambda m: m.fit(np.array([*map(list, RAGGED)], dtype=object), np.ones((2, 1)), verbose=0),
    ],
    ids=["layer", "predict", "fit"],
)
def test_ragged_lists_are_to_be_padded(call):
    with pytest.raises((ValueError, TypeError), match="pad_sequences"):
        call(model(layers.Embedding(10, 4)))


@pytest.mark.parametrize(
    "call",
    [
        lambda: layers.Embedding(10, 4)(np.array(["text"])),
        lambda: layers.LSTM(3)(np.array([[["text"]]])),
        lambda: layers.Embedding(10, 4)(np.array(["text"], dtype=object)),
    ],
)
def test_text_in_the_place_of_numbers(call):
    with pytest.raises(TypeError, match="text has no numbers.*TextVectorization"):
        call()
