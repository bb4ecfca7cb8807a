"""Recurrent layers over a whole sequence: simple_rnn, lstm and gru (internal: layers use them).

x (batch, time, features), states (batch, units), kernels in Keras's layout and order of gates: LSTM
i, f, c, o; GRU z, r, h. mask (batch, time): where false, the state is carried and the output is
the previous one (zeros before the first), or zeros when asked.
"""

from ._args import floating, shape_of, tensor
from .activation import hard_sigmoid, relu, sigmoid
from .array import broadcast_to, cast, expand_dims, stack
from .creation import zeros
from .math import add, clip, multiply, subtract, tanh, where
from .matrix import matmul
from .splitting import unstack


def _keras2(x):
    return clip(add(multiply(x, 0.2), 0.5), 0.0, 1.0)


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": relu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid,
    "hard_sigmoid_keras2": _keras2,
}


def supported(kind, activation, recurrent_activation="sigmoid"):
    """Whether `kind` ("simple_rnn", "lstm", "gru") has a kernel for activations of those names.

    Args:
        kind: Which of the functions of this module.
        activation: Name of the activation of new states; None is "linear".
        recurrent_activation: Name of that of gates; not looked at for "simple_rnn".
    """
    names = [activation] if kind == "simple_rnn" else [activation, recurrent_activation]
    return kind in ("simple_rnn", "lstm", "gru") and all(
        n is None or (isinstance(n, str) and n in ACTIVATIONS) for n in names
    )


def simple_rnn(
    x,
    h0,
    kernel,
    recurrent_kernel,
    bias=None,
    mask=None,
    activation="tanh",
    go_backwards=False,
    zero_output_for_mask=False,
    return_sequences=True,
):
    """h = activation(x kernel + h recurrent_kernel + bias), step after step.

    Args:
        x: Float tensor (batch, time, features).
        h0: First state (batch, units).
        kernel, recurrent_kernel: Tensors (features, units) and (units, units).
        bias: Tensor (units,), or None.
        mask: Bool tensor (batch, time), or None.
        activation: One of `ACTIVATIONS`.
        go_backwards: Whether to go from the last step to the first.
        zero_output_for_mask: Whether masked steps give zeros.
        return_sequences: Whether to return every output, or the last one.

    Returns:
        (outputs, h): outputs (batch, time, units), in the order computed, or (batch, units).
    """
    act = _activation(activation)

    def step(projected, h):
        (h,) = h
        return (act(add(projected, matmul(h, recurrent_kernel))),)

    run = (mask, go_backwards, zero_output_for_mask, return_sequences)
    return _loop(_project(x, kernel, bias), (h0,), step, *run)


def lstm(
    x,
    h0,
    c0,
    kernel,
    recurrent_kernel,
    bias=None,
    mask=None,
    activation="tanh",
    recurrent_activation="sigmoid",
    go_backwards=False,
    zero_output_for_mask=False,
    return_sequences=True,
):
    """c = f c + i activation(g); h = o activation(c) (Hochreiter & Schmidhuber 1997, Gers 2000).

    Args:
        x: Float tensor (batch, time, features).
        h0, c0: First states (batch, units).
        kernel, recurrent_kernel: Tensors (features, 4 units) and (units, 4 units).
        bias: Tensor (4 units,), or None.
        mask, go_backwards, zero_output_for_mask, return_sequences: As in `simple_rnn`.
        activation, recurrent_activation: Of states and of gates.

    Returns:
        (outputs, h, c).
    """
    act, gate = _activation(activation), _activation(recurrent_activation)

    def step(projected, states):
        h, c = states
        i, f, g, o = _parts(add(projected, matmul(h, recurrent_kernel)), 4)
        c = add(multiply(gate(f), c), multiply(gate(i), act(g)))
        return multiply(gate(o), act(c)), c

    run = (mask, go_backwards, zero_output_for_mask, return_sequences)
    return _loop(_project(x, kernel, bias), (h0, c0), step, *run)


