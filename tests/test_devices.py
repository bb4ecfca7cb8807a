"""Devices side by side: which there are, scopes, and what happens between two. `split:0` stands for
any whose memory the host cannot see."""

import os
import subprocess
import sys
import threading

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops
from pronghorn.engine import Function, device

GPU = device.list_devices("gpu")


def test_the_devices_are_listed():
    assert device.list_devices()[0] == "cpu:0" and device.list_devices("CPU") == ["cpu:0"]
    assert ph.config.list_devices() == ["cpu:0", *GPU]
    assert bool(device.why_no_gpu()) == (not GPU)
    assert device.info()["devices"] == ph.config.list_devices()


@pytest.mark.skipif(bool(GPU), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused_with_the_reason():
    done = subprocess.run(
        [sys.executable, "-c", "import pronghorn as ph; ph.ops.ones(2)"],
        env={**os.environ, "PRONGHORN_DEVICE": "gpu"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode and device.why_no_gpu() in done.stderr and "cpu:0" in done.stderr
    with ph.device("gpu:0"):  # as TensorFlow places softly
        assert ops.ones(2).device == device.default_device()


def test_a_scope_chooses_for_its_thread():
    usual, seen = device.default_device(), []
    with ph.device("split:0"):
        assert ops.ones((2,)).device == "split:0"
        assert ph.Variable(np.ones(3)).value.device == "split:0"
        with ph.device("cpu:0"):
            assert ops.ones((2,)).device == "cpu:0"
        other = threading.Thread(target=lambda: seen.append(ops.ones((2,)).device))
        other.start()
        other.join()
        assert ops.ones((2,)).device == "split:0"
    assert seen == [usual] and ops.ones((2,)).device == usual
    for name in ("cpu", "CPU", "/device:CPU", "cpu:0"):
        with ph.device(name):
            assert ph.ops.ones(2).device == "cpu:0"
    with pytest.raises(ValueError, match="no device named 'toaster:0'"), ph.device("toaster:0"):
        pass
    assert ops.ones((2,)).device == usual


def test_mixing_devices_is_an_error_that_says_what_to_do():
    with ph.device("split:0"):
        there = ops.ones((2, 3))
    with ph.device("cpu:0"):
        here = ops.ones((2, 3))
        with pytest.raises(
            ValueError, match=r"add: .*different devices, split:0 and cpu:0.*device"
        ):
            there + here
        copied = ops.convert_to_tensor(there)
        assert copied.device == "cpu:0" and float(ops.sum(copied + here)) == 12
        assert float(ops.sum(there * 2.0)) == 12  # numbers live nowhere
    function = Function(lambda x: x * w + here)
    w = ph.Variable(2.0)
    with ph.device("split:0"):
        w = ph.Variable(2.0)
        with pytest.raises(ValueError, match="traced step uses .* on cpu:0 .*split:0"):
            function(there)
    double = Function(lambda x: x * w)
    with pytest.raises(ValueError, match="input 0 lives on cpu:0 and the step runs on split:0"):
        double(here)


def test_a_function_is_traced_for_each_device():
    double = Function(lambda x: ops.matmul(x, ops.ones((3, 1))) * 2.0)
    for name in ("cpu:0", "split:0", "cpu:0"):
        with ph.device(name):
            y = double(ops.ones((2, 3)))
            assert y.device == name and y.numpy().tolist() == [[6], [6]]
    assert len(double.programs) == 2


def test_values_go_into_a_variable_from_anywhere():
    with ph.device("split:0"):
        v = ph.Variable(np.zeros((2, 2), "float32"))
    with ph.device("cpu:0"):
        v.assign(ops.ones((2, 2)))
        v.assign(np.full((2, 2), 3.0))
    assert v.value.device == "split:0" and v.numpy().tolist() == [[3, 3], [3, 3]]


def test_random_numbers_do_not_depend_on_the_device():
    drawn = []
    for name in ("cpu:0", "split:0"):
        ph.utils.set_random_seed(3)
        with ph.device(name):
            draws = [
                ph.random.normal((3,)),
                ph.random.uniform((3,), seed=5),
                ph.random.normal((3,)),
            ]
            assert {d.device for d in draws} == {name}
        drawn.append([d.numpy().tolist() for d in draws])
    assert drawn[0] == drawn[1]


def make_model():
    model = ph.Sequential(
        [ph.Input((4,)), ph.layers.Dense(3, "tanh"), ph.layers.Dropout(0.1), ph.layers.Dense(2)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model


def test_a_model_stays_where_it_was_made(tmp_path):
    x = np.random.RandomState(0).rand(20, 4).astype("float32")
    histories, weights = [], []
    for name in ("cpu:0", "split:0"):
        ph.utils.set_random_seed(1)
        with ph.device(name):
            model = make_model()
        histories.append(model.fit(x, x[:, :2], epochs=2, batch_size=8, verbose=0).history)
        model.train_on_batch(x[:8], x[:8, :2])
        assert {v.value.device for v in model.variables + model.optimizer.variables} == {name}
        weights.append(model.get_weights())
        model.save(tmp_path / "model.keras")
        again = ph.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(
            again.predict(x, verbose=0), model.predict(x, verbose=0), strict=True
        )
    assert histories[0] == histories[1]
    for a, b in zip(*weights):
        np.testing.assert_array_equal(a, b)


def test_determinism_is_asked_for():
    assert ph.config.enable_op_determinism() is None
    assert ph.config.is_op_determinism_enabled()


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop", "adamw"])
def test_updates_of_all_weights_are_one_call(optimizer):
    """Where that is one launch. The weights are, bit for bit, those of a call a weight."""
    x = np.random.RandomState(0).rand(24, 4).astype("float32")
    calls, weights = [], []
    for name in ("cpu:0", "split:0"):
        ph.utils.set_random_seed(2)
        with ph.device(name):
            model = ph.Sequential(
                [ph.Input((4,)), *(ph.layers.Dense(n, "tanh") for n in (5, 3, 7, 2, 6, 4))]
            )
            model.compile(optimizer, "mse")
        model.fit(x, x, epochs=3, batch_size=8, verbose=0)
        (program,) = model.train_function.function.programs
        calls.append(sum(call["kernel"] == "eltwise" for call in program.calls()))
        weights.append([v.numpy() for v in model.variables + model.optimizer.variables])
    assert calls[0] - calls[1] >= 11, calls  # of 12 updates one is left
    for a, b in zip(*weights):
        np.testing.assert_array_equal(a, b)
