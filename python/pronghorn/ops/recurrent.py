"""Recurrent layers over a whole sequence: simple_rnn, lstm and gru (internal: layers use them).

x (batch, time, features), states (batch, units), kernels in Keras's layout and order of gates: LSTM
i, f, c, o; GRU z, r, h. mask (batch, time): where false, the state is carried and the output is
the previous one (zeros before the first), or zeros when asked.
"""

from ._args import cast, floating, op, tensor

_rnn = op("rnn")

# the order of RnnAct
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "hard_sigmoid", "hard_sigmoid_keras2")
_SIMPLE, _LSTM, _GRU_BEFORE, _GRU = range(4)  # the order of RnnCell


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
    run = (go_backwards, zero_output_for_mask, return_sequences)
    inputs = (x, kernel, recurrent_kernel, h0)
    return _run(_SIMPLE, inputs, bias, mask, (activation, "linear"), run)


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
    run = (go_backwards, zero_output_for_mask, return_sequences)
    inputs = (x, kernel, recurrent_kernel, h0, c0)
    return _run(_LSTM, inputs, bias, mask, (activation, recurrent_activation), run)


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
    run = (go_backwards, zero_output_for_mask, return_sequences)
    inputs = (x, kernel, recurrent_kernel, h0)
    cell = _GRU if reset_after else _GRU_BEFORE
    return _run(cell, inputs, bias, mask, (activation, recurrent_activation), run)


def _activation(name):
    known = "linear" if name is None else name
    if known not in ACTIVATIONS:
        raise ValueError(f"A recurrent kernel needs an activation of {ACTIVATIONS}: {name!r}")
    return ACTIVATIONS.index(known)


def _run(cell, inputs, bias, mask, acts, run):
    inputs = [floating(x) for x in inputs]
    if bias is not None:
        inputs.append(floating(bias))
    if mask is not None:
        inputs.append(cast(tensor(mask), "bool"))
    acts = [_activation(a) for a in acts]
    attrs = (cell, *acts, bias is not None, mask is not None, *run)
    return _rnn(tuple(inputs), attrs)[: 3 if cell == _LSTM else 2]


__all__ = ["gru", "lstm", "simple_rnn", "supported"]
