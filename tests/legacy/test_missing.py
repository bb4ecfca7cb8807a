"""Names that are Keras's and not here yet: every way to ask for one says so."""

import json
from pathlib import Path

import pronghorn as keras
import pytest
from pronghorn import layers, losses, metrics
from pronghorn.legacy import missing


@pytest.fixture(autouse=True)
def owed(monkeypatch):
    """A name that stays missing, whatever is added: Keras has "Wanted" and "wanted" everywhere."""
    names = {module: dict(found) for module, found in missing.keras_names().items()}
    for found in names.values():
        found.update(Wanted="3.15.1", Former="2")
    monkeypatch.setattr(missing, "keras_names", lambda: names)


TEXT = "Wanted is part of Keras, not yet of Pronghorn."
MODULES = [
    "", "activations", "backend", "callbacks", "config", "constraints", "initializers", "layers",
    "losses", "metrics", "models", "ops", "optimizers", "random", "regularizers", "saving", "utils",
]  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_attributes_and_imports(module):
    place = getattr(keras, module) if module else keras
    full = f"keras.{module}.".replace("..", ".")
    with pytest.raises(AttributeError, match=rf"^{full}Wanted is part of Keras, not yet"):
        _ = place.Wanted
    assert not hasattr(place, "Wanted") and getattr(place, "Wanted", None) is None
    with pytest.raises(ImportError, match=rf"^{full}Wanted is part of Keras, not yet"):
        exec(f"from {place.__name__} import Wanted")
    with pytest.raises(ImportError, match="Former is part of Keras 2, not yet"):
        exec(f"from {place.__name__} import Former")


def test_other_names_get_near_ones():
    with pytest.raises(AttributeError, match="has no attribute 'Dens'; did you mean 'Dense'"):
        _ = layers.Dens
    with pytest.raises(ImportError, match="did you mean 'Dense'"):
        exec("from pronghorn.layers import Dens")
    with pytest.raises(AttributeError, match="has no attribute 'qqqqq'"):
        _ = layers.qqqqq


@pytest.mark.parametrize(
    "call",
    [
        lambda: losses.get("wanted"),
        lambda: metrics.get("wanted"),
        lambda: keras.optimizers.get("Wanted"),
        lambda: keras.initializers.get("wanted"),
        lambda: keras.activations.get("wanted"),
        lambda: keras.regularizers.get("Wanted"),
        lambda: keras.constraints.get("Wanted"),
        lambda: keras.Sequential([layers.Dense(1)]).compile("sgd", "wanted"),
        lambda: keras.Sequential([layers.Dense(1)]).compile("sgd", "mse", metrics=["wanted"]),
        lambda: layers.Dense(1, activation="wanted"),
    ],
)
def test_strings(call):
    with pytest.raises(ValueError, match=r"(?i)wanted is part of Keras, not yet of Pronghorn"):
        call()


def test_a_slip_of_what_is_here_gets_near_names():
    with pytest.raises(ValueError, match="identifier: 'MEANSQUAREDERROR'. Did you mean"):
        losses.get("MEANSQUAREDERROR")


def test_configs():
    config = {"module": "keras.layers", "class_name": "Wanted", "config": {}}
    with pytest.raises(TypeError, match=TEXT):
        layers.deserialize(config)


def test_the_list_is_keras():
    """keras_names.json has what tools/keras_names.py writes: modules, and names in order."""
    lists = json.loads(Path(missing.__file__).with_name("keras_names.json").read_text())
    new, old = lists.values()
    assert list(lists)[0].startswith("3.15") and list(lists)[1].startswith("2")
    assert sum(len(names.split()) for names in new.values()) > 1600
    assert {"LSTM", "Dense", "MultiHeadAttention"} <= set(new["layers"].split())
    assert "VGG16" in new["applications.vgg16"].split() and "CuDNNLSTM" in old["layers"].split()
    for names in (*new.values(), *old.values()):
        assert names.split() == sorted(set(names.split()))
