"""BackupAndRestore: goes on with a `fit` that was cut short, in another process if need be.

A backup is two files, the weights and what else training depends on; the second knows the digest
of the first, so that a process that dies between the two leaves no pair that does not match.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from .._atomic import replacing_file
from ..engine.random import random_state, set_random_state
from .callback import Callback

if TYPE_CHECKING:
    from ..engine.types import PathLike


class BackupAndRestore(Callback):
    """Saves the state of training, and takes it up again when `fit` is called anew.

    Saved are the weights, the optimizer's state, the epoch, the states of the random generators and
    the order of the samples: with arrays, the epochs that are left give what they would have given.
    The states of other callbacks are not saved. A backup in the middle of an epoch starts that
    epoch again, with the weights of the backup.

    Args:
        backup_dir: Folder of this training run alone.
        save_freq: `"epoch"`, or a number of batches.
        double_checkpoint: Whether to keep the backup before the last too, for when the last cannot
            be read.
        delete_checkpoint: Whether to remove the folder when `fit` ends.

    Raises:
        ValueError: for no folder or another save_freq.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> backup = BackupAndRestore("backup", delete_checkpoint=False)
    >>> model.fit(x, y, epochs=2, verbose=0, callbacks=[backup]).epoch
    [0, 1]
    >>> model.fit(x, y, epochs=5, verbose=0, callbacks=[BackupAndRestore("backup")]).epoch
    [2, 3, 4]
    """

    def __init__(
        self,
        backup_dir: PathLike,
        save_freq: str = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise ValueError("Empty `backup_dir` argument passed; expected the path of a folder.")
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 0):
            raise ValueError(
                f"Invalid value for argument `save_freq`. Received: save_freq={save_freq}. "
                "Expected 'epoch' or a number of batches."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._weights_path = os.path.join(self.backup_dir, "latest.weights.h5")
        self._training_metadata_path = os.path.join(self.backup_dir, "training_metadata.json")
        self._prev_weights_path = f"{self._weights_path}.bkp"
        self._prev_training_metadata_path = f"{self._training_metadata_path}.bkp"
        self._batches_seen_since_last_saving = 0
        self._last_batch_seen = 0
        self._current_epoch = 0
        self._source = None
        if save_freq != "epoch" and save_freq:
            # on the instance: a callback whose class has this hook is called after every batch
            self.on_train_batch_end = self._after_batch

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._source = getattr(self.model, "_training_source", None)
        if not self.model.built:
            raise ValueError(
                "To use the BackupAndRestore callback, the model must be built before `fit()`. "
                f"Model {self.model} is unbuilt: call it on a batch of data first."
            )
        try:
            self._load(self._weights_path, self._training_metadata_path)
        except (OSError, ValueError):
            if not os.path.exists(self._prev_weights_path):
                raise
            self._load(self._prev_weights_path, self._prev_training_metadata_path)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._source = None
        if self.delete_checkpoint and os.path.exists(self.backup_dir):
            shutil.rmtree(self.backup_dir)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._current_epoch = epoch + 1
        self._last_batch_seen = 0
        if self.save_freq == "epoch":
            self._save()

    def _after_batch(self, batch, logs=None):
        # with steps_per_execution the hook comes once for several batches
        again = batch <= self._last_batch_seen
        self._batches_seen_since_last_saving += (
            batch + 1 if again else batch - self._last_batch_seen
        )
        self._last_batch_seen = batch
        if self._batches_seen_since_last_saving >= self.save_freq:  # type: ignore[operator]
            self._batches_seen_since_last_saving = 0
            self._save()

    # ---- files -------------------------------------------------------------------------------

    def _save(self):
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint:
            _copy(self._weights_path, self._prev_weights_path)
            _copy(self._training_metadata_path, self._prev_training_metadata_path)
        weights = os.path.join(self.backup_dir, "next.weights.h5")
        self.model.save_weights(weights, overwrite=True)
        metadata = {
            "epoch": self._current_epoch,
            "batch": self._last_batch_seen,
            "digest": _digest(weights),
            "random": random_state(),
            "seeds": [v.numpy().tolist() for v in self._seeds()],
            "data": self._source.snapshot() if hasattr(self._source, "snapshot") else None,
        }
        following = f"{self._training_metadata_path}.next"
        with replacing_file(following, "w") as file:
            json.dump(metadata, file)
        os.replace(weights, self._weights_path)
        os.replace(following, self._training_metadata_path)

    def _load(self, weights, path):
        """Takes the state from these files; nothing changes where they cannot be read."""
        metadata = None
        if os.path.exists(weights):
            metadata = _metadata_of(weights, path)
            optimizer = self.model.optimizer
            if optimizer is not None and not optimizer.built:
                optimizer.build(self.model.trainable_variables)
            self._load_weights(weights)
        elif os.path.exists(path):
            metadata = _read(path)
        if metadata is None:
            return
        self.model._initial_epoch = metadata["epoch"]
        if "random" in metadata:
            set_random_state(metadata["random"])
            for variable, value in zip(self._seeds(), metadata["seeds"]):
                variable.assign(value)
        if metadata.get("data") is not None and hasattr(self._source, "restore"):
            self._source.restore(metadata["data"])

    def _load_weights(self, path):
        if path.endswith(".h5"):
            self.model.load_weights(path)
            return
        again = os.path.join(self.backup_dir, "previous.weights.h5")
        shutil.copyfile(path, again)
        try:
            self.model.load_weights(again)
        finally:
            os.remove(again)

    def _seeds(self):
        """The states of the layers' random generators."""
        weights = {id(v) for v in self.model.weights}
        return [v for v in self.model.variables if id(v) not in weights]


def _copy(source, target):
    if os.path.exists(source):
        with open(source, "rb") as old, replacing_file(target) as new:
            shutil.copyfileobj(old, new)


def _digest(path):
    with open(path, "rb") as file:
        return hashlib.blake2b(file.read(), digest_size=16).hexdigest()


def _read(path):
    with open(path) as file:
        return json.load(file)


def _metadata_of(weights, path):
    """What goes with a file of weights; None where there is none.

    Raises:
        ValueError: where what there is belongs to other weights.
    """
    digest, found = _digest(weights), []
    for candidate in (path, f"{path}.next"):
        with contextlib.suppress(FileNotFoundError):
            found.append(_read(candidate))
    for metadata in found:
        if metadata.get("digest", digest) == digest:
            return metadata
    if found:
        raise ValueError(
            f"The backup {weights} is damaged: it is not the file that {path} describes. Remove "
            "both to start anew; `double_checkpoint=True` keeps a second backup."
        )
    return None
