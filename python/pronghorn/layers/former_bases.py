"""Bases that Keras 1 and 2 had, for layers of one's own derived from them.

`_Merge` is in merging.py. Here: `_Pooling1D` to `3D` (with `_pooling_function`),
`_GlobalPooling1D` to `3D` and `_Conv` (whose rank is an argument).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from .convolution import _Convolution
from .pooling import _GlobalPooling, _Pooling


class _FormerPooling(_Pooling):
    def _pooling_function(self, inputs, pool_size, strides, padding, data_format):
        raise NotImplementedError(
            f"{type(self).__name__} is derived from a base of pooling layers, which lacks the "
            "function that pools: write `_pooling_function(self, inputs, pool_size, strides, "
            "padding, data_format)`."
        )

    def call(self, inputs: Any) -> Any:
        return self._pooling_function(
            inputs=inputs,
            pool_size=self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )


class _Pooling1D(_FormerPooling):
    """Pools over steps, by a function for pictures of width 1."""

    rank = 1

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, **kwargs)

    def call(self, inputs: Any) -> Any:
        last = self.data_format == "channels_last"
        y = self._pooling_function(
            inputs=ops.expand_dims(inputs, 2 if last else 3),
            pool_size=(*self.pool_size, 1),
            strides=(*self.strides, 1),
            padding=self.padding,
            data_format=self.data_format,
        )
        return ops.squeeze(y, 2 if last else 3)


class _Pooling2D(_FormerPooling):
    """Pools over height and width."""


class _Pooling3D(_FormerPooling):
    """Pools over three axes."""

    rank = 3

    def __init__(self, pool_size=(2, 2, 2), **kwargs):
        super().__init__(pool_size, **kwargs)


class _GlobalPooling1D(_GlobalPooling):
    rank = 1


class _GlobalPooling2D(_GlobalPooling):
    rank = 2


class _GlobalPooling3D(_GlobalPooling):
    rank = 3


class _Conv(_Convolution):
    """A convolution over `rank` axes."""

    def __init__(self, rank: int, filters: int, kernel_size: Any, **kwargs: Any) -> None:
        self.__dict__["rank"] = rank
        super().__init__(filters, kernel_size, **kwargs)

    def get_config(self) -> dict[str, Any]:
        return {"rank": self.rank, **super().get_config()}
