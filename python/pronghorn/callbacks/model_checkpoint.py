"""ModelCheckpoint: saves the model, or its weights, while it trains."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..engine.tracebacks import warn_user
from .logs import fill
from .monitor import MonitorCallback
from .progbar import print_message

if TYPE_CHECKING:
    from ..engine.types import PathLike


class ModelCheckpoint(MonitorCallback):
    """Saves the model after each epoch, or after so many batches; all, or only the best so far.

    Args:
        filepath: Path; may have fields such as `"{epoch:02d}-{val_loss:.2f}.keras"`. It ends in
            `.keras` or `.h5`, and for weights in `.weights.h5` (Keras 3's layout), `.h5` or `.hdf5`
            (Keras 2's).
        monitor: Name in logs, for `save_best_only`.
        verbose: Whether to say what is saved.
        save_best_only: Whether to save only where `monitor` improved.
        save_weights_only: Whether to save weights in place of the model.
        mode: `"min"`, `"max"` or `"auto"` (from the metric's direction).
        save_freq: `"epoch"`, or a number of batches.
        initial_value_threshold: What must be beaten first.

    Raises:
        ValueError: For another ending or another save_freq.

    Example:

    >>> import os
    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> save = ModelCheckpoint("epoch_{epoch}.keras")
    >>> history = model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0, callbacks=[save])
    >>> sorted(name for name in os.listdir() if name.startswith("epoch_"))
    ['epoch_1.keras', 'epoch_2.keras']
    """

    def __init__(
        self,
        filepath: PathLike,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str = "epoch",
        initial_value_threshold: Any = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._seen = 0  # batches since the last file
        self._last_batch = None
        if save_freq != "epoch":
            if not isinstance(save_freq, int) or save_freq < 1:
                raise ValueError(
                    f"Unrecognized save_freq: {save_freq}. Expected save_freq are 'epoch' or "
                    "integer values"
                )
            # on the instance: a callback whose class has this hook is called after every batch
            self.on_train_batch_end = self._after_batch
        if save_weights_only and not self.filepath.endswith((".h5", ".hdf5")):
            raise ValueError(
                "When using `save_weights_only=True` in `ModelCheckpoint`, the filepath provided "
                "must end in `.weights.h5` (Keras weights format), or in `.h5` or `.hdf5` for the "
                f"older layout. Received: filepath={self.filepath}"
            )
        if not save_weights_only and not self.filepath.endswith((".keras", ".h5", ".hdf5")):
            raise ValueError(
                "The filepath provided must end in `.keras` (Keras model format), or in `.h5` for "
                f"the older one. Received: filepath={self.filepath}"
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._find_direction()
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _find_direction(self):
        if self.save_best_only:
            self._set_monitor_op()

    def _after_batch(self, batch, logs=None):
        # with steps_per_execution the hook comes once for several batches
        again = self._last_batch is None or batch <= self._last_batch
        self._seen += batch + 1 if again else batch - self._last_batch
        self._last_batch = batch
        if self._seen >= self.save_freq:  # type: ignore[operator]
            self._seen = 0
            self._find_direction()
            self._save(self._epoch, batch, logs or {})

    def _save(self, epoch, batch, logs):
        path = self._path(epoch, batch, logs)
        if not self._wanted(epoch, logs, path):
            return
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if os.path.isdir(path):
            raise IsADirectoryError(
                "Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an "
                f"existing directory: {path}"
            )
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose > 0:
            print_message(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch, batch, logs):
        fields = {"epoch": epoch + 1}
        if batch is not None and "batch" not in logs:
            fields["batch"] = batch + 1
        try:
            return fill(self.filepath, logs, **fields)
        except KeyError as error:
            raise KeyError(
                f'Failed to format this callback filepath: "{self.filepath}". Reason: there is no '
                f"{error} in the logs, which hold {sorted({**logs, **fields})}."
            ) from None

    def _wanted(self, epoch, logs, path):
        start = f"\nEpoch {epoch + 1}: "
        if not self.save_best_only:
            return self._said(f"{start}saving model to {path}")
        current = logs.get(self.monitor)
        if current is None:
            warn_user(f"Can save best model only with {self.monitor} available.")
            return True
        if getattr(current, "shape", ()):
            warn_user(
                f"Can save best model only when `monitor` is a scalar value. Received: {current}. "
                "Falling back to `save_best_only=False`."
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(current, self.best):
            self._said(f"{start}{self.monitor} did not improve from {best}")
            return False
        self.best = current
        return self._said(
            f"{start}{self.monitor} improved from {best} to {current:.5f}, saving model to {path}"
        )

    def _said(self, message):
        if self.verbose > 0:
            print_message(message)
        return True
