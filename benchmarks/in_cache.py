"""Times eager ops on 20 KB to 1 MB, which stay in cache, through the public functions or PyTorch's.

python in_cache.py pronghorn ours.json    # PRONGHORN_NUM_THREADS=1 for one thread
python in_cache.py torch torch.json       # in an environment with PyTorch; one thread
python in_cache.py compare ours.json torch.json
"""

import functools
import json
import sys
import time

import numpy as np

OPTIMIZERS = {"SGD with momentum": "SGD", "RMSprop": "RMSprop", "Adam": "Adam"}
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


def short_rows():
    """Rows of 10, as classifiers end in, and their classes."""
    rng = np.random.default_rng(1)
    return rng.standard_normal((512, 10)).astype("float32"), rng.integers(0, 10, 512)


def torch_step(kind):
    import torch

    x, gradient = map(torch.from_numpy, arrays()[0][:2])
    x.grad = gradient
    settings = {"momentum": 0.9} if kind == "SGD" else {}
    return getattr(torch.optim, kind)([x], lr=1e-3, **settings).step


def pronghorn_step(kind):
    from pronghorn import engine, optimizers

    x, gradient = arrays()[0][:2]
    variable, gradient = engine.Variable(x), engine.convert_to_tensor(gradient)
    settings = {"momentum": 0.9} if kind == "SGD" else {}
    optimizer = getattr(optimizers, kind)(learning_rate=1e-3, **settings)
    optimizer.build([variable])
    return lambda: optimizer.apply([gradient], [variable])


def torch_calls():
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    floats, rows, labels = arrays()
    x, y, m, s, image = map(torch.from_numpy, floats)
    rows, labels = torch.from_numpy(rows), torch.from_numpy(labels)
    image = image.permute(0, 3, 1, 2)
    short, classes = map(torch.from_numpy, short_rows())
    aten = torch.ops.aten
    probs = functional.softmax(short, -1)
    pooled, places = functional.max_pool2d(image, 2, return_indices=True)
    pool = [2, 2], [2, 2], [0, 0]
    normed, mean, rstd = aten.native_batch_norm(s, s[0], s[0], None, None, True, 0.1, 1e-3)
    calls = {name: functools.partial(getattr(torch, name), x) for name in UNARY}
    return (
        calls
        | {
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
            "scatter-add": lambda: torch.zeros(512, 512).index_add_(0, rows, m),
            "max pool, gradient": lambda: aten.max_pool2d_with_indices_backward(
                pooled, image, *pool, [1, 1], False, places
            ),
            "average pool, gradient": lambda: aten.avg_pool2d_backward(
                pooled, image, *pool, False, True, None
            ),
            "batch norm": lambda: aten.native_batch_norm(
                s, s[0], s[0], None, None, True, 0.1, 1e-3
            ),
            "batch norm, gradient": lambda: aten.native_batch_norm_backward(
                s, s, s[0], None, None, mean, rstd, True, 1e-3, [True, True, True]
            ),
            "sum over 10 columns": lambda: short.sum(1),
            "max over 10 columns": lambda: short.amax(1),
            "argmax over 10 columns": lambda: short.argmax(1),
            "argmax over rows of 10": lambda: short.argmax(0),
            "softmax of 10": lambda: functional.softmax(short, -1),
            "log-softmax of 10": lambda: functional.log_softmax(short, -1),
            "softmax of 10, gradient": lambda: aten._softmax_backward_data(
                short, probs, -1, torch.float32
            ),
            "sparse cross-entropy of 10": lambda: functional.cross_entropy(
                short, classes, reduction="none"
            ),
        }
        | {name: torch_step(kind) for name, kind in OPTIMIZERS.items()}
    )


def pronghorn_calls():
    from pronghorn import engine, ops
    from pronghorn.ops._args import op

    floats, rows, labels = arrays()
    x, y, m, s, image = map(engine.convert_to_tensor, floats)
    short, classes = short_rows()
    short, classes = map(engine.convert_to_tensor, (short, classes.astype("int32")))
    max_pool_grad, avg_pool_grad = op("max_pool_grad"), op("avg_pool_grad")
    norm_grad, softmax_grad = op("batch_norm_grad"), op("softmax_grad")
    pooled, probs = ops.max_pool(image, 2), ops.softmax(short)
    pool = (2, 2), (2, 2), (0, 0, 0, 0)
    _, mean, rstd = ops.batch_norm_train(s)
    rows, labels = map(engine.convert_to_tensor, (rows, labels.astype("int32")))
    calls = {name: functools.partial(getattr(ops, name), x) for name in UNARY}
    return (
        calls
        | {
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
            "scatter-add": lambda: ops.scatter_add(rows, m, 512),
            "max pool, gradient": lambda: max_pool_grad((image, pooled, pooled), pool),
            "average pool, gradient": lambda: avg_pool_grad((pooled,), (*pool, 32, 32)),
            "batch norm": lambda: ops.batch_norm_train(s),
            "batch norm, gradient": lambda: norm_grad((s, mean, rstd, s), (False,)),
            "sum over 10 columns": lambda: ops.sum(short, axis=1),
            "max over 10 columns": lambda: ops.max(short, axis=1),
            "argmax over 10 columns": lambda: ops.argmax(short, axis=1),
            "argmax over rows of 10": lambda: ops.argmax(short, axis=0),
            "softmax of 10": lambda: ops.softmax(short),
            "log-softmax of 10": lambda: ops.log_softmax(short),
            "softmax of 10, gradient": lambda: softmax_grad((probs, short), ()),
            "sparse cross-entropy of 10": lambda: ops.sparse_categorical_crossentropy(
                classes, short, from_logits=True
            ),
        }
        | {name: pronghorn_step(kind) for name, kind in OPTIMIZERS.items()}
    )


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
