"""Optimizers in the form of tf.keras 2 (OptimizerV2): hyperparameters by `_set_hyper`, slots by
`add_slot`, and the update of one weight in `_resource_apply_dense`.

They are traced with the rest of a step. Hyperparameters are variables, so what is assigned between
steps reaches the next one.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import Tensor, Variable, config
from . import schedules
from .sparse import densified, has_values, is_sparse, summed_rows
from .state import whole_build

if TYPE_CHECKING:
    from collections.abc import Sequence

METHODS = ("_resource_apply_dense", "_resource_apply_sparse", "_create_slots", "_prepare_local")


def adapt(cls: type, optimizer: type) -> None:
    """Gives a subclass of Optimizer that has one of METHODS what calls it."""
    if issubclass(cls, ResourceForm):
        return
    at = next(i for i, base in enumerate(cls.__bases__) if issubclass(base, optimizer))
    cls.__bases__ = (*cls.__bases__[:at], ResourceForm, *cls.__bases__[at:])


def is_meant(cls: type) -> bool:
    """Whether a class, or a mixin of it, is written in this form."""
    return any(name in vars(base) for base in cls.__mro__ for name in METHODS)


class Variables(list):
    """A list that may be called, since `variables` was a method."""

    def __call__(self) -> Variables:
        return self


class ResourceForm:
    """Calls `_resource_apply_dense` as the step of an optimizer.

    A subclass of Optimizer itself is made with `super().__init__(name, **kwargs)`; one of Adam and
    the like with their arguments, and their update is the `_resource_apply_dense` that it inherits.
    """

    _by_id = ("_slots",)
    _use_locking = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        state = self.__dict__
        state.update(_hyper={}, _slots={}, _slot_names=[])
        transformers = kwargs.pop("gradient_transformers", None)
        kwargs.pop("gradient_aggregator", None)
        state["_transformers"] = list(transformers or ())
        if self._is_plain("__init__"):
            if args:
                kwargs["name"], *args = args
            for key in ("lr", "decay", "clipnorm", "clipvalue", "global_clipnorm"):
                if kwargs.get(key) is not None and kwargs[key] < 0:
                    raise ValueError(f"Expected {key} >= 0, received: {kwargs[key]}")
            kwargs.setdefault("learning_rate", kwargs.pop("lr", 0.01))  # the subclass sets its own
        super().__init__(*args, **kwargs)
        self._hyper["learning_rate"] = self._learning_rate

    def _is_plain(self, method):
        """Whether a method's next definition is Optimizer's own."""
        from .base import Optimizer

        return getattr(super(), method).__func__ is getattr(Optimizer, method)

    # ---- hyperparameters -----------------------------------------------------------------------

    def _set_hyper(self, name, value):
        """Sets a hyperparameter: a number, a tensor, or what is called for its value."""
        hyper = self._hyper
        if name == "learning_rate":
            return self._set_rate(value)
        if name not in hyper and name in self.__dict__ and name not in ("weight_decay", "decay"):
            return super().__setattr__(name, value)  # an argument of the optimizer below
        before = hyper.get(name)
        if callable(value) and not isinstance(value, Variable):
            changed = {**hyper, name: value}
        elif isinstance(before, Variable):
            return before.assign(value)
        else:
            changed = {**hyper, name: _scalar(name, value)}
        self.__dict__.pop(name, None)
        super().__setattr__("_hyper", changed)

    def _set_rate(self, value):
        if callable(value) or isinstance(self._learning_rate, Variable):
            super().__setattr__("learning_rate", value)
            changed = self._learning_rate is not self._hyper.get("learning_rate")
        else:  # a number after a schedule
            super().__setattr__("_learning_rate", _scalar("learning_rate", value))
            changed = True
        if changed:
            rate = {"learning_rate": self._learning_rate}
            super().__setattr__("_hyper", {**self._hyper, **rate})

    def _get_hyper(self, name, dtype=None):
        """A hyperparameter, in a dtype where one is given; a schedule as it is."""
        value = self._hyper[name] if name in self._hyper else getattr(self, name)
        if isinstance(value, schedules.LearningRateSchedule):
            return value
        if callable(value):
            value = value()
        return ops.cast(value, dtype) if dtype else value

    def _serialize_hyperparameter(self, hyperparameter_name):
        """A hyperparameter as a config has it."""
        value = self._get_hyper(hyperparameter_name)
        if isinstance(value, schedules.LearningRateSchedule):
            return schedules.serialize(value)
        if isinstance(value, (Tensor, Variable)):
            return value.numpy().item()
        return value

    def __getattr__(self, name):
        hyper = self.__dict__.get("_hyper", {})
        if name in hyper:
            return self._get_hyper(name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name, value):
        name = "learning_rate" if name == "lr" else name
        if name != "_hyper" and name in self.__dict__.get("_hyper", ()):
            self._set_hyper(name, value)
        else:
            super().__setattr__(name, value)

    @property
    def _initial_decay(self):
        return self._decay

    @_initial_decay.setter
    def _initial_decay(self, value):
        self._decay = value

    def _decayed_lr(self, var_dtype):
        """The rate of this step in a dtype, by the schedule and the decay."""
        rate = self._get_hyper("learning_rate")
        if isinstance(rate, schedules.LearningRateSchedule):
            rate = rate(ops.cast(self.iterations, var_dtype))
        rate = ops.cast(rate, var_dtype)
        if self._decay:
            rate = rate / (1.0 + self._decay * ops.cast(self.iterations, var_dtype))
        return rate

    # ---- slots ---------------------------------------------------------------------------------

    def add_slot(
        self, var: Any, slot_name: str, initializer: Any = "zeros", shape: Any = None
    ) -> Any:
        """The variable of a name that goes with a weight; made where there is none yet.

        Args:
            var: The weight.
            slot_name: Name, such as "momentum".
            initializer: Name, initializer or first value.
            shape: Its sizes; the weight's where None.

        Returns:
            Variable that is not trained.
        """
        slots = self._slots.setdefault(id(var), {})
        if slot_name not in slots:
            if slot_name not in self._slot_names:
                self._slot_names.append(slot_name)
            if not isinstance(initializer, str) and not _makes(initializer):
                value = ops.convert_to_tensor(initializer, var.dtype)
                shape = value.shape
                initializer = lambda shape, dtype=None: ops.copy(value)  # noqa: E731
            slots[slot_name] = self.add_variable(
                var.shape if shape is None else shape,
                initializer,
                dtype=str(var.dtype),
                name=f"{var.path.replace('/', '_')}_{slot_name}",
            )
        return slots[slot_name]

    def get_slot(self, var: Any, slot_name: str) -> Any:
        """The variable of a name that goes with a weight.

        Args:
            var: The weight.
            slot_name: Name, as for `add_slot`.

        Returns:
            Variable.

        Raises:
            KeyError: where there is none.
        """
        return self._slots[id(var)][slot_name]

    def get_slot_names(self) -> list[str]:
        """The names of the slots."""
        return self._slot_names

    def add_weight(
        self,
        name: str,
        shape: Any = (),
        dtype: Any = None,
        initializer: Any = "zeros",
        trainable: Any = None,
        **kwargs: Any,
    ) -> Any:
        """A variable of the optimizer, which is not among its weights.

        Args:
            name: Its name.
            shape: Sizes.
            dtype: Its dtype; floatx where None.
            initializer: Name, initializer or first value.
            trainable: Not used.
            **kwargs: Not used.

        Returns:
            Variable that is not trained.
        """
        if not isinstance(initializer, str) and not _makes(initializer):
            return _scalar(name, initializer, dtype)
        variable = self.add_variable(tuple(shape or ()), initializer, dtype=dtype, name=name)
        self._variables.pop()
        return variable

    @property
    def variables(self) -> Any:
        """The step counter, the learning rate and the slots; it may be called as a method."""
        return Variables(self._variables)

    @property
    def _weights(self):
        return self._variables

    @property
    def _name(self):
        return self.name

    def _create_slots(self, var_list):
        """Makes the slots of the weights: the subclass's."""

    def _create_hypers(self):
        """Hyperparameters are there once they are set."""

    @whole_build
    def build(self, variables: Sequence[Any]) -> None:
        """Makes the slots for a list of weights.

        Args:
            variables: List of the weights that will be updated.
        """
        super().build(variables)  # type: ignore[misc]
        self._create_hypers()
        self._create_slots(list(variables))

    def _create_all_weights(self, var_list):
        if not self.built:
            self._build_within_scope(list(var_list))

    def _resolve_variables(self, grads, variables):
        if variables is not None and self.built:
            variables = list(variables)
            if any(id(v) not in self._index for v in variables):
                self.extend(variables)
        return super()._resolve_variables(grads, variables)

    # ---- one step ------------------------------------------------------------------------------

    def apply(self, grads: Any, trainable_variables: Sequence[Any] | None = None) -> Any:
        """One step, by the `apply_gradients` that a subclass may have of its own.

        Args:
            grads: List of gradients, one for each weight; None where there is none.
            trainable_variables: The weights; may be left out once the optimizer is built.

        Returns:
            None.
        """
        grads = list(grads)
        if trainable_variables is None:
            trainable_variables = self._resolve_variables(grads, None)
        self.apply_gradients(list(zip(grads, trainable_variables)))

    def apply_gradients(
        self,
        grads_and_vars: Any,
        name: str | None = None,
        experimental_aggregate_gradients: bool = True,
        **kwargs: Any,
    ) -> Any:
        """One step on (gradient, variable) pairs.

        Args:
            grads_and_vars: Iterable of (gradient, variable).
            name: Not used.
            experimental_aggregate_gradients: Not used: there is one replica.
            **kwargs: Not used.

        Returns:
            The variable that counts the steps.
        """
        pairs = list(grads_and_vars)
        for transform in self._transformers:
            pairs = list(transform(pairs))
        super().apply([g for g, _ in pairs], [v for _, v in pairs])  # type: ignore[misc]
        return self._iterations

    def _rate_of_step(self):
        return None  # each weight asks `_decayed_lr` for its own

    def _update(self, grads, variables, rate):
        grads = self._clipped(grads, variables)
        self._apply_weight_decay(variables, rate)
        state = self._prepare(variables)
        dense = {"apply_state": state} if "apply_state" in self._dense_apply_args else {}
        sparse = {"apply_state": state} if "apply_state" in self._sparse_apply_args else {}
        for gradient, variable in zip(grads, variables):
            if is_sparse(gradient) and has_values(gradient):
                self._resource_apply_sparse_duplicate_indices(
                    gradient.values, variable, gradient.indices, **sparse
                )
            else:
                self._resource_apply_dense(densified(gradient, variable), variable, **dense)

    def _clipped(self, grads, variables):
        if self.clipnorm or self.clipvalue or self.global_clipnorm:
            grads = [densified(g, v) for g, v in zip(grads, variables)]
        return self._clip_gradients(grads)

    def _weight_decay_of(self, variable):
        """The decay that is an argument of the optimizer below, not one that the subclass does."""
        return None if "weight_decay" in self._hyper else super()._weight_decay_of(variable)

    def _prepare(self, var_list):
        """What the weights of one device and dtype share in a step."""
        state = {}
        for device, dtype in dict.fromkeys(_key(v) for v in var_list):
            state[device, dtype] = {}
            self._prepare_local(device, dtype, state)
        return state

    def _prepare_local(self, var_device, var_dtype, apply_state):
        shared = apply_state.setdefault((var_device, var_dtype), {})
        shared["lr_t"] = self._decayed_lr(var_dtype)

    def _fallback_apply_state(self, var_device, var_dtype):
        state = {(var_device, var_dtype): {}}
        self._prepare_local(var_device, var_dtype, state)
        return state[var_device, var_dtype]

    @property
    def _dense_apply_args(self):
        return inspect.signature(self._resource_apply_dense).parameters

    @property
    def _sparse_apply_args(self):
        return inspect.signature(self._resource_apply_sparse).parameters

    def _resource_apply_dense(self, grad, var, apply_state=None):
        """The update of the optimizer below, or the subclass's."""
        shared = (apply_state or {}).get(_key(var)) or self._fallback_apply_state(*_key(var))
        self.update_step(grad, var, shared["lr_t"])

    def _resource_apply_sparse(self, grad, var, indices, apply_state=None):
        """Rows of the gradient at `indices`, each once: the dense update unless overridden."""
        more = {"apply_state": apply_state} if "apply_state" in self._dense_apply_args else {}
        whole = self._resource_scatter_add(ops.zeros(var.shape, dtype=var.dtype), indices, grad)
        self._resource_apply_dense(whole, var, **more)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices, **kwargs):
        rows, indices = summed_rows(grad, indices)
        self._resource_apply_sparse(rows, handle, indices, **kwargs)

    def _resource_scatter_add(self, x, i, v):
        return _scattered(x, i, v, "add")

    def _resource_scatter_update(self, x, i, v):
        return _scattered(x, i, v, None)

    # ---- config --------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments of the base class; the subclass adds its own."""
        if not self._is_plain("get_config"):
            return super().get_config()  # type: ignore[misc]
        limits = {n: getattr(self, n) for n in ("clipnorm", "clipvalue", "global_clipnorm")}
        return {"name": self.name, **{n: v for n, v in limits.items() if v is not None}}


def _scalar(name, value, dtype=None):
    value = ops.convert_to_tensor(value, dtype or config.floatx())
    return Variable(value, trainable=False, name=name)


def _makes(initializer):
    """Whether it makes a first value, rather than being one."""
    return callable(initializer) and not isinstance(initializer, (Tensor, Variable))


def _key(variable):
    return getattr(variable, "device", None), variable.dtype


def _scattered(x, indices, values, reduction):
    value = ops.scatter_update(
        ops.convert_to_tensor(x), ops.expand_dims(indices, -1), values, reduction=reduction
    )
    if isinstance(x, Variable):
        x.assign(value)
    return value
