"""Sessions, which programs of TensorFlow 1's time set up and sometimes run, by `K.function`.

There is nothing to set up: variables have their values when they are made, and one graph is all.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from ..engine import KerasTensor, Tensor, Variable, nest
from ..engine.tensor import own_array
from . import graphs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["get_session", "set_session"]

_BACKEND = "tensorflow"
_KEPT = 64  # functions that a session keeps for what it ran


class NothingToDo:
    """What initializes variables, tables and the like: `run` gives None for it."""

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Does nothing."""


class Graph:
    """The one graph, which is always the default one."""

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Graph]:
        """A context that changes nothing."""
        yield self

    def finalize(self) -> None:
        """Does nothing."""

    def get_operations(self) -> list[Any]:
        """No operations: a model's `layers` are what there is."""
        return []

    def get_tensor_by_name(self, name: str) -> Any:
        """Raises: tensors have no names; `model.get_layer(name).output` is one."""
        raise KeyError(
            f"There is no tensor by the name {name!r}: `model.get_layer(name).output` is a "
            "layer's output."
        )


_GRAPH = Graph()


class Session:
    """Computes symbolic tensors of models, and reads variables.

    Args:
        target, graph, config: Not used.

    Example:

    >>> from pronghorn.backend.sessions import Session
    >>> x = K.placeholder((None, 2))
    >>> with Session() as session:
    ...     session.run(K.sum(x, axis=-1), feed_dict={x: [[1.0, 2.0]]}).tolist()
    [3.0]
    """

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        self.graph = graph or _GRAPH
        self._functions: dict[Any, Any] = {}

    def run(
        self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """The values of what is asked for.

        Args:
            fetches: Symbolic tensor, tensor, Variable, update or initializer, or a nest of them.
            feed_dict: Values of placeholders, models' inputs, or any tensors of the graph;
                `K.learning_phase()` may be among them.
            options, run_metadata: Not used.

        Returns:
            NumPy arrays in the nest of `fetches`; None for what has no value.

        Raises:
            ValueError: where a tensor depends on others that are not fed.
        """
        feeds = dict(feed_dict or {})
        flat = nest.flatten(fetches)
        wanted = [x for x in flat if isinstance(x, KerasTensor)]
        updates = [x for x in flat if isinstance(x, graphs._Update)]
        found = {}
        if wanted or updates:
            values = self._function(list(feeds), wanted, updates)(list(feeds.values()))
            found = {id(x): value for x, value in zip(wanted, values)}
        results = [found[id(x)] if id(x) in found else _value(x) for x in flat]
        return nest.pack_as(fetches, results) if nest.is_nested(fetches) else results[0]

    def _function(self, inputs, outputs, updates):
        key = tuple(tuple(map(id, part)) for part in (inputs, outputs, updates))
        kept = self._functions.get(key)
        if kept is None:
            while len(self._functions) >= _KEPT:
                del self._functions[next(iter(self._functions))]
            function = graphs.function(inputs, outputs, updates, name="Session.run")
            kept = self._functions[key] = function, (inputs, outputs, updates)
        return kept[0]

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Session]:
        """A context that changes nothing."""
        yield self

    def list_devices(self) -> list[Any]:
        """No devices to choose from."""
        return []

    def close(self) -> None:
        """Forgets what it ran."""
        self._functions.clear()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _value(x):
    if x is None or isinstance(x, NothingToDo):
        return None
    if isinstance(x, graphs._Update):  # done: the variable has its new value
        x = x[0]
    if isinstance(x, (Tensor, Variable)):
        return own_array(x)
    raise TypeError(
        "A session runs symbolic tensors, tensors and Variables; of a tensor's name, "
        f"`model.get_layer(name).output` is the tensor. Received: {x!r}"
    )


_session = Session()


def get_session(*args: Any, **kwargs: Any) -> Any:
    """The session, whose `run(fetches, feed_dict)` computes symbolic tensors and reads variables.

    Example:
        >>> x = K.placeholder((None, 2))
        >>> K.get_session().run(2.0 * x, feed_dict={x: [[1.0, 2.0]]}).tolist()
        [[2.0, 4.0]]
    """
    return _session


def set_session(session: Any) -> None:
    """Accepted, for the programs that limit a session's memory or threads.

    Args:
        session: Not used.

    Example:
        >>> K.set_session(None)
    """


def _get_available_gpus() -> list[str]:
    """The GPUs that TensorFlow 1 saw: none."""
    return []
