"""What is derived from a model's structure and kept follows every change of it."""

import copy
import pickle

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import layers, metrics


class Measured(layers.Layer):
    def call(self, x):
        return x


def trained(model):
    model.compile("sgd", "mse")
    model.train_on_batch(np.ones((2, 3)), np.ones((2, 3)))
    return model


def names(model):
    return [metric.name for metric in model.metrics]


def test_metrics_that_sublayers_get_later_are_found():
    inner = Measured()
    model = trained(keras.Sequential([layers.Input((3,)), inner, layers.Dense(3)]))
    assert names(model) == ["loss"]
    inner._metrics.append(metrics.Mean(name="own"))
    assert names(model) == ["loss", "own"]
    late = Measured()
    late.more = metrics.Mean(name="more")
    inner._layers.append(late)
    assert names(model) == ["loss", "own", "more"]
    inner._layers.remove(late)
    assert names(model) == ["loss", "own"]
    inner._metrics.clear()
    assert names(model) == ["loss"]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_have_layers_of_their_own(again):
    model = trained(keras.Sequential([layers.Input((3,)), Measured(), layers.Dense(3)]))
    other = again(model)
    other.layers[0]._metrics.append(metrics.Mean(name="own"))
    assert names(model) == ["loss"] and names(other) == ["loss", "own"]


def test_trainable_is_looked_at_again_when_it_changes():
    model = trained(keras.Sequential([layers.Input((3,)), layers.Dense(3, name="a")]))
    x = np.ones((2, 3))
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="Changed layers: .'a'"):
        model.train_on_batch(x, x)
    model.layers[0].trainable = True
    model.train_on_batch(x, x)


def test_a_dict_of_logs_keeps_the_order_it_was_made_in():
    from pronghorn.engine import Function

    result = Function(lambda x: {"b": x + 1.0, "a": x * 2.0})(np.float32(3.0))
    assert list(result) == ["b", "a"] and [float(v) for v in result.values()] == [4.0, 6.0]
    nested = Function(lambda x: {"b": x + 1.0, "a": [x, None]})(np.float32(3.0))
    assert float(nested["b"]) == 4.0 and float(nested["a"][0]) == 3.0 and nested["a"][1] is None
