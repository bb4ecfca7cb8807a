"""Layers of Keras 1 that Keras 2 left out. Their weights are named and ordered as there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import activations, constraints, initializers, ops, regularizers
from .base import Layer
from .input_spec import InputSpec

if TYPE_CHECKING:
    from ..engine.types import Identifier, Tensor, TensorLike


class _OldWeights(Layer):
    """What MaxoutDense and Highway take for their weights."""

    def __init__(
        self,
        init: Identifier = "glorot_uniform",
        W_regularizer: Identifier | None = None,
        b_regularizer: Identifier | None = None,
        W_constraint: Identifier | None = None,
        b_constraint: Identifier | None = None,
        bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.init = initializers.get(init)
        self.W_regularizer = regularizers.get(W_regularizer)
        self.b_regularizer = regularizers.get(b_regularizer)
        self.W_constraint = constraints.get(W_constraint)
        self.b_constraint = constraints.get(b_constraint)
        self.bias = bias
        self.input_spec = InputSpec(ndim=2)

    def _add_kernel(self, shape):
        self.W = self.add_weight(
            name="W",
            shape=shape,
            initializer=self.init,
            regularizer=self.W_regularizer,
            constraint=self.W_constraint,
        )

    def _add_bias(self, shape):
        self.b = self.add_weight(
            name="b",
            shape=shape,
            initializer="zeros",
            regularizer=self.b_regularizer,
            constraint=self.b_constraint,
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "init": initializers.serialize(self.init),
            "W_regularizer": regularizers.serialize(self.W_regularizer),
            "b_regularizer": regularizers.serialize(self.b_regularizer),
            "W_constraint": constraints.serialize(self.W_constraint),
            "b_constraint": constraints.serialize(self.b_constraint),
            "bias": self.bias,
        }


class MaxoutDense(_OldWeights):
    """The largest, unit by unit, of several Dense layers.

    Args:
        output_dim: Units.
        nb_feature: How many Dense layers.
        **kwargs: `init`, `W_regularizer`, `b_regularizer`, `W_constraint`, `b_constraint`, `bias`.

    Shapes: inputs (batch, n), outputs (batch, output_dim).

    Reference: Goodfellow et al. 2013, "Maxout networks".

    Example:

    >>> MaxoutDense(3, nb_feature=2)(np.ones((4, 5))).shape
    (4, 3)
    """

    def __init__(self, output_dim: int, nb_feature: int = 4, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.output_dim = output_dim
        self.nb_feature = nb_feature

    def build(self, input_shape: Any) -> None:
        self._add_kernel((self.nb_feature, input_shape[-1], self.output_dim))
        if self.bias:
            self._add_bias((self.nb_feature, self.output_dim))

    def call(self, x: TensorLike) -> Tensor:
        features = ops.tensordot(x, self.W, axes=[[1], [1]])
        return ops.max(ops.add(features, self.b) if self.bias else features, axis=1)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0], self.output_dim)

    def get_config(self) -> dict[str, Any]:
        own = {"output_dim": self.output_dim, "nb_feature": self.nb_feature}
        return {**super().get_config(), **own}


class Highway(_OldWeights):
    """A Dense layer beside its own input, mixed unit by unit by a second one with a sigmoid.

    Args:
        init: Initializer of both kernels.
        activation: Of the first Dense layer.
        **kwargs: `W_regularizer`, `b_regularizer`, `W_constraint`, `b_constraint`, `bias`.

    Shapes: inputs (batch, n), outputs the same.

    Reference: Srivastava et al. 2015, "Highway networks".

    Example:

    >>> Highway(activation="relu")(np.ones((4, 5))).shape
    (4, 5)
    """

    def __init__(
        self,
        init: Identifier = "glorot_uniform",
        activation: Identifier | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("transform_bias", None)
        super().__init__(init, **kwargs)
        self.activation = activations.get(activation)

    def build(self, input_shape: Any) -> None:
        size = input_shape[-1]
        self._add_kernel((size, size))
        self.W_carry = self.add_weight(name="W_carry", shape=(size, size), initializer=self.init)
        if self.bias:
            self._add_bias((size,))
            self.b_carry = self.add_weight(name="b_carry", shape=(size,), initializer="ones")

    def call(self, x: TensorLike) -> Tensor:
        share, y = ops.matmul(x, self.W_carry), ops.matmul(x, self.W)
        if self.bias:
            share, y = ops.add(share, self.b_carry), ops.add(y, self.b)
        share = ops.sigmoid(share)
        return ops.add(
            ops.multiply(self.activation(y), share), ops.multiply(ops.subtract(1.0, share), x)
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        activation = activations.serialize(self.activation)
        return {**super().get_config(), "activation": activation}


class _Elementwise(Layer):
    """A layer with parameters for every unit, shared along some axes."""

    def __init__(self, shared_axes: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = shared_axes

    def _parameter(self, name, shape, initializer):
        shape = list(shape[1:])
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        return self.add_weight(name=name, shape=tuple(shape), initializer=initializer)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shared_axes": self.shared_axes}


class ParametricSoftplus(_Elementwise):
    """alpha * log(1 + exp(beta * x)), both learned for each unit.

    Args:
        alpha_init, beta_init: Their first values.
        shared_axes: Axes (the batch is 0) along which they are the same.

    Shapes: inputs any, outputs the same.

    Reference: McFarland et al. 2013, "Inferring nonlinear neuronal computation based on
    physiologically plausible inputs".

    Example:

    >>> round(ParametricSoftplus()(np.zeros((1, 1))).item(), 4)
    0.1386
    """

    def __init__(self, alpha_init: float = 0.2, beta_init: float = 5.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha_init = float(alpha_init)
        self.beta_init = float(beta_init)

    def build(self, input_shape: Any) -> None:
        constant = initializers.Constant
        self.alphas = self._parameter("alphas", input_shape, constant(self.alpha_init))
        self.betas = self._parameter("betas", input_shape, constant(self.beta_init))

    def call(self, x: TensorLike) -> Tensor:
        return ops.multiply(ops.softplus(ops.multiply(self.betas, x)), self.alphas)

    def get_config(self) -> dict[str, Any]:
        own = {"alpha_init": self.alpha_init, "beta_init": self.beta_init}
        return {**super().get_config(), **own}


class SReLU(_Elementwise):
    """x between two thresholds, a line of its own slope beyond each; all four are learned.

    Args:
        t_left_init, a_left_init: Initializers of the left threshold and slope.
        t_right_init, a_right_init: Of the right one's distance from the left, and slope.
        shared_axes: Axes (the batch is 0) along which they are the same.

    Shapes: inputs any, outputs the same.

    Reference: Jin et al. 2015, "Deep learning with S-shaped rectified linear activation units".

    Example:

    >>> layer = SReLU(a_left_init="zeros", t_right_init="ones", a_right_init="zeros")
    >>> layer(np.array([[-2.0, 0.5, 3.0]])).tolist()
    [[0.0, 0.5, 1.0]]
    """

    def __init__(
        self,
        t_left_init: Identifier = "zero",
        a_left_init: Identifier = "glorot_uniform",
        t_right_init: Identifier = "glorot_uniform",
        a_right_init: Identifier = "one",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.t_left_init = initializers.get(t_left_init)
        self.a_left_init = initializers.get(a_left_init)
        self.t_right_init = initializers.get(t_right_init)
        self.a_right_init = initializers.get(a_right_init)

    def build(self, input_shape: Any) -> None:
        self.t_left = self._parameter("t_left", input_shape, self.t_left_init)
        self.a_left = self._parameter("a_left", input_shape, self.a_left_init)
        self.t_right = self._parameter("t_right", input_shape, self.t_right_init)
        self.a_right = self._parameter("a_right", input_shape, self.a_right_init)

    def call(self, x: TensorLike) -> Tensor:
        left = ops.convert_to_tensor(self.t_left)
        right = ops.add(left, ops.abs(self.t_right))
        inside = ops.minimum(ops.maximum(x, left), right)
        below = ops.multiply(self.a_left, ops.minimum(ops.subtract(x, left), 0.0))
        above = ops.multiply(self.a_right, ops.maximum(ops.subtract(x, right), 0.0))
        return ops.add(inside, ops.add(below, above))

    def get_config(self) -> dict[str, Any]:
        names = ("t_left_init", "a_left_init", "t_right_init", "a_right_init")
        own = {name: initializers.serialize(getattr(self, name)) for name in names}
        return {**super().get_config(), **own}
