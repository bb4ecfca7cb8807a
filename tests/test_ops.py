"""Every row of the op table: values, shapes, gradients, programs, sizes, bad arguments."""

import zlib

import numpy as np
import op_rows
import pytest
from op_table import ROWS
from pronghorn import engine, ops

NAMES = {row.name: row for row in ROWS}


def inputs_of(row, dtype, shapes=None, seed=0):
    rng = np.random.RandomState(zlib.crc32(row.name.encode()) % 2**31 + seed)
    values = []
    for i, arg in enumerate(row.args):
        shape = arg.shape if shapes is None else shapes[i]
        if arg.kind == "index":
            values.append(rng.randint(arg.low, arg.high, shape).astype("int32"))
        elif arg.kind == "bool" or dtype == "bool":
            values.append(rng.rand(*shape) < 0.5)
        elif dtype.startswith(("int", "uint")):
            low = 0 if dtype.startswith("u") else -7
            values.append(rng.randint(low, 8, shape).astype(dtype))
        else:
            x = rng.uniform(arg.low, arg.high, shape)
            for kink in arg.avoid:
                x = np.where(np.abs(x - kink) < 0.05, kink + 0.1, x)
            values.append(x)
    return values


def typed(values, dtype):
    """The inputs as tensors, and as float64 holding exactly what the tensors hold."""
    tensors, exact = [], []
    for v in values:
        v = np.asarray(v)
        t = engine.convert_to_tensor(v)
        if v.dtype == np.float64 and dtype != "float64":
            t = ops.cast(t, dtype)
        tensors.append(t)
        exact.append(np.asarray(ops.cast(t, "float64")) if v.dtype == np.float64 else v)
    return tensors, exact


def value(t):
    if t.dtype in ("float16", "bfloat16"):
        t = ops.cast(t, "float64")
    return np.array(t)


def assert_close(actual, expected, row, dtype):
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    units = op_rows.TOLERANCE[row.tol]
    if units == 0 or dtype not in op_rows.EPSILON or actual.dtype.kind in "biu":
        np.testing.assert_array_equal(actual, expected.astype(actual.dtype))
        return
    scale = np.abs(expected)
    if row.tol == "sums" and expected.size:
        scale = np.maximum(scale.max(), 1.0)
    elif row.tol == "special":
        scale = np.maximum(scale, 0.05)
    bound = units * op_rows.EPSILON[dtype] * scale + np.finfo("float64").tiny
    assert np.all(np.abs(actual - expected) <= bound), np.abs(actual - expected).max()


def forward_cases():
    for row in ROWS:
        for dtype in row.dtypes:
            yield pytest.param(row, dtype, id=f"{row.name}-{dtype}")


def rows(keep=lambda row: True):
    return [pytest.param(row, id=row.name) for row in ROWS if keep(row)]


def oracle(row, exact):
    with np.errstate(all="ignore"):
        return row.oracle(*exact)


@pytest.mark.parametrize("count", [1, 2], ids=["1thread", "2threads"])
@pytest.mark.parametrize("row, dtype", list(forward_cases()))
def test_forward(row, dtype, width, count, threads):
    threads(count)
    tensors, exact = typed(inputs_of(row, dtype), dtype)
    out = row.call(ops, *tensors)
    assert_close(value(out), oracle(row, exact), row, dtype)


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")  # of size 1
@pytest.mark.parametrize("row", rows(lambda r: r.sizes))
def test_sizes(row, width):
    for dtype in ("float32", "float64"):
        for shapes in row.sizes:
            tensors, exact = typed(inputs_of(row, dtype, shapes), dtype)
            out = row.call(ops, *tensors)
            assert_close(value(out), oracle(row, exact), row, dtype)


@pytest.mark.parametrize("row", rows())
def test_inferred_shape_and_dtype(row):
    for dtype in row.dtypes[:2]:
        tensors, _ = typed(inputs_of(row, dtype), dtype)
        real = row.call(ops, *tensors)
        run = lambda *args: row.call(ops, *args)
        specs = [engine.KerasTensor(t.shape, t.dtype) for t in tensors]
        inferred = engine.trace.eval_shape(run, *specs)
        assert (inferred.shape, inferred.dtype) == (real.shape, real.dtype)
        if not row.unknown_batch:
            continue
        open_specs = [
            engine.KerasTensor(((None,) + t.shape[1:]) if a.batch and t.shape else t.shape, t.dtype)
            for a, t in zip(row.args, tensors)
        ]
        unknown = engine.trace.eval_shape(run, *open_specs)
        assert unknown.dtype == real.dtype and len(unknown.shape) == len(real.shape)
        for guess, size in zip(unknown.shape, real.shape):
            assert guess is None or guess == size


