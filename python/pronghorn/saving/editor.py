"""KerasFileEditor: looks into a weights file, changes it and writes it again."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

import numpy as np

from .._atomic import replacing
from .archive import Archive
from .hdf5 import File
from .keras_file import CONFIG, METADATA, WEIGHTS
from .state import collect
from .weights_file import write_groups


class KerasFileEditor:
    """The weights of a `.keras` or `.weights.h5` file, to be looked at, changed and saved again.

    Useful where a model has changed since its weights were saved.

    Args:
        filepath: The file; it is read and never written to.

    Raises:
        ValueError: for another kind of file, or a damaged one.

    Example:

    >>> models.Sequential([layers.Input((2,)), layers.Dense(3)]).save_weights("net.weights.h5")
    >>> editor = KerasFileEditor("net.weights.h5")
    Keras weights file 'net.weights.h5'
    >>> editor.rename_object("dense", "dense_1")
    >>> sorted(editor.weights_dict["layers"]["dense_1"])
    ['0', '1']
    """

    def __init__(self, filepath: Any) -> None:
        self.filepath = os.fspath(filepath)
        self.metadata = None
        self.config = None
        self.model = None
        if not self.filepath.endswith((".keras", ".weights.h5")):
            raise ValueError(
                "Invalid filename: expected a `.keras` or `.weights.h5` extension. Received: "
                f"filepath={self.filepath}"
            )
        self.object_metadata = {}  # path of an object -> its name
        with contextlib.ExitStack() as stack:
            source = self.filepath
            if source.endswith(".keras"):
                archive = stack.enter_context(Archive(source))
                self.config = json.loads(archive.read(CONFIG))
                self.metadata = json.loads(archive.read(METADATA))
                source = stack.enter_context(archive.opened(WEIGHTS))
            file = stack.enter_context(File(source, self.filepath))
            self.weights_dict = self._read(file.root, "")
        print(f"Keras weights file '{self.filepath}'")
        if self.metadata is not None:
            print(f"Written by Keras {self.metadata.get('keras_version')}, {self._date()}")

    def _date(self):
        return self.metadata.get("date_saved", "at an unknown time")

    def _read(self, group, path):
        """{name: dict of an object's parts, or array of a weight} below a group."""
        found = {}
        for key in group.keys():
            inner = group.group(key) if group.is_group(key) else None
            if inner is None:
                continue
            if key == "vars":
                name = inner.attribute("name")
                if name is not None:
                    self.object_metadata[path] = name
                found.update((k, inner.read(k)) for k in inner.keys())
                continue
            below = self._read(inner, f"{path}/{key}" if path else key)
            if below:
                found[key] = below
        return found

    # ---- looking

    def summary(self) -> Any:
        """Prints the objects in the file, and the shapes and dtypes of their weights."""
        print("Weights structure")
        _show(self.weights_dict, self.object_metadata, "", "")

    def compare(self, reference_model: Any) -> dict[Any, Any]:
        """Compares the file with a model, printing what differs.

        Args:
            reference_model: A built model.

        Returns:
            {"status": "success" or "error", "error_count", "match_count"}.
        """
        reference = {}
        for path, _, store in collect(reference_model):
            place = reference
            for part in path.split("/") if path else ():
                place = place.setdefault(part, {})
            place.update(store)
        _drop_empty(reference)
        errors, matches = [], 0
        for first, second, where, other in (
            (reference, self.weights_dict, "the reference model", "the saved file"),
            (self.weights_dict, reference, "the saved file", "the reference model"),
        ):
            found, same = _differences(first, second, "", where, other)
            errors.extend(e for e in found if e not in errors)
            matches = matches or same
        shapes = [e for e in errors if e[0] == "shape"]
        count = len(errors) - len(shapes) + len({e[1] for e in shapes})
        for _, path, text in errors:
            print(f"...{path}: {text}")
        status = "error" if count else "success"
        print(
            f"Comparison: {count} difference(s), {matches} weight(s) match."
            if count
            else f"Comparison successful: {matches} weight(s) match."
        )
        return {"status": status, "error_count": count, "match_count": matches}

    # ---- changing

    def _find(self, name):
        """(dict that holds an object, its key) of a path, or of a name that occurs once."""
        if "/" in name:
            *parents, last = name.split("/")
            place = self.weights_dict
            for part in (*parents, last):
                if not isinstance(place, dict) or part not in place:
                    raise ValueError(f"Path '{name}' not found in model.")
                holder, place = place, place[part]
            return holder, last
        found = list(_holders(self.weights_dict, name))
        if len(found) > 1:
            raise ValueError(
                f"Name '{name}' occurs more than once in the model; pass a complete path."
            )
        if not found:
            raise ValueError(
                f"Source name '{name}' does not appear in the model. `editor.summary()` lists all."
            )
        return found[0], name

    def rename_object(self, object_name: Any, new_name: Any) -> None:
        """Gives an object another name.

        Args:
            object_name: Its name or path.
            new_name: The new name, no path.

        Raises:
            ValueError: for a new name that is a path, or a name that does not occur or occurs
                twice.
        """
        if "/" in new_name:
            raise ValueError(
                "Argument `new_name` should be a leaf name, not a full path name. Received: "
                f"new_name='{new_name}'"
            )
        holder, key = self._find(object_name)
        holder[new_name] = holder.pop(key)

    def delete_object(self, object_name: Any) -> None:
        """Removes an object, given by its name or path, with all that is in it.

        Args:
            object_name: The name or path.

        Raises:
            ValueError: for a name that does not occur, or more than once.
        """
        holder, key = self._find(object_name)
        holder.pop(key)

    def add_object(self, object_path: Any, weights: Any) -> None:
        """Adds an object.

        Args:
            object_path: Its path; all but the last part exist.
            weights: Dict of "0", "1", ... to arrays.

        Raises:
            ValueError: where the path leads nowhere, or for what is no dict.
        """
        _check_weights(weights)
        *parents, last = object_path.split("/")
        place = self.weights_dict
        for part in parents:
            if part not in place:
                raise ValueError(f"Path '{'/'.join(parents)}' not found in model.")
            place = place[part]
        place[last] = dict(weights)

    def delete_weight(self, object_name: Any, weight_name: Any) -> None:
        """Removes a weight ("0", "1", ...) of an object.

        Args:
            object_name: The object's name or path.
            weight_name: The weight's name.

        Raises:
            ValueError: for a name that does not occur, or an object's that occurs more than once.
        """
        holder, key = self._find(object_name)
        if weight_name not in holder[key]:
            raise ValueError(
                f"Weight {weight_name} not found in object {object_name}. Weights found: "
                f"{list(holder[key])}"
            )
        holder[key].pop(weight_name)

    def add_weights(self, object_name: Any, weights: Any) -> None:
        """Adds weights to an object, or replaces them: a dict of "0", "1", ... to arrays.

        Args:
            object_name: The object's name or path.
            weights: The dict.

        Raises:
            ValueError: for what is no dict, or a name that does not occur or more than once.
        """
        _check_weights(weights)
        holder, key = self._find(object_name)
        holder[key].update(weights)

    def save(self, filepath: Any) -> None:
        """Writes the weights to a new file, whose name ends in ".weights.h5".

        Args:
            filepath: The path.

        Raises:
            ValueError: for another ending.
        """
        filepath = os.fspath(filepath)
        if not filepath.endswith(".weights.h5"):
            raise ValueError(
                "Invalid `filepath` argument: expected a `.weights.h5` extension. Received: "
                f"filepath={filepath}"
            )
        groups = []
        _collect(self.weights_dict, "", self.object_metadata, groups)
        with replacing(filepath) as temporary:
            write_groups(temporary, groups)

    def resave_weights(self, filepath: Any) -> Any:
        """The older name of `save`.

        Args:
            filepath: Path that ends in ".weights.h5".

        Returns:
            None.
        """
        self.save(filepath)


def _check_weights(weights):
    if not isinstance(weights, dict):
        raise ValueError(
            "Argument `weights` should be a dict where keys are weight names (usually '0', '1', "
            f"etc.) and values are NumPy arrays. Received: type(weights)={type(weights)}"
        )


def _holders(tree, name):
    if name in tree:
        yield tree
    for value in tree.values():
        if isinstance(value, dict):
            yield from _holders(value, name)


def _drop_empty(tree):
    for key in list(tree):
        if isinstance(tree[key], dict):
            _drop_empty(tree[key])
            if not tree[key]:
                tree.pop(key)


def _differences(reference, target, path, where, other):
    """([(kind, path, text)], number of weights that match)."""
    errors, matches = [], 0
    for key, value in reference.items():
        inner = f"{path}/{key}"
        if key not in target:
            kind = "Object" if isinstance(value, dict) else "Weight"
            errors.append(("missing", inner, f"{kind} present in {where}, missing from {other}"))
        elif isinstance(value, dict) != isinstance(target[key], dict):
            errors.append(("shape", inner, "an object on one side, a weight on the other"))
        elif isinstance(value, dict):
            found, same = _differences(value, target[key], inner, where, other)
            errors.extend(found)
            matches += same
        elif tuple(value.shape) != tuple(target[key].shape):
            text = f"shape {tuple(value.shape)} in {where}, {tuple(target[key].shape)} in {other}"
            errors.append(("shape", inner, text))
        else:
            matches += 1
    return errors, matches


def _show(tree, names, path, indent):
    for key in sorted(tree, key=lambda k: (len(k), k) if k.isdigit() else (99, k)):
        value, inner = tree[key], f"{path}/{key}" if path else key
        if isinstance(value, dict):
            name = names.get(inner)
            print(f"{indent}{key}" + (f" ('{name}')" if name else ""))
            _show(value, names, inner, indent + "    ")
        else:
            value = np.asarray(value)
            print(f"{indent}{key}: shape={value.shape}, dtype={value.dtype}")


def _collect(tree, path, names, groups):
    """(path, name, {key: array}) of every object, as `write_groups` takes them."""
    own = {k: np.asarray(v) for k, v in tree.items() if not isinstance(v, dict)}
    if own or path in names:
        groups.append((path, names.get(path), own))
    for key, value in tree.items():
        if isinstance(value, dict):
            _collect(value, f"{path}/{key}" if path else key, names, groups)
