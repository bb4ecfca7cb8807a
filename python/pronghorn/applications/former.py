"""Blocks of ResNet50 as its module of Keras 1 and 2 had them, with their layers' names of then."""

from __future__ import annotations

from typing import Any

from .. import layers
from ..engine import config


def identity_block(
    input_tensor: Any, kernel_size: Any, filters: Any, stage: Any, block: str
) -> Any:
    """Three convolutions, whose result is added to their input.

    Args:
        input_tensor: Symbolic tensor of four axes.
        kernel_size: Of the second convolution; the others have 1.
        filters: Three numbers; the last is that of the input's channels.
        stage, block: What the layers' names are made of.

    Returns:
        Symbolic tensor of the input's shape.
    """
    x = _branch(input_tensor, kernel_size, filters, 1, stage, block)
    return layers.Activation("relu")(layers.add([x, input_tensor]))


def conv_block(
    input_tensor: Any,
    kernel_size: Any,
    filters: Any,
    stage: Any,
    block: str,
    strides: Any = (2, 2),
) -> Any:
    """Three convolutions, whose result is added to a convolution of their input.

    Args:
        input_tensor: Symbolic tensor of four axes.
        kernel_size: Of the second convolution; the others have 1.
        filters: Three numbers.
        stage, block: What the layers' names are made of.
        strides: Of the first convolution and of the one beside.

    Returns:
        Symbolic tensor with the last number of `filters` channels.
    """
    x = _branch(input_tensor, kernel_size, filters, strides, stage, block)
    name = f"{stage}{block}_branch1"
    beside = layers.Conv2D(filters[2], 1, strides=strides, name=f"res{name}")(input_tensor)
    beside = layers.BatchNormalization(axis=_channels(), name=f"bn{name}")(beside)
    return layers.Activation("relu")(layers.add([x, beside]))


def _branch(x, kernel_size, filters, strides, stage, block):
    for part, count in zip("abc", filters):
        name = f"{stage}{block}_branch2{part}"
        x = layers.Conv2D(
            count,
            kernel_size if part == "b" else 1,
            strides=strides if part == "a" else 1,
            padding="same" if part == "b" else "valid",
            name=f"res{name}",
        )(x)
        x = layers.BatchNormalization(axis=_channels(), name=f"bn{name}")(x)
        if part != "c":
            x = layers.Activation("relu")(x)
    return x


def _channels():
    return 3 if config.image_data_format() == "channels_last" else 1


def _obtain_input_shape(
    input_shape: Any,
    default_size: int,
    min_size: int,
    data_format: str | None = None,
    require_flatten: bool = True,
    weights: str | None = None,
    include_top: bool | None = None,
) -> Any:
    """`obtain_input_shape` with the arguments that Keras 2.0 had: `include_top`, by name."""
    from ._common import obtain_input_shape

    flat = require_flatten if include_top is None else include_top
    order = data_format or config.image_data_format()
    return obtain_input_shape(input_shape, default_size, min_size, order, flat, weights)
