"""Tensors, Variables and KerasTensors as a user meets them: operators, methods, text."""

import json
import subprocess
import sys

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, ops
from pronghorn.engine import operators

# Each is the beginning of a program: nothing has imported ops yet.
FIRST_LINES = {
    "keras.Input": "import pronghorn as keras; r = keras.Input((28, 28, 1)) / 255.0",
    "keras.layers.Input": "from pronghorn.layers import Input; r = 2 * Input((3,)) - 1",
    "keras.Variable": "import pronghorn as keras; r = keras.Variable(3.0) * 2",
    "Variable alone": "from pronghorn import Variable; r = Variable(3.0)[None].mean()",
    "keras.KerasTensor": "from pronghorn import KerasTensor; r = -KerasTensor((None, 3)) @ "
    "KerasTensor((3, 2))",
    "keras.Tensor": "import pronghorn as keras; r = keras.Tensor.__add__; r = "
    "keras.engine.convert_to_tensor([1.0]) + 1",
    "engine": "from pronghorn import engine; r = 1 - engine.Variable([1.0, 2.0]).T",
    "engine.variable": "from pronghorn.engine.variable import Variable; r = abs(Variable(3.0)) > 2",
    "engine.KerasTensor": "import pronghorn.engine; r = pronghorn.engine.KerasTensor((2,)).sum()",
    "engine.tensor": "from pronghorn.engine import tensor; r = divmod(tensor.convert_to_tensor(7), "
    "2)[0]",
    "seed": "from pronghorn.engine import SeedGenerator; r = SeedGenerator(1).state + 1",
    "initializers": "from pronghorn import initializers; r = initializers.Ones()((2,)) * 2",
    "regularizers": "from pronghorn import regularizers; r = regularizers.L2()([1.0]) * 2",
    "constraints": "from pronghorn import constraints; r = constraints.NonNeg()([1.0]) * 2",
    "activations": "from pronghorn import activations; r = activations.relu([1.0]) * 2",
    "losses": "from pronghorn import losses; r = losses.MeanSquaredError()([1.0], [2.0]) * 2",
    "metrics": "from pronghorn import metrics; m = metrics.Mean(); m.update_state(2.0); "
    "r = m.result() * 2",
    "optimizers": "from pronghorn import optimizers; r = optimizers.SGD().learning_rate * 2",
    "layers": "from pronghorn.layers import Dense; d = Dense(1); d.build((1, 2)); r = d.kernel * 2",
    "random": "from pronghorn import random; r = random.uniform((2,)) * 2",
    "ops": "from pronghorn.ops import ones; r = ones((2,)) * 2",
    "round": "import pronghorn as keras; r = round(keras.Variable(3.14159), 2)",
    "equal": "import pronghorn as keras; r = keras.Variable(3.0) == 3.0",
    "numpy first": "import pronghorn as keras; r = np.ones((2,)) * keras.Variable(3.0)",
    "np.mean": "import pronghorn as keras; r = np.mean(keras.Variable([3.0, 5.0]))",
    "iteration": "import pronghorn as keras; r = list(keras.Variable([3.0, 5.0]))[1]",
}
RUN = """
import json, os, sys
import numpy as np
answers = {}
for name, code in json.load(sys.stdin).items():
    assert not any(m.startswith("pronghorn") for m in sys.modules)
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            scope = {"np": np}
            exec(code, scope)
            text = type(scope["r"]).__name__
        except BaseException as e:
            text = f"{type(e).__name__}: {e}"
        os.write(write, text.encode())
        os._exit(0)
    os.wait()
    answers[name] = os.read(read, 4096).decode()
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers():
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(FIRST_LINES), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("entry", FIRST_LINES)
def test_operators_exist_from_the_first_line_on(entry, answers):
    assert answers[entry] in ("Tensor", "KerasTensor", "float32")


def test_ops_installs_every_name_that_stands_for_one():
    for cls in operators.CLASSES:
        for name in operators.names():
            if operators.offers(cls, name):
                assert "placeholder" not in getattr(cls, name).__qualname__, (cls, name)


X = np.arange(6, dtype="float32").reshape(2, 3) - 2
CALLS = {
    "sum": lambda x: x.sum(), "sum axis": lambda x: x.sum(axis=0, keepdims=True),
    "sum dtype": lambda x: x.sum(dtype="float64"), "mean": lambda x: x.mean(1),
    "mean dtype": lambda x: x.mean(dtype="float64"),
    "max": lambda x: x.max(), "min": lambda x: x.min(axis=-1), "prod": lambda x: x.prod(),
    "std": lambda x: x.std(), "var": lambda x: x.var(axis=0), "argmax": lambda x: x.argmax(1),
    "argmin": lambda x: x.argmin(), "any": lambda x: (x > 2).any(),
    "all": lambda x: (x > 2).all(axis=0), "T": lambda x: x.T,
    "transpose": lambda x: x.transpose(), "transpose axes": lambda x: x.transpose(1, 0),
    "transpose tuple": lambda x: x.transpose((1, 0)), "reshape": lambda x: x.reshape(3, 2),
    "reshape tuple": lambda x: x.reshape((-1, 2)), "reshape one": lambda x: x.reshape(-1),
    "flatten": lambda x: x.flatten(), "ravel": lambda x: x.ravel(),
    "squeeze": lambda x: x.reshape(1, 6).squeeze(), "squeeze axis": lambda x: x[:1].squeeze(0),
    "astype": lambda x: x.astype("int32"), "astype type": lambda x: x.astype(bool),
    "astype numpy": lambda x: x.astype(np.float64), "clip": lambda x: x.clip(-1, 1),
    "clip above": lambda x: x.clip(max=1), "clip below": lambda x: x.clip(0),
    "copy": lambda x: x.copy(), "round": lambda x: (x / 3).round(1),
    "repeat": lambda x: x.repeat(2, axis=1), "take": lambda x: x.take([1, 0], axis=0),
    "dot": lambda x: x.dot(x.T), "divmod": lambda x: divmod(x, 2)[1], "round()": lambda x: round(x),
    "3-D T": lambda x: x.reshape(2, 3, 1).T,
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_methods_are_those_of_numpy(call):
    fn = CALLS[call]
    want = np.round(X) if call == "round()" else np.asarray(fn(X))
    for x in (ops.convert_to_tensor(X), engine.Variable(X)):
        got = fn(x)
        assert isinstance(got, engine.Tensor)
        np.testing.assert_allclose(got, want, rtol=1e-6)
        if call.startswith("astype") or "dtype" in call:
            assert got.dtype == str(want.dtype)
    x = pronghorn.Input(batch_shape=X.shape)
    y = fn(x)
    assert isinstance(y, engine.KerasTensor) and tuple(y.shape) == want.shape
    got = pronghorn.Model(x, y)(ops.convert_to_tensor(X))
    np.testing.assert_allclose(got, want, rtol=1e-6)
    compiled = engine.Function(fn)
    np.testing.assert_allclose(compiled(ops.convert_to_tensor(X)), want, rtol=1e-6)


def test_a_few_of_pytorch():
    v = engine.Variable(X)
    for x in (ops.convert_to_tensor(X), v):
        for y in (x.cpu(), x.detach(), x.clone(), x.view(6).view(2, 3)):
            assert isinstance(y, engine.Tensor)
            np.testing.assert_array_equal(y, X)
    with engine.GradientTape() as tape:
        y = ops.sum(v.detach() * v)
    np.testing.assert_array_equal(tape.gradient(y, v), X)


def test_lists_and_numbers():
    v = engine.Variable([[1, 2], [3, 4]])
    assert v.tolist() == v.value.tolist() == [[1, 2], [3, 4]]
    assert engine.Variable(2.5).item() == 2.5 and isinstance(v.value[0, 0].item(), int)


def test_unusable_calls_say_so():
    x = ops.convert_to_tensor(X)
    with pytest.raises(TypeError, match="reshape.. needs a shape"):
        x.reshape()
    with pytest.raises(ValueError, match="clip.. needs `min` or `max`"):
        x.clip()
    assert not hasattr(pronghorn.Input((3,)), "tolist")


def test_numpy_functions_take_tensors_as_arrays():
    v = engine.Variable(X)
    for x in (v, v.value):
        assert type(np.mean(x)) is np.float32
        for fn in (np.transpose, np.squeeze, np.cumsum, np.ravel, np.sort, np.median):
            got = fn(x)
            assert type(got) in (np.ndarray, np.float32)
            np.testing.assert_array_equal(got, fn(X))
        assert type(np.concatenate([x, X])) is np.ndarray
        assert type(np.stack((x, v.value), axis=1)) is np.ndarray
        np.testing.assert_array_equal(np.where(x > 0, x, 0), np.where(X > 0, X, 0))
    with pytest.raises(TypeError, match="A KerasTensor doesn't have any actual numerical value"):
        np.mean(pronghorn.Input((3,)))


class TestText:
    scalars = (3.14159, np.float32(3.14159), np.float64(3.14159), np.float16(3.14))

    @pytest.mark.parametrize("value", scalars, ids=lambda v: type(v).__name__)
    def test_floats(self, value):
        for x in (ops.convert_to_tensor(value), engine.Variable(value)):
            assert f"{x:.2f}" == "3.14" and f"{x:8.1f}" == "     3.1" and f"{x:.0%}" == "314%"
            assert "%.2f" % x == "3.14"  # noqa: UP031
            assert float(round(x, 1)) == pytest.approx(3.1, rel=1e-3)
            assert float(round(x)) == 3

    def test_integers(self):
        for x in (
            ops.convert_to_tensor(42),
            engine.Variable(42),
            engine.Variable(42, dtype="int64"),
        ):
            assert f"{x:d}" == "42" and f"{x:05d}" == "00042" and f"{x:x}" == "2a"
            assert int(round(x)) == 42
        assert f"{ops.convert_to_tensor(2**63, dtype='uint64'):d}" == str(2**63)

    def test_without_a_format(self):
        x = ops.convert_to_tensor([1.0, 2.0])
        assert f"{x}" == str(x) == repr(x)

    def test_errors(self):
        with pytest.raises(TypeError, match=r"shape \(2,\) cannot be formatted as '.3f'"):
            f"{ops.ones((2,)):.3f}"
        with pytest.raises(ValueError, match="Unknown format code 'd'"):
            f"{ops.ones(()):d}"
        with pytest.raises(TypeError, match="cannot be formatted"):
            f"{pronghorn.Input(()):.3f}"
        with pytest.raises(TypeError, match="run_eagerly=True"):
            engine.Function(lambda x: f"{ops.sum(x):.3f}")(ops.ones((2,)))

    def test_a_variable_shows_its_value(self):
        v = engine.Variable([1.0, 2.0], name="v")
        assert repr(v) == "<Variable path=v, shape=(2,), dtype=float32, value=[1. 2.]>"
        texts = []
        engine.Function(lambda x: (v.assign(v + x), texts.append(str(v)))[0])(ops.ones((2,)))
        assert texts == [repr(engine.Variable([1.0, 2.0], name="v"))]
        assert repr(v).endswith("value=[2. 3.]>")


class TestEquality:
    def test_of_values_is_elementwise(self):
        v = engine.Variable([1.0, 2.0])
        for other in (1.0, np.array([1.0, 5.0]), ops.convert_to_tensor([1.0, 5.0]), [1.0, 5.0]):
            assert (v == other).tolist() == [True, False]
            assert (v != other).tolist() == [False, True]
        assert (v == None) is False and (v != None) is True  # noqa: E711
        assert (v == "a") is False

    def test_of_variables_is_identity(self):
        v, w = engine.Variable([1.0, 2.0]), engine.Variable([1.0])
        assert v in [w, v] and v not in [w] and {v: 1}[v] == 1 and [w, v].index(v) == 1
        assert (v == w) is False and (v != w) is True and (v == v) is True

    def test_symbolic(self):
        x, y = pronghorn.Input((2,)), pronghorn.Input((2,))
        assert (x == y) is False and x == x and x in [y, x]
        assert (x != 1.0).dtype == "bool"
        assert (x != None) is True  # noqa: E711


def test_ops_has_its_room_of_networks():
    assert ops.nn.relu is ops.relu and ops.nn.softmax is ops.softmax


class TestWhatNoTensorHolds:
    CASES = {
        "None": (None, "Cannot convert None to a tensor.*ends without `return`"),
        "text": ("a", "'a' to a tensor: text has no numbers"),
        "texts": (["a", "b"], "text has no numbers.*TextVectorization"),
        "dict": ({"a": 1}, "it is a dict; take the values"),
        "set": ({1, 2}, "it is a set, which has no order"),
        "generator": ((i for i in (1, 2)), "it is an iterator; pass list"),
        "class": (np.float32, "it is the class float32, not its result; call it"),
        "function": (np.mean, "not its result; call it"),
        "layer": (pronghorn.layers.Dense(1), "of type Dense, not its result; call it"),
        "object": (object(), "it is of type object"),
        "None inside": ([1.0, None], r"Python objects \(NoneType, float\); replace None"),
        "objects": (np.array([1, object()], dtype=object), r"\(int, object\)"),
        "ragged": ([[1], [2, 3]], "rows have different lengths; pad them"),
        "ragged array": (np.array([[1], [2, 3]], dtype=object), "rows have different lengths"),
        "dates": (np.array(["2020-01-01"], dtype="M8[D]"), r"x.astype\('int64'\)"),
    }

    @pytest.mark.parametrize("case", CASES)
    def test_says_what_it_is_and_what_to_do(self, case):
        value, message = self.CASES[case]
        for use in (ops.convert_to_tensor, lambda x: ops.add(x, 1.0), engine.Variable):
            if use is engine.Variable and (callable(value) or isinstance(value, str)):
                continue  # those are initializers
            with pytest.raises(TypeError, match=f"(?s){message}"):
                use(value)

    def test_functions_that_return_nothing_are_named(self):
        with pytest.raises(TypeError, match="initializer of variable 'w' returned None"):
            engine.Variable(lambda shape, dtype=None: None, shape=(2,), name="w")
        with pytest.raises(TypeError, match="Variable 'v' cannot be assigned None"):
            engine.Variable(1.0, name="v").assign(None)
        for option, message in (
            ("kernel_regularizer", "regularizer of '.*kernel' returned None"),
            ("kernel_constraint", "kernel' cannot be assigned None.*constraint"),
        ):
            dense = pronghorn.layers.Dense(1, **{option: lambda w: None})
            model = pronghorn.Sequential([pronghorn.Input((2,)), dense])
            model.compile("sgd", "mse")
            with pytest.raises((TypeError, ValueError), match=message):
                model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
        with pytest.raises(ValueError, match="The loss 'nothing' returned None"):

            def nothing(y_true, y_pred):
                ops.mean(y_pred)

            model = pronghorn.Sequential([pronghorn.Input((2,)), pronghorn.layers.Dense(1)])
            model.compile("sgd", nothing)
            model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)


class TestVariablesAsKerasTestsThem:
    def test_one_element_is_a_number(self):
        for value in (2, [2], [[2]]):
            v = engine.Variable(value)
            assert float(v) == 2 and int(v) == 2 and bool(v) and [0, 1, 2][v] == 2

    def test_more_are_none(self):
        v = engine.Variable([[1.0, 2.0]], name="v")
        for convert in (float, int):
            with pytest.raises(TypeError, match=r"Only scalar arrays can.*'v' has shape \(1, 2\)"):
                convert(v)
        with pytest.raises(TypeError, match="A Keras Variable cannot be used as a boolean"):
            bool(v)
        with pytest.raises(TypeError, match="only integer tensors can be used as an index"):
            [1][engine.Variable(1.0)]

    def test_arguments(self):
        with pytest.raises(
            ValueError, match="creating a Variable from an initializer, the `shape`"
        ):
            engine.Variable(lambda shape, dtype: 0)
        for name in (3, "a/b"):
            with pytest.raises(ValueError, match="`name` must be a string and cannot contain"):
                engine.Variable(1.0, name=name)

    def test_attributes(self):
        v = engine.Variable(1.0)
        for attribute in ("constraint", "regularizer"):
            for value in (abs, pronghorn.constraints.NonNeg(), None):
                setattr(v, attribute, value)
                assert getattr(v, attribute) is value
            with pytest.raises(ValueError, match=f"Invalid value for attribute `{attribute}`"):
                setattr(v, attribute, "no function")
        v.overwrite_with_gradient = True
        with pytest.raises(TypeError, match="must be a boolean"):
            v.overwrite_with_gradient = "true"


class TestSymbolicTensors:
    def test_attributes(self):
        x = engine.KerasTensor((3,), sparse=True, name="x")
        assert (x.sparse, x.ragged) == (True, False) and "sparse=True" in repr(x)
        for name in ("shape", "dtype", "sparse", "ragged"):
            with pytest.raises(AttributeError, match=f"The `{name}` attribute .* is immutable"):
                setattr(x, name, None)
        with pytest.raises(ValueError, match="cannot have `sparse=True` and `ragged=True`"):
            engine.KerasTensor((3,), sparse=True, ragged=True)

    def test_what_needs_a_value(self):
        x = engine.KerasTensor((3,))
        for use, error, message in (
            (np.array, ValueError, "doesn't have any actual numerical value"),
            (bool, TypeError, "cannot be used as a boolean"),
            (iter, NotImplementedError, "cannot be iterated over"),
            (float, TypeError, "converted to a float"),
            (lambda x: ops.convert_to_tensor([x, 1.0]), TypeError, "numerical value"),
        ):
            with pytest.raises(error, match=message):
                use(x)


def test_steps_of_keras_own_variable():
    v = engine.Variable(np.array([1.0, 2.0, 3.0], "float32"))
    v._initialize([4, 5, 6])
    np.testing.assert_array_equal(v._value, [4.0, 5.0, 6.0])
    assert v._convert_to_tensor(v.value, dtype="int32").tolist() == [4, 5, 6]
    with pytest.raises(ValueError, match="cannot assign"):
        v._initialize([1.0])


def test_float8_is_told_apart_from_misspellings():
    with pytest.raises(ValueError, match="There is no implicit conversions from float8 dtypes"):
        engine.dtypes.result_type("float8_e4m3fn", "bfloat16")


def test_dtypes_of_symbolic_tensors_in_every_spelling():
    for dtype in (np.float16, np.dtype("float16"), "float16"):
        assert pronghorn.KerasTensor((2,), dtype=dtype).dtype == "float16"
    assert pronghorn.KerasTensor((2,), dtype="int").dtype == "int32"
    assert pronghorn.KerasTensor((2,), dtype="string").dtype == "string"
    assert pronghorn.KerasTensor((2,), dtype=None).dtype == pronghorn.config.floatx()
    with pytest.raises(ValueError, match="Invalid dtype: 'float23'"):
        pronghorn.KerasTensor((2,), dtype="float23")
