"""The states of a recurrent layer: what a call starts from, and what a stateful layer keeps."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...engine import Variable, nest
from .stacked import state_list


class RecurrentState:
    """A base of RNN. `states` are the Variables of a stateful layer, None before it is built."""

    def _start_states(self, state_size):
        if not isinstance(state_size, (list, tuple, int)):
            raise ValueError(
                "state_size must be an integer, or a list/tuple of integers (one for each state "
                f"tensor). Received: state_size={state_size}"
            )
        self.single_state = isinstance(state_size, int)
        self.state_size = [state_size] if self.single_state else list(state_size)  # type: ignore[arg-type]
        self.__dict__["states"] = None
        self.__dict__["_expected_batch_size"] = None

    def _make_state_variables(self, sequences_shape):
        if self.states is not None:
            self.reset_state()
            return
        batch = sequences_shape[0]
        if batch is None:
            raise ValueError(
                "When using `stateful=True` in a RNN, the batch size must be static. Give it: as "
                "`Input(batch_shape=(size, ...))` in front of the layer. Found dynamic batch "
                f"size: sequence.shape={tuple(sequences_shape)}"
            )

        def variable(value):
            return Variable(value, trainable=False, dtype=self.variable_dtype, name="rnn_state")

        # not by attribute: states are no weights, and not saved
        with self._open_name_scope():
            states = nest.map_structure(variable, self.get_initial_state(batch))
        self.__dict__["states"] = states
        self.__dict__["_expected_batch_size"] = batch

    def get_initial_state(self, batch_size: int) -> Any:
        """The states of a first step, a list: the cell's, or zeros.

        Args:
            batch_size: int, or a scalar tensor where it is not known.

        Returns:
            A list of tensors (batch, ...), one a state.
        """
        own = getattr(self.cell, "get_initial_state", None)
        if own is not None:
            return state_list(own(batch_size=batch_size))
        dtype = getattr(self.cell, "compute_dtype", self.compute_dtype)
        return nest.map_structure(
            lambda size: ops.zeros((batch_size, size), dtype=dtype), self.state_size
        )

    def reset_state(self) -> None:
        """Sets the states of a stateful layer to zeros."""
        for variable in nest.flatten(self.states or []):
            variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))

    def reset_states(self, states: Any = None) -> None:
        """Sets the states of a stateful layer to zeros, or to given arrays.

        Args:
            states: Arrays or tensors, one a state, of the states' shapes; None for zeros.

        Raises:
            ValueError: for arrays of another number or shape than the states.
        """
        if states is None:
            self.reset_state()
            return
        own, given = nest.flatten(self.states or []), nest.flatten(states)
        shapes = [tuple(ops.shape(x)) for x in given]
        if shapes != [tuple(v.shape) for v in own]:
            raise ValueError(
                f"Layer '{self.name}' has states of the shapes {[tuple(v.shape) for v in own]}. "
                f"Received states of the shapes {shapes}"
            )
        for variable, value in zip(own, given):
            variable.assign(value)

    def _first_states(self, sequences, initial_state):
        """The states that a call starts from, in the cell's dtype."""
        if self.stateful:
            self._check_batch(sequences)
        if initial_state is None:
            initial_state = self.states if self.stateful else None
        if initial_state is None:
            initial_state = self.get_initial_state(ops.shape(sequences)[0])
        else:
            initial_state = state_list(initial_state)
            self._check_states(sequences, initial_state)
        dtype = getattr(self.cell, "compute_dtype", self.compute_dtype)
        return nest.map_structure(
            lambda x: ops.cast(ops.convert_to_tensor(x), dtype),  # type: ignore[arg-type]
            initial_state,  # type: ignore[arg-type]
        )

    def _check_batch(self, sequences):
        batch, expected = sequences.shape[0], self._expected_batch_size
        if None not in (batch, expected) and batch != expected:
            raise ValueError(
                "If an RNN is stateful, the batch size of the input sequences must be the same as "
                f"the batch size of the initial state.\n- Expected batch size: {expected}\n"
                f"- Received batch size: {batch}\nChoose a number of samples that `batch_size` "
                "divides."
            )

    def _check_states(self, sequences, states):
        """Raises ValueError for states of another number or shape than the cell's."""
        sizes = nest.flatten(self.state_size)
        flat = nest.flatten(states)
        if len(flat) != len(sizes):
            raise ValueError(
                f"Layer '{self.name}' has {len(sizes)} state(s), but {len(flat)} were given as "
                f"`initial_state`, of the shapes {[tuple(x.shape) for x in flat]}"
            )
        batch = sequences.shape[0]
        for index, (state, expected) in enumerate(zip(flat, self._state_shapes(sequences))):
            found = tuple(state.shape)
            if len(found) != len(expected) or not all(
                a is None or b is None or a == b for a, b in zip(found, expected)
            ):
                raise ValueError(
                    f"Layer '{self.name}': state {index} of `initial_state` has the wrong shape. "
                    f"Expected: {expected} (for a batch of {batch}). Received: {found}"
                )

    def _state_shapes(self, sequences):
        return [(sequences.shape[0], size) for size in nest.flatten(self.state_size)]

    def _keep(self, states):
        for variable, value in zip(nest.flatten(self.states), nest.flatten(states)):
            variable.assign(value)
