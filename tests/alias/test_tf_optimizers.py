"""Optimizers in the form of tf.keras 2, as books have them: hypers, slots, _resource_apply_*."""

import copy
import pickle

import numpy as np
import pronghorn as keras
import pytest
from pronghorn.alias import modules

tf = modules.load("tensorflow")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
X = np.random.RandomState(0).randn(24, 3).astype("float32")
Y = np.random.RandomState(1).randn(24, 1).astype("float32")


class Momentum(tf.keras.optimizers.Optimizer):
    """The form of Géron's MyMomentumOptimizer."""

    traces = 0

    def __init__(self, learning_rate=0.001, momentum=0.9, name="Momentum", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("momentum", momentum)

    def _create_slots(self, var_list):
        for var in var_list:
            self.add_slot(var, "momentum")

    @tf.function
    def _resource_apply_dense(self, grad, var):
        Momentum.traces += 1
        var_dtype = var.dtype.base_dtype
        lr_t = self._decayed_lr(var_dtype)
        momentum_var = self.get_slot(var, "momentum")
        momentum_hyper = self._get_hyper("momentum", var_dtype)
        momentum_var.assign(momentum_var * momentum_hyper - lr_t * grad)
        var.assign_add(momentum_var)

    def _resource_apply_sparse(self, grad, var):
        raise NotImplementedError

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._serialize_hyperparameter("decay"),
            "momentum": self._serialize_hyperparameter("momentum"),
        }


class Adam(tf.keras.optimizers.Optimizer):
    """The form of RAdam, AdaBelief and the like: coefficients of a step, sparse gradients."""

    _HAS_AGGREGATE_GRAD = True

    def __init__(self, learning_rate=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-7, name="A", **kw):
        super().__init__(name, **kw)
        self._set_hyper("learning_rate", kw.get("lr", learning_rate))
        self._set_hyper("beta_1", beta_1)
        self._set_hyper("beta_2", beta_2)
        self.epsilon = epsilon or tf.keras.backend.epsilon()

    def _create_slots(self, var_list):
        for name in ("m", "v"):
            for var in var_list:
                self.add_slot(var, name)

    def _prepare_local(self, var_device, var_dtype, apply_state):
        super()._prepare_local(var_device, var_dtype, apply_state)
        step = tf.cast(self.iterations + 1, var_dtype)
        beta_1 = tf.identity(self._get_hyper("beta_1", var_dtype))
        beta_2 = tf.identity(self._get_hyper("beta_2", var_dtype))
        lr = apply_state[(var_device, var_dtype)]["lr_t"]
        lr = lr * tf.sqrt(1 - tf.pow(beta_2, step)) / (1 - tf.pow(beta_1, step))
        apply_state[(var_device, var_dtype)].update(
            {"lr": lr, "beta_1": beta_1, "beta_2": beta_2, "epsilon": self.epsilon}
        )

    def _resource_apply_dense(self, grad, var, apply_state=None):
        var_device, var_dtype = var.device, var.dtype.base_dtype
        c = (apply_state or {}).get((var_device, var_dtype)) or self._fallback_apply_state(
            var_device, var_dtype
        )
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_t = m.assign(c["beta_1"] * m + (1 - c["beta_1"]) * grad, use_locking=self._use_locking)
        v_t = v.assign(c["beta_2"] * v + (1 - c["beta_2"]) * grad * grad, use_locking=True)
        # TensorFlow's epsilon is added before the correction of v
        var_t = var.assign_sub(c["lr"] * m_t / (tf.sqrt(v_t) + c["epsilon"]), use_locking=True)
        return tf.group(*[var_t, m_t, v_t])

    def _resource_apply_sparse(self, grad, var, indices, apply_state=None):
        c = apply_state[(var.device, var.dtype.base_dtype)]
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_t = m.assign(m * c["beta_1"])
        with tf.control_dependencies([m_t]):
            m_t = self._resource_scatter_add(m, indices, grad * (1 - c["beta_1"]))
        v_t = v.assign(v * c["beta_2"])
        with tf.control_dependencies([v_t]):
            v_t = self._resource_scatter_add(v, indices, grad * grad * (1 - c["beta_2"]))
        var_t = var.assign_sub(c["lr"] * m_t / (tf.sqrt(v_t) + c["epsilon"]))
        return tf.group(*[var_t, m_t, v_t])

    def get_config(self):
        config = super().get_config()
        names = ("learning_rate", "beta_1", "beta_2")
        config.update({name: self._serialize_hyperparameter(name) for name in names})
        config["epsilon"] = self.epsilon
        return config


