"""What a symbolic tensor was made from."""

from __future__ import annotations

from typing import Any

from .keras_tensor import KerasTensor


def get_source_inputs(tensor: Any) -> Any:
    """The inputs of the graph that leads to a symbolic tensor.

    Args:
        tensor: A KerasTensor.

    Returns:
        A list of KerasTensors, each once, in the order in which a walk back finds them.

    Raises:
        TypeError: for anything but a KerasTensor.

    Example:

    >>> x = keras.Input((2,), name="x")
    >>> [t.name for t in get_source_inputs(keras.layers.Dense(1)(x))]
    ['x']
    """
    if not isinstance(tensor, KerasTensor):
        raise TypeError(f"get_source_inputs needs a KerasTensor. Received: {tensor!r}")
    found, seen, waiting = [], set(), [tensor]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        history = getattr(one, "_keras_history", None)
        node = None
        if history is not None and history.operation is not None:
            nodes = history.operation._inbound_nodes
            node = nodes[history.node_index] if nodes else None
        if node is None or node.is_input:
            if all(one is not other for other in found):
                found.append(one)
        else:
            waiting.extend(reversed(node.input_tensors))
    return found
