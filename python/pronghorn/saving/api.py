"""Which kind of file a name or its content stands for: the public functions of `saving`."""

import io
import os
import warnings

from . import keras_file, weights_file


def _is_file_object(x):
    return isinstance(x, io.IOBase)


def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """Writes a model with its weights, its compile configuration and its optimizer's state.

    The file replaces an older one in a single step, so that a save that is interrupted leaves the
    old file.

    Args:
        model: The model.
        filepath: Path that ends in ".keras" (Keras 3's format).
        overwrite: Whether to replace a file without asking.
        zipped: Whether to write one zip file; False writes a folder.

    Raises:
        ValueError: for another ending, or arguments that Keras has dropped.
    """
    kwargs.pop("include_optimizer", True)
    save_format = kwargs.pop("save_format", None)
    name = "" if _is_file_object(filepath) else os.fspath(filepath)
    if save_format:
        if not name.endswith((".keras", ".h5", ".hdf5")):
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
    if zipped is not False and name and not name.endswith(".keras"):
        raise ValueError(
            "Invalid filepath extension for saving. Please add a `.keras` extension. "
            f"Received: filepath={name}"
        )
    if name and not overwrite and os.path.exists(name) and not weights_file.may_overwrite(name):
        return
    keras_file.save_model(model, filepath, zipped=zipped is not False)


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model that `save_model` or Keras wrote; what is in the file decides, not its name.

    Args:
        filepath: Path of a file or folder, or a file object.
        custom_objects: Dict of names to classes and functions that the model needs.
        compile: Whether the model is compiled as it was.
        safe_mode: Whether Python code in the file (lambdas) is refused.

    Returns:
        The model.

    Raises:
        ValueError: for what is no such file, is damaged or does not fit together.
        TypeError: for a class or function that is not known.
    """
    if _is_file_object(filepath):
        return keras_file.load_model(filepath, custom_objects, compile, safe_mode)
    name = os.fspath(filepath)
    kind = kind_of(name)
    if kind in ("zip", "folder"):
        return keras_file.load_model(name, custom_objects, compile, safe_mode)
    if kind is None and name.endswith(".keras"):
        raise ValueError(
            f"File not found: filepath={name}. Please ensure the file is an accessible `.keras` "
            "zip file."
        )
    if kind == "other" and name.endswith(".keras"):
        raise ValueError(f"{name} is damaged or no `.keras` file: it is not a zip file.")
    raise ValueError(f"File format not supported: filepath={name}. Expected a `.keras` file.")


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


def save_weights(model, filepath, overwrite=True, max_shard_size=None, **kwargs):
    """Writes a model's weights and its optimizer's state; see `Model.save_weights`."""
    return weights_file.save_weights(model, filepath, overwrite, max_shard_size, **kwargs)


def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    """Reads weights into a model; see `Model.load_weights`."""
    return weights_file.load_weights(model, filepath, skip_mismatch, **kwargs)
