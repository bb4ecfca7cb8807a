"""Finds and opens the files of `KERAS_HOME/datasets`."""

import os
import zipfile

import numpy as np


def keras_home():
    """The folder of Keras's settings, data sets and models: KERAS_HOME, else `~/.keras`."""
    return os.path.expanduser(os.environ.get("KERAS_HOME") or os.path.join("~", ".keras"))


def dataset_path(path):
    """`path` in `KERAS_HOME/datasets` (an absolute path is taken as it is)."""
    return os.path.join(keras_home(), "datasets", path)


def load_arrays(path, names):
    """The arrays `names` of the `.npz` file `path` in `KERAS_HOME/datasets`.

    Raises:
        FileNotFoundError: if the file is absent; the message says how to get it.
        ValueError: if the file is no `.npz` file or lacks an array.
    """
    full = dataset_path(path)
    if not os.path.isfile(full):
        raise FileNotFoundError(
            f"The data set {path!r} is not at {full!r}. Pronghorn downloads nothing: copy the "
            "file there (Keras's own load_data() leaves it in ~/.keras/datasets), or set "
            "KERAS_HOME to the folder whose `datasets` folder holds it."
        )
    if not zipfile.is_zipfile(full):
        raise ValueError(f"{full!r} is not a complete .npz file; copy it there again.")
    with np.load(full, allow_pickle=False) as file:
        missing = [name for name in names if name not in file.files]
        if missing:
            raise ValueError(
                f"The data set file {full!r} holds the arrays {sorted(file.files)}; "
                f"expected also {missing}."
            )
        return [file[name] for name in names]
