"""`Recurrent`, the base of recurrent layers with a `step` of their own in Keras 1 and 2.0."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ... import ops
from ...engine import Variable
from ...ops.time_loop import over_time
from ..base import Layer
from ..input_spec import InputSpec

if TYPE_CHECKING:
    from ...engine.types import Tensor, TensorLike


def time_distributed_dense(
    x: TensorLike,
    w: TensorLike,
    b: TensorLike | None = None,
    dropout: float | None = None,
    input_dim: Any = None,
    output_dim: Any = None,
    timesteps: Any = None,
    training: Any = None,
) -> Tensor:
    """A Dense layer's product at every step; with dropout that is the same at all of them.

    Args:
        x: Tensor (batch, steps, n).
        w: Kernel (n, units).
        b: Bias (units,), or None.
        dropout: Share of entries of x that are left out in training.
        input_dim, output_dim, timesteps: Not used.
        training: Whether it trains; None for as the model does.

    Returns:
        Tensor (batch, steps, units).

    Example:

    >>> time_distributed_dense(np.ones((2, 5, 3)), np.ones((3, 4))).shape
    (2, 5, 4)
    """
    if dropout and 0.0 < dropout < 1.0:
        from ...engine.call_context import call_context
        from ...random import dropout as drop

        if call_context.training if training is None else training:
            shape = ops.shape(x)
            x = drop(x, dropout, noise_shape=(shape[0], 1, shape[2]))
    y = ops.matmul(x, w)
    return y if b is None else ops.add(y, b)


_time_distributed_dense = time_distributed_dense


class Recurrent(Layer):
    """A base for recurrent layers: subclasses write `step(inputs, states)`, and set `units` (or
    `output_dim`) and `states`, a list with a None for each state.

    Args:
        weights: The first values of the weights.
        return_sequences: Whether to give the outputs of all steps.
        return_state: Whether to give the last states, too.
        go_backwards: Whether the last step comes first.
        stateful: Whether states go on from batch to batch.
        unroll: Whether steps are written out one by one.
        implementation, consume_less: Not used.

    Shapes: inputs (batch, steps, n), outputs (batch, units) or (batch, steps, units).

    Methods to write: `build(input_shape)`, `step(inputs, states) -> output, states`, where the
    constants follow the states; `preprocess_input(inputs)`, `get_constants(inputs)`,
    `get_initial_state(inputs)`.

    Example:

    >>> class Sum(Recurrent):
    ...     units, states = 1, [None]
    ...     def step(self, x, states):
    ...         total = states[0] + ops.sum(x, axis=-1, keepdims=True)
    ...         return total, [total]
    >>> Sum()(np.ones((2, 3, 4))).tolist()
    [[12.0], [12.0]]
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _with_states(cls.__dict__["build"])

    def __init__(
        self,
        weights: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        implementation: int = 0,
        consume_less: str = "cpu",
        input_dim: Any = None,
        input_length: Any = None,
        **kwargs: Any,
    ) -> None:
        if input_dim and not {"input_shape", "batch_input_shape"} & kwargs.keys():
            kwargs["input_shape"] = (input_length, input_dim)
        super().__init__(**kwargs)
        self.initial_weights = weights
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.implementation = implementation
        self.consume_less = consume_less
        self.input_dim = input_dim
        self.input_length = input_length
        self.supports_masking = True
        self.input_spec = [InputSpec(ndim=3)]
        self.state_spec = None
        self.dropout = 0.0
        self.recurrent_dropout = 0.0

    # ---- what subclasses write

    def step(self, inputs: Any, states: Any) -> Any:
        """One step: (inputs (batch, n), states and constants) -> (output, states)."""
        raise NotImplementedError(f"{type(self).__name__} must implement `step(inputs, states)`.")

    def get_constants(self, inputs: Any, training: Any = None) -> list[Any]:
        """Tensors that every step gets, after the states."""
        return []

    def preprocess_input(self, inputs: Any, training: Any = None) -> Any:
        """What the steps get of the inputs, computed for all at once."""
        return inputs

    def get_initial_state(self, inputs: Any) -> list[Any]:
        """The first states: zeros (batch, units)."""
        zero = ops.zeros((ops.shape(inputs)[0], self._size()), dtype=inputs.dtype)
        return [zero for _ in self.states]

    get_initial_states = get_initial_state

    # ---- the layer

    def build(self, input_shape: Any) -> None:
        pass

    def _size(self):
        return self.units if hasattr(self, "units") else self.output_dim

    def call(
        self, inputs: Any, mask: Any = None, training: Any = None, initial_state: Any = None
    ) -> Any:
        if isinstance(inputs, (list, tuple)):
            inputs, initial_state = inputs[0], list(inputs[1:]) or initial_state
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        if initial_state is not None:
            states = list(initial_state) if _is_several(initial_state) else [initial_state]
        elif self.stateful:
            states = self.states
        elif type(self).get_initial_states is not Recurrent.get_initial_states:  # of Keras 1
            states = self.get_initial_states(inputs)
        else:
            states = self.get_initial_state(inputs)
        if len(states) != len(self.states):
            raise ValueError(
                f"{type(self).__name__} has {len(self.states)} states. Received: {len(states)} "
                "initial states."
            )
        last, outputs, after = over_time(
            self.step,
            self.preprocess_input(inputs),
            list(states),
            mask=mask,
            constants=list(self.get_constants(inputs)),
            go_backwards=self.go_backwards,
            unroll=self.unroll,
            zero_output_for_mask=False,
            return_all_outputs=self.return_sequences,
        )
        if self.stateful:
            for kept, new in zip(self.states, after):
                kept.assign(new)
        result = outputs if self.return_sequences else last
        return [result, *after] if self.return_state else result

    def reset_states(self, states: Any = None) -> None:
        """Sets the kept states to zeros, or to values.

        Args:
            states: Arrays (batch, units), one a state.
        """
        if not self.stateful:
            raise AttributeError("Layer must be stateful.")
        if any(state is None for state in self.states):
            self._make_states()
        given = states if _is_several(states) or states is None else [states]
        for i, state in enumerate(self.states):
            state.assign(ops.zeros_like(state) if given is None else given[i])

    def _make_states(self):
        if self._batch is None:
            raise ValueError(
                "A recurrent layer that is stateful needs to know the batch size: give "
                "`batch_input_shape=(size, ...)` to the first layer, or `Input(batch_shape=)`."
            )
        # not by attribute: states are no weights
        self.__dict__["states"] = [
            Variable(ops.zeros((self._batch, self._size())), trainable=False, name="rnn_state")
            for _ in self.states
        ]

    def compute_output_shape(self, input_shape: Any) -> Any:
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        inner = (input_shape[1],) if self.return_sequences else ()
        shape = (input_shape[0], *inner, self._size())
        if not self.return_state:
            return shape
        return [shape, *((input_shape[0], self._size()) for _ in self.states)]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        mask = mask if self.return_sequences else None
        return [mask, *(None for _ in self.states)] if self.return_state else mask

    def get_config(self) -> dict[str, Any]:
        names = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
            "implementation": self.implementation,
        }


def _is_several(x):
    return isinstance(x, (list, tuple))


def _with_states(build):
    """A subclass's `build`, after which a stateful layer has its states."""

    @functools.wraps(build)
    def wrapped(self, input_shape):
        several = _is_several(input_shape) and input_shape and _is_several(input_shape[0])
        self._batch = (input_shape[0] if several else input_shape)[0]
        build(self, input_shape)
        if self.stateful and any(state is None for state in self.states):
            self._make_states()

    return wrapped


Recurrent.build = _with_states(Recurrent.build)  # type: ignore[method-assign]
