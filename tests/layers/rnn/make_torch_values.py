"""Makes torch_values.npz with PyTorch's nn.RNN, nn.LSTM and nn.GRU. Not run by the tests.

python make_torch_values.py            (an environment with torch)
"""

import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
# PyTorch's order of gates, as places in Keras's order
ORDER = {"rnn": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}


def weights(kind, inputs=4, units=3):
    """Kernel, recurrent kernel and the two biases (gates of one array side by side)."""
    random = np.random.RandomState(len(kind))
    n = len(ORDER[kind]) * units
    return [random.uniform(-0.7, 0.7, s) for s in ((inputs, n), (units, n), (n,), (n,))]


def sequences():
    return np.random.RandomState(9).uniform(-1, 1, (3, 6, 4))


def main():
    import torch

    found = {}
    for kind in ORDER:
        module = getattr(torch.nn, kind.upper())(4, 3, batch_first=True, dtype=torch.float64)
        for parameter, value in zip(module.parameters(), weights(kind)):
            gates = np.split(value, len(ORDER[kind]), axis=-1)
            value = np.concatenate([gates[i] for i in ORDER[kind]], axis=-1)
            parameter.data = torch.tensor(value.T.copy())
        x = torch.tensor(sequences(), requires_grad=True)
        y, state = module(x)
        (y**2).sum().backward()
        found[f"{kind}/y"] = y.detach().numpy()
        found[f"{kind}/gradient"] = x.grad.numpy()
        states = state if kind == "lstm" else (state,)
        for i, s in enumerate(states):
            found[f"{kind}/state{i}"] = s[0].detach().numpy()
    np.savez_compressed(os.path.join(HERE, "torch_values.npz"), **found)


if __name__ == "__main__":
    main()
