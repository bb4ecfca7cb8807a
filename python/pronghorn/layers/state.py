"""The state of a layer: its weights in Keras's order, `trainable`, losses, and reading and writing.

Part of Layer, which is defined in base.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..engine import Variable
from ..engine.stateless import StatelessScope
from ..engine.tensor import own_array
from ..engine.variable import values_of
from .own_losses import LayerLosses
from .tracking import revision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Identifier


def unique(items):
    """The items without repetitions (by identity), in order."""
    return list({id(x): x for x in items}.values())


_STORES = {True: "trainable_variables", False: "non_trainable_variables"}


def _is_in(x, items):
    return any(x is item for item in items)


class LayerState(LayerLosses):
    """Weights, losses and metrics of a layer and its sublayers."""

    @property
    def _trainable_variables(self):
        return self._tracker.stores["trainable_variables"]

    @property
    def _non_trainable_variables(self):
        return self._tracker.stores["non_trainable_variables"]

    @property
    def _metrics(self):
        return self._tracker.stores["metrics"]

    @property
    def _seed_generators(self):
        return self._tracker.stores["seed_generators"]

    @property
    def _layers(self):
        return self._tracker.stores["layers"]

    # Making weights.

    def add_weight(
        self,
        *args: Any,
        shape: Sequence[Any] | None = None,
        initializer: Identifier | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Identifier | None = None,
        constraint: Identifier | None = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Makes a weight and adds it to the layer.

        Args:
            shape: Tuple of int; () where missing.
            initializer: Name or callable; glorot_uniform for floats, else zeros, where missing.
            dtype: The layer's variable dtype where missing.
            trainable: Whether training changes it.
            autocast: Whether it is read in the compute dtype under mixed precision.
            regularizer: Penalty added to the layer's losses.
            constraint: Projection applied after each update.
            aggregation, overwrite_with_gradient: Kept on the variable.
            name: Last part of its path.

        Returns:
            The Variable.

        Raises:
            ValueError: for a shape with unknown sizes, or a name in place of a shape. Of old,
                `add_weight(name, shape)` was accepted; Keras 3 refuses it, and so do we.
        """
        self._check_super_called()
        from .. import constraints, initializers, regularizers
        from ..dtype_policies import is_float, standardize_dtype

        kwargs.pop("synchronization", None)
        kwargs.pop("use_resource", None)
        if kwargs:
            raise TypeError(f"add_weight() got unexpected keyword arguments {sorted(kwargs)}")
        if len(args) > 3:
            raise TypeError(
                f"add_weight() takes at most 3 positional arguments but {len(args)} were given."
            )
        if args and isinstance(args[0], str):
            raise ValueError(
                "`name` must be passed as a keyword argument. "
                f"Received: add_weight('{args[0]}', ...). "
                f"Use: add_weight(shape=..., name='{args[0]}')."
            )
        given = {"shape": shape, "initializer": initializer, "dtype": dtype}
        for key, value in zip(given, args):
            if given[key] is not None:
                raise ValueError(f"`{key}` was passed both positionally and as a keyword argument.")
            given[key] = value
        shape = given["shape"]
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if any(s is None for s in shape):
            raise ValueError(
                "Shapes used to initialize variables must be fully-defined (no `None` sizes). "
                f"Received: shape={shape} for variable '{name}' of layer '{self.name}'"
            )
        dtype = given["dtype"]
        dtype = self.variable_dtype if dtype is None else standardize_dtype(dtype)
        initializer = given["initializer"]
        if initializer is None:
            initializer = "glorot_uniform" if is_float(dtype) else "zeros"
        with self._open_name_scope():
            variable = Variable(
                initializers.get(initializer),
                shape=shape,
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._track_variable(variable)
        return variable

    def add_variable(
        self,
        shape: Sequence[Any],
        initializer: Identifier,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Identifier | None = None,
        constraint: Identifier | None = None,
        name: str | None = None,
    ) -> Any:
        """Makes a weight: `add_weight` without its defaults.

        Args:
            shape, initializer, dtype, trainable, autocast, regularizer, constraint, name: As of
                `add_weight`.

        Returns:
            The Variable.
        """
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    def _track_variable(self, variable):
        kind = "trainable_variables" if variable.trainable else "non_trainable_variables"
        self._tracker.add(kind, variable)
        if not self.trainable:
            variable.trainable = False

    def _untrack_variable(self, variable):
        self._tracker.untrack(variable)

    # Lists of weights.

    @property
    def trainable(self) -> Any:
        """Whether training may change the layer's weights; setting it sets all sublayers'."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        value = bool(value)
        self.__dict__["_trainable"] = value
        revision.advance()
        for variable in self._trainable_variables:
            variable.trainable = value
        for layer in self._layers:
            layer.trainable = value

    def _collect(self, with_seeds):
        found = [*self._trainable_variables, *self._non_trainable_variables]
        if with_seeds:
            found.extend(generator.state for generator in self._seed_generators)
        for layer in self._layers:
            found.extend(layer.variables if with_seeds else layer.weights)
        return unique(found)

    @property
    def variables(self) -> list[Variable]:
        """All weights and the states of seed generators; metrics are left out."""
        return self._collect(with_seeds=True)

    @property
    def trainable_variables(self) -> list[Variable]:
        """What training may change, a list of Variables; empty where `trainable` is False."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Any]:
        """What training leaves alone, a list of Variables; all where `trainable` is False."""
        return [v for v in self.variables if not (v.trainable and self.trainable)]

    @property
    def weights(self) -> list[Variable]:
        """All weights: the layer's own trainable ones, its other ones, then its sublayers'."""
        return self._collect(with_seeds=False)

    @property
    def trainable_weights(self) -> list[Variable]:
        """What training may change, a list of Variables; empty where `trainable` is False."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @trainable_weights.setter
    def trainable_weights(self, value: Sequence[Any]) -> None:
        self._take_weights(value, trainable=True)

    @property
    def non_trainable_weights(self) -> list[Any]:
        """`non_trainable_variables` without the states of seed generators."""
        return [v for v in self.weights if not (v.trainable and self.trainable)]

    @non_trainable_weights.setter
    def non_trainable_weights(self, value: Sequence[Any]) -> None:
        self._take_weights(value, trainable=False)

    # Keras 2's names of the layer's own lists, which its layers append to.
    _trainable_weights = property(lambda self: self._trainable_variables, trainable_weights.fset)
    _non_trainable_weights = property(
        lambda self: self._non_trainable_variables, non_trainable_weights.fset
    )

    def _take_weights(self, value, trainable):
        """The layer's own weights of a kind are these, as Keras 1 and 2 let `build` say it."""
        value = list(value)
        for variable in value:
            if not isinstance(variable, Variable):
                raise TypeError(
                    f"The weights of layer '{self.name}' are variables, made by `add_weight` or "
                    f"`K.variable`. Received: {variable!r}"
                )
        for variable in value:
            self._tracker.add(_STORES[trainable], variable)
        own, other = (self._tracker.stores[_STORES[kind]] for kind in (trainable, not trainable))
        other[:] = [v for v in (*other, *own) if not _is_in(v, value)]
        own[:] = value
        for kind, variables in ((trainable, own), (not trainable, other)):
            for variable in variables:
                variable.trainable = kind and self.trainable
        revision.advance()

    @property
    def updates(self) -> list[Any]:
        """Updates to be run beside a step's: none, since layers run theirs when called."""
        return self.__dict__.get("_updates", [])

    @updates.setter
    def updates(self, value: Any) -> None:
        self.__dict__["_updates"] = value

    @property
    def metrics(self) -> Any:
        """All metrics of the layer and its sublayers."""
        found = list(self._metrics)
        for layer in self._layers:
            found.extend(layer.metrics)
        return found

    @property
    def metrics_variables(self) -> list[Any]:
        """The state of the layer's metrics, a list of Variables."""
        return [v for metric in self.metrics for v in metric.variables]

    def _flatten_layers(self, include_self=True, recursive=True):
        found = [self] if include_self else []
        seen = set()
        waiting = [iter(self._layers)]
        while waiting:
            layer = next(waiting[-1], None)
            if layer is None:
                waiting.pop()
            elif id(layer) not in seen:
                seen.add(id(layer))
                found.append(layer)
                if recursive:
                    waiting.append(iter(layer._layers))
        return found

    def count_params(self) -> Any:
        """The number of scalars in the weights.

        Raises:
            ValueError: where the layer is not built.
        """
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't "
                "built. You can build it manually via: `layer.build(input_shape)`."
            )
        return sum(math.prod(w.shape) for w in self.weights)

    def _build_at_init(self):
        """Marks a layer without weights as built; its `__init__` ends with this."""
        if not self._has_own_build():
            self.built = True

    # Values.

    def get_weights(self) -> list[Any]:
        """The values of `weights` as NumPy arrays of the caller's own.

        They are of one moment, also while a thread trains.
        """
        return [own_array(value) for value in values_of(self.weights)]

    def set_weights(self, weights: Any) -> None:
        """Sets the values of `weights`; all are checked before any is changed.

        Args:
            weights: List of arrays in the order of `weights`.

        Raises:
            ValueError: for a wrong number of arrays or a wrong shape.
        """
        import numpy as np

        expected = self.weights
        if len(expected) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of "
                f"length {len(weights)}, but the layer was expecting {len(expected)} weights."
            )
        values = [v if hasattr(v, "shape") else np.asarray(v) for v in weights]
        for variable, value in zip(expected, values):
            if tuple(variable.shape) != tuple(value.shape):
                raise ValueError(
                    f"Layer '{self.name}' weight '{variable.name}': expected shape "
                    f"{tuple(variable.shape)}, received shape {tuple(value.shape)}, which is not "
                    "compatible."
                )
        for variable, value in zip(expected, values):
            variable.assign(value)

    def save_own_variables(self, store: Any) -> None:
        """Writes the layer's own weights to a dict-like store, keys "0", "1", ...

        Args:
            store: Dict-like, takes an array a key.
        """
        for i, variable in enumerate(self._own_variables()):
            store[str(i)] = self._value_for_files(variable)

    def _own_variables(self):
        """The layer's own weights that files hold."""
        return self._trainable_variables + self._non_trainable_variables

    def _value_for_files(self, variable):
        return variable

    def _after_loading(self):
        """Called when the values of a file have been assigned."""

    def load_own_variables(self, store: Any) -> None:
        """Reads the layer's own weights from such a store.

        Args:
            store: Dict-like, from "0", "1", ... to arrays.

        Raises:
            ValueError: for another number of weights than the layer has, or another shape.
        """
        own = self._own_variables()
        if len(store.keys()) != len(own):
            if not own and not self.built:
                raise ValueError(
                    f"Layer '{self.name}' was never built and thus it doesn't have any variables. "
                    f"However the weights file lists {len(store.keys())} variables for this layer. "
                    "Build the model first: call it on some data, or give its layers a `build()` "
                    "that makes all their state."
                )
            raise ValueError(
                f"Layer '{self.name}' expected {len(own)} variables, but received "
                f"{len(store.keys())} variables during loading. "
                f"Expected: {[v.name for v in own]}"
            )
        for i, variable in enumerate(own):
            variable.assign(store[str(i)])
        self._after_loading()

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The layer's result for given values of its variables, none of which changes.

        Args:
            trainable_variables, non_trainable_variables: Values for the lists of these names.
            *args, **kwargs: What the layer is called with.
            return_losses: Whether to return `losses` too.

        Returns:
            (outputs, new values of the non-trainable variables), and the losses where wanted.

        Raises:
            ValueError: before the layer is built, or for lists of other lengths.
        """
        if not self.built:
            raise ValueError(
                f"To call stateless_call, {type(self).__name__} must be built (its variables must "
                "have been made): call it on some data first."
            )
        mapping = []
        for name, given in (
            ("trainable_variables", trainable_variables),
            ("non_trainable_variables", non_trainable_variables),
        ):
            own = getattr(self, name)
            if len(given) != len(own):
                raise ValueError(
                    f"Argument `{name}` must be a list of tensors corresponding 1:1 to "
                    f"{type(self).__name__}().{name}. Received list with length {len(given)}, but "
                    f"expected {len(own)} variables."
                )
            mapping += zip(own, given)
        with StatelessScope(mapping, collect_losses=return_losses) as scope:
            outputs = self(*args, **kwargs)  # type: ignore[operator]
            losses = self.losses if return_losses else None
        state = [scope.get_current_value(v) for v in self.non_trainable_variables]
        return (outputs, state, losses) if return_losses else (outputs, state)
