"""The Python side of the one door: `op(name)` gives a callable over tensors.

Real and abstract tensors go straight to the native apply; variables are read and symbolic tensors
recorded here, on the slow path.
"""

from .. import _core
from . import tensor as tensor_module


def op(name: str):
    """The native op as ``f(inputs, attrs=())``, resolved once; ValueError for unknown names."""
    return _core.Op(name)


_record_op = None


def _slow_path(native_op, inputs, attrs):
    global _record_op
    symbolic = tensor_module.symbolic_types
    if symbolic and any(isinstance(x, symbolic) for x in inputs):
        if _record_op is None:
            from .symbolic import record_op

            _record_op = record_op
        return _record_op(native_op.name, inputs, attrs)
    return native_op(tuple(tensor_module.convert_to_tensor(x) for x in inputs), attrs)


_core.set_slow_path(_slow_path)
