"""StackedRNNCells: several cells that act as one."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ... import ops
from ...engine import nest
from ..base import Layer

if TYPE_CHECKING:
    from typing_extensions import Self

    from ...engine.types import TensorLike


class StackedRNNCells(Layer):
    """Cells in a row: each one's output is the next one's input.

    Args:
        cells: List of cells. The states are a list of one entry a cell.

    Raises:
        ValueError: for what has no `call` or no `state_size`.

    Example:

    >>> stack = StackedRNNCells([layers.GRUCell(3), layers.GRUCell(2)])
    >>> layers.RNN(stack)(np.ones((4, 5, 6), "float32")).shape
    (4, 2)
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            if not hasattr(cell, "call"):
                raise ValueError(
                    "All cells must have a `call` method. "
                    f"Received cell without a `call` method: {cell}"
                )
            if not hasattr(cell, "state_size"):
                raise ValueError(
                    "All cells must have a `state_size` attribute. "
                    f"Received cell without a `state_size`: {cell}"
                )
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """The cells' state sizes, a list of one entry a cell."""
        return [
            list(c.state_size) if isinstance(c.state_size, (list, tuple)) else c.state_size
            for c in self.cells
        ]

    @property
    def output_size(self) -> Any:
        """Size of the last cell's output."""
        from .rnn import output_size

        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """The cells' initial states: their own, or zeros.

        Args:
            batch_size: int, or a scalar tensor where it is not known.

        Returns:
            A list of one entry a cell: a state, or a list of them.
        """
        return [self._initial_state(cell, batch_size) for cell in self.cells]

    def _initial_state(self, cell, batch_size):
        own = getattr(cell, "get_initial_state", None)
        if own is not None:
            return own(batch_size=batch_size)
        size = cell.state_size
        return nest.map_structure(
            lambda n: ops.zeros((batch_size, n), dtype=self.compute_dtype),
            list(size) if isinstance(size, tuple) else size,
        )

    def call(
        self, inputs: TensorLike, states: Any, training: bool = False, **kwargs: Any
    ) -> tuple[Any, ...]:
        new_states = []
        for cell, own in zip(self.cells, states):
            in_list = nest.is_nested(own)
            more = {**kwargs, "training": training} if _takes_training(cell) else kwargs
            run = cell if callable(cell) else cell.call
            inputs, new = run(inputs, state_list(own), **more)
            if nest.is_nested(new) and len(new) == 1 and not in_list:
                new = new[0]
            new_states.append(new)
        return inputs, new_states

    def build(self, input_shape: Any) -> None:
        from .rnn import build_cell, output_size

        for cell in self.cells:
            build_cell(cell, input_shape, state_list(cell.state_size))
            input_shape = (input_shape[0], output_size(cell))

    def get_config(self) -> dict[str, Any]:
        from ...serialization import serialize_keras_object

        cells = [serialize_keras_object(cell) for cell in self.cells]
        return {**super().get_config(), "cells": cells}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Self:
        from ...serialization import deserialize_keras_object

        config = dict(config)
        cells = [deserialize_keras_object(c, custom_objects) for c in config.pop("cells")]
        return cls(cells, **config)


def _takes_training(cell):
    if isinstance(cell, Layer):
        return cell._call_info.has_training
    return "training" in inspect.signature(cell.call).parameters


def state_list(states):
    """States as a list: of one where it is no nest."""
    return list(states) if nest.is_nested(states) else [states]
