"""What layers hand on and refuse: call-context arguments, configs, shapes of `build`, policies."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops


class Inner(layers.Layer):
    def __init__(self):
        super().__init__()
        self._register_call_context_args("mode")

    def call(self, x, mode=False):
        return x + ops.where(mode, 1.0, 0.0)


class Outer(layers.Layer):
    def __init__(self, register=True, said=None):
        super().__init__()
        if register:
            self._register_call_context_args("mode")
        self.inner, self.said = Inner(), said

    def call(self, x):
        return self.inner(x) if self.said is None else self.inner(x, mode=self.said)


X = np.zeros((2, 1), "float32")


def test_arguments_reach_the_layers_inside():
    layer = Outer()
    assert layer._call_context_args == {"training", "mode"}
    for mode, y in ((True, 1.0), (None, 0.0), (False, 0.0), (True, 1.0)):
        given = {} if mode is None else {"mode": mode}
        np.testing.assert_array_equal(layer(X, **given), X + y)
    assert float(Outer(said=False)(X, mode=True)[0, 0]) == 0.0  # a call in between says another
    with pytest.raises(TypeError, match="mode"):
        Outer(register=False)(X, mode=True)


@pytest.mark.parametrize("kind", ["sequential", "functional"])
def test_arguments_go_through_models(kind):
    if kind == "sequential":
        model = ph.Sequential([layers.Identity(), Outer()])
    else:
        x = ph.Input((1,))
        model = ph.Model(x, Outer()(layers.Identity()(x)))
    model._register_call_context_args("mode")
    np.testing.assert_array_equal(model(X, mode=True), X + 1)
    np.testing.assert_array_equal(model(X), X)


def test_arguments_of_a_failed_call_are_forgotten():
    class Fails(layers.Layer):
        def call(self, x):
            raise ValueError("no")

    layer = Fails()
    layer._register_call_context_args("mode")
    with pytest.raises(ValueError, match="no"):
        layer(X, mode=True)
    assert float(Inner()(X)[0, 0]) == 0.0


def test_names_are_registered_before_the_first_call():
    layer = layers.Identity()
    layer(X)
    with pytest.raises(RuntimeError, match="after the layer has been called"):
        layer._register_call_context_args("mode")


def test_a_config_that_makes_no_layer_is_a_type_error():
    with pytest.raises(TypeError, match="`input_dim` must be a positive integer"):
        layers.Embedding.from_config({"input_dim": 3.7, "output_dim": 8})

    class Named(layers.Dense):
        def __init__(self, units, dtype=None, **kwargs):
            assert dtype is None or isinstance(dtype, str)
            super().__init__(units, dtype=dtype, **kwargs)

    again = Named.from_config(Named(2, dtype="bfloat16").get_config())
    assert again.compute_dtype == "bfloat16"


def test_shapes_of_build_are_named_after_arguments():
    class NoSuffix(layers.Layer):
        def build(self, foo_shape, bar):
            pass

        def call(self, foo, bar):
            return foo + bar

    class OtherName(NoSuffix):
        def build(self, foo_shape, baz_shape):
            pass

    with pytest.raises(ValueError, match="argument `bar`, which does not end in `_shape`"):
        NoSuffix()(X, X)
    with pytest.raises(ValueError, match=r"`call\(\)` does not have argument `baz`"):
        OtherName()(X, X)


def test_what_a_bare_layer_lacks():
    layer = layers.Layer()
    with pytest.raises(NotImplementedError, match="does not have a `call` method"):
        layer.call(X)
    with pytest.raises(NotImplementedError, match="does not have a `compute_output_shape` method"):
        layer.compute_output_shape((2, 1))
    layer.add_metric(1.0, name="one")  # as in Keras 2
    assert [float(m.result()) for m in layer.metrics] == [1.0]
    dense = layers.Dense(1)
    assert dense.rematerialized_call(dense.call, X) == dense.call


def test_a_policy_set_on_a_layer_of_a_map_goes_into_the_map():
    layer = layers.Dense(2, dtype=ph.dtype_policies.DTypePolicyMap())
    layer.build((None, 1))
    for name in ("mixed_bfloat16", "mixed_float16"):
        layer.dtype_policy = name
        assert isinstance(layer.dtype_policy, ph.dtype_policies.DTypePolicyMap)
        assert layer.dtype_policy[layer.path].name == name
        assert layer.compute_dtype == name.removeprefix("mixed_")


def test_a_policy_converts_floats():
    policy = ph.dtype_policies.DTypePolicy("bfloat16")
    assert policy.convert_input(X, True, "bfloat16").dtype == "bfloat16"
    assert policy.convert_input(X, False, "bfloat16").dtype == "float32"
    assert policy.convert_input(ph.Input((2,)), True, "float16").dtype == "float16"
    assert policy.convert_input(np.arange(3, dtype="int32"), True, "bfloat16").dtype == "int32"
    assert policy.convert_input("text", True, "bfloat16") == "text"


def test_the_old_shape_of_an_input_layer_is_told():
    with pytest.warns(UserWarning, match="`input_shape` is deprecated. Use `shape` instead"):
        layer = layers.InputLayer(input_shape=(2, 3), batch_size=4)
    assert layer.batch_shape == (4, 2, 3)
