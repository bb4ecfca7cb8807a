"""tf.function's concrete functions, and Lambda layers on plain numbers."""

import numpy as np
import pytest
from pronghorn.alias import modules

tf = modules.load("tensorflow")


def test_one_for_each_signature():
    @tf.function
    def cube(x):
        return x**3

    one = cube.get_concrete_function(tf.constant(2.0))
    assert one is cube.get_concrete_function(tf.constant(3.0))
    assert one is cube.get_concrete_function(tf.TensorSpec([], tf.float32))
    assert one is not cube.get_concrete_function(tf.constant(2))
    assert float(one(tf.constant(2.0))) == 8 and float(one(x=3.0)) == 27
    row = cube.get_concrete_function(tf.TensorSpec([None, 2], tf.float32, name="x"))
    np.testing.assert_array_equal(row(tf.constant([[1.0, 2.0]])), [[1, 8]])
    assert row.inputs[0].shape == (None, 2) and row.output_shapes.as_list() == [None, 2]
    assert row.output_dtypes == tf.float32 and row.name == "cube"
    (spec,), named = row.structured_input_signature
    assert spec.dtype == "float32" and named == {}


def test_what_does_not_fit_is_told():
    f = tf.function(lambda x, y: x + y)
    made = f.get_concrete_function(tf.TensorSpec([None]), tf.TensorSpec([]))
    np.testing.assert_array_equal(made(tf.constant([1.0, 2.0]), y=tf.constant(1.0)), [2, 3])
    with pytest.raises(ValueError, match="dtype float32. Received: .*dtype=int32"):
        made(tf.constant([1]), tf.constant(1.0))
    with pytest.raises(ValueError, match=r"'x' of shape \(None,\).*shape=\(\)"):
        made(tf.constant(1.0), tf.constant(1.0))
    with pytest.raises(TypeError, match="missing the argument 'y'"):
        made(tf.constant([1.0]))
    with pytest.raises(TypeError, match="no place for"):
        made(tf.constant([1.0]), tf.constant(1.0), tf.constant(1.0))
    with pytest.raises(AttributeError, match="no `graph` here"):
        getattr(made, "graph")  # noqa: B009


def test_python_values_are_fixed():
    f = tf.function(lambda x, n: x * n)
    assert float(f.get_concrete_function(2.0, 3)()) == 6
    made = f.get_concrete_function(tf.TensorSpec([]), 3)
    assert float(made(tf.constant(2.0))) == float(made(tf.constant(2.0), 3)) == 6


def test_by_the_signature_of_the_function_and_of_methods():
    class Doubler(tf.Module):
        def __init__(self):
            self.factor = tf.Variable(2.0)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def __call__(self, x):
            self.factor.assign_add(1.0)
            return {"y": x * self.factor}

    doubler = Doubler()
    made = doubler.__call__.get_concrete_function()
    assert float(doubler.factor) == 2  # it was only looked at
    assert made(tf.constant([1.0]))["y"].tolist() == [3] and float(doubler.factor) == 3
    assert made.structured_outputs["y"].shape == (None,)


def test_lambda_layers_take_plain_numbers():
    exponential = tf.keras.layers.Lambda(lambda x: tf.exp(x))
    np.testing.assert_allclose(exponential([-1.0, 0.0, 1.0]), np.exp([-1, 0, 1]), rtol=1e-6)
    np.testing.assert_allclose(exponential(0.5), np.exp(0.5), rtol=1e-6)
    total = tf.keras.layers.Lambda(lambda xs: xs[0] + xs[1])
    assert total([tf.constant([1.0]), tf.constant([2.0])]).tolist() == [3]
    assert tf.keras.layers.Lambda(tf.reduce_sum)([[1, 2], [3, 4]]).item() == 10
