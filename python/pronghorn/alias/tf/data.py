"""tf.data: the names of pronghorn.data."""

from ...data import (  # noqa: F401
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
    Iterator,
    TextLineDataset,
    TFRecordDataset,
)
from .csv import make_csv_dataset  # noqa: F401


class Options:
    """Settings of TensorFlow's machinery, which have no effect; each can be set."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        below = Options()
        object.__setattr__(self, name, below)
        return below


class AutoShardPolicy:
    OFF, AUTO, FILE, DATA, HINT = -1, 0, 1, 2, 3


def cardinality(dataset):
    return dataset.cardinality()
