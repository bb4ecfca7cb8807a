"""EinsumDense: a dense layer whose product is an einsum."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from .. import activations, constraints, initializers, ops, regularizers
from ..initializers import VarianceScaling
from .base import Layer
from .core import weight_config
from .input_spec import InputSpec
from .lora import Adaptable, AdaptedWeight

if TYPE_CHECKING:
    from ..engine.types import Identifier, TensorLike


class EinsumDense(Adaptable, Layer):
    """activation(einsum(equation, inputs, kernel) + bias).

    Args:
        equation: Of the form "abc,cd->abd", "...c,cd->...d" or "ab...,bc->ac...": labels of the
            inputs, the kernel and the outputs.
        output_shape: The outputs' sizes without the batch's (and without those behind `...`): an
            int or a tuple, None where the inputs' size is taken.
        activation: Name or function.
        bias_axes: The labels of the outputs that the bias has; None for no bias.
        kernel_initializer, bias_initializer: First values. Initializers that scale with fan-in and
            fan-out read them from the equation.
        kernel_regularizer, bias_regularizer: Penalties.
        kernel_constraint, bias_constraint: Projections after updates.
        lora_rank, lora_alpha: As `enable_lora` takes them; None for no adaptation.
        gptq_unpacked_column_size: Kept in the config of files that have it; without effect.
        quantization_config: None; there are no quantized weights.

    Raises:
        ValueError: for an equation of another form, or sizes that do not fit it.

    Example:

    >>> EinsumDense("abc,cd->abd", output_shape=(None, 6), bias_axes="d")(np.ones((2, 3, 4))).shape
    (2, 3, 6)
    """

    kernel = AdaptedWeight()

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Identifier | None = None,
        bias_axes: Any = None,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        gptq_unpacked_column_size: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._take_lora(lora_rank, lora_alpha, quantization_config)
        self.equation = equation
        one = isinstance(output_shape, int)
        self.partial_output_shape = (output_shape,) if one else tuple(output_shape)
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.gptq_unpacked_column_size = gptq_unpacked_column_size
        self.bias = None
        self._summed = _summed_axes(equation)

    def build(self, input_shape: Any) -> None:
        sizes = _Sizes(self.equation, self.bias_axes, input_shape, self.partial_output_shape)
        self.input_spec = InputSpec(ndim=len(input_shape))
        self.kernel = self.add_weight(
            name="kernel",
            shape=sizes.kernel,
            initializer=_with_axes(self.kernel_initializer, sizes.input_axes, sizes.output_axes),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if sizes.bias is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=sizes.bias,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self._enable_lora_if_asked()

    def compute_output_shape(self, input_shape: Any) -> Any:
        return _Sizes(self.equation, self.bias_axes, input_shape, self.partial_output_shape).output

    def call(self, inputs: TensorLike, training: bool | None = None) -> Any:
        if self._summed:
            x = self._as_dense(inputs)
        else:
            x = ops.einsum(self.equation, inputs, self.kernel)
            if self.bias is not None:
                x = ops.add(x, self.bias)
        return x if self.activation is None else self.activation(x)

    def _as_dense(self, inputs):
        """The einsum as a product of two matrices, which takes the bias along."""
        kernel, bias = self.kernel, self.bias
        summed, made = kernel.shape[: self._summed], kernel.shape[self._summed :]
        kept = ops.shape(inputs)[: -self._summed]
        x = ops.reshape(inputs, (*kept, math.prod(summed)))
        x = ops.matmul(x, ops.reshape(kernel, (math.prod(summed), math.prod(made))))
        whole = bias is not None and tuple(bias.shape) == tuple(made)
        if whole:
            x = ops.add(x, ops.reshape(bias, (-1,)))  # type: ignore[arg-type]
        x = ops.reshape(x, (*kept, *made))
        return x if bias is None or whole else ops.add(x, bias)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            **weight_config(self, "kernel", "bias"),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "quantization_config": None,
            **self._lora_config(),
        }


def _with_axes(initializer, input_axes, output_axes):
    """The initializer, told the kernel's axes where it scales with their sizes."""
    if not isinstance(initializer, VarianceScaling) or (
        initializer.input_axes is not None and initializer.output_axes is not None
    ):
        return initializer
    config = {**initializer.get_config(), "seed": initializer.seed}  # the seed that was drawn
    return type(initializer).from_config(
        {**config, "input_axes": input_axes, "output_axes": output_axes}
    )


