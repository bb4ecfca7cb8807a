"""pickle and copy.deepcopy of everything that holds state."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, losses, metrics, ops, optimizers

WAYS = {
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "old pickle": lambda x: pickle.loads(pickle.dumps(x, protocol=2)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}
RNG = np.random.RandomState(0)
X = RNG.rand(20, 4).astype("float32")
Y = RNG.randint(0, 3, 20)


@pytest.fixture(params=WAYS)
def again(request):
    return WAYS[request.param]


def same(a, b):
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b))


class TestTensors:
    @pytest.mark.parametrize(
        "dtype", ["float32", "float16", "bfloat16", "float64", "int8", "int64", "uint64", "bool"]
    )
    def test_values(self, again, dtype):
        for x in (ops.ones((2, 3), dtype), ops.zeros((0, 2), dtype), ops.ones((), dtype)):
            y = again(x)
            assert (y.shape, y.dtype) == (x.shape, x.dtype)
            np.testing.assert_array_equal(y, x)

    def test_masks(self, again):
        x = ops.ones((2,))
        x._keras_mask = ops.convert_to_tensor([True, False])
        assert again(x)._keras_mask.tolist() == [True, False]

    def test_abstract_tensors_have_no_value_to_pickle(self):
        with pytest.raises(TypeError, match="run_eagerly=True"):
            engine.Function(lambda x: pickle.dumps(x))(ops.ones((2,)))

    def test_symbolic_tensors_are_placeholders(self, again):
        x = layers.Dense(3)(pronghorn.Input((2,)))
        y = again(x)
        assert (y.shape, y.dtype, y.name) == (x.shape, x.dtype, x.name)
        assert not hasattr(y, "_keras_history")


class TestVariables:
    def test_everything_about_them(self, again):
        v = engine.Variable([1.0, 2.0], trainable=False, name="v", autocast=False)
        v.regularizer, v.constraint = pronghorn.regularizers.L2(0.5), pronghorn.constraints.NonNeg()
        w = again(v)
        assert repr(w) == repr(v) and (w.trainable, w.autocast) == (False, False)
        assert w.regularizer.get_config() == v.regularizer.get_config()
        assert type(w.constraint) is pronghorn.constraints.NonNeg

    def test_a_value_of_their_own(self, again):
        v = engine.Variable([1.0, 2.0])
        w = again(v)
        w.assign([5.0, 6.0])
        v.assign_add([1.0, 1.0])
        assert v.tolist() == [2, 3] and w.tolist() == [5, 6]

    def test_one_variable_stays_one(self):
        v = engine.Variable(1.0)
        for way in ("pickle", "deepcopy"):
            a, b = WAYS[way]([v, v])
            assert a is b and a is not v

    def test_training_a_copy(self, again):
        v = again(engine.Variable([2.0]))
        with engine.GradientTape() as tape:
            y = ops.sum(v * v)
        assert tape.gradient(y, v).tolist() == [4]

    def test_made_by_a_lambda(self, again):
        v = engine.Variable(lambda shape, dtype=None: ops.ones(shape), shape=(2,))
        assert again(v).tolist() == [1, 1]

    @pytest.mark.parametrize("again", [WAYS["pickle"], WAYS["deepcopy"]])
    def test_seeds_go_on_from_where_they_were(self, again):
        seed = engine.SeedGenerator(3)
        pronghorn.random.uniform((2,), seed=seed)
        other = again(seed)
        draws = [pronghorn.random.uniform((2,), seed=s).tolist() for s in (seed, other)]
        assert draws[0] == draws[1]


class Own(layers.Layer):
    """No get_config, and arguments that no config could hold."""

    def __init__(self, units, helper):
        super().__init__()
        self.helper = helper
        self.parts = [layers.Dense(units), layers.Dense(1)]
        self.by_name = {"a": layers.Dense(2)}

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return self.helper(x) + ops.sum(self.by_name["a"](x), -1, keepdims=True)


LAYERS = {
    "Dense": lambda: layers.Dense(3, activation="relu", kernel_regularizer="l2"),
    "lambda activation": lambda: layers.Dense(3, activation=lambda x: ops.abs(x) + 1),
    "BatchNormalization": lambda: layers.BatchNormalization(),
    "Dropout": lambda: layers.Dropout(0.5, seed=2),
    "Own": lambda: Own(5, lambda x: x * 2),
    "model": lambda: pronghorn.Sequential([layers.Dense(2), layers.Dense(3)]),
}


class TestLayers:
    @pytest.mark.parametrize("name", LAYERS)
    def test_built(self, again, name):
        layer = LAYERS[name]()
        want = layer(X)
        layer(pronghorn.Input((4,)))
        copied = again(layer)
        assert copied.built and copied.name == layer.name
        assert same(copied.get_weights(), layer.get_weights())
        assert [w.path for w in copied.weights] == [w.path for w in layer.weights]
        np.testing.assert_array_equal(copied(X), want)
        assert not {id(w) for w in copied.weights} & {id(w) for w in layer.weights}

    @pytest.mark.parametrize("name", LAYERS)
    def test_unbuilt(self, again, name):
        copied = again(LAYERS[name]())
        assert copied.built == LAYERS[name]().built  # those without weights are from the start
        assert copied(X).shape[0] == 20 and copied.built

    def test_frozen(self, again):
        layer = layers.Dense(2)
        layer.trainable = False
        layer(X)
        assert again(layer).trainable_weights == []

    def test_the_model_around_stays_behind(self):
        x = pronghorn.Input((4,))
        large = layers.Dense(1000)
        small = layers.Dense(1)
        small(large(x))
        assert len(pickle.dumps(small)) < 50_000
        with pytest.raises(AttributeError, match="never been called"):
            copy.deepcopy(small).output  # noqa: B018

    def test_lists_go_on_tracking(self, again):
        class Growing(layers.Layer):
            def __init__(self):
                super().__init__()
                self.parts = [layers.Dense(1)]

        globals()["Growing"] = Growing
        Growing.__qualname__ = "Growing"
        copied = again(Growing())
        copied.parts.append(layers.Dense(2))
        assert len(copied._layers) == 2 and copied._layers[0] is copied.parts[0]

    def test_a_layer_that_knows_its_model(self, again):
        inner = layers.Dense(3)
        x = pronghorn.Input((4,))
        model = pronghorn.Model(x, inner(x))
        inner.__dict__["owner"] = model
        for start in (model, inner):
            copied = again(start)
            copied = copied.layers[1] if start is model else copied
            assert copied.owner.layers[1] is copied
            np.testing.assert_array_equal(copied.owner(X), model(X))


class Sub(pronghorn.Model):
    def __init__(self, units):
        super().__init__()
        self.parts = [layers.Dense(units), layers.Dense(3)]

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return ops.softmax(x)


class OfGraph(pronghorn.Model):
    def __init__(self, units):
        x = pronghorn.Input((4,))
        super().__init__(x, layers.Dense(3, activation="softmax")(layers.Dense(units)(x)))
        self.units = units


def functional():
    x = pronghorn.Input((4,), name="x")
    shared = layers.Dense(4, name="shared")
    inner = pronghorn.Sequential([pronghorn.Input((4,)), layers.Dense(4)], name="inner")
    h = shared(inner(shared(x))) * ops.shape(x)[0] / 10 + x[:, ::-1]
    return pronghorn.Model({"x": x}, layers.Dense(3, activation="softmax")(h))


MODELS = {
    "sequential": lambda: pronghorn.Sequential(
        [
            pronghorn.Input((4,)),
            layers.Dense(5, activation="relu"),
            layers.Dropout(0.2, seed=1),
            layers.BatchNormalization(),
            layers.Dense(3, activation="softmax"),
        ]
    ),
    "unbuilt": lambda: pronghorn.Sequential(
        [layers.Dense(5), layers.Dense(3, activation="softmax")]
    ),
    "functional": functional,
    "subclass": lambda: Sub(6),
    "subclass of a graph": lambda: OfGraph(6),
}


def own_metric(y_true, y_pred):
    return ops.mean(y_pred, axis=-1)


def trained(name):
    model = MODELS[name]()
    model.compile(
        optimizers.Adam(0.01),
        "sparse_categorical_crossentropy",
        metrics=["accuracy", own_metric, lambda y, p: ops.max(p, -1)],
    )
    model.fit(X, Y, verbose=0, epochs=2, shuffle=False)
    return model


class TestModels:
    @pytest.mark.parametrize("name", MODELS)
    def test_go_on_as_the_original_does(self, again, name):
        model = trained(name)
        before = model.get_weights()
        copied = again(model)
        assert type(copied) is type(model) and same(copied.get_weights(), before)
        assert same([copied.predict(X, verbose=0)], [model.predict(X, verbose=0)])
        assert copied.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
        assert copied.history.history == model.history.history
        history = copied.fit(X, Y, verbose=0, epochs=2, shuffle=False).history
        assert int(copied.optimizer.iterations) == 4
        assert same(model.get_weights(), before)
        assert model.fit(X, Y, verbose=0, epochs=2, shuffle=False).history == history
        assert same(copied.get_weights(), model.get_weights())

    @pytest.mark.parametrize("name", MODELS)
    def test_before_training(self, again, name):
        model = MODELS[name]()
        copied = again(model)
        assert [layer.name for layer in copied.layers] == [layer.name for layer in model.layers]
        if name != "functional":
            copied.set_weights(again(copied).get_weights())
        copied.compile("sgd", "sparse_categorical_crossentropy")
        copied.fit(X, Y, verbose=0)

    def test_graphs_can_be_built_upon(self, again):
        model = again(functional())
        longer = pronghorn.Model(model.inputs, layers.Dense(1)(model.get_layer("shared").output))
        assert longer(X).shape == (20, 1)
        assert again(functional()).get_config().keys() == functional().get_config().keys()
        assert model.get_layer("shared") is model.layers[1]
        assert len(model.get_layer("shared")._inbound_nodes) == 2

    def test_what_was_frozen_when_compiled(self, again):
        model = MODELS["sequential"]()
        model.layers[0].trainable = False
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(X, Y, verbose=0)
        frozen = model.layers[0].get_weights()
        copied = again(model)
        copied.fit(X, Y, verbose=0)
        assert same(copied.layers[0].get_weights(), frozen)
        assert not same(copied.layers[-1].get_weights(), model.layers[-1].get_weights())

    def test_a_training_that_was_written_stays(self, again):
        x = pronghorn.Input((4,))
        model = pronghorn.Model(x, layers.Dropout(0.5, seed=1)(x, training=True))
        assert (again(model).predict(X + 1, verbose=0) == 0).any()

    def test_stacks_can_grow(self, again):
        model = again(MODELS["sequential"]())
        model.add(layers.Dense(7))
        assert model.output_shape == (None, 7)
        model.pop()
        assert model.predict(X, verbose=0).shape == (20, 3)

    def test_a_deep_one(self, again):
        x = y = pronghorn.Input((4,))
        for _ in range(600):
            y = layers.Activation("relu")(y)
        copied = again(pronghorn.Model(x, y))
        np.testing.assert_array_equal(copied(X), X)

    def test_together_with_others(self, again):
        model = trained("functional")
        both = [model, model.layers[1], model.optimizer]
        if again is copy.copy:
            return
        copied, layer, optimizer = again(both)
        assert layer is copied.layers[1] and optimizer is copied.optimizer
        assert all(any(v is w for w in copied.weights) for v in optimizer._trainable_variables)

    def test_in_another_process(self, tmp_path):
        for name in ("sequential", "functional"):
            model = MODELS[name]()
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            model.fit(X, Y, verbose=0)
            (tmp_path / "model").write_bytes(pickle.dumps(model))
            np.save(tmp_path / "x.npy", X)
            code = (
                "import pickle, sys, numpy as np\n"
                "model = pickle.load(open(sys.argv[1] + '/model', 'rb'))\n"
                "x = np.load(sys.argv[1] + '/x.npy')\n"
                "np.save(sys.argv[1] + '/y.npy', model.predict(x, verbose=0))\n"
                "model.fit(x, np.zeros(20), verbose=0)\n"
            )
            done = subprocess.run(
                [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), model.predict(X, verbose=0))


OPTIMIZERS = {
    "SGD": lambda: optimizers.SGD(0.1, momentum=0.9),
    "RMSprop": lambda: optimizers.RMSprop(0.1),
    "schedule": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)),
    "average": lambda: optimizers.SGD(0.1, use_ema=True, ema_overwrite_frequency=2),
    "accumulate": lambda: optimizers.SGD(0.1, gradient_accumulation_steps=2),
    "Adafactor": lambda: optimizers.Adafactor(0.1),
    "Muon": lambda: optimizers.Muon(0.1),
    "multi": lambda: optimizers.MultiOptimizer(
        optimizers.OptimizerMap(optimizers.Adam(0.1), {"v": optimizers.SGD(1.0)})
    ),
    "scaled": lambda: optimizers.LossScaleOptimizer(optimizers.SGD(0.1)),
}


class TestOptimizers:
    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_alone_and_built(self, again, name):
        v, w = engine.Variable([1.0, 2.0], name="v"), engine.Variable([3.0], name="w")
        optimizer = OPTIMIZERS[name]()
        fresh = again(optimizer)
        grads = [ops.ones((2,)), ops.ones((1,))]
        for _ in range(3):
            optimizer.apply_gradients(zip(grads, [v, w]))
        copied = again(optimizer)
        assert same([u.numpy() for u in copied.variables], [u.numpy() for u in optimizer.variables])
        mine = copied._trainable_variables
        for _ in range(3):
            copied.apply(grads)
            optimizer.apply(grads, [v, w])
        assert same([u.numpy() for u in mine], [v.numpy(), w.numpy()])
        fresh.apply(grads, [v, w])
        assert int(fresh.iterations) in (0, 1)

    def test_what_has_no_decay(self, again):
        v, w = engine.Variable([1.0], name="v"), engine.Variable([1.0], name="w")
        optimizer = optimizers.SGD(0.0 + 1.0, weight_decay=0.5)
        optimizer.exclude_from_weight_decay([v])
        optimizer.build([v, w])
        copied = again(optimizer)
        copied.apply([ops.zeros((1,)), ops.zeros((1,))])
        assert [float(u[0]) for u in copied._trainable_variables] == [1.0, 0.5]


class TestMetricsAndLosses:
    def test_metrics_keep_their_state(self, again):
        for metric in (metrics.Mean(), metrics.AUC(), metrics.MeanAbsoluteError()):
            args = ([0.5],) if type(metric) is metrics.Mean else ([0.0, 1.0], [0.3, 0.6])
            metric.update_state(*args)
            copied = again(metric)
            assert float(copied.result()) == float(metric.result())
            copied.reset_state()
            copied.update_state(*args)
            assert float(copied.result()) == float(metric.result())

    def test_metrics_of_lambdas(self, again):
        metric = metrics.MeanMetricWrapper(lambda y, p: ops.abs(y - p) * 2)
        one = ops.ones((1,))
        metric.update_state(one, one * 3)
        copied = again(metric)
        copied.update_state(one, one * 4)
        assert float(copied.result()) == 5

    def test_losses(self, again):
        factor = 3.0
        own = losses.LossFunctionWrapper(lambda y, p: ops.mean(ops.abs(y - p)) * factor)
        for loss in (losses.Huber(2.0), losses.CategoricalCrossentropy(from_logits=True), own):
            y, p = np.array([[0.0, 1.0]]), np.array([[0.5, 3.0]])
            assert float(again(loss)(y, p)) == float(loss(y, p))
