"""SwapEMAWeights: evaluates with the averages of the weights that the optimizer keeps."""

from __future__ import annotations

from typing import Any

from ..engine.variable import values_of
from .callback import Callback


class SwapEMAWeights(Callback):
    """Evaluates and predicts with the moving averages in the place of the weights.

    For optimizers with `use_ema=True`. Source: Polyak and Juditsky, Acceleration of stochastic
    approximation by averaging, 1992.

    Args:
        swap_on_epoch: Whether the averages are the weights between epochs too, for callbacks behind
            this one that save the model.

    Raises:
        ValueError: where the optimizer keeps no averages.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse", optimizer=optimizers.SGD(0.1, use_ema=True))
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[SwapEMAWeights()]).epoch
    [0]
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._ema_weights_in_model = False

    def _optimizers(self):
        """Those that keep averages."""
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        inner = getattr(optimizer, "optimizers", None)
        if inner is None:
            if not getattr(optimizer, "use_ema", False):
                raise ValueError(
                    "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. "
                    f"Received: use_ema={getattr(optimizer, 'use_ema', None)}"
                )
            return [optimizer]
        kept = [o for o in inner if getattr(o, "use_ema", False)]
        if not kept:
            raise ValueError(
                "SwapEMAWeights must be used when at least one inner optimizer has `use_ema=True` "
                "set. Received: a MultiOptimizer of which none has."
            )
        return kept

    def _pairs(self):
        """(weight, average)s."""
        return [pair for optimizer in self._optimizers() for pair in optimizer._averaged()]

    def _swap(self, in_model):
        if self._ema_weights_in_model == in_model:
            return
        pairs = self._pairs()
        weights = values_of([weight for weight, _ in pairs])
        averages = values_of([average for _, average in pairs])
        for (weight, average), old, new in zip(pairs, weights, averages):
            weight.assign(new)
            average.assign(old)
        self._ema_weights_in_model = in_model

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.swap_on_epoch and not self._ema_weights_in_model:
            self._swap(True)
            if epoch == self.params["epochs"] - 1:  # type: ignore[index]
                for weight, average in self._pairs():  # `fit` ends with the averages as weights
                    average.assign(weight.value)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._swap(True)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._swap(False)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._swap(True)

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        self._swap(False)
