"""Ctrl-C at any function of a first call or fit: nothing stays open, nothing is made twice."""

import sys

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import _core, engine, layers
from pronghorn.engine import naming
from pronghorn.engine.call_context import call_context

X = np.ones((8, 3), "float32")


class Interrupt(KeyboardInterrupt):
    pass


def interrupted(function, at):
    """Runs function(), with an interrupt as the at-th function of the package is entered.

    Returns:
        Whether the interrupt came (in a generator that is being closed it is lost).
    """
    entered = 0

    def trace(frame, event, argument):
        nonlocal entered
        if event == "call" and f"{ph.__name__}/" in frame.f_code.co_filename.replace("\\", "/"):
            entered += 1
            if entered == at and frame.f_code.co_name != "<genexpr>":
                sys.settrace(None)
                raise Interrupt
        return None

    sys.settrace(trace)
    try:
        function()
    except Interrupt:
        pass
    finally:
        sys.settrace(None)
    return entered >= at


class Subclassed(ph.Model):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(4)
        self.norm = layers.BatchNormalization()
        self.last = layers.Dense(1)

    def call(self, x, training=None):
        return self.last(self.norm(self.first(x), training=training))


class Block(layers.Layer):
    def __init__(self):
        super().__init__(dtype="mixed_bfloat16")
        self.inner = layers.Dense(2)
        self.kept = []

    def build(self, shape):
        self.kept.append(self.add_weight(shape=(shape[-1], 2), name="kernel"))
        self.inner.build((None, 2))
        self.made = layers.Dense(1)
        self.made.build((None, 2))

    def call(self, x):
        return self.made(self.inner(ph.ops.matmul(x, self.kept[0])))


def fit(model, **options):
    model.compile("adam", "mse", **options)
    return lambda: model.fit(X, X[:, :1], verbose=0)


def sequential():
    return ph.Sequential([layers.Dense(4), Block()])


# name: (makes the model, what is called, number of weights)
CASES = {
    "fit_subclassed": (Subclassed, fit, 8),
    "fit_sequential": (sequential, fit, 7),
    "fit_eagerly": (sequential, lambda m: fit(m, run_eagerly=True), 7),
    "call_subclassed": (Subclassed, lambda m: lambda: m(X), 8),
    "call_layer": (Block, lambda m: lambda: m(X), 5),
    "call_symbolic": (sequential, lambda m: lambda: m(ph.Input((3,))), 7),
}


@pytest.mark.parametrize("name", CASES)
def test_an_interrupt_leaves_nothing_behind(name):
    make, prepare, count = CASES[name]
    at, came = 1, True
    while came:
        model = make()
        function = prepare(model)
        came = interrupted(function, at)
        where = f"interrupt at {at}"
        assert call_context.entry is None and call_context.training is None, where
        assert call_context.symbolic == 0 and naming.current_path() == "", where
        assert engine.variable._autocast.dtype is None, where
        assert not _core.is_tracing() and not _core.is_recording(), where
        function()
        paths = [v.path for v in model.weights]
        assert len(paths) == len(set(paths)) == count, where
        if name.startswith("fit"):
            assert len(model.optimizer.variables) == 2 + 2 * len(model.trainable_weights), where
        at += 53


def test_a_build_that_fails_can_be_mended():
    class Failing(layers.Layer):
        units = None

        def build(self, shape):
            self.first = self.add_weight(shape=(shape[-1],), name="first")
            self.second = self.add_weight(shape=(self.units,), name="second")

        def call(self, x):
            return x * self.first

    layer = Failing()
    with pytest.raises((TypeError, ValueError)):
        layer.units = "many"
        layer(X)
    assert not layer.built and layer.weights == [] and not hasattr(layer, "first")
    layer.units = 2
    layer(X)
    assert [w.name for w in layer.weights] == ["first", "second"]


def test_all_weights_train_where_some_were_built_before():
    model = ph.Sequential([layers.Dense(4), layers.Dense(1)])
    model.layers[0].build((None, 3))
    before = model.layers[0].get_weights()[0]
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(X, X[:, :1], verbose=0)
    assert len(model.optimizer._trainable_variables) == 4
    assert not np.array_equal(before, model.layers[0].get_weights()[0])
