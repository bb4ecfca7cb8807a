"""The state of a model to and from groups of a weights file, in Keras 3's layout: one group
"<path>/vars" a layer or optimizer, data sets "0", "1", ...

Reading goes in two steps: everything is checked against the file first, then values are assigned
one after the other, so that no second copy of a model's weights is ever in memory.
"""

import math
import warnings

from ..engine import device
from ..layers.base import Layer
from ..layers.state import LayerState
from .walk import walk

_LARGE = 4 << 20  # entries of a weight whose old block, once free, is worth giving back


def collect(model, skip=()):
    """[(path, name, {key: value})] of everything with weights; the values are not copied."""
    groups, answer = [], None
    steps = walk(model, skip=skip)
    while True:
        try:
            place = steps.send(answer)
        except StopIteration:
            return groups
        answer = True
        store = {}
        place.owner.save_own_variables(store)
        groups.append((place.path, getattr(place.owner, "name", None), store))


class Plan:
    """What loading a file will do: functions that assign, and messages of what does not fit."""

    def __init__(self, source, model, skip=(), assets=None):
        self.assignments = []
        self.errors = {}  # by id of the object: it can be found again under another path
        self.notes = []
        self.left_out = set()  # nested containers that files of old have no groups for
        self._source = source
        self._assets = assets
        steps, answer = walk(model, source.has, skip), None
        while True:
            try:
                place = steps.send(answer)
            except StopIteration:
                break
            answer = self._check(place)

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
        # What has no variables and no group may be found again, with its parts, under another path.
        return not place.path or self._source.has(place.path)

    def _checked(self, owner, path):
        """A function that assigns a group's values to the owner; raises where it can't."""
        store = self._source.store(path)
        if not isinstance(owner, Layer):
            return self._checked_optimizer(owner, store)
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
        assign = assignment([(v, str(i)) for i, v in enumerate(own)], store)
        return lambda: (assign(), owner._after_loading())

    def _checked_optimizer(self, optimizer, store):
        keys = store.keys()
        if not keys and not store.has_parent:
            return lambda: None  # weights saved without an optimizer
        keys = [str(i) for i in range(len(keys))] if "0" in keys else sorted(keys)
        fits = all(key in store for key in keys)
        pairs = optimizer_pairs(optimizer, keys, store.shape) if fits else None
        if pairs is None:
            self.notes.append(does_not_fit(optimizer, len(keys), self._source.name))
            return lambda: None
        return optimizer_assignment(optimizer, pairs, store)

    def run(self):
        """Assigns; what users' own loading functions raise then is added to the errors."""
        for owner, assign in self.assignments:
            try:
                assign()
            except Exception as e:
                self.errors[id(owner)] = (owner, f"{type(e).__name__}: {e}")
        for note in self.notes:
            warnings.warn(note, stacklevel=5)
        for path in sorted(self.left_out):
            warnings.warn(
                f"Skipping nested container at '{path}': the file has no group for it, as those "
                "written before Keras knew such containers. Layers that are only in there keep "
                "the weights they have.",
                stacklevel=4,
            )

    def messages(self):
        return [message for _, message in self.errors.values()]


def assignment(pairs, store):
    """A function that assigns values of a store; those whose reading could fail are read now.

    Args:
        pairs: List of (variable, key).
        store: What has `read(key)`, `load(key)` (for an assignment) and `is_sound(key)`.
    """
    kept = {key: store.read(key) for _, key in pairs if not store.is_sound(key)}

    def assign():
        for variable, key in pairs:
            value = kept.pop(key) if key in kept else store.load(key)
            variable.assign(value)
            if (
                math.prod(variable.shape) >= _LARGE
            ):  # the old value's block is free now: it goes back
                del value
                device.trim_caches()

    return assign


def optimizer_assignment(optimizer, pairs, store):
    """A function that assigns an optimizer's state, and computes of it what was not saved."""
    assign, known = assignment(pairs, store), {id(variable) for variable, _ in pairs}

    def assign_and_derive():
        assign()
        if any(id(v) not in known for v in optimizer._derived_variables()):
            optimizer._derive_variables()

    return assign_and_derive


def optimizer_pairs(optimizer, keys, shape, by_slot=False):
    """[(variable, key)] of an optimizer's saved state, or None where it does not fit.

    Keras 3 lists the step, the learning rate and the slots in the order in which they are made. In
    tf-keras there is no learning rate in the list, and its older optimizers put slot after slot.

    Args:
        optimizer: A built optimizer.
        keys: Names of the data sets in order.
        shape: Function from a key to its shape.
        by_slot: Whether to try the older order first.
    """
    variables = list(optimizer.variables)
    if not variables:
        return None
    step, slots = variables[0], [v for v in variables[1:] if v is not optimizer._learning_rate]
    derived = {id(v) for v in optimizer._derived_variables()}
    kept = [v for v in slots if id(v) not in derived]  # tf-keras does not save them
    candidates = [variables, [step, *slots], [step, *slot_after_slot(slots)], [step, *kept]]
    if not slots and len(keys) > 2:
        candidates, keys = [[step]], keys[:1]  # slots that tf-keras makes and does not use
    if by_slot:
        candidates.reverse()
    for candidate in candidates:
        if len(candidate) == len(keys) and all(
            shape(key) == tuple(v.shape) for key, v in zip(keys, candidate)
        ):
            return list(zip(candidate, keys))
    return None


def slot_after_slot(slots):
    """[m of all weights, v of all weights] of [m, v of a weight, m, v of the next ...]."""
    kinds = {}
    for slot in slots:
        kinds.setdefault(slot.name.rpartition("_")[2], []).append(slot)
    return [slot for same in kinds.values() for slot in same]


def does_not_fit(optimizer, count, name):
    """What to say of an optimizer's state that does not fit."""
    return (
        f"Skipping variable loading for optimizer '{optimizer.name}', because it has "
        f"{len(optimizer.variables)} variables whereas the saved optimizer has {count} variables"
        + ("." if len(optimizer.variables) != count else " of other shapes.")
        + f" Training goes on with a new state of the optimizer. The file: {name}"
    )
