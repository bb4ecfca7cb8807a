"""CTC: the loss of unaligned label sequences, and decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.host import host_op
from ._args import cast, op, shape_of, tensor
from .activation import log_softmax
from .array import expand_dims, pad, transpose
from .creation import arange
from .math import argmax, less, logical_and, max, multiply, negative, not_equal, sum, where
from .sorting import argsort, cumsum

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_ctc = op("ctc")


def ctc_loss(
    target: TensorLike,
    output: TensorLike,
    target_length: Any,
    output_length: Any,
    mask_index: int = 0,
) -> Tensor:
    """-log of the probability that outputs spell the target, over all alignments.

    An alignment names a class or the blank at each step; it spells what is left after repeats are
    merged and blanks dropped. Source: Graves et al. 2006, "Connectionist Temporal Classification".

    Args:
        target: Integer tensor (batch, max_length) of classes.
        output: Float tensor (batch, steps, classes) of logits.
        target_length: Integer tensor (batch,): labels that count.
        output_length: Integer tensor (batch,): steps that count.
        mask_index: The class that is the blank; from the end where negative.

    Returns:
        A float tensor (batch,), infinite where there are fewer steps than the target needs. The
        gradient is 0 there.

    Raises:
        ValueError: batch sizes that differ, a blank that is no class; when run, a label that is no
            class.

    Example:
        >>> print(ops.ctc_loss([[1, 2]], np.zeros((1, 3, 3), "float32"), [2], [3]).numpy().round(4))
        [1.6864]
    """
    x = _logits(output)
    ints = [cast(tensor(a), "int32") for a in (target, target_length, output_length)]
    blank = _blank(mask_index, x)
    return _ctc((log_softmax(x), *ints), (blank,))


def _logits(x):
    x = tensor(x)
    return x if x.dtype in ("float32", "float64") else cast(x, "float32")


def _blank(index, x):
    return index + x.shape[-1] if index < 0 and x.shape[-1] is not None else index


def ctc_decode(
    inputs: TensorLike,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> Any:
    """The labels that outputs of a CTC model spell.

    Args:
        inputs: Float tensor (batch, steps, classes) of logits.
        sequence_lengths: Integer tensor (batch,): steps that count.
        strategy: `"greedy"`, the best class of each step, or `"beam_search"`, the most probable
            labels among those that the best `beam_width` prefixes lead to.
        beam_width: Prefixes kept at each step.
        top_paths: Results for each sequence, the best first; beam search only.
        merge_repeated: Whether greedy decoding merges equal neighbours.
        mask_index: The class that is the blank.

    Returns:
        (labels, scores): int32 (paths, batch, steps), -1 behind the last label, with one path where
        greedy; scores (batch, paths): log-probabilities, or where greedy minus the sum of the best
        logits.

    Raises:
        ValueError: another strategy, or more paths than prefixes.

    Example:
        >>> logits = np.eye(3, dtype="float32")[None, [1, 1, 0, 2]]
        >>> ops.ctc_decode(logits, [4])[0].tolist()
        [[[1, 2, -1, -1]]]
    """
    x, lengths = _logits(inputs), cast(tensor(sequence_lengths), "int32")
    if (len(x.shape), len(lengths.shape)) != (3, 1):
        raise ValueError(
            "ctc_decode: expected inputs of shape (batch, steps, classes) and sequence_lengths of "
            f"shape (batch,). Received: {x.shape} and {lengths.shape}"
        )
    if strategy == "greedy":
        return _greedy(x, lengths, merge_repeated, _blank(mask_index, x))
    if strategy != "beam_search":
        raise ValueError(
            f"Invalid strategy {strategy}. Supported values are 'greedy' and 'beam_search'."
        )
    if top_paths > beam_width:
        raise ValueError(
            f"ctc_decode: top_paths={top_paths} results need as many prefixes; received "
            f"beam_width={beam_width}"
        )
    blank = x.shape[-1] - 1 if mask_index is None else _blank(mask_index, x)
    return beam_search(x, lengths, beam_width, top_paths, False, blank)


def beam_search(x, lengths, beam_width, top_paths, merge, blank):
    """`ctc_decode` by beam search; `merge`: equal neighbours of a result become one."""
    attrs = (beam_width, top_paths, merge, blank)
    labels, scores = _beam((log_softmax(x), lengths), attrs)
    return transpose(labels, (1, 0, 2)), scores


def _greedy(x, lengths, merge, blank):
    steps = shape_of(x)[1]
    place = expand_dims(arange(steps, dtype="int32"), 0)
    counts = less(place, expand_dims(lengths, 1))
    best = cast(argmax(x, axis=-1), "int32")
    kept = logical_and(counts, not_equal(best, blank))
    if merge:
        before = pad(best, [[0, 0], [1, 0]], constant_values=-1)[:, :-1]
        kept = logical_and(kept, not_equal(best, before))
    # what is kept moves to the front, in order
    rank = cumsum(cast(kept, "int32"), axis=1)
    spelled = _moved(best, kept, rank, place)
    score = negative(sum(multiply(max(x, axis=-1), cast(counts, x.dtype)), axis=1, keepdims=True))
    return expand_dims(spelled, 0), score


def _moved(best, kept, rank, place):
    from .arrange import take_along_axis

    order = argsort(where(kept, rank, place + shape_of(best)[1] + 1), axis=1)
    total = expand_dims(sum(cast(kept, "int32"), axis=1), 1)
    return where(less(place, total), take_along_axis(best, order, axis=1), -1)


def _beam_specs(x, lengths, beam_width, top_paths, merge, blank):
    (batch, steps, _), dtype = x
    return [((batch, top_paths, steps), "int32"), ((batch, top_paths), dtype)]


def _search(x, lengths, beam_width, top_paths, merge, blank):
    from ._ctc_beam import paths_of

    return paths_of(x, lengths, beam_width, top_paths, merge, blank)


_beam = host_op(
    "ctc_beam_search",
    _search,
    _beam_specs,
    attrs=(
        ("beam_width", "integer", 100),
        ("top_paths", "integer", 1),
        ("merge", "flag", False),
        ("blank", "integer", 0),
    ),
)

__all__ = ["ctc_decode", "ctc_loss"]
