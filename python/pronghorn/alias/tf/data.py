"""tf.data: the names of pronghorn.data."""

from ...data import (  # noqa: F401
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
    Iterator,
    TextLineDataset,
)


def cardinality(dataset):
    return dataset.cardinality()
