"""What `tf.function(f).get_concrete_function(...)` gives: f for given shapes and dtypes."""

import inspect as _inspect

from ... import ops as _ops
from ...engine import TensorSpec as _TensorSpec
from ...engine import Variable as _Variable
from ...engine import eval_shape as _eval_shape
from ...engine import nest as _nest
from . import texts as _texts


def signature_of(args, kwargs):
    """(args, kwargs, key) with specs in the place of tensors and arrays; other values stay."""
    args, kwargs = _nest.map_structure(_spec_or_value, (tuple(args), dict(kwargs)))
    parts = [_key(leaf) for leaf in _nest.flatten((args, kwargs))]
    layout = _nest.map_structure(lambda leaf: 0, (args, kwargs))
    return args, kwargs, (repr(layout), *parts)


def _spec_or_value(x):
    if isinstance(x, (_TensorSpec, _Variable)):
        return x
    if hasattr(x, "shape") and hasattr(x, "dtype"):
        return _TensorSpec(x.shape, str(x.dtype))
    return x


def _key(leaf):
    if isinstance(leaf, _TensorSpec):
        return leaf.shape, str(leaf.dtype)
    try:
        hash(leaf)
    except TypeError:
        return id(leaf)
    return type(leaf), leaf


class ConcreteFunction:
    """A compiled function of tensors of given shapes and dtypes; other arguments are fixed.

    Its graph is a program of Pronghorn, which is not TensorFlow's: there is no `graph`.
    """

    def __init__(self, function, args, kwargs):
        self._function, self._args, self._kwargs = function, args, kwargs
        self.name = function.__name__
        found = _eval_shape(function.python_function, *args, **kwargs)
        self.structured_outputs = _nest.map_structure(_spec_or_value, found)

    def _specs(self):
        leaves = _nest.flatten((self._args, self._kwargs))
        return [leaf for leaf in leaves if isinstance(leaf, _TensorSpec)]

    @property
    def structured_input_signature(self):
        return self._args, self._kwargs

    @property
    def inputs(self):
        return self._specs()

    @property
    def outputs(self):
        return [x for x in _nest.flatten(self.structured_outputs) if x is not None]

    @property
    def output_shapes(self):
        from ...engine.former_methods import Shape

        return _nest.map_structure(lambda x: Shape(x.shape), self.structured_outputs)

    @property
    def output_dtypes(self):
        return _nest.map_structure(lambda x: x.dtype, self.structured_outputs)

    def __call__(self, *args, **kwargs):
        """The result for tensors that fit; without arguments that are fixed.

        Raises:
            TypeError: for other numbers or names of arguments.
            ValueError: for tensors of other shapes or dtypes.
        """
        args, kwargs = self._whole(args, kwargs)
        return self._function(*args, **kwargs)

    def _whole(self, args, kwargs):
        """All arguments: those given, checked, in the places of specs."""
        names = [
            p.name
            for p in _inspect.signature(self._function.python_function).parameters.values()
            if p.kind is not p.VAR_KEYWORD
        ]
        left, kwargs, found = list(args), dict(kwargs), []
        full = len(args) == len(self._args)  # fixed ones too
        for place, wanted in enumerate(self._args):
            name = names[place] if place < len(names) else None
            fixed = not any(isinstance(x, _TensorSpec) for x in _nest.flatten(wanted))
            if fixed and not full:
                found.append(kwargs.pop(name, wanted))
            elif left:
                given = left.pop(0)
                found.append(wanted if fixed else self._fitting(wanted, given, name))
            elif name in kwargs:
                found.append(self._fitting(wanted, kwargs.pop(name), name))
            else:
                raise TypeError(f"{self.name}() is missing the argument {name!r}.")
        unknown = kwargs.keys() - self._kwargs.keys()
        if left or unknown:
            more = sorted(unknown) or f"{len(left)} positional arguments"
            raise TypeError(f"{self.name}() of this signature has no place for {more}.")
        named = {}
        for name, wanted in self._kwargs.items():
            named[name] = self._fitting(wanted, kwargs.get(name, wanted), name)
        return found, named

    def _fitting(self, wanted, given, name):
        def check(spec, x):
            if not isinstance(spec, _TensorSpec):
                return spec
            if isinstance(x, _TensorSpec):
                raise TypeError(f"{self.name}() is missing the argument {name!r}.")
            if _texts.is_text(x):
                x = _texts.StringTensor(x)
            elif not hasattr(x, "dtype"):
                x = _ops.convert_to_tensor(x, str(spec.dtype))
            shape = tuple(x.shape)
            sizes = [a is None or a == b for a, b in zip(spec.shape, shape)]
            if str(x.dtype) != spec.dtype or len(shape) != len(spec.shape) or not all(sizes):
                raise ValueError(
                    f"{self.name}() was made for {name!r} of shape {spec.shape} and dtype "
                    f"{spec.dtype}. Received: shape={shape}, dtype={x.dtype}"
                )
            return x

        return _nest.map_structure(check, wanted, given)

    def __getattr__(self, name):
        if name in ("graph", "function_def"):
            raise AttributeError(
                f"A concrete function has no `{name}` here: it is a program of Pronghorn, not a "
                "graph of TensorFlow."
            )
        raise AttributeError(f"'ConcreteFunction' object has no attribute {name!r}")

    def __repr__(self):
        given = ", ".join(map(repr, _nest.flatten((self._args, self._kwargs))))
        return f"<ConcreteFunction {self.name}({given}) -> {self.structured_outputs}>"
