"""Callbacks: code that runs at fixed places of the loops. Host code only."""

from .callback import Callback
from .callback_list import CallbackList
from .csv_logger import CSVLogger
from .early_stopping import EarlyStopping
from .history import History
from .lambda_callback import LambdaCallback
from .learning_rate import LearningRateScheduler, ReduceLROnPlateau
from .model_checkpoint import ModelCheckpoint
from .progbar_logger import ProgbarLogger
from .terminate_on_nan import TerminateOnNaN


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
