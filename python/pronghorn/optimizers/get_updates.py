"""Optimizers as Keras 1 and 2 had them written: `get_updates(loss, params)`, a list of `K.update`s.

The method ran once there and made a graph. Here it runs at each trace of a step, with the step's
gradients: the variables that it makes are made once, and its updates are done all at its end.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine.updates import collected
from ..engine.variable import Variable
from .state import whole_build

if TYPE_CHECKING:
    from collections.abc import Sequence


def adapt(cls: type) -> None:
    """Gives a subclass of Optimizer that has `get_updates` what calls it."""
    if not any(issubclass(base, UpdatesForm) for base in cls.__bases__):
        cls.__bases__ = (UpdatesForm, *cls.__bases__)


class UpdatesForm:
    """Calls `get_updates` as the step of an optimizer."""

    _in_updates = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        needed = inspect.signature(super().__init__).parameters.get("learning_rate")
        missing = needed is not None and needed.default is inspect.Parameter.empty
        if missing and not args and not {"learning_rate", "lr"} & kwargs.keys():
            kwargs["learning_rate"] = 0.01  # the subclass sets its own
        super().__init__(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "weights":  # the list of what get_updates made, which is known
            return
        if self._in_updates or name in ("updates", "_in_updates"):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def get_weights(self) -> list[Any]:
        """The values of the variables, as arrays; none within `get_updates`.

        Keras 2 ran that method once, before there were any.
        """
        if self._in_updates:
            return []
        return super().get_weights()

    @property
    def iterations(self) -> Any:
        """The variable that counts the steps; the subclass advances it."""
        return self._iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        if isinstance(value, Variable):
            self._variables = [v for v in self._variables if v is not self._iterations]
            self._iterations = value
        else:
            self._iterations.assign(value)

    @whole_build
    def build(self, variables: Sequence[Any]) -> None:
        """Makes the variables that `get_updates` makes, by a run whose updates are dropped."""
        from .base import Optimizer

        Optimizer.build(self, variables)  # type: ignore[arg-type]
        if hasattr(self, "_made"):
            return
        with collected() as found:
            self._updates([ops.zeros(v.shape, dtype=v.dtype) for v in variables], variables)
        self._made = found.made
        known = {id(v) for v in self._variables}
        self._variables = self._variables + [v for v in found.made if id(v) not in known]

    def extend(self, variables: Sequence[Any]) -> None:
        """Not for updates of one's own: what they keep is in no order that more could join.

        Raises:
            ValueError: where there are weights that it was not built with.
        """
        if any(id(v) not in self._index for v in variables):
            raise ValueError(
                f"{type(self).__name__} was built with other weights, and its `get_updates` "
                "cannot take in more. Compile each model with an optimizer of its own."
            )

    def _step(self, grads, variables, rate):
        given = {id(v): g for g, v in zip(grads, variables)}
        variables = self._trainable_variables
        grads = [
            given[id(v)] if id(v) in given else ops.zeros(v.shape, dtype=v.dtype) for v in variables
        ]
        with collected(self._made) as found:
            for entry in self._updates(grads, variables) or ():
                if isinstance(entry, tuple):
                    found.add(*entry)
        found.apply()

    def _updates(self, grads, variables):
        names = inspect.signature(self.get_updates).parameters
        given = {"loss": None, "params": variables, "constraints": {}}
        self._in_updates, self.grads = True, grads
        try:
            return self.get_updates(**{name: given[name] for name in given if name in names})
        finally:
            self._in_updates = False
            del self.grads

    def get_gradients(self, loss: Any, params: Any) -> list[Any]:
        """The step's gradients, clipped where the optimizer is told to.

        Args:
            loss: Not used: the gradients are there.
            params: The weights.

        Returns:
            List of tensors, one a weight.
        """
        return self._clip_gradients(self.grads)
