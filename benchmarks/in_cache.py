"""Times eager ops on 0.25 to 1 MB, which stay in cache, through the public functions or PyTorch's.

python in_cache.py pronghorn ours.json    # PRONGHORN_NUM_THREADS=1 for one thread
python in_cache.py torch torch.json       # in an environment with PyTorch; one thread
python in_cache.py compare ours.json torch.json
"""

import functools
import json
import sys
import time

import numpy as np

UNARY = ("exp", "log", "tanh", "sigmoid", "erf", "sqrt", "rsqrt", "sin", "cos")


def least(call, budget=0.12):
    call()
    best, end = float("inf"), time.perf_counter() + budget
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best * 1e6


def arrays():
    rng = np.random.default_rng(0)
    floats = [rng.uniform(0.05, 2, 65536), rng.uniform(0.1, 2, 65536)]
    floats += [rng.standard_normal(shape) for shape in ((512, 512), (512, 256), (4, 32, 32, 32))]
    return [a.astype("float32") for a in floats], rng.permutation(512), rng.integers(0, 256, 512)


def torch_calls():
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    floats, rows, labels = arrays()
    x, y, m, s, image = map(torch.from_numpy, floats)
    rows, labels = torch.from_numpy(rows), torch.from_numpy(labels)
    image = image.permute(0, 3, 1, 2)
    calls = {name: functools.partial(getattr(torch, name), x) for name in UNARY}
    return calls | {
        "pow": lambda: torch.pow(x, y),
        "add": lambda: x + y,
        "sum over columns": lambda: m.sum(1),
        "sum over rows": lambda: m.sum(0),
        "max over columns": lambda: m.amax(1),
        "argmax over columns": lambda: m.argmax(1),
        "argmax over rows": lambda: m.argmax(0),
        "softmax": lambda: functional.softmax(s, -1),
        "log-softmax": lambda: functional.log_softmax(s, -1),
        "sparse cross-entropy": lambda: functional.cross_entropy(s, labels, reduction="none"),
        "transpose": lambda: m.t().contiguous(),
        "gather": lambda: m.index_select(0, rows),
        "max pool": lambda: functional.max_pool2d(image, 2),
    }


def pronghorn_calls():
    from pronghorn import engine, ops

    floats, rows, labels = arrays()
    x, y, m, s, image = map(engine.convert_to_tensor, floats)
    rows, labels = map(engine.convert_to_tensor, (rows, labels.astype("int32")))
    calls = {name: functools.partial(getattr(ops, name), x) for name in UNARY}
    return calls | {
        "pow": lambda: ops.power(x, y),
        "add": lambda: ops.add(x, y),
        "sum over columns": lambda: ops.sum(m, axis=1),
        "sum over rows": lambda: ops.sum(m, axis=0),
        "max over columns": lambda: ops.max(m, axis=1),
        "argmax over columns": lambda: ops.argmax(m, axis=1),
        "argmax over rows": lambda: ops.argmax(m, axis=0),
        "softmax": lambda: ops.softmax(s),
        "log-softmax": lambda: ops.log_softmax(s),
        "sparse cross-entropy": lambda: ops.sparse_categorical_crossentropy(
            labels, s, from_logits=True
        ),
        "transpose": lambda: ops.transpose(m),
        "gather": lambda: ops.take(m, rows, axis=0),
        "max pool": lambda: ops.max_pool(image, 2),
    }


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "compare":
        ours, peer = (json.load(open(path)) for path in sys.argv[2:])
        for name, us in ours.items():
            print(f"{name:24}{us:10.1f}{peer[name]:10.1f}{peer[name] / us:8.2f}")
    elif len(sys.argv) == 3 and sys.argv[1] in ("pronghorn", "torch"):
        calls = torch_calls() if sys.argv[1] == "torch" else pronghorn_calls()
        with open(sys.argv[2], "w") as f:
            json.dump({name: least(call) for name, call in calls.items()}, f, indent=1)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
