"""Native ops below the public functions: fused against plain, gradients of order 1 and 2 against
finite differences, half precision against float64, and arguments that must not crash."""

import numpy as np
import pytest
from native_rows import ERRORS, ROWS
from pronghorn import engine, ops

STEP = 1e-5
HALF = {"float32": 1e-4, "float16": 3e-2, "bfloat16": 2e-1}
# What amplifies or jumps: comparing halves says nothing about these.
JUMPS = (
    "dropout",
    "max_pool_grad",
    "max_pool_grad_epilogue",
    "max_pool_pick",
    "relu_gate",
    "relu6_gate",
)


def outputs(row, tensors):
    result = engine.dispatch.op(row.name)(tuple(tensors), row.attrs)
    return result if isinstance(result, tuple) else (result,)


def tensors_of(row):
    return [engine.convert_to_tensor(i) for i in row.inputs]


def wanted(row):
    if row.linear is not None:
        return row.linear
    return tuple(i for i, x in enumerate(row.inputs) if x.dtype.kind == "f")


def close(a, b, tolerance):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    assert a.shape == b.shape
    if a.size:
        assert np.abs(a - b).max() <= tolerance * (1e-3 + np.abs(b).max())


@pytest.mark.parametrize("row", [r for r in ROWS if r.plain], ids=str)
def test_fused_equals_plain(row, width):
    tensors = tensors_of(row)
    for have, want in zip(
        outputs(row, tensors), engine.dispatch.op(row.name).compose(tensors, row.attrs), strict=True
    ):
        close(have, want, 1e-9)


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("row", [r for r in ROWS if r.name not in JUMPS], ids=str)
def test_other_floats(row, dtype):
    exact = outputs(row, tensors_of(row))
    cast = [ops.cast(t, dtype) if t.dtype == "float64" else t for t in tensors_of(row)]
    for have, want in zip(outputs(row, cast), exact, strict=True):
        close(ops.cast(have, "float64"), want, HALF[dtype])


class Scalar:
    """sum(outputs * weights) as a function of the differentiable inputs, and its gradients."""

    def __init__(self, row, rng):
        self.row, self.tensors = row, tensors_of(row)
        self.at = wanted(row)
        self.base = [self.tensors[i] for i in self.at]
        draw = lambda like: engine.convert_to_tensor(rng.uniform(-1, 1, like.shape))
        self.weights = [draw(o) for o in outputs(row, self.tensors)]
        self.direction = [draw(b) for b in self.base]
        self.second = [draw(b) for b in self.base]

    def value(self, inputs):
        full = list(self.tensors)
        for i, x in zip(self.at, inputs):
            full[i] = x
        parts = zip(outputs(self.row, full), self.weights, strict=True)
        return sum(ops.sum(o * w) for o, w in parts)

    def gradients(self, function, inputs):
        with engine.GradientTape() as tape:
            for x in inputs:
                tape.watch(x)
            y = function(inputs)
        return tape.gradient(y, inputs)

    def slope(self, inputs):
        found = self.gradients(self.value, inputs)
        terms = [ops.sum(g * w) for g, w in zip(found, self.second) if g is not None]
        return sum(terms[1:], terms[0])

    def check(self, function, tolerance):
        found = self.gradients(function, self.base)
        for g, b in zip(found, self.base):
            assert g is None or g.shape == b.shape
        exact = sum(float(ops.sum(g * d)) for g, d in zip(found, self.direction) if g is not None)
        ends = [
            float(function([b + d * (s * STEP) for b, d in zip(self.base, self.direction)]))
            for s in (1.0, -1.0)
        ]
        close(exact, (ends[0] - ends[1]) / (2 * STEP), tolerance)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_gradient(row):
    scalar = Scalar(row, np.random.default_rng(3))
    scalar.check(scalar.value, 2e-5)


@pytest.mark.parametrize("row", [r for r in ROWS if r.order2], ids=str)
def test_gradient_of_gradient(row):
    scalar = Scalar(row, np.random.default_rng(4))
    scalar.check(scalar.slope, 2e-4)


@pytest.mark.parametrize("name, shapes, attrs, words", ERRORS)
def test_wrong_arguments(name, shapes, attrs, words):
    function = engine.dispatch.op(name)
    tensors = tuple(ops.zeros(s) for s in shapes)
    with pytest.raises((ValueError, TypeError), match=words):
        function(tensors, attrs)
    with pytest.raises((ValueError, TypeError), match=words):
        function.infer([(s, "float32") for s in shapes], attrs)
    # too few attributes, or of the wrong kind, are errors as well
    for wrong in ((), ((),), ("float32",), (None, None, None)):
        try:
            function(tensors, wrong)
        except (ValueError, TypeError):
            pass


@pytest.mark.parametrize("zeros", [(), (1,), (0, 2)])
def test_second_derivative_of_prod_beside_zeros(zeros):
    # d2/dx_i dx_j prod(x) is the product of the rest, zeros among them or not
    x = np.array([[1.5, -2.0, 3.0, 0.5], [2.0, 1.0, -1.0, 4.0]])
    x[0, list(zeros)] = 0
    weights = np.array([[1.0, 10.0, 100.0, 1000.0]] * 2)
    variable = engine.Variable(x, dtype="float64")
    with engine.GradientTape() as outer:
        with engine.GradientTape() as inner:
            y = ops.sum(ops.prod(variable, axis=1))
        first = inner.gradient(y, variable)
        weighted = ops.sum(first * weights)
    want = np.zeros_like(x)
    others = np.zeros_like(x)
    for r, row in enumerate(x):
        for i in range(4):
            others[r, i] = np.prod(np.delete(row, i))
            for j in range(4):
                if i != j:
                    want[r, i] += weights[r, j] * np.prod(np.delete(row, [i, j]))
    np.testing.assert_allclose(first, others, rtol=1e-12)
    np.testing.assert_allclose(outer.gradient(weighted, variable), want, rtol=1e-12)
