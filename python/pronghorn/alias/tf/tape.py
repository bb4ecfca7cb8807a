"""tf.GradientTape: the engine's, with Jacobians."""

import numpy as _np

from ... import ops as _ops
from ...engine import GradientTape as _GradientTape
from ...engine import nest as _nest


class GradientTape(_GradientTape):
    """Records for gradients; `jacobian` and `batch_jacobian` sweep once for each element."""

    def jacobian(
        self,
        target,
        sources,
        unconnected_gradients="none",
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """The derivatives of every element of `target`.

        Args:
            target: a tensor whose shape is known.
            sources: a tensor or variable, or a nest of them.
            unconnected_gradients: "none" gives None, "zero" zeros, where no path exists.

        Returns:
            Tensors of shape target.shape + source.shape in the form of `sources`.

        Raises:
            RuntimeError: for a second call on a tape that is not persistent.
            ValueError: for a target of unknown shape, or without elements.
        """
        target = _ops.convert_to_tensor(target)
        shape = target.shape
        if None in shape or 0 in shape:
            raise ValueError(f"jacobian() needs a target with known elements. Received: {shape}")
        self._begin()
        rows = []
        for seed in _np.eye(int(_np.prod(shape)), dtype="float32"):
            seed = _ops.convert_to_tensor(seed.reshape(shape), target.dtype)
            rows.append(_nest.flatten(self._swept(target, sources, seed, unconnected_gradients)))
        self._end()
        found = [_joined(parts, shape) for parts in zip(*rows)]
        return _nest.pack_as(sources, found) if _nest.is_nested(sources) else found[0]

    def batch_jacobian(
        self,
        target,
        source,
        unconnected_gradients="none",
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """The derivatives of each sample of `target` with respect to the same sample of `source`:
        shape (batch, *target.shape[1:], *source.shape[1:]).

        Raises:
            RuntimeError: for a second call on a tape that is not persistent.
            ValueError: where the batches differ, or for a target of unknown shape.
        """
        target = _ops.convert_to_tensor(target)
        batch, *shape = target.shape
        if None in target.shape or 0 in target.shape or source.shape[0] != batch:
            raise ValueError(
                "batch_jacobian() needs a target and a source of the same known batch. Received "
                f"shapes {target.shape} and {tuple(source.shape)}."
            )
        self._begin()
        rows = []
        for seed in _np.eye(int(_np.prod(shape)), dtype="float32"):
            seed = _np.broadcast_to(seed.reshape(shape), target.shape)
            seed = _ops.convert_to_tensor(seed, target.dtype)
            rows.append(self._swept(target, source, seed, unconnected_gradients))
        self._end()
        if rows[0] is None:
            return None
        return _ops.reshape(_ops.stack(rows, axis=1), (*target.shape, *source.shape[1:]))


def _joined(parts, shape):
    """Gradients of all elements as one tensor; None where there is no path."""
    if parts[0] is None:
        return None
    return _ops.reshape(_ops.stack(parts), (*shape, *parts[0].shape))
