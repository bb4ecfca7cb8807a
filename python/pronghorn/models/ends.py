"""Losses and metrics that a functional model is given as symbolic tensors, as in Keras 2."""

from __future__ import annotations

from typing import Any

from ..engine import KerasTensor, nest
from ..engine.call_context import call_context
from ..layers.base import Layer
from .graph import Graph


class Ends:
    """What a functional model computes besides its outputs, from the same inputs.

    Args:
        inputs, outputs: Flat lists of the model's symbolic inputs and outputs.
        tensors: The symbolic losses and values of metrics.
        uses: For each of them the Metric that it updates, or None for a loss.
    """

    def __init__(self, inputs, outputs, tensors=(), uses=()):
        self._ends = inputs, outputs
        self.tensors = list(tensors)
        self.uses = list(uses)
        self.graph = self._graph_with(self.tensors)

    def _graph_with(self, tensors):
        inputs, outputs = self._ends
        return Graph(inputs, outputs + tensors)

    def add(self, tensors, use=None):
        """Adds symbolic tensors.

        Raises:
            ValueError: where one does not come from the model's inputs alone.
        """
        tensors = self.tensors + list(tensors)
        self.graph = self._graph_with(tensors)
        self.uses += [use] * (len(tensors) - len(self.tensors))
        self.tensors = tensors

    def take(self, model, results):
        """Notes what a run gave beyond the model's outputs; returns these."""
        count = len(self._ends[1])
        if not call_context.symbolic:
            for use, value in zip(self.uses, results[count:]):
                if use is None:
                    model._losses.append(value)
                else:
                    use.update_state(value)
        return results[:count]


class TakesSymbolicEnds(Layer):
    """`add_loss` and `add_metric` of functional models."""

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Adds losses: symbolic tensors made from the model's inputs, or, inside `call`, values.

        Args:
            loss: Scalar tensor, function that returns one, or a nest of them.
            inputs: Taken for the sake of Keras 2, which asked what a loss depends on.

        Raises:
            ValueError: for a symbolic tensor that needs more than the model's inputs.
        """
        symbolic = [x for x in nest.flatten(loss) if isinstance(x, KerasTensor)]
        rest = [x for x in nest.flatten(loss) if not isinstance(x, KerasTensor)]
        if symbolic:
            self._add_ends(symbolic, None)
        if rest:
            super().add_loss(rest)

    def _report(self, value, name=None, **kwargs):
        if isinstance(value, KerasTensor):
            self._add_ends([value], self._metric_called(name, kwargs))
        else:
            super()._report(value, name, **kwargs)

    def _add_ends(self, tensors, use):
        state = self.__dict__
        if self._host_part(None) is not None:
            raise ValueError(
                "A model with text or layers that run on the host takes no symbolic losses or "
                "metrics. Add them inside the `call` of a layer."
            )
        ends = state.get("_symbolic_ends")
        if ends is None:
            ends = Ends(self._graph.inputs, self._graph.outputs)
        ends.add(tensors, use)
        state["_symbolic_ends"] = ends
        known = {id(layer) for layer in self._layers}
        inside = [x for x in ends.graph.operations if isinstance(x, Layer) and id(x) not in known]
        self._layers.extend(inside)
        for kind in ("train", "test", "predict"):  # what was traced does not have them
            state[f"{kind}_function"] = None
