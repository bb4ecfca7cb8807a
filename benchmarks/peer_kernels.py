"""Single ops in turn with a peer's, in one process: what `kernels.py --peers` runs.

    python peer_kernels.py torch 2           prints one JSON line a case
    python peer_kernels.py keras-jax 2       metrics, by Keras on that backend

Both sides get the same arrays and the same number of threads; of many short turns the least time
of each side is kept, so that what else runs on the machine meets both.
"""

import json
import os
import sys
import time
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Case:
    name: str
    ours: object  # ours(pronghorn, arrays) -> a call
    theirs: object  # theirs(peer, arrays) -> a call
    arrays: object  # arrays(rng) -> a tuple
    bar: float = 1.0  # times the peer's time, at most


def floats(*shapes):
    return lambda rng: tuple(rng.standard_normal(s, dtype="float32") for s in shapes)


def op(ours, theirs):
    """Of tensors that each side has made beforehand."""

    def here(ph, arrays):
        tensors = [ph.ops.convert_to_tensor(a) for a in arrays]
        return lambda: ours(ph.ops, *tensors)

    def there(torch, arrays):
        tensors = [torch.from_numpy(a) for a in arrays]

        def call():
            with torch.inference_mode():
                return theirs(torch, *tensors)

        return call

    return here, there


def cumsum(axis):
    return op(lambda ops, x: ops.cumsum(x, axis=axis), lambda t, x: t.cumsum(x, axis))


def einsum(equation):
    return op(lambda ops, *x: ops.einsum(equation, *x), lambda t, *x: t.einsum(equation, *x))


def conv3d(padding):
    """Ours over (batch, depth, height, width, channels); theirs over the same memory."""

    def here(ph, arrays):
        x, w = (ph.ops.convert_to_tensor(a) for a in arrays)
        return lambda: ph.ops.conv(x, w, padding=padding)

    def there(torch, arrays):
        x = torch.from_numpy(arrays[0]).permute(0, 4, 1, 2, 3)
        w = torch.from_numpy(arrays[1]).permute(4, 3, 0, 1, 2).contiguous()

        def call():
            with torch.inference_mode():
                return torch.nn.functional.conv3d(x, w, padding=padding)

        return call

    return here, there


def sort(axis=-1):
    return op(lambda ops, x: ops.sort(x, axis=axis), lambda t, x: t.sort(x, axis)[0])


def integers(*shape):
    return lambda rng: (rng.integers(-(2**31), 2**31 - 1, shape).astype("int32"),)


TORCH = [
    Case("cumsum 1000000", *cumsum(0), floats((1000000,))),
    Case("cumsum 1000x1000, rows", *cumsum(1), floats((1000, 1000))),
    Case("cumsum 1000x1000, columns", *cumsum(0), floats((1000, 1000))),
    Case("cumsum 64x200x32, steps", *cumsum(1), floats((64, 200, 32))),
    Case("einsum ij,jk->ik 512", *einsum("ij,jk->ik"), floats((512, 512), (512, 512))),
    Case("einsum bij,bjk->bik", *einsum("bij,bjk->bik"), floats((32, 64, 64), (32, 64, 64))),
    Case(
        "einsum bqhd,bkhd->bhqk", *einsum("bqhd,bkhd->bhqk"),
        floats((8, 128, 4, 32), (8, 128, 4, 32)),
    ),
    Case(
        "einsum abc,cd->abd", *einsum("abc,cd->abd"), floats((32, 200, 128), (128, 256))
    ),
    Case("einsum bi,bj->bij", *einsum("bi,bj->bij"), floats((64, 256), (64, 256))),
    Case("einsum bi,bi->b", *einsum("bi,bi->b"), floats((1024, 1024), (1024, 1024))),
    Case("conv3d 3x3x3, 3 to 32", *conv3d("valid"), floats((4, 16, 32, 32, 3), (3, 3, 3, 3, 32))),
    Case("conv3d 3x3x3, 32 to 64", *conv3d("same"), floats((4, 8, 16, 16, 32), (3, 3, 3, 32, 64))),
    Case("conv3d 1x1x1, 64 to 64", *conv3d("valid"), floats((4, 8, 16, 16, 64), (1, 1, 1, 64, 64))),
    Case("sort 1000000", *sort(), floats((1000000,)), 1.5),
    Case("sort 1000x1000", *sort(), floats((1000, 1000)), 1.5),
    Case("sort 100000x10", *sort(), floats((100000, 10)), 1.5),
    Case("sort 1000000, int32", *sort(), integers(1000000), 1.5),
]  # fmt: skip


def metric(name, **options):
    def call_of(module, arrays):
        instance = getattr(module.metrics, name)(**options)
        tensors = [module.ops.convert_to_tensor(a) for a in arrays]

        def call():
            instance.update_state(*tensors)
            return np.asarray(module.ops.convert_to_numpy(instance.result()))

        return call

    return call_of, call_of


def scores(rows, labels=1):
    def arrays(rng):
        y = (rng.random((rows, labels)) < 0.3).astype("float32")
        return y, np.clip(0.3 * y + 0.7 * rng.random((rows, labels)), 0, 1).astype("float32")

    return arrays


KERAS = [
    Case("AUC, 10000 rows", *metric("AUC"), scores(10000)),
    Case("AUC, 256 rows", *metric("AUC"), scores(256)),
    Case("AUC, precision and recall", *metric("AUC", curve="PR"), scores(10000)),
    Case("AUC, 10 labels", *metric("AUC", multi_label=True), scores(1000, 10)),
]


def load(peer, threads):
    """The peer's module, and a pronghorn of as many threads."""
    os.environ["PRONGHORN_NUM_THREADS"] = str(threads)
    import pronghorn

    if peer == "torch":
        import torch

        torch.set_num_threads(threads)
        return pronghorn, torch
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
    import keras_like

    keras_like.load(peer, threads)
    return pronghorn, keras_like.keras


def least(calls, budget=0.5):
    """The least seconds of each call, which take turns."""
    best = [float("inf")] * len(calls)
    for call in calls:
        call()
    end, turns = time.perf_counter() + budget, 0
    while time.perf_counter() < end or turns < 5:
        for i, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - start)
        turns += 1
    return best


def main():
    peer, threads = sys.argv[1], int(sys.argv[2])
    match = sys.argv[3] if len(sys.argv) > 3 else ""
    ours, theirs = load(peer, threads)
    for case in TORCH if peer == "torch" else KERAS:
        if match not in case.name:
            continue
        arrays = case.arrays(np.random.default_rng(0))
        calls = [case.ours(ours, arrays), case.theirs(theirs, arrays)]
        mine, other = (np.asarray(call()) for call in calls)
        if peer == "torch" and case.name.startswith("conv3d"):
            other = np.moveaxis(other, 1, -1)
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-2)
        a, b = least(calls)
        line = {"peer": peer, "case": case.name, "us": a * 1e6, "peer_us": b * 1e6}
        print(json.dumps({**line, "bar": case.bar}), flush=True)


if __name__ == "__main__":
    main()
