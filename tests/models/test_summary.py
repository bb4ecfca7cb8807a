"""summary() prints what Keras prints, character for character (files/summaries.json)."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from models import networks
from pronghorn import layers
from pronghorn.engine import naming

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
with open(os.path.join(FILES, "summaries.json"), encoding="utf-8") as _f:
    SUMMARIES = json.load(_f)


@pytest.fixture(autouse=True)
def same_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    naming.reset_uids()


def text_of(model, **arguments):
    texts = []
    model.summary(print_fn=texts.append, **arguments)
    assert len(texts) == 1
    return texts[0]


@pytest.mark.parametrize("which", range(len(networks.SUMMARIES)))
@pytest.mark.parametrize("name", networks.MODELS)
def test_text_is_keras(name, which):
    model = networks.MODELS[name](ph)
    if name == "subclassed":
        model(networks.inputs_of(name))
    assert text_of(model, **networks.SUMMARIES[which]) == SUMMARIES[name][which]


def test_a_trained_model_counts_its_optimizer():
    model = networks.mlp(ph)
    model.compile("adam", "mse")
    model.fit(networks.inputs_of("mlp"), np.zeros((3, 10)), verbose=0)
    assert text_of(model) == SUMMARIES["compiled"][0]


def test_prints_to_stdout(capsys):
    networks.mlp(ph).summary()
    assert capsys.readouterr().out == SUMMARIES["mlp"][0]


def test_layer_range_and_wrong_arguments():
    model = networks.convnet(ph)
    text = text_of(model, layer_range=["max_pool.*", "global.*"])
    assert "max_pooling2d" in text and "global_average" in text
    assert "conv2d (Conv2D)" not in text and "dense" not in text
    with pytest.raises(ValueError, match="do not match"):
        model.summary(layer_range=["a", "zz"])
    with pytest.raises(ValueError, match="Insufficient console width"):
        model.summary(line_length=8)
    with pytest.raises(ValueError, match="needs 3 numbers"):
        model.summary(positions=[0.5, 1.0])


def test_a_terminal_that_is_too_narrow_crops(monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    text = text_of(networks.mlp(ph), line_length=70)
    assert max(len(line) for line in text.splitlines()) == 50


def test_unbuilt_layers_say_so():
    text = text_of(ph.Sequential([layers.Dense(2)]))
    assert "0 (unbuilt)" in text and "?" in text


def test_shapes_of_layers_that_return_dicts():
    class Heads(layers.Layer):
        def __init__(self, names):
            super().__init__()
            self.heads = {name: layers.Dense(i + 7) for i, name in enumerate(names)}

        def call(self, x):
            return {name: head(x) for name, head in self.heads.items()}

        def compute_output_shape(self, input_shape):
            return {k: head.compute_output_shape(input_shape) for k, head in self.heads.items()}

    class Net(ph.Model):
        def __init__(self, names):
            super().__init__()
            self.heads = Heads(names)

        def call(self, x):
            return self.heads(x)

    for names, text in (("a", " (1, 7) "), ("ab", "{a: (1, 7), b: (1, 8)}")):
        model = Net(names)
        model(np.zeros((1, 16), "float32"))
        assert text in text_of(model)
