"""Layers that normalise each sample by itself: over axes, groups of channels, or to length 1."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .. import constraints, initializers, ops, regularizers
from ..ops.normalization import group_normalization
from .base import Layer
from .core import known_size, weight_config
from .input_spec import InputSpec

if TYPE_CHECKING:
    from ..engine.types import Identifier, Tensor, TensorLike


class _Normalizing(Layer):
    """Shape and mask pass through; `axis` is an int or a list of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        rank = len(input_shape)
        for axis in self.axis if isinstance(self.axis, (list, tuple)) else [self.axis]:
            if not -rank <= axis < rank:
                raise ValueError(
                    f"Layer '{self.name}': axis {axis} is out of bounds for input shape "
                    f"{tuple(input_shape)}. Received: axis={self.axis}"
                )
        return input_shape


class _Affine(_Normalizing):
    """With a gamma to multiply by and a beta to add."""

    def _take_affine(self, center, scale, **parts):
        self.center = center
        self.scale = scale
        for name in ("beta", "gamma"):
            for kind, room in _ROOMS:
                setattr(self, f"{name}_{kind}", room.get(parts[f"{name}_{kind}"]))

    def _add_affine(self, name, shape):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
            autocast=False,
        )


_ROOMS = (("initializer", initializers), ("regularizer", regularizers), ("constraint", constraints))


