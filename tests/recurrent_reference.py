"""simple_rnn, lstm and gru in NumPy float64, one sequence and one step at a time."""

import numpy as np

ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_sigmoid_keras2": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
}


def recurrent(
    kind, x, states, kernel, recurrent_kernel, bias=None, mask=None, activation="tanh",
    recurrent_activation="sigmoid", reset_after=True, go_backwards=False,
    zero_output_for_mask=False, return_sequences=True,
):  # fmt: skip
    """(outputs, *states) of every sequence of the batch, in float64."""
    f64 = lambda a: None if a is None else np.asarray(a, "float64")
    x, kernel, recurrent_kernel, bias = (f64(a) for a in (x, kernel, recurrent_kernel, bias))
    states = [f64(s).copy() for s in states]
    act, gate = ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation]
    batch, time, _ = x.shape
    units = states[0].shape[1]
    outputs = np.zeros((batch, time, units))
    last = np.zeros((batch, units))
    for b in range(batch):
        order = range(time)[::-1] if go_backwards else range(time)
        for position, t in enumerate(order):
            if mask is None or mask[b, t]:
                old = [s[b] for s in states]
                new = _step(
                    kind, x[b, t], old, kernel, recurrent_kernel, bias, act, gate, reset_after
                )
                for s, n in zip(states, new):
                    s[b] = n
                last[b] = new[0]
            elif zero_output_for_mask:
                last[b] = 0
            outputs[b, position] = last[b]
    return [outputs if return_sequences else last, *states]


def _step(kind, x, states, w, u, bias, act, gate, reset_after):
    h = states[0]
    n = h.shape[0]
    part = lambda a, k: a[..., k * n : (k + 1) * n]
    if kind == "gru" and reset_after:
        b = np.zeros((2, 3 * n)) if bias is None else bias
        px, ph = x @ w + b[0], h @ u + b[1]
        z, r = (gate(part(px, k) + part(ph, k)) for k in (0, 1))
        return [z * h + (1 - z) * act(part(px, 2) + r * part(ph, 2))]
    px = x @ w + (0 if bias is None else bias)
    if kind == "gru":
        z, r = (gate(part(px, k) + h @ part(u, k)) for k in (0, 1))
        return [z * h + (1 - z) * act(part(px, 2) + (r * h) @ part(u, 2))]
    p = px + h @ u
    if kind == "simple_rnn":
        return [act(p)]
    i, f, g, o = gate(part(p, 0)), gate(part(p, 1)), act(part(p, 2)), gate(part(p, 3))
    c = f * states[1] + i * g
    return [o * act(c), c]


GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}


def problem(kind, options, batch, time, features, units, bias=True, dtype="float32", seed=0):
    """(x, states, [kernel, recurrent_kernel, bias])"""
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.uniform(-1, 1, shape).astype(dtype)
    g = GATES[kind] * units
    two = kind == "gru" and options.get("reset_after", True)
    states = [draw(batch, units) for _ in range(2 if kind == "lstm" else 1)]
    weights = [draw(features, g), draw(units, g) / np.dtype(dtype).type(units**0.5)]
    if bias:
        weights.append(draw(2, g) if two else draw(g))
    return draw(batch, time, features), states, weights


def mask_of(how, batch, time, seed=1):
    if how == "none":
        return None
    mask = np.random.default_rng(seed).random((batch, time)) > 0.4
    if how == "ends":  # whole steps masked in front and behind
        mask[:, :2] = mask[:, -1:] = False
    if how == "row":
        mask[0] = False
    return mask
