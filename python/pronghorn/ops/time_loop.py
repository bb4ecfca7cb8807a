"""The loop over time steps: a Python step function along axis 1 of its inputs. No op of its own.

Over real tensors it is Python's loop, which tapes see. Inside a trace the first step, which shows
what the function returns, is followed by one node that holds the step once: engine/regions.py.
"""

from ..engine import custom_gradient, nest, regions
from ._args import FLOATS, KerasTensor, tensor
from .array import cast, concatenate, expand_dims, flip, moveaxis, reshape, squeeze, stack
from .control import to_tensors
from .creation import ones_like, zeros_like
from .math import multiply, where


def over_time(
    step_function,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    constants=None,
    unroll=False,
    zero_output_for_mask=False,
    return_all_outputs=True,
):
    """Runs `step_function(input, states) -> (output, new_states)` for each time step.

    Args:
        step_function: The input is (batch, ...) of one step, the states a list of the structure of
            `initial_states`, followed by the constants.
        inputs: Tensor (batch, time, ...), or a nest of such.
        initial_states: List of tensors or of nests of them.
        go_backwards: Whether the last step comes first; the outputs are in the order of the steps.
        mask: Booleans (batch, time) or (batch, time, 1): where False, the states stay as they are.
        constants: Tensors that each step receives.
        unroll: Whether a compiled function holds each step rather than one step and a loop.
        zero_output_for_mask: Whether the outputs of masked steps are 0; else they are the last
            output before.
        return_all_outputs: Whether the outputs of all steps are wanted.

    Returns:
        (last_output, outputs, states); `outputs` is (batch, time, ...), of one step where not all
        are wanted.

    Raises:
        ValueError: for no time steps, or a mask of another shape than the inputs.
    """
    steps = nest.flatten(inputs)[0].shape[1]
    constants = list(constants or [])
    if mask is not None:
        mask = mask_over_steps(mask, nest.flatten(inputs)[0].shape)
    if steps == 0:
        raise ValueError("Expected at least one time step. Received a sequence of length 0.")

    def run(x, states):
        output, new = step_function(x, list(states) + constants)
        return output, list(new) if nest.is_nested(new) else [new]

    if steps is None:
        return _shapes(run, inputs, list(initial_states))
    states = list(initial_states)
    if steps > 2 and not unroll and regions.tracing():
        return _looped(
            run, inputs, states, mask, go_backwards, zero_output_for_mask, return_all_outputs
        )
    order = range(steps - 1, -1, -1) if go_backwards else range(steps)
    previous, outputs = None, []
    each = [_steps_of(x) for x in nest.flatten(inputs)]
    for t in order:
        output, new = run(nest.pack_sequence_as(inputs, [x[t] for x in each]), states)
        if mask is not None:
            output, new, previous = _masked(
                mask[:, t], output, new, previous, states, zero_output_for_mask
            )
        states = nest.pack_sequence_as(initial_states, nest.flatten(new))
        if return_all_outputs or not outputs:
            outputs.append(output)
        else:
            outputs[0] = output
    stacked = nest.map_structure(lambda *step: stack(step, axis=1), *outputs)
    return outputs[-1], stacked, states


def _looped(run, inputs, states, mask, go_backwards, zero_output_for_mask, return_all_outputs):
    """The results of a compiled loop: the first step, then one node for the others."""
    structure, where = states, -1 if go_backwards else 0

    def one_step(carry, row):
        (states, previous), (x, keep) = carry, row
        output, new = run(x, states)
        if keep is not None:
            output, new, _ = _masked(keep, output, new, previous, states, zero_output_for_mask)
        new = nest.pack_sequence_as(structure, nest.flatten(new))
        return to_tensors((new, output)), to_tensors(output) if return_all_outputs else None

    def by_time(x):
        x = moveaxis(x, 1, 0)
        return x[:-1] if go_backwards else x[1:]

    def for_each(function):
        return nest.map_structure(lambda x: None if x is None else function(x), (inputs, mask))

    carry, first = one_step((states, None), for_each(lambda x: x[:, where]))
    steps = nest.flatten(inputs)[0].shape[1]
    (states, last), others = regions.scan(
        one_step,
        carry,
        for_each(by_time),
        steps - 1,
        go_backwards,
        "A loop over time steps",
        "step",
    )
    if not return_all_outputs:
        return last, nest.map_structure(lambda x: expand_dims(x, 1), last), states

    def joined(one, more):
        more = flip(more, 0) if go_backwards else more
        return moveaxis(concatenate([expand_dims(one, 0), more], 0), 0, 1)

    return last, nest.map_structure(joined, first, others), states


def _steps_of(x):
    """x at each step. The gradient puts the steps' together once, rather than adding one array of
    all steps for each."""
    if isinstance(x, KerasTensor) or x.dtype not in FLOATS:
        return [x[:, t] for t in range(x.shape[1])]
    return _float_steps_of(x)


@custom_gradient
def _float_steps_of(x):
    def gradient(*upstream):
        return stack(upstream, axis=1)

    return [x[:, t] for t in range(x.shape[1])], gradient


def _masked(keep, output, new, previous, states, zero_output_for_mask):
    """(output, states, output to carry on) of a step where some samples are masked."""

    def choose(value, other):
        return where(reshape(keep, (-1,) + (1,) * (len(value.shape) - 1)), value, other)

    zeros = nest.map_structure(zeros_like, output)
    output = nest.map_structure(
        choose, output, zeros if zero_output_for_mask or previous is None else previous
    )
    flat = [choose(n, s) for n, s in zip(nest.flatten(new), nest.flatten(states))]
    return output, nest.pack_sequence_as(new, flat), output


def _shapes(run, inputs, states):
    """The results for an unknown number of steps, of which only shapes and dtypes are looked at."""
    output, new = run(nest.map_structure(lambda x: x[:, 0], inputs), states)
    first = nest.flatten(inputs)[0]

    def over_steps(one):
        ones = ones_like(reshape(first, (*first.shape[:2], -1))[:, :, :1])
        ones = reshape(ones, (*ones.shape[:2], *(1,) * (len(one.shape) - 1)))
        return multiply(expand_dims(one, 1), cast(ones, one.dtype))

    return output, nest.map_structure(over_steps, output), new


def mask_over_steps(mask, shape):
    """The mask as booleans (batch, time), checked against inputs of the shape.

    Raises:
        ValueError: naming both shapes where they do not fit.
    """
    mask = tensor(mask)
    found = tuple(mask.shape)
    if len(found) == 3 and found[2] == 1:
        mask = squeeze(mask, 2)
    fits = len(mask.shape) == 2 and all(
        a is None or b is None or a == b for a, b in zip(mask.shape, shape)
    )
    if not fits:
        raise ValueError(
            f"A mask of time steps has the shape (batch, time), here {tuple(shape[:2])}. "
            f"Received: mask of shape {found}"
        )
    return mask if mask.dtype == "bool" else cast(mask, "bool")
