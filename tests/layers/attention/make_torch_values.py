"""Makes torch_values.npz with PyTorch's scaled_dot_product_attention. Not run by the tests.

python make_torch_values.py            (an environment with torch)
"""

import os

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    values = {}
    rng = np.random.default_rng(3)
    for case in ("plain", "causal", "mask", "bias", "long"):
        length, keys = (140, 270) if case == "long" else (6, 6) if case == "causal" else (6, 9)
        shapes = {"q": (2, length, 2, 8), "k": (2, keys, 2, 8), "v": (2, keys, 2, 5)}
        shapes["dy"] = (2, length, 2, 5)
        found = {k: rng.standard_normal(s).astype("float32") for k, s in shapes.items()}
        options = {"is_causal": case == "causal"}
        if case == "mask":
            found["mask"] = rng.random((2, 1, length, keys)) < 0.6
            found["mask"][..., 0] = True  # PyTorch gives nan where a query sees nothing
            options["attn_mask"] = torch.tensor(found["mask"])
        if case == "bias":
            found["bias"] = rng.standard_normal((1, 2, length, keys)).astype("float32")
            options["attn_mask"] = torch.tensor(found["bias"])
        q, k, v = (torch.tensor(found[n], requires_grad=True) for n in "qkv")
        heads_first = [x.transpose(1, 2) for x in (q, k, v)]
        y = torch.nn.functional.scaled_dot_product_attention(*heads_first, **options)
        y = y.transpose(1, 2)
        y.backward(torch.tensor(found["dy"]))
        found |= {"y": y.detach().numpy()}
        found |= {f"d{n}": x.grad.numpy() for n, x in zip("qkv", (q, k, v))}
        values |= {f"{case}/{name}": value for name, value in found.items()}
    np.savez_compressed(os.path.join(HERE, "torch_values.npz"), **values)


if __name__ == "__main__":
    main()
