"""Which kind of file a name or its content stands for: the public functions of `saving`."""

from __future__ import annotations

import io
import os
import warnings
from typing import Any

from . import h5_model, h5_weights, keras_file, shards, weights_file
from .hdf5 import File

_HDF5 = (".h5", ".hdf5", ".he5")


def _is_file_object(x):
    return isinstance(x, io.IOBase)


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, zipped: Any = None, **kwargs: Any
) -> None:
    """Writes a model with its weights, its compile configuration and its optimizer's state.

    The file replaces an older one in a single step, so that a save that is interrupted leaves the
    old file.

    Args:
        model: The model.
        filepath: Path that ends in ".keras" (Keras 3's format), or in ".h5" or ".hdf5" (Keras 2's).
        overwrite: Whether to replace a file without asking.
        zipped: Whether to write one zip file; False writes a folder.
        include_optimizer: Whether an ".h5" file gets the optimizer.

    Raises:
        ValueError: for another ending, or arguments that Keras has dropped.

    Example:

    >>> model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    >>> save_model(model, "net.keras")
    >>> load_model("net.keras").output_shape
    (None, 2)
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    save_format = kwargs.pop("save_format", None)
    name = "" if _is_file_object(filepath) else os.fspath(filepath)
    if save_format:
        if not name.endswith((".keras", *_HDF5)):
            raise ValueError(
                "The `save_format` argument is deprecated: the ending of the name decides. Leave "
                "it out and pass a path that ends in `.keras` or `.h5`. Received: "
                f"save_format={save_format}, filepath={name}"
            )
        warnings.warn(
            "The `save_format` argument is deprecated; the ending of the name decides.",
            stacklevel=3,
        )
    if kwargs:
        raise ValueError(f"The following argument(s) are not supported: {list(kwargs)}")
    if name.startswith("hf://"):
        raise ValueError("Saving to the Hugging Face Hub is part of Keras, not yet of Pronghorn.")
    if zipped is False and name.endswith(".keras"):
        raise ValueError(
            "When using `zipped=False`, the `filepath` argument should not end in `.keras`. "
            f"Received: filepath={name}"
        )
    old = zipped is not False and name.endswith(_HDF5)
    if zipped is not False and name and not old and not name.endswith(".keras"):
        raise ValueError(
            "Invalid filepath extension for saving. Please add either a `.keras` extension (Keras "
            "3's format) or a `.h5` extension (Keras 2's). Received: "
            f"filepath={name}"
        )
    if name and not overwrite and os.path.exists(name) and not weights_file.may_overwrite(name):
        return
    if old:
        h5_model.save_model(model, name, include_optimizer)
    else:
        keras_file.save_model(model, filepath, zipped=zipped is not False)


def load_model(
    filepath: Any,
    custom_objects: dict[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Reads a model that `save_model` or Keras wrote; what is in the file decides, not its name.

    Args:
        filepath: Path of a file or folder, or a file object.
        custom_objects: Dict of names to classes and functions that the model needs.
        compile: Whether the model is compiled as it was.
        safe_mode: Whether Python code in the file (lambdas) is refused.

    Returns:
        The model.

    Raises:
        FileNotFoundError: where there is no such .h5 file.
        ValueError: for what is no such file, is damaged or does not fit together.
        TypeError: for a class or function that is not known.

    Example:

    >>> model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    >>> save_model(model, "net.keras")
    >>> load_model("net.keras").count_params()
    8
    """
    if _is_file_object(filepath):
        return keras_file.load_model(filepath, custom_objects, compile, safe_mode)
    name = os.fspath(filepath)
    kind = kind_of(name)
    if kind in ("zip", "folder"):
        return keras_file.load_model(name, custom_objects, compile, safe_mode)
    if kind == "hdf5":
        return h5_model.load_model(name, custom_objects, compile, safe_mode)
    if kind is None and name.endswith(_HDF5):
        raise FileNotFoundError(f"There is no file {name}.")
    if kind is None and name.endswith(".keras"):
        raise ValueError(
            f"File not found: filepath={name}. Please ensure the file is an accessible `.keras` "
            "zip file."
        )
    if kind == "other" and name.endswith((".keras", *_HDF5)):
        raise ValueError(f"{name} is damaged: it is neither a zip file nor HDF5.")
    raise ValueError(
        f"File format not supported: filepath={name}. Expected a `.keras` file, a `.h5` file or a "
        "folder that `save(..., zipped=False)` wrote. Folders of TensorFlow (SavedModel) are not "
        "read."
    )


