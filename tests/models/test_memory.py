"""Models die when they are dropped: at once, without the collector, whatever was done with them."""

import gc
import json
import subprocess
import sys
import weakref

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers

X = np.zeros((4, 6), "float32")
Y = np.zeros((4, 3), "float32")


def sequential():
    return ph.Sequential([ph.Input((6,)), layers.Dense(5), layers.Dropout(0.5), layers.Dense(3)])


def late_sequential():
    model = ph.Sequential([layers.Dense(5), layers.BatchNormalization(), layers.Dense(3)])
    model.build((None, 6))
    return model


def functional():
    x = ph.Input((6,))
    y = layers.Dense(5, activation="relu")(x)
    z = layers.Concatenate()([y, ph.ops.tanh(y) * 2 + 1])
    return ph.Model(x, layers.Dense(3)(z))


def shared():
    x = ph.Input((6,))
    layer = layers.Dense(6)
    return ph.Model(x, layers.Dense(3)(layers.Add()([layer(x), layers.Dense(6)(x), layer(x)])))


def nested():
    x = ph.Input((6,))
    inner = ph.Sequential([ph.Input((6,)), layers.Dense(4)])
    return ph.Model(x, layers.Dense(3)(inner(x)))


def cut_out():
    whole = sequential()
    return ph.Model(whole.inputs, whole.layers[-1].output)


class Own(ph.Model):
    def __init__(self):
        super().__init__()
        self.parts = [layers.Dense(5), {"a": layers.Dense(4)}]
        self.head = ph.Sequential([layers.Dense(3)])

    def call(self, x, training=None):
        return self.head(self.parts[1]["a"](self.parts[0](x)))


def subclassed():
    model = Own()
    model.build((None, 6))
    return model


class OwnStep(Own):
    def train_step(self, data):
        x, y = data[:2]
        with ph.GradientTape() as tape:
            loss = ph.ops.mean(ph.ops.square(self(x, training=True) - y))
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}


def with_own_step():
    model = OwnStep()
    model.build((None, 6))
    return model


KINDS = [sequential, late_sequential, functional, shared, nested, cut_out, subclassed]
KINDS += [with_own_step]


def fit(model):
    own = isinstance(model, OwnStep)  # which does not update them
    model.compile("adam", "mse", metrics=None if own else ["mae"])
    model.fit(X, Y, epochs=2, batch_size=2, verbose=0, validation_data=(X, Y))
    model.fit(X, Y, verbose=0, callbacks=[ph.callbacks.EarlyStopping("loss", patience=0)])


def fit_eagerly(model):
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(X, Y, verbose=0)


def evaluate_and_predict(model):
    model.compile("sgd", "mse")
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    model.predict_on_batch(X)
    model.train_on_batch(X, Y)


def look(model):
    model.summary(print_fn=lambda text: None, expand_nested=True)
    model.get_weights()
    model.count_params()
    assert model.losses == [] and len(model.layers) > 1
    [layer.get_config() for layer in model.layers]


def use_own_loop(model):
    optimizer = ph.optimizers.SGD()
    with ph.GradientTape() as tape:
        loss = ph.ops.sum(model(X, training=True))
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)


def keep_what_fit_returns(model):
    model.compile("sgd", "mse")
    history = model.fit(X, Y, verbose=0)
    assert history is model.history and history.model is model


def fail(model):
    with pytest.raises(ValueError):
        model(np.zeros((2, 9), "float32"))


USES = [len, fit, fit_eagerly, evaluate_and_predict, look, use_own_loop, keep_what_fit_returns]
USES += [fail]


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("use", USES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", KINDS, ids=lambda f: f.__name__)
def test_a_dropped_model_is_gone_at_once(no_collector, kind, use):
    model = kind()
    if use is not len:
        use(model)
    watched = [weakref.ref(x) for x in (model, *model.variables, *model.layers)]
    del model
    assert [ref() for ref in watched if ref() is not None] == []


def test_the_output_of_a_layer_outlives_its_model(no_collector):
    model = sequential()
    x = np.ones((2, 6), "float32")
    expected = np.asarray(model.layers[0](x))
    layer = model.layers[0]
    output, name = layer.output, layer.output.name
    assert layer.output is output
    del model, output
    assert layer.output.shape == (None, 5) and layer.output.name == name
    part = ph.Model(layer.input, layer.output)
    np.testing.assert_array_equal(np.asarray(part(x)), expected)


def test_a_tensor_keeps_what_it_comes_from(no_collector):
    def backbone():
        model = functional()
        return model.inputs[0], model.layers[-1].output, model.predict(X + 1, verbose=0)

    x, y, expected = backbone()
    np.testing.assert_allclose(ph.Model(x, y).predict(X + 1, verbose=0), expected, rtol=1e-6)


def test_a_long_chain_is_dropped_without_deep_recursion(no_collector):
    x = y = ph.Input((2,))
    for _ in range(5000):
        y = y + 1.0
    first = weakref.ref(x._keras_history.operation)
    del x, y
    assert first() is None


def test_masks_and_attributes_of_a_tensor_made_again():
    layer = layers.Embedding(4, 3, mask_zero=True)
    first = layer(ph.Input((5,), dtype="int32"))
    first.note = "mine"
    del first
    assert layer.output.note == "mine" and layer.output._keras_mask.shape == (None, 5)


def test_history_and_model_find_each_other(no_collector):
    model = sequential()
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=2, verbose=0)
    assert len(model.history.history["loss"]) == 2 and model.history.epoch == [0, 1]
    history = model.history
    assert history is model.history
    del model
    assert history.model.predict(X, verbose=0).shape == (4, 3)  # the history keeps its model


FORTY = """
import resource, json
import numpy as np, pronghorn as k
def make(circle):
    x = k.Input((4096,))
    layer = k.layers.Dense(4096, kernel_initializer="zeros", use_bias=False)
    if circle:
        other = k.layers.Dropout(0.5)
        y = layer(other(layer(x)))
        y = other(y)
    else:
        y = layer(x)
    return k.Model(x, y)
def kb(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
make(False); base = kb()
for _ in range(40):
    model = make({circle})
    del model
print(json.dumps((kb() - base) / 1024))
"""


@pytest.mark.parametrize("circle", [False, True])
def test_forty_models_need_the_memory_of_two(circle):
    done = subprocess.run(
        [sys.executable, "-c", FORTY.replace("{circle}", str(circle))],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) < 190  # MB above one such model
