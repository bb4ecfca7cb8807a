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

    Example:
        >>> class Rising(keras.initializers.Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return ops.reshape(ops.arange(np.prod(shape), dtype=dtype), shape)
        ...
        >>> layer = layers.Dense(2, kernel_initializer=Rising())
        >>> layer.build((None, 2))
        >>> layer.kernel.numpy().tolist()
        [[0.0, 1.0], [2.0, 3.0]]
    """

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define `__call__`.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this initializer again.

        Returns:
            A dict of JSON values.
        """
        return {}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """An initializer as a config describes it.

        Args:
            config: What `get_config` gave: the arguments by name.

        Returns:
            An initializer of this class.
        """
        return cls(**config)

    def clone(self) -> Any:
        """A new initializer of the same arguments.

        Returns:
            An initializer of this class.
        """
        return type(self).from_config(self.get_config())
