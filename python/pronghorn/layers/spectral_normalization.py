"""SpectralNormalization (Miyato et al. 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import initializers, ops
from .input_spec import InputSpec
from .wrapper import Wrapper

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


class SpectralNormalization(Wrapper):
    """While training, divides the kernel of a layer by its largest singular value.

    The value is estimated by power iteration, whose vector is kept from call to call.

    Args:
        layer: A layer with a `kernel` or `embeddings`.
        power_iterations: Iterations a call, at least 1.

    Raises:
        ValueError: for `power_iterations` below 1, or a layer without such a weight.

    Example:

    >>> from pronghorn.layers import Dense
    >>> SpectralNormalization(Dense(3))(np.ones((2, 4))).shape
    (2, 3)
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError(
                "`power_iterations` should be greater than zero. Received: "
                f"`power_iterations={power_iterations}`"
            )
        self.power_iterations = power_iterations

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        for name in ("kernel", "embeddings"):
            if hasattr(self.layer, name):
                self.kernel = getattr(self.layer, name)
                break
        else:
            raise ValueError(
                f"{type(self.layer).__name__} object has no attribute 'kernel' nor 'embeddings'"
            )
        self.kernel_shape = self.kernel.shape
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel_shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            dtype=self.kernel.dtype,
        )

    def call(self, inputs: TensorLike, training: bool = False) -> Tensor:
        if training:
            nothing = ops.all(ops.equal(self.kernel, 0))  # a kernel of zeros stays one
            u, kernel = self.normalized_weights()
            self.vector_u.assign(ops.where(nothing, self.vector_u, u))
            self.kernel.assign(ops.where(nothing, self.kernel, kernel))
        return ops.cast(self.layer(inputs), inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self.layer.compute_output_shape(input_shape)

    def normalized_weights(self) -> tuple[Any, ...]:
        """The vector after this call's iterations, and the kernel divided by its singular value."""
        weights = ops.reshape(self.kernel, (-1, self.kernel_shape[-1]))
        u = ops.convert_to_tensor(self.vector_u)
        for _ in range(self.power_iterations):
            v = ops.normalize(ops.matmul(u, ops.transpose(weights)), axis=None)  # type: ignore[arg-type]
            u = ops.normalize(ops.matmul(v, weights), axis=None)  # type: ignore[arg-type]
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        sigma = ops.matmul(ops.matmul(v, weights), ops.transpose(u))
        kernel = ops.reshape(ops.divide(weights, sigma), self.kernel_shape)
        return ops.cast(u, self.vector_u.dtype), ops.cast(kernel, self.kernel.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "power_iterations": self.power_iterations}
