"""Data as a lazy sequence of elements: `Dataset`, under the names of tf.data."""

from .dataset import AUTOTUNE, Dataset, Iterator
from .nodes import INFINITE as INFINITE_CARDINALITY
from .nodes import UNKNOWN as UNKNOWN_CARDINALITY
from .records import TFRecordDataset
from .text_lines import TextLineDataset

__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "Iterator",
    "TFRecordDataset", "TextLineDataset",
]  # fmt: skip
