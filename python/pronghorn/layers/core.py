"""Dense, Embedding, Identity and Lambda-free basics: layers that are one product or look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import activations, constraints, initializers, ops, random, regularizers
from ..engine.call_context import call_context
from ..engine.random import SeedGenerator
from ..engine.refusal import outside_table
from ..engine.tensor import convert_to_numpy
from ..ops.array import lookup
from .base import Layer
from .input_spec import InputSpec
from .lora import Adaptable, AdaptedWeight

if TYPE_CHECKING:
    from ..engine.types import Identifier, Tensor, TensorLike


class Dense(Adaptable, Layer):
    """activation(inputs @ kernel + bias), over the last axis.

    Args:
        units: Size of the outputs' last axis.
        activation: Name or function.
        use_bias: Whether to add a bias.
        kernel_initializer, bias_initializer: First values.
        kernel_regularizer, bias_regularizer, activity_regularizer: Penalties.
        kernel_constraint, bias_constraint: Projections after updates.
        lora_rank, lora_alpha: As `enable_lora` takes them; None for no adaptation.
        quantization_config: Kept for configs; quantization is not here yet.

    Shapes: inputs (batch, ..., n), kernel (n, units), outputs (batch, ..., units).

    Raises:
        ValueError: for `units` that is no positive integer, or inputs of another last size.

    Example:

    >>> Dense(4, activation="relu")(np.ones((2, 3))).shape
    (2, 4)
    """

    kernel = AdaptedWeight()

    def __init__(
        self,
        units: int,
        activation: Identifier | None = None,
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_lora(lora_rank, lora_alpha, quantization_config)
        self.units = positive_int(units, "units")
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias = None
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        size = known_size(self, input_shape, -1)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(size, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self._enable_lora_if_asked()

    def call(self, inputs: TensorLike, training: bool | None = None) -> Any:
        x = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            x = ops.add(x, self.bias)
        return x if self.activation is None else self.activation(x)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **weight_config(self, "kernel", "bias"),
            "quantization_config": None,
            **self._lora_config(),
        }


class Embedding(Adaptable, Layer):
    """Rows of a table, chosen by integer indices.

    Args:
        input_dim: Number of rows; indices are below it.
        output_dim: Size of a row.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: As for other weights.
        mask_zero: Whether index 0 is padding, masked in the layers that follow.
        weights: The table's first value.
        lora_rank, lora_alpha: As `enable_lora` takes them; None for no adaptation.
        quantization_config: Kept for configs; quantization is not here yet.

    Shapes: inputs any, outputs inputs' shape + (output_dim,).

    Raises:
        ValueError: for sizes that are no positive integers, or an index out of range when called.

    Example:

    >>> Embedding(10, 4)(np.array([[1, 2, 9]])).shape
    (1, 3, 4)
    """

    _adapted_name = "embeddings"
    embeddings = AdaptedWeight()

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Identifier = "uniform",
        embeddings_regularizer: Identifier | None = None,
        embeddings_constraint: Identifier | None = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        input_dim = positive_int(input_dim, "input_dim")
        output_dim = positive_int(output_dim, "output_dim")
        word_dropout = kwargs.pop("dropout", 0.0)  # of Keras 1: the share of words left out
        super().__init__(**kwargs)
        self._take_lora(lora_rank, lora_alpha, quantization_config)
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self._word_dropout = float(word_dropout or 0.0)
        if self._word_dropout:
            self._seed_generator = SeedGenerator()
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        self._enable_lora_if_asked()

    def call(self, inputs: TensorLike) -> Tensor:
        try:
            rows = lookup(self._embeddings, inputs)
        except ValueError as error:
            raise self._explained(error, inputs) from None
        if self.lora_enabled:  # no need to adapt the rows that nobody asked for
            a, b = self._lora_parts()
            change = ops.matmul(lookup(a, inputs), b)
            rows = ops.add(rows, ops.multiply(change, self.lora_alpha / self.lora_rank))
        if self._word_dropout and call_context.training:
            rows = ops.multiply(rows, lookup(self._kept_words(), inputs))
        return ops.cast(rows, self.compute_dtype)

    def _kept_words(self):
        """For each row of the table, 0 where it is left out of this step, else what makes up."""
        kept = 1.0 - self._word_dropout
        drawn = random.uniform((self.input_dim, 1), seed=self._seed_generator)
        return ops.cast(ops.less(drawn, kept), drawn.dtype) / kept

    def _explained(self, error: ValueError, inputs: TensorLike) -> ValueError:
        """The error, which names the index and the size of the table if that is what failed."""
        if "index is out of range" not in str(error):
            return error
        return ValueError(
            outside_table(convert_to_numpy(inputs), self.input_dim, self.name) or str(error)
        )

    def compute_mask(self, inputs: TensorLike, mask: Any = None) -> Any:
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        from ..serialization import serialize_keras_object as serialize

        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            **weight_config(self, "embeddings"),
            "activity_regularizer": serialize(self.activity_regularizer),
            "mask_zero": self.mask_zero,
            "quantization_config": None,
            **self._lora_config(),
            **({"dropout": self._word_dropout} if self._word_dropout else {}),
        }


class Identity(Layer):
    """The inputs themselves.

    Example:

    >>> Identity()(np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: TensorLike) -> Any:
        return inputs


def positive_int(value, name):
    """The value; raises ValueError unless it is an integer above 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        import numbers

        if isinstance(value, numbers.Integral) and not isinstance(value, bool) and value > 0:  # type: ignore[operator]
            return int(value)
        raise ValueError(
            f"`{name}` must be a positive integer. Received: {name}={value} "
            f"(of type {type(value).__name__})."
        )
    return value


def known_size(layer, input_shape, axis):
    """The input's size along an axis; raises ValueError where it is unknown."""
    size = input_shape[axis]
    if size is None:
        raise ValueError(
            f"Layer '{layer.name}' (of type {type(layer).__name__}) needs a known size of axis "
            f"{axis} of its input to make its weights. Received: input_shape={tuple(input_shape)}"
        )
    return size


def weight_config(layer, *weights):
    """The initializers, regularizers and constraints of the named weights as configs."""
    from ..serialization import serialize_keras_object as serialize

    return {
        f"{weight}_{kind}": serialize(getattr(layer, f"{weight}_{kind}"))
        for kind in ("initializer", "regularizer", "constraint")
        for weight in weights
    }
