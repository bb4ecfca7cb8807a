"""clone_model: names, ops, both functions and models inside, as real Keras 3.15 does it."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops
from pronghorn.engine import naming

clone_model = ph.models.clone_model


@pytest.fixture(autouse=True)
def fresh_names():
    naming.reset_uids()


def deep():
    """A layer used twice and inside a model, a functional model inside, and an op."""
    x = ph.Input((3,), name="a")
    shared = layers.Dense(3, name="shared")
    stack = ph.Sequential([layers.Input((3,)), layers.Dense(3, name="first"), shared], name="stack")
    z = ph.Input((3,), name="z")
    inner = ph.Model(z, layers.Dense(3, name="within")(z), name="inner")
    return ph.Model(x, inner(stack(shared(shared(x)))) + 1.0, name="deep")


def names(model):
    return [x.name for x in model.operations]


def renamed(layer):
    config = layer.get_config()
    return type(layer).from_config({**config, "name": "c_" + config["name"]})


def test_inputs_are_named_after_the_tensors():
    x, y = ph.Input((3,)), ph.Input((3,))
    copy = clone_model(ph.Model([x, y], layers.Add()([x, y])))
    assert [t.name for t in copy.inputs] == [x.name, y.name]
    assert [layer.name for layer in copy.layers][:2] == ["keras_tensor", "keras_tensor_1"]
    named = ph.Input((3,), name="a")
    single = clone_model(ph.Model(named, layers.Dense(2)(named)))
    assert (single.input.name, single.layers[0].name) == ("a", "a")


def test_input_tensors_take_the_place_of_the_inputs():
    named, x = ph.Input((3,), name="a"), ph.Input((3,), name="x")
    inside = layers.Dense(3)(x)
    model = ph.Model(named, layers.Dense(2, name="d")(named))
    stack = ph.Sequential([layers.Input((3,), name="s"), layers.Dense(2)])
    assert clone_model(model, input_tensors=[x]).input is x
    assert clone_model(model, input_tensors=inside).input.name == f"{inside.name}CLONE"
    assert clone_model(stack, input_tensors=inside).output_shape == (None, 2)
    for original in (model, stack):
        with pytest.raises(ValueError, match="must be a KerasTensor"):
            clone_model(original, input_tensors=np.ones((2, 3)))
    with pytest.raises(ValueError, match="the same structure as `model.input`"):
        clone_model(model, input_tensors=[x, x])


def test_input_tensors_of_named_inputs_are_named_alike():
    a, b = ph.Input((3,), name="a"), ph.Input((3,), name="b")
    model = ph.Model({"a": a, "b": b}, layers.Dense(2)(a - b))
    assert clone_model(model, input_tensors={"b": b, "a": a}).input["a"] is a
    for other in ((a, b), {"a": a, "c": b}):
        with pytest.raises(ValueError, match="the same structure as `model.input`"):
            clone_model(model, input_tensors=other)


def test_ops_keep_their_names_and_layers_stay_shared():
    model = deep()
    copy = clone_model(model)
    assert names(copy) == names(model) == ["a", "shared", "stack", "inner", "add"]
    assert len(clone_model(model, recursive=True).weights) == len(model.weights) == 6


def test_the_clone_function_sees_layers_and_ops_once():
    seen = []

    def note(layer):
        seen.append(layer.name)
        return renamed(layer)

    model = deep()
    assert names(clone_model(model, clone_function=note))[1:] == [
        "c_shared", "c_stack", "c_inner", "c_add",
    ]  # fmt: skip
    assert seen == ["shared", "stack", "inner", "add"]
    seen.clear()
    copy = clone_model(model, clone_function=note, recursive=True)
    assert seen == ["shared", "first", "within", "add"]
    assert names(copy)[1:] == ["c_shared", "stack", "inner", "c_add"]
    assert [layer.name for layer in copy.get_layer("stack").layers] == ["c_first", "c_shared"]
    with pytest.raises(ValueError, match="must return a Layer"):
        clone_model(deep(), clone_function=lambda layer: 3)


def test_the_call_function_goes_into_functional_models():
    calls = []

    def call(layer, *args, **kwargs):
        calls.append(layer.name)
        y = layer(*args, **kwargs)
        return layers.Dropout(0.5)(y) if isinstance(layer, layers.Dense) else y

    model = deep()
    copy = clone_model(model, clone_function=lambda layer: layer, call_function=call)
    assert calls == ["shared", "shared", "stack", "inner", "add"]
    assert names(copy) == ["a", "shared", "dropout", "dropout_1", "stack", "inner", "add"]
    calls.clear()
    copy = clone_model(model, call_function=call, recursive=True)
    assert calls == ["shared", "shared", "stack", "within", "inner", "add"]
    kinds = [type(layer).__name__ for layer in copy.get_layer("inner").layers]
    assert kinds == ["InputLayer", "Dense", "Dropout"]
    with pytest.raises(ValueError, match="not supported with Sequential"):
        clone_model(ph.Sequential([layers.Dense(1)]), call_function=call)


class Own(ph.Model):
    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_models_of_ones_own_are_copied_built():
    model = Own(4, name="own")
    model(np.ones((2, 3), "float32"))
    copy = clone_model(model)
    assert (copy.units, copy.built, len(copy.weights)) == (4, True, 2)
    for arguments in (
        {"clone_function": renamed},
        {"input_tensors": ph.Input((3,))},
        {"call_function": lambda layer, x: layer(x)},
    ):
        with pytest.raises(ValueError, match="only supported"):
            clone_model(model, **arguments)


def test_a_copy_of_a_frozen_model_may_train_again():
    x = ph.Input((3,))
    model = ph.Model(x, layers.Dense(2, name="d")(x))
    model.trainable = False
    copy = clone_model(model)
    assert copy.trainable and not copy.get_layer("d").trainable


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ops.reshape(x, (ops.shape(x)[0], ops.shape(x)[1], 2, 2)),
        lambda x: x * ops.cast(ops.shape(x)[1], "float32"),
        lambda x: ops.arange(ops.shape(x)[1]) + ops.cast(4 * x[:, :, 0], "int32"),
        lambda x: ops.concatenate([x, ops.zeros_like(x)], -1),
        lambda x: ops.broadcast_to(x[:, :1], ops.shape(x)),
        lambda x: ops.einsum("abc,abd->acd", x, x),
        lambda x: ops.where(x > 0.5, x, 0.0) @ ops.transpose(x, (0, 2, 1)),
    ],
)
def test_sizes_only_the_run_knows_are_copied(function):
    x = ph.Input((None, 4))
    model = ph.Model(x, function(x))
    copy = clone_model(model)
    assert copy.output.shape == model.output.shape
    assert names(copy)[1:] == names(model)[1:]
    data = np.random.default_rng(0).random((2, 3, 4), "float32")
    np.testing.assert_array_equal(copy(data), function(ops.array(data)))
