"""Optimizer: what every optimizer shares.

Hyperparameters, the step counter, slot variables, clipping, weight decay, averaging and gradient
accumulation are here; the update of one weight is each subclass's `update_step`.
"""

import re
import warnings

from .. import ops
from ..engine import Variable, config
from ..engine.naming import auto_name, name_scope
from . import clipping
from .schedules import LearningRateSchedule


class Optimizer:
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
    """

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        if "lr" in kwargs:
            warnings.warn(
                "The `lr` argument is deprecated, use `learning_rate` instead.", stacklevel=3
            )
            learning_rate = kwargs.pop("lr")
        # Keras 2's rate / (1 + decay * step).
        self._decay = kwargs.pop("decay", None) or 0.0
        if kwargs:
            raise ValueError(f"Argument(s) not recognized: {kwargs}")
        _check_clipping(clipnorm, clipvalue, global_clipnorm)
        _check_averaging(use_ema, ema_momentum, ema_overwrite_frequency)
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
        self._no_decay_ids = set()
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

    # ---- state -----------------------------------------------------------------------------

    @property
    def variables(self):
        """The step counter, the learning rate and the slots, in the order of creation."""
        return self._variables[:]

    @property
    def iterations(self):
        """Number of updates done, an int64 variable."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @property
    def learning_rate(self):
        """The rate of the next step: a variable, or what a schedule gives now."""
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self._iterations)
        return self._learning_rate()

    @learning_rate.setter
    def learning_rate(self, value):
        current = self._learning_rate
        if callable(value) and not isinstance(value, Variable):
            if isinstance(current, Variable):
                self._variables = [v for v in self._variables if v is not current]
            self._learning_rate = value
        elif isinstance(current, Variable):
            current.assign(value)
        else:
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as its "
                "`learning_rate` constructor argument, hence its learning rate is not settable. "
                "If you need the learning rate to be settable, you should instantiate the "
                "optimizer with a float `learning_rate` argument."
            )

    lr = learning_rate

    def add_variable(
        self, shape, initializer="zeros", dtype=None, aggregation="none", layout=None, name=None
    ):
        """Adds a state variable of the optimizer."""
        with name_scope(self.name, owner=self):
            variable = Variable(
                initializer=initializer,
                shape=shape,
                dtype=dtype or config.floatx(),
                trainable=False,
                aggregation=aggregation,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """Adds a slot of the shape and dtype of a weight, named after it."""
        path = reference_variable.path.replace("/", "_")
        return self.add_variable(
            reference_variable.shape,
            initializer,
            dtype=reference_variable.dtype,
            name=f"{path}_{name or 'var'}",
        )

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """Adds a slot a weight (or several, if `name` is a list); weights stay together.

        Returns:
            A list of slots, or a tuple of lists if `name` is a list.
        """
        names = [name] if isinstance(name, str) else list(name)
        initializers = (
            list(initializer)
            if isinstance(initializer, (list, tuple))
            else [initializer] * len(names)
        )
        if len(names) != len(initializers):
            raise ValueError(
                "The number of provided names must match the number of provided initializers. "
                f"Received name='{name}', initializer='{initializer}'"
            )
        slots = tuple([] for _ in names)
        for variable in trainable_variables:
            for kept, slot_name, slot_initializer in zip(slots, names, initializers):
                kept.append(self.add_variable_from_reference(variable, slot_name, slot_initializer))
        return slots[0] if isinstance(name, str) else slots

    def build(self, variables):
        """Makes the slots for a list of weights; subclasses call this first."""
        variables = list(variables)
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(variables, "gradient_accumulator")
        self._index = {id(variable): i for i, variable in enumerate(variables)}
        self._trainable_variables = variables
        self.built = True

    def _get_variable_index(self, variable):
        return self._index[id(variable)]

    def set_weights(self, weights):
        """Sets all state variables from a list of arrays."""
        if not self.built:
            raise ValueError(
                "You are calling `set_weights()` on an optimizer that has not yet been built. "
                "Please call `optimizer.build(trainable_variables)` to create the optimizer "
                "weights before calling `set_weights()`."
            )
        for variable, weight in zip(self._variables, weights):
            if tuple(variable.shape) != tuple(weight.shape):
                raise ValueError(
                    f"Optimizer variable {variable.path} has shape {tuple(variable.shape)} not "
                    f"compatible with provided weight shape {tuple(weight.shape)}."
                )
            variable.assign(weight)

    def save_own_variables(self, store):
        for i, variable in enumerate(self._variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store):
        if len(store.keys()) != len(self._variables):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has "
                f"{len(self._variables)} variables whereas the saved optimizer has "
                f"{len(store.keys())} variables.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self._variables):
            variable.assign(store[str(i)])

    # ---- one step --------------------------------------------------------------------------

    def update_step(self, gradient, variable, learning_rate):
        """Updates one weight; the part that each optimizer writes."""
        raise NotImplementedError(f"{type(self).__name__} must implement `update_step()`.")

    def assign(self, variable, value):
        variable.assign(value)

    def assign_add(self, variable, value):
        variable.assign_add(value)

    def assign_sub(self, variable, value):
        variable.assign_sub(value)

    def apply_gradients(self, grads_and_vars):
        """Keras 2's form of `apply`: an iterable of (gradient, variable) pairs."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads, trainable_variables=None):
        """Updates the weights with their gradients and advances the step counter.

        Args:
            grads: List of gradients, one for each weight; None where there is none.
            trainable_variables: The weights; may be left out once the optimizer is built.

        Raises:
            ValueError: If no gradient exists, or a weight is unknown to this optimizer.
        """
        grads = list(grads)
        if not grads:
            return
        variables = self._resolve_variables(grads, trainable_variables)
        grads, variables = _drop_missing(grads, variables)
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in grads]
        self._step_values.clear()
        if self.gradient_accumulation_steps:
            self._accumulate(grads, variables)
        else:
            self._update(grads, variables)
        if self.use_ema:
            self._update_averages()
        for variable in variables:
            if getattr(variable, "constraint", None) is not None:
                variable.assign(variable.constraint(variable))
        self._step_values.clear()
        self._iterations.assign_add(1)

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
            self.build(variables)
            self.built = True
        for variable in variables:
            if id(variable) not in self._index:
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer can only be called for the "
                    "variables it was originally built with. When working with a new set of "
                    "variables, you should recreate a new optimizer instance."
                )
        return variables

    def _update(self, grads, variables):
        if self.clipnorm and self.clipnorm > 0:
            grads = clipping.by_norm(grads, self.clipnorm)
        elif self.global_clipnorm and self.global_clipnorm > 0:
            grads = clipping.by_global_norm(grads, self.global_clipnorm)
        elif self.clipvalue and self.clipvalue > 0:
            grads = clipping.by_value(grads, self.clipvalue)
        rate = self.learning_rate
        if self._decay:
            rate = rate / (1.0 + self._decay * ops.cast(self._iterations, rate.dtype))
        if self.weight_decay is not None:
            for variable in variables:
                if self._use_weight_decay(variable):
                    scaled = ops.cast(rate, variable.dtype)
                    variable.assign_sub(variable * self.weight_decay * scaled)
        for gradient, variable in zip(grads, variables):
            self.update_step(gradient, variable, rate)

    def _once(self, key, compute):
        """A value that all weights of a step share (a bias correction, say), computed once."""
        if key not in self._step_values:
            self._step_values[key] = compute()
        return self._step_values[key]

    def _accumulate(self, grads, variables):
        """Computes the update in every step and keeps it in each nth one: no branch is needed."""
        steps = self.gradient_accumulation_steps
        due = ops.equal((self._iterations + 1) % steps, 0)
        sums = [self._accumulators[self._index[id(v)]] for v in variables]
        totals = [g + s for g, s in zip(grads, sums)]
        accumulators = {id(a) for a in self._accumulators}
        state = list(variables) + [v for v in self._slots() if id(v) not in accumulators]
        before = [v.value for v in state]
        self._update([t / steps for t in totals], variables)
        for variable, old in zip(state, before):
            variable.assign(ops.where(due, variable.value, old))
        for accumulator, total in zip(sums, totals):
            accumulator.assign(ops.where(due, ops.zeros_like(total), total))

    def _slots(self):
        own = {id(self._iterations), id(self._learning_rate)}
        if self.use_ema:
            own.update(id(average) for average in self._averages)
        return [v for v in self._variables if id(v) not in own]

    def _update_averages(self):
        # The first step takes the weights themselves.
        later = ops.not_equal(self.iterations, 0)
        for variable, average in zip(self._trainable_variables, self._averages):
            momentum = ops.cast(later, variable.dtype) * self.ema_momentum
            average.assign(momentum * average + (1 - momentum) * variable)
        if self.ema_overwrite_frequency:
            due = ops.equal((self.iterations + 1) % self.ema_overwrite_frequency, 0)
            for variable, average in zip(self._trainable_variables, self._averages):
                variable.assign(ops.where(due, average, variable))

    def finalize_variable_values(self, var_list):
        """With `use_ema`, replaces the weights by their averages; called at the end of `fit`."""
        if not self.use_ema:
            return
        for variable in var_list:
            if id(variable) in self._index:
                variable.assign(self._averages[self._index[id(variable)]])

    def scale_loss(self, loss):
        """The loss times `loss_scale_factor`, if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    # ---- weight decay and config -------------------------------------------------------------

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Excludes weights, or those whose name matches a pattern, from weight decay."""
        if self.built:
            raise ValueError(
                "`exclude_from_weight_decay()` can only be configured before the optimizer is "
                "built."
            )
        self._no_decay_ids = {id(v) for v in var_list or ()}
        self._no_decay_names = re.compile("|".join(var_names)) if var_names else None

    def _use_weight_decay(self, variable):
        if id(variable) in self._no_decay_ids:
            return False
        return self._no_decay_names is None or not self._no_decay_names.search(variable.name)

    def get_config(self):
        """The arguments that make an optimizer like this one."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(rate.numpy())
        else:
            from ..saving.config import serialize_keras_object

            rate = serialize_keras_object(rate)
        return {
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
    def from_config(cls, config, custom_objects=None):
        """The inverse of `get_config`."""
        if isinstance(config.get("learning_rate"), dict):
            from ..saving.config import deserialize_keras_object
            from . import SCHEDULES

            rate = deserialize_keras_object(
                config["learning_rate"], custom_objects, module_objects=SCHEDULES
            )
            config = {**config, "learning_rate": rate}
        return cls(**config)


def _drop_missing(grads, variables):
    missing = [v.path for g, v in zip(grads, variables) if g is None]
    if not missing:
        return grads, variables
    if len(missing) == len(grads):
        raise ValueError("No gradients provided for any variable.")
    warnings.warn(
        f"Gradients do not exist for variables {missing} when minimizing the loss. "
        "If using `model.compile()`, did you forget to provide a `loss` argument?",
        stacklevel=3,
    )
    kept = [(g, v) for g, v in zip(grads, variables) if g is not None]
    return [g for g, _ in kept], [v for _, v in kept]


def _check_clipping(clipnorm, clipvalue, global_clipnorm):
    if sum(limit is not None for limit in (clipnorm, clipvalue, global_clipnorm)) > 1:
        raise ValueError(
            "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
            f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}"
        )


def _check_averaging(use_ema, momentum, frequency):
    if not use_ema:
        return
    if not 0 <= momentum <= 1:
        raise ValueError(
            f"`ema_momentum` must be in the range [0, 1]. Received: ema_momentum={momentum}"
        )
    if frequency and (not isinstance(frequency, int) or frequency < 1):
        raise ValueError(
            "`ema_overwrite_frequency` must be an integer >= 1 or None. "
            f"Received: ema_overwrite_frequency={frequency}"
        )
