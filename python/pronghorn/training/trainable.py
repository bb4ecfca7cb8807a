"""Which weights a compiled model trains: those that were trainable when compile() was called."""

import weakref

from ..engine.tracebacks import warn_user
from ..layers.tracking import revision


class TrainableSnapshot:
    """Taken by compile(). Weights made later follow their layer's state at that time.

    Layers and weights are known weakly, since the model, which is one of them, holds this.
    """

    def __init__(self, model):
        self._layers = weakref.WeakKeyDictionary(
            (layer, layer.trainable) for layer in model._flatten_layers()
        )
        self._known = weakref.WeakValueDictionary((id(v), v) for v in model.variables)
        self._trained = {id(v) for v in model.trainable_variables}

    def __getstate__(self):
        known = list(self._known.values())
        state = {k: v for k, v in self.__dict__.items() if k == "_warned"}
        return {
            **state,
            "layers": list(self._layers.items()),
            "known": known,
            "trained": [id(v) in self._trained for v in known],
        }

    def __setstate__(self, state):
        state = dict(state)
        layers, known, trained = (state.pop(k) for k in ("layers", "known", "trained"))
        self._layers = weakref.WeakKeyDictionary(layers)
        self._known = weakref.WeakValueDictionary((id(v), v) for v in known)
        self._trained = {id(v) for v, is_trained in zip(known, trained) if is_trained}
        self.__dict__.update(state)

    def weights(self, model):
        """The weights to train, in the order of the model's variables."""
        owner = {}
        for layer in model._flatten_layers():
            for variable in layer._trainable_variables:
                owner.setdefault(id(variable), layer)
        return [v for v in model.variables if self._trains(v, owner)]

    def _trains(self, variable, owner):
        if id(variable) in self._known:
            return id(variable) in self._trained
        layer = owner.get(id(variable))
        return layer is not None and self._layers.get(layer, layer.trainable)

    def warn_if_changed(self, model):
        """Warns, once for a change, that `trainable` differs from what was compiled."""
        number = revision.number
        if number == self.__dict__.get("_looked"):
            return
        current = {layer: layer.trainable for layer in model._flatten_layers()}
        changed = [
            layer.name
            for layer, state in current.items()
            if self._layers.get(layer, state) != state
        ]
        if changed and changed != getattr(self, "_warned", None):
            self._warned = changed
            warn_user(
                "A layer's `trainable` state has changed since the model was compiled. The change "
                "takes effect at the next `compile()`; until then the weights that were trainable "
                f"go on being trained. Changed layers: {changed}"
            )
        self._looked = number
