"""HostLayer: a layer that runs on the host, before the compiled program.

Text is no tensor of the core, and tables of words are no kernel. A model with such layers at its
start runs them batch by batch beside the step (models/host_part.py); inside a traced function they
are an error that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine import KerasTensor, Tensor, Variable, convert_to_numpy, nest
from ...engine.strings import StringTensor, encode_array
from ..base import Layer
from ..call_spec import explained

if TYPE_CHECKING:
    from ...engine.types import TensorLike


class HostLayer(Layer):
    """A base of preprocessing layers. Subclasses write `call` for values and `output_spec`.

    `call` gets what the user gave: lists, arrays, tensors or text; `host_array` reads it.
    """

    runs_on_host = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__dict__.update(
            _convert_input_args=False, _allow_non_tensor_positional_args=True, supports_jit=False
        )
        self.built = True

    def __call__(self, inputs: TensorLike, *args: Any, **kwargs: Any) -> Any:
        symbolic = _is_symbolic(inputs)
        if self._build_shapes_dict is None:
            shape = nest.map_structure(lambda x: x.shape, inputs) if symbolic else None
            self.__dict__["_build_shapes_dict"] = {"input_shape": shape}
        if symbolic:
            return super().__call__(inputs, *args, **kwargs)
        self._check_super_called()
        self.__dict__["_called"] = True
        kwargs.pop("training", None)
        try:
            return self.call(inputs, *args, **kwargs)
        except (ValueError, TypeError) as error:
            raise explained(self, error, (inputs,), kwargs) from error.__cause__

    def build(self, input_shape: Any = None) -> None:
        """Nothing to do: there are no weights."""

    def host_array(self, x: Any, dtype: Any = None) -> Any:
        """The values of x on the host.

        Args:
            x: list, array, tensor or text.
            dtype: "string" for an object array of bytes, a NumPy dtype, or None for its own.

        Raises:
            ValueError: inside a traced function, where there are no values.
            TypeError: for text where numbers are expected, and the other way round.
        """
        if isinstance(x, Tensor) and x.is_abstract:
            raise ValueError(
                f"{type(self).__name__} looks at values: it runs on the host, before the compiled "
                "part of a model, and cannot run inside a traced function or after layers that "
                "do. Put it directly behind an Input of the model that is trained, or apply it to "
                "the data: `dataset.map(layer)`."
            )
        if dtype == "string":
            if isinstance(x, (Tensor, Variable)):
                raise TypeError(
                    f"{type(self).__name__} expects text. Received a tensor of {x.dtype}."
                )
            return encode_array(x)
        if isinstance(x, StringTensor):
            raise TypeError(f"{type(self).__name__} expects numbers. Received text.")
        array = convert_to_numpy(x) if isinstance(x, (Tensor, Variable)) else np.asarray(x)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{type(self).__name__} expects numbers. Received: {array.dtype}")
        return array if dtype is None else array.astype(dtype, copy=False)


def _is_symbolic(x):
    if isinstance(x, KerasTensor):
        return True
    if isinstance(x, (list, tuple)) and len(x) and len(x) < 64:
        return any(isinstance(item, KerasTensor) for item in x)
    return isinstance(x, dict) and any(isinstance(v, KerasTensor) for v in nest.flatten(x))
