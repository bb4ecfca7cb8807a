"""Optimizers in Keras 2's form, as notebooks have them: `get_updates` with K."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import backend as K
from pronghorn.layers import Dense
from pronghorn.legacy import interfaces
from pronghorn.optimizers import SGD, Adam, Optimizer

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
X = np.random.RandomState(0).randn(24, 3).astype("float32")
Y = np.random.RandomState(1).randn(24, 1).astype("float32")


class FormerAdam(Optimizer):
    runs = 0

    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, **kwargs):
        super().__init__(**kwargs)
        with K.name_scope(self.__class__.__name__):
            self.iterations = K.variable(0, dtype="int64", name="iterations")
            self.lr = K.variable(lr, name="lr")
            self.beta_1 = K.variable(beta_1, name="beta_1")
            self.beta_2 = K.variable(beta_2, name="beta_2")
            self.decay = K.variable(decay, name="decay")
        self.epsilon = K.epsilon() if epsilon is None else epsilon
        self.initial_decay = decay

    @interfaces.legacy_get_updates_support
    @K.symbolic
    def get_updates(self, loss, params):
        type(self).runs += 1
        grads = self.get_gradients(loss, params)
        self.updates = [K.update_add(self.iterations, 1)]
        lr = self.lr
        if self.initial_decay > 0:
            lr = lr * (1.0 / (1.0 + self.decay * K.cast(self.iterations, K.dtype(self.decay))))
        t = K.cast(self.iterations, K.floatx()) + 1
        lr_t = lr * (K.sqrt(1.0 - K.pow(self.beta_2, t)) / (1.0 - K.pow(self.beta_1, t)))
        ms = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
        vs = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
        self.weights = [self.iterations, *ms, *vs]
        for p, g, m, v in zip(params, grads, ms, vs):
            m_t = (self.beta_1 * m) + (1.0 - self.beta_1) * g
            v_t = (self.beta_2 * v) + (1.0 - self.beta_2) * K.square(g)
            p_t = p - lr_t * m_t / (K.sqrt(v_t) + self.epsilon)
            self.updates.append(K.update(m, m_t))
            self.updates.append(K.update(v, v_t))
            if getattr(p, "constraint", None) is not None:
                p_t = p.constraint(p_t)
            self.updates.append(K.update(p, p_t))
        return self.updates

    def get_config(self):
        config = {
            "lr": float(K.get_value(self.lr)),
            "beta_1": float(K.get_value(self.beta_1)),
            "beta_2": float(K.get_value(self.beta_2)),
            "decay": float(K.get_value(self.decay)),
            "epsilon": self.epsilon,
        }
        return dict(list(super().get_config().items()) + list(config.items()))


class Accumulating(Optimizer):
    """Steps once in so many batches; pairs in place of K.update, arguments in Keras 1's order."""

    def __init__(self, lr=0.1, steps=2, **kwargs):
        super().__init__(**kwargs)
        self.iterations = K.variable(0, dtype="int64")
        self.lr = K.variable(lr)
        self.steps = steps

    def get_updates(self, params, constraints, loss):
        grads = self.get_gradients(loss, params)
        due = K.equal((self.iterations + 1) % self.steps, 0)
        updates = [K.update_add(self.iterations, 1)]
        for p, g in zip(params, grads):
            total = K.zeros(K.int_shape(p))
            whole = total + g
            updates.append((p, K.switch(due, p - self.lr * whole / self.steps, p)))
            updates.append((total, K.switch(due, K.zeros_like(p), whole)))
        return updates


class ScaledSGD(SGD):
    """A subclass of an optimizer that is here."""

    def get_updates(self, loss, params):
        self.updates = [K.update_add(self.iterations, 1)]
        for p, g in zip(params, self.get_gradients(loss, params)):
            self.updates.append(K.update(p, p - 2.0 * self.lr * g))
        return self.updates


def network(optimizer, **kwargs):
    model = ph.Sequential([ph.Input((3,)), Dense(4, activation="tanh", **kwargs), Dense(1)])
    rng = np.random.RandomState(2)
    model.set_weights([rng.randn(*w.shape) for w in model.get_weights()])
    model.compile(loss="mse", optimizer=optimizer)
    return model


def fitted(optimizer, epochs=3, batch_size=8, **kwargs):
    model = network(optimizer, **kwargs)
    history = model.fit(X, Y, epochs=epochs, batch_size=batch_size, verbose=0, shuffle=False)
    return model, history.history["loss"]


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_it_trains_as_the_optimizer_that_it_writes_out(decay):
    FormerAdam.runs = 0
    model, losses = fitted(FormerAdam(lr=0.02, decay=decay))
    runs = FormerAdam.runs
    other, wanted = fitted(Adam(learning_rate=0.02, decay=decay))
    np.testing.assert_allclose(losses, wanted, rtol=1e-5)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    model.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    assert FormerAdam.runs == runs, "a step that was traced runs no Python"
    assert int(K.get_value(model.optimizer.iterations)) == 15
    # iterations, rate, three numbers, two slots of each of four weights
    assert len(model.optimizer.get_weights()) == 5 + 8


def test_its_rate_can_be_changed_meanwhile():
    model = network(FormerAdam(lr=0.1))
    schedule = ph.callbacks.LearningRateScheduler(lambda epoch: 0.05 / (epoch + 1))
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[schedule])
    np.testing.assert_allclose(K.get_value(model.optimizer.lr), 0.025)
    K.set_value(model.optimizer.lr, 0.0)
    before = model.get_weights()
    model.train_on_batch(X, Y)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_constraints_and_clipping_are_its_own():
    limit = ph.constraints.MaxNorm(0.5, axis=0)
    model, _ = fitted(FormerAdam(lr=0.05, clipvalue=1e-3), kernel_constraint=limit)
    assert np.linalg.norm(model.get_weights()[0], axis=0).max() <= 0.5 + 1e-6
    model = network(ScaledSGD(learning_rate=0.5, clipvalue=1e-4))
    before = model.get_weights()
    model.train_on_batch(X, Y)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_allclose(np.abs(a - b).max(), 1e-4, rtol=1e-2)


def test_gradients_summed_over_batches():
    model, _ = fitted(Accumulating(lr=0.1, steps=3), epochs=1, batch_size=8)
    other, _ = fitted(SGD(0.1), epochs=1, batch_size=24)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_subclass_of_an_optimizer_that_is_here():
    model, _ = fitted(ScaledSGD(0.05))
    other, _ = fitted(SGD(0.1))
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_op_by_op_and_by_apply_gradients(run_eagerly):
    model = network(FormerAdam(lr=0.02))
    model.run_eagerly = run_eagerly
    other = network(Adam(learning_rate=0.02))
    for _ in range(3):
        np.testing.assert_allclose(
            model.train_on_batch(X, Y), other.train_on_batch(X, Y), rtol=1e-5
        )
    w = ph.Variable(2.0)
    optimizer = ScaledSGD(0.1)
    optimizer.apply_gradients([(ph.ops.convert_to_tensor(1.0), w)])
    np.testing.assert_allclose(float(w), 1.8, rtol=1e-6)


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_files_keep_its_state(tmp_path, name):
    model, _ = fitted(FormerAdam(lr=0.02))
    model.save(tmp_path / name)
    again = ph.models.load_model(tmp_path / name, custom_objects={"FormerAdam": FormerAdam})
    assert type(again.optimizer) is FormerAdam and float(K.get_value(again.optimizer.lr)) > 0.0199
    for _ in range(2):
        np.testing.assert_allclose(
            again.train_on_batch(X, Y), model.train_on_batch(X, Y), rtol=1e-5
        )
