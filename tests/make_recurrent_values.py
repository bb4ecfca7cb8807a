"""Writes recurrent_values.npz: what PyTorch's nn.LSTM, nn.GRU and nn.RNN compute in float64, and
their gradients, with weights laid out as Keras has them.

Run in an environment with PyTorch: python tests/make_recurrent_values.py
"""

import pathlib
from functools import partial

import numpy as np

BATCH, TIME, FEATURES, UNITS = 3, 6, 4, 5
# PyTorch's gates in Keras's order: i f g o is i f c o; r z n is z r h
ORDER = {"simple_rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}


def problem(kind):
    """x, states, kernel, recurrent_kernel, bias (gru: (2, 3 units)), as Keras has them."""
    rng = np.random.default_rng(21)
    g = len(ORDER[kind]) * UNITS
    states = [rng.normal(size=(BATCH, UNITS)) for _ in range(2 if kind == "lstm" else 1)]
    x, w, u = (rng.normal(size=s) for s in ((BATCH, TIME, FEATURES), (FEATURES, g), (UNITS, g)))
    return x, states, w, u / 2, rng.normal(size=(2, g) if kind == "gru" else (g,))


def reordered(count, order, a):
    parts = np.split(a, count, -1)
    return np.concatenate([parts[k] for k in order], -1)


def main():
    import torch

    found = {}
    for kind, layer in (
        ("simple_rnn", torch.nn.RNN), ("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)
    ):  # fmt: skip
        x, states, w, u, bias = problem(kind)
        order = ORDER[kind]
        count, back = len(order), [order.index(k) for k in range(len(order))]
        theirs = partial(reordered, count, back)
        keras_order = partial(reordered, count, order)
        second = bias[1] if kind == "gru" else np.zeros_like(bias)
        first = bias[0] if kind == "gru" else bias
        net = layer(FEATURES, UNITS, batch_first=True).double()
        for name, value in (
            ("weight_ih_l0", theirs(w).T), ("weight_hh_l0", theirs(u).T),
            ("bias_ih_l0", theirs(first)), ("bias_hh_l0", theirs(second)),
        ):  # fmt: skip
            getattr(net, name).data = torch.tensor(np.ascontiguousarray(value))
        tx = torch.tensor(x, requires_grad=True)
        ts = [torch.tensor(s[None], requires_grad=True) for s in states]
        y, last = net(tx, tuple(ts) if kind == "lstm" else ts[0])
        last = last if kind == "lstm" else (last,)
        total = (y**2).sum() + sum((s**2).sum() * (k + 2) for k, s in enumerate(last))
        total.backward()
        found[f"{kind}_y"] = y.detach().numpy()
        for k, s in enumerate(last):
            found[f"{kind}_state{k}"] = s.detach().numpy()[0]
            found[f"{kind}_dstate{k}"] = ts[k].grad.numpy()[0]
        found[f"{kind}_dx"] = tx.grad.numpy()
        found[f"{kind}_dkernel"] = keras_order(net.weight_ih_l0.grad.numpy().T)
        found[f"{kind}_drecurrent"] = keras_order(net.weight_hh_l0.grad.numpy().T)
        db = keras_order(net.bias_ih_l0.grad.numpy())
        if kind == "gru":
            db = np.stack([db, keras_order(net.bias_hh_l0.grad.numpy())])
        found[f"{kind}_dbias"] = db
    np.savez_compressed(pathlib.Path(__file__).with_name("recurrent_values.npz"), **found)


if __name__ == "__main__":
    main()
