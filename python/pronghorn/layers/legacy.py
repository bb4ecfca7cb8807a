"""Keyword arguments that layers took in Keras 1 and 2."""

import warnings


def take_legacy_arguments(layer, kwargs):
    """Takes input shapes and `weights` out of kwargs; raises ValueError for what is left."""
    batch_size = kwargs.pop("batch_size", None)
    shape = kwargs.pop("input_shape", None)
    input_dim = kwargs.pop("input_dim", None)
    input_length = kwargs.pop("input_length", None)
    if shape is None and input_dim is not None:
        shape = (input_dim,) if input_length is None else (input_length, input_dim)
    batch_shape = kwargs.pop("batch_input_shape", None)
    weights = kwargs.pop("weights", None)
    if kwargs:
        raise ValueError(
            f"Unrecognized keyword arguments passed to {type(layer).__name__}: {kwargs}"
        )
    if isinstance(shape, int):
        shape = (shape,)
    if batch_shape is None and shape is not None:
        batch_shape = (batch_size, *shape)
    if batch_shape is not None:
        if shape is not None:
            warnings.warn(
                "Do not pass an `input_shape`/`input_dim` argument to a layer. When using "
                "Sequential models, prefer using an `Input(shape)` object as the first layer "
                "in the model instead.",
                stacklevel=4,
            )
        layer.__dict__["_batch_shape_argument"] = tuple(batch_shape)
    layer.__dict__["_initial_weights"] = weights
