"""What crosses the boundary of a compiled function or a trace: types, masks, written gradients."""

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, ops
from pronghorn.engine.trace import Function, eval_shape


def values(x):
    return np.asarray(x).tolist()


class TestKeys:
    """A value that is part of a program counts by type and value."""

    @pytest.mark.parametrize(
        "first, second",
        [(2, 2.0), (1, True), (0, False), (1.0, True), (0.0, -0.0), (2, np.float32(2)),
         (np.int32(2), np.float32(2)), (True, np.True_)],
        ids=repr,
    )  # fmt: skip
    def test_equal_numbers_of_other_types(self, first, second):
        x = np.array([3, -3], "int32")

        def fn(x, k):
            return ops.divide(x, k) if isinstance(k, float) else ops.multiply(x, k)

        f = Function(fn)
        for k in (first, second, first):
            got, want = f(x, k), fn(ops.convert_to_tensor(x), k)
            assert got.dtype == want.dtype
            np.testing.assert_array_equal(got, want)
            np.testing.assert_array_equal(np.signbit(got), np.signbit(want))

    def test_nan_is_itself(self):
        traces = []
        f = Function(lambda x, k: traces.append(1) or x + k)
        for _ in range(3):
            assert np.isnan(f(ops.ones(()), float("nan")))
        assert len(traces) == 1

    def test_inside_of_frozen_sets_and_dict_keys(self):
        f = Function(lambda x, k: x * next(iter(k)))
        x = ops.convert_to_tensor([3])
        for k in (2, 2.0, True):
            want = (x * k).dtype
            assert f(x, frozenset([k])).dtype == want
            assert f(x, {k: None}).dtype == want

    def test_what_cannot_be_hashed_is_named(self):
        with pytest.raises(TypeError, match="a value of type set that cannot be hashed"):
            Function(lambda x, k: x)(ops.ones(()), {1, 2})

    def test_whole_arrays(self):
        f = Function(lambda data: ops.multiply(data[0], data[1]))
        x = np.arange(4, dtype="int32")
        for k, dtype in ((2, "int32"), (2.0, "float32"), (2, "int32")):
            _, got = f.run_batches(((x, k),), None, 2, 0, 2)
            assert got.dtype == dtype

    def test_the_warning_shows_values(self):
        f = Function(lambda x, k: x * k, "scaled")
        with pytest.warns(UserWarning, match=r"argument 1 \(1\d, now 1\d\)"):
            for k in range(14):
                f(ops.ones(()), k)


def masked(value, mask):
    x = ops.convert_to_tensor(value)
    x._keras_mask = ops.convert_to_tensor(mask)
    return x


class TestMasks:
    def test_a_mask_goes_in_as_an_input(self):
        seen = []

        def fn(x):
            seen.append(x._keras_mask)
            return ops.sum(ops.where(x._keras_mask, x, 0.0))

        f = Function(fn)
        x = [1.0, 2.0, 4.0]
        assert float(f(masked(x, [True, False, True]))) == 5
        assert float(f(masked(x, [False, True, True]))) == 6
        assert len(seen) == 1  # one program, the mask is no part of it

    def test_with_and_without_are_two_programs(self):
        def fn(x):
            mask = getattr(x, "_keras_mask", None)
            return ops.sum(x if mask is None else ops.where(mask, x, 0.0))

        f = Function(fn)
        assert float(f(ops.convert_to_tensor([1.0, 2.0]))) == 3
        assert float(f(masked([1.0, 2.0], [True, False]))) == 1
        assert float(f(ops.convert_to_tensor([1.0, 2.0]))) == 3

    def test_masks_come_out_with_results(self):
        embed = layers.Embedding(5, 2, mask_zero=True)

        def fn(x):
            return {"y": embed(x), "z": [ops.ones((2,))]}

        x = np.array([[1, 0], [2, 3]], "int32")
        embed(x)
        out = Function(fn)(x)
        assert values(out["y"]._keras_mask) == [[True, False], [True, True]]
        assert not hasattr(out["z"][0], "_keras_mask")

    def test_from_function_to_function(self):
        embed = layers.Embedding(5, 2, mask_zero=True)
        first = Function(lambda x: embed(x))
        second = Function(lambda e: ops.cast(e._keras_mask, "float32") * 2.0)
        x = np.array([[1, 0]], "int32")
        embed(x)
        assert values(second(first(x))) == [[2.0, 0.0]]

    def test_a_mask_of_numpy(self):
        x = ops.convert_to_tensor([1.0, 2.0])
        x._keras_mask = np.array([True, False])
        assert float(Function(lambda x: ops.sum(ops.where(x._keras_mask, x, 0.0)))(x)) == 1

    def test_rows_of_arrays_leave_masks_out(self):
        model = pronghorn.Sequential([layers.Embedding(5, 1, mask_zero=True)])
        x = np.array([[1, 0], [2, 3], [0, 0]], "int32")
        assert model.predict(x, batch_size=2, verbose=0).shape == (3, 2, 1)

    def test_program_for_sees_masks(self):
        f = Function(lambda x: ops.where(x._keras_mask, x, 0.0))
        program = f.program_for(masked([1.0, 2.0], [True, False]))
        f(masked([3.0, 4.0], [False, True]))
        assert f.programs == [program]

    def test_shape_only_runs_have_abstract_masks(self):
        seen = []

        class Pick(layers.Layer):
            def __init__(self):
                super().__init__()
                self.supports_masking = True

            def call(self, x, mask=None):
                seen.append(mask.is_abstract and x._keras_mask.is_abstract)
                return ops.where(ops.expand_dims(mask, -1), x, 0.0)

        x = pronghorn.Input((4,), dtype="int32")
        e = layers.Embedding(5, 2, mask_zero=True)(x)
        assert e._keras_mask.shape == (None, 4)
        model = pronghorn.Model(x, Pick()(e))
        assert seen == [True]
        assert model.predict(np.array([[1, 0, 0, 2]]), verbose=0)[0, 1].tolist() == [0, 0]
        assert eval_shape(lambda x: x._keras_mask, masked([1.0], [True])).dtype == "bool"

    def test_masks_of_symbolic_tensors_can_be_set(self):
        x = engine.KerasTensor((None, 3))
        x._keras_mask = engine.KerasTensor((None, 3), "bool")
        assert x._keras_mask.dtype == "bool"


