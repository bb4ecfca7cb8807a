"""The losses of a layer: what `add_loss` and activity regularizers add, and weights' penalties.

Part of Layer, which is defined in base.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine import KerasTensor, Tensor, Variable, is_tracing, nest
from ..engine.call_context import call_context
from ..engine.trace import shapes_only

if TYPE_CHECKING:
    from ..engine.types import TensorLike


def _penalty_of(variable):
    penalty = variable.regularizer(variable)
    if penalty is None:
        raise ValueError(
            f"The regularizer of '{variable.path}' returned None; expected a scalar. Does its "
            "function end without `return`?"
        )
    return penalty


class LayerLosses:
    """Losses of a layer and its sublayers."""

    def add_loss(self, loss: Any, inputs: TensorLike | None = None) -> None:
        """Adds scalar losses, inside `call`. They are cleared at the next outermost call.

        Args:
            loss: Scalar tensor, function without arguments that returns one, or a nest of them.
                Functions stay, and are called for every step.
            inputs: Taken for the sake of Keras 2, which asked what a loss depends on.

        Raises:
            ValueError: for anything else, and for symbolic tensors, which functional models take.

        Example:

        >>> layer = layers.Layer()
        >>> layer.add_loss(lambda: ops.array(2.0))
        >>> [loss.item() for loss in layer.losses]
        [2.0]
        """
        from .call_spec import is_tensor

        losses = [x for x in nest.flatten(loss) if is_tensor(x)]
        functions = [x for x in nest.flatten(loss) if callable(x) and not is_tensor(x)]
        for x in nest.flatten(loss):
            symbolic = isinstance(x, KerasTensor) and call_context.entry is None
            if symbolic or not (is_tensor(x) or callable(x)):
                raise ValueError(
                    "`add_loss()` can only be called from inside `build()` or `call()`, on a "
                    f"tensor input. Received invalid value: {x}"
                )
        if functions:
            self.__dict__.setdefault("_loss_functions", []).extend(functions)
        if not call_context.symbolic:
            self._losses.extend(losses)

    def _get_own_losses(self):
        return list(self._losses)

    def _get_regularization_losses(self):
        return [_penalty_of(v) for v in self.trainable_weights if v.regularizer is not None]

    @property
    def losses(self) -> Any:
        """Scalars from `add_loss` and from activity and weight regularizers, sublayers' too."""
        found, makers = [], []
        for layer in self._flatten_layers():
            found.extend(layer._losses if is_tracing() else layer._known_losses())
            makers.extend(layer.__dict__.get("_loss_functions", ()))
        found.extend(make() for make in makers)
        return found + self._get_regularization_losses()

    def _known_losses(self):
        """Own losses with values; those that a compiled step added are its last batch's."""
        kept = iter(self.__dict__.get("_kept_losses", ()))
        known = []
        for loss in self._losses:
            variable = next(kept, None)
            if not loss.is_abstract:
                known.append(loss)
            elif variable is not None:
                known.append(variable.value)
        return known

    def _keep_losses(self):
        """Has the step that is traced write the losses it added where `losses` finds them."""
        if not is_tracing() or shapes_only():
            return
        for layer in self._flatten_layers():
            if not layer._losses:
                continue
            kept = layer.__dict__.setdefault("_kept_losses", [])
            for i, loss in enumerate(layer._losses):
                if i == len(kept) or kept[i].shape != loss.shape:
                    shape = tuple(loss.shape)
                    kept[i : i + 1] = [Variable("zeros", shape, loss.dtype, False, name="loss")]
                kept[i].assign(loss)

    def _clear_losses(self):
        if self._losses:
            self._losses.clear()
        for layer in self._layers:
            layer._clear_losses()

    def _add_activity_losses(self, outputs):
        from .. import ops

        for output in nest.flatten(outputs):
            if isinstance(output, Tensor):
                loss = self.activity_regularizer(output)
                if output.ndim > 0:
                    batch = ops.maximum(ops.shape(output)[0], 1)  # an empty one has no loss
                    loss = ops.divide(loss, ops.cast(batch, loss.dtype))
                self.add_loss(loss)
