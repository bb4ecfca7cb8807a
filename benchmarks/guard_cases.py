"""What guard.py counts: kernels as programs of one op, and training steps. Runs under callgrind.

    python guard_cases.py MARKS [repeats]    MARKS: the library that guard.py compiles

Each case runs once to trace and to touch memory, then once between two marks. One call covers many
batches of one program, so that Python's share is small.
"""

import ctypes
import functools
import sys

import numpy as np
import pronghorn
import workloads
from pronghorn import engine, ops
from pronghorn.engine import Function, Variable

RNG = np.random.default_rng(0)


def values(*shape):
    return Variable(RNG.standard_normal(shape, dtype="float32"))


def forward(call, *shapes):
    variables = [values(*s) for s in shapes]
    return Function(lambda _: call(*(v.value for v in variables)))


def gradient(call, wrt, *shapes):
    """The gradient alone: what else the forward pass computes is pruned where it is not needed."""
    variables = [values(*s) for s in shapes]
    weight = values(*engine.eval_shape(call, *(v.value for v in variables)).shape)

    def step(_):
        with engine.GradientTape() as tape:
            inputs = [v.value for v in variables]
            tape.watch(inputs[wrt])
            total = ops.sum(call(*inputs) * weight.value)
        return tape.gradient(total, inputs[wrt])

    return Function(step)


def same_conv(x, w):
    return ops.conv(x, w, padding="same")


def batch_norm(x):
    return ops.batch_normalization(x, *ops.moments(x, axes=(0, 1, 2)), axis=-1)


def row_gather(table):
    return ops.take(table, np.arange(640, dtype="int32") * 7 % 1000, axis=0)


IMAGE, FILTER = (4, 26, 26, 32), (3, 3, 32, 64)
# name -> (calls, program)
KERNELS = {
    "gemm 128x512x784": (1, lambda: forward(ops.matmul, (128, 784), (784, 512))),
    "gemm 64x64x64": (8, lambda: forward(ops.matmul, (64, 64), (64, 64))),
    "gemm 1x64x64": (200, lambda: forward(ops.matmul, (1, 64), (64, 64))),
    "gemm 512x16x2000": (1, lambda: forward(ops.matmul, (512, 2000), (2000, 16))),
    "conv 3x3 1-32": (4, lambda: forward(ops.conv, (4, 28, 28, 1), (3, 3, 1, 32))),
    "conv 3x3 32-64": (1, lambda: forward(ops.conv, IMAGE, FILTER)),
    "conv 3x3 32-64, input's gradient": (1, lambda: gradient(ops.conv, 0, IMAGE, FILTER)),
    "conv 3x3 32-64, filter's gradient": (1, lambda: gradient(ops.conv, 1, IMAGE, FILTER)),
    "conv 3x3 64-64 same": (1, lambda: forward(same_conv, (2, 16, 16, 64), (3, 3, 64, 64))),
    "max_pool": (4, lambda: forward(lambda x: ops.max_pool(x, 2, 2), IMAGE)),
    "max_pool, gradient": (4, lambda: gradient(lambda x: ops.max_pool(x, 2, 2), 0, IMAGE)),
    "chain of 4": (8, lambda: forward(lambda x: ops.relu(x * 2.0 + 1.0) - x, (256, 256))),
    "exp": (8, lambda: forward(ops.exp, (256, 256))),
    "tanh": (8, lambda: forward(ops.tanh, (256, 256))),
    "sum of rows": (16, lambda: forward(lambda x: ops.sum(x, axis=0), (512, 128))),
    "sum of columns": (16, lambda: forward(lambda x: ops.sum(x, axis=1), (512, 128))),
    "softmax": (40, lambda: forward(ops.softmax, (128, 100))),
    "batch norm": (8, lambda: forward(batch_norm, (8, 16, 16, 32))),
    "batch norm, gradient": (8, lambda: gradient(batch_norm, 0, (8, 16, 16, 32))),
    "transpose": (8, lambda: forward(ops.transpose, (256, 256))),
    "gather": (40, lambda: forward(row_gather, (1000, 32))),
    "gather, gradient": (40, lambda: gradient(row_gather, 0, (1000, 32))),
}
# workload -> (steps, batch): smaller batches than the timed ones, since callgrind is slow
STEPS = {
    "dense1": (40, 1),
    "dense784": (1, 128),
    "embedding": (10, 32),
    "mnist": (1, 8),
    "residual": (1, 2),
}


def training_step(name, steps, batch):
    w = workloads.BY_NAME[name]
    model = w.build(pronghorn)
    model.compile(w.optimizer, w.loss)
    x, y = w.data(np.random.default_rng(0), steps * batch)
    model.fit(x[:batch], y[:batch], batch_size=batch, verbose=0)
    function = model.train_function.function

    def run():
        function.run_batches(((x, y),), None, batch, 0, steps, 1e9, None, False)
        return model  # which the function holds only weakly

    return run


def kernel(function, calls):
    rows = np.zeros((calls, 1), "float32")
    return lambda: function.run_batches((rows,), None, 1, 0, calls, 1e9, None, False)


def cases():
    """(name, calls, a function that makes what to run)."""
    for name, (calls, make) in KERNELS.items():
        yield name, calls, lambda make=make, calls=calls: kernel(make(), calls)
    for name, (steps, batch) in STEPS.items():
        make = functools.partial(training_step, name, steps, batch)
        yield f"step of {name}, batch {batch}", steps, make


def main():
    marks = ctypes.CDLL(sys.argv[1])
    pronghorn.utils.set_random_seed(0)
    for name, calls, make in cases():
        run = make()
        run()
        marks.begin()
        run()
        marks.end(f"{calls} {name}".encode())


if __name__ == "__main__":
    main()
