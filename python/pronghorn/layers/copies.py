"""Pickles and copies of layers: their state, without the graph that they are a part of.

Part of Layer, which is defined in base.py.
"""

from ..serialization import Portable
from .call_spec import call_info
from .tracking import TRACKED


class LayerCopies(Portable):
    """What pickle and copy.deepcopy take along of a layer."""

    _renewed = {"_inbound_nodes": [], "_outbound_refs": [], "_accepted": None, "_losses": []}

    def __reduce_ex__(self, protocol):
        return layer_again, (type(self), self.__dict__.get("name")), self.__getstate__()

    def _portable_state(self):
        state = super()._portable_state()
        state.pop("_call_info", None)
        state.pop("_kept_losses", None)
        if self._writes_own_config():
            state["_init_arguments"] = ((), {})
        state["_tracked"] = [k for k, v in state.items() if isinstance(v, TRACKED)]
        return state

    def __setstate__(self, state):
        own = self.__dict__
        tracked = state.pop("_tracked", ())
        nodes = {k: own[k] for k in ("_inbound_nodes", "_outbound_refs") if k in own}
        own.update(state)
        own.update(nodes)  # type: ignore[arg-type]
        for name in tracked:
            own[name] = self._tracker.track(own[name])
        if own.get("_super_called"):
            own["_call_info"] = call_info(self)


def layer_again(cls, name):
    """An empty layer for a pickle to fill; its name is known to a model that it knows itself."""
    layer = cls.__new__(cls)
    layer.__dict__.update(name=name, _inbound_nodes=[], _outbound_refs=[])
    return layer
