"""Sequential, functional and subclassed models: structure, running, configs, cloning."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from models import networks
from pronghorn import layers, ops
from pronghorn.engine import naming, nest

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
with open(os.path.join(FILES, "structures.json")) as _f:
    STRUCTURES = json.load(_f)


@pytest.fixture(autouse=True)
def fresh_names():
    naming.reset_uids()


def ones(*shape):
    return np.ones(shape, "float32")


def built(name):
    model = networks.MODELS[name](ph)
    if name == "subclassed":
        model(networks.inputs_of(name))
    return model


def same(a, b):
    for x, y in zip(nest.flatten(a), nest.flatten(b)):
        np.testing.assert_allclose(np.asarray(x), np.asarray(y), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", networks.MODELS)
def test_structure_is_keras(name):
    assert json.loads(json.dumps(networks.structure(built(name)))) == STRUCTURES[name]


def inner_names(model):
    """All names but those of inputs, which a clone has from their tensors, as in Keras."""
    return [x.name for x in model.layers if not isinstance(x, layers.InputLayer)]


@pytest.mark.parametrize("name", [n for n in networks.MODELS if n != "subclassed"])
def test_config_makes_the_same_model(name):
    model = built(name)
    x = networks.inputs_of(name)
    y = model(x)
    for copy in (
        type(model).from_config(json.loads(json.dumps(model.get_config()))),
        ph.models.model_from_json(model.to_json()),
        ph.models.clone_model(model),
    ):
        assert type(copy) is type(model) and copy.name == model.name
        assert inner_names(copy) == inner_names(model)
        copy(x)
        assert not np.array_equal(copy.get_weights()[0], model.get_weights()[0])
        copy.set_weights(model.get_weights())
        assert isinstance(copy(x), type(y))
        same(copy(x), y)


def test_sequential_grows_and_shrinks():
    model = ph.Sequential()
    model.add(ph.Input((4,)))
    model.add(layers.Dense(3))
    assert model.built and model.output_shape == (None, 3)
    model.add(layers.Dense(2, name="top"))
    assert model.output_shape == (None, 2) and len(model.weights) == 4
    assert model.pop().name == "top"
    assert model.output_shape == (None, 3) and len(model.weights) == 2
    assert model(ones(5, 4)).shape == (5, 3)
    with pytest.raises(ValueError, match="unique names"):
        model.add(layers.Dense(3, name=model.layers[0].name))
    with pytest.raises(ValueError, match="Only instances"):
        model.add("dense")
    with pytest.raises(ValueError, match="already been configured"):
        model.add(ph.Input((5,)))
    with pytest.raises(AttributeError, match="no defined input shape"):
        ph.Sequential([layers.Dense(1)]).input_shape  # noqa: B018
    with pytest.raises(ValueError, match="no layers"):
        ph.Sequential().build((None, 3))


def test_sequential_is_built_by_its_first_call_or_by_build():
    model = ph.Sequential([layers.Dense(3), layers.Dense(2)])
    assert model.weights == [] and not model.built
    assert model(ones(5, 4)).shape == (5, 2)
    assert model(ones(7, 4)).shape == (7, 2) and len(model.weights) == 4
    other = ph.Sequential([layers.Dense(3), layers.Dense(2)])
    other.build((None, 4))
    assert other.input_shape == (None, 4)
    with pytest.raises(ValueError, match=r"axis -1.*value 4.*\(1, 5\)"):
        other(ones(1, 5))


def test_sequential_says_which_layer_takes_more_than_its_input():
    class Needs(layers.Layer):
        def call(self, inputs, training):
            return inputs

    class Nothing(layers.Layer):
        def call(self):
            return None

    class Wrong(layers.Layer):
        def call(self, inputs):
            return inputs + object()

    for kind, said in ((Needs, "can only have a single required positional"), (Nothing, "none")):
        with pytest.raises(ValueError, match=said):
            ph.Sequential([kind()]).build((None, 2))
    with pytest.raises(TypeError, match="object"):
        ph.Sequential([Wrong()]).build((None, 2))


def test_sequential_applies_layers_whose_output_spec_is_not_known():
    class Unknown(layers.Layer):
        def call(self, inputs):
            return inputs + 1.0

        def compute_output_spec(self, *args, **kwargs):
            raise NotImplementedError

    model = ph.Sequential([layers.Dense(3), Unknown(), layers.Dense(2)])
    x = ones(4, 5)
    assert model(x).shape == (4, 2) and len(model.weights) == 4
    same(model(x), model.layers[2](model.layers[0](x) + 1.0))
    model.summary(print_fn=lambda line: None)
    model.compile("sgd", "mse")
    losses = model.fit(x, np.zeros((4, 2)), epochs=3, verbose=0).history["loss"]
    assert losses[2] < losses[0]
    assert model.predict(x, verbose=0).shape == (4, 2)


def test_sequential_with_a_nested_output_and_ops_between():
    x = ph.Input((4,))
    y = ops.add(ops.multiply(layers.Dense(3)(x), 2.0), 1.0)
    model = ph.Model(x, y)
    assert [type(o).__name__ for o in model.operations] == [
        "InputLayer", "Dense", "Multiply", "Add"
    ]  # fmt: skip
    assert [x.name for x in model.layers] == ["input_layer", "dense"]
    a = ones(2, 4)
    same(model(a), np.asarray(model.layers[1](a)) * 2 + 1)
    z = -layers.Dense(3, name="d2")(x) * 3.0 + y / 2.0
    assert z.shape == (None, 3)
    assert ph.Model(x, z)(a).shape == (2, 3)


def test_unknown_sizes_are_integers_with_arithmetic():
    x = ph.Input((None, 4))
    rows = ops.shape(x)[0] * ops.shape(x)[1]
    flat = ops.reshape(x, (rows, 4))
    assert flat.shape == (None, 4)
    back = ops.reshape(layers.Dense(2)(flat), (ops.shape(x)[0], -1, 2))
    model = ph.Model(x, back)
    assert model(ones(3, 5, 4)).shape == (3, 5, 2)
    assert model(ones(2, 7, 4)).shape == (2, 7, 2)
    with pytest.raises(TypeError, match="not known"):
        int(rows)


def test_a_shared_layer_and_a_model_as_a_layer():
    model = built("shared")
    a, b = networks.inputs_of("shared")
    inner = model.get_layer("shared")
    same(model([a, b]), np.concatenate([np.asarray(inner(a)), np.asarray(inner(b))], -1))
    outer = built("nested")
    x = networks.inputs_of("nested")
    same(outer(x), outer.get_layer("core")(outer.get_layer("inner")(x)))
    assert outer.get_layer(index=1).name == "inner"
    with pytest.raises(ValueError, match="No such layer: none"):
        outer.get_layer("none")
    with pytest.raises(ValueError, match="only has 3"):
        outer.get_layer(index=3)
    with pytest.raises(ValueError, match="Provide either"):
        outer.get_layer()


def test_inputs_by_name_by_order_and_outputs_in_their_structure():
    model = built("dict_in_and_out")
    x = networks.inputs_of("dict_in_and_out")
    y = model(x)
    assert set(y) == {"sum", "left"}
    same(y["sum"], model({"b": x["b"], "a": x["a"]})["sum"])
    for given in ({**x, "unused": None}, [x["a"], x["b"]]):
        with pytest.warns(UserWarning, match="structure of `inputs` doesn't match"):
            same(y["sum"], model(given)["sum"])
    two = built("two_inputs")
    words, facts = networks.inputs_of("two_inputs")
    same(two([words, facts]), two({"facts": facts, "words": words}))
    with pytest.raises(ValueError, match="'words'|\"words\""):
        two({"facts": facts})
    with pytest.raises(ValueError, match=r"expects 2 input\(s\), but it received 1"):
        two(words)
    with pytest.raises(ValueError, match=r"'facts'.*expected shape=\(None, 6\).*\(3, 5\)"):
        two([words, facts[:, :5]])


def test_a_last_axis_of_one_may_be_missing_or_extra():
    x = ph.Input((1,))
    model = ph.Model(x, layers.Dense(2)(x))
    assert model(ones(3)).shape == (3, 2)
    flat = ph.Input((4,))
    assert ph.Model(flat, layers.Dense(2)(flat))(ones(3, 4, 1)).shape == (3, 2)


def test_part_of_a_model_can_be_cut_out():
    model = built("mlp")
    hidden = ph.Model(model.inputs, model.layers[0].output)
    x = networks.inputs_of("mlp")
    same(hidden(x), model.layers[0](x))
    head = ph.Model(model.layers[1].output, model.outputs)
    same(head(hidden(x)), model(x))
    assert head.weights[0] is model.weights[2]


def test_graph_errors():
    a, b = ph.Input((3,), name="a"), ph.Input((3,), name="b")
    both = layers.Add()([a, b])
    with pytest.raises(ValueError, match="Graph disconnected.*'b'|not connected|name=b"):
        ph.Model(a, both)
    with pytest.raises(ValueError, match="must be KerasTensors"):
        ph.Model(a, ones(2))
    twice = layers.Dense(2, name="same")(layers.Dense(2, name="same")(a))
    with pytest.raises(ValueError, match='"same" is used 2 times'):
        ph.Model(a, twice)


def test_subclasses_with_graph_arguments_keep_their_methods():
    class Custom(ph.Model):
        def extra(self):
            return "mine"

    x = ph.Input((3,))
    model = Custom(x, layers.Dense(2)(x))
    assert model.extra() == "mine" and isinstance(model, ph.Model)
    assert model(ones(1, 3)).shape == (1, 2)
    assert type(Custom.from_config(model.get_config())) is Custom

    class Own(ph.Model):
        def __init__(self, units):
            x = ph.Input((3,))
            super().__init__(inputs=x, outputs=layers.Dense(units)(x))
            self.units = units

    assert Own(4)(ones(1, 3)).shape == (1, 4)


def test_subclassed_model_builds_without_computing():
    model = networks.MODELS["subclassed"](ph)
    model.build((None, 5))
    assert model.built and len(model.weights) == 24
    assert model(ones(2, 5)).shape == (2, 2)

    class NoCall(ph.Model):
        pass

    with pytest.raises(NotImplementedError, match="NoCall"):
        NoCall()(ones(1, 1))


def test_training_replaces_what_a_node_was_recorded_with():
    x = ph.Input((3,))
    model = ph.Model(x, layers.BatchNormalization(momentum=0.0)(x))
    a = np.arange(12, dtype="float32").reshape(4, 3)
    model(a)
    np.testing.assert_array_equal(model.layers[1].moving_mean.numpy(), 0)
    model(a, training=True)
    np.testing.assert_allclose(model.layers[1].moving_mean.numpy(), a.mean(0), rtol=1e-6)


def test_a_list_in_place_of_a_dict_that_is_not_sorted():
    b, a = ph.Input((1,), name="b"), ph.Input((1,), name="a")
    model = ph.Model({"b": b, "a": a}, layers.Subtract()([b, a]))
    one, two = np.ones((1, 1), "float32"), np.full((1, 1), 2, "float32")
    assert float(model({"a": one, "b": two})[0, 0]) == 1.0
    with pytest.raises(ValueError, match="(?s)structure of `inputs`.*order of the sorted keys"):
        model([two, one])
    with pytest.raises(ValueError, match=r"named input\(s\) with keys \['b', 'a'\]"):
        model(one)
    with pytest.raises(ValueError, match="'a' is not optional"):
        model({"a": None, "b": two})


def test_masks_pass_through_functional_models():
    x = ph.Input((4,), dtype="int32")
    y = layers.Embedding(5, 2, mask_zero=True)(x)
    model = ph.Model(x, layers.Dense(3)(y))
    out = model(np.array([[1, 0, 2, 0]]))
    np.testing.assert_array_equal(np.asarray(out._keras_mask), [[True, False, True, False]])


def test_clone_takes_a_function_and_inputs():
    model = built("mlp")

    def wider(layer):
        if isinstance(layer, layers.Dense):
            return layers.Dense(layer.units + 1, name=layer.name)
        return type(layer).from_config(layer.get_config())

    assert ph.models.clone_model(model, clone_function=wider).output_shape == (None, 11)
    new_input = ph.Input((12,), batch_size=4)
    assert ph.models.clone_model(model, input_tensors=new_input).output_shape == (4, 10)
    shared = ph.models.clone_model(built("shared"))
    assert len(shared.weights) == 2
    with pytest.raises(ValueError, match="must return a Layer"):
        ph.models.clone_model(model, clone_function=lambda layer: None)


def test_a_thousand_layers_deep():
    x = y = ph.Input((2,))
    layer = layers.Activation("linear")
    for _ in range(1000):
        y = layer(y)
    assert ph.Model(x, y)(ones(1, 2)).shape == (1, 2)


def test_a_copy_keeps_which_layers_are_frozen():
    x = ph.Input((4,))
    y = layers.BatchNormalization(name="bn")(layers.Dense(3, name="d")(x))
    model = ph.Model(x, layers.Dense(1, name="out")(y))
    model.get_layer("bn").trainable = False
    for copy in (ph.models.clone_model(model), ph.Model.from_config(model.get_config())):
        assert [layer.trainable for layer in copy.layers] == [True, True, False, True]
        assert [w.path for w in copy.trainable_weights] == [
            "d/kernel", "d/bias", "out/kernel", "out/bias",
        ]  # fmt: skip


def test_the_input_of_a_wrong_rank_is_named_with_its_path():
    x = ph.Input((3,), name="foo")
    with pytest.raises(ValueError, match="name 'foo' and path ''"):
        ph.Model(x, layers.Dense(3)(x))(np.ones((2, 3, 4)))
    nested = [{"bar": ph.Input((3,), name="inner")}]
    with pytest.raises(ValueError, match="name 'inner' and path '0.bar'"):
        ph.Model(nested, layers.Dense(3)(nested[0]["bar"]))(np.ones(()))


def test_configs_of_graphs_that_do_not_close():
    def dense(name, after):
        made = {"class_name": "Dense", "name": name, "config": {"units": 2, "name": name}}
        return {**made, "inbound_nodes": [[[after, 0, 0, {}]]]}

    source = {"batch_input_shape": [None, 3], "dtype": "float32", "name": "x"}
    first = {"class_name": "InputLayer", "name": "x", "config": source, "inbound_nodes": []}
    rest = {"name": "m", "input_layers": [["x", 0, 0]], "output_layers": [["a", 0, 0]]}
    with pytest.raises(ValueError, match="Missing node: b"):
        ph.Model.from_config({"layers": [first, dense("a", "b")], **rest})
    with pytest.raises(ValueError, match="the graph has loops"):
        ph.Model.from_config({"layers": [first, dense("a", "b"), dense("b", "a")], **rest})


@pytest.mark.parametrize("kwargs", [{}, {"format": "onnx"}])
def test_export_says_what_to_use_instead(kwargs, tmp_path):
    for model in (networks.mlp(ph), ph.Sequential([layers.Input((2,)), layers.Dense(1)])):
        with pytest.raises(NotImplementedError, match=r"model\.save\('model\.keras'\).*Keras 3"):
            model.export(tmp_path / "out", **kwargs)
    assert not list(tmp_path.iterdir())
