"""BatchNormalization (Ioffe & Szegedy 2015)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import constraints, initializers, ops, regularizers
from ..engine import config, dispatch
from . import batch_renorm
from .base import Layer
from .core import known_size, weight_config
from .input_spec import InputSpec

if TYPE_CHECKING:
    from ..engine.types import Identifier, TensorLike


# With the channels last, one native op each; other layouts and masks go through plain ops.
_train, _infer = dispatch.op("batch_norm_train"), dispatch.op("batch_norm_infer")


class BatchNormalization(Layer):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, per channel.

    While training, mean and (biased) variance are the batch's, and the moving ones follow them:
    moving = moving * momentum + batch * (1 - momentum). Otherwise, and with `trainable = False`,
    the moving ones are used.

    Args:
        axis: The channel axis.
        momentum, epsilon: Numbers, as above.
        center, scale: Whether there are a beta and a gamma.
        *_initializer, *_regularizer, *_constraint: As for other weights.
        renorm: Whether to correct batches towards running statistics (Ioffe 2017).
        renorm_clipping: Limits of that correction, a dict with "rmax", "rmin", "dmax", or None.
        renorm_momentum: How slowly those statistics follow.
        synchronized: Accepted; there is one device.

    Raises:
        ValueError: for other limits, a mask of another shape, or other channels.

    Example:

    >>> layer = BatchNormalization(epsilon=0.0)
    >>> layer(np.array([[1.0], [3.0]]), training=True).tolist()
    [[-1.0], [1.0]]
    >>> round(float(layer.moving_mean[0]), 3)  # 0 * 0.99 + 2 * 0.01
    0.02
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Identifier = "zeros",
        gamma_initializer: Identifier = "ones",
        moving_mean_initializer: Identifier = "zeros",
        moving_variance_initializer: Identifier = "ones",
        beta_regularizer: Identifier | None = None,
        gamma_regularizer: Identifier | None = None,
        beta_constraint: Identifier | None = None,
        gamma_constraint: Identifier | None = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if renorm:
            renorm_clipping = batch_renorm.checked_clipping(renorm_clipping)
        self.axis = int(axis)
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.renorm = renorm
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized
        self.supports_masking = True
        self.gamma = None
        self.beta = None
        self.moving_mean = None
        self.moving_variance = None

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)
        shape = (known_size(self, input_shape, self.axis),)
        for name, wanted in (("gamma", self.scale), ("beta", self.center)):
            if wanted:
                weight = self.add_weight(
                    name=name,
                    shape=shape,
                    initializer=getattr(self, f"{name}_initializer"),
                    regularizer=getattr(self, f"{name}_regularizer"),
                    constraint=getattr(self, f"{name}_constraint"),
                    autocast=False,
                )
                setattr(self, name, weight)
        for name in ("moving_mean", "moving_variance"):
            weight = self.add_weight(
                name=name,
                shape=shape,
                initializer=getattr(self, f"{name}_initializer"),
                trainable=False,
                autocast=False,
            )
            setattr(self, name, weight)
        if self.renorm:
            batch_renorm.add_weights(self, shape)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})
        axis = self.axis % len(input_shape)
        self._reduction_axes = tuple(i for i in range(len(input_shape)) if i != axis)

    def call(self, inputs: TensorLike, training: bool | None = None, mask: Any = None) -> Any:
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                f"Layer '{self.name}': the mask should have one dimension less than the inputs. "
                f"Received: mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        dtype = "float64" if inputs.dtype == "float64" else "float32"
        x = inputs if inputs.dtype == dtype else ops.cast(inputs, dtype)

        def cast(weight):
            if weight is None or weight.dtype == dtype:
                return weight
            return ops.cast(weight, dtype)

        gamma, beta = cast(self.gamma), cast(self.beta)
        affine = tuple(weight for weight in (gamma, beta) if weight is not None)
        attrs = (self.epsilon, gamma is not None, beta is not None)
        channels_last = self.axis in (-1, len(inputs.shape) - 1)
        if training and self.trainable:
            if mask is None and not self.renorm:
                last = x if channels_last else ops.moveaxis(x, self.axis, -1)
                out, mean, variance, _ = _train((last, *affine), attrs)
                out = out if channels_last else ops.moveaxis(out, -1, self.axis)
            else:
                if mask is None:
                    mean, variance = ops.moments(x, axes=self._reduction_axes)
                else:
                    mean, variance = self._masked_moments(x, mask)
                if self.renorm:
                    gamma, beta = batch_renorm.transforms(self, mean, variance, gamma, beta)
                out = ops.batch_normalization(
                    x, mean, variance, self.axis, offset=beta, scale=gamma, epsilon=self.epsilon
                )
            if self.renorm:
                batch_renorm.follow(self, mean, variance)
            else:
                self._follow(self.moving_mean, mean)
                self._follow(self.moving_variance, variance)
        else:
            mean, variance = cast(self.moving_mean), cast(self.moving_variance)
            if channels_last:
                out = _infer((x, *affine, mean, variance), attrs)
            else:
                out = ops.batch_normalization(
                    x, mean, variance, self.axis, offset=beta, scale=gamma, epsilon=self.epsilon
                )
        return out if out.dtype == self.compute_dtype else ops.cast(out, self.compute_dtype)

    def _follow(self, moving, batch):
        kept = ops.multiply(moving, self.momentum)
        moving.assign(ops.add(kept, ops.multiply(batch, 1.0 - self.momentum)))

    def _masked_moments(self, x, mask):
        axes, tiny = self._reduction_axes, config.epsilon()
        weight = ops.cast(ops.expand_dims(mask, axis=-1), x.dtype)
        weight = ops.multiply(ops.ones_like(x), weight)
        count = ops.add(ops.sum(weight, axis=axes, keepdims=True), tiny)
        # where, not a product: masked values may be NaN.
        kept = ops.where(ops.greater(weight, 0.0), x, 0.0)
        mean = ops.divide(ops.sum(kept, axis=axes, keepdims=True), count)
        far = ops.where(ops.greater(weight, 0.0), ops.subtract(x, mean), 0.0)
        variance = ops.divide(ops.sum(ops.square(far), axis=axes, keepdims=True), count)
        size = self.moving_mean.shape
        return ops.reshape(mean, size), ops.reshape(variance, size)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if not -len(input_shape) <= self.axis < len(input_shape):
            raise ValueError(
                f"Layer '{self.name}': axis {self.axis} is out of bounds for input shape "
                f"{tuple(input_shape)}."
            )
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **_statistics_config(self),
            "synchronized": self.synchronized,
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
        }


def _statistics_config(layer):
    from ..serialization import serialize_keras_object as serialize

    both = weight_config(layer, "beta", "gamma")
    moving = {
        f"moving_{name}_initializer": serialize(getattr(layer, f"moving_{name}_initializer"))
        for name in ("mean", "variance")
    }
    first = {k: v for k, v in both.items() if k.endswith("initializer")}
    return {**first, **moving, **{k: v for k, v in both.items() if k not in first}}
