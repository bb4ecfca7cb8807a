"""tf.data.experimental.make_csv_dataset: batches of a table's columns, by Python's csv."""

import csv as _csv
import glob as _glob
import os as _os
from typing import Any as _Any

import numpy as _np

from ...data import Dataset as _Dataset


def make_csv_dataset(
    file_pattern,
    batch_size,
    column_names=None,
    column_defaults=None,
    label_name=None,
    select_columns=None,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    header=True,
    num_epochs=None,
    shuffle=True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    **kwargs,
):
    """A Dataset of dicts of columns (batch,), or (dicts, labels) with `label_name`.

    Columns whose fields are all integers are int32, all numbers float32, others text; fields that
    are `na_value` are 0 or "".

    Raises:
        FileNotFoundError: where no file fits the pattern.
        ValueError: for names that are no column, and rows of another length.
    """
    patterns = file_pattern if isinstance(file_pattern, (list, tuple)) else [file_pattern]
    paths = sorted(path for p in patterns for path in _glob.glob(_os.fspath(p)))
    if not paths:
        raise FileNotFoundError(f"No file fits {file_pattern!r}.")
    names, rows = column_names, []
    for path in paths:
        with open(path, newline="") as file:
            quoting: _Any = _csv.QUOTE_MINIMAL if use_quote_delim else _csv.QUOTE_NONE
            lines = [
                line for line in _csv.reader(file, delimiter=field_delim, quoting=quoting) if line
            ]
        if header:
            names, lines = names or lines[0], lines[1:]
        if names is None:
            raise ValueError(f"{path} has no header, so that `column_names` are needed.")
        for number, line in enumerate(lines, 1 + bool(header)):
            if len(line) != len(names):
                raise ValueError(f"{path}: row {number} has {len(line)} of {len(names)} fields.")
        rows += lines
    wanted = [names[c] if isinstance(c, int) else c for c in select_columns or names]
    for name in [*wanted, *([label_name] if label_name else [])]:
        if name not in names:
            raise ValueError(f"{name!r} is no column; the columns are {names}.")
    columns = {n: _column([row[names.index(n)] for row in rows], na_value) for n in wanted}
    label = columns.pop(label_name) if label_name else None
    data = _Dataset.from_tensor_slices(columns if label is None else (columns, label))
    data = data.shuffle(shuffle_buffer_size, seed=shuffle_seed) if shuffle else data
    return data.repeat(num_epochs).batch(batch_size, drop_remainder=num_epochs is None)


def _column(fields, absent):
    for kind, dtype in ((int, "int32"), (float, "float32")):
        try:
            return _np.array([0 if f == absent else kind(f) for f in fields], dtype)
        except (ValueError, OverflowError):
            continue
    return _np.array(["" if f == absent else f for f in fields], dtype=object)