def _summed_axes(equation):
    """How many last axes are summed over, where an equation is as "abc,cd->abd"; else 0."""
    labels = re.fullmatch(r"(?:\.\.\.)?([a-zA-Z]*),([a-zA-Z]*)->(?:\.\.\.)?([a-zA-Z]*)", equation)
    if not labels or equation.count("...") == 1:
        return 0
    inputs, kernel, outputs = labels.groups()
    for n in range(1, len(inputs) + 1):
        kept, made = inputs[:-n], kernel[n:]
        if kernel[:n] == inputs[-n:] and outputs == kept + made:
            return n if len({*inputs, *made}) == len(inputs) + len(made) else 0
    return 0


_LABELS = "([a-zA-Z]+)"
_FORMS = (
    f"{_LABELS},{_LABELS}->{_LABELS}",
    rf"\.\.\.{_LABELS},{_LABELS}->\.\.\.{_LABELS}",
    rf"([a-zA-Z]{{2,}})\.\.\.,{_LABELS}->{_LABELS}\.\.\.",
)


class _Sizes:
    """What an equation and the sizes of inputs and outputs say.

    `kernel`, `bias` (None without one) and `output` are shapes; `input_axes` and `output_axes` the
    axes of the kernel that are summed over, and those that the outputs have.
    """

    def __init__(self, equation, bias_axes, input_shape, output_shape):
        matches = [re.match(form, equation) for form in _FORMS]
        match = next((m for m in matches if m), None)
        if match is None:
            raise ValueError(
                f"Invalid einsum equation '{equation}'. Equations must be in the form "
                "[X],[Y]->[Z], ...[X],[Y]->...[Z], or [X]...,[Y]->[Z]...."
            )
        self.equation = equation
        inputs, kernel, outputs = match.groups()
        rank, dots = len(input_shape), len(input_shape) - len(inputs)
        left = matches.index(match) == 1
        if dots < 0:
            raise ValueError(
                f"The input labels '{inputs}' of '{equation}' do not fit inputs of shape "
                f"{tuple(input_shape)}."
            )
        # the batch's size comes first; sizes behind the dots are the inputs' too
        full = [input_shape[0], *output_shape]
        if dots > 0 and left:
            full[1:1] = input_shape[1:dots]
        elif dots > 0:
            full += input_shape[rank - dots :]
        shift = dots if left else 0
        in_size = {c: input_shape[i + shift] for i, c in enumerate(inputs)}
        try:
            out_size = {c: full[i + shift] for i, c in enumerate(outputs)}
        except IndexError:
            raise ValueError(
                f"Output shape {tuple(output_shape)} has too few sizes for the labels "
                f"'{outputs}' of '{equation}'."
            ) from None
        for i, c in enumerate(outputs, shift):
            if full[i] is None:
                full[i] = in_size.get(c)
        for c, size in in_size.items():
            wanted = out_size.get(c)
            if wanted is not None and wanted != size:
                raise ValueError(
                    f"Input shape and output shape do not match at shared dimension '{c}' of "
                    f"'{equation}'. Input shape is {size}, and output shape is {wanted}."
                )
        for c in outputs:
            if c not in inputs and c not in kernel:
                raise ValueError(
                    f"Dimension '{c}' was specified in the output '{outputs}' but has no "
                    f"corresponding dim in the input '{inputs}' or the kernel '{kernel}'."
                )
        for c in kernel:
            if c not in out_size and c not in in_size:
                raise ValueError(
                    f"Weight dimension '{c}' did not have a match in either the input '{inputs}' "
                    f"or the output '{outputs}'. The weight must be fully specified."
                )
        self.output = tuple(full)
        self.kernel = tuple(out_size[c] if c in out_size else in_size[c] for c in kernel)
        self.input_axes = [i for i, c in enumerate(kernel) if c not in out_size]
        self.output_axes = [i for i, c in enumerate(kernel) if c in out_size]
        self.bias = self._bias_shape(bias_axes, outputs, out_size, 0 if left else max(dots, 0))

    def _bias_shape(self, bias_axes, outputs, out_size, behind):
        if bias_axes is None:
            return None
        for c in bias_axes:
            if c not in outputs:
                raise ValueError(
                    f"Bias dimension '{c}' was requested, but is not part of the output "
                    f"'{outputs}' of '{self.equation}'."
                )
        first = min(outputs.find(c) for c in bias_axes)
        sizes = tuple(out_size[c] if c in bias_axes else 1 for c in outputs[first:])
        return sizes + (1,) * behind
