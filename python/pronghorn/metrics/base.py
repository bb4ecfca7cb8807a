"""Metric: state in Variables, updated by batches, read by `result()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..dtype_policies import compute_dtype_of
from ..engine import Tensor, Variable, config, nest
from ..engine.naming import auto_name, name_scope
from ..engine.stateless import StatelessScope
from ..serialization import Portable

if TYPE_CHECKING:
    from typing_extensions import Self


class Metric(Portable):
    """Base class of the metrics.

    Subclasses make their state in `__init__` with `add_variable`, change it in `update_state`
    with ops (so that it can run inside a compiled step) and compute `result` from it.

    Args:
        dtype: dtype of the computation; `floatx()` by default.
        name: Name, the key in logs; made from the class name where missing.

    Example:
        >>> class Largest(keras.metrics.Metric):
        ...     def __init__(self, name="largest", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")
        ...
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.largest.assign(ops.maximum(self.largest, ops.max(y_pred)))
        ...
        ...     def result(self):
        ...         return self.largest
        ...
        >>> m = Largest()
        >>> m.update_state(None, ops.convert_to_tensor([1.0, 3.0]))
        >>> float(m.result())
        3.0
    """

    # What a callback reads to tell whether larger is better: "up", "down" or None.
    _direction = None

    def __init_subclass__(cls, **kwargs):
        """Keras 2's `reset_states` of a user's metric is its `reset_state`."""
        super().__init_subclass__(**kwargs)
        if "reset_states" in cls.__dict__ and "reset_state" not in cls.__dict__:
            cls.reset_state = cls.__dict__["reset_states"]

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or auto_name(type(self).__name__)
        self._dtype = compute_dtype_of(dtype)
        self._variables = []
        self._metrics = []
        self._containers = {}  # attributes that may hold variables or metrics, now or later

    def __setattr__(self, name, value):
        if isinstance(value, (Variable, Metric)):
            self._check_super_called()
            self._track(value)
        elif "_containers" in self.__dict__:
            self._containers.pop(name, None)
            if isinstance(value, (list, tuple, dict)):
                self._containers[name] = value
        object.__setattr__(self, name, value)

    def _track(self, value):
        kept = self._variables if isinstance(value, Variable) else self._metrics
        if not any(value is other for other in kept):
            kept.append(value)

    def _check_super_called(self):
        if "_variables" not in self.__dict__:
            raise RuntimeError(
                f"In metric {type(self).__name__}, `super().__init__()` was not called before "
                "state was added. Call it first in `__init__`."
            )

    @property
    def dtype(self) -> Any:
        """The dtype that the metric computes in."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The state: this metric's variables, then those of the metrics in it."""
        variables, metrics = list(self._variables), list(self._metrics)
        for item in nest.flatten(list(self._containers.values())):
            kept = {True: variables, False: metrics}[isinstance(item, Variable)]
            if isinstance(item, (Variable, Metric)) and not any(item is other for other in kept):
                kept.append(item)
        for metric in metrics:
            variables.extend(metric.variables)
        return variables

    @property
    def _counting(self):
        """The dtype of counts: 16 bits would lose whatever comes after the first 2,048."""
        return "float32" if self.dtype in ("float16", "bfloat16") else self.dtype

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Any:
        """Makes a state variable that `reset_state` sets to zero.

        Args:
            shape: Sizes.
            initializer: Name or initializer of the first value.
            dtype: Its dtype; `floatx()` where None.
            aggregation: How replicas would combine: kept, since there is one.
            name: Name of the variable.

        Returns:
            Variable that is not trained.
        """
        self._check_super_called()
        if isinstance(initializer, str) and initializer != "zeros":
            from .. import initializers

            initializer = initializers.get(initializer)
        with name_scope(self.name.replace("/", ">"), caller=self):
            variable = Variable(
                initializer=initializer,
                shape=shape,
                dtype=dtype or config.floatx(),
                trainable=False,
                aggregation=aggregation,
                synchronization="on_read",
                name=name,
            )
        self._track(variable)
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Any:
        """The older name of `add_variable`.

        Args:
            shape: Sizes.
            initializer: Name or initializer of the first value; zeros where None.
            dtype: Its dtype; `floatx()` where None.
            name: Name of the variable.

        Returns:
            Variable that is not trained.
        """
        if isinstance(shape, str):  # Keras 2 began with the name
            name, shape = shape, ()
        return self.add_variable(shape, initializer or "zeros", dtype=dtype, name=name)

    def reset_state(self) -> None:
        """Sets every state variable to zero; called at the start of an epoch."""
        for variable in self.variables:
            variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))

    def reset_states(self) -> Any:
        """`reset_state` by its name of Keras 2."""
        self.reset_state()

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch to the state; a subclass defines it.

        Args:
            *args: Labels (batch, ...) and predictions (batch, ...), or for `Mean` and `Sum` the
                values.
            **kwargs: `sample_weight`: None, or weights that broadcast with the samples.

        Returns:
            None.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `update_state()`.")

    def result(self) -> Any:
        """The value of the metric over all that `update_state` has seen since the last reset.

        Returns:
            A scalar tensor, or of some metrics a tensor or a dict of tensors.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `result()`.")

    def stateless_update_state(self, metric_variables: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """The state after an update, without changing it.

        Args:
            metric_variables: Values for `variables`.
            *args, **kwargs: What `update_state` takes.

        Returns:
            List of new values.

        Raises:
            ValueError: for a list of another length.
        """
        with StatelessScope(self._mapping(metric_variables)) as scope:
            self.update_state(*args, **kwargs)
        return [scope.get_current_value(v) for v in self.variables]

    def stateless_result(self, metric_variables: Any) -> Any:
        """The result of a state that is given; Args and errors as of `stateless_update_state`.

        Returns:
            What `result` returns.
        """
        with StatelessScope(self._mapping(metric_variables)):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """The state after a reset, without changing it; a list of values."""
        with StatelessScope() as scope:
            self.reset_state()
        found = [scope.get_current_value(v) for v in self.variables]
        return [v if value is None else value for v, value in zip(self.variables, found)]

    def _mapping(self, values):
        if len(values) != len(self.variables):
            raise ValueError(
                "Argument `metric_variables` must be a list of tensors corresponding 1:1 to "
                f"{type(self).__name__}().variables. Received list with length {len(values)}, but "
                f"expected {len(self.variables)} variables."
            )
        return list(zip(self.variables, values))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check_super_called()
        self.update_state(*args, **kwargs)
        result = self.result()
        if isinstance(result, Tensor):
            result._metric_obj = self  # type: ignore[attr-defined]  # whom `add_metric` of Keras 2 asks
        return result

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this metric again; its state is not among them.

        Returns:
            A dict of JSON values.
        """
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """A metric as a config describes it.

        Args:
            config: What `get_config` gave: the arguments by name.

        Returns:
            A metric of this class.
        """
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"
