"""The least time a step can take on this machine: the sum over its ops of
max(operations / peak, bytes / bandwidth of the cache level that holds them).

Operations are direct-convolution counts, forward and both gradients (none for the first layer's
input); bytes are each tensor read or written once; transcendentals are too few here to count. Peak
and bandwidths are measured, on all threads: the peak by the largest rate of multiply-adds seen in
GEMMs, bandwidth by copies.
"""

import threading
import time

import numpy as np

LEVELS = {"L2": 256 << 10, "L3": 4 << 20, "memory": 256 << 20}  # bytes copied a thread


def copy_rate(size, threads):
    """Bytes read and written a second by `threads` copies of `size` bytes each."""
    pairs = [(np.ones(size // 8), np.empty(size // 8)) for _ in range(threads)]
    loops = max(1, (256 << 20) // size)
    best = 0.0
    for _ in range(3):
        gate = threading.Barrier(threads + 1)

        def work(pair, gate=gate):
            gate.wait()
            for _ in range(loops):
                np.copyto(pair[1], pair[0])

        crew = [threading.Thread(target=work, args=(p,)) for p in pairs]
        for t in crew:
            t.start()
        gate.wait()
        start = time.perf_counter()
        for t in crew:
            t.join()
        best = max(best, 2 * size * loops * threads / (time.perf_counter() - start))
    return best


def product_rate():
    """Multiply and add operations a second, the best of our float32 products."""
    from pronghorn import engine, ops

    best = 0.0
    for n in (512, 1024, 1536):
        a = engine.convert_to_tensor(np.ones((n, n), "float32"))
        ops.matmul(a, a)
        for _ in range(6):
            start = time.perf_counter()
            ops.matmul(a, a)
            best = max(best, 2 * n**3 / (time.perf_counter() - start))
    return best


class Machine:
    def __init__(self, threads, peak=None):
        self.peak = peak or product_rate()
        self.rates = {level: copy_rate(size, threads) for level, size in LEVELS.items()}
        self.threads = threads

    def seconds(self, operations, moved):
        level = "memory"
        if moved <= (1 << 20) * self.threads:
            level = "L2"
        elif moved <= 32 << 20:
            level = "L3"
        return max(operations / self.peak, moved / self.rates[level])

    def describe(self):
        rates = ", ".join(f"{k} {v / 1e9:.0f} GB/s" for k, v in self.rates.items())
        return f"peak {self.peak / 1e9:.0f} GFLOP/s, {rates} on {self.threads} threads"


def size(shape, batch):
    return int(np.prod([batch if d is None else d for d in shape]))


def ops_of(model, batch, trains):
    """(operations, bytes) of every op of a step: forward, gradients, update."""
    first = True
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        output = layer.output
        out = size(output.shape, batch)
        inputs = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
        into = sum(size(t.shape, batch) for t in inputs)
        weights = sum(int(np.prod(w.shape)) for w in layer.trainable_weights)
        if kind in ("Dense", "Conv2D"):
            kernel = layer.trainable_weights[0].shape
            operations = 2 * out * int(np.prod(kernel[:-1]))
            moved = 4 * (into + out + weights)
            yield operations, moved
            if trains:
                yield operations, moved  # the filter's gradient
                if not first:
                    yield operations, moved  # the input's gradient
        elif kind == "Embedding":
            yield 0, 4 * 2 * out
            if trains:
                yield 0, 4 * (out + weights)
        elif kind in ("Flatten", "Dropout"):
            pass
        elif kind == "Activation" or kind == "Add":
            pass  # can ride in a neighbour's epilogue
        else:  # pooling, normalisation: read and write once each way
            yield 0, 4 * (into + out)
            if trains:
                yield 0, 4 * (into + out)
        if trains and weights:
            yield 0, 4 * 5 * weights  # RMSprop: weight, mean square in and out, gradient in
        first = False


def step_floor(machine, model, batch, trains=True):
    """Seconds."""
    return sum(machine.seconds(*op) for op in ops_of(model, batch, trains))
