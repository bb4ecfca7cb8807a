"""RandomFourierFeatures of Keras 2."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import initializers, ops
from .base import Layer
from .core import known_size
from .input_spec import InputSpec

if TYPE_CHECKING:
    from ..engine.types import Identifier, Tensor, TensorLike


_KERNELS = ("gaussian", "laplacian")


class RandomFourierFeatures(Layer):
    """cos(inputs @ (kernel / scale) + bias): random features whose inner products approximate a
    kernel function. A layer of Keras 2.

    Args:
        output_dim: Number of features.
        kernel_initializer: "gaussian", "laplacian" (after the kernel that is approximated), or an
            Initializer for the weights, which are never trained.
        scale: Width of the kernel function; by default sqrt(input size / 2) for "gaussian", else 1.
        trainable: Whether `scale` is trained.
        name: Name.

    Shapes: inputs (batch, size), outputs (batch, output_dim).

    Raises:
        ValueError: for an output_dim or scale that is not positive, an unknown name, or inputs that
            are no matrix of known width.

    Reference: Rahimi and Recht 2007, "Random Features for Large-Scale Kernel Machines".

    Example:

    >>> RandomFourierFeatures(8, scale=10.0)(np.ones((2, 3))).shape
    (2, 8)
    """

    def __init__(
        self,
        output_dim: int,
        kernel_initializer: Identifier = "gaussian",
        scale: Any = None,
        trainable: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if output_dim <= 0:
            raise ValueError(f"`output_dim` should be a positive integer. Received: {output_dim}")
        if isinstance(kernel_initializer, str) and kernel_initializer.lower() not in _KERNELS:
            raise ValueError(
                f"Unsupported `kernel_initializer`: {kernel_initializer}. Expected one of "
                f"{_KERNELS}, or an Initializer."
            )
        if scale is not None and scale <= 0:
            raise ValueError(f"`scale` should be positive where given. Received: {scale}")
        super().__init__(trainable=trainable, name=name, **kwargs)
        self.output_dim = output_dim
        self.kernel_initializer = kernel_initializer
        self.scale = scale

    def build(self, input_shape: Any) -> None:
        if len(input_shape) != 2:
            raise ValueError(
                "The rank of the input tensor should be 2. Received: "
                f"input_shape={tuple(input_shape)}"
            )
        size = known_size(self, input_shape, 1)
        kernel = self.kernel_initializer
        named = kernel.lower() if isinstance(kernel, str) else None
        if self.scale is None:
            self.scale = math.sqrt(size / 2) if named == "gaussian" else 1.0
        self.unscaled_kernel = self.add_weight(
            name="unscaled_kernel",
            shape=(size, self.output_dim),
            initializer=_by_name(named) if named else initializers.get(kernel),
            trainable=False,
        )
        self.bias = self.add_weight(
            name="bias",
            shape=(self.output_dim,),
            initializer=initializers.RandomUniform(0.0, 2 * math.pi),
            trainable=False,
        )
        self.kernel_scale = self.add_weight(
            name="kernel_scale",
            shape=(1,),
            initializer=initializers.Constant(self.scale),
            constraint="non_neg",
        )
        self.input_spec = InputSpec(ndim=2, axes={1: size})

    def call(self, inputs: TensorLike) -> Tensor:
        kernel = ops.divide(self.unscaled_kernel, self.kernel_scale)
        return ops.cos(ops.add(ops.matmul(inputs, kernel), self.bias))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0], self.output_dim)

    def get_config(self) -> dict[str, Any]:
        kernel = self.kernel_initializer
        if not isinstance(kernel, str):
            kernel = initializers.serialize(initializers.get(kernel))
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "kernel_initializer": kernel,
            "scale": self.scale,
        }


def _by_name(name):
    if name == "gaussian":
        return initializers.RandomNormal(stddev=1.0)
    uniform = initializers.RandomUniform(0.0, 1.0)

    def cauchy(shape, dtype=None):
        """Draws of the Cauchy distribution, the transform of the Laplacian kernel."""
        turn = ops.subtract(uniform(shape, dtype=dtype), 0.5)
        return ops.tan(ops.multiply(turn, math.pi))

    return cauchy
