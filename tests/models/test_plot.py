"""plot_model and model_to_dot: which boxes and arrows there are, and that a picture is drawn."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.utils import model_to_dot, plot_model


def branched():
    x = ph.Input((4,), name="x")
    inner = ph.Sequential([ph.Input((3,)), layers.Dense(3, "relu", name="deep")], name="inner")
    a = layers.Dense(3, "tanh", name="a")(x)
    b = inner(layers.Dense(3, name="b")(x))
    return ph.Model(x, layers.Add(name="sum")([a, b]))


def dot_of(tmp_path, **options):
    plot_model(branched(), tmp_path / "model.dot", show_layer_names=True, **options)
    return (tmp_path / "model.dot").read_text()


def test_arrows_go_with_the_data(tmp_path):
    text = dot_of(tmp_path)
    for a, b in (("x", "a"), ("x", "b"), ("b", "inner"), ("a", "sum"), ("inner", "sum")):
        assert f'"{a}" -> "{b}";' in text
    assert text.count("->") == 5 and "deep" not in text


def test_what_stands_in_the_boxes(tmp_path):
    text = dot_of(
        tmp_path, show_shapes=True, show_dtype=True, show_layer_activations=True,
        show_trainable=True, expand_nested=True,
    )  # fmt: skip
    assert "a (Dense)\\nActivation: tanh\\nOutput dtype: float32" in text
    assert "Input shape: (None, 4)\\nOutput shape: (None, 3)\\nTrainable" in text
    assert '"inner/deep" -> "sum";' in text


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_a_picture_without_graphviz(tmp_path, monkeypatch, rankdir):
    image = pytest.importorskip("PIL.Image")
    monkeypatch.setattr("shutil.which", lambda name: None)
    path = tmp_path / "model.png"
    plot_model(branched(), path, show_shapes=True, show_layer_names=True, rankdir=rankdir, dpi=96)
    with image.open(path) as picture:
        pixels = np.asarray(picture.convert("L"))
    assert min(pixels.shape) > 100 and (pixels < 50).mean() > 0.005  # text and lines
    with pytest.raises(ValueError, match="Without Graphviz"):
        plot_model(branched(), tmp_path / "model.svg")


def test_a_dot_graph():
    pydot = pytest.importorskip("pydot")
    dot = model_to_dot(branched(), show_shapes=True)
    assert isinstance(dot, pydot.Dot) and len(dot.get_nodes()) >= 5
    assert len(dot.get_edges()) == 5
    assert isinstance(model_to_dot(branched(), subgraph=True), pydot.Cluster)


def test_models_without_a_graph(tmp_path):
    class Own(ph.Model):
        def call(self, x):
            return x

    model = Own(name="own")
    model(np.ones((1, 2)))
    plot_model(model, tmp_path / "own.dot", show_layer_names=True)
    assert "own (Own)" in (tmp_path / "own.dot").read_text()
    with pytest.raises(ValueError, match="not yet been built"):
        plot_model(ph.Sequential([layers.Dense(2)]), tmp_path / "model.dot")
    with pytest.raises(ValueError, match="Unrecognized keyword"):
        plot_model(model, tmp_path / "own.dot", colour=1)


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_arrows_go_around_the_boxes_between(tmp_path, monkeypatch, rankdir):
    """The way past a block is to the right of the boxes (below them from left to right)."""
    pillow = pytest.importorskip("PIL.Image", reason="needs Pillow")
    monkeypatch.setattr("shutil.which", lambda name: None)
    x = given = ph.Input((4,))
    for _ in range(2):
        x = layers.Dense(4)(x)
    dark = []
    for out in (layers.ReLU()(x), layers.add([x, given])):
        plot_model(ph.Model(given, out), tmp_path / "a.png", rankdir=rankdir, dpi=100)
        with pillow.open(tmp_path / "a.png") as picture:
            pixels = np.asarray(picture.convert("L")) < 99
        dark.append(pixels if rankdir == "TB" else pixels.T)
    assert not dark[0][:, -24:].any()
    assert dark[1][:, -24:].any(1).sum() > len(dark[1]) // 3