@ops.custom_gradient
def tenfold(x):
    return x * 1.0, lambda upstream: upstream * 10


class TestWrittenGradients:
    def trace_gradient(self, fn, *shapes):
        trace = engine.trace._core.Trace()
        with trace:
            xs = [trace.input(s, "float32", f"x{i}") for i, s in enumerate(shapes)]
            y = fn(*xs)
            grads = trace.gradient([y], xs)
            program = engine.trace._core.Program(trace, [g for g in grads if g is not None])
        given = [ops.ones(s) for s in shapes]
        run = iter(program.run(given))
        return [None if g is None else values(next(run)) for g in grads]

    def test_the_gradient_of_a_trace_honours_it(self):
        assert self.trace_gradient(lambda x: ops.sum(tenfold(x) * 3), (2,)) == [[30, 30]]

    def test_inside_of_a_longer_path(self):
        def fn(x):
            return ops.sum(tenfold(x * x) * x)

        # d/dx of t(x^2) x, t' = 10: x^2 + 20 x^2
        assert self.trace_gradient(fn, (2,)) == [[21, 21]]

    def test_an_unconnected_source_stays_none(self):
        assert self.trace_gradient(lambda x, y: ops.sum(tenfold(x)), (2,), (3,)) == [[10, 10], None]

    def test_a_compiled_function_of_it_runs(self):
        assert values(Function(lambda x: tenfold(x) + 1)(ops.ones((2,)))) == [2, 2]

    def test_in_a_model_of_symbolic_tensors(self):
        x = pronghorn.Input((2,))
        model = pronghorn.Model(x, tenfold(layers.Dense(1, kernel_initializer="ones")(x)))
        assert model.output_shape == (None, 1)
        data = np.ones((1, 2), "float32")
        assert model(data).shape == (1, 1)

        def slope(data):
            with engine.GradientTape() as tape:
                y = ops.sum(model(data))
            return tape.gradient(y, model.trainable_variables[0])

        for f in (slope, Function(slope)):
            assert values(f(data)) == [[10], [10]]

    def test_variables_that_it_reads(self):
        w = engine.Variable([3.0], name="w")

        @engine.custom_gradient
        def scaled(x):
            def gradient(upstream, variables=None):
                assert variables == [w]
                return upstream * 7, [ops.sum(upstream * x, keepdims=True) * 5]

            return x * w, gradient

        def slopes(x):
            with engine.GradientTape() as tape:
                tape.watch(x)
                y = ops.sum(scaled(x) * 2)
            return tape.gradient(y, [x, w])

        for f in (slopes, Function(slopes)):
            assert [values(g) for g in f(ops.convert_to_tensor([4.0]))] == [[14], [40]]

    def test_variables_without_a_rule_are_an_error(self):
        w = engine.Variable([3.0], name="w")
        f = engine.custom_gradient(lambda x: (x * w, lambda upstream: upstream))
        x = ops.ones((1,))
        with engine.GradientTape() as tape:
            y = ops.sum(f(x))
        with pytest.raises(TypeError, match=r"reads the variables \['w'\]"):
            tape.gradient(y, w)

    def test_its_name_and_docstring_stay(self):
        @engine.custom_gradient
        def named(x):
            """Text."""

        assert named.__name__ == "named" and named.__doc__ == "Text."

    def test_every_op_has_a_gradient_or_says_that_it_has_none(self):
        core = engine.trace._core
        assert core.Op("exp").gradient == "rule" and core.Op("argmax").gradient == "cut"
        assert [name for name in core.op_names() if core.Op(name).gradient == "missing"] == []


class TestMissingGradients:
    def test_an_optimizer_warns_of_them(self):
        v, w = engine.Variable([1.0], name="v"), engine.Variable([1.0], name="w")
        with engine.GradientTape() as tape:
            y = ops.sum(v * 2)
            unused = w.value
        grads = tape.gradient(y, [v, w])
        assert grads[1] is None and unused is not None
        optimizer = pronghorn.optimizers.SGD(0.5)
        with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['w'\]"):
            optimizer.apply_gradients(zip(grads, [v, w]))
        assert values(v) == [0] and values(w) == [1]

    def test_whole_numbers_cut_the_path(self):
        x = ops.convert_to_tensor([1.5])
        with engine.GradientTape() as tape:
            tape.watch(x)
            y = ops.sum(ops.cast(ops.cast(x, "int32"), "float32"))
        assert tape.gradient(y, x) is None
