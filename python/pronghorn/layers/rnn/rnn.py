"""RNN: a layer that runs a cell over the time steps of a sequence."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ... import ops
from ...engine import nest
from ...engine.symbolic import any_symbolic
from ...ops.time_loop import over_time
from ..base import Layer
from ..masking import get_keras_mask
from .dropout import DropoutRNNCell
from .stacked import StackedRNNCells, state_list
from .states import RecurrentState

if TYPE_CHECKING:
    from typing_extensions import Self


class RNN(RecurrentState, Layer):
    """Runs a cell over the steps of sequences, handing its states from one to the next.

    Args:
        cell: A cell, or a list of cells that are stacked. A cell is a layer (or object) with
            `call(inputs, states) -> (output, new_states)` for one step and a `state_size`: an int,
            or a list of one int a state. It may have an `output_size` (`state_size` or its first
            where missing), and `get_initial_state(batch_size)` (zeros where missing).
        return_sequences: Whether to return the outputs of all steps, not of the last.
        return_state: Whether to return the last states after the output.
        go_backwards: Whether to go from the last step to the first; outputs are in that order.
        stateful: Whether each batch starts from the states that the last one ended with.
        unroll: Whether steps are written out rather than looped over.
        zero_output_for_mask: Whether outputs of masked steps are 0 rather than the one before.

    Call arguments:
        sequences: (batch, time, ...); or a list of it and initial states, as Keras 2 took them.
        initial_state: List of states; zeros where missing.
        mask: Booleans (batch, time); steps that are False leave the states as they are.
        training: Handed to the cell.

    Returns:
        (batch, output_size), or (batch, time, output_size) with `return_sequences`; with
        `return_state` a tuple of it and the states.

    Raises:
        ValueError: for a cell without `call` or `state_size`; states or masks that do not fit; a
            batch of another size, when stateful; unrolling over an unknown number of steps.

    Example:

    >>> layer = RNN(layers.LSTMCell(4), return_sequences=True)
    >>> layer(np.ones((2, 3, 5), "float32")).shape
    (2, 3, 4)
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        check_cell(cell, "Argument `cell` should have")
        super().__init__(**kwargs)
        self.zero_output_for_mask = zero_output_for_mask
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.supports_masking = True
        self._start_states(cell.state_size)
        self.__dict__["_ran_as"] = None

    @property
    def ran_as(self) -> Any:
        """How the last call went through the time steps, None before the first.

        "fused": one operation for all steps. "projected": the inputs' products for all steps at
        once, then step by step. "steps": the cell, step by step.
        """
        return self._ran_as

    def __call__(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, **kwargs: Any
    ) -> Any:
        if isinstance(sequences, (list, tuple)) and initial_state is None and len(sequences) > 1:
            sequences, initial_state = sequences[0], list(sequences[1:])
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        if mask is not None:
            kwargs["mask"] = mask
        return super().__call__(sequences, **kwargs)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        sequences_shape = shape_of_sequences(sequences_shape)
        step = (sequences_shape[0], *sequences_shape[2:])
        build_cell(self.cell, step, self.state_size)
        if self.stateful:
            self._make_state_variables(sequences_shape)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        if self.unroll and sequences.shape[1] is None:
            raise ValueError(
                "Cannot unroll a RNN if the time dimension is undefined. Give the number of time "
                "steps: as `Input(shape=(steps, features))` or by `batch_shape`, in front of the "
                "layer; or leave `unroll` False."
            )
        states = self._first_states(sequences, initial_state)
        if training:
            self._draw_masks(self.cell, sequences[:, 0], states)
        try:
            last, outputs, states = self.inner_loop(
                sequences=sequences, initial_state=states, mask=mask, training=training
            )
        finally:
            _forget_masks(self.cell)
        dtype = self.compute_dtype
        output = ops.cast(outputs if self.return_sequences else last, dtype)
        states = nest.map_structure(lambda x: ops.cast(x, dtype), states)
        if self.stateful:
            self._keep(states)
        return (output, *states) if self.return_state else output

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool = False
    ) -> Any:
        """(last output, outputs, states) of all time steps.

        Args:
            sequences: (batch, time, ...).
            initial_state: List of states.
            mask: Booleans (batch, time), or None.
            training: Handed to the cell, if it takes it.

        Returns:
            A tuple: the last output (batch, ...), the outputs (batch, time, ...), of one step where
            `return_sequences` is False, and the list of last states.
        """
        cell = self.cell
        kwargs = {"training": training} if takes_training(cell) else {}
        run = cell if callable(cell) else cell.call
        self.__dict__["_ran_as"] = "steps"
        return self._over_time(
            lambda x, states: run(x, states, **kwargs), sequences, initial_state, mask
        )

    def _over_time(self, step, sequences, states, mask):
        return over_time(
            step,
            sequences,
            state_list(states),
            go_backwards=self.go_backwards,
            mask=mask,
            unroll=self.unroll,
            zero_output_for_mask=self.zero_output_for_mask,
            return_all_outputs=self.return_sequences,
        )

    def _draw_masks(self, cell, inputs, states):
        """Draws the dropout masks before the loop, so that all its steps see the same."""
        if isinstance(cell, DropoutRNNCell):
            cell.get_dropout_mask(inputs)
            cell.get_recurrent_dropout_mask(state_list(states)[0])
        elif isinstance(cell, StackedRNNCells):
            for one, own in zip(cell.cells, states):
                self._draw_masks(one, inputs, own)
                inputs = ops.zeros((ops.shape(inputs)[0], output_size(one)), dtype=inputs.dtype)

    # Masks and shapes.

    def _take_masks(self, spec, kwargs):
        """The mask is the one of the sequences, also where states come with them."""
        if spec.arguments.get("mask") is None:
            mask = get_keras_mask(nest.flatten(spec.first)[0])
            if mask is not None:
                kwargs["mask"] = mask

    def compute_mask(self, _: Any, mask: Any) -> Any:
        mask = nest.flatten(mask)[0] if nest.is_nested(mask) else mask
        output = mask if self.return_sequences else None
        return [output] + [None] * len(self.state_size) if self.return_state else output

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        if any_symbolic((args, kwargs)) and kwargs.get("initial_state") is not None:
            self._check_states(args[0], state_list(kwargs["initial_state"]))
        return super().compute_output_spec(*args, **kwargs)

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        sequences_shape = shape_of_sequences(sequences_shape)
        batch, steps = sequences_shape[:2]
        output = (output_size(self.cell),)
        output = (batch, steps, *output) if self.return_sequences else (batch, *output)
        if not self.return_state:
            return output
        return output, *(
            [(batch, n) for n in size] if isinstance(size, (list, tuple)) else (batch, size)
            for size in self.state_size
        )

    def get_config(self) -> dict[str, Any]:
        from ...serialization import serialize_keras_object

        names = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll",
                 "zero_output_for_mask")  # fmt: skip
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **own, "cell": serialize_keras_object(self.cell)}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Self:
        from ...serialization import deserialize_keras_object

        config = dict(config)
        cell = deserialize_keras_object(config.pop("cell"), custom_objects=custom_objects)
        return cls(cell, **config)


