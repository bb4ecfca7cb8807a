"""Forms of compile()'s arguments that Keras 3.15 takes or refuses, with its values."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers

X = (np.arange(24.0).reshape(8, 3) / 8).astype("float32")
Y = np.ones((8, 1), "float32")


def two_outputs(kind):
    x = ph.Input((3,))
    a, b = (
        layers.Dense(1, kernel_initializer=k, name=n)(x) for k, n in (("ones", "a"), ("zeros", "b"))
    )
    return ph.Model(x, {"list": [a, b], "tuple": (a, b), "dict": {"a": a, "b": b}}[kind])


@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
@pytest.mark.parametrize("form", [list, tuple])
def test_one_weight_of_one_loss_is_for_all_outputs(kind, form):
    model = two_outputs(kind)
    model.compile("sgd", "mse", loss_weights=form([0.5]))
    labels = {"list": [Y, Y], "tuple": (Y, Y), "dict": {"a": Y, "b": Y}}[kind]
    total = model.evaluate(X, labels, verbose=0, return_dict=True)["loss"]
    parts = np.mean((X.sum(-1) - 1) ** 2) + 1.0  # output b is 0
    assert total == pytest.approx(0.5 * parts, rel=1e-6)


def test_two_losses_need_two_weights():
    model = two_outputs("list")
    model.compile("sgd", ["mse", "mae"], loss_weights=[0.5])
    with pytest.raises(ValueError, match="must match the number of losses, got 2 losses and 1"):
        model.evaluate(X, [Y, Y], verbose=0)


@pytest.mark.parametrize("argument", ["metrics", "weighted_metrics"])
@pytest.mark.parametrize("spec", [[None], ["mae", None], {"a": [None]}])
def test_none_among_metrics(argument, spec):
    x = ph.Input((3,))
    model = ph.Model(x, layers.Dense(1, name="a")(x))
    model.compile("sgd", "mse", **{argument: spec})
    with pytest.raises(ValueError, match="Expected a metric, received None"):
        model.evaluate(X, Y, verbose=0)


@pytest.mark.parametrize("count", ["a", [2], None])
def test_steps_per_execution_is_a_number(count):
    with pytest.raises(TypeError, match="`steps_per_execution` must be a positive integer"):
        two_outputs("list").compile("sgd", "mse", steps_per_execution=count)
