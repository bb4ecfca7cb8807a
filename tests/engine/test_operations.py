"""Operation, Function, StatelessScope and the calls without state, and what Keras has beside."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops


class Scaled(ph.Operation):
    def __init__(self, factor, name=None):
        super().__init__(name=name)
        self.factor = factor

    def call(self, x, shift=0.0):
        return x * self.factor + shift


def test_an_operation_computes_or_records():
    scaled = Scaled(3.0, name="thrice")
    np.testing.assert_array_equal(scaled(ops.ones((2,)), shift=1.0), [4, 4])
    x = ph.KerasTensor((None, 2))
    y = scaled(x, shift=2.0)
    assert y.shape == (None, 2) and y._keras_history.operation is scaled
    assert scaled.input is x and scaled.output is y
    model = ph.Model(inputs := ph.Input((2,)), scaled(inputs))
    np.testing.assert_array_equal(model.predict(np.ones((1, 2)), verbose=0), [[3, 3]])
    again = Scaled.from_config(scaled.get_config())
    assert scaled.get_config() == {"factor": 3.0, "name": "thrice"} and again.factor == 3.0
    assert isinstance(ph.layers.Dense(1), ph.Operation)


def test_operations_that_cannot_be_recorded():
    with pytest.raises(NotImplementedError, match="must override `get_config"):
        Scaled(np.ones(2)).get_config()
    with pytest.raises(Exception, match="Could not automatically infer"):
        Scaled("a")(ph.KerasTensor((2,)))
    with pytest.raises(ValueError, match="cannot contain character"):
        Scaled(1.0, name="a/b")


def test_a_function_is_a_graph_that_can_be_called():
    x, y = ph.KerasTensor((2, 3), name="x"), ph.KerasTensor((2, 3), name="y")
    f = ph.Function([x, y], {"sum": x + y, "product": x * y}, name="both")
    found = f([np.full((2, 3), 2.0), np.full((2, 3), 5.0)])
    assert float(found["sum"][0, 0]) == 7 and float(found["product"][0, 0]) == 10
    spec = f([ph.KerasTensor((2, 3)), ph.KerasTensor((2, 3))])
    assert spec["sum"].shape == (2, 3) and f.inputs == [x, y] and len(f.outputs) == 2
    assert type(f).__name__ == "Function"
    with pytest.raises(ValueError, match="incompatible inputs"):
        f([np.ones((2, 4)), np.ones((2, 3))])
    with pytest.raises(ValueError, match="not connected to `inputs`"):
        ph.Function(x, x + y)
    one = np.ones((2, 3))
    for given in (one, [one], (one, one), [one, [one]], {"x": one, "y": one}):
        with pytest.raises(ValueError, match="invalid input structure: 'both' takes 2 inputs"):
            f(given)
    named = ph.Function({"x": x, "y": y}, x - y)
    assert float(named({"y": one, "x": one * 3})[0, 0]) == 2
    with pytest.raises(ValueError, match="invalid input structure"):
        named({"x": one, "z": one})


def test_assignments_in_a_scope_reach_no_variable():
    a, b = ph.Variable(np.zeros(2)), ph.Variable(np.ones(2))
    with ph.StatelessScope([(a, ops.ones((2,)) * 3)]) as scope:
        b.assign(a * 2)
        b.assign_add(ops.ones((2,)))
        np.testing.assert_array_equal(b, [7, 7])
        np.testing.assert_array_equal(a.numpy(), [3, 3])
    np.testing.assert_array_equal(b, [1, 1])
    np.testing.assert_array_equal(a, [0, 0])
    np.testing.assert_array_equal(scope.get_current_value(b), [7, 7])
    c = ph.Variable(1.0)
    assert scope.get_current_value(c) is None


def test_a_scope_ends_with_an_error_too():
    v = ph.Variable(1.0)
    with pytest.raises(KeyError), ph.StatelessScope([(v, 4.0)]):
        raise KeyError
    assert float(v) == 1.0
    with pytest.raises(ValueError, match="all keys in argument `mapping` must be Variable"):
        ph.StatelessScope([("v", 1.0)])
    with pytest.raises(ValueError, match="must be tensors with a shape that matches"):
        ph.StatelessScope([(v, ops.ones((3,)))])


def network():
    layers = ph.layers
    model = ph.Sequential(
        [ph.Input((3,)), layers.Dense(4, "tanh"), layers.BatchNormalization(), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    return model


def test_a_call_without_state():
    model = network()
    x = np.random.RandomState(0).standard_normal((8, 3)).astype("float32")
    trainable = [v.value * 2 for v in model.trainable_variables]
    fixed = [v.value for v in model.non_trainable_variables]
    before = model.get_weights()
    outputs, state = model.stateless_call(trainable, fixed, x, training=True)
    for old, now in zip(before, model.get_weights()):
        np.testing.assert_array_equal(old, now)
    other = network()
    for v, value in zip(other.trainable_variables, trainable):
        v.assign(value)
    np.testing.assert_allclose(outputs, other(x, training=True), rtol=1e-6)
    for value, v in zip(state, other.non_trainable_variables):
        np.testing.assert_allclose(value, v, rtol=1e-6)
    with pytest.raises(ValueError, match="1:1 to Sequential.*trainable_variables"):
        model.stateless_call(trainable[1:], fixed, x)
    with pytest.raises(ValueError, match="must be built"):
        ph.layers.Dense(2).stateless_call([], [], x)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_training_step_without_state(compiled):
    """Gradients by the values given, an optimizer and a metric, as JAX's users write them."""
    model, metric = network(), ph.metrics.MeanSquaredError()
    optimizer = ph.optimizers.Adam(0.1)
    optimizer.build(model.trainable_variables)
    rng = np.random.RandomState(0)
    x, y = rng.standard_normal((2, 16, 3)).astype("float32")
    y = y[:, :1]

    def step(trainable, fixed, slots, counts, x, y):
        def loss_of(*values):
            outputs, state = model.stateless_call(list(values), fixed, x, training=True)
            return ops.mean((outputs - y) ** 2)

        gradients = ph.engine.grad(loss_of, tuple(range(len(trainable))))(*trainable)
        outputs, fixed = model.stateless_call(trainable, fixed, x, training=True)
        trainable, slots = optimizer.stateless_apply(slots, list(gradients), trainable)
        return trainable, fixed, slots, metric.stateless_update_state(counts, y, outputs)

    run = ph.engine.Function(step) if compiled else step
    state = [
        [v.value for v in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables,
                          optimizer.variables, metric.variables)
    ]  # fmt: skip
    losses = []
    for _ in range(20):
        reset = [ops.convert_to_tensor(v) for v in metric.stateless_reset_state()]
        state = list(run(*state[:3], reset, ops.convert_to_tensor(x), ops.convert_to_tensor(y)))
        losses.append(float(metric.stateless_result(state[3])))
    assert losses[-1] < 0.5 * losses[0]
    assert float(metric.result()) == 0 and int(optimizer.iterations) == 0


