"""`.weights.h5` files in Keras 3's layout, alone or inside a `.keras` file.

Writing goes to a temporary name that replaces the file when all of it is on disk. Reading checks
everything before any weight changes.
"""

import warnings

from .._atomic import replacing
from .hdf5 import import_h5py
from .state import Plan, collect


def save_weights(model, path, skip=None):
    """Writes a model's weights, and its optimizer's state where it is compiled."""
    import_h5py()
    groups = collect(model, skip or ())
    with replacing(path) as temporary:
        write_groups(temporary, groups)


def check_built(model, doing):
    if model.built:
        return
    what = "loading weights into" if doing == "loading" else "saving"
    raise ValueError(
        f"You are {what} a model that has not yet been built. Try building the model "
        f"('{model.name}') first by calling it on some data or by using `build()`."
    )


def may_overwrite(filepath):
    """Asks at the terminal."""
    answer = input(f"[WARNING] {filepath} already exists - overwrite? [y/n]").strip().lower()
    while answer not in ("y", "n"):
        answer = input('Enter "y" (overwrite) or "n" (cancel).').strip().lower()
    return answer == "y"


def write_groups(target, groups):
    """Writes what `collect` found to an HDF5 file.

    Args:
        target: Path or file object.
        groups: List of (path, name, {key: value}).
    """
    h5py = import_h5py()
    with h5py.File(target, "w") as f:
        for path, name, store in groups:
            if not store and not isinstance(name, str):
                continue
            group = f.create_group(f"{path}/vars" if path else "vars")
            if isinstance(name, str):
                group.attrs["name"] = name
            for key, value in store.items():
                write_value(group, key, value)


def write_value(group, key, value):
    from ..engine import convert_to_numpy

    bfloat16 = str(getattr(value, "dtype", "")) == "bfloat16"
    value = convert_to_numpy(value)
    if bfloat16:
        dataset = group.create_dataset(key, data=_bfloat16_bytes(value))
        dataset.attrs["dtype"] = "bfloat16"
    else:
        group[key] = value


def _bfloat16_bytes(value):
    """bfloat16 numbers as two opaque bytes each, as h5py stores them for Keras."""
    import numpy as np

    if value.dtype.itemsize == 2:
        return value.view("V2")
    bits = np.ascontiguousarray(value, "float32").view("uint32")
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return rounded.astype("uint16").view("V2")


def load_groups(model, source, skip_mismatch=False, skip=(), assets=None):
    """Assigns what a file holds, all of it or (without `skip_mismatch`) nothing."""
    _build_optimizer(source, model)
    plan = Plan(source, model, skip, assets)
    if plan.errors and not skip_mismatch:
        raise ValueError(
            f"Nothing was loaded from {source.name}: {len(plan.errors)} object(s) do not fit. "
            + " ".join(plan.messages())
        )
    known = set(plan.errors)
    plan.run()
    late = [message for key, (_, message) in plan.errors.items() if key not in known]
    if late and not skip_mismatch:
        raise ValueError(
            f"Not all of {source.name} could be loaded; the model holds a part of it now. "
            + " ".join(late)
        )
    for message in plan.messages():
        warnings.warn(f"{message} It was left as it was (skip_mismatch).", stacklevel=4)


def _build_optimizer(source, model):
    """Makes the slots of an optimizer that has not run yet, where the file has values for them."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or optimizer.built:
        return
    if len(source.store("optimizer")) > len(optimizer.variables):
        optimizer.build(model._trained_weights())


class Groups:
    """The groups of one HDF5 file, as loading asks for them."""

    def __init__(self, file):
        self._root = file.root
        self.name = file.name

    def has(self, path):
        return self._find(path) is not None

    def _find(self, path):
        found = self._root.group(path) if path else self._root
        if found is None and "_layer_checkpoint_dependencies" in self._root:  # Keras 2.12, 2.13
            found = self._root.group(self._old_path(path))
        return found

    def _old_path(self, path):
        """Where Keras 2.12 and 2.13 put it: their container lists a layer with weights twice, and
        so the second of a class may have the number 2."""
        out, within = [], False
        for part in path.split("/"):
            base, _, number = part.rpartition("_")
            if within and number.isdigit() and not _holds(self._root.group(_join(out, base, 1))):
                part = f"{base}_{2 * int(number)}"
            within = part == "layers"
            out.append("_layer_checkpoint_dependencies" if within else part)
        return "/".join(out)

    def store(self, path):
        parent = self._find(path)
        group = parent.group("vars") if parent is not None else None
        return Store(group, f"{path}/vars" if path else "vars", parent is not None)


def _join(path, base, number):
    return "/".join((*path, f"{base}_{number}"))


def _holds(group):
    """Whether there is such a group, and anything in it or below."""
    if group is None:
        return False
    for name in group.keys():
        below = group.group(name)
        if below is None or _holds(below):
            return True
    return False


class Store:
    """The data sets of one group, read when asked for.

    `has_parent` tells whether the file knows the object that they would be of.
    """

    def __init__(self, group, path, has_parent):
        self._group = group
        self.path = path
        self.has_parent = has_parent
        self._keys = dict.fromkeys([] if group is None else group.keys())

    def keys(self):
        return self._keys.keys()

    def __len__(self):
        return len(self._keys)

    def __contains__(self, key):
        return key in self._keys

    def __iter__(self):
        return iter(self._keys)

    def shape(self, key):
        return self._group.shape(key)

    def is_sound(self, key):
        return self._group.is_sound(key)

    def read(self, key):
        return self._group.read(key)

    def load(self, key):
        return self._group.load(key)

    def __getitem__(self, key):
        if key not in self._keys:
            raise KeyError(key)
        return self.read(key)
