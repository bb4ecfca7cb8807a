"""Keras 1's `merge` and `Merge`: a merging layer chosen by its `mode`."""

from .. import layers
from ..engine import KerasTensor
from ..legacy.telling import tell

_LAYERS = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}


def merge(
    inputs,
    mode="sum",
    concat_axis=-1,
    dot_axes=-1,
    output_shape=None,
    output_mask=None,
    arguments=None,
    name=None,
):
    """Merges tensors by the layer that `mode` names, or by a function.

    Args:
        inputs: List of symbolic tensors.
        mode: "sum", "mul", "ave", "max", "concat", "dot", "cos", or a function of the list.
        concat_axis, dot_axes: For "concat"; for "dot" and "cos".
        output_shape, output_mask, arguments: Of a function, as of `Lambda`.
        name: The layer's name.

    Raises:
        ValueError: for an unknown mode.
    """
    tell("merge", f"`merge` is an old spelling; write `{_today(mode)}`.")
    return _layer(mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name)(inputs)


def _today(mode):
    return f"keras.layers.{_LAYERS.get(mode, 'Lambda') if isinstance(mode, str) else 'Lambda'}"


def _layer(mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name):
    if callable(mode):
        return layers.Lambda(
            mode, output_shape=output_shape, mask=output_mask, arguments=arguments, name=name
        )
    if mode not in _LAYERS:
        raise ValueError(f"mode is one of {', '.join(_LAYERS)} or a function. Received: {mode!r}")
    cls = getattr(layers, _LAYERS[mode])
    if mode == "concat":
        return cls(axis=concat_axis, name=name)
    if mode in ("dot", "cos"):
        return cls(axes=dot_axes, normalize=mode == "cos", name=name)
    return cls(name=name)


def Merge(
    layers=None,
    mode="sum",
    concat_axis=-1,
    dot_axes=-1,
    output_shape=None,
    output_mask=None,
    arguments=None,
    name=None,
    **kwargs,
):
    """A model that applies several models side by side, each to an input of its own, and merges
    what they give; the first layer of a Sequential in Keras 1. Without `layers`, the merging layer.

    Args:
        layers: Built models, or layers that were called.
        mode, ...: As of `merge`.
    """
    tell("Merge", f"`Merge` is an old spelling; write `{_today(mode)}` on the models' outputs.")
    layer = _layer(mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name)
    if layers is None:
        return layer
    from ..models import Model

    inputs, outputs = [], []
    for part in layers:
        whole = isinstance(part, Model)
        start = part.inputs if whole else [part.input]
        inputs += [x for x in start if not any(x is y for y in inputs)]
        outputs.append(part.output)
    if not all(isinstance(x, KerasTensor) for x in outputs):
        raise ValueError("Merge needs layers with one output each.")
    return Model(inputs, layer(outputs))