class DecayMixin:
    """The form of the add-ons' DecoupledWeightDecayExtension."""

    def __init__(self, weight_decay, **kwargs):
        super().__init__(**kwargs)
        self._set_hyper("weight_decay", weight_decay)

    def get_config(self):
        config = super().get_config()
        config["weight_decay"] = self._serialize_hyperparameter("weight_decay")
        return config

    def _prepare_local(self, var_device, var_dtype, apply_state):
        super()._prepare_local(var_device, var_dtype, apply_state)
        decay = tf.identity(self._get_hyper("weight_decay", var_dtype))
        apply_state[(var_device, var_dtype)]["wd_t"] = decay

    def _resource_apply_dense(self, grad, var, apply_state=None):
        c = apply_state[(var.device, var.dtype.base_dtype)]
        with tf.control_dependencies([var.assign_sub(c["wd_t"] * var, self._use_locking)]):
            return super()._resource_apply_dense(grad, var, apply_state=apply_state)


class DecayedSGD(DecayMixin, tf.keras.optimizers.SGD):
    pass


class Warm(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1 / (1.0 + tf.cast(step, tf.float32))

    def get_config(self):
        return {}


def model_of(optimizer, **kwargs):
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(optimizer, "mse", **kwargs)
    return model


def trained(optimizer, epochs=3, **kwargs):
    model = model_of(optimizer, **kwargs)
    model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
    return model


def assert_same(model, other, rtol=2e-6):
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-7)


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize("rate", [0.05, Warm()])
def test_momentum_is_that_of_sgd_step_by_step(rate, run_eagerly):
    mine, its = [
        model_of(optimizer, run_eagerly=run_eagerly)
        for optimizer in (Momentum(rate), tf.keras.optimizers.SGD(rate, momentum=0.9))
    ]
    for at in range(0, 24, 4):
        batch = X[at : at + 4], Y[at : at + 4]
        assert mine.train_on_batch(*batch) == pytest.approx(its.train_on_batch(*batch), rel=1e-6)
        assert_same(mine, its)
    assert int(mine.optimizer.iterations) == 6


def test_fit_traces_once_a_shape_and_hypers_reach_the_next_step():
    Momentum.traces = 0
    mine = trained(Momentum(0.05))
    its = trained(tf.keras.optimizers.SGD(0.05, momentum=0.9), run_eagerly=True)
    assert Momentum.traces == 4  # a weight each
    assert_same(mine, its)
    mine.optimizer.learning_rate = 0.01
    mine.optimizer.lr.assign(0.02)
    its.optimizer.learning_rate = 0.02
    mine.optimizer.momentum = its.optimizer.momentum = 0.5
    for model in (mine, its):
        model.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    assert Momentum.traces == 4
    assert_same(mine, its)
    assert float(mine.optimizer.momentum) == 0.5


def test_decay_and_clipping():
    arguments = {"decay": 0.1, "clipnorm": 0.5}
    mine = trained(Momentum(0.05, **arguments))
    assert_same(mine, trained(tf.keras.optimizers.SGD(0.05, 0.9, **arguments)))
    again = Momentum.from_config(mine.optimizer.get_config())
    assert again.get_config() == mine.optimizer.get_config()
    with pytest.raises(ValueError, match="clipnorm >= 0"):
        Momentum(clipnorm=-1.0)