def kind_of(path):
    """ "zip", "hdf5", "folder" (of a model), "other", or None where there is nothing."""
    if os.path.isdir(path):
        return "folder" if os.path.exists(os.path.join(path, keras_file.CONFIG)) else "other"
    try:
        with open(path, "rb") as f:
            start = f.read(8)
    except OSError:
        return None
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    return "hdf5" if start == b"\x89HDF\r\n\x1a\n" else "other"


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, max_shard_size: Any = None, **kwargs: Any
) -> None:
    """Writes a model's weights; see `Model.save_weights`.

    Args:
        model: A built model.
        filepath, overwrite, max_shard_size: As of `Model.save_weights`.
        **kwargs: `objects_to_skip`, a list of layers whose weights are left out.

    Raises:
        ValueError: for another ending, unknown arguments, or a model that is not built.

    Example:

    >>> model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    >>> save_weights(model, "net.weights.h5")
    >>> copy = models.clone_model(model)
    >>> copy.load_weights("net.weights.h5")
    >>> bool((copy.get_weights()[0] == model.get_weights()[0]).all())
    True
    """
    name = os.fspath(filepath)
    skip = kwargs.pop("objects_to_skip", None)
    kwargs.pop("save_format", None)
    if kwargs:
        raise ValueError(f"Invalid keyword arguments: {kwargs}")
    if max_shard_size is not None:
        _save_shards(model, name, overwrite, max_shard_size, skip)
        return
    old = name.endswith(_HDF5) and not name.endswith(".weights.h5")
    if not old and not name.endswith(".weights.h5"):
        raise ValueError(
            f"The filename must end in `.weights.h5`. Received: filepath={name}. (A name that ends "
            "in `.h5` alone gets Keras 2's layout.)"
        )
    weights_file.check_built(model, "saving")
    if not overwrite and os.path.exists(name) and not weights_file.may_overwrite(name):
        return
    if old:
        h5_weights.save_weights(model, name, keras_file.KERAS_VERSION)
    else:
        weights_file.save_weights(model, name, skip)


def _save_shards(model, name, overwrite, max_shard_size, skip):
    if not name.endswith(("weights.h5", "weights.json")):
        raise ValueError(
            "The filename must end in `.weights.json` when `max_shard_size` is specified. "
            f"Received: filepath={name}"
        )
    if name.endswith(".h5"):
        name = name.removesuffix(".h5") + ".json"
        warnings.warn(
            f"Weights in several files have their map in a JSON file, which is called {name}.",
            stacklevel=4,
        )
    weights_file.check_built(model, "saving")
    if not overwrite and os.path.exists(name) and not weights_file.may_overwrite(name):
        return
    shards.save_weights(model, name, max_shard_size, skip)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Reads weights into a model; see `Model.load_weights`.

    Args:
        model: A built model.
        filepath, skip_mismatch: As of `Model.load_weights`.
        **kwargs: `by_name` for .h5 files; `objects_to_skip`, a list of layers, for .weights.h5
            files.

    Raises:
        FileNotFoundError: where there is no such file.
        ValueError: for another ending, arguments that do not go with it, a model that is not built,
            and a file that does not fit the model or is damaged.

    Example:

    >>> model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    >>> save_weights(model, "net.weights.h5")
    >>> load_weights(models.clone_model(model), "net.weights.h5")
    """
    name = os.fspath(filepath)
    skip = kwargs.pop("objects_to_skip", None)
    by_name = kwargs.pop("by_name", None)
    if kwargs:
        raise ValueError(f"Invalid keyword arguments: {kwargs}")
    known = (".keras", ".weights.json", *_HDF5)
    if not name.endswith(known):
        raise ValueError(
            f"File format not supported: filepath={name}. Expected a `.weights.h5`, `.keras` or "
            "`.h5` file."
        )
    kind = kind_of(name)
    if kind is None:
        raise FileNotFoundError(f"There is no file {name}.")
    old = kind == "hdf5" and not name.endswith(".weights.h5")
    if skip is not None and not name.endswith((".weights.h5", ".weights.json")):
        raise ValueError(
            f"`objects_to_skip` only supports loading '.weights.h5' files. Received: {name}"
        )
    if by_name is not None and not old:
        raise ValueError(
            f"`by_name` only supports loading legacy '.h5' or '.hdf5' files. Received: {name}"
        )
    weights_file.check_built(model, "loading")
    if shards.is_map(name):
        with shards.Shards(name) as source:
            weights_file.load_groups(model, source, skip_mismatch, skip or ())
        return
    if kind == "zip":
        keras_file.load_weights(model, name, skip_mismatch)
        return
    with File(name) as f:
        if old or h5_weights.is_old(f):
            group = h5_weights.weights_group(f)
            h5_weights.WeightsPlan(group, model, bool(by_name), skip_mismatch).run()
        else:
            weights_file.load_groups(model, weights_file.Groups(f), skip_mismatch, skip or ())
