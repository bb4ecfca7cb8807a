"""DataFrameIterator: batches of the pictures that a pandas frame names."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from ..callbacks.progbar import print_message
from .directory_iterator import FileIterator

_WITHOUT_CLASSES = ("input", "multi_output", "raw", None)


class DataFrameIterator(FileIterator):
    """Batches of the files of a frame's column, labels from others.

    Args:
        dataframe: pandas.DataFrame.
        directory: folder that the names start from.
        image_data_generator: what changes the pictures; None for nothing.
        x_col: column of the file names.
        y_col: column of the labels; a list of columns for "multi_output".
        weight_col: column of weights, or None.
        classes: labels to keep, in the order of their numbers.
        class_mode: as in `DirectoryIterator`, "multi_output" (an array a column) or "raw" (the
            column as it is). With "categorical" a label may be a list of several.
        validate_filenames: whether to leave out, with a warning, what is no picture's file.
        target_size, color_mode, batch_size, shuffle, seed, data_format, save_to_dir, save_prefix,
            save_format, subset, interpolation, keep_aspect_ratio, dtype: as in
            `DirectoryIterator`.

    Raises:
        ValueError: for other words, and numbers of classes that do not fit.
        TypeError: for columns of other types.

    Example:

    >>> import pandas
    >>> ph.utils.save_img("a.png", np.ones((4, 4, 3)))
    >>> frame = pandas.DataFrame({"filename": ["a.png"], "weight": [3.5]})
    >>> batches = DataFrameIterator(frame, y_col="weight", class_mode="raw", target_size=(4, 4))
    Found 1 validated image filenames.
    >>> x, y = next(batches)
    >>> x.shape, y.tolist()
    ((1, 4, 4, 3), [3.5])
    """

    allowed_class_modes = {
        "binary", "categorical", "input", "multi_output", "raw", "sparse", None,
    }  # fmt: skip

    def __init__(
        self,
        dataframe: Any,
        directory: Any = None,
        image_data_generator: Any = None,
        x_col: str = "filename",
        y_col: str = "class",
        weight_col: Any = None,
        target_size: Any = (256, 256),
        color_mode: Any = "rgb",
        classes: Any = None,
        class_mode: Any = "categorical",
        batch_size: Any = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str = "channels_last",
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: Any = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = "float32",
        validate_filenames: bool = True,
    ) -> None:
        self._set_up(
            image_data_generator, target_size, color_mode, data_format, save_to_dir, save_prefix,
            save_format, subset, interpolation, keep_aspect_ratio, dtype,
        )  # fmt: skip
        frame = dataframe.copy()
        self.directory = directory or ""
        self._check_class_mode(class_mode)
        _check_columns(frame, class_mode, x_col, y_col, weight_col, classes)
        if validate_filenames:
            frame = self._existing(frame, x_col)
        with_classes = class_mode not in _WITHOUT_CLASSES
        if with_classes:
            frame, classes = _of_classes(frame, y_col, classes)
            self.class_indices = {name: i for i, name in enumerate(classes)}
        if self.split:
            first, last = (int(part * len(frame)) for part in self.split)
            frame = frame.iloc[first:last, :]
        if with_classes:
            self.classes = [
                [self.class_indices[label] for label in labels]
                if isinstance(labels, (list, tuple))
                else self.class_indices[labels]
                for labels in frame[y_col]
            ]
        self.filenames = frame[x_col].tolist()
        self._sample_weight = frame[weight_col].values if weight_col else None
        if class_mode == "multi_output":
            self._targets = [np.array(frame[column].tolist()) for column in y_col]
        elif class_mode == "raw":
            self._targets = frame[y_col].values
        self.samples = len(self.filenames)
        kind = "validated" if validate_filenames else "non-validated"
        of = f" belonging to {len(classes)} classes" if with_classes else ""
        print_message(f"Found {self.samples} {kind} image filenames{of}.")
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _existing(self, frame, x_col):
        """The rows whose files are there and have a picture's ending."""
        paths = frame[x_col].map(lambda name: os.path.join(self.directory, name))
        good = paths.apply(
            lambda path: path.lower().endswith(self.white_list_formats) and os.path.isfile(path)
        ).astype(bool)
        if (~good).sum():
            warnings.warn(
                f'Found {(~good).sum()} invalid image filename(s) in x_col="{x_col}". These '
                "filename(s) will be ignored.",
                stacklevel=4,
            )
        return frame[good]


def _check_columns(frame, class_mode, x_col, y_col, weight_col, classes):
    if class_mode == "multi_output" and not isinstance(y_col, list):
        raise TypeError(
            f'If class_mode="{class_mode}", y_col must be a list. Received {type(y_col).__name__}.'
        )
    if not all(isinstance(name, str) for name in frame[x_col]):
        raise TypeError(f"All values in column x_col={x_col} must be strings.")
    if class_mode in ("binary", "sparse") and not all(isinstance(v, str) for v in frame[y_col]):
        raise TypeError(
            f'If class_mode="{class_mode}", y_col="{y_col}" column values must be strings.'
        )
    if class_mode == "categorical":
        if not all(isinstance(v, (str, list, tuple)) for v in frame[y_col]):
            raise TypeError(
                f'If class_mode="{class_mode}", y_col="{y_col}" column values must be type string, '
                "list or tuple."
            )
    if class_mode == "binary":
        count = len(set(classes)) if classes else frame[y_col].nunique()
        if count != 2:
            raise ValueError(
                f'If class_mode="binary" there must be 2 classes. Found {count} classes.'
            )
    if classes and class_mode in _WITHOUT_CLASSES:
        warnings.warn(
            f'`classes` will be ignored given the class_mode="{class_mode}"', stacklevel=5
        )
    if weight_col and not issubclass(frame[weight_col].dtype.type, np.number):
        raise TypeError(f"Column weight_col={weight_col} must be numeric.")


def _of_classes(frame, y_col, classes):
    """(rows that have a label among the classes, the classes)."""
    if not classes:
        found = set()
        for value in frame[y_col]:
            found.update(value if isinstance(value, (list, tuple)) else [value])
        return frame.dropna(subset=[y_col]), sorted(found)
    classes = list(dict.fromkeys(classes))

    def kept(value):
        if isinstance(value, (list, tuple)):
            return [v for v in value if v in classes] or None
        return value if value in classes else None

    frame = frame.copy()
    frame[y_col] = frame[y_col].apply(kept)
    return frame.dropna(subset=[y_col]), classes
