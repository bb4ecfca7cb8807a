"""Logs as callbacks see them: sorted by name, nested dicts flattened, scalars as floats."""

import string


class Logs(dict):
    """A dict of results by name, in which "acc" and "accuracy", "mae" and "mean_absolute_error" are
    one name when read.

    Up to Keras 2.2 a metric was called "acc" that is "accuracy" today, and "mean_absolute_error"
    whether one wrote that or "mae"; so "val_acc" is also "val_accuracy", and the other way round.
    The learning rate of callbacks that change it was "lr". There is no second key.

    Example:

    >>> logs = Logs(val_accuracy=0.5)
    >>> logs["val_acc"], "acc" in logs, list(logs)
    (0.5, False, ['val_accuracy'])
    """

    __slots__ = ()

    def __missing__(self, key):
        other = other_spelling(key)
        if other is not None and dict.__contains__(self, other):
            return dict.__getitem__(self, other)
        raise KeyError(key)

    def __contains__(self, key):
        return dict.__contains__(self, key) or dict.__contains__(self, other_spelling(key))

    def get(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            return default


_SPELLINGS = {
    "acc": "accuracy",
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "lr": "learning_rate",
}
_SPELLINGS.update({long: short for short, long in _SPELLINGS.items()})


def other_spelling(name):
    """ "val_acc" for "val_accuracy", "mean_squared_error" for "mse", "out_accuracy_1" for
    "out_acc_1"; None for other names."""
    if not isinstance(name, str):
        return None
    head, _, number = name.rpartition("_")
    core, end = (head, f"_{number}") if number.isdigit() and head else (name, "")
    for spelling, other in _SPELLINGS.items():
        before = core.removesuffix(spelling)
        if before != core and before[-1:] in ("", "_") and not before.endswith("root_"):
            return before + other + end
    return None


def fill(template, logs, **more):
    """A file name like "weights.{epoch:02d}-{val_acc:.2f}.h5" with its fields filled.

    Args:
        template: A string as for `str.format`.
        logs: Results by name.
        **more: Further fields.

    Raises:
        KeyError: for a field that there is not.
    """
    return string.Formatter().vformat(str(template), (), Logs(logs or {}, **more))


def plain_logs(logs):
    """A new `Logs` of Python floats; what is no scalar stays as it is."""
    plain = Logs()
    for key in sorted(logs or ()):
        value = logs[key]
        if isinstance(value, dict):
            plain.update(plain_logs(value))
            continue
        if type(value) is not float:
            try:
                value = float(value)
            except (TypeError, ValueError):
                pass
        plain[key] = value
    return plain
