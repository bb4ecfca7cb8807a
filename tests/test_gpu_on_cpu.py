"""The CUDA device without a card: a plug-in whose gpu:0 is built from csrc/device/cuda and
csrc/kernels/cuda over tests/cuda_on_cpu. Its stream does nothing until somebody waits for it, and
its memory can be touched only while it works. PRONGHORN_CUDA_ON_CPU: the library that
`make cuda-on-cpu` built. Everything here is a process of its own."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pronghorn as ph
import pytest

TESTS = Path(__file__).parent
CUBLASLT = "libcublas_lt_on_cpu.so"  # beside the plug-in
PLUGIN = os.environ.get("PRONGHORN_CUDA_ON_CPU", "")
pytestmark = pytest.mark.skipif(
    not PLUGIN, reason="needs PRONGHORN_CUDA_ON_CPU (make cuda-on-cpu builds what it names)"
)


def run(*args, **env):
    return subprocess.run(
        [sys.executable, *args],
        env={
            **os.environ,
            "PRONGHORN_CUDA_PLUGIN": PLUGIN,
            "PRONGHORN_DEVICE": "gpu",
            "PRONGHORN_CUBLASLT": "",
            **env,
        },
        capture_output=True,
        text=True,
        cwd=TESTS.parent,
    )


def script(text, **env):
    done = run("-c", text, **env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_gpu_is_listed_and_used():
    out = script(
        """
import pronghorn as ph
print(ph.config.list_devices(), ph.engine.device.why_no_gpu() == "")
x = ph.ops.ones((3, 5))
print(x.device, float(ph.ops.sum(x @ ph.ops.transpose(x))), (x + x.numpy()).device)
with ph.device("cpu:0"):
    print(ph.ops.convert_to_tensor(x).device)
""",
        PRONGHORN_DEVICE="",
    )
    assert out.split("\n")[:3] == ["['cpu:0', 'gpu:0'] True", "gpu:0 45.0 gpu:0", "cpu:0"]


WHY = "import pronghorn as ph; print(ph.config.list_devices(), ph.engine.device.why_no_gpu())"


def test_a_plugin_that_cannot_be_used_is_named(tmp_path):
    absent = tmp_path / "nowhere.so"
    out = script(WHY, PRONGHORN_CUDA_PLUGIN=str(absent), PRONGHORN_DEVICE="")
    assert out.startswith("['cpu:0'] CUDA's part cannot be loaded: ") and str(absent) in out
    other = Path(PLUGIN).parent / CUBLASLT
    out = script(WHY, PRONGHORN_CUDA_PLUGIN=str(other), PRONGHORN_DEVICE="")
    assert out == f"['cpu:0'] {other} is no library of Pronghorn's\n"
    out = script(WHY, PRONGHORN_CUDA_PLUGIN="", PRONGHORN_DEVICE="")
    assert "no CUDA in this build (pip install 'pronghorn[cuda]'" in out


def test_the_package_beside_this_one_is_found(tmp_path):
    here = Path(ph.__file__).parent
    core = Path(ph._core.__file__)
    (tmp_path / "pronghorn").mkdir()
    for path in [*here.iterdir(), core]:
        if path.name != "__pycache__" and not (tmp_path / "pronghorn" / path.name).exists():
            (tmp_path / "pronghorn" / path.name).symlink_to(path)
    (tmp_path / "pronghorn_cuda").mkdir()
    (tmp_path / "pronghorn_cuda" / "libpronghorn_cuda.so").symlink_to(PLUGIN)
    env = {k: v for k, v in os.environ.items() if not k.startswith("PRONGHORN_")}
    env["PYTHONPATH"] = str(tmp_path)
    code = f"{WHY}; x = ph.ops.ones(3); print(x.device, ph._core.__file__)"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout.startswith("['cpu:0', 'gpu:0'] \ngpu:0 " + str(tmp_path)), done


def test_a_plugin_of_another_version_refuses():
    class Host(ctypes.Structure):
        _fields_ = [
            ("version", ctypes.c_char_p),
            ("layout", ctypes.c_uint64),
            ("at_fork", ctypes.c_void_p),
        ]

    class Text(ctypes.Structure):  # an empty std::string
        _fields_ = [
            ("data", ctypes.c_void_p),
            ("size", ctypes.c_size_t),
            ("here", ctypes.c_char * 16),
        ]

    open_gpu = ctypes.CDLL(PLUGIN).pronghorn_open_gpu
    open_gpu.restype = ctypes.c_void_p
    text = Text()
    text.data = ctypes.addressof(text) + Text.here.offset
    host = Host(b"0.0.7", 1, None)
    assert open_gpu(ctypes.byref(host), ctypes.byref(text)) is None
    said = ctypes.string_at(text.data, text.size).decode()
    assert "0.0.7" in said and ph.__version__ in said and "pronghorn[cuda]" in said


def test_products_go_to_cublaslt():
    out = script(
        """
