"""The methods of Dataset that put several elements into one, and that take them apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import batching
from .nodes import Input


def integer(x: Any) -> int:
    """A Python int of an int, an array's scalar or a tensor of rank 0."""
    return int(x.item() if hasattr(x, "item") else x)


class Grouping:
    """The methods of Dataset that batch, window and bucket."""

    _pipeline: Any
    _of: Any

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Any:
        """Elements stacked along a new first axis.

        Args:
            batch_size: elements a batch.
            drop_remainder: whether to leave out a last, smaller batch.
            num_parallel_calls, deterministic, name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(batching.Batch(self._pipeline, integer(batch_size), drop_remainder))

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Any:
        """Elements of different sizes, padded and stacked.

        Args:
            batch_size: elements a batch.
            padded_shapes: nest of shapes; None and -1 stand for the largest size of the batch.
            padding_values: nest of what to pad with; 0, or empty text, by default.
            drop_remainder: whether to leave out a last, smaller batch.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(
            batching.PaddedBatch(
                self._pipeline, integer(batch_size), padded_shapes, padding_values, drop_remainder
            )
        )

    def unbatch(self, name: Any = None) -> Any:
        """The rows of each element, one by one."""
        return self._of(batching.Unbatch(self._pipeline))

    def rebatch(self, batch_size: int, drop_remainder: bool = False, name: Any = None) -> Any:
        """Batches of another size from batches.

        Args:
            batch_size: elements of a new batch.
            drop_remainder: whether to leave out a last, smaller batch.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self.unbatch().batch(batch_size, drop_remainder)

    def window(
        self,
        size: int,
        shift: Any = None,
        stride: int = 1,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Any:
        """Datasets of neighbouring elements; `flat_map` makes elements of them.

        Args:
            size: elements in a window.
            shift: elements between the beginnings of two windows; `size` by default.
            stride: elements between two of a window.
            drop_remainder: whether to leave out smaller windows at the end.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset whose elements are Datasets (or a nest of them, where an element is a nest).

        Example:

        >>> ds = Dataset.range(5).window(3, shift=1, drop_remainder=True)
        >>> [w.numpy().tolist() for w in ds.flat_map(lambda w: w.batch(3))]
        [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
        """
        shift = None if shift is None else integer(shift)
        return self._of(
            batching.Window(self._pipeline, self._wrap, integer(size), shift, integer(stride),
                            drop_remainder)
        )  # fmt: skip

    @classmethod
    def _wrap(cls, items, spec=None):
        return cls._of(Input(lambda: iter(items), len(items), spec))

    def group_by_window(
        self,
        key_func: Any,
        reduce_func: Any,
        window_size: Any = None,
        window_size_func: Any = None,
        name: Any = None,
    ) -> Any:
        """Elements gathered by key; each full window goes through a function.

        Args:
            key_func: from an element to an integer.
            reduce_func: from a key and a Dataset of its elements to a Dataset.
            window_size: elements of a window.
            window_size_func: from a key to that number, instead.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Raises:
            ValueError: where both or neither of `window_size` and `window_size_func` are given.

        Example:

        >>> ds = Dataset.range(5).group_by_window(
        ...     lambda x: x % 2, lambda key, same: same.batch(3), window_size=3
        ... )
        >>> [x.tolist() for x in ds.as_numpy_iterator()]
        [[0, 2, 4], [1, 3]]
        """
        if (window_size is None) == (window_size_func is None):
            raise ValueError("Give either `window_size` or `window_size_func`.")

        def size(key):
            return integer(window_size_func(key) if window_size_func else window_size)

        node = batching.GroupByWindow(self._pipeline, self._wrap, key_func, reduce_func, size)
        return self._of(node)

    def bucket_by_sequence_length(
        self,
        element_length_func: Any,
        bucket_boundaries: Any,
        bucket_batch_sizes: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Any:
        """Padded batches of elements of like length.

        Args:
            element_length_func: from an element to its length.
            bucket_boundaries: increasing lengths at which a new bucket begins.
            bucket_batch_sizes: elements a batch, one more than boundaries.
            padded_shapes, padding_values: as of `padded_batch`.
            pad_to_bucket_boundary: whether to pad up to just below the boundary.
            no_padding: whether to batch without padding.
            drop_remainder: whether to leave out smaller batches at the end.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Raises:
            ValueError: for another number of batch sizes; in iterating, for an element longer than
                the last boundary, with `pad_to_bucket_boundary`.

        Example:

        >>> texts = Dataset.from_generator(lambda: iter([[1], [2, 2], [3]]))
        >>> ds = texts.bucket_by_sequence_length(len, [2], [2, 2], no_padding=True)
        >>> [x.tolist() for x in ds.as_numpy_iterator()]
        [[[1], [3]], [[2, 2]]]
        """
        bounds, sizes = list(bucket_boundaries), list(bucket_batch_sizes)
        if len(sizes) != len(bounds) + 1:
            raise ValueError(
                "bucket_by_sequence_length() expects one batch size more than boundaries. "
                f"Received {len(sizes)} and {len(bounds)}."
            )

        def bucket(*parts):
            return int(np.searchsorted(bounds, integer(element_length_func(*parts)), "right"))

        def batched(key, window):
            key = integer(key)
            if no_padding:
                return window.batch(sizes[key], drop_remainder)
            shapes = padded_shapes
            if pad_to_bucket_boundary:
                if key == len(bounds):
                    raise ValueError("An element is longer than the last bucket boundary.")
                shapes = batching.filled_shapes(shapes or self._pipeline.spec(), bounds[key] - 1)
            return window.padded_batch(sizes[key], shapes, padding_values, drop_remainder)

        node = batching.GroupByWindow(
            self._pipeline, self._wrap, bucket, batched, sizes.__getitem__,
            batching.PaddedBatch(self._pipeline, 1, padded_shapes).spec,
        )  # fmt: skip
        return self._of(node)
