"""A `Dataset` as a source of batches: natively where its batches are rows of arrays."""

from ...data import INFINITE_CARDINALITY
from ...data.batching import Batch
from ...data.keeping import Prefetch
from .ahead import ahead
from .arrays import ArraySource
from .batches import IterableSource, _with_class_weight, convert_batch
from .columns import has_text
from .unpack import pack_x_y_sample_weight, unpack_x_y_sample_weight


def make_pipeline_source(dataset, steps=None, class_weight=None, output_shape=None):
    """The source of a Dataset.

    Raises:
        ValueError: for a dataset without an end and without `steps`.
    """
    node = dataset._pipeline
    if node.cardinality() == INFINITE_CARDINALITY and steps is None:
        raise ValueError(
            "When passing an infinitely repeating dataset, specify the number of steps to run: the "
            "argument `steps_per_epoch`, `validation_steps` or `steps`."
        )
    while isinstance(node, Prefetch):
        node = node.inputs[0]
    if steps is None and class_weight is None and isinstance(node, Batch):
        rows = node.inputs[0].rows()
        compact = rows is not None and node.inputs[0].compact and node.cardinality() > 0
        if compact and not has_text(unpack_x_y_sample_weight(rows[0])[0]):
            return RowsSource(node, *rows)
    return PipelineSource(dataset, node, class_weight, output_shape)


class RowsSource(ArraySource):
    """Batches of rows of arrays, in the order that the dataset's steps give them."""

    def __init__(self, node, arrays, make_rows):
        x, y, sample_weight = unpack_x_y_sample_weight(arrays)
        super().__init__(x, y, sample_weight, node.size)
        self._make_rows = make_rows
        self.num_batches = node.cardinality()
        self.num_samples = node.inputs[0].cardinality()
        if node.drop_remainder:
            self.num_samples = self.num_batches * node.size
        self.position = self.num_batches

    def start_pass(self):
        """Takes the row numbers of a new pass; None where they are all rows in sequence."""
        import numpy as np

        pieces = list(self._make_rows())
        self.position = 0
        if len(pieces) == 1 and isinstance(pieces[0], range) and pieces[0].start == 0:
            self.order = None
        else:
            order = np.concatenate([np.asarray(piece, np.int64) for piece in pieces])
            self.order = np.ascontiguousarray(order[: self.num_samples])


class PipelineSource(IterableSource):
    """Batches that the dataset's steps make, in a thread beside the training step.

    Args:
        dataset: the Dataset.
        node: its last step.
        class_weight, output_shape: as of `make_source`.
        stage: function that the inputs of a batch go through, or None.
    """

    def _type_name(self):
        return "Dataset"

    def __init__(self, dataset, node, class_weight=None, output_shape=None, stage=None):
        super().__init__(self)
        self._stage = stage
        self._count = node.cardinality()
        self._node = node
        self._class_weight, self._output_shape = class_weight, output_shape

    @property
    def num_batches(self):
        return self._count if self._count >= 0 else None

    def __iter__(self):
        return ahead(self._made())

    def _made(self):
        for batch in self._node.iterate():
            if self._stage is not None:
                x, y, sample_weight = unpack_x_y_sample_weight(batch)
                batch = pack_x_y_sample_weight(self._stage(x), y, sample_weight)
            if isinstance(batch, tuple):
                batch = _with_class_weight(batch, self._class_weight, self._output_shape)
            yield convert_batch(batch, self.text)

    def _converted(self, batch):
        return batch
