"""keras.Function: the graph between symbolic tensors as something that can be called."""

from __future__ import annotations

from typing import Any

from . import nest, trace
from .graph import Graph
from .keras_tensor import KerasTensor
from .symbolic import Operation, to_keras_tensors
from .tensor import convert_to_tensor


def flatten_shapes(shapes):
    """A nest of shapes as a flat list of tuples."""
    if isinstance(shapes, dict):
        return [s for key in nest.keys(shapes) for s in flatten_shapes(shapes[key])]
    if all(size is None or isinstance(size, int) for size in shapes):
        return [tuple(shapes)]
    return [s for one in shapes for s in flatten_shapes(one)]


class GraphFunction(Operation):
    """Computes symbolic outputs from values, or other symbolic tensors, in the inputs' places.

    Args:
        inputs: Nest of KerasTensors.
        outputs: Nest of KerasTensors that depend on them alone.
        name: Name.

    Raises:
        ValueError: where the outputs need other inputs.

    Example:

    >>> x = keras.KerasTensor((None, 2))
    >>> keras.Function(x, x * 2 + 1)(np.ones((1, 2))).tolist()
    [[3.0, 3.0]]
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        for what, given in (("inputs", inputs), ("outputs", outputs)):
            if not nest.flatten(given):
                raise ValueError(f"`{what}` argument cannot be empty. Received: {what}={given!r}")
        for x in (*nest.flatten(inputs), *nest.flatten(outputs)):
            if not isinstance(x, KerasTensor):
                raise ValueError(f"A Function is made between KerasTensors. Received: {x!r}")
        self._inputs_struct = nest.map_structure(lambda x: x, inputs)
        self._outputs_struct = nest.map_structure(lambda x: x, outputs)
        self._graph = Graph(nest.flatten(inputs), nest.flatten(outputs), unique=False)

    @property
    def inputs(self) -> list[Any]:
        """Flat list of the symbolic inputs."""
        return list(self._graph.inputs)

    @property
    def outputs(self) -> list[Any]:
        """Flat list of the symbolic outputs."""
        return list(self._graph.outputs)

    @property
    def operations(self) -> list[Any]:
        """Layers and ops, from the inputs on."""
        return list(self._graph.operations)

    @property
    def layers(self) -> list[Any]:
        """The operations that have weights or may have."""
        return [x for x in self._graph.operations if hasattr(x, "weights")]

    def call(self, inputs: Any) -> Any:
        """The outputs for these inputs."""
        values = self._checked(inputs)
        results = self._graph.run(values)
        return (
            nest.pack_as(self._outputs_struct, results)
            if nest.is_nested(self._outputs_struct)
            else results[0]
        )

    def compute_output_spec(self, inputs: Any) -> Any:
        """The outputs' shapes and dtypes for symbolic inputs, as new KerasTensors."""
        return to_keras_tensors(trace.eval_shape(self.call, inputs))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The outputs' shapes for inputs of this shape, or nest of shapes.

        Args:
            input_shape: Tuple of ints and None, or a nest of such tuples as the inputs are.

        Returns:
            Tuple of ints and None for each output, in the outputs' nest.
        """
        shapes = flatten_shapes(input_shape)
        given = [KerasTensor(s, dtype=x.dtype) for s, x in zip(shapes, self._graph.inputs)]
        struct = self._inputs_struct
        spec = self.compute_output_spec(
            nest.pack_as(struct, given) if nest.is_nested(struct) else given[0]
        )
        return nest.map_structure(lambda x: tuple(x.shape), spec)

    def _checked(self, inputs):
        values = nest.flatten(inputs)
        try:
            nest.assert_same_structure(inputs, self._inputs_struct)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{type(self).__name__} was passed an invalid input structure: '{self.name}' takes "
                f"{len(self._graph.inputs)} inputs, as in {self._inputs_struct}. Received: "
                f"{len(values)}, as in {nest.map_structure(lambda x: '*', inputs)}"
            ) from error
        values = [x if isinstance(x, KerasTensor) else convert_to_tensor(x) for x in values]
        for x, expected in zip(values, self._graph.inputs):
            fits = len(x.shape) == len(expected.shape) and all(
                a in (None, -1) or b is None or a == b for a, b in zip(x.shape, expected.shape)
            )
            if not fits:
                raise ValueError(
                    f"{type(self).__name__} was passed incompatible inputs. Expected shape "
                    f"{expected.shape} for '{expected.name}'. Received: {tuple(x.shape)}"
                )
        return values


GraphFunction.__name__ = GraphFunction.__qualname__ = "Function"
Function = GraphFunction  # which is what it calls itself
