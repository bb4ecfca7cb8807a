"""text_dataset_from_directory: a Dataset of the texts in a folder's files."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import AUTOTUNE
from .directory import check_labels, check_split, index_directory, split, with_labels


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: Any = "int",
    class_names: Any = None,
    batch_size: Any = 32,
    max_length: Any = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: Any = None,
    subset: Any = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: Any = True,
) -> Any:
    """The texts of a folder's `.txt` files, with labels from the names of its subfolders.

    Args:
        directory: the folder: `directory/positive/1.txt` and so on.
        labels: "inferred" (from the subfolders), a list with one integer a file in the order of
            their sorted paths, or None for texts alone.
        label_mode: "int" for int32 labels (batch,), "binary" for float32 (batch, 1), "categorical"
            for float32 (batch, classes), None for none.
        class_names: the classes, in the order of their numbers; sorted by default.
        batch_size: texts a batch; None for texts one by one.
        max_length: bytes after which a text is cut.
        shuffle: whether in random order, else sorted by path.
        seed: of the order.
        validation_split: part of the files to keep for validation.
        subset: "training", "validation" or "both", with `validation_split`.
        follow_links: whether to go into linked folders.
        format: "tf", the only one.
        verbose: whether to say how many files were found.

    Returns:
        A Dataset of texts (batch,) or (texts, labels), with `class_names`; a list of two with
        `subset="both"`. Files are read by threads while others train.

    Raises:
        ValueError: for arguments that do not go together, and folders without text files.

    Example:

    >>> import os
    >>> for name, text in (("bad", "never again"), ("good", "what a film")):
    ...     os.makedirs(f"reviews/{name}")
    ...     with open(f"reviews/{name}/1.txt", "w") as file:
    ...         _ = file.write(text)
    >>> data = text_dataset_from_directory("reviews", shuffle=False)
    Found 2 files belonging to 2 classes.
    >>> texts, labels = next(iter(data))
    >>> labels.tolist(), data.class_names
    ([0, 1], ['bad', 'good'])
    """
    check_labels(labels, label_mode, class_names, "text")
    if label_mode not in ("int", "categorical", "binary", None):
        raise ValueError(
            '`label_mode` argument must be one of "int", "categorical", "binary", or None. '
            f"Received: label_mode={label_mode}"
        )
    if format != "tf":
        raise ValueError(f"`format` should be 'tf': others need packages. Received: {format!r}")
    if labels is None or label_mode is None:
        labels = label_mode = None
    check_split(validation_split, subset, shuffle, seed)
    seed = int(np.random.randint(1e6)) if seed is None else seed  # type: ignore[call-overload]
    paths, labels, class_names = index_directory(
        directory, labels, (".txt",), class_names, shuffle, seed, follow_links, verbose
    )
    if label_mode == "binary" and len(class_names) != 2:
        raise ValueError(
            'When passing `label_mode="binary"`, there must be exactly 2 class_names. Received: '
            f"class_names={class_names}"
        )
    made = []
    for part in ("training", "validation") if subset == "both" else (subset,):
        chosen, chosen_labels = split(paths, labels, validation_split, part)
        if not chosen:
            kind = f"{part} " if subset == "both" else ""
            raise ValueError(
                f"No {kind}text files found in directory {directory}. Allowed format: .txt"
            )
        dataset = with_labels(chosen, chosen_labels, label_mode, len(class_names or ()))
        if shuffle and not (subset == "both" and part == "validation"):
            dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
        dataset = dataset.map(_Reader(max_length), num_parallel_calls=AUTOTUNE)
        if batch_size is not None:
            dataset = dataset.batch(batch_size)
        dataset = dataset.prefetch(AUTOTUNE)
        dataset.class_names = class_names
        made.append(dataset)
    return made if subset == "both" else made[0]


class _Reader:
    """The bytes of a file in the place of its path."""

    def __init__(self, max_length):
        self._size = -1 if max_length is None else max_length

    def __call__(self, path, *label):
        with open(path.numpy(), "rb") as file:
            text = file.read(self._size)
        return (text, *label) if label else text
