"""What belongs to whom: graphs keep their own lists and dicts, callers get arrays of their own."""

import copy

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, ops


def numbers(*values):
    return [np.full((1, 2), v, "float32") for v in values]


class TestGraphs:
    def test_a_list_that_is_reversed_later(self):
        a, b = pronghorn.Input((2,)), pronghorn.Input((2,))
        ins = [a, b]
        y = layers.Subtract()(ins)
        ins.reverse()
        assert pronghorn.Model([a, b], y)(numbers(5, 1)).tolist() == [[4, 4]]

    def test_the_idiom_of_densenet(self):
        x = pronghorn.Input((2,))
        hs = [x]
        for _ in range(3):
            h = layers.Concatenate()(hs) if len(hs) > 1 else x
            hs.append(layers.Dense(1, kernel_initializer="ones", use_bias=False)(h))
        model = pronghorn.Model(x, layers.Concatenate()(hs))
        assert model(numbers(1)[0]).tolist() == [[1, 1, 2, 4, 8]]

    def test_dicts_and_nests_in_calls(self):
        class Mix(layers.Layer):
            def call(self, inputs, scale=None):
                return inputs["a"] * scale["by"][0] + inputs["b"][0]

        a, b = pronghorn.Input((2,)), pronghorn.Input((2,))
        inputs, scale = {"a": a, "b": [b]}, {"by": [10.0]}
        y = Mix()(inputs, scale=scale)
        inputs["a"], scale["by"][0] = b, 0.0
        inputs["b"].clear()
        assert pronghorn.Model([a, b], y)(numbers(2, 3)).tolist() == [[23, 23]]

    def test_inputs_and_outputs_of_models(self):
        a, b = pronghorn.Input((2,), name="a"), pronghorn.Input((2,), name="b")
        ins, outs = {"a": a, "b": b}, [a + b, a - b]
        model = pronghorn.Model(ins, outs)
        ins.pop("b")
        outs.reverse()
        got = model({"a": numbers(5)[0], "b": numbers(1)[0]})
        assert [y.tolist() for y in got] == [[[6, 6]], [[4, 4]]]

    def test_a_stack_of_layers(self):
        stack = [pronghorn.Input((2,)), layers.Dense(1)]
        model = pronghorn.Sequential(stack)
        stack.append(layers.Dense(7))
        assert model.output_shape == (None, 1)

    def test_ops_of_lists(self):
        a, b = pronghorn.Input((2,)), pronghorn.Input((2,))
        parts, shape = [a, b], [-1, 4]
        y = ops.reshape(ops.concatenate(parts, axis=1), shape)
        parts.reverse()
        shape[1] = 2
        assert pronghorn.Model([a, b], y)(numbers(1, 2)).tolist() == [[1, 1, 2, 2]]

    def test_a_slice_of_a_list_of_recorded_functions(self):
        @engine.custom_gradient
        def total(xs):
            return xs * 1.0, lambda g: g

        x = pronghorn.Input((2,))
        model = pronghorn.Model(x, total(x))
        assert model(numbers(3)[0]).tolist() == [[3, 3]]


MADE = {
    "Reshape": {"target_shape": [2, 3]},
    "Conv2D": {"filters": 2, "kernel_size": [3, 3], "strides": [1, 1]},
    "MaxPooling2D": {"pool_size": [2, 2]},
    "Dropout": {"rate": 0.5, "noise_shape": [None, 1]},
    "Softmax": {"axis": [1, 2]},
    "InputLayer": {"shape": [2, 3]},
}


class TestConfigs:
    @pytest.mark.parametrize("name", MADE)
    def test_of_layers(self, name):
        cls, given = getattr(layers, name), copy.deepcopy(MADE[name])
        layer = cls(**given)
        before = copy.deepcopy(layer.get_config())
        for value in given.values():
            if isinstance(value, list):
                value.clear()
        assert layer.get_config() == before
        for value in layer.get_config().values():
            if isinstance(value, (list, dict)):
                value.clear()
        assert layer.get_config() == before
        assert repr(cls.from_config(layer.get_config()).get_config()) == repr(before)

    def test_from_config_leaves_the_config_alone(self):
        x = pronghorn.Input((4,))
        model = pronghorn.Model(x, layers.Dense(2, kernel_regularizer="l2")(x))
        for thing in (model, model.layers[1], pronghorn.Sequential([x, layers.Dense(2)])):
            config = thing.get_config()
            before = copy.deepcopy(config)
            type(thing).from_config(config)
            assert config == before

    def test_what_compile_was_given(self):
        model = pronghorn.Sequential([pronghorn.Input((2,)), layers.Dense(1)])
        metrics, loss = ["mae"], ["mse"]
        model.compile("sgd", loss, metrics=metrics)
        metrics.append("mse")
        loss[0] = "mae"
        assert list(
            model.evaluate(numbers(1)[0], np.ones((1, 1)), verbose=0, return_dict=True)
        ) == [
            "loss",
            "mae",
        ]
        assert model.get_compile_config()["loss"] == ["mse"]


class TestArrays:
    @pytest.fixture
    def model(self):
        model = pronghorn.Sequential([pronghorn.Input((3,)), layers.Dense(2, name="d")])
        model.compile("adam", "mse")
        model.fit(np.ones((5, 3)), np.ones((5, 2)), verbose=0)
        return model

    def batches(self):
        for _ in range(2):
            yield (np.ones((5, 3), "float32"),)

    @pytest.mark.parametrize("eager", [False, True])
    def test_predictions(self, model, eager):
        model.run_eagerly = eager
        x = np.ones((5, 3), "float32")
        for y in (
            model.predict(x, verbose=0),
            model.predict(x, verbose=0, batch_size=2),
            model.predict(self.batches(), steps=2, verbose=0),
            model.predict_on_batch(x),
        ):
            y += 1

    def test_weights(self, model):
        before = model.get_weights()
        for values in (model.get_weights(), model.get_layer("d").get_weights()):
            for array in values:
                array += 1
        for variable in (*model.weights, *model.optimizer.variables):
            for array in (variable.numpy(), ops.convert_to_numpy(variable)):
                array += 1
        assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))

    def test_convert_to_numpy(self):
        source = np.ones(3)
        for x in (ops.ones(3), source, [1.0, 2.0], 3.0, ops.ones(3, "bfloat16")):
            array = ops.convert_to_numpy(x)
            array += 1
        assert source.tolist() == [1, 1, 1]

    @pytest.mark.cpu
    def test_arrays_of_a_tensor(self):
        x = ops.ones(3)
        view = np.asarray(x)
        assert not view.flags.writeable and np.shares_memory(view, np.asarray(x))
        assert np.array(x).flags.writeable
        own = x.numpy()
        own /= 4
        assert own.tolist() == [0.25] * 3 and x.tolist() == [1, 1, 1]
        assert (
            type(ops.sum(x).numpy()) is np.float32
            and type(engine.Variable(3, dtype="int32").numpy()) is np.int32
        )
