"""K's CTC: probabilities instead of logits, the last class is the blank."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple as _NamedTuple

from .. import ops as _ops
from ..engine.config import epsilon as _epsilon
from ..ops import ctc as _ctc


class _Sparse(_NamedTuple):
    """What of a dense tensor is not left out: positions (n, rank), values (n,), the shape."""

    indices: object
    values: object
    dense_shape: tuple


def _log(y_pred):
    return _ops.log(_ops.convert_to_tensor(y_pred) + _epsilon())


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """The CTC loss of each sample (Graves et al. 2006); the last class is the blank.

    Args:
        y_true: Integer labels (batch, max_length).
        y_pred: Probabilities (batch, steps, classes), as softmax gives them.
        input_length: Integers (batch, 1): steps that count.
        label_length: Integers (batch, 1): labels that count.

    Returns:
        Float tensor (batch, 1).

    Example:
        >>> probabilities = ops.ones((1, 3, 3)) / 3.0
        >>> print(K.ctc_batch_cost([[0, 1]], probabilities, [[3]], [[2]]).numpy().round(3))
        [[1.686]]
    """
    y_pred = _log(y_pred)
    lengths = (_ops.squeeze(_ops.convert_to_tensor(n), -1) for n in (label_length, input_length))
    return _ops.expand_dims(_ops.ctc_loss(y_true, y_pred, *lengths, mask_index=-1), 1)  # type: ignore[arg-type]


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[Any, ...]:
    """The labels that probabilities of a CTC model spell; the last class is the blank.

    Equal neighbours of a result are one.

    Args:
        y_pred: Probabilities (batch, steps, classes), as softmax gives them.
        input_length: Integers (batch,): steps that count.
        greedy: Whether the best class of each step is taken; else beams are searched.
        beam_width: Prefixes that a search keeps at each step.
        top_paths: Results for each sample that a search gives, the best first.

    Returns:
        (labels, scores): a list with one integer tensor (batch, steps) a path, -1 behind the last
        label; scores as of `ops.ctc_decode`.

    Example:
        >>> probabilities = ops.softmax(8.0 * ops.one_hot([[0, 0, 2, 1]], 3))
        >>> labels, scores = K.ctc_decode(probabilities, [4])
        >>> labels[0].tolist()
        [[0, 1, -1, -1]]
    """
    y_pred, classes = _log(y_pred), y_pred.shape[-1]
    if greedy:
        labels, scores = _ops.ctc_decode(y_pred, input_length, mask_index=classes - 1)
    else:
        lengths = _ops.cast(input_length, "int32")
        labels, scores = _ctc.beam_search(y_pred, lengths, beam_width, top_paths, True, classes - 1)
    return [labels[i] for i in range(1 if greedy else top_paths)], scores


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> Any:
    """The labels that count, with their places.

    Args:
        labels: Integer tensor (batch, max_length).
        label_lengths: Integers (batch,): how many of each row count.

    Returns:
        Named tuple (indices (n, 2) int64, values (n,), dense_shape).

    Example:
        >>> K.ctc_label_dense_to_sparse([[5, 6], [7, 0]], [2, 1]).values.tolist()
        [5, 6, 7]
    """
    labels, lengths = _ops.convert_to_tensor(labels), _ops.convert_to_tensor(label_lengths)
    place = _ops.arange(labels.shape[1], dtype="int32")
    inside = _ops.less(place, _ops.expand_dims(_ops.cast(lengths, "int32"), 1))
    rows, columns = _ops.where(inside)
    values = _ops.take(_ops.ravel(labels), rows * labels.shape[1] + columns)
    return _Sparse(_ops.cast(_ops.stack([rows, columns], 1), "int64"), values, labels.shape)
