"""Batches of pictures read from files: what folders and frames share, and folders."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from ..callbacks.progbar import print_message
from ..engine import config
from .image_iterators import Iterator
from .pictures import img_to_array, load_img

_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


class FileIterator(Iterator):
    """Batches of files, with labels by `class_mode`.

    Subclasses set `_filepaths`, and `classes`, `class_indices` or `_targets` for the labels.
    """

    _sample_weight = None
    _targets = None

    def _set_up(
        self, generator, target_size, color_mode, data_format, save_to_dir, save_prefix,
        save_format, subset, interpolation, keep_aspect_ratio, dtype,
    ):  # fmt: skip
        self.image_data_generator = generator
        self.target_size = tuple(target_size)
        self.keep_aspect_ratio = keep_aspect_ratio
        if color_mode not in _CHANNELS:
            raise ValueError(
                f'Invalid color mode: {color_mode}; expected "rgb", "rgba", or "grayscale".'
            )
        self.color_mode = color_mode
        self.data_format = data_format or config.image_data_format()
        channels = (_CHANNELS[color_mode],)
        last = self.data_format == "channels_last"
        self.image_shape = self.target_size + channels if last else channels + self.target_size
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.interpolation = interpolation
        self.dtype = dtype or config.floatx()
        self.subset = subset
        self.split = None
        if subset is not None:
            at = generator._validation_split
            parts = {"validation": (0, at), "training": (at, 1)}
            if subset not in parts:
                raise ValueError(
                    f'Invalid subset name: {subset};expected "training" or "validation"'
                )
            self.split = parts[subset]

    def _check_class_mode(self, class_mode):
        if class_mode not in self.allowed_class_modes:
            raise ValueError(
                f"Invalid class_mode: {class_mode}; expected one of: {self.allowed_class_modes}"
            )
        self.class_mode = class_mode

    @property
    def filepaths(self) -> Any:
        """Paths of the files."""
        return self._filepaths

    @property
    def labels(self) -> Any:
        """One label a file, or arrays of targets."""
        return self.classes if self._targets is None else self._targets

    @property
    def sample_weight(self) -> Any:
        """One weight a file, or None."""
        return self._sample_weight

    def _get_batches_of_transformed_samples(self, index_array):
        batch = np.zeros((len(index_array), *self.image_shape), dtype=self.dtype)
        generator = self.image_data_generator
        for i, j in enumerate(index_array):
            img = load_img(
                self._filepaths[j], self.color_mode, self.target_size, self.interpolation,
                self.keep_aspect_ratio,
            )  # fmt: skip
            x = img_to_array(img, data_format=self.data_format)
            img.close()
            if generator:
                x = generator.apply_transform(x, generator.get_random_transform(x.shape))
                x = generator.standardize(x)
            batch[i] = x
        self._save(batch, index_array, 1e7)
        if self.class_mode is None:
            return batch
        y = self._labels_of(batch, index_array)
        weight = self.sample_weight
        return (batch, y) if weight is None else (batch, y, weight[index_array])

    def _labels_of(self, batch, index_array):
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode in ("binary", "sparse"):
            return np.array([self.classes[j] for j in index_array], dtype=self.dtype)
        if self.class_mode == "categorical":
            y = np.zeros((len(batch), len(self.class_indices)), dtype=self.dtype)
            for i, j in enumerate(index_array):
                y[i, self.classes[j]] = 1.0
            return y
        if self.class_mode == "multi_output":
            return [targets[index_array] for targets in self._targets]
        return self._targets[index_array]  # type: ignore[index]


class DirectoryIterator(FileIterator):
    """Batches of the pictures of a folder, one subfolder a class.

    Args:
        directory: the folder.
        image_data_generator: what changes the pictures; None for nothing.
        target_size: (height, width).
        color_mode: "rgb", "rgba" or "grayscale".
        classes: names of the subfolders; all of them, sorted, by default.
        class_mode: "categorical" (rows with a one), "binary" or "sparse" (numbers), "input" (the
            pictures themselves) or None (no labels).
        batch_size, shuffle, seed: as in `Iterator`.
        data_format, save_to_dir, save_prefix, save_format, dtype: as in `NumpyArrayIterator`.
        follow_links: whether to go into linked folders.
        subset: "training" or "validation", by the generator's `validation_split`.
        interpolation, keep_aspect_ratio: as in `load_img`.

    Raises:
        ValueError: for other words.

    Example:

    >>> import os
    >>> for name in ("cat", "dog"):
    ...     os.makedirs(f"animals/{name}")
    ...     ph.utils.save_img(f"animals/{name}/1.png", np.ones((4, 4, 3)))
    >>> batches = DirectoryIterator("animals", None, target_size=(4, 4), batch_size=2)
    Found 2 images belonging to 2 classes.
    >>> x, y = next(batches)
    >>> x.shape, y.shape, batches.class_indices
    ((2, 4, 4, 3), (2, 2), {'cat': 0, 'dog': 1})
    """

    allowed_class_modes = {"categorical", "binary", "sparse", "input", None}

    def __init__(
        self,
        directory: Any,
        image_data_generator: Any,
        target_size: Any = (256, 256),
        color_mode: Any = "rgb",
        classes: Any = None,
        class_mode: Any = "categorical",
        batch_size: Any = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: Any = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
    ) -> None:
        self._set_up(
            image_data_generator, target_size, color_mode, data_format, save_to_dir, save_prefix,
            save_format, subset, interpolation, keep_aspect_ratio, dtype,
        )  # fmt: skip
        self._check_class_mode(class_mode)
        self.directory = directory = os.fspath(directory)
        if not classes:
            classes = sorted(
                name for name in os.listdir(directory)
                if os.path.isdir(os.path.join(directory, name))
            )  # fmt: skip
        self.num_classes = len(classes)
        self.class_indices = {name: i for i, name in enumerate(classes)}
        self.filenames, numbers = [], []
        for name in classes:
            found = self._files_of(name, follow_links)
            self.filenames += found
            numbers += [self.class_indices[name]] * len(found)
        self.samples = len(self.filenames)
        self.classes = np.array(numbers, dtype="int32")
        print_message(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._filepaths = [os.path.join(directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _files_of(self, name, follow_links):
        """Paths of a class's files, from the folder on; the part that is this subset."""
        top, found = os.path.join(self.directory, name), []
        for root, _, files in sorted(os.walk(top, followlinks=follow_links)):
            for file in sorted(files):
                if file.lower().endswith(".tiff"):
                    warnings.warn(
                        'Using ".tiff" files with multiple bands will cause distortion. Please '
                        "verify your output.",
                        stacklevel=4,
                    )
                if file.lower().endswith(self.white_list_formats):
                    path = os.path.relpath(os.path.join(root, file), top)
                    found.append(os.path.join(os.path.basename(top), path))
        if self.split:
            first, last = (int(part * len(found)) for part in self.split)
            return found[first:last]
        return found
