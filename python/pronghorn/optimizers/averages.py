"""Exponential moving averages of the weights, kept with `use_ema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Variable


class Averages:
    """A base of Optimizer."""

    def _averaged(self):
        """(weight, average) of the weights that have one."""
        averages = self._model_variables_moving_average if self.use_ema else ()
        pairs = zip(self._trainable_variables, averages)
        return [(variable, average) for variable, average in pairs if average is not None]

    def _update_averages(self):
        # The first step takes the weights themselves.
        later = ops.not_equal(self.iterations, 0)
        averaged = self._averaged()
        for variable, average in averaged:
            momentum = ops.cast(later, variable.dtype) * self.ema_momentum
            average.assign(momentum * average + (1 - momentum) * variable)
        if self.ema_overwrite_frequency:
            due = ops.equal((self.iterations + 1) % self.ema_overwrite_frequency, 0)
            for variable, average in averaged:
                variable.assign(ops.where(due, average, variable))

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """With `use_ema`, replaces the weights by their averages; called at the end of `fit`.

        Args:
            var_list: The variables that are replaced.
        """
        wanted = {id(variable) for variable in var_list}
        for variable, average in self._averaged():
            if id(variable) in wanted:
                variable.assign(average)
