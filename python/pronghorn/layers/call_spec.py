"""What a layer's `call` takes: its signature, the arguments of one call, and shapes for `build`."""

import inspect
import weakref

from ..engine import KerasTensor, Tensor, nest
from ..engine.strings import StringTensor

_PACKAGE = __name__.partition(".")[0] + "."


class CallInfo:
    """The parameters of a `call` function; `first` is the name of the first one."""

    def __init__(self, function):
        self.signature = inspect.signature(function)
        parameters = list(self.signature.parameters.values())
        self.names = [p.name for p in parameters]
        self.first = self.names[0] if self.names else None
        self.has_training = "training" in self.names
        default = self.signature.parameters["training"].default if self.has_training else None
        self.training_default = None if default is inspect.Parameter.empty else default
        self.has_mask = "mask" in self.names
        self.takes_any_keyword = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.mask_names = [n for n in self.names if n == "mask" or n.endswith("_mask")]


_infos = weakref.WeakKeyDictionary()  # by function, so that classes made in functions can die


def call_info(layer):
    """The CallInfo of a layer; computed once per class."""
    call = layer.call
    function = getattr(call, "__func__", None)
    if function is None:
        return CallInfo(call)
    info = _infos.get(function)
    if info is None:
        info = _infos[function] = CallInfo(call)
    return info


def is_tensor(x):
    return isinstance(x, (Tensor, KerasTensor, StringTensor))


class CallSpec:
    """One call: `user` holds the arguments given, `arguments` also the defaults.

    `tensors` maps the names of arguments that are tensors, or nests of them, to the arguments.
    """

    def __init__(self, layer, info, args, kwargs):
        if "training" in kwargs and not info.has_training and not info.takes_any_keyword:
            kwargs = {k: v for k, v in kwargs.items() if k != "training"}
        try:
            bound = info.signature.bind(*args, **kwargs)
        except TypeError as e:
            raise TypeError(f"Layer '{layer.name}' (of type {type(layer).__name__}): {e}") from None
        self.user = dict(bound.arguments)
        bound.apply_defaults()
        self.arguments = bound.arguments
        self.tensors = {}
        for name, value in self.arguments.items():
            if is_tensor(value):
                self.tensors[name] = value
            elif isinstance(value, (list, tuple, dict)) and len(value) > 0:
                flat = nest.flatten(value)
                found = [is_tensor(x) for x in flat]
                if all(f or x is None for f, x in zip(found, flat)) and any(found):
                    self.tensors[name] = value
                elif any(found):
                    raise ValueError(
                        "In a nested call() argument, you cannot mix tensors and non-tensors. "
                        f"Received invalid mixed argument: {name}={value}"
                    )
        self.first = self.arguments[info.first] if info.first else None
        self._training_default = info.training_default

    def keeps_training(self, written):
        """Whether a `training` that the caller wrote says something else than the default does."""
        if written is None:
            written = self.user.get("training")
        return written is not None and written is not self._training_default

    def shapes(self):
        """{"x_shape": shape or nest of shapes} of the tensor arguments, masks left out."""

        def shape(x):
            return None if x is None else tuple(x.shape)

        return {
            f"{name}_shape": nest.map_structure(shape, value)
            for name, value in self.tensors.items()
            if name not in ("mask", "args", "kwargs")
        }


def shapes_for(function, shapes, call_spec, class_name):
    """The shapes to pass to `build` or `compute_output_shape`: by name, or the first of them.

    Raises:
        ValueError: where a parameter does not match an argument of `call`.
    """
    found = _shapes_for(function, shapes, call_spec, class_name)
    return found if _is_ours(function) else shapes_as(function, found)


def _is_ours(function):
    return str(getattr(function, "__module__", "")).startswith(_PACKAGE)


def shapes_as(function, shapes):
    """A nest of shapes, as tuples; users' methods get TensorFlow's `as_list` with them."""
    if _is_ours(function):
        return shape_tree(tuple, shapes)
    from ..engine.former_methods import Shape

    return shape_tree(Shape, shapes)


def _shapes_for(function, shapes, call_spec, class_name):
    names = [
        name
        for name, p in inspect.signature(function).parameters.items()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.POSITIONAL_ONLY, p.KEYWORD_ONLY)
    ]
    if len(names) == 1:
        return {names[0]: next(iter(shapes.values()), None)}
    chosen = {}
    inherited = _is_ours(function)
    for name in names:
        argument = name[: -len("_shape")]
        wrong = None
        if not name.endswith("_shape"):
            wrong = "which does not end in `_shape`"
        elif argument not in call_spec.arguments:
            wrong = f"but `call()` does not have argument `{argument}`"
        if wrong and inherited:  # the subclass's `call` names its arguments as it likes
            if name == names[0]:
                chosen[name] = next(iter(shapes.values()), None)
            continue
        if wrong:
            raise ValueError(
                f"For a `{function.__name__}()` method with more than one argument, all arguments "
                "should have a `_shape` suffix and match an argument from `call()`. E.g. "
                f"`{function.__name__}(self, foo_shape, bar_shape)`. For layer '{class_name}', "
                f"received `{function.__name__}()` argument `{name}`, {wrong}."
            )
        if name in shapes:
            chosen[name] = shapes[name]
    return chosen


def shape_tree(function, shapes):
    """Maps a function over a nest whose leaves are shapes (tuples or lists of int and None)."""
    if is_shape(shapes):
        return function(tuple(shapes))
    if isinstance(shapes, dict):
        return {k: shape_tree(function, v) for k, v in shapes.items()}
    if isinstance(shapes, (list, tuple)):
        return type(shapes)([shape_tree(function, v) for v in shapes])
    return shapes


def is_shape(x):
    return isinstance(x, (list, tuple)) and all(s is None or isinstance(s, int) for s in x)


def explained(layer, error, args, kwargs):
    """The error with the layer and its arguments in the message, once: of the innermost call."""
    if hasattr(error, "_layer_is_named") or type(error) not in (ValueError, TypeError):
        return error
    cls = type(layer).__name__
    names = layer._call_info.names
    given = {**dict(zip(names, args)), **kwargs}
    lines = [f"  • {name}={_short(value)}" for name, value in given.items()]
    new = type(error)(
        f"Exception encountered when calling {cls}.call() of layer '{layer.name}'.\n\n{error}\n\n"
        f"Arguments received by {cls}.call():\n" + "\n".join(lines)
    )
    new._layer_is_named = True
    return new.with_traceback(error.__traceback__)


def _short(value):
    def one(x):
        if is_tensor(x):
            return f"Tensor(shape={tuple(x.shape)}, dtype={x.dtype})"
        return x

    text = str(nest.map_structure(one, value))
    return text if len(text) <= 200 else text[:200] + "..."
