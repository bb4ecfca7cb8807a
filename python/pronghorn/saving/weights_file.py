"""`.weights.h5` files in Keras 3's layout: one group "<path>/vars" a layer, datasets "0", "1", ...

Writing goes to a temporary name that replaces the file when all of it is on disk. Reading checks
everything before any weight changes. h5py is imported here only.
"""

import os
import warnings

from ..layers.base import Layer
from ..layers.state import LayerState
from .walk import walk


def _h5py():
    try:
        import h5py
    except ImportError:
        raise ImportError(
            "Weights files need h5py, which is not installed. "
            'Install it with: pip install "pronghorn[h5]"'
        ) from None
    return h5py


def save_weights(model, filepath, overwrite=True, max_shard_size=None):
    """Writes a model's weights, and its optimizer's state where it is compiled.

    Raises:
        ValueError: for a file name that does not end in ".weights.h5", or an unbuilt model.
        ImportError: without h5py.
    """
    filepath = os.fspath(filepath)
    if max_shard_size is not None:
        raise ValueError("Weights in several files (max_shard_size) are not supported.")
    if not str(filepath).endswith(".weights.h5"):
        raise ValueError(f"The filename must end in `.weights.h5`. Received: filepath={filepath}")
    if not model.built:
        raise ValueError(
            f"You are saving the weights of model '{model.name}', which has not yet been built. "
            "Try building the model first by calling it on some data or by using `build()`."
        )
    h5py = _h5py()
    if not overwrite and os.path.exists(filepath) and not _may_overwrite(filepath):
        return
    groups = _collect(model)
    _write(h5py, filepath, groups)


def _may_overwrite(filepath):
    answer = input(f"[WARNING] {filepath} already exists - overwrite? [y/n]").strip().lower()
    while answer not in ("y", "n"):
        answer = input('Enter "y" (overwrite) or "n" (cancel).').strip().lower()
    return answer == "y"


def _collect(model):
    """[(path, name, {key: value})] of everything with weights; the values are not copied."""
    groups = []
    steps = walk(model)
    answer = None
    while True:
        try:
            path, owner = steps.send(answer)
        except StopIteration:
            return groups
        store = {}
        owner.save_own_variables(store)
        groups.append((path, getattr(owner, "name", None), store))
        answer = True


def _write(h5py, filepath, groups):
    from ..engine import convert_to_numpy

    temporary = f"{filepath}.{os.getpid()}.tmp"
    try:
        with h5py.File(temporary, "w") as f:
            for path, name, store in groups:
                if not store and not isinstance(name, str):
                    continue
                group = f.create_group(f"{path}/vars" if path else "vars")
                if isinstance(name, str):
                    group.attrs["name"] = name
                for key, value in store.items():
                    bfloat16 = str(getattr(value, "dtype", "")) == "bfloat16"
                    value = convert_to_numpy(value)
                    if bfloat16:
                        dataset = group.create_dataset(key, data=_bfloat16_bytes(value))
                        dataset.attrs["dtype"] = "bfloat16"
                    else:
                        group[key] = value
        descriptor = os.open(temporary, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, filepath)
    except BaseException:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise


def _bfloat16_bytes(value):
    """bfloat16 numbers as two opaque bytes each, as h5py stores them for Keras."""
    import numpy as np

    if value.dtype.itemsize == 2:
        return value.view("V2")
    bits = np.ascontiguousarray(value, "float32").view("uint32")
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return rounded.astype("uint16").view("V2")


def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    """Reads a model's weights; nothing changes unless all of them fit.

    Args:
        model: A built model.
        filepath: A ".weights.h5" file.
        skip_mismatch: Whether to leave out, with a warning, what does not fit.

    Raises:
        ValueError: naming each layer that does not fit, what it expects and what the file has.
        FileNotFoundError: where there is no file.
        ImportError: without h5py.
    """
    filepath = os.fspath(filepath)
    skip = {id(x) for x in kwargs.pop("objects_to_skip", None) or ()}
    if kwargs.pop("by_name", None) is not None:
        raise ValueError(
            f"`by_name` only supports loading legacy '.h5' or '.hdf5' files. Received: {filepath}"
        )
    if kwargs:
        raise ValueError(f"Invalid keyword arguments: {kwargs}")
    if not str(filepath).endswith(".weights.h5"):
        raise ValueError(
            f"File format not supported: filepath={filepath}. Expected a `.weights.h5` file, as "
            "`save_weights` writes."
        )
    if not model.built:
        raise ValueError(
            "You are loading weights into a model that has not yet been built. Try building the "
            "model first by calling it on some data or by using `build()`."
        )
    h5py = _h5py()
    if not os.path.exists(filepath):
        raise FileNotFoundError(f"No weights file at {filepath}")
    try:
        f = h5py.File(filepath, "r")
    except OSError as e:
        raise ValueError(f"{filepath} is not a readable HDF5 file: {e}") from None
    with f:
        _build_optimizer(h5py, f, model)
        assignments, errors = _match(h5py, f, model, skip)
        if errors and not skip_mismatch:
            raise ValueError(
                f"Nothing was loaded from {filepath}: {len(errors)} object(s) do not fit. "
                + " ".join(errors)
            )
        for message in errors:
            warnings.warn(f"{message} It was left as it is (skip_mismatch).", stacklevel=3)
        for assign in assignments:
            assign()