@pytest.mark.parametrize("row", rows())
def test_program_equals_eager(row, width):
    dtype = row.dtypes[0]
    tensors, _ = typed(inputs_of(row, dtype), dtype)
    function = engine.trace.Function(lambda *args: row.call(ops, *args), row.name)
    eager = value(row.call(ops, *tensors))
    first, second = value(function(*tensors)), value(function(*tensors))
    np.testing.assert_array_equal(first, second)
    # a chain that the fuse pass joins may round once less; the fold pass makes a normalisation by
    # given statistics one product and one sum
    if "+" in row.name or row.name == "batch_normalization":
        assert_close(first, eager.astype("float64"), row, dtype)
    else:
        np.testing.assert_array_equal(first, eager)


@pytest.mark.parametrize("row", rows())
def test_old_memory_is_not_read(row, width):
    """Blocks that come back from the cache hold NaN: an output that reads them shows it."""
    dtype = "float32" if "float32" in row.dtypes else row.dtypes[0]
    tensors, _ = typed(inputs_of(row, dtype), dtype)
    clean = value(row.call(ops, *tensors))
    count = max(1, clean.nbytes // 4)
    for _ in range(3):
        poison = [ops.full((count * k,), np.nan, dtype="float32") for k in (1, 1, 2, 4, 8, 64)]
        del poison
        np.testing.assert_array_equal(value(row.call(ops, *tensors)), clean)


@pytest.mark.parametrize("row", rows(lambda r: r.differentiable()))
def test_gradient(row, width):
    check_gradient(row, order=1)


@pytest.mark.parametrize("row", rows(lambda r: r.differentiable() and r.order2))
def test_second_order(row):
    check_gradient(row, order=2)


def check_gradient(row, order):
    """In one random direction v, against central differences in float64."""
    values = inputs_of(row, "float64")
    rng = np.random.RandomState(5)
    where = row.differentiable()
    out = row.call(ops, *typed(values, "float64")[0])
    weight = engine.convert_to_tensor(rng.uniform(-1, 1, out.shape))
    directions = [rng.uniform(-1, 1, np.shape(values[i])) for i in where]

    def objective(*tensors):
        return ops.sum(row.call(ops, *tensors) * weight)

    def gradients(*tensors):
        with engine.GradientTape() as tape:
            sources = [tensors[i] for i in where]
            for s in sources:
                tape.watch(s)
            y = objective(*tensors)
        return tape.gradient(y, sources)

    def slope(*tensors):
        """gradient . direction: a scalar whose own gradient is the second order."""
        total = ops.zeros((), dtype="float64")
        for g, d in zip(gradients(*tensors), directions):
            if g is not None:
                total = total + ops.sum(g * d)
        return total

    f = objective if order == 1 else slope
    seconds = [rng.uniform(-1, 1, np.shape(values[i])) for i in where]

    def along(t):
        moved = list(values)
        for i, d in zip(where, seconds):
            moved[i] = values[i] + t * d
        return float(f(*typed(moved, "float64")[0]))

    with engine.GradientTape() as tape:
        tensors = typed(values, "float64")[0]
        for i in where:
            tape.watch(tensors[i])
        y = f(*tensors)
    found = tape.gradient(y, [tensors[i] for i in where])
    if order == 1:
        assert all(g is not None for g in found)
        assert all(g.shape == tensors[i].shape for g, i in zip(found, where))
    ours = sum(float(np.sum(np.asarray(g) * d)) for g, d in zip(found, seconds) if g is not None)
    h = 1e-4
    # Two steps extrapolated: an error of h^4.
    numeric = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)
    assert abs(ours - numeric) <= 1e-7 * max(1.0, abs(numeric), abs(ours))


@pytest.mark.parametrize("row", rows(lambda r: r.kinks))
def test_gradient_at_kinks(row, width):
    for at, allowed in row.kinks.items():
        x = ops.full((19,), at, dtype="float32")
        with engine.GradientTape() as tape:
            tape.watch(x)
            y = row.call(ops, x)
        for g in np.asarray(tape.gradient(y, x)):
            assert any(abs(g - a) < 1e-6 for a in allowed), g


def bad_cases():
    for row in ROWS:
        for i, case in enumerate(row.errors):
            yield pytest.param(row, *case, id=f"{row.name}-{i}")


@pytest.mark.parametrize("row, shapes, error, match", list(bad_cases()))
def test_bad_arguments(row, shapes, error, match):
    tensors, _ = typed(inputs_of(row, "float32", shapes), "float32")
    with pytest.raises(error, match=match):
        row.call(ops, *tensors)
    specs = [engine.KerasTensor(t.shape, t.dtype) for t in tensors]
    with pytest.raises(error, match=match):
        engine.trace.eval_shape(lambda *args: row.call(ops, *args), *specs)
    function = engine.trace.Function(lambda *args: row.call(ops, *args), "bad")
    with pytest.raises(error, match=match):
        function(*tensors)
