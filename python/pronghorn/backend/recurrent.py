"""K's loop over time."""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..engine import nest as _nest
from ..ops.time_loop import over_time as _over_time


def rnn(
    step_function: Any,
    inputs: Any,
    initial_states: Any,
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, ...]:
    """Runs `step_function(input, states) -> (output, new_states)` over the time steps of inputs.

    Args:
        step_function: Gets the inputs (batch, ...) of one step, and the list of the states followed
            by the constants.
        inputs: Tensor (batch, time, ...) with a known number of steps, or a nest of such.
        initial_states: List of tensors.
        go_backwards: Whether the last step comes first; outputs are in the order of the steps.
        mask: Booleans (batch, time): where False, the states stay as they are.
        constants: List of tensors that each step gets.
        unroll: Whether the steps are written out one by one.
        input_length: An int, or a tensor (batch,): steps beyond it are masked.
        time_major: Whether inputs, mask and outputs are (time, batch, ...).
        zero_output_for_mask: Whether outputs of masked steps are 0 rather than the one before.
        return_all_outputs: Whether `outputs` has all steps, not one.

    Returns:
        (last_output, outputs, new_states).

    Raises:
        ValueError: for inputs of an unknown number of steps, or a mask that does not fit.
    """

    def swap(x):
        return _ops.swapaxes(x, 0, 1)

    inputs = _nest.map_structure(_ops.convert_to_tensor, inputs)
    if time_major:
        inputs = _nest.map_structure(swap, inputs)
        mask = None if mask is None else swap(_ops.convert_to_tensor(mask))
    first = _nest.flatten(inputs)[0]
    steps = first.shape[1]
    if steps is None:
        raise ValueError(
            "K.rnn needs to know the number of time steps of its inputs. Received inputs of shape "
            f"{tuple(first.shape)}. Use `keras.layers.RNN`, which runs where it is known."
        )
    if mask is None and input_length is not None and not isinstance(input_length, int):
        length = _ops.reshape(_ops.convert_to_tensor(input_length), (-1, 1))
        mask = _ops.less(_ops.reshape(_ops.arange(steps, dtype=length.dtype), (1, -1)), length)
    last, outputs, states = _over_time(
        step_function,
        inputs,
        list(initial_states),
        go_backwards=go_backwards,
        mask=mask,
        constants=constants,
        unroll=unroll,
        zero_output_for_mask=zero_output_for_mask,
        return_all_outputs=return_all_outputs,
    )
    if time_major:
        outputs = _nest.map_structure(swap, outputs)
    return last, outputs, states


__all__ = ["rnn"]
