"""tf.Variable: makes a Pronghorn Variable from TensorFlow's arguments."""

from ... import ops as _ops
from ...engine import Variable as _Variable
from ...engine import convert_to_tensor as _convert_to_tensor


class _Kind(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, _Variable)


class Variable(metaclass=_Kind):
    """`tf.Variable(...)` gives a Pronghorn Variable; `isinstance` knows every one."""

    def __new__(
        cls,
        initial_value=None,
        trainable=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        import_scope=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
        shape=None,
        **kwargs,
    ):
        value = initial_value() if callable(initial_value) else initial_value
        if value is None:
            raise ValueError("tf.Variable needs an `initial_value`.")
        value = _convert_to_tensor(value, dtype)
        if trainable is None:
            trainable = True
        name = None if name is None else str(name).replace("/", "_")
        variable = _Variable(_ops.copy(value), dtype=dtype, trainable=trainable, name=name)
        variable.constraint = constraint
        return variable