def gru(
    x,
    h0,
    kernel,
    recurrent_kernel,
    bias=None,
    mask=None,
    activation="tanh",
    recurrent_activation="sigmoid",
    reset_after=True,
    go_backwards=False,
    zero_output_for_mask=False,
    return_sequences=True,
):
    """h = z h + (1 - z) n, where n sees h through the reset gate r (Cho et al. 2014).

    Args:
        x: Float tensor (batch, time, features).
        h0: First state (batch, units).
        kernel, recurrent_kernel: Tensors (features, 3 units) and (units, 3 units).
        bias: None, or a tensor (3 units,); with `reset_after` (2, 3 units): of both products.
        mask, go_backwards, zero_output_for_mask, return_sequences: As in `simple_rnn`.
        activation, recurrent_activation: Of states and of gates.
        reset_after: Whether r multiplies h's product (as cuDNN does) rather than h.

    Returns:
        (outputs, h).
    """
    act, gate = _activation(activation), _activation(recurrent_activation)
    first, second = (bias[0], bias[1]) if bias is not None and reset_after else (bias, None)
    units = tensor(recurrent_kernel).shape[0]

    def step(projected, h):
        (h,) = h
        xz, xr, xh = _parts(projected, 3)
        if reset_after:
            product = matmul(h, recurrent_kernel)
            hz, hr, hh = _parts(product if second is None else add(product, second), 3)
            z, r = gate(add(xz, hz)), gate(add(xr, hr))
            new = act(add(xh, multiply(r, hh)))
        else:
            hz, hr = _parts(matmul(h, recurrent_kernel[:, : 2 * units]), 2)
            z, r = gate(add(xz, hz)), gate(add(xr, hr))
            new = act(add(xh, matmul(multiply(r, h), recurrent_kernel[:, 2 * units :])))
        return (add(multiply(z, h), multiply(subtract(1.0, z), new)),)

    run = (mask, go_backwards, zero_output_for_mask, return_sequences)
    return _loop(_project(x, kernel, first), (h0,), step, *run)


def _activation(name):
    known = ACTIVATIONS.get("linear" if name is None else name)
    if known is None:
        raise ValueError(f"A recurrent kernel needs an activation of {list(ACTIVATIONS)}: {name!r}")
    return known


def _project(x, kernel, bias):
    product = matmul(floating(x), kernel)
    return product if bias is None else add(product, bias)


def _parts(x, count):
    units = x.shape[-1] // count
    return [x[:, i * units : (i + 1) * units] for i in range(count)]


def _loop(projected, states, step, mask, backwards, zero_masked, sequences):
    """The plain definition: one step after another, from the projected inputs."""
    batch, time, _ = shape_of(projected)
    states = tuple(tensor(s) for s in states)
    units = states[0].shape[-1]
    if not isinstance(time, int):  # only shapes are asked for: one step stands for all
        new = step(projected[:, 0], states)
        shape = (batch, time, units)
        outputs = broadcast_to(expand_dims(new[0], 1), shape) if sequences else new[0]
        return outputs, *new
    blank = zeros((batch, units), projected.dtype)
    inputs = unstack(projected, axis=1) if time else []
    kept = unstack(expand_dims(cast(mask, "bool"), -1), axis=1) if mask is not None else None
    outputs, last = [], blank
    for t in range(time)[:: -1 if backwards else 1]:
        new = step(inputs[t], states)
        if kept is None:
            states = new
            last = new[0]
        else:
            states = tuple(where(kept[t], n, s) for n, s in zip(new, states))
            last = where(kept[t], new[0], blank if zero_masked else last)
        outputs.append(last)
    if sequences:
        last = stack(outputs, axis=1) if outputs else zeros((batch, 0, units), projected.dtype)
    return last, *states


__all__ = ["gru", "lstm", "simple_rnn", "supported"]
