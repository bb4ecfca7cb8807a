"""tf.train.Checkpoint: the variables of objects in .npz files, which are not TensorFlow's."""

import os as _os

import numpy as _np

from ..._atomic import replacing as _replacing


def _variables(holder):
    """The variables that an object of Keras's holds, in its order; a Variable itself."""
    if hasattr(holder, "apply_gradients"):
        return list(holder.variables)
    if hasattr(holder, "assign"):
        return [holder]
    if hasattr(holder, "weights"):
        return list(holder.weights)
    if isinstance(holder, (list, tuple)):
        return [v for item in holder for v in _variables(item)]
    if isinstance(holder, dict):
        return [v for key in sorted(holder) for v in _variables(holder[key])]
    return []


class _Restored:
    """What `restore` gives: everything was found, or it raised."""

    def assert_consumed(self):
        return self

    assert_existing_objects_matched = expect_partial = assert_nontrivial_match = assert_consumed


class Checkpoint:
    """Saves and restores objects given by name.

    Args:
        root: a model or layer, under the name "root".
        kwargs: models, layers, optimizers, Variables, and lists and dicts of them.
    """

    def __init__(self, root=None, **kwargs):
        self._holders = {**({} if root is None else {"root": root}), **kwargs}
        self._count = 0

    def __getattr__(self, name):
        holders = self.__dict__.get("_holders", {})
        if name in holders:
            return holders[name]
        raise AttributeError(f"This Checkpoint has no {name!r}; it has {sorted(holders)}.")

    def write(self, file_prefix, options=None):
        """Writes `file_prefix`.npz and gives the prefix.

        Raises:
            ValueError: for models and layers that have no weights yet.
        """
        arrays = {}
        for name, holder in self._holders.items():
            if not getattr(holder, "built", True):
                raise ValueError(f"{name} is not built, so that it has no weights to save yet.")
            for i, variable in enumerate(_variables(holder)):
                arrays[f"{name}/{i}"] = _np.asarray(variable.numpy())
        prefix = _os.fspath(file_prefix)
        _os.makedirs(_os.path.dirname(prefix) or ".", exist_ok=True)
        with _replacing(prefix + ".npz") as temporary, open(temporary, "wb") as file:
            _np.savez(file, **arrays)  # type: ignore[arg-type]
        return prefix

    def save(self, file_prefix, options=None):
        """Writes `file_prefix`-1.npz, then -2 and so on, and which is the latest beside them."""
        self._count += 1
        prefix = self.write(f"{_os.fspath(file_prefix)}-{self._count}")
        _note_latest(_os.path.dirname(prefix), prefix)
        return prefix

    def restore(self, save_path, options=None):
        """Sets everything to what was saved; None is passed over.

        Raises:
            FileNotFoundError: where nothing was saved.
            ValueError: for other objects than were saved; nothing is changed then.
        """
        if save_path is None:
            return _Restored()
        path = _os.fspath(save_path) + ".npz"
        with _np.load(path) as saved:
            arrays = {key: saved[key] for key in saved.files}
        pairs = []
        for name, holder in self._holders.items():
            count = sum(key.rpartition("/")[0] == name for key in arrays)
            variables = self._built(holder, count)
            if len(variables) != count:
                raise ValueError(
                    f"{path} has {count} values for {name}, which has {len(variables)} variables."
                    + (" Build it first." if not getattr(holder, "built", True) else "")
                )
            pairs += [(v, arrays[f"{name}/{i}"]) for i, v in enumerate(variables)]
        for variable, value in pairs:
            if tuple(variable.shape) != value.shape:
                raise ValueError(
                    f"{path} has shape {value.shape} for {variable.path}, which has "
                    f"{tuple(variable.shape)}."
                )
        for variable, value in pairs:
            variable.assign(value)
        tail = _os.fspath(save_path).rpartition("-")[2]
        self._count = max(self._count, int(tail) if tail.isdigit() else 0)
        return _Restored()

    read = restore

    def _built(self, holder, count):
        """The variables; an optimizer that has no slots yet makes those of the model beside it."""
        variables = _variables(holder)
        if len(variables) < count and hasattr(holder, "apply_gradients"):
            for other in self._holders.values():
                trained = getattr(other, "trainable_variables", None)
                if trained and not hasattr(other, "apply_gradients") and not holder.built:
                    holder.build(trained)
                    return _variables(holder)
        return variables


class CheckpointManager:
    """Saves a Checkpoint under numbers in a folder, and keeps the last of them."""

    def __init__(self, checkpoint, directory, max_to_keep, checkpoint_name="ckpt", **kwargs):
        self._checkpoint, self._folder = checkpoint, _os.fspath(directory)
        self._most, self._name = max_to_keep, checkpoint_name
        self.checkpoints = _numbered(self._folder, checkpoint_name)

    directory = property(lambda self: self._folder)
    latest_checkpoint = property(lambda self: self.checkpoints[-1] if self.checkpoints else None)

    def save(self, checkpoint_number=None, check_interval=True, options=None):
        if checkpoint_number is None:
            last = self.latest_checkpoint
            checkpoint_number = 1 + (int(last.rpartition("-")[2]) if last else 0)
        prefix = _os.path.join(self._folder, f"{self._name}-{int(checkpoint_number)}")
        self._checkpoint.write(prefix)
        _note_latest(self._folder, prefix)
        self.checkpoints = [p for p in self.checkpoints if p != prefix] + [prefix]
        while self._most is not None and len(self.checkpoints) > self._most:
            _os.remove(self.checkpoints.pop(0) + ".npz")
        return prefix

    def restore_or_initialize(self):
        if self.latest_checkpoint is not None:
            self._checkpoint.restore(self.latest_checkpoint)
        return self.latest_checkpoint


def _numbered(folder, name):
    if not _os.path.isdir(folder):
        return []
    found = [f[:-4] for f in _os.listdir(folder) if f.startswith(name + "-") and f.endswith(".npz")]
    found = [f for f in found if f.rpartition("-")[2].isdigit()]
    return [
        _os.path.join(folder, f) for f in sorted(found, key=lambda f: int(f.rpartition("-")[2]))
    ]


def _note_latest(folder, prefix):
    with _replacing(_os.path.join(folder or ".", "checkpoint")) as temporary:
        with open(temporary, "w") as file:
            file.write(f'model_checkpoint_path: "{_os.path.basename(prefix)}"\n')


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The prefix of what was saved last in a folder, or None."""
    try:
        with open(_os.path.join(checkpoint_dir, latest_filename or "checkpoint")) as file:
            name = file.readline().partition('"')[2].rpartition('"')[0]
    except FileNotFoundError:
        return None
    prefix = _os.path.join(checkpoint_dir, name)
    return prefix if _os.path.exists(prefix + ".npz") else None
