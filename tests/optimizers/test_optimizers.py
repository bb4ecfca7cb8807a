"""Every optimizer against Keras's float64 values: weights, slots, names, configs; then errors."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from optimizers import cases
from pronghorn import engine
from pronghorn.legacy import telling

HERE = os.path.dirname(__file__)
VALUES = np.load(os.path.join(HERE, "keras_values.npz"))
with open(os.path.join(HERE, "keras_names.json")) as _f:
    NAMES = json.load(_f)
tensor = engine.convert_to_tensor


@pytest.fixture
def float64():
    engine.config.set_floatx("float64")
    yield
    engine.config.set_floatx("float32")


@pytest.mark.parametrize("name", cases.CASES)
def test_updates_are_keras(name, float64):
    optimizer, after, final = cases.run(ph, engine.Variable, tensor, name)
    state = [v.numpy() for v in optimizer.variables]
    for kind, arrays in (("after", after), ("final", final), ("state", state)):
        for i, array in enumerate(arrays):
            key = f"{name}/{kind}{i}"
            np.testing.assert_allclose(array, VALUES[key], rtol=1e-9, atol=1e-13, err_msg=key)
    paths = [[v.path, v.dtype, list(v.shape)] for v in optimizer.variables]
    assert paths == NAMES[name]["variables"]
    assert optimizer.get_config() == NAMES[name]["config"]


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_schedules_are_keras(name):
    np.testing.assert_allclose(cases.rates(ph, name), VALUES[f"schedule/{name}"], rtol=1e-6)


def test_traced_steps_equal_eager_steps():
    def weights_after(compiled):
        optimizer = ph.optimizers.Adam(0.1, amsgrad=True, clipnorm=0.5)
        weight = engine.Variable(np.ones((3,), "float32"))
        optimizer.build([weight])
        step = lambda g: optimizer.apply([g], [weight])
        step = engine.Function(step) if compiled else step
        for k in range(5):
            step(tensor(np.arange(3, dtype="float32") - k))
        return weight.numpy()

    np.testing.assert_allclose(weights_after(True), weights_after(False), rtol=1e-6)


def weights_after(optimizer, steps=4, change=lambda optimizer, step: None):
    weights = [engine.Variable(np.linspace(-1, 1, n)) for n in (3, 5)]
    optimizer.build(weights)
    for step in range(steps):
        change(optimizer, step)
        optimizer.apply([tensor(np.cos(np.arange(n) + step)) for n in (3, 5)], weights)
    return [w.numpy() for w in weights]


@pytest.mark.parametrize("name", cases.CASES)
def test_compiled_apply_equals_op_by_op(name, float64):
    compiled, plain = cases.make(ph, name), cases.make(ph, name)
    plain._is_ours = False  # a class of the user's is not compiled
    for a, b in zip(weights_after(compiled), weights_after(plain)):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
    for a, b in zip(compiled.variables, plain.variables):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, atol=1e-15)
    assert len(compiled._compiled.programs) == 1 and plain._compiled is None


def test_loss_scale_skips_and_adapts():
    optimizer = ph.optimizers.LossScaleOptimizer(
        ph.optimizers.SGD(0.5, loss_scale_factor=100.0), 400.0, dynamic_growth_steps=2
    )
    assert float(optimizer.scale_loss(1.0)) == 400.0
    weights = [engine.Variable(np.ones(2, "float32")), engine.Variable(np.ones(1, "float32"))]
    good = lambda: [np.full(n, optimizer.dynamic_scale.numpy(), "float32") for n in (2, 1)]
    optimizer.build(weights)
    scales, counts = [], []
    for bad in (None, np.nan, np.inf, None, None, None, None, -np.inf, None):
        grads = good()
        if bad is not None:
            grads[1][0] = bad
        optimizer.apply(grads, weights)
        scales.append(float(optimizer.scale_loss(1.0)))
        counts.append(int(optimizer.iterations))
    assert scales == [400, 200, 100, 100, 200, 200, 400, 200, 200]
    assert counts == [1, 1, 1, 2, 3, 4, 5, 5, 6]
    assert [w.numpy().tolist() for w in weights] == [[-2.0, -2.0], [-2.0]]
    assert len(optimizer._compiled.programs) == 1
    optimizer.inner_optimizer.momentum = 0.0  # what the inner one does is traced anew
    optimizer.apply(good(), weights)
    optimizer.learning_rate = 0.25
    optimizer.apply(good(), weights)
    assert weights[1].numpy() == -2.75 and float(optimizer.lr) == 0.25


def test_loss_scale_of_a_class_of_ones_own():
    class Own(ph.optimizers.SGD):
        def apply(self, grads, trainable_variables=None):
            super().apply([2 * g for g in grads], trainable_variables)

    optimizer = ph.optimizers.LossScaleOptimizer(Own(0.5), 8.0)
    weight = engine.Variable(np.ones(1, "float32"))
    optimizer.apply([np.full(1, 8.0, "float32")], [weight])
    optimizer.apply([np.full(1, np.nan, "float32")], [weight])
    assert weight.numpy() == 0.0 and optimizer.iterations.numpy() == 1


def test_loss_scale_arguments_and_config():
    sgd, wrap = ph.optimizers.SGD, ph.optimizers.LossScaleOptimizer
    wrap(sgd(), dynamic=True, ema_momentum=0.99)
    for options, message in (
        ({"dynamic": False}, "`loss_scale_factor`"),
        ({"foo": 1, "bar": 2}, "arguments: `foo`, `bar`"),
        ({"clipnorm": 0.5}, "`clipnorm` on the `inner_optimizer`"),
        ({"ema_momentum": 0.5}, "on the `inner_optimizer`"),
    ):
        with pytest.raises(ValueError, match=message):
            wrap(sgd(), **options)
    with pytest.raises(ValueError, match="must be an Optimizer.*'sgd'"):
        wrap("sgd")
    optimizer = wrap(sgd(0.5, momentum=0.25), 3.0, 2)
    again = ph.optimizers.deserialize(ph.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()


def test_weights_that_take_their_gradients():
    for options, expected in (({}, 3.0), ({"gradient_accumulation_steps": 2}, 5.0)):
        weight, plain = (engine.Variable(np.ones(1, "float32")) for _ in range(2))
        weight.overwrite_with_gradient = True
        optimizer = ph.optimizers.Adam(use_ema=not options, **options)
        for value in (5.0, 3.0):
            optimizer.apply([np.full(1, value, "float32")] * 2, [weight, plain])
        assert weight.numpy() == expected and 0.99 < plain.numpy() < 1.0


class Interrupted(BaseException):
    pass


@pytest.mark.parametrize("at", range(6))
def test_an_interrupted_build_leaves_nothing_behind(at, monkeypatch):
    weights = [engine.Variable(np.ones(1, "float32")) for _ in range(2)]
    optimizer = ph.optimizers.Adam(amsgrad=True)
    made, add = [], type(optimizer).add_variable

    def interrupted(self, *args, **kwargs):
        made.append(1)
        if len(made) > at:
            raise Interrupted
        return add(self, *args, **kwargs)

    monkeypatch.setattr(type(optimizer), "add_variable", interrupted)
    with pytest.raises(Interrupted):
        optimizer.apply([np.ones(1, "float32")] * 2, weights)
    monkeypatch.undo()
    assert not optimizer.built and len(optimizer.variables) == 2
    optimizer.apply([np.ones(1, "float32")] * 2, weights)
    assert optimizer.built and len(optimizer.variables) == 2 + 3 * 2
    assert weights[0].numpy() == pytest.approx(1 - 1e-3)


def test_builds_in_several_threads_are_one():
    import threading

    optimizer, inside, go = ph.optimizers.Adam(), threading.Event(), threading.Event()
    weights = [engine.Variable(np.ones(1, "float32"))]
    add = optimizer.add_variable

    def slow(*args, **kwargs):
        inside.set()
        assert go.wait(10)
        return add(*args, **kwargs)

    optimizer.__dict__["add_variable"] = slow
    step = lambda: optimizer.apply([np.ones(1, "float32")], weights)
    first, second = threading.Thread(target=step), threading.Thread(target=step)
    first.start()
    assert inside.wait(10) and not optimizer.built
    second.start()
    go.set()
    first.join(10)
    second.join(10)
    assert len(optimizer.variables) == 4 and int(optimizer.iterations) == 2


def test_set_weights_checks_all_before_it_sets_one():
    optimizer = ph.optimizers.SGD(momentum=0.5)
    optimizer.build([engine.Variable(np.ones(2, "float32"))])
    with pytest.raises(ValueError, match="not compatible"):
        optimizer.set_weights([np.array(7), np.array(0.5), np.zeros(3)])
    assert int(optimizer.iterations) == 0


def test_base_class_has_no_update():
    optimizer, weight = ph.optimizers.Optimizer(0.1), engine.Variable(np.ones(3, "float32"))
    with pytest.raises(NotImplementedError, match="Optimizer must implement `update_step"):
        optimizer.apply([np.ones(3, "float32")], [weight])
    np.testing.assert_array_equal(weight.numpy(), 1)


def test_compiled_apply_sees_what_changes(float64):
    def change(optimizer, step):
        optimizer.learning_rate = 0.5 / (step + 1)
        if step == 2:
            optimizer.beta_1 = 0.5

    other = type("Adam", (ph.optimizers.Adam,), {})
    expected = weights_after(other(), change=change)
    for a, b in zip(weights_after(ph.optimizers.Adam(), change=change), expected):
        np.testing.assert_allclose(a, b, rtol=1e-12)

    slower = lambda optimizer, step: setattr(optimizer, "learning_rate", 0.5 / (step + 1))
    optimizer = ph.optimizers.Adam()
    weights_after(optimizer, change=slower)
    assert len(optimizer._compiled.programs) == 1

    rates = iter([0.5, 0.25, 0.125, 0.0])  # a function is called in every step
    optimizer = ph.optimizers.SGD(lambda: next(rates))
    weights_after(optimizer)
    assert next(rates, None) is None and len(optimizer._compiled.programs) == 1


def test_compiled_apply_of_some_weights():
    weights = [engine.Variable(np.ones((1,), "float32"), name=n) for n in "abc"]
    optimizer = ph.optimizers.SGD(1.0)
    optimizer.build(weights)
    one, two = (tensor(np.full((1,), k, "float32")) for k in (1, 2))
    optimizer.apply([one, two], [weights[2], weights[0]])
    optimizer.apply([one, two], [weights[0], weights[2]])
    assert [w.numpy()[0] for w in weights] == [-2.0, 1.0, -2.0]
    before = weights[1].value
    optimizer.apply([np.ones((1,), "float32")], [weights[1]])
    assert (before.numpy()[0], weights[1].numpy()[0]) == (1.0, 0.0)
    with pytest.raises(ValueError, match="cannot assign a value of shape"):
        optimizer.apply([tensor(np.ones((2,), "float32"))], [weights[1]])
    assert int(optimizer.iterations) == 3


def test_config_round_trip():
    for optimizer in (
        ph.optimizers.SGD(0.5, momentum=0.5, nesterov=True, clipvalue=1.0),
        ph.optimizers.RMSprop(ph.optimizers.schedules.ExponentialDecay(0.5, 10, 0.5)),
        ph.optimizers.Adam(weight_decay=0.5, use_ema=True, ema_overwrite_frequency=4),
    ):
        again = ph.optimizers.deserialize(ph.optimizers.serialize(optimizer))
        assert type(again) is type(optimizer)
        assert again.get_config() == optimizer.get_config()


@pytest.mark.parametrize("name", ["adam", "Adam", "ADAM", "rmsprop", "RMSprop", "sgd", "SGD"])
def test_names_in_any_case(name):
    assert type(ph.optimizers.get(name)).__name__.lower() == name.lower()


def test_unknown_name_lists_near_ones():
    with pytest.raises(ValueError, match="optimizer identifier: 'adamm'.*Did you mean.*adam"):
        ph.optimizers.get("adamm")
    with pytest.raises(ValueError, match="optimizer identifier"):
        ph.optimizers.get(len)


def test_learning_rate_can_be_set():
    optimizer = ph.optimizers.SGD(0.5)
    optimizer.learning_rate = 0.25
    assert float(optimizer.learning_rate) == 0.25
    optimizer.learning_rate = ph.optimizers.schedules.ExponentialDecay(0.125, 1, 0.5)
    assert float(optimizer.learning_rate) == 0.125
    assert len(optimizer.variables) == 1
    with pytest.raises(TypeError, match="not settable"):
        optimizer.learning_rate = 0.5


def test_learning_rate_function():
    optimizer = ph.optimizers.SGD(lambda: 0.5)
    weight = engine.Variable(np.ones((2,), "float32"))
    optimizer.apply([tensor(np.ones((2,), "float32"))], [weight])
    assert weight.numpy().tolist() == [0.5, 0.5]


def test_older_spellings():
    telling.forget()
    with pytest.warns(DeprecationWarning, match="`lr`.*`learning_rate`"):
        optimizer = ph.optimizers.SGD(lr=0.5, decay=1.0)
    assert float(optimizer.lr) == 0.5
    weight = engine.Variable(np.zeros((1,), "float32"))
    for _ in range(2):
        optimizer.apply_gradients([(tensor(np.ones((1,), "float32")), weight)])
    # 0.5 / (1 + 0) + 0.5 / (1 + 1)
    assert weight.numpy()[0] == pytest.approx(-0.75)


def test_missing_gradients():
    weights = [engine.Variable(np.ones((1,), "float32"), name=n) for n in "ab"]
    one = tensor(np.ones((1,), "float32"))
    with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['b'\]"):
        ph.optimizers.SGD(1.0).apply([one, None], weights)
    assert [w.numpy()[0] for w in weights] == [0.0, 1.0]
    with pytest.raises(ValueError, match="No gradients provided for any variable"):
        ph.optimizers.SGD().apply([None, None], weights)


def test_wrong_variables():
    a, b = (engine.Variable(np.ones((1,), "float32")) for _ in range(2))
    one = tensor(np.ones((1,), "float32"))
    optimizer = ph.optimizers.SGD()
    with pytest.raises(ValueError, match="must already be built"):
        optimizer.apply([one])
    optimizer.build([a])
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply([one], [b])
    with pytest.raises(ValueError, match="2 gradients for 1 variables"):
        optimizer.apply([one, one], [a])
    with pytest.raises(ValueError, match="has shape .* not compatible"):
        optimizer.set_weights([np.zeros((2,)), np.zeros(())])


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"momentum": 2.0}, "between"),
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "Only one of"),
        ({"learning_rate": "fast"}, "learning_rate=fast"),
        ({"rate": 1.0}, "not recognized.*rate"),
        ({"use_ema": True, "ema_momentum": 2.0}, "ema_momentum=2.0"),
        ({"gradient_accumulation_steps": 1}, "gradient_accumulation_steps=1"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        ph.optimizers.SGD(**arguments)


def test_excluded_from_weight_decay():
    kernel = engine.Variable(np.ones((1,), "float32"), name="kernel")
    bias = engine.Variable(np.ones((1,), "float32"), name="bias")
    optimizer = ph.optimizers.SGD(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    zero = tensor(np.zeros((1,), "float32"))
    optimizer.apply([zero, zero], [kernel, bias])
    assert (kernel.numpy()[0], bias.numpy()[0]) == (0.75, 1.0)
    with pytest.raises(ValueError, match="before the optimizer is built"):
        optimizer.exclude_from_weight_decay(var_list=[kernel])


def test_constraints_hold_after_a_step():
    weight = engine.Variable(np.ones((2,), "float32"))
    weight.constraint = lambda w: ph.ops.maximum(w, 0.0)
    ph.optimizers.SGD(1.0).apply([tensor(np.array([5.0, 0.5], "float32"))], [weight])
    assert weight.numpy().tolist() == [0.0, 0.5]


def test_signatures_name_every_argument():
    import inspect

    names = list(inspect.signature(ph.optimizers.SGD).parameters)
    assert names[:4] == ["learning_rate", "momentum", "nesterov", "weight_decay"]
    assert names[-2:] == ["name", "kwargs"]
    assert ph.optimizers.SGD(0.5, 0.0, False, 0.25).weight_decay == 0.25
