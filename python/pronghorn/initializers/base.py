"""The base of initializers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from ..engine.types import DTypeLike


class Initializer:
    """Makes the first value of a weight.

    A subclass defines `__call__(shape, dtype=None)`, which returns a tensor, and `get_config`.
    """

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define `__call__`.")

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        return cls(**config)

    def clone(self) -> Any:
        return type(self).from_config(self.get_config())
