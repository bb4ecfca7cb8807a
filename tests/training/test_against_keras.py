"""Histories, results, hooks and printed text of fit, evaluate and predict, as Keras's."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from training import cases

with open(os.path.join(os.path.dirname(__file__), "keras_values.json")) as _f:
    KERAS = json.load(_f)


def assert_same(ours, keras, where=""):
    """Equal names in equal order; numbers as close as float32 allows over some tens of steps."""
    if isinstance(keras, dict):
        assert list(ours) == list(keras), where
        for key in keras:
            assert_same(ours[key], keras[key], f"{where}/{key}")
    elif isinstance(ours, (list, tuple)):
        assert len(ours) == len(keras), where
        for i, (a, b) in enumerate(zip(ours, keras)):
            assert_same(a, b, f"{where}/{i}")
    elif isinstance(keras, str):
        assert ours == keras, where
    else:
        np.testing.assert_allclose(ours, keras, rtol=2e-5, atol=2e-6, err_msg=where)


@pytest.mark.parametrize("name", ["binary", "sparse", "categorical", "short_names"])
def test_one_output(name):
    assert_same(getattr(cases, name)(ph), KERAS[name])


@pytest.mark.filterwarnings("ignore:Gradients do not exist for variables")
@pytest.mark.parametrize("name", cases.MULTI)
def test_several_outputs(name):
    assert_same(cases.multi(ph, name), KERAS["multi"][name])


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("name", cases.SOURCES)
def test_sources_of_batches(name):
    ph.utils.set_random_seed(1)
    if name == "dataset_steps":  # a dataset's batches are shuffled by another generator
        ours = cases.source(ph, name)
        assert len(ours[0]["loss"]) == len(KERAS["source"][name][0]["loss"])
        return
    assert_same(cases.source(ph, name), KERAS["source"][name])


@pytest.mark.parametrize("group", [1, 3])
def test_hooks(group):
    assert cases.events(ph, group) == KERAS["events"][str(group)]


@pytest.mark.parametrize("name", cases.TEXTS)
def test_text(name):
    assert cases.text(ph, name) == KERAS["text"][name]
