"""The `split` device: its memory can be touched only while one of its kernels or copies runs, so
what runs there makes no use of the host's sight of tensors. Everything here is a process of its
own, since the device of new tensors is chosen when the library is loaded."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent


def run(*args, **env):
    return subprocess.run(
        [sys.executable, *args],
        env={**os.environ, "PRONGHORN_DEVICE": "split", **env},
        capture_output=True,
        text=True,
        cwd=TESTS.parent,
    )


def script(text):
    done = run("-c", text)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pytest_run(*args, every=1):
    done = run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", *args, PRONGHORN_TEST_EVERY=str(every)
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_tensors_are_made_there():
    out = script("import pronghorn as ph; x = ph.ops.ones((2,)) + 1; print(x.device); print(x)")
    assert out.startswith("split:0") and "[2. 2.]" in out


def test_an_unknown_device_is_refused():
    done = run("-c", "import pronghorn as ph; ph.ops.ones(2)", PRONGHORN_DEVICE="toaster")
    assert done.returncode and "toaster" in done.stderr and "cpu:0" in done.stderr


def test_a_step_that_meets_bad_labels_leaves_state_alone():
    """Here the writers of state look at the status word, not the host before them."""
    script(
        """
import numpy as np
import pronghorn as ph

model = ph.Sequential([ph.Input((3,)), ph.layers.Dense(4)])
loss = ph.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=["accuracy"])
x = np.random.rand(8, 3).astype("float32")
model.fit(x, np.zeros(8, "int32"), batch_size=4, verbose=0)
variables = model.trainable_variables + model.optimizer.variables
before = [np.array(v) for v in variables]
y = np.array([0, 1, 9, 1, 0, 0, 0, 0])  # the first batch holds a class that there is not
try:
    model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
except ValueError as error:
    assert "label" in str(error)
else:
    raise SystemExit("no error")
for v, old in zip(variables, before):
    np.testing.assert_array_equal(v, old)
model.fit(x, np.ones(8, "int32"), batch_size=4, verbose=0)
assert any((np.array(v) != old).any() for v, old in zip(variables, before))
"""
    )


def test_exchange_with_numpy():
    script(
        """
import numpy as np
import pronghorn as ph

x = ph.ops.arange(6, dtype="float32")
assert np.from_dlpack(x).tolist() == [0, 1, 2, 3, 4, 5]
assert np.asarray(x).tolist() == x.numpy().tolist() and float(x[3]) == 3
half = ph.ops.cast(x, "bfloat16")
assert np.asarray(half).tolist() == [0, 1, 2, 3, 4, 5]
a = np.arange(3.0)
t = ph.ops.convert_to_tensor(a)
a[:] = 7
assert t.numpy().tolist() == [0, 1, 2]
w = ph.Variable(2.0)
w.assign_add(3)
assert float(w * 2) == 10 and complex(ph.ops.cast(w, "complex64").numpy()) == 5
"""
    )


def test_rows_that_do_not_fit_one_buffer_come_in_order():
    """Rows are gathered into two host buffers in turn."""
    script(
        """
import numpy as np
import pronghorn as ph

model = ph.Sequential([ph.Input((2,)), ph.layers.Rescaling(3.0)])
x = np.arange(46, dtype="float32").reshape(23, 2)
np.testing.assert_array_equal(model.predict(x, batch_size=4, verbose=0), 3 * x)
"""
    )


def test_a_tenth_of_the_op_rows():
    pytest_run("tests/test_ops.py", every=10)