def test_trees_of_state():
    model = network()
    model.optimizer.build(model.trainable_variables)
    tree = model.get_state_tree("numpy_array")
    kernel = tree["trainable_variables"][model.name][model.layers[0].name]["kernel"]
    np.testing.assert_array_equal(kernel, model.layers[0].kernel)
    kernel[:] = 7
    model.set_state_tree(tree)
    assert (model.layers[0].kernel.numpy() == 7).all()
    assert f"{model.name}/{model.layers[0].name}/kernel" in model._get_variable_map()
    with pytest.raises(ValueError, match="Invalid `value_format`"):
        model.get_state_tree("list")
    with pytest.raises(ValueError, match="Unknown kind"):
        model.set_state_tree({"weights": {}})


def test_what_is_accepted():
    with ph.device("cpu:0"), ph.device("/GPU:0"), ph.SymbolicScope():
        assert float(ops.sum(ops.ones((3,)))) == 3
    with pytest.raises(ValueError, match="kind and number"):
        ph.device("gpu:first")
    with ph.RematScope(mode="full"):
        layer = ph.layers.Dense(2)
    assert layer(np.ones((1, 2))).shape == (1, 2)
    assert float(ph.remat(lambda x, by=1: x * by)(2.0, by=4)) == 8
    with pytest.raises(ValueError, match="Invalid mode"):
        ph.RematScope("some")
    assert ph.version() == ph.__version__
