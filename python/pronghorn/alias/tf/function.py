"""tf.function: a compiled function where Pronghorn can trace it, the plain function where not."""

import dataclasses as _dataclasses
import functools as _functools


def function(func=None, input_signature=None, autograph=True, jit_compile=None, **kwargs):
    """Compiles a function of tensors; as a decorator with or without arguments.

    A function whose Python needs the values of tensors (`if loss > 1:`) runs op by op instead.
    """
    if func is None:
        return lambda f: function(f, input_signature, autograph, jit_compile, **kwargs)
    return _Compiled(func, signature=input_signature)


class _Compiled:
    def __init__(self, python_function, instance=None, signature=None):
        _functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self._instance = instance
        self.input_signature = None if signature is None else tuple(signature)
        self._concrete = {}
        self._functions = {}  # by the identities of the Variables among the arguments
        self._plain = False

    def __get__(self, instance, owner=None):
        """A method of its own for each object, kept in the object."""
        if instance is None:
            return self
        key = f"_tf_function_{self.python_function.__name__}"
        try:
            kept = instance.__dict__
        except AttributeError:
            return self.python_function.__get__(instance)
        if key not in kept:
            bound = self.python_function.__get__(instance)
            kept[key] = _Compiled(bound, instance, self.input_signature)
        return kept[key]

    def get_concrete_function(self, *args, **kwargs):
        """The function for the shapes and dtypes of its arguments; for one signature the same."""
        from .concrete import ConcreteFunction, signature_of

        if not args and not kwargs and self.input_signature is not None:
            args = self.input_signature
        args, kwargs, key = signature_of(args, kwargs)
        if key not in self._concrete:
            self._concrete[key] = ConcreteFunction(self, args, kwargs)
        return self._concrete[key]

    def __call__(self, *args, **kwargs):
        from ...engine import Variable, is_tracing, nest

        if self._plain or _eager[0] or is_tracing() or not _hashable(nest.flatten((args, kwargs))):
            return self.python_function(*args, **kwargs)
        variables = [x for x in nest.flatten((args, kwargs)) if isinstance(x, Variable)]
        given = args, kwargs
        if variables:
            given = nest.map_structure(_Place.of(variables), (args, kwargs))
        try:
            return self._compiled(variables)(*given)
        except Exception:
            pass  # what is wrong either way is told by the plain run
        result = self.python_function(*args, **kwargs)
        self._plain = True
        return result

    def _compiled(self, variables):
        """The Function for these Variables, which it reads and writes as they are."""
        from ...engine import Function, nest

        key = tuple(map(id, variables))
        if key not in self._functions:
            held = list(variables)

            def put_back(x):
                return held[x.number] if isinstance(x, _Place) else x

            def call(args, kwargs):
                args, kwargs = nest.map_structure(put_back, (args, kwargs))
                return self.python_function(*args, **kwargs)

            self._functions[key] = Function(call, self.__name__)
        return self._functions[key]


@_dataclasses.dataclass(frozen=True)
class _Place:
    """Stands for a Variable among the arguments of a compiled function."""

    number: int

    @classmethod
    def of(cls, variables):
        numbers = {id(v): i for i, v in enumerate(variables)}
        return lambda x: cls(numbers[id(x)]) if id(x) in numbers else x


_eager = [False]  # tf.config.run_functions_eagerly


def _hashable(leaves):
    for leaf in leaves:
        if not hasattr(leaf, "__array__"):
            try:
                hash(leaf)
            except TypeError:
                return False
    return True
