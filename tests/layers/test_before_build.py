"""What layers say and take before and beside the usual call: specs, paths, lists, integers.

The expected words and shapes are those that Keras 3.15 on TensorFlow gives.
"""

import numpy as np
import pronghorn as ph
import pytest

L = ph.layers
# make the layer, shapes of the inputs, keywords of the call, shapes of the outputs
SPECS = {
    "attention": (lambda: L.Attention(), [(3, 4), (5, 4)], {}, (None, 3, 4)),
    "attention with a scale": (
        lambda: L.Attention(use_scale=True, score_mode="concat"),
        [(3, 4), (5, 6), (5, 4)],
        {},
        (None, 3, 6),
    ),
    "additive": (lambda: L.AdditiveAttention(), [(3, 4), (5, 4)], {}, (None, 3, 4)),
    "rows": (
        lambda: L.ReversibleEmbedding(7, 5, tie_weights=False),
        (6,),
        {},
        (None, 6, 5),
    ),
    "logits": (lambda: L.ReversibleEmbedding(7, 4), (6, 4), {"reverse": True}, (None, 6, 7)),
    "einsum": (
        lambda: L.EinsumDense("abc,cd->abd", output_shape=(3, 6)),
        (3, 4),
        {},
        (None, 3, 6),
    ),
    "dense": (lambda: L.Dense(5), (3, 4), {}, (None, 3, 5)),
    "lambda": (lambda: L.Lambda(lambda x: x * 2), (3, 4), {}, (None, 3, 4)),
}
HEADS = {
    "heads": lambda: L.MultiHeadAttention(2, 3),
    "heads of another size": lambda: L.MultiHeadAttention(2, 3, value_dim=5, output_shape=4),
    "groups of heads": lambda: L.GroupQueryAttention(3, 4, 2),
}


@pytest.mark.parametrize("name", SPECS)
def test_an_unbuilt_layer_knows_its_outputs(name):
    make, shapes, kwargs, expected = SPECS[name]
    shapes = shapes if isinstance(shapes, list) else [shapes]
    inputs = [ph.KerasTensor((None, *shape)) for shape in shapes]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    layer = make()
    spec = layer.compute_output_spec(inputs, **kwargs)
    assert (spec.shape, spec.dtype) == (expected, "float32")
    assert not layer.built and not layer.weights
    assert layer(inputs, **kwargs).shape == expected


@pytest.mark.parametrize("name", HEADS)
def test_unbuilt_heads_know_their_outputs(name):
    layer = HEADS[name]()
    spec = layer.compute_output_spec(ph.KerasTensor((None, 5, 4)), ph.KerasTensor((None, 6, 4)))
    assert (spec.shape, spec.dtype) == ((None, 5, 4), "float32")
    assert not layer.built and not layer.weights


def test_a_lambda_tells_its_shape_without_running_code_of_a_config():
    assert L.Lambda(lambda x: x[:, 1:]).compute_output_shape((None, 4)) == (None, 3)


PATHS = {
    "dropout": (lambda: L.Dropout(0.5), ["seed_generator/seed_generator_state"]),
    "noise": (lambda: L.GaussianNoise(0.5), ["seed_generator/seed_generator_state"]),
    "heads": (lambda: L.RandomFlip(), ["seed_generator/seed_generator_state"]),
    "own name": (
        lambda: ph.random.SeedGenerator(1, name="mine"),
        ["mine/seed_generator_state"],
    ),
}


@pytest.mark.parametrize("name", PATHS)
def test_states_of_generators_are_in_their_scope(name):
    ph.utils.clear_session()
    make, paths = PATHS[name]
    made = make()
    states = made.variables if isinstance(made, L.Layer) else [made.state]
    assert [v.path for v in states] == paths


def test_generators_are_counted():
    ph.utils.clear_session()
    first, second = L.Dropout(0.5), L.Dropout(0.5)
    paths = [layer.variables[0].path for layer in (first, second)]
    assert paths == [
        "seed_generator/seed_generator_state",
        "seed_generator_1/seed_generator_state",
    ]


def test_integer_lookup_has_the_dtype_of_its_words():
    layer = L.IntegerLookup(vocabulary=[1, 3])
    assert (layer.dtype, layer.variable_dtype, layer.compute_dtype) == ("int64",) * 3
    assert L.StringLookup(vocabulary=["a"]).dtype == "string"


