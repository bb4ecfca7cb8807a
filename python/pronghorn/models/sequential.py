"""Sequential: a stack of layers."""

from __future__ import annotations

from typing import Any

from ..engine import KerasTensor, nest
from ..layers.base import Layer
from ..layers.call_spec import is_shape
from ..layers.input_layer import InputLayer
from ..layers.masking import get_keras_mask
from .functional import Functional
from .model import Model
from .nested import inner_model


class _Calls:
    """(layer, its symbolic output) of the graph; no list: that would be a part of weights files."""

    __slots__ = ("pairs",)

    def __init__(self, pairs=()):
        self.pairs = pairs


class Sequential(Model):
    """A stack of layers, each with one input and one output.

    With an Input in front the weights exist as layers are added; without, the model is built at its
    first call or by `build(input_shape)`.

    Args:
        layers: List of layers.
        trainable, name: As of Layer.

    Raises:
        ValueError: for what is no layer, or two layers of one name.

    Example:

    >>> stack = [layers.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(1)]
    >>> Sequential(stack).output_shape
    (None, 1)
    """

    _calls = _Calls()
    _renewed = {**Model._renewed, "_calls": _calls}

    def __init__(self, layers: Any = None, trainable: Any = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        self.__dict__["_functional"] = None
        if layers:
            if not isinstance(layers, (list, tuple)):
                layers = [layers]
            for layer in layers:
                self.add(layer, rebuild=False)
            self._maybe_rebuild()

    def _obj_type(self):
        return "Sequential"

    def _lock_state(self):
        """Layers may be added and removed at any time."""

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Puts a layer on top.

        Args:
            layer: The layer, or a tensor made by `Input`.
            rebuild: Whether to build the model anew when its input is known.

        Raises:
            ValueError: for what is no layer, or a second input.
        """
        stack = self._layers
        if not stack and getattr(layer, "_batch_shape_argument", None) is not None:
            self.add(
                InputLayer(
                    batch_shape=layer._batch_shape_argument, dtype=_natural_input_dtype(layer)
                ),
                rebuild=False,
            )
        if isinstance(layer, KerasTensor) and hasattr(layer, "_keras_history"):
            origin = layer._keras_history.operation
            layer = origin if isinstance(origin, InputLayer) else layer
        if not isinstance(layer, Layer):
            raise ValueError(
                "Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                f"{layer} (of type {type(layer)})"
            )
        if any(layer.name == other.name and other is not layer for other in stack):
            raise ValueError(
                "All layers added to a Sequential model should have unique names. Name "
                f"'{layer.name}' is already the name of a layer in this model. Update the `name` "
                "argument to pass a unique name."
            )
        if isinstance(layer, InputLayer) and stack and isinstance(stack[0], InputLayer):
            raise ValueError(
                f"Sequential model '{self.name}' has already been configured to use input shape "
                f"{stack[0].batch_shape}. You cannot add a different Input layer to it."
            )
        stack.append(layer)
        if rebuild:
            self._maybe_rebuild()
        else:
            self._forget_graph()

    def pop(self, rebuild: bool = True) -> Any:
        """Takes the last layer off and returns it.

        Args:
            rebuild: Whether to connect the layers that are left at once.

        Returns:
            The layer.
        """
        layer = self._layers.pop()
        self._forget_graph()
        if rebuild and self._layers:
            self._maybe_rebuild()
        return layer

    def _forget_graph(self):
        self.built = False
        self.__dict__["_functional"] = None

    def _maybe_rebuild(self):
        self._forget_graph()
        first = self._layers[0]
        several = _several_inputs(first)
        if several is not None:  # Keras 1 begins so, with a Merge of models
            before = self._calls.pairs
            again = before and before[0][0] is first
            self._connect([before[0] if again else (first, first(several))], several)
            self.built = self._functional is not None
            return
        if len(self._layers) < 2:
            return
        if isinstance(first, InputLayer):
            self.build(first.batch_shape)
        elif isinstance(first, (Functional, Sequential)) and first.built:
            if isinstance(first, Functional) or first._functional is not None:
                self.build(first.input_shape)

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights for inputs of this shape, the batch axis included."""
        if not is_shape(input_shape):
            return  # a nest of inputs: the layers are applied one by one
        input_shape = tuple(input_shape)
        stack = self._layers
        if not stack:
            raise ValueError(
                f"Sequential model {self.name} cannot be built because it has no layers. Call "
                "`model.add(layer)`."
            )
        if isinstance(stack[0], InputLayer):
            if stack[0].batch_shape != input_shape:
                raise ValueError(
                    f"Sequential model '{self.name}' has already been configured to use input "
                    f"shape {stack[0].batch_shape}. You cannot build it with input_shape "
                    f"{input_shape}"
                )
        else:
            dtype = _natural_input_dtype(stack[0])
            stack.insert(0, InputLayer(batch_shape=input_shape, dtype=dtype))
        self._connect([(stack[0], stack[0].output)], stack[0].output)

    def _connect(self, called, inputs):
        """Calls the layers one after another; `called` holds the first and what it gave."""
        stack = self._layers
        # What was called before is not called again, so that a layer's output stays what it was.
        before = self._calls.pairs
        for (layer, x), again in zip(before[1:], stack[1:]):
            if layer is not again or before[0][0] is not stack[0]:
                break
            called.append((layer, x))
        for layer in stack[len(called) :]:
            try:
                called.append((layer, layer(called[-1][1])))
            except NotImplementedError:
                return  # a layer whose output spec is not known: applied one by one
            except TypeError:
                _check_takes_one(layer)
                raise
        self.__dict__["_calls"] = _Calls(called)
        self.__dict__["_functional"] = Functional(inputs=inputs, outputs=called[-1][1])

    def _has_own_build(self):
        return True

    def _called_model(self):
        """The functional model whose graph a call runs; None where there is none."""
        return self._functional if type(self).call is Sequential.call else None

    def _runs_text_eagerly(self):
        if type(self).call is not Sequential.call:
            return True
        return self._functional is not None and self._functional._runs_text_eagerly()

    def _host_part(self, x):
        if type(self).call is not Sequential.call:
            return None
        if self._functional is None and self._layers:
            if not _begins_on_host(self._layers[0]):
                return None
            self.build((None, *_sample_shape(self, x)))
        return None if self._functional is None else self._functional._host_part(x)

    def call(
        self, inputs: Any, training: bool | None = None, mask: Any = None, **kwargs: Any
    ) -> Any:
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask, **kwargs)
        for layer in self.layers:
            keywords = {}
            if layer._call_info.has_mask and mask is not None:
                keywords["mask"] = mask
            if layer._call_info.has_training and training is not None:
                keywords["training"] = training
            inputs = layer(inputs, **keywords)
            mask = nest.map_structure(get_keras_mask, inputs)
        return inputs

    @property
    def layers(self) -> list[Any]:
        """The layers added, without the Input."""
        stack = self._layers
        return list(stack[1:] if stack and isinstance(stack[0], InputLayer) else stack)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "`Sequential.layers` attribute is reserved and should not be used. Use `add()` and "
            "`pop()` to change the layers in this model."
        )

    @property
    def input_dtype(self) -> Any:
        stack = self._layers
        if stack and isinstance(stack[0], InputLayer):
            return stack[0].dtype
        return super().input_dtype

    def compute_output_shape(self, input_shape: Any) -> Any:
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def compute_output_spec(
        self, inputs: Any, training: bool | None = None, mask: Any = None, **kwargs: Any
    ) -> Any:
        from ..engine.symbolic import to_keras_tensors

        model = self._called_model()
        if model is not None and model._needs_host():
            return model.compute_output_spec(inputs)
        return to_keras_tensors(self._abstract_call(inputs, training=training, mask=mask, **kwargs))

    def _graph_attribute(self, name, what):
        if self._functional is None:
            raise AttributeError(f"Sequential model '{self.name}' has no defined {what} yet.")
        return getattr(self._functional, name)

    @property
    def input_shape(self) -> Any:
        return self._graph_attribute("input_shape", "input shape")

    @property
    def output_shape(self) -> Any:
        return self._graph_attribute("output_shape", "output shape")

    @property
    def inputs(self) -> Any:
        """The symbolic input, in a list; AttributeError before the model is built."""
        return self._graph_attribute("inputs", "inputs")

    @property
    def outputs(self) -> Any:
        """The symbolic output, in a list; AttributeError before the model is built."""
        return self._graph_attribute("outputs", "outputs")

    @property
    def input(self) -> Any:
        return self._graph_attribute("input", "input")

    @property
    def output(self) -> Any:
        return self._graph_attribute("output", "output")

    @property
    def input_names(self) -> Any:
        """Name of the Input, in a list; AttributeError before the model is built."""
        return self._graph_attribute("input_names", "inputs")

    @property
    def output_names(self) -> Any:
        """Name of the last layer, in a list; AttributeError before the model is built."""
        return self._graph_attribute("output_names", "outputs")

    def get_config(self) -> dict[str, Any]:
        from .. import dtype_policies
        from ..serialization import serialize_keras_object

        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policies.serialize(self.dtype_policy),
            "layers": [serialize_keras_object(layer) for layer in self._layers],
        }
        if self._functional is not None and isinstance(self._layers[0], InputLayer):
            config["build_input_shape"] = self._layers[0].batch_shape
        return config

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Any:
        from ..serialization import deserialize_keras_object

        if "name" not in config or "layers" not in config:
            raise ValueError(
                "A Sequential model configuration must be a dictionary containing the 'name' and "
                f"'layers' keys. Received: config={config}"
            )
        model = cls(name=config["name"])
        for entry in config["layers"]:
            if "module" not in entry:  # of Keras 1 or 2
                from ..saving.old_reading import to_new

                entry = to_new(entry)
            model.add(deserialize_keras_object(entry, custom_objects=custom_objects), rebuild=False)
        if model._layers:
            model._maybe_rebuild()
        shape = config.get("build_input_shape")
        if model._functional is None and shape and model._layers:
            model.build(tuple(shape))
        if config.get("trainable") is False:
            model.trainable = False
        return model


