"""Optimizers around others, optimizers without state, and what an interrupt leaves behind."""

import numpy as np
import pronghorn as ph
import pytest
from optimizers import cases
from pronghorn import engine


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


def test_variables_that_an_optimizer_of_ones_own_keeps():
    class Own(ph.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.count = ph.Variable(0.0, trainable=False, name="count")

        def update_step(self, gradient, variable, learning_rate):
            self.count.assign_add(1.0)
            self.assign_sub(variable, gradient * learning_rate)

    optimizer, weight = Own(0.5), ph.Variable(np.ones(1, "float32"))
    optimizer.apply([np.ones(1, "float32")], [weight])
    assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate", "count"]
    assert optimizer.count.numpy() == 1 and weight.numpy() == 0.5


@pytest.mark.parametrize("name", cases.CASES)
def test_stateless_steps_equal_others(name):
    stateful, stateless = cases.make(ph, name), cases.make(ph, name)
    r = np.random.RandomState(0)
    grads = [r.randn(*shape).astype("float32") for shape in ((4, 3), (3,))]
    first, second = ([ph.Variable(g + 1, name=n) for g, n in zip(grads, "ab")] for _ in range(2))
    stateful.build(first)
    stateless.build(second)
    kept = [v.numpy().copy() for v in second + stateless.variables]
    weights, state = [v.value for v in second], [v.value for v in stateless.variables]
    traced = engine.Function(lambda s, w: stateless.stateless_apply(s, grads, w))
    for step in range(3):
        stateful.apply(grads, first)
        run = traced if step == 1 else lambda s, w: stateless.stateless_apply(s, grads, w)
        weights, state = run(state, weights)
    for value, variable in zip([*weights, *state], [*first, *stateful.variables]):
        np.testing.assert_allclose(np.asarray(value), variable.numpy(), rtol=1e-5, atol=1e-6)
    for value, variable in zip(kept, second + stateless.variables):
        np.testing.assert_array_equal(value, variable.numpy())


def test_stateless_apply_refuses_wrong_lists():
    optimizer, weight = ph.optimizers.SGD(0.5), ph.Variable(np.ones(1, "float32"))
    grad = [np.ones(1, "float32")]
    with pytest.raises(ValueError, match="must be built"):
        optimizer.stateless_apply([], grad, [weight.value])
    optimizer.build([weight])
    state = [v.value for v in optimizer.variables]
    with pytest.raises(ValueError, match="`optimizer_variables`.*2 variables.*Received 1"):
        optimizer.stateless_apply(state[:1], grad, [weight.value])
    with pytest.raises(ValueError, match="`trainable_variables`.*1 variables.*Received 0"):
        optimizer.stateless_apply(state, grad, [])
    with pytest.raises(ValueError, match="gradients"):
        optimizer.stateless_apply(state, grad * 2, [weight.value])
    assert weight.numpy() == 1.0


def test_optimizer_map():
    o = ph.optimizers
    sgd, adam, one = o.SGD(), o.Adam(), o.RMSprop()
    chosen = o.OptimizerMap(sgd, {"encoder/.*": adam})
    chosen["encoder/first/kernel"] = one
    assert chosen["encoder/first/kernel"] is one and chosen["encoder/second/kernel"] is adam
    assert chosen["encoder"] is chosen["decoder/kernel"] is sgd and len(chosen) == 2
    weight = ph.Variable(1.0, name="decoder")
    assert chosen(weight) is sgd and list(chosen) == ["encoder/.*", "encoder/first/kernel"]
    with pytest.raises(ValueError, match="already exists"):
        chosen["encoder/.*"] = sgd
    chosen["encoder/sec.*"] = one
    with pytest.raises(ValueError, match="Multiple optimizers assigned"):
        chosen["encoder/second/kernel"]
    del chosen["encoder/sec.*"]
    for key, wrong in ((1, sgd), ("a", "adam"), ("a", o.LossScaleOptimizer(o.SGD()))):
        with pytest.raises(ValueError):
            chosen[key] = wrong
    for arguments in (("sgd",), (sgd, [adam])):
        with pytest.raises(TypeError):
            o.OptimizerMap(*arguments)


def test_each_weight_has_its_own_optimizer():
    o = ph.optimizers
    a, b, c = (ph.Variable(np.ones(2, "float32"), name=n) for n in ("a", "b", "c"))
    chosen = {"a": o.SGD(0.5, momentum=0.5), "c": o.Adam()}
    halves = o.MultiOptimizer(o.OptimizerMap(o.SGD(1.0), chosen))
    halves.apply([np.ones(2, "float32")] * 3, [a, b, c])
    halves.apply([np.ones(2, "float32")] * 3, [a, b, c])
    assert (a.numpy()[0], b.numpy()[0]) == (1 - 0.5 - 0.75, -1.0)
    assert c.numpy()[0] == pytest.approx(1 - 2e-3, rel=1e-4)
    assert len(halves._compiled.programs) == 1
    assert int(halves.iterations) == 2 and len(halves.optimizers) == 3
    assert len(halves.variables) == 2 + 3 + 2 + 4
    halves.optimizers[0].momentum = 0.0  # traced anew
    halves.apply([np.ones(2, "float32")] * 3, [a, b, c])
    assert a.numpy()[0] == -0.75
    for use in (lambda: halves.learning_rate, lambda: setattr(halves, "learning_rate", 0.5)):
        with pytest.raises(AttributeError, match="MultiOptimizer"):
            use()
    with pytest.raises(ValueError, match="one-to-one"):
        halves.apply([np.ones(2, "float32")])
    rates = iter([0.5, 0.25])
    by_function = o.MultiOptimizer(lambda v: made)
    made = o.SGD(lambda: next(rates))
    for _ in range(2):
        by_function.apply([np.ones(2, "float32")], [b])
    assert b.numpy()[0] == -2.75 and by_function._compiled is None
    with pytest.raises(ValueError, match="not an Optimizer instance"):
        o.MultiOptimizer(lambda v: None).build([a])


def test_loss_scale_around_several_optimizers():
    first, rest = ph.optimizers.SGD(0.1), ph.optimizers.SGD(0.2)
    chosen = ph.optimizers.OptimizerMap(rest, {".*one/.*": first})
    several = ph.optimizers.MultiOptimizer(chosen, loss_scale_factor=5.0)
    scaled = ph.optimizers.LossScaleOptimizer(several, initial_scale=10.0)
    weights = []
    for name in ("one", "two"):
        with ph.name_scope(name):
            weights.append(ph.Variable([2.0, 2.0], name="kernel"))
    scaled.build(weights)
    assert several.loss_scale_factor is first.loss_scale_factor is None
    scaled.apply([np.full(2, 10.0, "float32"), np.full(2, 20.0, "float32")], weights)
    np.testing.assert_allclose([w.numpy() for w in weights], [[1.9, 1.9], [1.6, 1.6]], rtol=1e-6)
    scaled.apply([np.full(2, np.inf, "float32"), np.full(2, 20.0, "float32")], weights)
    np.testing.assert_allclose([w.numpy() for w in weights], [[1.9, 1.9], [1.6, 1.6]], rtol=1e-6)
    assert float(scaled.dynamic_scale) == 5.0
