"""LambdaCallback: a callback out of functions."""

from __future__ import annotations

from typing import Any

from .callback import Callback


class LambdaCallback(Callback):
    """Calls the given functions at the places named by the arguments.

    Args:
        on_epoch_begin, on_epoch_end: `function(epoch, logs)`.
        on_train_begin, on_train_end: `function(logs)`.
        on_train_batch_begin, on_train_batch_end: `function(batch, logs)`.
        **kwargs: Any other hook of `Callback`.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> say = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, sorted(logs)))
    >>> history = model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0, callbacks=[say])
    0 ['loss']
    1 ['loss']
    """

    def __init__(
        self,
        on_epoch_begin: Any = None,
        on_epoch_end: Any = None,
        on_train_begin: Any = None,
        on_train_end: Any = None,
        on_train_batch_begin: Any = None,
        on_train_batch_end: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.__dict__.update(kwargs)
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        self.__dict__.update({name: hook for name, hook in hooks.items() if hook is not None})