def _build_optimizer(h5py, f, model):
    """Makes the slots of an optimizer that has not run yet, where the file has values for them."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or optimizer.built:
        return
    if len(_Store(h5py, f, "optimizer")) > len(optimizer.variables):
        optimizer.build(model._trained_weights())


def _match(h5py, f, model, skip):
    """(functions that assign, messages of what does not fit)."""
    assignments, errors = [], {}
    steps = walk(model)
    answer = None
    while True:
        try:
            path, owner = steps.send(answer)
        except StopIteration:
            return assignments, list(errors.values())
        if id(owner) in skip:
            answer = True
            continue
        store = _Store(h5py, f, path)
        try:
            assignments.append(_checked(owner, store))
        except ValueError as e:
            errors.setdefault(id(owner), str(e))
            answer = False
        else:
            errors.pop(id(owner), None)
            answer = True


def _checked(owner, store):
    """A function that assigns the store's values to the owner; raises ValueError where it can't."""
    if not isinstance(owner, Layer):
        return _checked_optimizer(owner, store)
    if type(owner).load_own_variables is not LayerState.load_own_variables:
        values = {key: store[key] for key in store.keys()}
        return lambda: owner.load_own_variables(values)
    own = owner._own_variables()
    if len(store.keys()) != len(own):
        owner.load_own_variables(store)  # raises the message for a wrong number
    values = []
    for i, variable in enumerate(own):
        if str(i) not in store.keys():
            raise ValueError(f"Layer '{owner.name}': the file has no variable {i} at {store.path}.")
        shape = store.shape(str(i))
        if shape != tuple(variable.shape):
            raise ValueError(
                f"Layer '{owner.name}', variable '{variable.name}': expected shape "
                f"{tuple(variable.shape)}, received shape {shape} from '{store.path}'."
            )
        values.append(store[str(i)])

    def assign():
        for variable, value in zip(own, values):
            variable.assign(value)

    return assign


def _checked_optimizer(optimizer, store):
    variables = list(optimizer.variables)
    keys = store.keys()
    if not keys:
        return lambda: None  # weights saved without an optimizer
    shapes = [tuple(v.shape) for v in variables]
    fits = len(keys) == len(variables) and all(
        str(i) in keys and store.shape(str(i)) == shape for i, shape in enumerate(shapes)
    )
    if not fits:
        message = (
            f"Skipping variable loading for optimizer '{optimizer.name}', because it has "
            f"{len(variables)} variables whereas the saved optimizer has {len(keys)} variables."
        )
        return lambda: warnings.warn(message, stacklevel=5)
    values = [store[str(i)] for i in range(len(variables))]

    def assign():
        for variable, value in zip(variables, values):
            variable.assign(value)

    return assign


class _Store:
    """The datasets of one group, read when asked for; links out of the file are refused."""

    def __init__(self, h5py, f, path):
        self._h5py = h5py
        self.path = f"{path}/vars" if path else "vars"
        self._group = None
        node = f
        for part in self.path.split("/"):
            if part not in node:
                return
            node = self._inside(node, part)
        if isinstance(node, h5py.Group):
            self._group = node

    def _inside(self, group, key):
        if not isinstance(group, self._h5py.Group):
            raise ValueError(f"The file has a dataset in the place of a group in '{self.path}'.")
        if not isinstance(group.get(key, getlink=True), self._h5py.HardLink):
            raise ValueError(f"The file has a link to elsewhere at '{self.path}'; not followed.")
        return group[key]

    def keys(self):
        return [] if self._group is None else list(self._group.keys())

    def __len__(self):
        return len(self.keys())

    def __contains__(self, key):
        return key in self.keys()

    def _dataset(self, key):
        dataset = self._inside(self._group, key)
        if not isinstance(dataset, self._h5py.Dataset):
            raise ValueError(f"The file has no numbers at '{self.path}/{key}'.")
        if dataset.external or dataset.is_virtual:
            raise ValueError(f"The data of '{self.path}/{key}' is in another file; not followed.")
        return dataset

    def shape(self, key):
        return tuple(self._dataset(key).shape)

    def __getitem__(self, key):
        import numpy as np

        dataset = self._dataset(key)
        value = np.array(dataset)
        if dataset.attrs.get("dtype") == "bfloat16" and value.dtype.itemsize == 2:
            bits = value.view("uint16").astype("uint32") << 16
            return bits.view("float32")
        if value.dtype.kind not in "biuf":
            raise ValueError(f"The file has no numbers at '{self.path}/{key}' ({value.dtype}).")
        return value
