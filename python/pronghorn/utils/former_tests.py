"""What `utils.test_utils` of Keras 2 gave tests of layers: data, a decorator and `layer_test`."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np


def get_test_data(
    num_train: int = 1000,
    num_test: int = 500,
    input_shape: Any = (10,),
    output_shape: Any = (2,),
    classification: bool = True,
    num_classes: int = 2,
) -> Any:
    """Random data that a model can learn: each class, or each target, has a mean of its own.

    Args:
        num_train, num_test: How many samples.
        input_shape: Of a sample.
        output_shape: Of a target, where it is no class.
        classification: Whether targets are numbers of classes.
        num_classes: How many there are.

    Returns:
        ((x, y), (x, y)) for training and testing.

    Example:

    >>> (x, y), _ = get_test_data(6, 2, input_shape=(3,))
    >>> x.shape, y.shape
    ((6, 3), (6,))
    """
    samples = num_train + num_test
    if classification:
        y = np.random.randint(0, num_classes, size=(samples,))
        means = y
    else:
        means = np.random.random(samples)
        y = np.broadcast_to(
            means.reshape(-1, *[1] * len(output_shape)), (samples, *output_shape)
        ).copy()
    noise = np.random.normal(scale=0.7, size=(samples, *input_shape))
    x = noise + means.reshape(-1, *[1] * len(input_shape))
    return (x[:num_train], y[:num_train]), (x[num_train:], y[num_train:])


def keras_test(func: Any) -> Any:
    """Decorator of a test: the session is cleared when it is through."""

    @functools.wraps(func)
    def test(*args, **kwargs):
        from ..engine import clear_session

        result = func(*args, **kwargs)
        clear_session()
        return result

    return test


def layer_test(
    layer_cls: Any,
    kwargs: Any = None,
    input_shape: Any = None,
    input_dtype: Any = None,
    input_data: Any = None,
    expected_output: Any = None,
    expected_output_dtype: Any = None,
    fixed_batch_size: bool = False,
) -> Any:
    """Runs a layer in models of both kinds, from its config again, and in a step of training.

    Args:
        layer_cls: The class.
        kwargs: Arguments of its constructor.
        input_shape: Shape of random inputs with the batch axis; None stands for 1 to 3.
        input_dtype: Of the inputs.
        input_data: Inputs in place of random ones.
        expected_output, expected_output_dtype: What must come out, where given.
        fixed_batch_size: Whether the model is made for just this batch size.

    Returns:
        What the layer made of the inputs, a NumPy array.

    Raises:
        AssertionError: where shapes, dtypes, values, configs or weights are not as they should be.

    Example:

    >>> from pronghorn.layers import Dense
    >>> layer_test(Dense, {"units": 3}, input_shape=(2, 4)).shape
    (2, 3)
    """
    from .. import layers, models

    kwargs = dict(kwargs or {})
    if input_data is None:
        sizes = [np.random.randint(1, 4) if s is None else s for s in input_shape]
        input_data = (10 * np.random.random(sizes)).astype(input_dtype or "float32")
    input_shape = input_data.shape if input_shape is None else tuple(input_shape)
    input_dtype = input_dtype or str(input_data.dtype)
    layer = layer_cls(**kwargs)
    again = layer_cls.from_config(layer.get_config())
    shape = input_shape if fixed_batch_size else (None, *input_shape[1:])
    x = layers.Input(batch_shape=shape, dtype=input_dtype)
    y = layer(x)
    if expected_output_dtype is not None:
        assert y.dtype == expected_output_dtype, (y.dtype, expected_output_dtype)
    model = models.Model(x, y)
    result = model.predict(input_data, verbose=0)
    inferred = layer.compute_output_shape(input_shape)
    for size, found in zip(inferred, result.shape):
        assert size is None or size == found, (inferred, result.shape)
    if expected_output is not None:
        np.testing.assert_allclose(result, expected_output, rtol=1e-3)
    custom = {layer_cls.__name__: layer_cls}
    copy = models.Model.from_config(model.get_config(), custom_objects=custom)
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy.predict(input_data, verbose=0), result, rtol=1e-3, atol=1e-5)
    if model.trainable_weights and np.issubdtype(result.dtype, np.floating):
        model.compile("rmsprop", "mse")
        model.train_on_batch(input_data, result)
    stack = models.Sequential([layers.Input(batch_shape=shape, dtype=input_dtype), again])
    again.set_weights(copy.layers[-1].get_weights())
    np.testing.assert_allclose(stack.predict(input_data, verbose=0), result, rtol=1e-3, atol=1e-5)
    return result
