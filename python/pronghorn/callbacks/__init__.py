"""Callbacks: code that runs at fixed places of the loops. Host code only."""

from .backup_and_restore import BackupAndRestore
from .callback import Callback
from .callback_list import CallbackList
from .csv_logger import CSVLogger
from .early_stopping import EarlyStopping
from .history import History
from .lambda_callback import LambdaCallback
from .learning_rate import LearningRateScheduler, ReduceLROnPlateau
from .model_checkpoint import ModelCheckpoint
from .orbax_checkpoint import OrbaxCheckpoint
from .progbar_logger import ProgbarLogger
from .swap_ema_weights import SwapEMAWeights
from .terminate_on_nan import TerminateOnNaN

# Those that need packages of others: they load when first used.
_LATE = {"RemoteMonitor": "remote_monitor", "TensorBoard": "tensorboard"}


def __getattr__(name):
    if name in _LATE:
        import importlib

        value = getattr(importlib.import_module(f".{_LATE[name]}", __name__), name)
        globals()[name] = value
        return value
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())


def __dir__():
    return sorted([*(n for n in globals() if not n.startswith("_")), *_LATE])
