"""Losses of 50 steps over weather are those of real Keras, from equal weights and batches."""

import json
import os

import numpy as np
import pronghorn
import pytest
from layers.rnn import weather_cases as cases

PATH = os.path.join(os.path.dirname(__file__), "weather_losses.json")


def check(what, name):
    with open(PATH) as f:
        expected = json.load(f)["losses"][f"{what} {name}"]
    make, *sizes = cases.SERIES[what]
    series = make()
    if series is None:
        pytest.skip("needs jena/; set KERAS_HOME")
    found = cases.losses(pronghorn, name, series, *sizes)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", cases.CASES)
def test_losses_on_generated_weather(name):
    check("generated", name)


@pytest.mark.extended
@pytest.mark.parametrize("name", cases.CASES)
def test_losses_on_jena(name):
    check("jena", name)
