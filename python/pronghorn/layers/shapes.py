"""Shapes of a layer's outputs, had by running its `call` on abstract tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine import KerasTensor, nest, trace
from ..engine.call_context import call_context
from ..engine.symbolic import to_keras_tensors
from .call_spec import CallSpec, shape_tree, shapes_as, shapes_for
from .context_args import LayerContext
from .on_text import any_text, call_on_text

if TYPE_CHECKING:
    from ..engine.types import TensorLike


class _ShapeOf:
    """The shape of a layer's `input` or `output`, as Keras 2 showed it.

    Without a `__set__`: a layer may use the name for an attribute of its own.
    """

    def __init__(self, what):
        self.what = what

    def __get__(self, layer, owner=None):
        if layer is None:
            return self
        return nest.map_structure(lambda x: tuple(x.shape), getattr(layer, self.what))


class LayerShapes(LayerContext):
    """A base of Layer."""

    input_shape = _ShapeOf("input")
    output_shape = _ShapeOf("output")

    def get_input_at(self, node_index: Any) -> Any:
        """The symbolic input(s) of the call with this number.

        Args:
            node_index: int, 0 for the first call; negative ones count from the last.

        Returns:
            A KerasTensor, or a list of them.

        Raises:
            ValueError: where there was no such call.
        """
        return self._tensors_at(node_index, "input_tensors")

    def get_output_at(self, node_index: Any) -> Any:
        """The symbolic output(s) of the call with this number.

        Args:
            node_index: int, 0 for the first call; negative ones count from the last.

        Returns:
            A KerasTensor, or a list of them.

        Raises:
            ValueError: where there was no such call.
        """
        return self._tensors_at(node_index, "output_tensors")

    def get_input_shape_at(self, node_index: Any) -> Any:
        """The shape(s) of that call's input(s).

        Args:
            node_index: int, 0 for the first call; negative ones count from the last.

        Returns:
            A tuple, or a list of tuples; None for unknown sizes.

        Raises:
            ValueError: where there was no such call.
        """
        return nest.map_structure(lambda x: tuple(x.shape), self.get_input_at(node_index))

    def get_output_shape_at(self, node_index: Any) -> Any:
        """The shape(s) of that call's output(s).

        Args:
            node_index: int, 0 for the first call; negative ones count from the last.

        Returns:
            A tuple, or a list of tuples; None for unknown sizes.

        Raises:
            ValueError: where there was no such call.
        """
        return nest.map_structure(lambda x: tuple(x.shape), self.get_output_at(node_index))

    def add_update(self, updates: Any, inputs: TensorLike | None = None) -> Any:
        """Keras 2's way to say what a call assigned; here assigning is enough.

        Args:
            updates, inputs: Taken, and not looked at.

        Returns:
            None.
        """

    def get_build_config(self) -> dict[Any, Any] | None:
        """The shapes the layer was built with, for `build_from_config`; None before."""
        shapes = self._build_shapes_dict
        if shapes is None:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Builds the layer for the shapes that `get_build_config` noted.

        Args:
            config: Dict with "input_shape" or "shapes_dict"; an empty one builds nothing.
        """
        if not config:
            return
        if "input_shape" in config:
            shape = config["input_shape"]
            self.build(shapes_as(self.build, shape) if shape is not None else None)
        elif "shapes_dict" in config:
            self.build(**shapes_as(self.build, config["shapes_dict"]))

    def rematerialized_call(self, layer_call: Any, *args: Any, **kwargs: Any) -> Any:
        """The function as it is: a step keeps what its backward pass reads.

        Args:
            layer_call: The function.
            args, kwargs: What it would be called with; not used.

        Returns:
            `layer_call`.
        """
        return layer_call

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Reports the mean of a value over an epoch, as in Keras 2; inside `call`.

        Args:
            *args: The tensor, and its key in the logs.
            **kwargs: The same as `value` and `name`; `aggregation` of Keras 2: "mean".

        Raises:
            ValueError: without a name, for a symbolic tensor, or for another aggregation.
        """
        self._report(*args, **kwargs)

    def _report(self, value, name=None, **kwargs):
        if isinstance(value, KerasTensor):
            raise ValueError(
                "`add_metric()` of a layer takes the tensors that its `call` works with. Received "
                f"a symbolic one: {value}. Functional models take these."
            )
        called = getattr(value, "_metric_obj", None)
        if name is None and called is not None and not kwargs:  # it has counted the value
            if all(called is not metric for metric in self._metrics):
                self._metrics.append(called)
            return
        metric = self._metric_called(name, kwargs)
        if not call_context.symbolic:
            metric.update_state(value)

    def _metric_called(self, name, options):
        """The layer's running mean of that name; made where it is missing."""
        from ..serialization import deserialize_keras_object

        if name is None:
            raise ValueError("Give the metric a name: `self.add_metric(value, name='size')`.")
        if options.pop("aggregation", None) not in (None, "mean"):
            raise ValueError("`add_metric()` knows one `aggregation`: 'mean'.")
        if options:
            raise TypeError(f"add_metric() got unexpected keyword arguments {sorted(options)}")
        for metric in self._metrics:
            if metric.name == name:
                return metric
        mean = {"module": "keras.metrics", "class_name": "Mean", "config": {"name": name}}
        self._metrics.append(deserialize_keras_object(mean))
        return self._metrics[-1]

    def _tensors_at(self, index, what):
        nodes = self._inbound_nodes
        if not -len(nodes) <= index < len(nodes):
            raise ValueError(
                f"Layer '{self.name}' was called {len(nodes)} times on symbolic tensors. "
                f"Received: node_index={index}"
            )
        found = getattr(nodes[index], what)
        return found[0] if len(found) == 1 else found

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs' shapes and dtypes for symbolic inputs; the call is not recorded.

        Args:
            *args, **kwargs: What `call` takes.

        Returns:
            What `compute_output_spec` does: KerasTensors in the form of the outputs.
        """
        return self.compute_output_spec(*args, **kwargs)

    def _abstract_call(self, *args, **kwargs):
        """`call` on abstract tensors in place of the symbolic ones: shapes and dtypes only."""
        if any_text(args, kwargs):
            return call_on_text(self, args, kwargs)
        call_context.symbolic += 1
        try:
            return trace.eval_shape(lambda a, k: self._run(a, k), args, kwargs)
        finally:
            call_context.symbolic -= 1

    def _call_on_shapes(self, *args, **kwargs):
        """`call` on abstract tensors of these shapes; nothing says which of them are text."""

        def symbolic(shapes):
            return shape_tree(lambda s: KerasTensor(s, dtype=self.input_dtype), shapes)

        args = tuple(map(symbolic, args))
        kwargs = {name: symbolic(shape) for name, shape in kwargs.items()}
        try:
            return self._abstract_call(*args, **kwargs)
        except NotImplementedError:
            raise
        except Exception as error:
            if not any(getattr(one, "runs_on_host", False) for one in self._flatten_layers()):
                raise
            try:
                return call_on_text(self, args, kwargs)
            except Exception:
                raise error from None

    def _output_spec_of_call(self, *args, **kwargs):
        """What `call` returns for these arguments, as KerasTensors, whatever the class says."""
        layer = self
        if self._needs_build():
            spec = CallSpec(self, self._call_info, args, kwargs)
            shapes = spec.shapes()
            if shapes:
                layer = self._copy_to_build()
                layer.build(**shapes_for(layer.build, shapes, spec, type(self).__name__))
        return to_keras_tensors(layer._abstract_call(*args, **kwargs))

    def _needs_build(self):
        return not self.built and not self._building and self._has_own_build()

    def _copy_to_build(self):
        """A layer of the same config: to ask for shapes must not build the layer itself."""
        return type(self).from_config({**self.get_config(), "name": self.name})

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """KerasTensors with the shapes and dtypes of the outputs."""
        if type(self).compute_output_shape is LayerShapes.compute_output_shape:
            return self._output_spec_of_call(*args, **kwargs)
        spec = CallSpec(self, self._call_info, args, kwargs)
        function = self.compute_output_shape
        shapes = shapes_for(function, spec.shapes(), spec, type(self).__name__)
        return shape_tree(lambda s: KerasTensor(s, dtype=self.compute_dtype), function(**shapes))

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the outputs for inputs of this shape (or nest of shapes).

        Args:
            *args: Shapes of the tensor arguments of `call`, in their order.
            **kwargs: Shapes by name: "x_shape" for an argument x; "input_shape" is the first.
        """
        if type(self).call.__qualname__ == "Layer.call":
            raise NotImplementedError(
                f"Layer {type(self).__name__} does not have a `compute_output_shape` method "
                "implemented."
            )
        if "input_shape" in kwargs:
            args = (kwargs.pop("input_shape"), *args)
        layer = self
        if self._needs_build() or any(not inner.built for inner in self._layers):
            layer = self._copy_to_build()
            if layer._has_own_build():
                layer.build(*args, **kwargs)

        outputs = layer._call_on_shapes(
            *args, **{name.removesuffix("_shape"): shape for name, shape in kwargs.items()}
        )
        return nest.map_structure(lambda x: tuple(x.shape), outputs)
