"""Every layer that a file can hold goes into one and comes back: the models of layer_cases.py."""

import functools

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.serialization.names import public_name
from saving import layer_cases

# Why no model of these is there.
WITHOUT = {
    "Layer": "the base of layers",
    "Wrapper": "the base of wrappers",
    "Lambda": "a function of the user: test_keras_file.py, tests/layers",
    "MaxNumBoundingBoxes": "takes boxes alone, no tensor that a functional model could hand it",
}  # fmt: skip


@functools.cache
def _model(name):
    ph.utils.clear_session()
    return layer_cases.model_of(ph, name)


def _classes(config):
    if isinstance(config, dict):
        yield config.get("class_name")
        config = list(config.values())
    if isinstance(config, (list, tuple)):
        for x in config:
            yield from _classes(x)


def test_no_class_is_forgotten():
    classes = [getattr(layers, name) for name in dir(layers)]
    classes = [c for c in classes if isinstance(c, type) and issubclass(c, layers.Layer)]
    found = {public_name(c)[1] if public_name(c) else c.__name__ for c in classes}
    inside = {
        name
        for model in layer_cases.names()
        for name in _classes(ph.saving.serialize_keras_object(_model(model)))
    }
    assert found - inside == set(WITHOUT)


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", layer_cases.names())
def test_round_trip(name, ending, tmp_path):
    if ending == "h5" and name in layer_cases.STRINGS:
        pytest.skip("Keras 2's files hold no vocabulary of strings")
    model = _model(name)
    model.save(tmp_path / f"a.{ending}")
    again = ph.models.load_model(tmp_path / f"a.{ending}", compile=False)
    expected = layer_cases.outputs_of(ph, model, np.asarray)
    found = layer_cases.outputs_of(ph, again, np.asarray)
    assert len(found) == len(expected)
    for a, b in zip(found, expected):
        np.testing.assert_array_equal(a, b)