import numpy as np
import pronghorn as ph

a = np.random.RandomState(0).rand(20, 40).astype("float32") - 0.5
x, want = ph.ops.convert_to_tensor(a), a.astype("float64") @ a.T.astype("float64")
count = ph._core.library_calls

def error():
    before = count()
    y = ph.ops.matmul(x, ph.ops.transpose(x)).numpy()
    assert count() > before
    return abs(y - want).max()

assert error() < 1e-6
ph.config.enable_tensor_float_32()
assert ph.config.is_tensor_float_32_enabled() and 1e-5 < error() < 1e-2
ph.config.enable_tensor_float_32(False)
assert error() < 1e-6

weights = []
for name in ("cpu:0", "gpu:0"):
    ph.utils.set_random_seed(0)
    with ph.device(name):
        model = ph.Sequential([ph.Input((40,))])
        for act in ("relu", "tanh", "sigmoid", None):
            model.add(ph.layers.Dense(8, act))
        model.compile("sgd", "mse")
        model.fit(a, a[:, :8], epochs=5, batch_size=4, verbose=0)
    weights.append(model.get_weights())
for u, v in zip(*weights):
    np.testing.assert_allclose(u, v, rtol=1e-4, atol=1e-6)
print(*ph._core.recording_counts())
""",
        PRONGHORN_CUBLASLT=str(Path(PLUGIN).parent / CUBLASLT),
    )
    recordings, replays = map(int, out.split())
    assert recordings >= 1 and replays >= 10


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_trains(policy):
    script(
        f"""
import numpy as np
import pronghorn as ph

ph.utils.set_random_seed(0)
ph.config.set_dtype_policy("{policy}")
rng = np.random.RandomState(0)
x = rng.rand(64, 8, 8, 1).astype("float32")
y = (x.mean((1, 2, 3)) > 0.5).astype("int32")
model = ph.Sequential([
    ph.Input((8, 8, 1)), ph.layers.Conv2D(4, 3, activation="relu"), ph.layers.BatchNormalization(),
    ph.layers.MaxPooling2D(), ph.layers.Flatten(), ph.layers.Dense(2),
    ph.layers.Activation("softmax", dtype="float32"),
])
model.compile(ph.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
losses = model.fit(x, y, epochs=4, batch_size=16, verbose=0).history["loss"]
assert np.isfinite(losses).all() and losses[-1] < 0.9 * losses[0], losses
assert model.layers[0].compute_dtype == "{policy}"[6:] and model.variables[0].dtype == "float32"
(program,) = model.train_function.function.programs
casts = {{call["name"] for call in program.calls() if call["name"].startswith("cast (16, ")}}
assert casts <= {{"cast (16, 8, 8, 1)", "cast (16, 2)"}}, casts  # the input, and the loss's float32
"""
    )


def test_out_of_memory_names_what_was_asked_for_and_leaves_the_process_usable():
    script(
        """
import numpy as np
import pronghorn as ph
from pronghorn.engine import Function, device

held = ph.ops.ones((1 << 20,))
for ask in (
    lambda: ph.ops.zeros((1 << 26,)),
    lambda: ph.ops.convert_to_tensor(np.zeros((100, 1 << 20), "float32")),
    lambda: Function(lambda x: ph.ops.sum(ph.ops.outer(x, x)))(ph.ops.ones((1 << 14,))),
):
    try:
        ask()
    except MemoryError as error:
        text = str(error)
        assert "gpu:0 has no room" in text and "of 64 MiB are free" in text, text
        assert "shape" in text or "intermediate results" in text, text
    else:
        raise SystemExit("no error")
assert float(ph.ops.sum(held)) == 1 << 20
# what is cached makes room for what is wanted
for n in range(1, 12):
    assert float(ph.ops.sum(ph.ops.ones((n << 20,)))) == n << 20
del held
device.trim_caches()
stats = device.memory_stats()
assert stats["cached_bytes"] < 1 << 20, stats
""",
        CUDA_ON_CPU_MEMORY=str(64 << 20),
    )


def test_a_training_step_is_recorded_and_replayed():
    """The recorded step is the same step: weights match those of a CPU; a new batch is read."""
    out = script(
        """
import numpy as np
import pronghorn as ph

x = np.random.RandomState(0).rand(80, 6).astype("float32")
y = np.random.RandomState(1).randint(0, 3, 80)
weights = []
for name in ("cpu:0", "gpu:0"):
    ph.utils.set_random_seed(0)
    with ph.device(name):
        model = ph.Sequential([ph.Input((6,)), ph.layers.Dense(8, "relu"), ph.layers.Dropout(0.2),
                               ph.layers.Dense(3)])
        loss = ph.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss, metrics=["accuracy"])
        history = model.fit(x, y, epochs=3, batch_size=8, verbose=0).history
    weights.append([*model.get_weights(), history["loss"], history["accuracy"]])
