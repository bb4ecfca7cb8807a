"""OrbaxCheckpoint: a name of Keras for checkpoints in Orbax's format, which Pronghorn lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .monitor import MonitorCallback

if TYPE_CHECKING:
    from ..engine.types import PathLike


class OrbaxCheckpoint(MonitorCallback):
    """Says that `ModelCheckpoint` and `BackupAndRestore` are what saves a training run here.

    Orbax writes arrays of JAX; there are none here.

    Args:
        directory: Folder of the checkpoints.
        monitor, verbose, save_best_only, mode, save_freq, initial_value_threshold, max_to_keep,
            save_on_background, save_weights_only: As of Keras's callback.

    Raises:
        ImportError: always.

    Example:

    >>> OrbaxCheckpoint("checkpoints")
    Traceback (most recent call last):
        ...
    ImportError: OrbaxCheckpoint requires the `orbax-checkpoint` package, which ...
    """

    def __init__(
        self,
        directory: PathLike,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: str = "epoch",
        initial_value_threshold: Any = None,
        max_to_keep: int = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ) -> None:
        raise ImportError(
            "OrbaxCheckpoint requires the `orbax-checkpoint` package, which writes JAX's arrays "
            f"and has no use here. Received: directory={directory!r}. Use "
            "`ModelCheckpoint(filepath)` or `BackupAndRestore(backup_dir)`."
        )