IMAGE = np.arange(2 * 4 * 5 * 3).reshape(2, 4, 5, 3)
LISTED = {
    "rescaling": (lambda: L.Rescaling(0.5, 1.0), IMAGE),
    "normalization": (lambda: L.Normalization(mean=1.0, variance=4.0), IMAGE[0, 0]),
    "discretization": (lambda: L.Discretization([1.0, 4.0]), IMAGE[0, 0]),
    "center crop": (lambda: L.CenterCrop(2, 3), IMAGE),
    "resizing": (lambda: L.Resizing(2, 3), IMAGE),
    "equalization": (lambda: L.Equalization(), IMAGE),
    "pipeline": (lambda: L.Pipeline([L.Rescaling(0.5), L.CenterCrop(3, 3)]), IMAGE),
}


@pytest.mark.parametrize("name", LISTED)
def test_layers_that_prepare_data_take_lists_of_numbers(name):
    make, data = LISTED[name]
    data = data.astype("float32")
    got, expected = make()(data.tolist()), make()(data)
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(np.asarray(got), np.asarray(expected))


def test_lists_in_dicts_of_images():
    got = L.CenterCrop(2, 3)({"images": IMAGE.astype("float32").tolist(), "labels": [1, 2]})
    np.testing.assert_array_equal(np.asarray(got["images"]), IMAGE[:, 1:3, 1:4])
    np.testing.assert_array_equal(np.asarray(got["labels"]), [1, 2])


def test_other_layers_still_refuse_lists():
    with pytest.raises(ValueError, match="Only input tensors may be passed"):
        L.Dense(2)([[1.0, 2.0]])


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_recurrent_layers_take_integers(name, policy):
    x = np.random.RandomState(0).randint(-3, 4, (2, 5, 4))
    layer = getattr(L, name)(3, return_sequences=True, dtype=policy)
    expected = layer(x.astype("float32"))
    got = layer(x.astype("int32"))
    assert got.dtype == expected.dtype == layer.compute_dtype
    np.testing.assert_array_equal(
        np.asarray(ph.ops.cast(got, "float32")), np.asarray(ph.ops.cast(expected, "float32"))
    )


def test_grayscale_keeps_the_dtype_in_a_model():
    layer = L.RandomGrayscale(0.5)
    spec = layer(ph.Input((4, 5, 3), dtype="uint8"))
    assert (spec.shape, spec.dtype) == ((None, 4, 5, 3), "uint8")
    assert layer(IMAGE.astype("uint8")).dtype == "uint8"


# What an Input of int32 becomes in a model: rules for shapes alone give the dtype of the layer.
INTEGERS = {
    "flatten": (lambda: L.Flatten(), "int32"),
    "reshape": (lambda: L.Reshape((4, 3)), "int32"),
    "permute": (lambda: L.Permute((2, 1)), "int32"),
    "identity": (lambda: L.Identity(), "int32"),
    "cropping": (lambda: L.Cropping1D(1), "float32"),
    "masking": (lambda: L.Masking(), "float32"),
    "dropout": (lambda: L.Dropout(0.1), "float32"),
}


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_in_models(name):
    make, dtype = INTEGERS[name]
    layer = make()
    assert layer(ph.Input((3, 4), dtype="int32")).dtype == dtype
    assert layer(np.ones((2, 3, 4), "int32")).dtype == "int32"


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_crossed_rows_have_the_dtype_of_the_computation(policy):
    layer = L.HashedCrossing(5, output_mode="one_hot", dtype=policy)
    rows = layer((np.array([[1], [2]]), np.array([[3], [4]])))
    assert rows.dtype == layer.compute_dtype
    np.testing.assert_array_equal(np.asarray(ph.ops.sum(rows, axis=-1)), [1, 1])


def test_bins_are_found_in_float32():
    layer = L.Discretization([1.0, 1.0001, 1.0002], dtype="mixed_float16")
    assert layer.input_dtype == "float32"
    x = np.array([0.0, 1.00005, 1.00015, 2.0], "float32")
    np.testing.assert_array_equal(np.asarray(layer(x)), [0, 1, 2, 3])
