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
    """CTC loss (batch, 1) of probabilities (batch, steps, classes); lengths are (batch, 1)."""
    y_pred = _log(y_pred)
    lengths = (_ops.squeeze(_ops.convert_to_tensor(n), -1) for n in (label_length, input_length))
    return _ops.expand_dims(_ops.ctc_loss(y_true, y_pred, *lengths, mask_index=-1), 1)  # type: ignore[arg-type]


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[Any, ...]:
    """(list of labels (batch, steps), -1 behind the last; scores (batch, paths)); see
    `ops.ctc_decode`. Equal neighbours of a result are one."""
    y_pred, classes = _log(y_pred), y_pred.shape[-1]
    if greedy:
        labels, scores = _ops.ctc_decode(y_pred, input_length, mask_index=classes - 1)
    else:
        lengths = _ops.cast(input_length, "int32")
        labels, scores = _ctc.beam_search(y_pred, lengths, beam_width, top_paths, True, classes - 1)
    return [labels[i] for i in range(1 if greedy else top_paths)], scores


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> Any:
    """The first `label_lengths[i]` labels of each row: (indices, values, dense_shape)."""
    labels, lengths = _ops.convert_to_tensor(labels), _ops.convert_to_tensor(label_lengths)
    place = _ops.arange(labels.shape[1], dtype="int32")
    inside = _ops.less(place, _ops.expand_dims(_ops.cast(lengths, "int32"), 1))
    rows, columns = _ops.where(inside)
    values = _ops.take(_ops.ravel(labels), rows * labels.shape[1] + columns)
    return _Sparse(_ops.cast(_ops.stack([rows, columns], 1), "int64"), values, labels.shape)
