"""Methods that optimizers had in Keras 2."""

import numpy as np

from ..engine import GradientTape


class OldMethods:
    """A base of Optimizer."""

    @property
    def weights(self):
        """The optimizer's variables."""
        return self.variables

    def get_weights(self):
        """The values of the optimizer's variables, as arrays."""
        return [np.array(variable) for variable in self.variables]

    def compute_gradients(self, loss, var_list, tape=None):
        """Pairs (gradient, variable) of a loss, which is a function without arguments, or a tensor
        recorded by `tape`."""
        if callable(loss):
            with tape or GradientTape() as tape:
                loss = loss()
        elif tape is None:
            raise ValueError("`tape` is needed where `loss` is a tensor. Or pass a function.")
        variables = list(var_list() if callable(var_list) else var_list)
        return list(zip(tape.gradient(loss, variables), variables))

    def minimize(self, loss, var_list, tape=None):
        """One step down a loss: `compute_gradients`, then `apply_gradients`.

        Args:
            loss: Function without arguments, or a tensor recorded by `tape`.
            var_list: Variables, or a function that returns them.
            tape: The tape, for a tensor.

        Example:

        >>> w = Variable(3.0)
        >>> _ = SGD(0.5).minimize(lambda: w * w, [w])
        >>> float(w)
        0.0
        """
        return self.apply_gradients(self.compute_gradients(loss, var_list, tape))
