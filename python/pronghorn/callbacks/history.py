"""History: what `fit` returns."""

from .callback import Callback


class History(Callback):
    """Keeps the logs of every epoch.

    `history.history` maps each name to a list with one value an epoch; `history.epoch` lists the
    epochs' numbers. Every `fit` adds one by itself and returns it.
    """

    def __init__(self):
        super().__init__()
        self.history = {}
        self.epoch = []

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self
