"""CTC: the loss of label sequences whose places in the outputs are unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .regression import _Named

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def ctc(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """CTC loss of whole sequences of outputs; class 0 is the blank (see `ops.ctc_loss`).

    Args:
        y_true: Integer labels, shape (batch, max_length), 0 where there is none.
        y_pred: Logits, float, shape (batch, steps, classes).

    Returns:
        A tensor (batch,).

    Raises:
        ValueError: shapes of another rank.

    Example:
        >>> print(losses.ctc([[1, 2]], np.zeros((1, 3, 3), "float32")).numpy().round(4))
        [1.6864]
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2:
        raise ValueError(
            "Targets `y_true` are expected to be a tensor of shape `(batch_size, max_length)` in "
            f"integer format. Received: y_true.shape={y_true.shape}"
        )
    if len(y_pred.shape) != 3:
        raise ValueError(
            "Logits `y_pred` are expected to be a tensor of shape `(batch_size, max_length, "
            f"num_classes)`. Received: y_pred.shape={y_pred.shape}"
        )
    labels = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    batch, steps = ops.shape(y_pred)[:2]
    return ops.ctc_loss(y_true, y_pred, labels, ops.ones((batch,), "int32") * steps)


class CTC(_Named):
    """CTC loss of sequences of logits (Graves et al. 2006); class 0 is the blank.

    Args:
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:

    >>> round(float(CTC()(np.array([[1, 2]]), np.zeros((1, 3, 3), "float32"))), 4)
    1.6864
    """

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str = "ctc", dtype: Any = None
    ) -> None:
        super().__init__(ctc, name=name, reduction=reduction, dtype=dtype)
