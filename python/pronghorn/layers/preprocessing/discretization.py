"""Discretization: numbers to the bins that they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ... import ops
from ...engine import KerasTensor, Tensor, Variable, config, convert_to_numpy
from ...text import quantiles
from .adapting import batches
from .data_layer import DataLayer
from .encoding import encode_categories

if TYPE_CHECKING:
    from ...engine.types import TensorLike


class Discretization(DataLayer):
    """The bin of each number, given by boundaries or learnt as quantiles.

    Args:
        bin_boundaries: increasing numbers; bin i is [boundary i - 1, boundary i).
        num_bins: number of bins to learn with `adapt`, instead.
        epsilon: how far off, as a part of the data, a learnt boundary may be.
        output_mode: "int" for bins; "one_hot", "multi_hot" and "count" as of CategoryEncoding.
        sparse: False; there are no sparse tensors.
        dtype: of the rows; bins are int32.
        name: name.

    Shapes: any; the same in mode "int"; "one_hot" as of CategoryEncoding; else (batch, n, ...) to
    (batch, ..., bins).

    Raises:
        ValueError: for neither or both of boundaries and a number of bins, a negative one, another
            output_mode, or sparse rows.

    Example:

    >>> Discretization([0.0, 1.0])(np.array([-1.5, 0.0, 0.4, 3.0])).tolist()
    [0, 1, 1, 2]
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if sparse:
            raise ValueError(
                "`sparse=True` may only be used if `output_mode` is `'one_hot'`, `'multi_hot'`, or "
                "`'count'`, and cannot be used with backend pronghorn: there are no sparse tensors."
            )
        if output_mode not in ("int", "one_hot", "multi_hot", "count"):
            raise ValueError(
                "Unknown value for `output_mode` argument of Discretization. Expected one of "
                f"('int', 'one_hot', 'multi_hot', 'count'). Received: output_mode={output_mode!r}"
            )
        if num_bins is not None and num_bins < 0:
            raise ValueError(
                f"`num_bins` must be greater than or equal to 0. Received: `num_bins={num_bins}`"
            )
        if num_bins is not None and bin_boundaries is not None:
            raise ValueError(
                "Both `num_bins` and `bin_boundaries` should not be set. Received: `num_bins="
                f"{num_bins}` and `bin_boundaries={bin_boundaries}`"
            )
        if num_bins is None and bin_boundaries is None:
            raise ValueError("You need to set either `num_bins` or `bin_boundaries`.")
        self.__dict__.update(
            bin_boundaries=bin_boundaries,
            num_bins=num_bins,
            epsilon=epsilon,
            output_mode=output_mode,
            sparse=sparse,
            summary=None if bin_boundaries else quantiles.empty(),
        )

    @property
    def input_dtype(self) -> Any:
        """floatx: halves would move numbers over boundaries."""
        return config.floatx()

    @property
    def output_dtype(self) -> Any:
        """int32 for bins, the compute dtype for rows."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def adapt(self, data: Any, steps: Any = None) -> None:
        """Learns the boundaries: quantiles of the data, in bounded memory.

        Args:
            data: array or tensor; or a dataset, list or generator of batches.
            steps: number of batches to read; all by default.

        Raises:
            ValueError: if boundaries were given.
        """
        if self.num_bins is None:
            raise ValueError(
                "Cannot adapt a Discretization layer that has been initialized with "
                "`bin_boundaries`, use `num_bins` instead."
            )
        self.reset_state()
        if isinstance(data, (np.ndarray, Tensor, Variable)) or not hasattr(data, "__iter__"):
            self.update_state(data)
        else:
            for batch in batches(data, steps):
                self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Adds a batch to the summary of the data.

        Args:
            data: array or tensor of numbers, of any shape; taken as float32.
        """
        if isinstance(data, (Tensor, Variable)):
            data = convert_to_numpy(data)
        found = quantiles.summarize(np.asarray(data, dtype="float32"), self.epsilon)
        self.__dict__["summary"] = quantiles.merge(found, self.summary, self.epsilon)

    def finalize_state(self) -> None:
        """Makes the boundaries of the summary."""
        if self.num_bins is not None:
            self.bin_boundaries = quantiles.boundaries(self.summary, self.num_bins).tolist()

    def reset_state(self) -> None:
        """Forgets the data, not the boundaries."""
        if self.num_bins is not None:
            self.__dict__["summary"] = quantiles.empty()

    def call(self, inputs: TensorLike) -> Any:
        if self.bin_boundaries is None:
            raise ValueError(
                "You need to either pass the `bin_boundaries` argument at construction time or "
                "call `adapt(dataset)` before you can start using the `Discretization` layer."
            )
        inputs = ops.convert_to_tensor(inputs)
        edges = ops.cast(ops.convert_to_tensor(self.bin_boundaries), inputs.dtype)
        # the number of boundaries that are not above it: nan lies in the last bin
        below = ops.logical_not(ops.less(ops.expand_dims(inputs, -1), edges))
        bins = ops.sum(ops.cast(below, "int32"), axis=-1)
        depth = len(self.bin_boundaries) + 1
        axis = 1 if len(bins.shape) > 1 else 0
        return encode_categories(bins, self.output_mode, depth, self.output_dtype, axis=axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        shape = tuple(input_shape)
        if self.output_mode == "int":
            return shape
        known = self.bin_boundaries is not None
        depth = len(self.bin_boundaries) + 1 if known else self.num_bins
        if self.output_mode == "one_hot" and not (len(shape) > 1 and shape[-1] == 1):
            return (*shape, depth)
        if self.output_mode == "one_hot":
            return (*shape[:-1], depth)
        return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)

    def compute_output_spec(self, inputs: TensorLike) -> Any:
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.output_dtype)

    def load_own_variables(self, store: Any) -> None:
        """Reads the summary of old files; there are no weights."""
        if len(store) == 1:
            self.__dict__["summary"] = store["0"]
            if self.bin_boundaries is None:  # tf-keras keeps them nowhere else
                self.finalize_state()

    def get_config(self) -> dict[str, Any]:
        return {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Any:
        """The layer of a config; one that was adapted has both bins and boundaries."""
        config = dict(config)
        learnt = None
        if config.get("num_bins") is not None:
            learnt = config.pop("bin_boundaries", None)
        layer = cls(**config)
        if learnt is not None:
            layer.bin_boundaries = learnt
        return layer
