"""complex64: arithmetic, promotion, movement, gradients, programs. NumPy is the oracle."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops
from pronghorn.engine import GradientTape
from pronghorn.engine.dtypes import result_type
from pronghorn.engine.trace import Function


def numbers(*shape, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype("complex64")


Z, W = numbers(3, 4), numbers(4, seed=1)


def same(ours, theirs, tol=2e-6):
    ours = ours.numpy()
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=tol, atol=tol)


UNARY = (
    "exp log sqrt sin cos tan sinh cosh tanh negative square reciprocal conj conjugate real imag "
    "angle abs log1p expm1 isnan isinf isfinite isreal"
).split()


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("shape", [(3, 4), (), (0,), (2, 0, 3), (5000,)])
def test_functions_of_one(name, shape):
    z = numbers(*shape)
    same(getattr(ops, name)(z), np.asarray(getattr(np, name)(z)), 4e-6)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "power"])
def test_functions_of_two_broadcast(name):
    f, g = getattr(ops, name), getattr(np, name)
    same(f(Z, W), g(Z, W), 4e-6)
    same(f(Z[:, :1], W), g(Z[:, :1], W), 4e-6)
    same(f(W[0], Z), g(W[0], Z), 4e-6)
    same(f(ops.convert_to_tensor(Z), 2), g(Z, 2), 4e-6)
    same(f(1.5j, ops.convert_to_tensor(Z)), g(np.complex64(1.5j), Z), 4e-6)


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float16", "float32", "float64"])
def test_promotion(dtype):
    x = np.array([0, 1, 1, 0]).astype(dtype)
    same(ops.add(W, x), W + x.astype("complex64"))
    assert ops.convert_to_tensor(1 + 2j).dtype == "complex64"
    assert ops.convert_to_tensor(np.complex128(1j)).dtype == "complex64"
    assert result_type("complex64", dtype) == "complex64"
    same(ops.cast(x, "complex64"), x.astype("complex64"))
    if dtype != "bool":
        same(ops.cast(W, dtype), W.real.astype(dtype))


def test_movement_and_sums():
    same(ops.reshape(Z, (2, 6)), Z.reshape(2, 6))
    same(ops.transpose(Z), Z.T)
    same(ops.concatenate([Z, Z.real], 1), np.concatenate([Z, Z.real.astype("complex64")], 1))
    same(ops.stack([W, W]), np.stack([W, W]))
    same(ops.convert_to_tensor(Z)[1:, ::-2], Z[1:, ::-2])
    same(ops.take(Z, [2, 0], axis=1), Z[:, [2, 0]])
    same(ops.pad(Z, 1), np.pad(Z, 1))
    same(ops.broadcast_to(W, (3, 4)), np.broadcast_to(W, (3, 4)))
    same(
        ops.where([True, False, True, False], Z, 1.0),
        np.where([1, 0, 1, 0], Z, 1).astype("complex64"),
    )
    same(ops.sum(Z, axis=0), Z.sum(0))
    same(ops.mean(Z, axis=1, keepdims=True), Z.mean(1, keepdims=True))
    same(ops.cumsum(Z, axis=1), Z.cumsum(1))
    same(ops.matmul(Z, Z.T), Z @ Z.T)
    same(ops.matmul(Z, W), Z @ W)
    same(ops.equal(Z, Z), Z == Z)
    same(ops.zeros((2,), "complex64"), np.zeros(2, "complex64"))
    same(ops.ones((2,), "complex64"), np.ones(2, "complex64"))


def test_views_and_polar():
    same(ops.view_as_real(Z), np.stack([Z.real, Z.imag], -1))
    same(ops.view_as_complex(np.stack([Z.real, Z.imag], -1)), Z)
    same(ops.polar(np.abs(Z), np.angle(Z)), Z)
    with pytest.raises(ValueError, match="must be size 2"):
        ops.view_as_complex(np.ones((2, 3), "float32"))


def test_values_in_python():
    t = ops.convert_to_tensor(W)[0]
    assert t.item() == complex(W[0]) and bool(t) and "complex64" in repr(t)
    assert not bool(ops.convert_to_tensor(0j)) and bool(ops.convert_to_tensor(1j))
    with pytest.raises(TypeError, match="ops.real"):
        float(t)
    with pytest.raises(TypeError, match="sort: complex64 is not supported"):
        ops.sort(Z)
    np.testing.assert_array_equal(np.from_dlpack(ops.convert_to_tensor(Z)), Z)


def numeric(f, z):
    """dL/dx + i dL/dy by central differences in float64."""
    g = np.zeros(z.shape, "complex128")
    for i in np.ndindex(z.shape):
        for step, unit in ((1e-5, 1), (1e-5j, 1j)):
            up, down = z.astype("complex128"), z.astype("complex128")
            up[i] += step
            down[i] -= step
            g[i] += unit * (f(up) - f(down)) / 2e-5
    return g


LOSSES = {
    "abs": lambda o, z: o.sum(o.abs(z)),
    "angle": lambda o, z: o.sum(o.angle(z)),
    "exp": lambda o, z: o.sum(o.real(o.exp(z))),
    "log": lambda o, z: o.sum(o.imag(o.log(z))),
    "sqrt": lambda o, z: o.sum(o.square(o.abs(o.sqrt(z) + 1.0))),
    "products": lambda o, z: o.sum(o.imag(z * z * z / (z + 2.0))),
    "conj": lambda o, z: o.sum(o.real(z * o.conj(z) * z)),
    "power": lambda o, z: o.sum(o.real(o.power(z, z))),
    "matmul": lambda o, z: o.sum(o.abs(o.matmul(z, o.transpose(z)))),
    "trigonometric": lambda o, z: o.sum(o.real(o.sin(z) * o.cos(z) + o.tanh(z))),
    "broadcast": lambda o, z: o.sum(o.square(o.abs(z * z[0] + 1.5))),
    "reciprocal": lambda o, z: o.sum(o.real(o.reciprocal(z) + o.log1p(z) + o.expm1(z))),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients(name):
    loss = LOSSES[name]
    z = numbers(2, 3, seed=5)

    class Numpy:
        def __getattr__(self, attribute):
            return getattr(np, attribute)

    expected = numeric(lambda v: loss(Numpy(), v), z)

    def gradient(x):
        with GradientTape() as tape:
            tape.watch(x)
            value = loss(ops, x)
        return tape.gradient(value, x)

    x = ops.convert_to_tensor(z)
    same(gradient(x), expected.astype("complex64"), 2e-3)
    np.testing.assert_allclose(Function(gradient)(x), gradient(x), rtol=1e-5, atol=1e-6)


def test_gradients_of_real_parts():
    x = ops.convert_to_tensor(Z.real)
    with GradientTape() as tape:
        tape.watch(x)
        value = ops.sum(ops.square(ops.abs(ops.cast(x, "complex64") * W)))
    np.testing.assert_allclose(tape.gradient(value, x), 2 * Z.real * np.abs(W) ** 2, rtol=1e-5)


def test_programs_and_symbols():
    f = Function(lambda a, b: ops.exp(a) * b + ops.conj(a))
    same(f(ops.convert_to_tensor(Z), ops.convert_to_tensor(W)), np.exp(Z) * W + Z.conj(), 4e-6)
    x = ph.Input((3,), dtype="complex64")
    y = ops.abs(x * x)
    assert (y.shape, y.dtype, (x + 1j).dtype) == ((None, 3), "float32", "complex64")
    model = ph.Model(x, y)
    np.testing.assert_allclose(model.predict(Z[:, :3], verbose=0), np.abs(Z[:, :3]) ** 2, rtol=1e-5)


def test_variables_hold_them():
    v = ph.Variable(W, dtype="complex64")
    v.assign_add(W)
    np.testing.assert_allclose(v.numpy(), 2 * W)


def test_eigenvalues():
    a = np.random.default_rng(3).normal(size=(2, 4, 4))
    w, v = ops.eig(a)
    w, v = w.numpy(), v.numpy()
    np.testing.assert_allclose(a @ v, v * w[:, None, :], atol=1e-5)
    inverse = ops.inv(ops.convert_to_tensor(a.astype("complex64") + 1j * np.eye(4)))
    np.testing.assert_allclose(inverse, np.linalg.inv(a + 1j * np.eye(4)), rtol=2e-3, atol=1e-4)

    def loss(a):
        w, v = ops.eig(a)
        return ops.sum(ops.square(ops.abs(w + 1j))) + ops.sum(ops.square(ops.abs(v[..., 0, :])))

    x = ops.convert_to_tensor(a[0])
    with GradientTape() as tape:
        tape.watch(x)
        value = loss(x)
    gradient = tape.gradient(value, x).numpy()
    direction = np.random.default_rng(4).normal(size=(4, 4))

    def exact(a):
        w, v = np.linalg.eig(a)
        return (np.abs(w + 1j) ** 2).sum() + (np.abs(v[0]) ** 2).sum()

    slope = (exact(a[0] + 1e-6 * direction) - exact(a[0] - 1e-6 * direction)) / 2e-6
    np.testing.assert_allclose((gradient * direction).sum(), slope, rtol=1e-3)
