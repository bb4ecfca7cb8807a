"""InputSpec: what a layer expects of its inputs, and the check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine import nest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self


class InputSpec:
    """Rank, dtype and sizes that a layer accepts; None anywhere accepts everything.

    Args:
        dtype: Name of the only dtype accepted.
        shape: Expected shape; None sizes accept any.
        ndim, max_ndim, min_ndim: Expected rank, or its bounds.
        axes: Dict from axis to expected size.
        allow_last_axis_squeeze: Whether a last axis of size 1 may be missing or extra.
        name: Key of the input, for inputs in a dict.
        optional: Whether the input may be None.

    Raises:
        TypeError: where the keys of `axes` are no integers.
        ValueError: for an axis beyond the rank.

    Example:

    >>> InputSpec(ndim=3, axes={-1: 8}).axes
    {-1: 8}
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Sequence[Any] | None = None,
        ndim: Any = None,
        max_ndim: Any = None,
        min_ndim: Any = None,
        axes: Any = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else str(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.name = name
        self.optional = optional
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        try:
            self.axes = {int(k): v for k, v in (axes or {}).items()}
        except (ValueError, TypeError, AttributeError):
            raise TypeError(
                f"Argument `axes` must be a dict with integer keys. Received: axes={axes}"
            ) from None
        limit = self.ndim if self.ndim is not None else self.max_ndim
        if self.axes and limit is not None and max(self.axes) > limit - 1:
            raise ValueError(
                f"Axis {max(self.axes)} is greater than the maximum allowed value: {limit - 1}"
            )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments that describe tensors.

        Returns:
            A dict.
        """
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """An InputSpec of what `get_config` returned.

        Args:
            config: Dict of the constructor's arguments.

        Returns:
            A new InputSpec.
        """
        return cls(**config)

    def __repr__(self):
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        parts = [f"{n}={getattr(self, n)}" for n in names if getattr(self, n)]
        return f"InputSpec({', '.join(parts)})"


def assert_input_compatibility(input_spec, inputs, layer_name):
    """Checks inputs against an InputSpec or a nest of them.

    Raises:
        ValueError: naming the layer, what it expects and what it received.
    """
    if not input_spec:
        return
    specs = nest.flatten(input_spec)
    if isinstance(inputs, dict):
        names = [spec.name for spec in specs if spec is not None]
        if len(names) == len(specs) and all(names):
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(
                    f'Missing data for input "{missing[0]}". You passed a data dictionary with '
                    f"keys {list(inputs)}. Expected the following keys: {names}"
                )
            inputs = [inputs[name] for name in names]
    inputs = nest.flatten(inputs)
    if len(inputs) != len(specs):
        raise ValueError(
            f'Layer "{layer_name}" expects {len(specs)} input(s), but it received {len(inputs)} '
            f"input tensors. Inputs received: {inputs}"
        )
    for index, (x, spec) in enumerate(zip(inputs, specs)):
        if spec is None or (x is None and spec.optional):
            continue
        if not hasattr(x, "shape"):
            raise ValueError(
                f"Inputs to a layer should be tensors. Got '{x}' (of type {type(x)}) as input for "
                f"layer '{layer_name}'."
            )
        problem = _problem(spec, tuple(x.shape), str(x.dtype))
        if problem:
            named = f" with name '{spec.name}'" if spec.name else ""
            raise ValueError(
                f"Input {index}{named} of layer '{layer_name}' is incompatible with the layer: "
                f"{problem}"
            )


def _problem(spec, shape, dtype):
    """What is wrong, in words; None where nothing is."""
    ndim = len(shape)
    full = f"Full shape received: {shape}"
    if spec.ndim is not None and not spec.allow_last_axis_squeeze and ndim != spec.ndim:
        return f"expected ndim={spec.ndim}, found ndim={ndim}. {full}"
    if spec.max_ndim is not None and ndim > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={ndim}"
    if spec.min_ndim is not None and ndim < spec.min_ndim:
        return f"expected min_ndim={spec.min_ndim}, found ndim={ndim}. {full}"
    if spec.dtype is not None and dtype != spec.dtype:
        return f"expected dtype={spec.dtype}, found dtype={dtype}"
    for axis, size in spec.axes.items():
        if size is not None and -ndim <= axis < ndim and shape[axis] not in (size, None):
            return (
                f"expected axis {axis} of input shape to have value {size}, but received input "
                f"with shape {shape}"
            )
    if spec.shape is None:
        return None
    expected = spec.shape
    if spec.allow_last_axis_squeeze:
        shape = shape[:-1] if shape and shape[-1] == 1 else shape
        expected = expected[:-1] if expected and expected[-1] == 1 else expected
    for want, got in zip(expected, shape):
        if want is not None and got is not None and want != got:
            return f"expected shape={spec.shape}, found shape={shape}"
    return None
