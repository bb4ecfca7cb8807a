"""Optimizer: what every optimizer shares.

Hyperparameters, clipping, weight decay and gradient accumulation are here; variables are in
state.py; the update of one weight is each subclass's `update_step`.
"""

from __future__ import annotations

import inspect
import re
import weakref
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import Function, Variable, config, convert_to_tensor, is_tracing
from ..engine.naming import auto_name
from ..legacy.accept import old_arguments, old_constructor
from ..serialization import Portable
from . import clipping, schedules
from .averages import Averages
from .checks import check_averaging, check_clipping, drop_missing
from .old_methods import OldMethods
from .state import OptimizerState, assign_where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from ..engine.types import Rate, TensorLike


class Optimizer(Portable, OldMethods, Averages, OptimizerState):
    """Base class of the optimizers.

    To write one: make slots in `build(variables)` with `add_optimizer_variables`, update one
    weight in `update_step(gradient, variable, learning_rate)` with ops and `assign`, and return
    the hyperparameters from `get_config`. See docs/adding_an_optimizer.md.

    Args:
        learning_rate: Number, `LearningRateSchedule`, or function without arguments.
        weight_decay: If set, `variable -= variable * weight_decay * learning_rate` each step.
        clipnorm: Largest L2 norm of each gradient.
        clipvalue: Largest absolute entry of a gradient.
        global_clipnorm: Largest L2 norm of all gradients together.
        use_ema: Whether to keep exponential moving averages of the weights.
        ema_momentum: Their momentum.
        ema_overwrite_frequency: Every how many steps the averages replace the weights; None for
            at the end of `fit` only.
        loss_scale_factor: Factor on the loss, undone on the gradients.
        gradient_accumulation_steps: Update once in so many steps, with the mean gradient.
        name: Name; made from the class name where missing.

    Raises:
        ValueError: If an argument is unknown, out of range or contradicts another.

    Example:
        >>> class Halving(keras.optimizers.Optimizer):
        ...     def update_step(self, gradient, variable, learning_rate):
        ...         self.assign_sub(variable, 0.5 * learning_rate * gradient)
        ...
        >>> w = keras.Variable(3.0)
        >>> Halving(learning_rate=1.0).apply([ops.convert_to_tensor(2.0)], [w])
        >>> float(w)
        2.0
    """

    _is_ours = True  # and not of a class that others wrote

    def __init_subclass__(cls, **kwargs):
        """Shows the arguments that `*args, **kwargs` hand on to this class in signatures."""
        super().__init_subclass__(**kwargs)
        old_constructor(cls, or_default="epsilon")  # as in Keras 2
        cls._is_ours = cls.__module__.partition(".")[0] == __name__.partition(".")[0]
        if not cls._is_ours:
            _adapt(cls)
        own = list(inspect.signature(cls.__init__).parameters.values())
        if [p.kind for p in own[-2:]] == [
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        ]:
            names = {p.name for p in own}
            common = list(inspect.signature(Optimizer.__init__).parameters.values())[2:]
            common = [p for p in common if p.name == "kwargs" or p.name not in names]
            cls.__signature__ = inspect.Signature(own[1:-2] + common)

    @old_arguments
    def __init__(
        self,
        learning_rate: Rate,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: Any = None,
        loss_scale_factor: Any = None,
        gradient_accumulation_steps: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        # Keras 2's rate / (1 + decay * step).
        self._decay = kwargs.pop("decay", None) or 0.0
        if kwargs:
            raise ValueError(f"Argument(s) not recognized: {kwargs}")
        check_clipping(clipnorm, clipvalue, global_clipnorm)
        check_averaging(use_ema, ema_momentum, ema_overwrite_frequency)
        if gradient_accumulation_steps and not gradient_accumulation_steps >= 2:
            raise ValueError(
                "`gradient_accumulation_steps` must be an integer >= 2. "
                f"Received: gradient_accumulation_steps={gradient_accumulation_steps}"
            )
        self.name = name or auto_name(type(self).__name__)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._variables = []
        self._trainable_variables = []
        self._index = {}
        self._step_values = {}
        self._compiled = None
        self._traced_changes = 0
        self._no_decay_ids = {}
        self._no_decay_names = None
        self._iterations = self.add_variable((), dtype="int64", name="iteration")
        if not callable(learning_rate):
            if isinstance(learning_rate, bool) or not isinstance(learning_rate, (float, int)):
                raise ValueError(
                    "Argument `learning_rate` should be float, or an instance of "
                    "LearningRateSchedule, or a callable (that takes in the current iteration "
                    "value and returns the corresponding learning rate value). "
                    f"Received instead: learning_rate={learning_rate}"
                )
            rate = float(learning_rate)
            learning_rate = self.add_variable((), dtype=config.floatx(), name="learning_rate")
            learning_rate.assign(rate)
        self._learning_rate = learning_rate

    def __setattr__(self, name, value):
        """A hyperparameter that changes is traced anew; the rate is an input of the trace."""
        super().__setattr__(name, value)
        if name in ("learning_rate", "lr"):
            return
        if isinstance(value, Variable) and all(v is not value for v in self._variables):
            self._variables.append(value)
        if name not in ("_compiled", "_traced_changes"):
            self._compiled = None
            state = self.__dict__
            state["_changes"] = state.get("_changes", 0) + 1

    # What holds for the objects of this process alone: programs, and places by id.
    _renewed = {"_compiled": None, "_step_values": {}, "_index": {}, "_building": False}

    _compiles = 0  # how often a model was compiled with it: by the second time it may be another

    _by_id = ()  # attributes that map the id of a weight to something

    def _portable_state(self):
        state = super()._portable_state()
        for name in state.keys() & set(self._by_id):
            values = state[name]
            weights = [v for v in self._trainable_variables if id(v) in values]
            state[name] = [(v, values[id(v)]) for v in weights]
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        own = self.__dict__
        for name in self._by_id:
            if name in state:
                own[name] = {id(v): value for v, value in state[name]}
        own["_index"] = {id(v): i for i, v in enumerate(own["_trainable_variables"])}
        own["_no_decay_ids"] = {id(v): v for v in own["_no_decay_ids"].values()}

    # ---- one step --------------------------------------------------------------------------

    def build(self, variables: Sequence[Any]) -> None:
        """Makes the slots for a list of weights; subclasses call this first.

        Args:
            variables: List of the weights that will be updated.
        """
        variables = list(variables)
        if self.use_ema:
            self._model_variables_moving_average = self.add_optimizer_variables(
                variables, "average"
            )
        if self.gradient_accumulation_steps:
            self._accumulated_gradients = [
                self.add_variable_from_reference(v, "gradient_accumulator") for v in variables
            ]
        self._index = {id(variable): i for i, variable in enumerate(variables)}
        self._trainable_variables = variables

    def _get_variable_index(self, variable):
        return self._index[id(variable)]

    def _var_key(self, variable):
        return id(variable)

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> Any:
        """Updates one weight; the part that each optimizer writes.

        Args:
            gradient: Tensor of the weight's shape.
            variable: The weight.
            learning_rate: Scalar tensor of the weight's dtype.

        Returns:
            None.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `update_step()`.")

    def apply(self, grads: Any, trainable_variables: Sequence[Any] | None = None) -> Any:
        """Updates the weights with their gradients and advances the step counter.

        The steps of Pronghorn's own optimizers are compiled once and then run as one program;
        those of other classes, or with constraints on the weights, run op by op.

        Args:
            grads: List of gradients, one for each weight; None where there is none.
            trainable_variables: The weights; may be left out once the optimizer is built.

        Returns:
            None.

        Raises:
            ValueError: If no gradient exists, or a weight is unknown to this optimizer.
        """
        grads = list(grads)
        if not grads:
            return
        variables = self._resolve_variables(grads, trainable_variables)
        grads, variables = drop_missing(grads, variables)
        rate = self._rate_of_step()
        if is_tracing() or not self._can_compile(variables):
            return self._step(grads, variables, rate)
        if self._compiled is None or self._traced_changes != self._inner_changes():
            self._traced_changes = self._inner_changes()
            step = weakref.WeakMethod(self._step_by_index)  # the program dies with the optimizer
            self._compiled = Function(lambda *args: step()(*args), name=f"{self.name}.apply")
        grads = [convert_to_tensor(g) for g in grads]
        rate = convert_to_tensor(rate, None if hasattr(rate, "dtype") else config.floatx())
        self._compiled(grads, rate, self._places(variables))

    def _can_compile(self, variables):
        """Whether no code but ours runs in a step: what others wrote may have to run each time."""
        return self._is_ours and all(getattr(v, "constraint", None) is None for v in variables)

    def _rate_of_step(self):
        return self.learning_rate

    def _inner_changes(self):
        """Counts changes to the hyperparameters of optimizers inside this one."""
        return 0

    def _step_of(self, inner, grads, variables):
        """One step of an optimizer inside this one."""
        if type(inner).apply is Optimizer.apply:
            inner._step(grads, variables, inner.learning_rate)
        else:
            inner.apply(grads, variables)

    def _places(self, variables):
        """Numbers of the weights, or None for all of them in order."""
        own = self._trainable_variables
        if len(variables) == len(own) and all(a is b for a, b in zip(variables, own)):
            return None
        return [self._index[id(variable)] for variable in variables]

    def _step_by_index(self, grads, rate, places):
        own = self._trainable_variables
        self._step(grads, own if places is None else [own[i] for i in places], rate)

    def _step(self, grads, variables, rate):
        """One step on gradients that are there, for weights that are known."""
        if any(v.overwrite_with_gradient for v in variables):
            grads, variables = self._overwrite(grads, variables)
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in grads]
        self._step_values.clear()
        if self.gradient_accumulation_steps:
            self._accumulate(grads, variables, rate)
        else:
            self._update(grads, variables, rate)
        if self.use_ema:
            self._update_averages()
        for variable in variables:
            if getattr(variable, "constraint", None) is not None:
                variable.assign(variable.constraint(variable))
        self._step_values.clear()
        self._iterations.assign_add(1)

    def _overwrite(self, grads, variables):
        """Gives weights marked `overwrite_with_gradient` their gradients; returns the others."""
        rest = [], []
        for gradient, variable in zip(grads, variables):
            if not variable.overwrite_with_gradient:
                rest[0].append(gradient)
                rest[1].append(variable)
                continue
            if self.gradient_accumulation_steps:  # their accumulators keep the largest
                due = ops.equal((self._iterations + 1) % self.gradient_accumulation_steps, 0)
                accumulator = self._accumulated_gradients[self._index[id(variable)]]
                largest = ops.maximum(gradient, accumulator)
                accumulator.assign(ops.where(due, ops.zeros_like(largest), largest))
                gradient = ops.where(due, largest, variable)
            variable.assign(gradient)
        return rest

    def _resolve_variables(self, grads, variables):
        if variables is None:
            if not self.built:
                raise ValueError(
                    "When passing `grads` without `variables`, the optimizer must already be "
                    "built on a list of variables. Call `optimizer.build(trainable_variables)` "
                    "first."
                )
            if len(grads) != len(self._index):
                raise ValueError(
                    "When passing `grads` as a list of gradient tensors, the gradients must "
                    f"match the optimizer's variables one to one. Received {len(grads)} "
                    f"gradients, but the optimizer tracks {len(self._index)} variables."
                )
            return self._trainable_variables
        variables = list(variables)
        if len(variables) != len(grads):
            raise ValueError(
                f"Received {len(grads)} gradients for {len(variables)} variables; expected one "
                "gradient (or None) for each variable."
            )
        if not self.built:
            self._build_within_scope(variables)
        for variable in variables:
            if id(variable) not in self._index:
                if self._compiles > 1:
                    self.extend(variables)
                    break
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer can only be called for the "
                    "variables it was originally built with. When working with a new set of "
                    "variables, you should recreate a new optimizer instance."
                )
        return variables

    def _update(self, grads, variables, rate):
        grads = self._clip_gradients(grads)
        if self._decay:
            rate = rate / (1.0 + self._decay * ops.cast(self._iterations, rate.dtype))
        self._apply_weight_decay(variables, rate)
        for gradient, variable in zip(grads, variables):
            self.update_step(gradient, variable, rate)

    def _clip_gradients(self, grads):
        if self.clipnorm and self.clipnorm > 0:
            return clipping.by_norm(grads, self.clipnorm)
        if self.global_clipnorm and self.global_clipnorm > 0:
            return clipping.by_global_norm(grads, self.global_clipnorm)
        if self.clipvalue and self.clipvalue > 0:
            return clipping.by_value(grads, self.clipvalue)
        return grads

    def _weight_decay_of(self, variable):
        return self.weight_decay

    def _apply_weight_decay(self, variables, rate=None):
        rate = self.learning_rate if rate is None else rate
        for variable in variables:
            decay = self._weight_decay_of(variable)
            if decay is not None and self._use_weight_decay(variable):
                variable.assign_sub(variable * decay * ops.cast(rate, variable.dtype))

    def _power(self, base, dtype):
        """base ** t at step t, which counts from 1."""
        return ops.power(ops.cast(base, dtype), ops.cast(self.iterations + 1, dtype))

    def _once(self, key, compute):
        """A value that all weights of a step share (a bias correction, say), computed once."""
        if key not in self._step_values:
            self._step_values[key] = compute()
        return self._step_values[key]

    def _accumulate(self, grads, variables, rate):
        """Computes the update in every step and keeps it in each nth one: no branch is needed."""
        steps = self.gradient_accumulation_steps
        due = ops.equal((self._iterations + 1) % steps, 0)
        sums = [self._accumulated_gradients[self._index[id(v)]] for v in variables]
        totals = [g + s for g, s in zip(grads, sums)]
        accumulators = {id(a) for a in self._accumulated_gradients}
        state = list(variables) + [v for v in self._slots() if id(v) not in accumulators]
        means = [t / steps for t in totals]
        assign_where(due, state, lambda: self._update(means, variables, rate))
        for accumulator, total in zip(sums, totals):
            accumulator.assign(ops.where(due, ops.zeros_like(total), total))

    def _slots(self):
        own = {id(self._iterations), id(self._learning_rate)}
        own.update(id(average) for _, average in self._averaged())
        return [v for v in self._variables if id(v) not in own]

    def _derived_variables(self):
        """Variables that `_derive_variables` computes of the step where a file lacks them."""
        return []

    def scale_loss(self, loss: Any) -> Any:
        """The loss times `loss_scale_factor`, if there is one.

        Args:
            loss: Scalar tensor or number.

        Returns:
            The loss, multiplied.
        """
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    # ---- weight decay and config -------------------------------------------------------------

    def exclude_from_weight_decay(
        self, var_list: Sequence[Variable] | None = None, var_names: Any = None
    ) -> None:
        """Excludes weights, or those whose name matches a pattern, from weight decay.

        Args:
            var_list: Variables, or None.
            var_names: Regular expressions, which are searched for in the variables' names, or None.

        Raises:
            ValueError: Where the optimizer is built already.
        """
        if self.built:
            raise ValueError(
                "`exclude_from_weight_decay()` can only be configured before the optimizer is "
                "built."
            )
        self._no_decay_ids = {id(v): v for v in var_list or ()}
        self._no_decay_names = re.compile("|".join(var_names)) if var_names else None

    def _use_weight_decay(self, variable):
        if id(variable) in self._no_decay_ids:
            return False
        return self._no_decay_names is None or not self._no_decay_names.search(variable.name)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an optimizer like this one."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(rate.numpy())
        else:
            from ..serialization import serialize_keras_object

            rate = serialize_keras_object(rate)
        old = {"decay": self._decay} if self._decay else {}
        return {
            **old,
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(cls, config: Any, custom_objects: dict[str, Any] | None = None) -> Self:
        """An optimizer as a config describes it.

        Args:
            config: What `get_config` gave: the arguments by name.
            custom_objects: Further classes by name, for a schedule in the config.

        Returns:
            An optimizer of this class.
        """
        if isinstance(config.get("learning_rate"), dict):
            rate = schedules.deserialize(config["learning_rate"], custom_objects)
            config = {**config, "learning_rate": rate}
        return cls(**config)


def _adapt(cls):
    """Gives a class of others in a form of Keras 2 what calls its methods."""
    from . import get_updates, resource_form

    if resource_form.is_meant(cls):
        resource_form.adapt(cls, Optimizer)
    elif "get_updates" in cls.__dict__:
        get_updates.adapt(cls)
