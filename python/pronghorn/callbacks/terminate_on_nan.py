"""TerminateOnNaN: stops training when the loss is no longer a number."""

from __future__ import annotations

import math
from typing import Any

from .callback import Callback
from .progbar import print_message


class TerminateOnNaN(Callback):
    """Looks at the loss after every batch and stops training when it is NaN or infinite.

    Args:
        raise_error: Whether to raise a RuntimeError instead; `on_train_end` is then not called.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> x, y = np.ones((4, 2)), np.full((4, 1), np.nan)
    >>> history = model.fit(x, y, epochs=5, verbose=0, callbacks=[TerminateOnNaN()])
    Batch 0: Invalid loss, terminating training
    >>> history.epoch
    [0]
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. "
                "Terminating training immediately."
            )
        print_message(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
