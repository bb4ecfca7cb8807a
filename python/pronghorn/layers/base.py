"""Layer: weights plus a `call`. The one door `__call__` is here.

On symbolic tensors a call records one Node and gets its result's shape and dtype from running
`call` on abstract tensors; on tensors it runs `call`. What is optional (masks, dtype policy,
losses, checks) is looked at once per kind of input: `_accepted` remembers the last that needs none.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..dtype_policies import DTypePolicyMap, is_float
from ..dtype_policies import get as get_policy
from ..engine import KerasTensor, Tensor, Variable, convert_to_tensor, nest
from ..engine.call_context import call_context
from ..engine.naming import auto_name, check_name, current_path, name_scope, open_scopes
from ..engine.strings import StringTensor, is_text
from ..engine.symbolic import Node, Operation, any_symbolic
from ..engine.tracebacks import filtered, is_traceback_filtering_enabled
from ..engine.variable import _autocast
from ..legacy.accept import old_constructor
from .call_spec import CallSpec, call_info, explained, is_tensor, shapes_for
from .configurable import Configurable
from .copies import LayerCopies
from .input_spec import assert_input_compatibility
from .legacy import take_legacy_arguments
from .masking import LayerMasks, get_keras_mask, set_keras_mask
from .shapes import LayerShapes
from .state import LayerState
from .tracking import _UNTRACKED, StateBefore, Tracker

if TYPE_CHECKING:
    from ..engine.types import Identifier


def _wrap_build(build):
    """`build` in the layer's name scope, marking it built; an inner super().build() runs plain.

    A build that fails, or is interrupted, leaves the layer and those inside it as they were.
    """
    import functools
    import inspect

    signature = inspect.signature(build)

    @functools.wraps(build)
    def wrapper(self, *args, **kwargs):
        if self.__dict__.get("_building"):
            return build(self, *args, **kwargs)
        self._check_super_called()
        before = StateBefore(self)
        scopes = open_scopes()
        depth = len(scopes)
        try:
            self.__dict__["_building"] = True
            with self._open_name_scope():
                self.__dict__["_path"] = current_path()
                build(self, *args, **kwargs)
            self.__dict__["_building"] = False
            arguments = signature.bind(self, *args, **kwargs).arguments
            self._built_with({k: v for i, (k, v) in enumerate(arguments.items()) if i})
        except BaseException:
            before.restore()
            raise
        finally:
            del scopes[depth:]

    return wrapper


class Layer(Configurable, LayerCopies, LayerState, LayerMasks, LayerShapes, Operation):
    """A callable with weights.

    A subclass makes sublayers in `__init__`, weights in `build(input_shape)`, computes in `call`.

    Args:
        activity_regularizer: Penalty on the outputs, divided by the batch size.
        trainable: Whether training may change the weights.
        dtype: A dtype name or DTypePolicy; the global policy where missing.
        autocast: Whether floating inputs are cast to the compute dtype.
        name: Name; made up from the class name where missing.

    Raises:
        ValueError: for unknown keyword arguments.

    Example:

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(), initializer="ones")
    ...     def call(self, x):
    ...         return x * self.factor
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        old_constructor(cls)
        if "build" in cls.__dict__:
            cls.build = _wrap_build(cls.__dict__["build"])

    def __init__(
        self,
        *,
        activity_regularizer: Identifier | None = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        cls = type(self)
        if name is None:
            name = auto_name(cls.__name__)
        check_name(name)
        if not isinstance(trainable, bool):
            raise ValueError(
                "Expected `trainable` to be a boolean. "
                f"Received: trainable={trainable} (of type {type(trainable)})"
            )
        if activity_regularizer is not None:
            from .. import regularizers

            activity_regularizer = regularizers.get(activity_regularizer)
        state = self.__dict__
        state.setdefault("_tracker", Tracker())
        state.update(
            name=name,
            _inbound_nodes=[],
            _outbound_refs=[],
            _super_called=True,
            _building=False,
            _dtype_policy=get_policy(dtype),
            activity_regularizer=activity_regularizer,
            autocast=autocast,
            supports_jit=True,
            built=False,
            _path=None,
            _parent_path=None,
            _build_shapes_dict=None,
            _input_spec=None,
            _trainable=trainable,
            _losses=[],
            _called=False,
            _accepted=None,
            _convert_input_args=True,
            _allow_non_tensor_positional_args=False,
            _call_info=call_info(self),
            _supports_masking=cls.compute_mask is not LayerMasks.compute_mask,
            _initial_weights=None,
        )
        if kwargs:
            take_legacy_arguments(self, kwargs)

    # Attributes.

    def __setattr__(self, name, value):
        state = self.__dict__
        state["_accepted"] = None
        if type(value) not in _UNTRACKED:
            tracker = state.get("_tracker")
            if tracker is None:
                tracker = state["_tracker"] = Tracker()
            value = tracker.track(value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        value = getattr(self, name)
        if isinstance(value, (Variable, Operation)):
            self._tracker.untrack(value)
        object.__delattr__(self, name)

    def _check_super_called(self):
        if not self.__dict__.get("_super_called"):
            raise RuntimeError(
                f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` as the "
                "first statement in the `__init__()` method. Go add it!"
            )

    @property
    def path(self) -> str:
        """The layer's path, such as "model/block/dense"; None before it is built."""
        return self._path

    @property
    def dtype_policy(self) -> Any:
        """The DTypePolicy, or the map of policies that holds the layer's; it may be set."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        policy, present = get_policy(value), self._dtype_policy
        if isinstance(present, DTypePolicyMap) and self._path and present is not policy:
            policy = present.with_policy(self._path, policy)
        self.__dict__["_dtype_policy"] = policy

    def _own_policy(self):
        """The policy; of a map, this layer's."""
        policy = self._dtype_policy
        return policy[self._path] if isinstance(policy, DTypePolicyMap) and self._path else policy

    @property
    def variable_dtype(self) -> Any:
        """Dtype of the weights."""
        return self._own_policy().variable_dtype

    @property
    def dtype(self) -> Any:
        """Dtype of the weights."""
        return self.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """Dtype of inputs, computation and outputs."""
        return self._own_policy().compute_dtype

    @property
    def input_dtype(self) -> Any:
        """Dtype that floating inputs are cast to."""
        return self.compute_dtype

    @property
    def quantization_mode(self) -> None:
        """None: there are no quantized weights."""
        return None

    @property
    def input_spec(self) -> Any:
        """What inputs are checked against: InputSpec, a nest of them, or None. It may be set."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self.__dict__["_input_spec"] = value

    @property
    def supports_masking(self) -> Any:
        """Whether a mask of the inputs goes on to the outputs; it may be set."""
        return self._supports_masking

    @supports_masking.setter
    def supports_masking(self, value: Any) -> None:
        self.__dict__["_supports_masking"] = value

    def _obj_type(self):
        return "Layer"

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # Building.

    def build(self, input_shape: Any) -> None:
        """Makes the weights for inputs of this shape; called once, at the first call.

        Args:
            input_shape: Tuple, with None for the batch axis; a nest of them for several inputs.
        """
        self._check_super_called()
        if any(not layer.built for layer in self._layers):
            warnings.warn(
                f"`build()` was called on layer '{self.name}', however the layer does not have a "
                "`build()` method implemented and it looks like it has unbuilt state. This will "
                "cause the layer to be marked as built, despite not being actually built, which "
                "may cause failures down the line. Make sure to implement a proper `build()`.",
                stacklevel=2,
            )
        self._built_with({"input_shape": input_shape})

    def _built_with(self, shapes):
        self.built = True
        self.__dict__["_build_shapes_dict"] = shapes
        if self._initial_weights is not None:
            weights, self.__dict__["_initial_weights"] = self._initial_weights, None
            self.set_weights(weights)
        self._lock_state()

    def _lock_state(self):
        self._tracker.locked = True

    def _has_own_build(self):
        return type(self).build is not Layer.build

    def _open_name_scope(self):
        if self._parent_path is None:
            self.__dict__["_parent_path"] = current_path()
        return name_scope(self.name, caller=self)

    def _maybe_build(self, call_spec):
        if self.built:
            return
        shapes = call_spec.shapes()
        if self._has_own_build():
            self.build(**shapes_for(self.build, shapes, call_spec, type(self).__name__))
            self._assert_input_compatibility(call_spec.first)
            return
        if any(not layer.built for layer in self._layers):
            eager = not any_symbolic(list(call_spec.tensors.values()))
            try:
                self._abstract_call(**call_spec.arguments)
            except Exception as e:
                if eager:
                    return  # the call itself will build the sublayers, or say what is wrong
                warnings.warn(
                    f"Layer '{self.name}' looks like it has unbuilt state, but its `call()` cannot "
                    "be run on abstract tensors in order to build it automatically. Call the layer "
                    "eagerly on some input first to see if it works, or implement "
                    "`def build(self, input_shape)`, which makes all its variables (by calling "
                    f"`build()` of its sublayers). Exception encountered: {e}",
                    stacklevel=3,
                )
        Layer.build(self, next(iter(shapes.values()), None))

    def _assert_input_compatibility(self, inputs):
        if self.input_spec:
            assert_input_compatibility(self.input_spec, inputs, layer_name=self.name)

    # Calling.

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        context = call_context
        accepted = self.__dict__.get("_accepted")
        if accepted is not None and len(args) == 1:
            x = args[0]
            if (
                type(x) is Tensor
                and x.shape == accepted[0]
                and x.dtype == accepted[1]
                and get_keras_mask(x) is None
                and _autocast.dtype is None
                and (not kwargs or (len(kwargs) == 1 and "training" in kwargs))
            ):
                return self._call_plain(context, x, kwargs.get("training"))
        self._check_super_called()
        try:
            return self._call_general(context, args, kwargs)
        except Exception as error:
            if context.entry is not None or not is_traceback_filtering_enabled():
                raise
            raise filtered(error) from error.__cause__

    def _call_plain(self, context, x, training):
        outermost = context.entry is None
        outer_training = context.training
        try:
            if outermost:
                context.entry = self
                self._clear_losses()
            if training is None:
                training = outer_training
                if training is None:
                    training = self._call_info.training_default
            context.training = training
            if training is not None and self._call_info.has_training:
                return self.call(x, training=training)
            return self.call(x)
        except (ValueError, TypeError) as e:
            raise explained(self, e, (x,), {}) from e.__cause__
        finally:
            context.training = outer_training
            if outermost:
                context.entry = None

    def _call_general(self, context, args, kwargs):
        original = args, kwargs
        self.__dict__["_called"] = True
        info = self._call_info
        if self._convert_input_args:
            args = nest.map_structure(self._convert_input, args)
            kwargs = nest.map_structure(self._convert_input, kwargs)
        if not self._allow_non_tensor_positional_args:
            for x in nest.flatten(args):
                if x is not None and not is_tensor(x):
                    raise ValueError(
                        "Only input tensors may be passed as positional arguments. The following "
                        f"argument value should be passed as a keyword argument: {x} (of type "
                        f"{type(x)})"
                    )
        extra = outer_extra = context.extra
        if self._context_names:
            kwargs, extra = self._take_context_args(args, kwargs)
        spec = CallSpec(self, info, args, kwargs)
        self._assert_input_compatibility(spec.first)

        outermost = context.entry is None
        outer_training = context.training
        scopes = open_scopes()
        depth = len(scopes)
        try:
            if outermost:
                context.entry = self
                self._clear_losses()
            context.extra = extra
            with self._open_name_scope():
                self._maybe_build(spec)
                kwargs = dict(kwargs)
                training = kwargs.pop("training", None)
                if training is None:
                    training = spec.user.get("training")
                if training is None:
                    training = outer_training
                if training is None:
                    training = info.training_default
                context.training = training
                if info.has_training and training is not None:
                    if "training" in spec.user and len(args) > info.names.index("training"):
                        args = args[: info.names.index("training")]
                    kwargs["training"] = training
                self._take_masks(spec, kwargs)
                previous = kwargs.get("mask")
                if previous is None:
                    previous = nest.map_structure(get_keras_mask, spec.first)
                symbolic = any_symbolic(original)
                if symbolic:
                    outputs = self.symbolic_call(*args, **kwargs)
                else:
                    outputs = self._run(args, kwargs)
                if not self.built:
                    self.built = True
                if self.activity_regularizer is not None and not symbolic:
                    self._add_activity_losses(outputs)
            self._set_output_masks(spec.first, outputs, previous)
        finally:  # no call here, which an interrupt could end
            del scopes[depth:]
            context.training = outer_training
            context.extra = outer_extra
            if outermost:
                context.entry = None
        if symbolic:
            # masks are a part of the graph, as in Keras: what makes them is seen in its summary
            kept = {
                k: v
                for k, v in kwargs.items()
                if k in original[1] or k == "training" or (k in info.mask_names and any_symbolic(v))
            }
            keeps_training = spec.keeps_training(original[1].get("training"))
            if keeps_training:
                kept["training"] = training
            node = Node(self, original[0][: len(args)], kept, outputs)
            node.keeps_training = keeps_training
        elif len(original[0]) == 1 and not original[1] and self._is_plain(original[0][0]):
            self.__dict__["_accepted"] = (original[0][0].shape, original[0][0].dtype)
        return outputs

    def _is_plain(self, x):
        """Whether later calls on the like of x need nothing but `call`."""
        return (
            type(x) is Tensor
            and get_keras_mask(x) is None
            and self.activity_regularizer is None
            and (type(self).compute_mask is LayerMasks.compute_mask or not self._supports_masking)
            and self.compute_dtype == self.variable_dtype
            and (x.dtype == self.input_dtype or not is_float(x.dtype) or not self.autocast)
            and "call" not in self.__dict__
            and not self._context_names
        )

    def _convert_input(self, x):
        if isinstance(x, (Tensor, KerasTensor)):
            return self._cast(x)
        if isinstance(x, Variable) or (hasattr(x, "__array__") and not isinstance(x, type)):
            if is_text(x):
                return StringTensor(x)
            return self._cast(convert_to_tensor(x))
        return x

    def _cast(self, x):
        dtype = self.input_dtype
        if not self.autocast or x.dtype == dtype or not (is_float(x.dtype) and is_float(dtype)):
            return x
        from .. import ops

        y = ops.cast(x, dtype)
        mask = get_keras_mask(x)
        if mask is not None:
            set_keras_mask(y, mask)
        return y

    def _run(self, args, kwargs):
        try:
            return self._run_in_dtype(args, kwargs)
        except (ValueError, TypeError) as e:
            raise explained(self, e, args, kwargs) from e.__cause__

    def _run_in_dtype(self, args, kwargs):
        if self.compute_dtype == self.variable_dtype and _autocast.dtype is None:
            return self.call(*args, **kwargs)
        dtype = self.compute_dtype if self.autocast and is_float(self.compute_dtype) else None
        before = _autocast.dtype
        try:
            _autocast.dtype = dtype
            return self.call(*args, **kwargs)
        finally:
            _autocast.dtype = before

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call` method implemented."
        )
