"""The state of a model to and from groups of a weights file, in Keras 3's layout: one group
"<path>/vars" a layer or optimizer, data sets "0", "1", ...

Reading goes in two steps: everything is checked against the file first, then values are assigned
one after the other, so that no second copy of a model's weights is ever in memory.
"""

import warnings

from ..layers.base import Layer
from ..layers.state import LayerState
from .walk import walk


def collect(model, skip=()):
    """[(path, name, {key: value})] of everything with weights; the values are not copied."""
    groups, answer = [], None
    steps = walk(model)
    skip = {id(x) for x in skip}
    while True:
        try:
            place = steps.send(answer)
        except StopIteration:
            return groups
        answer = True
        if id(place.owner) in skip:
            continue
        store = {}
        place.owner.save_own_variables(store)
        groups.append((place.path, getattr(place.owner, "name", None), store))


class Plan:
    """What loading a file will do: functions that assign, and messages of what does not fit."""

    def __init__(self, source, model, skip=(), assets=None):
        self.assignments = []
        self.errors = {}  # by id of the object: it can be found again under another path
        self.left_out = set()  # nested containers that files of old have no groups for
        self._source = source
        self._assets = assets
        skip = {id(x) for x in skip}
        steps, answer = walk(model, source.has), None
        while True:
            try:
                place = steps.send(answer)
            except StopIteration:
                break
            answer = id(place.owner) in skip or self._check(place)

    def _check(self, place):
        owner = place.owner
        found = []
        try:
            found.append(self._checked(owner, place.path))
            if hasattr(owner, "load_assets") and self._assets is not None:
                folder = self._assets.get(place.path)
                found.append(lambda: owner.load_assets(folder))
        except ValueError as e:
            if place.missing_container is not None:
                self.left_out.add(place.missing_container)
            else:
                self.errors.setdefault(id(owner), (owner, str(e)))
            return False
        self.errors.pop(id(owner), None)
        self.assignments.extend((owner, assign) for assign in found)
        return True

    def _checked(self, owner, path):
        """A function that assigns a group's values to the owner; raises where it can't."""
        store = self._source.store(path)
        if not isinstance(owner, Layer):
            return _checked_optimizer(owner, store)
        if type(owner).load_own_variables is not LayerState.load_own_variables:
            values = {key: store[key] for key in store.keys()}
            return lambda: owner.load_own_variables(values)
        own = owner._own_variables()
        keys = store.keys()
        if len(keys) != len(own):
            owner.load_own_variables(store)  # raises the message for a wrong number
        for i, variable in enumerate(own):
            if str(i) not in keys:
                raise ValueError(
                    f"Layer '{owner.name}': the file has no variable {i} at {store.path}."
                )
            shape = store.shape(str(i))
            if shape != tuple(variable.shape):
                raise ValueError(
                    f"Layer '{owner.name}', variable '{variable.name}': the shapes must match, but "
                    f"expected shape {tuple(variable.shape)}, received shape {shape} from "
                    f"'{store.path}/{i}'."
                )
        return _assignment(own, store)

    def run(self):
        """Assigns; what users' own loading functions raise then is added to the errors."""
        for owner, assign in self.assignments:
            try:
                assign()
            except Exception as e:
                self.errors[id(owner)] = (owner, f"{type(e).__name__}: {e}")
        for path in sorted(self.left_out):
            warnings.warn(
                f"Skipping nested container at '{path}': the file has no group for it, as those "
                "written before Keras knew such containers. Layers that are only in there keep "
                "the weights they have.",
                stacklevel=4,
            )

    def messages(self):
        return [message for _, message in self.errors.values()]


def _assignment(variables, store):
    """Assigns a group's values; those whose reading could fail are read now."""
    kept = {i: store[str(i)] for i in range(len(variables)) if not store.is_sound(str(i))}

    def assign():
        for i, variable in enumerate(variables):
            variable.assign(kept.pop(i) if i in kept else store[str(i)])

    return assign


def _checked_optimizer(optimizer, store):
    variables = list(optimizer.variables)
    keys = store.keys()
    if not keys and not store.has_parent:
        return lambda: None  # weights saved without an optimizer
    shapes = [tuple(v.shape) for v in variables]
    fits = len(keys) == len(variables) and all(
        str(i) in keys and store.shape(str(i)) == shape for i, shape in enumerate(shapes)
    )
    if not fits:
        message = (
            f"Skipping variable loading for optimizer '{optimizer.name}', because it has "
            f"{len(variables)} variables whereas the saved optimizer has {len(keys)} variables"
            + ("." if len(keys) != len(variables) else " of other shapes.")
            + " Training goes on with a new state of the optimizer."
        )
        return lambda: warnings.warn(message, stacklevel=6)
    return _assignment(variables, store)