for a, b in zip(*weights):
    np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-6)
try:
    model.fit(x, np.where(np.arange(80) == 70, 9, y), batch_size=8, shuffle=False, verbose=0)
except ValueError as error:
    assert "label" in str(error)
else:
    raise SystemExit("no error")
print(*ph._core.recording_counts())
"""
    )
    recordings, replays = map(int, out.split())
    assert recordings == 1 and replays >= 20  # metrics are reset where they lie


def test_loops_of_known_length_are_part_of_the_recording():
    script(
        """
import numpy as np
import pronghorn as ph
from pronghorn.engine import Function

@Function
def steps(x):
    return ph.ops.fori_loop(0, 5, lambda i, h: h * 2.0 + ph.ops.cast(i, "float32"), x)

@Function
def until(x):  # how often, only the device knows
    return ph.ops.while_loop(lambda h: ph.ops.max(h) < 100.0, lambda h: (h * 2.0,), (x,))[0]

before, _ = ph._core.recording_counts()
for k in range(6):
    x = np.full((4,), k + 1.0, "float32")
    assert steps(x).numpy().tolist() == [32 * (k + 1) + 26] * 4
middle, replays = ph._core.recording_counts()
assert middle == before + 1 and replays >= 3
for k in range(6):
    y = until(np.full((4,), k + 1.0, "float32")).numpy()
    assert 100 <= y[0] < 200
assert ph._core.recording_counts()[0] == middle

a = ph.Variable(0.0)

def add(x):
    a.assign(a + x)
    return a * 2.0

@Function
def branch(x):  # which one, only the device knows
    return ph.ops.cond(x > 0, lambda: add(x), lambda: x) + a

got = [float(branch(ph.ops.array(x))) for x in (3.0, -5.0, 1.0, -2.0, 2.0)]
assert got == [9.0, -2.0, 12.0, 2.0, 18.0], got
"""
    )


def test_a_forked_child_is_told():
    script(
        """
import os, sys
import pronghorn as ph

x = ph.ops.ones(3)
child = os.fork()
if child == 0:
    try:
        ph.ops.ones(3)
    except RuntimeError as error:
        os._exit(0 if "spawn" in str(error) else 2)
    os._exit(1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert float(ph.ops.sum(x)) == 3
"""
    )


def test_threads_share_the_stream():
    script(
        """
import threading
import numpy as np
import pronghorn as ph

wrong = []

def work(k):
    model = ph.Sequential([ph.Input((4,)), ph.layers.Dense(3, kernel_initializer="ones")])
    x = np.full((16, 4), float(k), "float32")
    for _ in range(5):
        y = model.predict(x, batch_size=4, verbose=0)
        if not (y == 4 * k).all() or float(ph.ops.sum(ph.ops.convert_to_tensor(x))) != 64 * k:
            wrong.append(k)

threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
assert not wrong, wrong
"""
    )


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.extended)])
def test_the_op_rows(every):
    done = run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not cpu", "tests/test_ops.py",
        PRONGHORN_TEST_EVERY=str(every),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.extended
@pytest.mark.parametrize("file", ["workflows", "stepping"])
def test_the_workflows(file):
    done = run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not cpu",
        f"tests/workflows/test_{file}.py",
    )  # fmt: skip
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-6000:] + done.stderr
