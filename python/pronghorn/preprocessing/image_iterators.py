"""Batches of pictures by number: the base of Keras 2's iterators, and arrays in memory."""

from __future__ import annotations

import os
import threading
import warnings
from typing import Any

import numpy as np

from ..engine import config
from ..training.data import PyDataset
from .pictures import array_to_img


class Iterator(PyDataset):
    """Batches of n samples: by number (`it[3]`), or one after the other without end (`next(it)`).

    Args:
        n: number of samples.
        batch_size: samples a batch.
        shuffle: whether in a new order each epoch.
        seed: with it, batch number i of all is drawn from `seed + i` by NumPy's global generator.
        **kwargs: `workers`, `use_multiprocessing` and `max_queue_size` of PyDataset.

    Example:

    >>> class Squares(Iterator):
    ...     def _get_batches_of_transformed_samples(self, index_array):
    ...         return index_array**2
    >>> batches = Squares(5, 3, shuffle=False, seed=None)
    >>> [next(batches).tolist() for _ in range(3)], len(batches)
    ([[0, 1, 4], [9, 16], [0, 1, 4]], 2)
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(
        self, n: Any, batch_size: Any, shuffle: bool, seed: int | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array = None

    def _set_index_array(self):
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _seed_next(self):
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def __getitem__(self, idx):
        if idx >= len(self):
            raise ValueError(
                f"Asked to retrieve element {idx}, but the Sequence has length {len(self)}"
            )
        self._seed_next()
        self.total_batches_seen += 1
        if self.index_array is None:
            self._set_index_array()
        first = self.batch_size * idx
        return self._get_batches_of_transformed_samples(
            self.index_array[first : first + self.batch_size]  # type: ignore[index]
        )

    def __len__(self):
        return (self.n + self.batch_size - 1) // self.batch_size

    def on_epoch_end(self) -> None:
        self._set_index_array()

    def reset(self) -> None:
        """Starts over with the first batch."""
        self.batch_index = 0

    def __iter__(self):
        return self

    def __next__(self) -> Any:
        """The next batch; after the last of an epoch the first of another one.

        Returns:
            What a subclass makes of the samples' numbers, an int array.
        """
        with self.lock:
            self._seed_next()
            if self.batch_index == 0:
                self._set_index_array()
            first = self.batch_index * self.batch_size % self.n if self.n else 0
            more = self.n > first + self.batch_size
            self.batch_index = self.batch_index + 1 if more else 0
            self.total_batches_seen += 1
            chosen = self.index_array[first : first + self.batch_size]  # type: ignore[index]
        return self._get_batches_of_transformed_samples(chosen)

    next = __next__

    def __getstate__(self):
        """For other processes: all but the lock."""
        return {k: v for k, v in self.__dict__.items() if k != "lock"}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.lock = threading.Lock()

    def _get_batches_of_transformed_samples(self, index_array):
        """The batch of these samples; subclasses write it."""
        raise NotImplementedError

    def _save(self, batch, index_array, most):
        """Pictures of a batch into `save_to_dir`, where that is set."""
        if not self.save_to_dir:
            return
        for picture, number in zip(batch, index_array):
            mark = np.random.randint(most)
            name = f"{self.save_prefix}_{number}_{mark}.{self.save_format}"
            img = array_to_img(picture, self.data_format, scale=True)
            img.save(os.path.join(self.save_to_dir, name))


class NumpyArrayIterator(Iterator):
    """Batches of arrays in memory, changed by an ImageDataGenerator.

    Args:
        x: array of rank 4; or (array, other arrays) where a model has more inputs.
        y: labels, or None.
        image_data_generator: what changes the pictures.
        batch_size: pictures a batch.
        shuffle: whether in a new order each epoch.
        sample_weight: weights, or None.
        seed: as in `Iterator`.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        save_to_dir: folder for the changed pictures.
        save_prefix, save_format: of their names.
        subset: "training" or "validation", by the generator's `validation_split`: the first part
            is for validation.
        ignore_class_split: whether both parts may have different classes.
        dtype: of the batches; floatx by default.

    Raises:
        ValueError: for lengths and ranks that do not go together, and other subsets.

    Example:

    >>> flip = ph.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
    >>> batches = NumpyArrayIterator(np.full((5, 4, 4, 3), 255.0), np.arange(5), flip, batch_size=2)
    >>> x, y = next(batches)
    >>> x.shape, float(x.max()), y.tolist()
    ((2, 4, 4, 3), 1.0, [0, 1])
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: Any = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: Any = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
    ) -> None:
        data_format = data_format or config.image_data_format()
        self.dtype = dtype or config.floatx()
        others = []
        if isinstance(x, (tuple, list)):
            x, given = x[0], x[1]
            others = [np.asarray(o) for o in (given if isinstance(given, list) else [given])]
            for other in others:
                if len(x) != len(other):
                    raise ValueError(
                        "All of the arrays in `x` should have the same length. Found a pair with: "
                        f"len(x[0]) = {len(x)}, len(x[?]) = {len(other)}"
                    )
        for name, what, value in (("y", "labels", y), ("sample_weight", "weights", sample_weight)):
            if value is not None and len(x) != len(value):
                raise ValueError(
                    f"`x` (images tensor) and `{name}` ({what}) should have the same length. "
                    f"Found: x.shape = {np.shape(x)}, {name}.shape = {np.shape(value)}"
                )
        columns = [x, y, sample_weight, *others]
        if subset is not None:
            columns = _subset(columns, subset, image_data_generator, ignore_class_split)
        x, y, sample_weight, *others = columns
        self.x, self.x_misc = np.asarray(x, dtype=self.dtype), others
        if self.x.ndim != 4:
            raise ValueError(
                "Input data in `NumpyArrayIterator` should have rank 4. You passed an array with "
                f"shape {self.x.shape}"
            )
        axis = 3 if data_format == "channels_last" else 1
        if self.x.shape[axis] not in (1, 3, 4):
            warnings.warn(
                f'NumpyArrayIterator is set to use the data format convention "{data_format}" '
                f"(channels on axis {axis}), i.e. expected either 1, 3, or 4 channels on axis "
                f"{axis}. However, it was passed an array with shape {self.x.shape} "
                f"({self.x.shape[axis]} channels).",
                stacklevel=3,
            )
        self.y = None if y is None else np.asarray(y)
        self.sample_weight = None if sample_weight is None else np.asarray(sample_weight)
        self.image_data_generator = image_data_generator
        self.data_format = data_format
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array):
        batch = np.zeros((len(index_array), *self.x.shape[1:]), dtype=self.dtype)
        generator = self.image_data_generator
        for i, j in enumerate(index_array):
            params = generator.get_random_transform(self.x[j].shape)
            x = generator.apply_transform(self.x[j].astype(self.dtype), params)
            batch[i] = generator.standardize(x)
        self._save(batch, index_array, 1e4)
        inputs = [batch, *(o[index_array] for o in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return inputs
        if self.sample_weight is None:
            return inputs, self.y[index_array]
        return inputs, self.y[index_array], self.sample_weight[index_array]


def _subset(columns, subset, generator, ignore_class_split):
    """The first part of each column for validation, the rest for training."""
    if subset not in ("training", "validation"):
        raise ValueError(f'Invalid subset name: {subset}; expected "training" or "validation".')
    at = int(len(columns[0]) * generator._validation_split)
    y = columns[1]
    if y is not None and not ignore_class_split:
        if not np.array_equal(np.unique(y[:at]), np.unique(y[at:])):
            raise ValueError(
                "Training and validation subsets have different number of classes after the "
                "split. If your numpy arrays are sorted by the label, you might want to shuffle "
                "them."
            )
    part = slice(at) if subset == "validation" else slice(at, None)
    return [None if c is None else c[part] for c in columns]