class LayerNormalization(_Affine):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, over axes of each sample.

    Ba et al. 2016.

    Args:
        axis: The axes that are normalised together, an int or a list.
        epsilon: Added to the variance.
        center, scale: Whether there are a beta and a gamma, with the sizes of the axes.
        *_initializer, *_regularizer, *_constraint: As for other weights.

    Raises:
        TypeError: for an axis that is no int or list.
        ValueError: for an axis out of range, or of unknown size.

    Example:

    >>> LayerNormalization()(np.array([[1.0, 3.0]])).numpy().round(2).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Identifier = "zeros",
        gamma_initializer: Identifier = "ones",
        beta_regularizer: Identifier | None = None,
        gamma_regularizer: Identifier | None = None,
        beta_constraint: Identifier | None = None,
        gamma_constraint: Identifier | None = None,
        **kwargs: Any,
    ) -> None:
        rms_scaling = kwargs.pop("rms_scaling", False)
        if rms_scaling:
            warnings.warn(
                "`rms_scaling=True` is deprecated: it divides by the standard deviation, not by "
                "the root mean square. RMSNormalization does the latter.",
                stacklevel=2,
            )
        super().__init__(**kwargs)
        self.axis = _axes(axis, "Expected")
        self.epsilon = epsilon
        self.rms_scaling = rms_scaling
        self._take_affine(
            center,
            scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        shape = _build_axes(self, input_shape)
        self.gamma = self.beta = None
        if self.scale or self.rms_scaling:
            self.gamma = self._add_affine("gamma", shape)
        if self.center and not self.rms_scaling:
            self.beta = self._add_affine("beta", shape)

    def call(self, inputs: TensorLike) -> Tensor:
        older = {"rms_scaling": True} if self.rms_scaling else {}
        outputs = ops.layer_normalization(
            inputs, self.gamma, self.beta, self.axis, self.epsilon, **older
        )
        return ops.cast(outputs, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "rms_scaling": self.rms_scaling,
            **weight_config(self, "beta", "gamma"),
        }


class RMSNormalization(_Normalizing):
    """x / sqrt(mean(x**2) + epsilon) * scale, over axes of each sample.

    Zhang & Sennrich 2019.

    Args:
        axis: The axes that are normalised together, an int or a list.
        epsilon: Added to the mean square.

    Raises:
        TypeError: for an axis that is no int or list.
        ValueError: for an axis out of range, or of unknown size.

    Example:

    >>> RMSNormalization(epsilon=0.0)(np.array([[1.0, 7.0]])).numpy().round(1)
    array([[0.2, 1.4]], dtype=float32)
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _axes(axis)
        self.epsilon = epsilon

    def build(self, input_shape: Any) -> None:
        shape = _build_axes(self, input_shape)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, x: Any) -> Tensor:
        return ops.rms_normalization(x, scale=self.scale, axis=self.axis, epsilon=self.epsilon)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}


def _axes(axis, message="Invalid value for `axis` argument: expected"):
    if isinstance(axis, (list, tuple)):
        return list(axis)
    if isinstance(axis, int) and not isinstance(axis, bool):
        return axis
    raise TypeError(
        f"{message} an int or a list/tuple of ints for the argument 'axis'. Received: axis={axis!r}"
    )


def _build_axes(layer, input_shape):
    """Makes `axis` a sorted list; returns the sizes of these axes."""
    layer.compute_output_shape(input_shape)
    axes = sorted(layer.axis) if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    layer.axis = axes
    return tuple(known_size(layer, input_shape, axis) for axis in axes)


class GroupNormalization(_Affine):
    """Normalises groups of channels of each sample, over all of its positions.

    Wu & He 2018. One group is layer normalisation over all axes, as many as channels (-1) are
    instance normalisation.

    Args:
        groups: Number of groups; the number of channels is a multiple of it. -1 for one a channel.
        axis: The channel axis.
        epsilon: Added to the variance.
        center, scale: Whether there are a beta and a gamma, one number a channel.
        *_initializer, *_regularizer, *_constraint: As for other weights.

    Raises:
        ValueError: for groups that do not divide the channels, or an unknown number of channels.

    Example:

    >>> x = np.array([[1.0, 3.0, 10.0, 30.0]])
    >>> GroupNormalization(groups=2, epsilon=0.0)(x).numpy().round(3).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Identifier = "zeros",
        gamma_initializer: Identifier = "ones",
        beta_regularizer: Identifier | None = None,
        gamma_regularizer: Identifier | None = None,
        beta_constraint: Identifier | None = None,
        gamma_constraint: Identifier | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ValueError(
                "Received an invalid value for argument `groups`, expected a positive integer (or "
                f"`-1` for instance normalization). Received: groups={groups}"
            )
        super().__init__(**kwargs)
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon
        self._take_affine(
            center,
            scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(
                f"Axis {self.axis} of input tensor should have a defined dimension but the layer "
                f"received an input with shape {tuple(input_shape)}."
            )
        if channels == 0:
            raise ValueError(
                f"Axis {self.axis} of the input has no channels. Received shape "
                f"{tuple(input_shape)}."
            )
        if self.groups == -1:
            self.groups = channels
        if channels < self.groups:
            raise ValueError(
                f"Number of groups ({self.groups}) cannot be more than the number of channels "
                f"({channels})."
            )
        if channels % self.groups:
            raise ValueError(
                f"The channels ({channels}) do not split into {self.groups} equal groups: theirs "
                "must be a multiple of the number of channels of a group."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self.gamma = self._add_affine("gamma", (channels,)) if self.scale else None
        self.beta = self._add_affine("beta", (channels,)) if self.center else None

    def call(self, inputs: TensorLike) -> Tensor:
        outputs = group_normalization(
            inputs, self.groups, self.axis, self.gamma, self.beta, self.epsilon
        )
        return ops.cast(outputs, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "groups": self.groups,
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **weight_config(self, "beta", "gamma"),
        }


class UnitNormalization(_Normalizing):
    """The inputs divided by their Euclidean norm along axes.

    Args:
        axis: An int, or a list of them.

    Raises:
        TypeError: for an axis that is no int or list.

    Example:

    >>> UnitNormalization()(np.array([[3.0, 4.0]])).numpy().round(1)
    array([[0.6, 0.8]], dtype=float32)
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _axes(axis)
        self._build_at_init()

    def call(self, inputs: TensorLike) -> Tensor:
        return ops.normalize(inputs, axis=self.axis, order=2, epsilon=1e-12)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