def _several_inputs(layer):
    """The symbolic inputs of a model with more than one, in its structure; else None."""
    graph = layer._functional if isinstance(layer, Sequential) else layer
    if not isinstance(graph, Functional) or len(graph.inputs) < 2:
        return None
    return graph._inputs_struct


def _check_takes_one(layer):
    """Refuses a layer whose `call` takes no input, or asks for more than one argument."""
    import inspect

    places = [
        p
        for p in inspect.signature(layer.call).parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    needed = [p.name for p in places if p.default is p.empty]
    if not places or len(needed) > 1:
        found = f"takes {needed}" if places else "takes none"
        raise ValueError(
            "Layers of a Sequential model can only have a single required positional argument, "
            f"their input. `call()` of '{layer.name}' (of type {type(layer).__name__}) {found}. "
            "Give the others a default, or use a functional model."
        )


def _begins_on_host(layer):
    """Whether a first layer, or the first one of a stack that is first, runs on the host."""
    while isinstance(layer, Sequential) and layer._layers:
        layer = layer._layers[0]
    model = inner_model(layer)
    return model is not None or getattr(layer, "runs_on_host", False)


def _natural_input_dtype(layer):
    """The dtype of an Input made for a first layer: indices stay integers, text is text."""
    from ..layers.core import Embedding

    model = inner_model(layer)
    if model is not None:
        return model.inputs[0].dtype
    if isinstance(layer, Sequential) and layer._layers and _begins_on_host(layer):
        return _natural_input_dtype(layer._layers[0])
    return "int32" if isinstance(layer, Embedding) else layer.compute_dtype


def _sample_shape(model, x):
    """The shape of a sample of data for a model without an Input."""
    if hasattr(x, "element_spec"):
        spec = x.element_spec
        return (spec[0] if isinstance(spec, tuple) else spec).shape[1:]
    if hasattr(x, "shape"):
        return x.shape[1:]
    raise ValueError(
        f"Sequential model '{model.name}' begins with a layer that runs on the host; put an "
        "`Input(shape, dtype=...)` in front to train it on a generator."
    )
