"""Ops of a functional model are written as Keras 3.15 writes them, and read back."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import ops

FLOATS = "cbrt log2 log10 i0 tan arccos arcsin arctan cosh sinh arccosh arcsinh arctanh".split()
INTEGERS = "bitwise_and bitwise_or bitwise_xor left_shift right_shift gcd lcm".split()

# the call, Keras's class (its module below keras.src.ops), what its config holds beside the name
CASES = [
    *((getattr(ops, name), "numpy", name.capitalize(), {}) for name in FLOATS),
    *((getattr(ops, name), "numpy", name.title().replace("_", ""), {}) for name in INTEGERS),
    (ops.bitwise_not, "numpy", "BitwiseNot", {}),
    (ops.arctan2, "numpy", "Arctan2", {}),
    (ops.nextafter, "numpy", "Nextafter", {}),
    (ops.erfinv, "math", "Erfinv", {}),
    (ops.relu6, "nn", "Relu6", {}),
    (lambda x: ops.cumsum(x, axis=1), "numpy", "Cumsum", {"axis": 1, "dtype": None}),
    (lambda x: ops.cumprod(x, axis=2), "numpy", "Cumprod", {"axis": 2, "dtype": None}),
]
PAIRS = {"Arctan2", "Nextafter", *(name.title().replace("_", "") for name in INTEGERS)}


@pytest.mark.parametrize(
    "call, module, name, fixed", CASES, ids=[f"{module}.{name}" for _, module, name, _ in CASES]
)
def test_an_op_is_written_as_keras_writes_it(call, module, name, fixed):
    rng = np.random.default_rng(0)
    whole = name.startswith(("Bitwise", "Left", "Right", "Gcd", "Lcm"))
    dtype = "int32" if whole else "float32"
    count = 2 if name in PAIRS else 1
    values = [
        rng.integers(1, 9, (2, 5, 3)).astype(dtype)
        if whole
        else rng.uniform(1.1, 3, (2, 5, 3)).astype(dtype)
        if name == "Arccosh"
        else rng.uniform(0.1, 0.9, (2, 5, 3)).astype(dtype)
        for _ in range(count)
    ]
    inputs = [keras.Input((5, 3), dtype=dtype) for _ in range(count)]
    model = keras.Model(inputs, call(*inputs))
    config = model.get_config()
    (entry,) = [e for e in config["layers"] if e["class_name"] != "InputLayer"]
    assert (entry["module"], entry["class_name"]) == (f"keras.src.ops.{module}", name)
    assert {k: v for k, v in entry["config"].items() if k != "name"} == fixed
    again = keras.Model.from_config(config)
    found, expected = (np.asarray(m(values)) for m in (again, model))
    np.testing.assert_array_equal(found, expected)
    assert np.isfinite(found).all()
