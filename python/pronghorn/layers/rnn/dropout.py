"""Dropout of recurrent cells: one mask for all time steps, until it is reset."""

from __future__ import annotations

from typing import Any

from ... import ops, random


class DropoutRNNCell:
    """Keeps a cell's dropout masks, so that every time step drops the same units.

    The cell has `dropout`, `recurrent_dropout` and `seed_generator`; with a `dropout_mask_count` a
    mask is a list of so many (one a gate). `RNN` resets the masks after each call. A mask holds 0
    where it drops, and 1 / (1 - rate) elsewhere (Gal & Ghahramani 2016).
    """

    _dropout_mask = None
    _recurrent_dropout_mask = None

    def _new_mask(self, like, rate):
        ones = ops.ones_like(like)
        count = getattr(self, "dropout_mask_count", None)
        if count is None:
            return random.dropout(ones, rate=rate, seed=self.seed_generator)
        return [random.dropout(ones, rate=rate, seed=self.seed_generator) for _ in range(count)]

    def _mask(self, name, like, rate):
        # not by attribute: masks of a traced step are no state of the layer
        mask = self.__dict__.get(name)
        if mask is None and rate > 0:
            mask = self.__dict__[name] = self._new_mask(like, rate)
        return mask

    def get_dropout_mask(self, step_input: Any) -> Any:
        """The mask of a step's inputs, drawn where there is none yet; None for a rate of 0.

        Args:
            step_input: Tensor of the mask's shape, (batch, features).

        Returns:
            A tensor, a list of one a gate, or None.
        """
        return self._mask("_dropout_mask", step_input, self.dropout)

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """The mask of a state, drawn where there is none yet; None for a rate of 0.

        Args:
            step_input: Tensor of the mask's shape, (batch, units).

        Returns:
            A tensor, a list of one a gate, or None.
        """
        return self._mask("_recurrent_dropout_mask", step_input, self.recurrent_dropout)

    def reset_dropout_mask(self) -> None:
        """Forgets the mask of the inputs."""
        self.__dict__["_dropout_mask"] = None

    def reset_recurrent_dropout_mask(self) -> None:
        """Forgets the mask of the state."""
        self.__dict__["_recurrent_dropout_mask"] = None
