"""OrbaxCheckpoint: a name of Keras for checkpoints in Orbax's format, which Pronghorn lacks."""

from .monitor import MonitorCallback


class OrbaxCheckpoint(MonitorCallback):
    """Says that `ModelCheckpoint` and `BackupAndRestore` are what saves a training run here.

    Orbax writes arrays of JAX; there are none here.

    Args:
        directory: Folder of the checkpoints.
        monitor, verbose, save_best_only, mode, save_freq, initial_value_threshold, max_to_keep,
            save_on_background, save_weights_only: As of Keras's callback.

    Raises:
        ImportError: always.
    """

    def __init__(
        self,
        directory,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
        max_to_keep=1,
        save_on_background=True,
        save_weights_only=False,
    ):
        raise ImportError(
            "OrbaxCheckpoint requires the `orbax-checkpoint` package, which writes JAX's arrays "
            f"and has no use here. Received: directory={directory!r}. Use "
            "`ModelCheckpoint(filepath)` or `BackupAndRestore(backup_dir)`."
        )
