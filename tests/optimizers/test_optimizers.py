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
# Keras rounds the constants of these, 0.96 and the default weight decay, to float32.
TOLERANCES = {"nadam": 1e-6, "nadam_accumulation": 1e-6, "muon": 1e-7, "muon_adam": 1e-7}


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
            rtol = TOLERANCES.get(name, 1e-9)
            np.testing.assert_allclose(array, VALUES[key], rtol=rtol, atol=1e-13, err_msg=key)
    assert cases.described(optimizer) == NAMES[name]["variables"]
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


Adam = ph.optimizers.Adam
RATES = {"Adadelta": 1.0, "Adagrad": 0.5, "Ftrl": 0.5, "SGD": 0.5, "Muon": 0.02}


@pytest.mark.parametrize("name", [cls.__name__ for cls in ph.optimizers.CLASSES])
def test_each_learns_the_digits(name):
    (x, y), _ = ph.datasets.digits.load_data()
    x = x.reshape(len(x), -1)[:512] / np.float32(x.max())
    ph.utils.set_random_seed(0)
    dense = ph.layers.Dense
    model = ph.Sequential([ph.Input((x.shape[1],)), dense(32, "relu"), dense(10, "softmax")])
    cls = getattr(ph.optimizers, name)
    rate = RATES.get(name, 0.01)
    if name == "MultiOptimizer":
        optimizer = cls(ph.optimizers.OptimizerMap(ph.optimizers.SGD(0.5), {".*bias": Adam()}))
    else:
        optimizer = cls(ph.optimizers.SGD(0.5)) if name == "LossScaleOptimizer" else cls(rate)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    loss = model.fit(x, y[:512], epochs=8, verbose=0).history["loss"]
    assert loss[-1] < 0.5 * loss[0], loss


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_each_schedule_in_a_fit_of_the_digits(name):
    (x, y), _ = ph.datasets.digits.load_data()
    x, y = x.reshape(len(x), -1)[:288] / np.float32(x.max()), y[:288]
    cls, arguments = cases.SCHEDULES[name]
    ph.utils.set_random_seed(0)
    model = ph.Sequential([ph.Input((x.shape[1],)), ph.layers.Dense(10, "softmax")])
    schedule = getattr(ph.optimizers.schedules, cls)(*arguments)
    model.compile(ph.optimizers.SGD(schedule), "sparse_categorical_crossentropy")
    before = model.evaluate(x, y, verbose=0)
    model.fit(x, y, verbose=0)  # nine steps
    assert model.evaluate(x, y, verbose=0) < before
    rate = float(model.optimizer.learning_rate)
    assert rate == pytest.approx(VALUES[f"schedule/{name}"][9], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", [cls.__name__ for cls in ph.optimizers.CLASSES])
def test_each_goes_by_its_name_and_config(name):
    if name == "MultiOptimizer":
        optimizer = ph.optimizers.MultiOptimizer(ph.optimizers.OptimizerMap(Adam(), {"a": Adam()}))
    elif name != "LossScaleOptimizer":
        for spelling in (name, name.lower(), name.upper()):
            assert type(ph.optimizers.get(spelling)).__name__ == name
        optimizer = ph.optimizers.get(name)
    else:
        optimizer = ph.optimizers.LossScaleOptimizer(ph.optimizers.Muon())
    config = ph.optimizers.serialize(optimizer)
    assert config["module"] == "keras.optimizers" and config["class_name"] == name
    assert ph.optimizers.deserialize(config).get_config() == optimizer.get_config()


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_each_schedule_goes_through_its_config(name):
    cls, arguments = cases.SCHEDULES[name]
    schedules = ph.optimizers.schedules
    schedule = getattr(schedules, cls)(*arguments)
    config = schedules.serialize(schedule)
    assert config["module"] == "keras.optimizers.schedules" and config["class_name"] == cls
    again = schedules.deserialize(config)
    assert type(again) is type(schedule) and again.get_config() == schedule.get_config()
    optimizer = ph.optimizers.Lion(schedule)
    config = ph.optimizers.serialize(optimizer)
    assert ph.optimizers.deserialize(config).get_config() == optimizer.get_config()
    weight = engine.Variable(np.ones(1, "float32"))
    step = engine.Function(lambda g: optimizer.apply([g], [weight]))
    optimizer.build([weight])
    for _ in range(3):
        step(np.ones(1, "float32"))
    expected = 1 - sum(float(schedule(k)) for k in range(3))
    assert weight.numpy()[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda o: o.AdamW(weight_decay=None), "weight_decay=None"),
        (lambda o: o.Ftrl(learning_rate_power=0.5), "learning_rate_power=0.5"),
        (lambda o: o.Ftrl(l1_regularization_strength=-1.0), "positive or zero.*-1.0"),
        (lambda o: o.Lion(beta_1=0.0), "beta_1=0.0"),
        (lambda o: o.schedules.PolynomialDecay(0.5, 0), "`decay_steps` must be > 0"),
        (lambda o: o.schedules.CosineDecayRestarts(0.5, -1), "`first_decay_steps` must be > 0"),
        (lambda o: o.schedules.PiecewiseConstantDecay([1], [0.5]), "length of boundaries"),
    ],
)
def test_wrong_arguments_of_others(make, message):
    with pytest.raises(ValueError, match=message):
        make(ph.optimizers)


def test_muon_makes_orthogonal_steps():
    for shape in ((8, 4), (4, 8)):
        weight = engine.Variable(np.zeros(shape, "float32"))
        options = {"weight_decay": None, "rms_rate": None, "ns_steps": 5}
        optimizer = ph.optimizers.Muon(1.0, **options)
        optimizer.apply([np.random.RandomState(0).randn(*shape).astype("float32")], [weight])
        sizes = np.linalg.svd(weight.numpy(), compute_uv=False)
        assert np.all((sizes > 0.6) & (sizes < 1.3))