@pytest.mark.parametrize("suffix", ["h5", "keras"])
def test_saved_and_loaded_it_goes_on(tmp_path, suffix):
    path = tmp_path / f"model.{suffix}"
    mine = trained(Momentum(0.05, momentum=0.8))
    mine.save(path)
    again = keras.models.load_model(path, custom_objects={"Momentum": Momentum})
    assert type(again.optimizer) is Momentum and int(again.optimizer.iterations) == 9
    assert float(again.optimizer.momentum) == pytest.approx(0.8)
    for model in (mine, again):
        model.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    assert_same(mine, again, rtol=1e-7)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_go_on(copied):
    mine = trained(Momentum(0.05))
    again = copied(mine)
    for model in (mine, again):
        model.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    assert_same(mine, again, rtol=1e-7)


def test_a_schedule_in_a_config():
    optimizer = Momentum(tf.keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
    again = Momentum.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
    assert float(again._decayed_lr(tf.float32)) == pytest.approx(0.1)
    again.learning_rate = 0.5
    assert float(again.learning_rate) == 0.5
    again.learning_rate = Warm()
    assert isinstance(again._get_hyper("learning_rate"), Warm)


def adam(steps, epsilon=1e-7):
    """Adam of a quadratic's gradients in float64, by its paper with TensorFlow's epsilon."""
    w, m, v = np.array([1.0, -2.0, 3.0]), 0.0, 0.0
    for t in range(1, steps + 1):
        g = 2 * w
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        rate = 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        w = w - rate * m / (np.sqrt(v) + epsilon)
    return w


@pytest.mark.parametrize("compiled", [False, True])
def test_custom_loops_with_coefficients(compiled):
    w, optimizer = tf.Variable([1.0, -2.0, 3.0]), Adam()

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(w * w)
        optimizer.apply_gradients(zip(tape.gradient(loss, [w]), [w]), name="step")
        return loss

    optimizer._create_all_weights([w])
    step = tf.function(step) if compiled else step
    for _ in range(5):
        step()
    np.testing.assert_allclose(w.numpy(), adam(5), rtol=1e-5)
    assert [tuple(v.shape) for v in optimizer.variables()] == [(), (), (3,), (3,)]
    assert optimizer.get_slot_names() == ["m", "v"] and len(optimizer.weights) == 4
    with pytest.raises(KeyError):
        optimizer.get_slot(w, "momentum")


def test_in_fit_as_keras_own():
    assert_same(trained(Adam()), trained(tf.keras.optimizers.Adam(0.01)), rtol=1e-3)
    w = tf.Variable([1.0, -2.0, 3.0])
    optimizer = Adam()
    for _ in range(3):
        optimizer.minimize(lambda: tf.reduce_sum(w * w), [w])
    np.testing.assert_allclose(w.numpy(), adam(3), rtol=1e-5)


def test_rows_as_gradients_are_summed_and_applied():
    values, indices = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [2, 0, 2]
    sparse, dense = tf.Variable(np.ones((3, 2), "float32")), tf.Variable(np.ones((3, 2), "float32"))
    whole = np.zeros((3, 2), "float32")
    np.add.at(whole, indices, values)
    one, other = Adam(), Adam()
    for _ in range(3):
        one.apply_gradients([(tf.IndexedSlices(tf.constant(values), indices), sparse)])
        other.apply_gradients([(tf.constant(whole), dense)])
    np.testing.assert_allclose(sparse.numpy(), dense.numpy(), rtol=1e-6)
    # Keras's own, and in a compiled step
    own = tf.Variable(np.ones((3, 2), "float32"))
    sgd = tf.keras.optimizers.SGD(0.5)

    @tf.function
    def step(values):
        rows = tf.IndexedSlices(values, tf.constant(indices))
        sgd.apply_gradients([(rows, own)])
        one.apply_gradients([(rows, sparse)])
        return values

    sgd.build([own])
    step(tf.constant(values))
    other.apply_gradients([(tf.constant(whole), dense)])
    np.testing.assert_allclose(own.numpy(), 1 - 0.5 * whole)
    np.testing.assert_allclose(sparse.numpy(), dense.numpy(), rtol=1e-6)
    with pytest.raises(ValueError, match="dense_shape"):
        tf.convert_to_tensor(tf.IndexedSlices(values, indices))
    rows = tf.IndexedSlices(values, indices, dense_shape=[3, 2])
    np.testing.assert_array_equal(tf.convert_to_tensor(rows), whole)


def test_a_mixin_over_an_optimizer_of_keras():
    mine = trained(DecayedSGD(0.01, learning_rate=0.05, momentum=0.9))
    weights = [tf.Variable(w) for w in model_of("sgd").get_weights()]
    sgd, reference = tf.keras.optimizers.SGD(0.05, 0.9), model_of("sgd")
    for _ in range(3):
        for at in range(0, 24, 8):
            reference.set_weights([w.numpy() for w in weights])
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((reference(X[at : at + 8]) - Y[at : at + 8]) ** 2)
            grads = tape.gradient(loss, reference.trainable_variables)
            for w in weights:
                w.assign_sub(0.01 * w)
            sgd.apply_gradients(zip(grads, weights))
    for a, b in zip(mine.get_weights(), weights):
        np.testing.assert_allclose(a, b.numpy(), rtol=1e-5, atol=1e-7)
    config = mine.optimizer.get_config()
    assert config["weight_decay"] == pytest.approx(0.01) and config["momentum"] == 0.9
    assert DecayedSGD.from_config(config).get_config() == config


def test_one_optimizer_for_two_sets_of_weights():
    v, w, optimizer = tf.Variable([1.0]), tf.Variable([2.0]), Momentum(0.1)
    for _ in range(2):
        optimizer.apply_gradients([(tf.constant([1.0]), v)])
        optimizer.apply_gradients([(tf.constant([1.0]), w)])
    np.testing.assert_allclose([v.numpy()[0], w.numpy()[0]], [0.71, 1.71], rtol=1e-6)
    assert int(optimizer.iterations) == 4 and len(optimizer.variables()) == 4


def test_a_step_of_ones_own_is_taken_in_fit():
    class Doubled(Momentum):
        def apply_gradients(self, grads_and_vars, name=None, **kwargs):
            pairs = [(2 * g, v) for g, v in grads_and_vars]
            return super().apply_gradients(pairs, name=name, **kwargs)

    assert_same(trained(Doubled(0.05)), trained(Momentum(0.1)), rtol=1e-5)


def test_first_values_of_slots():
    optimizer, v = Momentum(), tf.Variable([1.0, 2.0])
    assert optimizer.add_slot(v, "slow", initializer=v).numpy().tolist() == [1, 2]
    assert optimizer.add_slot(v, "one", "ones", shape=[3]).numpy().tolist() == [1, 1, 1]
    made = tf.keras.initializers.Constant(5.0)
    assert optimizer.add_slot(v, "five", made).numpy().tolist() == [5, 5]
    assert optimizer.add_slot(v, "five") is optimizer.get_slot(v, "five")
    assert optimizer.add_weight("seen", [], tf.int32).dtype == "int32"


def test_dtypes_of_what_has_values_know_their_base():
    for x in (tf.constant(1.0), tf.Variable(1.0), keras.Input((2,)), keras.layers.Dense(2)):
        dtype = x.variable_dtype if hasattr(x, "variable_dtype") else x.dtype
        assert dtype == "float32" and isinstance(dtype, str)
    x = tf.Variable([1], dtype=tf.uint16)
    assert x.dtype.base_dtype == tf.uint16 and x.dtype.is_unsigned and x.dtype.size == 2
    assert tf.constant([True]).dtype.is_bool and keras.Input((2,)).dtype.is_floating
    assert pickle.loads(pickle.dumps(x)).numpy() == [1] and copy.copy(x.dtype) is x.dtype
    assert type(pickle.loads(pickle.dumps(x.dtype))) is str and repr(x.dtype) == "'uint16'"
