"""Weights in Keras 2's HDF5 layout: one group a layer, listed in order, its weights by name.

`layer_names` of the top group orders the layers, `weight_names` of each layer's group its weights:
trainable ones first. Weights go by that order, or by the layers' names.
"""

import warnings

from .._atomic import replacing
from ..layers.preprocessing.discretization import Discretization
from .hdf5 import import_h5py
from .old_reading import layer_name
from .old_recurrent import as_today
from .state import assignment
from .weights_file import write_value

OWN = "top_level_model_weights"  # weights of the model itself
NAMES_PER_ATTRIBUTE = 3000  # more are split: an HDF5 object header holds 64 KiB


def old_order(layer):
    """A layer's weights as Keras 2 counted them."""
    return layer.trainable_weights + layer.non_trainable_weights


def _own_weights(model):
    known = {id(w) for w in model.weights}
    return [w for w in model._own_variables() if id(w) in known]


# ---- writing


def write_weights(group, model, version):
    """Writes a model's weights to an open h5py group."""
    _write_names(group, "layer_names", [layer.name for layer in model.layers])
    group.attrs["backend"] = "tensorflow"  # how kernels lie in memory
    group.attrs["keras_version"] = version
    for layer in model.layers:
        write_variables(group.create_group(layer.name), old_order(layer))
    write_variables(group.create_group(OWN), _own_weights(model))


def write_variables(group, variables, attribute="weight_names"):
    """Writes variables under their paths, in the order that an attribute lists."""
    names, used = [], {}
    for variable in variables:
        used[variable.path] = used.get(variable.path, -1) + 1
        count = used[variable.path]
        names.append(f"{variable.path}_{count}" if count else variable.path)
    _write_names(group, attribute, names)
    for name, variable in zip(names, variables):
        write_value(group, name, variable)


def _write_names(group, attribute, names):
    h5py = import_h5py()
    if not names:
        group.attrs[attribute] = []
        return
    parts = [names[i : i + NAMES_PER_ATTRIBUTE] for i in range(0, len(names), NAMES_PER_ATTRIBUTE)]
    for i, part in enumerate(parts):
        name = attribute if len(parts) == 1 else f"{attribute}{i}"
        group.attrs.create(name, part, dtype=h5py.string_dtype())


def save_weights(model, path, version):
    """Writes a file of a model's weights alone."""
    h5py = import_h5py()
    with replacing(path) as temporary, h5py.File(temporary, "w") as f:
        write_weights(f, model, version)


# ---- reading


def is_old(file):
    """Whether an HDF5 file lists layers, as Keras 2's do."""
    known = file.root.attributes()
    return "layer_names" in known or "layer_names0" in known or "model_config" in known


class WeightsPlan:
    """Which weight gets which data set of a file; nothing is assigned before `run`.

    Args:
        group: Group of hdf5.py that holds the weights.
        model: The model.
        by_name: Whether layers are found by their names, else by their order.
        skip_mismatch: Whether what does not fit is left out with a warning.

    Raises:
        ValueError: where the file does not fit the model.
    """

    def __init__(self, group, model, by_name=False, skip_mismatch=False):
        self._skip = skip_mismatch
        self._assignments = []
        self._layers = []
        pairs = self._by_name(group, model) if by_name else self._by_order(group, model)
        for k, layer, saved in pairs:
            self._take(layer, old_order(layer), saved, f"layer #{k} (named {layer.name})")
        if OWN in group:
            own, saved = _own_weights(model), group.group(OWN)
            if by_name and skip_mismatch and len(own) != len(saved.names("weight_names")):
                warnings.warn("Skipping loading top-level weights for model.", stacklevel=4)
            else:
                self._take(model, own, saved, "the model's own weights")

    def _by_order(self, group, model):
        layers = [layer for layer in model.layers if layer.weights]
        saved = [(name, _layer_group(group, name)) for name in group.names("layer_names")]
        saved = [(name, g) for name, g in saved if g.names("weight_names")]
        saved = [(name, g) for name, g in saved if not self._is_summary(model, name, g)]
        if len(saved) != len(layers):
            raise ValueError(
                "Layer count mismatch when loading weights from file. Model expected "
                f"{len(layers)} layers, found {len(saved)} saved layers. The model's: "
                f"{[layer.name for layer in layers]}; the file's: {[name for name, _ in saved]}."
            )
        return [(k, layer, g) for k, (layer, (_, g)) in enumerate(zip(layers, saved))]

    def _is_summary(self, model, name, group):
        """Whether it is what a Discretization of tf-keras knows of its data, instead of weights."""
        names = group.names("weight_names")
        found = [layer for layer in model.layers if layer.name == layer_name(name)]
        if len(names) != 1 or len(found) != 1 or not isinstance(found[0], Discretization):
            return False
        summary = group.read(names[0])
        self._assignments.append(lambda: found[0].load_own_variables({"0": summary}))
        return True

    def _by_name(self, group, model):
        by_name = {}
        for layer in model.layers:
            by_name.setdefault(layer.name, []).append(layer)
        return [
            (k, layer, _layer_group(group, name))
            for k, name in enumerate(group.names("layer_names"))
            for layer in by_name.get(layer_name(name), ())
        ]

    def _take(self, layer, variables, saved, what):
        saved = as_today(layer, saved)
        names = saved.names("weight_names")
        if len(names) != len(variables):
            message = (
                f"Weight count mismatch for {what}. Layer expects {len(variables)} weight(s). "
                f"Received {len(names)} saved weight(s) from '{saved.path}'."
            )
            if not self._skip:
                raise ValueError(message)
            warnings.warn(f"Skipping loading of weights: {message}", stacklevel=5)
            return
        pairs = []
        for variable, name in zip(variables, names):
            shape = saved.shape(name)
            if shape == tuple(variable.shape):
                pairs.append((variable, name))
                continue
            message = (
                f"Shape mismatch in {what} for weight {variable.path}. Weight expects shape "
                f"{tuple(variable.shape)}. Received saved weight with shape {shape} from "
                f"'{saved.path}/{name}'."
            )
            if not self._skip:
                raise ValueError(message)
            warnings.warn(f"Skipping loading of a weight: {message}", stacklevel=5)
        self._assignments.append(assignment(pairs, saved))
        self._layers.append(layer)

    def run(self):
        for assign in self._assignments:
            assign()
        for layer in self._layers:
            if hasattr(layer, "finalize_state"):
                layer.finalize_state()


def _layer_group(group, name):
    found = group.group(name)
    if found is None:
        raise group.file.damaged(f"{group.path}/{name}", "the group of a layer is missing")
    return found


def weights_group(file):
    """The group of a file that holds the weights: the file itself, or one part of a model's."""
    known = file.root.attributes()
    if "layer_names" not in known and "layer_names0" not in known:
        found = file.root.group("model_weights")
        if found is not None:
            return found
    return file.root
