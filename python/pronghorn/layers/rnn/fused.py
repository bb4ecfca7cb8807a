"""What SimpleRNN, LSTM and GRU share: their cell's attributes, and one fused op for all steps."""

from __future__ import annotations

from typing import Any

from ... import activations, ops
from ...dtype_policies import is_float
from ...engine import nest
from ...ops import recurrent
from ...ops.time_loop import mask_over_steps
from .rnn import RNN

_OF_CELL = frozenset(
    f"{part}_{kind}"
    for part in ("kernel", "recurrent", "bias")
    for kind in ("initializer", "regularizer", "constraint")
) | {"units", "activation", "recurrent_activation", "use_bias", "unit_forget_bias", "dropout",
     "recurrent_dropout", "reset_after", "seed", "implementation"}  # fmt: skip


# What the fused op calls activations that it names otherwise.
_FUSED_NAMES = {"hard_sigmoid_of_keras_2": "hard_sigmoid_keras2"}


class FusedRNN(RNN):
    """An RNN of a built-in cell. `cell_class` is the cell, `_fused` calls the fused op."""

    def __getattr__(self, name):
        # what Keras shows of the cell on the layer
        if name in _OF_CELL and "cell" in self.__dict__:
            return getattr(self.cell, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool = False
    ) -> Any:
        cell, plain = self.cell, self.cell_class
        if not is_float(sequences.dtype):
            sequences = ops.cast(sequences, self.compute_dtype)
        states = initial_state if nest.is_nested(initial_state) else [initial_state]
        mask = mask[0] if nest.is_nested(mask) else mask
        own_step = type(cell).call is not plain.call or type(cell).step is not plain.step
        names = None if own_step else self._fused_activations()
        # masks that differ between gates, and masks of the state, are not for the fused op
        one_mask = cell.recurrent_dropout == 0 and (
            cell.dropout == 0 or getattr(cell, "dropout_mask_count", None) is None
        )
        fuses = names is not None and (one_mask or not training)
        wanted = getattr(self, "use_cudnn", "auto")
        if wanted is True and not fuses:
            raise ValueError(
                "use_cudnn=True was specified, but the fused operation is not supported for this "
                f"layer configuration. Pass use_cudnn='auto' to go step by step. Layer: {self.name}"
            )
        if own_step or sequences.shape[1] is None:
            return super().inner_loop(sequences, states, mask, training)
        if fuses and wanted is not False:
            return self._all_steps(sequences, states, mask, names, training)
        self.__dict__["_ran_as"] = "projected"
        return self._over_time(
            lambda x, states: cell.step(x, states, training),
            cell.project(sequences, training), states, mask,
        )  # fmt: skip

    def _fused_activations(self):
        """The names of the activations, where the fused op has them; else None."""
        cell = self.cell
        found = []
        for function in (cell.activation, cell.recurrent_activation):
            name = getattr(function, "__name__", None)
            known = function is not None and _is_builtin(function, name)
            found.append(_FUSED_NAMES.get(name, name) if known else None)  # type: ignore[arg-type]
        kind = {1: "simple_rnn", 3: "gru", 4: "lstm"}[cell.gates]
        if found[0] is None or (found[1] is None and cell.gates > 1):
            return None
        return found if recurrent.supported(kind, *found) else None

    def _all_steps(self, sequences, states, mask, names, training):
        cell = self.cell
        if sequences.shape[1] == 0:
            raise ValueError("Expected at least one time step. Received a sequence of length 0.")
        if mask is not None:
            mask = mask_over_steps(mask, sequences.shape)
        dropped = cell._active_mask(cell.get_dropout_mask, cell.dropout, sequences, training)
        if dropped is not None:
            sequences = ops.multiply(sequences, ops.expand_dims(dropped, 1))
        self.__dict__["_ran_as"] = "fused"
        outputs, states = self._fused(
            sequences, states, mask, names,
            go_backwards=self.go_backwards,
            zero_output_for_mask=self.zero_output_for_mask,
            return_sequences=self.return_sequences,
        )  # fmt: skip
        return outputs, outputs, states

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["cell"]
        from ... import regularizers

        own = self.cell.get_config()
        for name in ("name", "trainable", "dtype", "activity_regularizer"):
            own.pop(name, None)
        penalty = regularizers.serialize(self.activity_regularizer)
        return {**config, **own, "activity_regularizer": penalty}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return super(RNN, cls).from_config(config)


def _is_builtin(function, name):
    try:
        return activations.get(name) is function
    except ValueError:
        return False


def checked_use_cudnn(value):
    if value not in ("auto", True, False):
        raise ValueError(
            "Invalid valid received for argument `use_cudnn`. Expected one of {'auto', True, "
            f"False}}. Received: use_cudnn={value}"
        )
    return value
