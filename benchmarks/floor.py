"""The least time a step can take on this machine: the sum over its ops of
max(operations / peak, bytes / bandwidth of the cache level that holds them), and transcendentals.

    python floor.py [workload ...]     prints every op of the floor

Walks the layers, not a plan, so that it stays the same when the plan gets better or worse: an
activation or an addition rides in a neighbour and costs nothing but its transcendentals.
Operations are direct-convolution counts; bytes are each tensor read or written once.
tests/test_floor.py holds the counts against those of csrc/program/counts.cpp. Rates are measured.
"""

import sys
from dataclasses import dataclass

import numpy as np
import workloads

FLOAT = 4
RIDES = {
    "Flatten", "Dropout", "Activation", "Add", "Reshape", "ReLU", "Multiply", "Rescaling",
    "Normalization", "ZeroPadding2D",
}  # fmt: skip
TRANSCENDENTAL = {"sigmoid", "tanh", "softmax", "silu", "swish"}
PRODUCTS = {"Dense", "Conv1D", "Conv2D", "DepthwiseConv2D", "SeparableConv2D"}
RECURRENT = {"SimpleRNN", "LSTM", "GRU"}
UPDATE = 5  # RMSprop: weight and mean square read and written, gradient read


@dataclass
class Op:
    what: str
    operations: float
    bytes: float
    transcendentals: float = 0
    lies_in: float = 0  # bytes of what it reads from, where that is more than it moves


def machine(threads=None):
    from pronghorn.engine import device

    if threads:
        device.set_num_threads(threads)
    return device.machine_rates()


def describe(rates):
    levels = ", ".join(f"{name} {rate / 1e9:.0f}" for name, _, rate in rates["levels"])
    return (
        f"{rates['threads']} threads: peak {rates['peak'] / 1e9:.0f} GFLOP/s, "
        f"{rates['transcendentals'] / 1e9:.1f} G transcendentals/s, copies {levels} GB/s"
    )


def seconds(rates, op):
    held = max(op.bytes, op.lies_in)
    rate = next(rate for _, holds, rate in rates["levels"] if held <= holds)
    return (
        max(op.operations / rates["peak"], op.bytes / rate)
        + op.transcendentals / rates["transcendentals"]
    )


def size(shape, batch):
    return int(np.prod([batch if d is None else d for d in shape]))


def layer_ops(layer, fed, batch, trains):
    """Forward, gradients, update. fed: the model's inputs feed it, so no input gradient."""
    kind, name = type(layer).__name__, layer.name
    inputs = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
    into, out = sum(size(t.shape, batch) for t in inputs), size(layer.output.shape, batch)
    weights = sum(int(np.prod(w.shape)) for w in layer.trainable_weights)
    activation = getattr(getattr(layer, "activation", None), "__name__", None)
    special = out if activation in TRANSCENDENTAL else 0
    if kind == "SeparableConv2D":
        yield from separable_ops(layer, batch, fed, trains)
    elif kind in PRODUCTS:
        kernel = layer.trainable_weights[0].shape
        taps = kernel[:2] if kind == "DepthwiseConv2D" else kernel[:-1]
        operations = 2 * out * int(np.prod(taps))
        moved = FLOAT * (into + out + int(np.prod(kernel)))
        yield Op(name, operations, moved, special)
        if trains:
            yield Op(f"{name}, weights' gradient", operations, moved)
            if not fed:
                yield Op(f"{name}, input's gradient", operations, moved)
    elif kind == "Embedding":
        yield Op(name, 0, FLOAT * (into + 2 * out))
        if trains:
            yield Op(f"{name}, gradient", out, FLOAT * (into + out + weights))
    elif kind in RIDES:
        if special:
            yield Op(name, 0, 0, special)
    elif kind == "MultiHeadAttention":
        yield from attention_ops(layer, name, batch, fed, trains)
    elif kind == "Bidirectional":
        for one in (layer.forward_layer, layer.backward_layer):
            yield from recurrent_ops(one, layer.input.shape, name, batch, fed, trains)
    elif kind in RECURRENT:
        yield from recurrent_ops(layer, layer.input.shape, name, batch, fed, trains)
    elif kind == "BatchNormalization" and not trains:
        pass  # its factors may be put into the convolution's
    elif kind in ("BatchNormalization", "LayerNormalization"):
        yield Op(name, 6 * out, FLOAT * (into + out))
        if trains:
            yield Op(f"{name}, gradient", 9 * out, FLOAT * (2 * into + out))
    else:  # pooling: where the maximum was is known
        yield Op(name, into, FLOAT * (into + out))
        if trains:
            yield Op(f"{name}, gradient", 0, FLOAT * (into + out))
    if trains and weights:
        yield Op(f"{name}, update", 5 * weights, FLOAT * UPDATE * weights)