def check_cell(cell, lead):
    """Raises ValueError for what is no cell."""
    if not hasattr(cell, "call"):
        raise ValueError(f"{lead} a `call` method. Received: cell={cell}")
    if not hasattr(cell, "state_size"):
        raise ValueError(
            f"{lead} a `state_size` attribute: an integer, or a list of one integer for each "
            f"state. Received: cell={cell}"
        )


def shape_of_sequences(shape):
    """The first shape of a list of shapes: Keras 2 listed those of states behind it."""
    return shape[0] if shape and isinstance(shape[0], (list, tuple)) else shape


def build_cell(cell, input_shape, state_size):
    """Builds a cell that is a layer; one without a `build` of its own by a call on shapes."""
    if not isinstance(cell, Layer) or cell.built:
        return
    if cell._has_own_build():
        cell.build(input_shape)
    else:
        from ...engine import KerasTensor

        batch = input_shape[0]

        def state(size):
            return KerasTensor((batch, size), dtype=cell.compute_dtype)

        cell._abstract_call(
            KerasTensor(input_shape, dtype=cell.input_dtype), nest.map_structure(state, state_size)
        )
    cell.built = True


def output_size(cell):
    """The size of a cell's output; raises ValueError where it is no integer."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
        size = size[0] if isinstance(size, (list, tuple)) else size
    if not isinstance(size, int):
        raise ValueError(
            "output_size must be an integer. "
            f"Received: output_size={size} of cell {type(cell).__name__}"
        )
    return size


def takes_training(cell):
    if isinstance(cell, Layer):
        return cell._call_info.has_training
    return "training" in inspect.signature(cell.call).parameters


def _forget_masks(cell):
    if isinstance(cell, DropoutRNNCell):
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
    elif isinstance(cell, StackedRNNCells):
        for one in cell.cells:
            _forget_masks(one)
