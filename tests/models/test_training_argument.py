"""`training` written into a functional model holds; what a layer or a file filled in does not."""

import json

import numpy as np
import pronghorn as ph
import pytest
from models import training_arguments
from models.training_arguments import X, observe
from pronghorn import layers

with open(training_arguments.PATH) as _f:
    KERAS = json.load(_f)
# What Keras does with a `training` that nobody wrote, but for what was written against a default.
EXPECTED = {name: entry["seen"] for name, entry in KERAS.items()}


def seen(predict, train, evaluate, fit):
    return {"predict": predict, "train": [train], "evaluate": [evaluate], "fit": [fit]}


EXPECTED["dropout_true"] = seen([True, False], True, False, False)
EXPECTED["dropout_positional"] = EXPECTED["dropout_true"]
EXPECTED["norm_true"] = seen([False, True], False, True, True)
EXPECTED["norm_false"] = EXPECTED["nested_false"] = seen([False, False], False, False, False)


@pytest.fixture(autouse=True)
def no_weights():
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not have any trainable weights")
        yield


@pytest.mark.parametrize("name", KERAS)
def test_what_the_caller_wrote_holds(name):
    model = training_arguments.models(ph)[name]
    assert observe(model) == EXPECTED[name]


@pytest.mark.parametrize("name", KERAS)
@pytest.mark.parametrize("way", ["json", "config", "clone"])
def test_copies_do_the_same(name, way):
    model = training_arguments.models(ph)[name]
    for _ in range(2):
        if way == "json":
            model = ph.models.model_from_json(model.to_json())
        elif way == "config":
            model = type(model).from_config(model.get_config())
        else:
            model = ph.models.clone_model(model)
    assert observe(model) == EXPECTED[name]


@pytest.mark.parametrize("name", KERAS)
def test_files_of_keras_follow_keras(name):
    model = ph.models.model_from_json(KERAS[name]["json"])
    again = ph.models.model_from_json(model.to_json())
    for m in (model, again):
        assert observe(m) == KERAS[name]["seen"]


def test_a_part_of_a_model_keeps_it():
    x = ph.Input((3,))
    hidden = layers.Dense(3, kernel_initializer="identity")(x)
    model = ph.Model(x, layers.Dropout(0.5)(hidden, training=True))
    part = ph.Model(hidden, model.output)
    assert (part.predict(X, verbose=0) == 0).any()


def test_a_block_without_the_argument_hands_it_on():
    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dropout = layers.Dropout(0.5)

        def call(self, x):
            return self.dropout(x)

    x = ph.Input((3,))
    model = ph.Model(x, Block()(x, training=True))
    assert (model.predict(X, verbose=0) == 0).any()


def test_other_defaults_than_false():
    class On(layers.Layer):
        def call(self, x, training=True):
            return x * 2 if training else x

    x = ph.Input((3,))
    plain, off, on = (
        ph.Model(x, On()(x, **k)) for k in ({}, {"training": False}, {"training": True})
    )
    for model, predicted, trained in ((plain, 1, 2), (off, 1, 1), (on, 1, 2)):
        np.testing.assert_array_equal(model.predict(X, verbose=0), X * predicted)
        np.testing.assert_array_equal(model(X, training=True), X * trained)
