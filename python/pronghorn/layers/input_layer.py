"""InputLayer and Input: where a functional model starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine import KerasTensor, Tensor, Variable
from ..engine.config import standardize_dtype
from ..engine.symbolic import Node
from .base import Layer

if TYPE_CHECKING:
    from collections.abc import Sequence


_INCOMPATIBLE = (
    "When providing the `input_tensor` argument, you cannot provide an incompatible `{}` argument"
)


def _check_goes_with(tensor, shape, batch_size, batch_shape, dtype):
    """Raises ValueError where an argument beside `input_tensor` says something else than it."""
    for what, given, own in (
        ("shape", shape, tuple(tensor.shape[1:])),
        ("batch_size", batch_size, tensor.shape[0] if tensor.shape else None),
        ("batch_shape", batch_shape, tuple(tensor.shape)),
        ("dtype", dtype and standardize_dtype(dtype), tensor.dtype),
    ):
        if given is not None and (tuple(given) if isinstance(given, list) else given) != own:
            raise ValueError(
                f"{_INCOMPATIBLE.format(what)}. Received: {what}={given}; the tensor's is {own}."
            )


class InputLayer(Layer):
    """The entry of a graph: holds one KerasTensor; computes nothing.

    Args:
        shape: Shape of a sample.
        batch_size: Size of the batch axis; None for any.
        dtype: Dtype; floatx where missing.
        sparse, ragged: None or False; there are no such tensors.
        batch_shape: `shape` with the batch axis, in place of the two.
        input_tensor: A KerasTensor to start from, in place of all of them; or a tensor with
            values, which `K.function` needs not be given.
        optional: Whether the input may be None.
        name: Name.

    Raises:
        ValueError: without a shape, with contradictory ones, or for sparse and ragged tensors.

    Example:

    >>> InputLayer(shape=(3,), name="in").output
    <KerasTensor shape=(None, 3), dtype=float32, ..., name=in>
    """

    def __init__(
        self,
        shape: Sequence[Any] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Sequence[Any] | None = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if "input_shape" in kwargs:
            import warnings

            warnings.warn(
                "Argument `input_shape` is deprecated. Use `shape` instead.",
                stacklevel=2,
            )
            shape = kwargs.pop("input_shape")
        if "batch_input_shape" in kwargs:
            batch_shape = kwargs.pop("batch_input_shape")
        kwargs.pop("trainable", None)
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments passed to InputLayer: {kwargs}")
        for what, wanted in (("sparse", sparse), ("ragged", ragged)):
            if wanted and input_tensor is not None:
                raise ValueError(_INCOMPATIBLE.format(what) + ": tensors are dense.")
            if wanted:
                raise ValueError(
                    f"`{what}=True` is not supported: tensors are dense. Leave it out."
                )
        super().__init__(name=name)
        constant = None
        if isinstance(input_tensor, (Tensor, Variable)):
            constant, input_tensor = input_tensor, None
            batch_shape, dtype = constant.shape, constant.dtype
            input_tensor = KerasTensor(batch_shape, dtype=dtype, name=name)
        elif input_tensor is not None:
            if not isinstance(input_tensor, KerasTensor):
                raise ValueError(
                    "Argument `input_tensor` must be a KerasTensor, or a tensor with values. "
                    f"Received: {input_tensor!r} (of type {type(input_tensor)})"
                )
            _check_goes_with(input_tensor, shape, batch_size, batch_shape, dtype)
            batch_shape, dtype = input_tensor.shape, input_tensor.dtype
        else:
            batch_shape = self._full_shape(shape, batch_size, batch_shape)
            dtype = standardize_dtype(dtype)
            input_tensor = KerasTensor(batch_shape, dtype=dtype, name=name)
        state = self.__dict__
        state["_batch_shape"] = tuple(batch_shape)
        state["_input_dtype"] = dtype
        state["optional"] = optional
        state["_input_value"] = constant
        state["built"] = True
        Node(self, (), {}, input_tensor)

    def __setstate__(self, state):
        super().__setstate__(state)
        Node(self, (), {}, KerasTensor(self.batch_shape, dtype=self.dtype, name=self.name))

    @staticmethod
    def _full_shape(shape, batch_size, batch_shape):
        if shape is not None and batch_shape is not None:
            raise ValueError("You cannot pass both `shape` and `batch_shape` at the same time.")
        if batch_size is not None and batch_shape is not None:
            raise ValueError(
                "You cannot pass both `batch_size` and `batch_shape` at the same time."
            )
        if shape is None and batch_shape is None:
            raise ValueError("You must pass a `shape` argument.")
        if shape is not None:
            shape = (shape,) if isinstance(shape, int) else tuple(shape)
            batch_shape = (batch_size, *shape)
        for size in batch_shape:
            if size is not None and (not hasattr(size, "__index__") or size < 0):
                raise ValueError(
                    f"Cannot convert '{batch_shape}' to a shape. Expected non-negative integers or "
                    f"None. Found invalid entry '{size}'"
                )
        return tuple(None if s is None else int(s) for s in batch_shape)

    sparse = property(lambda self: False, doc="Whether it stands for sparse tensors: never.")
    ragged = property(lambda self: False, doc="Whether it stands for ragged tensors: never.")

    @property
    def batch_shape(self) -> Any:
        """The input's shape, a tuple whose first entry is the batch size or None."""
        return self._batch_shape

    @property
    def dtype(self) -> Any:
        return self._input_dtype

    def call(self) -> None:
        return None

    def get_config(self) -> dict[str, Any]:
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": self.optional,
        }


def Input(
    shape: Sequence[Any] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[Any] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> Any:
    """A symbolic tensor to build a model from.

    Args:
        shape: Shape of a sample; None for unknown sizes.
        batch_size, batch_shape, dtype, name, tensor, optional: As of InputLayer.

    Returns:
        A KerasTensor of shape (batch_size, *shape).

    Example:

    >>> Input((28, 28, 1)).shape
    (None, 28, 28, 1)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        name=name,
        input_tensor=tensor,
        optional=optional,
    )
    return layer.output