def separable_ops(layer, batch, fed, trains):
    """A filter for each channel, then a product; what lies between them is in memory once."""
    name, (depthwise, pointwise) = layer.name, (w.shape for w in layer.trainable_weights[:2])
    into, out = size(layer.input.shape, batch), size(layer.output.shape, batch)
    middle = out // layer.output.shape[-1] * pointwise[-2]
    parts = (
        ("each channel", middle, int(np.prod(depthwise[:2])), into, int(np.prod(depthwise))),
        ("channels", out, int(pointwise[-2]), middle, int(np.prod(pointwise))),
    )
    for i, (what, written, taps, read, kernel) in enumerate(parts):
        operations, moved = 2 * written * taps, FLOAT * (read + written + kernel)
        yield Op(f"{name}, {what}", operations, moved)
        if trains:
            yield Op(f"{name}, {what}, weights' gradient", operations, moved)
            if i or not fed:
                yield Op(f"{name}, {what}, input's gradient", operations, moved)


def attention_ops(layer, name, batch, fed, trains):
    """Projections, then scores and what they weigh, which need not be in memory."""
    length, keys = layer.input[0].shape[1], layer.input[1].shape[1]
    for dense in (layer.query_dense, layer.key_dense, layer.value_dense, layer.output_dense):
        kernel = int(np.prod(dense.kernel.shape))
        rows = batch * (length if dense in (layer.query_dense, layer.output_dense) else keys)
        wide = layer.num_heads * layer.key_dim + layer.output.shape[-1]
        moved = FLOAT * (rows * wide + kernel)
        operations = 2 * rows * kernel
        yield Op(f"{name}, {dense.name}", operations, moved)
        if trains:
            yield Op(f"{name}, {dense.name}, weights' gradient", operations, moved)
            if not fed or dense is layer.output_dense:
                yield Op(f"{name}, {dense.name}, input's gradient", operations, moved)
    scores = batch * layer.num_heads * length * keys
    sides = batch * layer.num_heads * (length + keys) * (layer.key_dim + layer.value_dim)
    product = 2 * scores * (layer.key_dim + layer.value_dim)
    yield Op(f"scores of {name}", product, FLOAT * sides, scores)
    if trains:
        yield Op(f"scores of {name}, gradient", 2 * product, FLOAT * 2 * sides)


def recurrent_ops(layer, shape, name, batch, fed, trains):
    """Products of the inputs of all steps, and of the states; gates need not be in memory."""
    kernel, recurrent = (
        int(np.prod(w.shape)) for w in (layer.cell.kernel, layer.cell.recurrent_kernel)
    )
    rows, units = batch * shape[1], layer.units
    into, out = rows * shape[2], (rows if layer.return_sequences else batch) * units
    gates = rows * units * (layer.cell.gates + (layer.cell.state_count > 1))
    yield Op(f"{name}, inputs", 2 * rows * kernel, FLOAT * (into + kernel))
    yield Op(f"{name}, states", 2 * rows * recurrent, FLOAT * (out + recurrent), gates)
    if trains:
        yield Op(f"{name}, inputs' weights' gradient", 2 * rows * kernel, FLOAT * (into + kernel))
        if not fed:
            moved = FLOAT * (into + kernel)
            yield Op(f"{name}, input's gradient", 2 * rows * kernel, moved)
        yield Op(f"{name}, states' gradient", 2 * rows * recurrent, FLOAT * (out + recurrent))
        yield Op(f"{name}, states' weights' gradient", 2 * rows * recurrent, FLOAT * recurrent)


def step_ops(model, batch, trains=True, data_bytes=0):
    """Every op of a step. data_bytes: of the data set that batches are gathered from."""
    inputs = [t.shape for t in model.inputs]
    if trains:
        read = FLOAT * sum(size(s, batch) for s in inputs)
        yield Op("rows of the batch", 0, read, lies_in=data_bytes)
    feeds = {id(t) for t in model.inputs}
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer":
            continue
        source = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
        fed = all(id(t) in feeds for t in source)
        if fed and not layer.trainable_weights:  # what it gives needs no gradient either
            feeds.add(id(layer.output))
        yield from layer_ops(layer, fed, batch, trains)


def workload_ops(w):
    import pronghorn

    row = w.data(np.random.default_rng(0), 1)[0].nbytes
    return list(step_ops(w.build(pronghorn), w.batch, w.trains, row * workloads.rows_of(w)))


def step_floor(rates, w):
    """Seconds."""
    return sum(seconds(rates, op) for op in workload_ops(w))


def main():
    rates = machine()
    print(describe(rates))
    for name in sys.argv[1:] or workloads.BY_NAME:
        w = workloads.BY_NAME[name]
        print(f"\n{name}: {w.what}, {1e3 * step_floor(rates, w):.4f} ms")
        for op in sorted(workload_ops(w), key=lambda op: -seconds(rates, op)):
            print(
                f"  {op.what:40}{1e6 * seconds(rates, op):12.2f} us"
                f"{op.operations / 1e6:12.2f} MFLOP{op.bytes / 1e6:10.3f} MB"
            )


if __name__ == "__main__":
    main()
