"""Files of a folder with their classes: what all `*_from_directory` functions share."""

import os

import numpy as np

from ..callbacks.progbar import print_message
from ..data import Dataset


def index_directory(
    directory, labels, formats, class_names=None, shuffle=True, seed=None, follow_links=False,
    verbose=True,
):  # fmt: skip
    """The files of a folder, in Keras's order.

    Args:
        directory: the folder; with inferred labels, one subfolder a class.
        labels: "inferred", None, or a list with one integer a file.
        formats: tuple of the endings that count, in small letters.
        class_names: the classes to take, in this order; the sorted subfolders by default.
        shuffle: whether in random order.
        seed: of the order.
        follow_links: whether to go into linked folders.
        verbose: whether to say how many were found.

    Returns:
        (paths, labels, class names): list of str; int32 array, list or None; list or None.

    Raises:
        ValueError: for classes that have no subfolder, and a wrong number of labels.
    """
    directory = os.fspath(directory)
    names = [""]
    if labels == "inferred":
        names = sorted(
            entry.name
            for entry in os.scandir(directory)
            if entry.is_dir() and not entry.name.startswith(".")
        )
        if class_names is not None:
            if not set(class_names) <= set(names):
                raise ValueError(
                    "The `class_names` passed did not match the names of the subdirectories of "
                    f"the target directory. Expected: {names} (or a subset of it), but received: "
                    f"class_names={class_names}"
                )
            names = list(class_names)
    elif class_names is not None:
        raise ValueError(
            "`class_names` can only be given where labels are inferred from subdirectories. "
            f"Received: labels={labels}, class_names={class_names}"
        )
    found = [list(_files(os.path.join(directory, name), formats, follow_links)) for name in names]
    paths = [path for part in found for path in part]
    if labels == "inferred":
        labels = np.repeat(np.arange(len(names), dtype="int32"), [len(part) for part in found])
    elif labels is None:
        names = None
    else:
        if len(labels) != len(paths):
            raise ValueError(
                "Expected the lengths of `labels` to match the number of files in the target "
                f"directory. len(labels) is {len(labels)} while we found {len(paths)} files in "
                f"directory {directory}."
            )
        names = [str(label) for label in sorted(set(labels))]
        labels = list(labels)
    if verbose:
        classes = "" if labels is None else f" belonging to {len(names)} classes"
        print_message(f"Found {len(paths)} files{classes}.")
    if shuffle:
        seed = int(np.random.randint(1e6)) if seed is None else seed  # type: ignore[call-overload]
        np.random.RandomState(seed).shuffle(paths)
        if labels is not None:
            np.random.RandomState(seed).shuffle(labels)
    return paths, labels, names


def _files(folder, formats, follow_links):
    for root, _, names in sorted(os.walk(folder, followlinks=follow_links)):
        for name in sorted(names):
            if name.lower().endswith(formats):
                yield os.path.join(root, name)


def check_labels(labels, label_mode, class_names, what):
    """Raises ValueError for `labels` and `label_mode` that do not go together."""
    if labels not in ("inferred", None):
        if not isinstance(labels, (list, tuple)):
            raise ValueError(
                "`labels` argument should be a list/tuple of integer labels, of the same size as "
                f"the number of {what} files in the target directory; 'inferred' to take them "
                f"from the subdirectory names; or None. Received: labels={labels}"
            )
        if class_names:
            raise ValueError(
                'You can only pass `class_names` if `labels="inferred"`. Received: '
                f"labels={labels}, and class_names={class_names}"
            )


def check_split(validation_split, subset, shuffle, seed):
    """Raises ValueError for arguments of a split that do not go together."""
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(
            f"`validation_split` must be between 0 and 1, received: {validation_split}"
        )
    if bool(validation_split) != bool(subset):
        raise ValueError(
            "If `subset` is set, `validation_split` must be set, and inversely. Received: "
            f"validation_split={validation_split}, subset={subset}"
        )
    if subset not in ("training", "validation", "both", None):
        raise ValueError(
            f'`subset` must be either "training", "validation" or "both", received: {subset}'
        )
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "If using `validation_split` and shuffling the data, you must provide a `seed` "
            "argument, so that the two subsets do not overlap."
        )


def split(samples, labels, validation_split, subset):
    """The part of samples and labels that a subset is: the validation part is the last."""
    if not validation_split:
        return samples, labels
    count = int(validation_split * len(samples))
    at = len(samples) - count
    if subset == "training":
        print_message(f"Using {at} files for training.")
        part = slice(at)
    else:
        print_message(f"Using {count} files for validation.")
        part = slice(at, None)
    return samples[part], None if labels is None else labels[part]


def with_labels(paths, labels, label_mode, class_count):
    """A Dataset of paths, or of (path, label) with labels in the form of `label_mode`.

    "int" leaves them as they are, "binary" makes float32 (1,), "categorical" float32 rows with a
    one.
    """
    if label_mode is None:
        return Dataset.from_tensor_slices(paths)
    labels = np.asarray(labels, dtype="int32")
    if label_mode == "binary":
        labels = labels.astype("float32")[:, None]
    elif label_mode == "categorical":
        labels = np.eye(class_count, dtype="float32")[labels]
    return Dataset.from_tensor_slices((paths, labels))
