"""Keras 1's convolution classes, which took the sides of the window as arguments of their own:
Convolution2D(nb_filter, nb_row, nb_col) is Conv2D(filters, (nb_row, nb_col)).

Each makes an object of the class of today and counts as that class in `isinstance`.
"""

import functools

# Old name -> (class of today, number of sides)
FORMS = {
    "Convolution2D": ("Conv2D", 2),
    "Convolution3D": ("Conv3D", 3),
    "Deconvolution2D": ("Conv2DTranspose", 2),
    "Deconvolution3D": ("Conv3DTranspose", 3),
    "AtrousConvolution2D": ("Conv2D", 2),
    "SeparableConvolution2D": ("SeparableConv2D", 2),
}
_AFTER_SIDES = ("init", "activation", "weights", "border_mode", "subsample")


def form(name, cls):
    """The old class of that name over the class of today."""
    sides = FORMS[name][1]
    transposed = cls.__name__.endswith("Transpose")

    class Old(cls, metaclass=_CountsAsToday):  # type: ignore[valid-type]
        __doc__ = f"{cls.__name__}, which {name} was renamed to."

        def __new__(kind, *args, **kwargs):
            if kind is not Old:
                return super().__new__(kind, *args, **kwargs)
            args, kwargs, shape = _today(args, kwargs, sides, transposed)
            return _of_shape(cls(*args, **kwargs), shape)

        @functools.wraps(cls.__init__)
        def __init__(self, *args, **kwargs):
            args, kwargs, shape = _today(args, kwargs, sides, transposed)
            cls.__init__(self, *args, **kwargs)
            _of_shape(self, shape)

    Old.__name__ = Old.__qualname__ = name
    Old.stands_for = cls
    return Old


class _CountsAsToday(type):
    def __instancecheck__(cls, instance):
        if "stands_for" in cls.__dict__:
            return isinstance(instance, cls.stands_for)
        return super().__instancecheck__(instance)


def _of_shape(layer, shape):
    if shape is not None:
        layer.__dict__["_output_sides"] = tuple(shape)
    return layer


def _today(args, kwargs, sides, transposed):
    """Arguments in the order of Keras 1 in that of today, others as they are; `output_shape`."""
    window = args[1 : 1 + sides]
    shape = kwargs.pop("output_shape", None) if transposed else None
    if len(window) < sides or not all(isinstance(n, int) for n in window):
        return args, kwargs, shape
    rest = args[1 + sides :]
    if transposed and rest:  # the shape of the output
        shape, rest = rest[0], rest[1:]
    if len(rest) > len(_AFTER_SIDES):
        raise TypeError(f"Too many positional arguments: {args}")
    return (args[0], window), {**dict(zip(_AFTER_SIDES, rest)), **kwargs}, shape
