"""tf.function: a compiled function where Pronghorn can trace it, the plain function where not."""

import functools as _functools


def function(func=None, input_signature=None, autograph=True, jit_compile=None, **kwargs):
    """Compiles a function of tensors; as a decorator with or without arguments.

    A function whose Python needs the values of tensors (`if loss > 1:`) runs op by op instead.
    """
    if func is None:
        return lambda f: function(f, input_signature, autograph, jit_compile, **kwargs)
    return _Compiled(func)


class _Compiled:
    def __init__(self, python_function, instance=None):
        _functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self._instance = instance
        self._function = None
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
            kept[key] = _Compiled(self.python_function.__get__(instance), instance)
        return kept[key]

    def __call__(self, *args, **kwargs):
        from ...engine import Function, is_tracing, nest

        if self._plain or _eager[0] or is_tracing() or not _hashable(nest.flatten((args, kwargs))):
            return self.python_function(*args, **kwargs)
        if self._function is None:
            self._function = Function(
                lambda args, kwargs: self.python_function(*args, **kwargs), self.__name__
            )
        try:
            return self._function(args, kwargs)
        except Exception:
            pass  # what is wrong either way is told by the plain run
        result = self.python_function(*args, **kwargs)
        self._plain = True
        return result


_eager = [False]  # tf.config.run_functions_eagerly


def _hashable(leaves):
    for leaf in leaves:
        if not hasattr(leaf, "__array__"):
            try:
                hash(leaf)
            except TypeError:
                return False
    return True
