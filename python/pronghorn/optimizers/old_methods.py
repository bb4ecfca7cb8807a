"""Methods that optimizers had in Keras 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import GradientTape, Tensor
from .sparse import densified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Variable


class OldMethods:
    """A base of Optimizer."""

    @property
    def weights(self) -> list[Variable]:
        """The optimizer's variables."""
        return self.variables

    def get_weights(self) -> list[Any]:
        """The values of the optimizer's variables, as arrays."""
        return [np.array(variable) for variable in self.variables]

    def apply_gradients(self, grads_and_vars: Any) -> Any:
        """Keras 2's form of `apply`: an iterable of (gradient, variable) pairs.

        Args:
            grads_and_vars: Iterable of (gradient, variable).

        Returns:
            The variable that counts the steps.
        """
        pairs = list(grads_and_vars)
        grads = [g if type(g) is Tensor else densified(g, v) for g, v in pairs]
        self.apply(grads, [v for _, v in pairs])
        return self._iterations

    def compute_gradients(
        self, loss: Any, var_list: Sequence[Variable], tape: Any = None
    ) -> list[Any]:
        """The gradients of a loss, each with its variable.

        Args:
            loss: Function without arguments, or a tensor recorded by `tape`.
            var_list: Variables, or a function that returns them.
            tape: The tape, for a tensor.

        Returns:
            List of (gradient, variable); a gradient is None where the loss does not depend on the
            variable.

        Raises:
            ValueError: Where the loss is a tensor and no tape is given.
        """
        if callable(loss):
            with tape or GradientTape() as tape:
                loss = loss()
        elif tape is None:
            raise ValueError("`tape` is needed where `loss` is a tensor. Or pass a function.")
        variables = list(var_list() if callable(var_list) else var_list)
        return list(zip(tape.gradient(loss, variables), variables))

    def minimize(self, loss: Any, var_list: Sequence[Variable], tape: Any = None) -> Any:
        """One step down a loss: `compute_gradients`, then `apply_gradients`.

        Args:
            loss: Function without arguments, or a tensor recorded by `tape`.
            var_list: Variables, or a function that returns them.
            tape: The tape, for a tensor.

        Returns:
            The variable that counts the steps.

        Example:
            >>> w = keras.Variable(3.0)
            >>> _ = keras.optimizers.SGD(0.5).minimize(lambda: w * w, [w])
            >>> float(w)
            0.0
        """
        return self.apply_gradients(self.compute_gradients(loss, var_list, tape))
