"""What the modules `losses` and `objectives` of Keras 2 had besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import huber

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


class Reduction:
    """The values of `reduction` as Keras 2 wrote them: `Reduction.SUM` is "sum"."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All of them."""
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key: str) -> None:
        """Raises ValueError for anything else."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key: {key}. Expected keys are {cls.all()}")


def huber_loss(y_true: TensorLike, y_pred: TensorLike, delta: float = 1.0) -> Tensor:
    """`huber`."""
    return huber(y_true, y_pred, delta)


def is_categorical_crossentropy(loss: Any) -> bool:
    """Whether a loss, by name, function or object, is the categorical cross-entropy."""
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", getattr(loss, "name", ""))
    return name == "categorical_crossentropy"
