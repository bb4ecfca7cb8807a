"""OptimizerState: the variables of an optimizer: step counter, learning rate and slots."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import Variable, config, is_tracing
from ..engine.locks import fork_safe_rlock
from ..engine.naming import name_scope, open_scopes
from .schedules import LearningRateSchedule

if TYPE_CHECKING:
    from collections.abc import Sequence


_build_lock = fork_safe_rlock()


def whole_build(build):
    """A `build` that is done wholly or not at all, whoever interrupts it or calls it meanwhile.

    `built` is set at its end; a `super().build()` inside is part of it.
    """

    @functools.wraps(build)
    def wrapper(self, *args, **kwargs):
        with _build_lock:
            if self._building:
                return build(self, *args, **kwargs)
            before = list(self._variables)
            scopes = open_scopes()
            depth = len(scopes)
            try:
                self._building = True
                build(self, *args, **kwargs)
                self._building = False
                self.built = True
            except BaseException:
                self._building = self.built = False
                self._variables = before
                raise
            finally:
                del scopes[depth:]

    return wrapper


def assign_where(condition, state, run):
    """Calls run() and keeps what it assigned to the variables of `state` where the condition holds.

    A condition that is known decides whether to call it at all; one inside a trace selects.
    """
    if not is_tracing():
        if bool(condition):
            run()
        return
    before = [variable.value for variable in state]
    run()
    for variable, old in zip(state, before):
        new = variable.value
        if new is not old:
            variable.assign(ops.where(condition, new, old))


def constant(value):
    """An initializer of slots that hold one number."""
    from .. import initializers

    return initializers.Constant(value)


class OptimizerState:
    """A base of Optimizer: makes, lists, reads and writes its variables."""

    _building = False

    def _build_within_scope(self, variables):
        """`build` under the optimizer's name, which no interrupt leaves open."""
        scopes = open_scopes()
        depth = len(scopes)
        try:
            with name_scope(self.name, caller=self):
                self.build(variables)
        finally:
            del scopes[depth:]

    def extend(self, variables: Sequence[Any]) -> None:
        """Makes slots for weights that have none, beside those of the weights it was built with.

        So one optimizer serves several models, such as the two of a GAN, or the layers that a
        second `compile()` lets train.

        Args:
            variables: Weights, known ones among them.

        Example:

        >>> v, w = keras.Variable(1.0), keras.Variable(2.0)
        >>> optimizer = keras.optimizers.SGD(0.5, momentum=0.9)
        >>> optimizer.build([v])
        >>> optimizer.extend([v, w])
        >>> optimizer.apply([ops.ones(())], [w])
        >>> float(w)
        1.5
        """
        state, index = self.__dict__, self._index
        new = [v for v in variables if id(v) not in index]
        if not new:
            return
        before = dict(state)
        try:
            state["built"] = False
            self._build_within_scope(new)
        except BaseException:
            state.update(before)
            raise
        for name, old in before.items():
            made = state[name]
            if made is old or name in ("_variables", "built"):
                continue
            if isinstance(old, Variable):  # one for all weights: it goes on
                state["_variables"] = [v for v in self._variables if v is not made]
                state[name] = old
            elif isinstance(old, list):
                state[name] = old + made
            elif isinstance(old, dict):
                state[name] = {**old, **made}
        places = enumerate(self._trainable_variables)
        state.update(_index={id(v): i for i, v in places}, _compiled=None)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = whole_build(cls.__dict__["build"])

    @property
    def variables(self) -> list[Variable]:
        """The step counter, the learning rate and the slots, in the order of creation."""
        return self._variables[:]

    @property
    def iterations(self) -> Any:
        """Number of updates done, an int64 variable."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The rate of the next step: a variable, or what a schedule gives now."""
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self._iterations)
        return self._learning_rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
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
        self,
        shape: Any,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Any:
        """Adds a state variable of the optimizer.

        Args:
            shape: Sizes.
            initializer: Name or initializer of the first value.
            dtype: Its dtype; floatx where None.
            aggregation: How replicas would combine: kept, since there is one.
            layout: Not used.
            name: Name of the variable.

        Returns:
            Variable that is not trained.
        """
        if isinstance(initializer, str) and initializer != "zeros":
            from .. import initializers

            initializer = initializers.get(initializer)
        with name_scope(self.name, caller=self):
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

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Any:
        """Adds a slot of the shape and dtype of a weight, named after it.

        Args:
            reference_variable: The weight.
            name: What the slot is for, such as "momentum"; it follows the weight's path.
            initializer: Name or initializer of the first value.

        Returns:
            Variable that is not trained.
        """
        path = reference_variable.path.replace("/", "_")
        return self.add_variable(
            reference_variable.shape,
            initializer,
            dtype=reference_variable.dtype,
            name=f"{path}_{name or 'var'}",
        )

    def add_optimizer_variables(
        self,
        trainable_variables: Sequence[Any],
        name: str | Sequence[str],
        initializer: Any = "zeros",
    ) -> Any:
        """Adds a slot a weight (or several, if `name` is a list); weights stay together.

        Args:
            trainable_variables: The weights.
            name: Name of the slots, or a list of names.
            initializer: Name or initializer of their first values, or one for each name.

        Returns:
            A list of slots, or a tuple of lists if `name` is a list.

        Raises:
            ValueError: Where there are not as many initializers as names.
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
                if variable.overwrite_with_gradient:
                    kept.append(None)
                    continue
                kept.append(self.add_variable_from_reference(variable, slot_name, slot_initializer))
        return slots[0] if isinstance(name, str) else slots

    def assign(self, variable: Any, value: Any) -> Any:
        """Sets a variable; what `update_step` changes state with.

        Args:
            variable: Variable.
            value: Tensor of its shape.

        Returns:
            None.
        """
        variable.assign(value)

    def assign_add(self, variable: Any, value: Any) -> Any:
        """Adds to a variable; what `update_step` changes state with.

        Args:
            variable: Variable.
            value: Tensor of its shape.

        Returns:
            None.
        """
        variable.assign_add(value)

    def assign_sub(self, variable: Any, value: Any) -> Any:
        """Subtracts from a variable; what `update_step` changes state with.

        Args:
            variable: Variable.
            value: Tensor of its shape.

        Returns:
            None.
        """
        variable.assign_sub(value)

    def set_weights(self, weights: Any) -> None:
        """Sets all state variables from a list of arrays.

        Args:
            weights: Arrays in the order and of the shapes of `variables`.

        Raises:
            ValueError: Where the optimizer is not built, or a shape differs.
        """
        if not self.built:
            raise ValueError(
                "You are calling `set_weights()` on an optimizer that has not yet been built. "
                "Please call `optimizer.build(trainable_variables)` to create the optimizer "
                "weights before calling `set_weights()`."
            )
        for variable, weight in zip(self.variables, weights):
            if tuple(variable.shape) != tuple(weight.shape):
                raise ValueError(
                    f"Optimizer variable {variable.path} has shape {tuple(variable.shape)} not "
                    f"compatible with provided weight shape {tuple(weight.shape)}."
                )
        for variable, weight in zip(self.variables, weights):
            variable.assign(weight)

    def stateless_apply(
        self, optimizer_variables: Any, grads: Any, trainable_variables: Sequence[Any]
    ) -> tuple[Any, ...]:
        """What `apply` would give for these values, without changing a variable.

        Args:
            optimizer_variables: Values for `self.variables`.
            grads: List of gradients.
            trainable_variables: Values for the weights it was built with.

        Returns:
            (new values of the weights, new values of the optimizer's variables).

        Raises:
            ValueError: Before `build`, or for lists of other lengths.
        """
        if not self.built:
            raise ValueError(
                f"To call `stateless_apply`, {type(self).__name__} must be built (its variables "
                "must have been made): call `optimizer.build(trainable_variables)` first."
            )
        own, weights = self.variables, self._trainable_variables
        for name, given, expected in (
            ("optimizer_variables", optimizer_variables, own),
            ("trainable_variables", trainable_variables, weights),
        ):
            if len(given) != len(expected):
                raise ValueError(
                    f"Argument `{name}` must be a list of tensors, one for each of the "
                    f"{len(expected)} variables of {type(self).__name__}. Received {len(given)}."
                )
        state = [*weights, *own]
        before = [variable.value for variable in state]
        try:
            for variable, value in zip(state, [*trainable_variables, *optimizer_variables]):
                variable.assign(value)
            self.apply(grads, weights)
            after = [variable.value for variable in state]
        finally:
            for variable, value in zip(state, before):
                variable.assign(value)
        return after[: len(weights)], after[len(weights) :]

    def save_own_variables(self, store: Any) -> None:
        """Writes the state into a file that is saved.

        Args:
            store: Mapping that takes arrays under "0", "1", ..., such as an h5py group.
        """
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Sets the state from a file that is read; warns and leaves it where the numbers differ.

        Args:
            store: Mapping from "0", "1", ... to arrays, such as an h5py group.
        """
        if len(store.keys()) != len(self.variables):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has "
                f"{len(self.variables)} variables whereas the saved optimizer has "
                f"{len(store.keys())} variables.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(store[str(i)])
