"""HDF5 files of whole models, of Keras 3 and of tf-keras, and ours that both of them read."""

import json
import os
import shutil

import h5py
import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, saving
from pronghorn.saving import old_configs, old_reading, old_training
from saving import cases, layer_cases

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
KINDS = ("keras", "tf_keras")
OUTPUTS = {kind: np.load(os.path.join(FILES, f"{kind}.npz")) for kind in KINDS}


def losses_of(kind):
    with open(os.path.join(FILES, f"{kind}.json")) as f:
        return json.load(f)


LOSSES = {kind: losses_of(kind) for kind in KINDS}


def same(model, name, kind):
    for i, y in enumerate(cases.predictions(model, name)):
        np.testing.assert_allclose(y, OUTPUTS[kind][f"{name}/{i}"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", cases.MODELS)
def test_files_of_keras(name, kind, recwarn):
    model = saving.load_model(os.path.join(FILES, f"{name}.{kind}.h5"))
    same(model, name, kind)
    np.testing.assert_allclose(cases.go_on(model, name), LOSSES[kind][name], rtol=3e-4)
    assert not [str(w.message) for w in recwarn]


@pytest.mark.parametrize("name", cases.MODELS)
def test_keras_files_of_tf_keras(name, recwarn):
    model = saving.load_model(os.path.join(FILES, f"{name}.tf_keras.keras"))
    same(model, name, "tf_keras")
    np.testing.assert_allclose(cases.go_on(model, name), LOSSES["tf_keras"][name], rtol=3e-4)
    assert not [str(w.message) for w in recwarn]


@pytest.mark.parametrize("name", [*cases.MODELS, *cases.ONLY_KERAS_3])
def test_round_trip(name, tmp_path):
    model = cases.trained(ph, name)
    model.save(tmp_path / "a.h5")
    again = saving.load_model(tmp_path / "a.h5")
    for a, b in zip(cases.predictions(model, name), cases.predictions(again, name)):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_allclose(cases.go_on(again, name), cases.go_on(model, name), rtol=1e-6)
    assert os.listdir(tmp_path) == ["a.h5"]


@pytest.mark.parametrize("ending", ["h5", "keras"])
def test_the_rules_of_the_writer_hold(ending):
    model = saving.load_model(os.path.join(FILES, f"hard.tf_keras.{ending}"))
    same(model, "hard", "tf_keras")
    assert [layer.name for layer in model.layers[1:]] == ["part_one", "hs", "part_two"]


def test_configurations_of_keras_1():
    """By hand, after the sources of Keras 1.2: no such Keras can be run any more."""
    config = {
        "class_name": "Sequential",
        "keras_version": "1.2.2",
        "config": [
            {
                "class_name": "Convolution2D",
                "config": {
                    "name": "c", "nb_filter": 4, "nb_row": 3, "nb_col": 2, "dim_ordering": "tf",
                    "border_mode": "same", "subsample": [1, 1], "init": "glorot_uniform",
                    "bias": True, "activation": "linear", "trainable": True,
                    "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.25},
                    "b_regularizer": None, "activity_regularizer": None,
                    "W_constraint": {"name": "MaxNorm", "m": 2, "axis": 0}, "b_constraint": None,
                    "batch_input_shape": [None, 5, 5, 3], "input_dtype": "float32",
                },
            },
            {"class_name": "Activation", "config": {"name": "a", "activation": "hard_sigmoid"}},
            {"class_name": "Flatten", "config": {"name": "f"}},
            {"class_name": "Dropout", "config": {"name": "drop", "p": 0.25}},
            {
                "class_name": "Dense",
                "config": {
                    "name": "d", "output_dim": 2, "init": "he_normal", "activation": "relu",
                    "bias": False, "input_dim": None,
                },
            },
        ],
    }  # fmt: skip
    model = ph.models.model_from_json(json.dumps(config))
    conv, activation, _, drop, dense = model.layers
    assert conv.kernel_size == (3, 2) and conv.padding == "same" and conv.filters == 4
    assert conv.kernel_regularizer.get_config() == {"l1": 0.0, "l2": 0.25}
    assert conv.kernel_constraint.get_config() == {"max_value": 2, "axis": 0}
    assert drop.rate == 0.25 and dense.units == 2 and not dense.use_bias
    x = np.linspace(-4, 4, 9, dtype="float32")
    np.testing.assert_allclose(
        np.asarray(activation(x)), np.clip(0.2 * x + 0.5, 0, 1), rtol=1e-6, atol=1e-7
    )


def test_from_config_of_old():
    with h5py.File(os.path.join(FILES, "nested.tf_keras.h5")) as f:
        config = json.loads(f.attrs["model_config"])["config"]
    model = ph.Model.from_config(config)
    model.load_weights(os.path.join(FILES, "nested.tf_keras.h5"))
    same(model, "nested", "tf_keras")
    with h5py.File(os.path.join(FILES, "dense.tf_keras.h5")) as f:
        config = json.loads(f.attrs["model_config"])["config"]
    model = ph.Sequential.from_config(config)
    model.load_weights(os.path.join(FILES, "dense.tf_keras.h5"))
    same(model, "dense", "tf_keras")


def test_content_decides_and_not_the_name(tmp_path):
    for source, target in (("dense.keras.h5", "a.keras"), ("dense.keras.keras", "a.h5")):
        shutil.copy(os.path.join(FILES, source), tmp_path / target)
        same(saving.load_model(tmp_path / target), "dense", "keras")


def test_attention_of_tf_keras():
    """Its config holds the shapes of its inputs, which no constructor takes."""
    model = saving.load_model(os.path.join(FILES, "MultiHeadAttention.tf_keras.h5"), compile=False)
    (y,) = layer_cases.outputs_of(ph, model, None)
    np.testing.assert_allclose(y, OUTPUTS["tf_keras"]["MultiHeadAttention/0"], rtol=1e-4, atol=1e-5)


def test_what_layers_of_data_learned(tmp_path):
    """The format has no place for it but the configuration; Keras 3 loses it."""
    texts = np.array(["a b c", "b c", "c a a"])
    x = ph.Input((1,), dtype="string", name="x")
    words = layers.StringLookup(output_mode="multi_hot", num_oov_indices=2)
    words.adapt(np.array([["a"], ["b"], ["a"], ["c d"]]))
    ids = layers.TextVectorization(output_sequence_length=4)
    weighted = layers.TextVectorization(output_mode="tf_idf", ngrams=2)
    ids.adapt(texts)
    weighted.adapt(texts)
    model = ph.Model(x, [words(x), ids(x), weighted(x)])
    model.save(tmp_path / "a.h5")
    again = saving.load_model(tmp_path / "a.h5", compile=False)
    given = np.array([["a"], ["b c"], ["zz"]], dtype=object)
    for a, b in zip(again(given), model(given)):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-6)
    with h5py.File(tmp_path / "a.h5") as f:
        entries = json.loads(f.attrs["model_config"])["config"]["layers"]
    config = {entry["name"]: entry["config"] for entry in entries}
    assert config[words.name]["vocabulary"] == ["a", "c d", "b"]
    assert "dtype" not in config[ids.name]


def test_boundaries_that_tf_keras_keeps_as_a_summary(tmp_path):
    layer = layers.Discretization(num_bins=4, name="d")
    layer.adapt(np.arange(100.0).reshape(100, 1))
    fresh = layers.Discretization(num_bins=4, name="d")
    fresh.load_own_variables({"0": np.asarray(layer.summary)})
    assert fresh.bin_boundaries == layer.bin_boundaries
    model = ph.Sequential([ph.Input((1,)), layers.Discretization(num_bins=4, name="d")])
    with h5py.File(tmp_path / "w.h5", "w") as f:  # as tf-keras writes one
        f.attrs["layer_names"] = ["d"]
        f.create_group("d").attrs["weight_names"] = ["d/summary:0"]
        f["d/d/summary:0"] = np.asarray(layer.summary)
    model.load_weights(tmp_path / "w.h5")
    assert model.layers[0].bin_boundaries == layer.bin_boundaries


def test_a_scaled_optimizer_of_tf_keras():
    inner = {"name": "Adam", "learning_rate": 0.25, "is_legacy_optimizer": False,
             "jit_compile": False, "beta_1": 0.5}  # fmt: skip
    config = {
        "module": "tf_keras.src.mixed_precision.loss_scale_optimizer",
        "class_name": "LossScaleOptimizerV3",
        "config": {
            "inner_optimizer": {"class_name": "Custom>Adam", "config": inner},
            "dynamic": True, "initial_scale": 64.0, "dynamic_growth_steps": 7,
        },
    }  # fmt: skip
    found = old_training.compile_arguments({"optimizer_config": config})["optimizer"]
    assert type(found) is ph.optimizers.LossScaleOptimizer and found.dynamic_growth_steps == 7
    assert found.inner_optimizer.beta_1 == 0.5 and found.initial_scale == 64.0


def test_arguments_that_tf_keras_alone_writes():
    """As tf-keras 2.21 writes them; no constructor takes them."""
    for cls, arguments, own in (
        ("RandomZoom", {"height_factor": 0.2}, {"rng_type": "stateful"}),
        ("RandomHeight", {"factor": 0.2}, {"rng_type": "stateful"}),
        ("Discretization", {"bin_boundaries": [0.0, 1.0]}, {"trainable": True}),
        ("StringLookup", {"vocabulary": ["a"]}, {"batch_input_shape": [None, None]}),
        ("TextVectorization", {"ngrams": [1, 2]}, {"dtype": "string", "trainable": True}),
    ):
        config = {"name": "a", "dtype": "float32", **arguments, **own}
        new = old_reading.to_new({"class_name": cls, "config": config})
        assert layers.deserialize(new).name == "a"


# What tf-keras 2.21 finds the class by, and the number of arrays in its list of the state.
IN_TF_KERAS = {
    "SGD": ("SGD", 5), "RMSprop": ("RMSprop", 13), "Adam": ("Adam", 13), "Adamax": ("Adamax", 9),
    "Adagrad": ("Adagrad", 5), "Adadelta": ("Adadelta", 9), "Ftrl": ("Ftrl", 9),
    "AdamW": ("Custom>AdamW", 9), "Nadam": ("Custom>Nadam", 9), "Lion": ("Custom>Lion", 5),
}  # fmt: skip


@pytest.mark.parametrize("name", layer_cases.OPTIMIZERS)
def test_optimizers_are_written_as_tf_keras_reads_them(name, tmp_path):
    model = layer_cases.trained(ph, name)
    model.save(tmp_path / "a.h5")
    if name in IN_TF_KERAS:
        with h5py.File(tmp_path / "a.h5") as f:
            config = json.loads(f.attrs["training_config"])["optimizer_config"]
            names = list(f["optimizer_weights"].attrs["weight_names"])
        assert (config["class_name"], len(names)) == IN_TF_KERAS[name]
        if name == "Adam":  # the older class keeps slot after slot
            ends = [one.rpartition("kernel_")[2] for one in names if "a_kernel" in one]
            assert ends == ["momentum", "velocity", "velocity_hat"]
            assert ["momentum" in one for one in names[1:]] == [True] * 4 + [False] * 8
    again = saving.load_model(tmp_path / "a.h5")
    assert type(again.optimizer) is type(model.optimizer)
    assert float(again.optimizer.learning_rate.numpy()) == pytest.approx(0.01)
    assert layer_cases.go_on(again) == layer_cases.go_on(model)


def test_what_the_older_optimizers_of_tf_keras_do_not_know(tmp_path):
    """Weight decay and averages are arguments of the newer class alone."""
    model = ph.Sequential([ph.Input((2,)), layers.Dense(1)])
    for arguments in ({"weight_decay": 0.1}, {"use_ema": True}):
        model.compile(ph.optimizers.Adam(0.5, name="mine", **arguments), "mse")
        model.train_on_batch(np.ones((2, 2)), np.ones((2, 1)))
        model.save(tmp_path / "a.h5")
        with h5py.File(tmp_path / "a.h5") as f:
            config = json.loads(f.attrs["training_config"])["optimizer_config"]
        assert config["class_name"] == "Custom>Adam" and config["config"]["name"] == "adam"
        again = saving.load_model(tmp_path / "a.h5").optimizer
        assert again.get_config() == {**model.optimizer.get_config(), "name": "adam"}
        for a, b in zip(again.variables, model.optimizer.variables):
            np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_the_product_that_nadam_does_not_save_elsewhere(tmp_path):
    model = layer_cases.trained(ph, "Nadam")
    model.save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as f:
        del f["optimizer_weights"].attrs["other_weight_names"]
    again = saving.load_model(tmp_path / "a.h5")
    np.testing.assert_allclose(layer_cases.go_on(again), layer_cases.go_on(model), rtol=1e-6)


def test_entries_that_keras_3_misreads_say_their_module():
    several = layers.LayerNormalization(axis=[1, 2])
    for layer, has in ((several, True), (layers.Attention(), True), (layers.Dense(1), False)):
        config = old_configs.to_old(saving.serialize_keras_object(layer))
        assert ("module" in config) == has
    lookup = layers.IntegerLookup(vocabulary=[3, 1])
    config = old_configs.to_old(saving.serialize_keras_object(lookup))["config"]
    assert config["dtype"] == "int64" and not {"oov_method", "salt"} & set(config)


def test_a_scaled_optimizer_is_written_as_tf_keras_reads_it(tmp_path):
    """tf-keras 2.21 and Keras 3.15 load files with this configuration, and none with a `name`."""
    model = ph.Sequential([ph.Input((3,)), ph.layers.Dense(2)])
    inner = ph.optimizers.Adam(0.01)
    model.compile(ph.optimizers.LossScaleOptimizer(inner, initial_scale=64.0), "mse")
    model.train_on_batch(np.ones((4, 3)), np.ones((4, 2)))
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as f:
        config = json.loads(f.attrs["training_config"])["optimizer_config"]
    assert config["class_name"] == "LossScaleOptimizer" and "name" not in config["config"]
    found = config["config"]["inner_optimizer"]["config"]
    known = {"name", "learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad"}
    assert set(found) <= known
    again = ph.models.load_model(tmp_path / "m.h5").optimizer
    assert again.initial_scale == 64.0 and type(again.inner_optimizer) is ph.optimizers.Adam


def test_without_optimizer(tmp_path):
    model = cases.trained(ph, "dense")
    model.save(tmp_path / "a.h5", include_optimizer=False)
    with pytest.warns(UserWarning, match="No training configuration"):
        assert not saving.load_model(tmp_path / "a.h5").compiled
    model.save(tmp_path / "a.h5")
    assert not saving.load_model(tmp_path / "a.h5", compile=False).compiled


def test_shared_calls_of_a_nested_model(tmp_path):
    y = ph.Input((4,), name="y")
    core = ph.Model(y, layers.Dense(4, name="d")(y), name="core")
    stack = ph.Sequential([ph.Input((4,)), layers.Dense(4, activation="tanh")], name="stack")
    a, b = ph.Input((4,), name="a"), ph.Input((4,), name="b")
    x = layers.Subtract()([core(stack(a)), core(stack(core(b)))])
    model = ph.Model([a, b], [x, core(x), stack(x)])
    model.save(tmp_path / "a.h5")
    again = saving.load_model(tmp_path / "a.h5", compile=False)
    data = [cases.rows((3, 4), 1), cases.rows((3, 4), 2)]
    for p, q in zip(model.predict(data, verbose=0), again.predict(data, verbose=0)):
        np.testing.assert_array_equal(p, q)


def test_training_that_was_written_stays(tmp_path):
    x = ph.Input((50,), name="x")
    y = layers.Dropout(0.5, name="always")(x, training=True)
    model = ph.Model(x, layers.Dropout(0.5, name="usual")(y))
    ones = np.ones((1, 50), "float32")
    for name in ("a.h5", "a.keras"):
        model.save(tmp_path / name)
        again = saving.load_model(tmp_path / name, compile=False)
        assert set(np.unique(again.predict(ones, verbose=0))) == {0.0, 2.0}


def test_configs_go_both_ways():
    for name in cases.MODELS:
        ph.utils.clear_session()
        config = json.loads(json.dumps(saving.serialize_keras_object(cases.MODELS[name](ph))))
        old = json.loads(json.dumps(old_configs.to_old(config)))
        again = old_configs.to_old(
            saving.serialize_keras_object(saving.deserialize_keras_object(old_reading.to_new(old)))
        )
        assert json.loads(json.dumps(again)) == old


# ---- files of weights alone


def test_weights_of_keras_2_s_layout(tmp_path):
    model = cases.MODELS["conv"](ph)
    for source in ("conv.tf_keras.only_weights.h5", "conv.keras.h5", "conv.tf_keras.h5"):
        kind = "tf_keras" if "tf_keras" in source else "keras"
        model.set_weights([0 * w for w in model.get_weights()])
        model.load_weights(os.path.join(FILES, source))
        same(model, "conv", kind)
    model.save_weights(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as f:
        names = [n.decode() if isinstance(n, bytes) else n for n in f.attrs["layer_names"]]
        assert names == [layer.name for layer in model.layers]
        weights = [str(n) for n in f["bn"].attrs["weight_names"]]
        assert weights == [f"bn/{n}" for n in ("gamma", "beta", "moving_mean", "moving_variance")]
    again = cases.MODELS["conv"](ph)
    again.load_weights(tmp_path / "a.h5")
    same(again, "conv", "tf_keras")


def test_weights_of_a_keras_file():
    model = cases.MODELS["conv"](ph)
    model.load_weights(os.path.join(FILES, "conv.keras.keras"))
    same(model, "conv", "keras")
    model.load_weights(os.path.join(FILES, "conv.tf_keras.weights.h5"))
    same(model, "conv", "tf_keras")


def small(*sizes, names=None):
    made = [layers.Dense(n, name=names and names[i]) for i, n in enumerate(sizes)]
    return ph.Sequential([ph.Input((4,)), *made])


def test_by_name_and_skip_mismatch(tmp_path):
    path = tmp_path / "a.h5"
    source = small(5, 3, names=["first", "second"])
    source.save_weights(path)
    other = small(3, 5, 2, names=["second", "first", "third"])
    with pytest.raises(ValueError, match="Layer count mismatch.*expected 3 layers, found 2"):
        other.load_weights(path)
    before = other.get_weights()
    with pytest.raises(ValueError, match=r"Shape mismatch in layer #0 \(named first\)"):
        other.load_weights(path, by_name=True)
    for a, b in zip(before, other.get_weights()):
        np.testing.assert_array_equal(a, b)
    with pytest.warns(UserWarning, match="Skipping loading"):
        other.load_weights(path, by_name=True, skip_mismatch=True)
    np.testing.assert_array_equal(other.layers[1].bias.numpy(), source.layers[0].bias.numpy())
    swapped = small(5, 3, names=["second", "first"])
    swapped.load_weights(path)  # by order
    np.testing.assert_array_equal(swapped.get_weights()[0], source.get_weights()[0])


def test_frozen_layers_keep_keras_2_s_order(tmp_path):
    model = cases.MODELS["conv"](ph)
    model.get_layer("bn").trainable = False
    model.save(tmp_path / "a.h5")
    again = saving.load_model(tmp_path / "a.h5", compile=False)
    x = cases.INPUTS["conv"]()
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))
    assert not again.get_layer("bn").trainable


def test_more_layers_than_an_attribute_holds(tmp_path, monkeypatch):
    monkeypatch.setattr("pronghorn.saving.h5_weights.NAMES_PER_ATTRIBUTE", 3)
    model = small(*[2] * 10)
    model.save_weights(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as f:
        assert [n for n in f.attrs if n.startswith("layer_names")] == [
            f"layer_names{i}" for i in range(4)
        ]
    again = small(*[2] * 10)
    again.load_weights(tmp_path / "a.h5")
    np.testing.assert_array_equal(model.get_weights()[-2], again.get_weights()[-2])


def test_wrong_arguments(tmp_path):
    model = small(2)
    model.save(tmp_path / "a.keras")
    model.save_weights(tmp_path / "a.weights.h5")
    model.save_weights(tmp_path / "a.h5")
    with pytest.raises(ValueError, match="only supports loading '.weights.h5'"):
        model.load_weights(tmp_path / "a.keras", objects_to_skip=[])
    for name in ("a.keras", "a.weights.h5"):
        with pytest.raises(ValueError, match="only supports loading legacy"):
            model.load_weights(tmp_path / name, by_name=True)
    with pytest.raises(ValueError, match="Invalid keyword"):
        model.load_weights(tmp_path / "a.h5", bad=1)
    with pytest.raises(ValueError, match="No model config found"):
        saving.load_model(tmp_path / "a.h5")
    with pytest.raises(FileNotFoundError):
        saving.load_model(tmp_path / "none.h5")
    (tmp_path / "bad.h5").write_bytes(b"text")
    with pytest.raises(ValueError, match="neither a zip file nor HDF5"):
        saving.load_model(tmp_path / "bad.h5")


def test_damaged_files(tmp_path):
    with open(os.path.join(FILES, "dense.keras.h5"), "rb") as f:
        good = f.read()
    path = tmp_path / "bad.h5"
    rng = np.random.RandomState(3)
    refused = 0
    for i in range(80):
        content = bytearray(good)
        if i % 4:
            for _ in range(rng.randint(1, 5)):
                content[rng.randint(len(content))] ^= 1 << rng.randint(8)
        else:
            del content[rng.randint(100, len(content)) :]
        path.write_bytes(content)
        try:
            saving.load_model(path, compile=False)
        except (ValueError, TypeError):
            refused += 1
    assert refused > 15


@pytest.mark.parametrize("version, factor", [("3.15.1", 1 / 6), ("2.15.0", 0.2)])
@pytest.mark.filterwarnings("ignore:No training configuration")
def test_hard_sigmoid_is_that_of_the_writer(tmp_path, version, factor):
    x = ph.Input((1,), name="x")
    y = ph.layers.Dense(1, activation="hard_sigmoid", name="d")(x)
    inner = ph.Model(x, y, name="inner")
    z = ph.Input((1,), name="z")
    path = tmp_path / "a.h5"
    ph.Model(z, ph.layers.Add(name="s")([inner(z), inner(z)])).save(path)
    with h5py.File(path, "a") as f:
        f.attrs["keras_version"] = version
    model = ph.models.load_model(path)
    model.set_weights([[[1.0]], [0.0]])
    found = float(model.predict(np.ones((1, 1), "float32"), verbose=0)[0, 0])
    assert found == pytest.approx(2 * (factor + 0.5), abs=1e-6)


@pytest.mark.cpu
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")
def test_memory_of_old_weights_does_not_stay(tmp_path):
    """Behind a load the process is not by a copy of the weights larger than before it."""

    def resident():
        with open("/proc/self/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    model = ph.Sequential([ph.Input((4096,)), layers.Dense(4096)])
    size = 4096 * 4096 * 4
    model.save_weights(tmp_path / "a.h5")
    before = resident()
    model.load_weights(tmp_path / "a.h5")
    assert resident() - before < size // 2


def test_packages_whose_name_begins_as_keras_s(tmp_path, monkeypatch):
    @saving.register_keras_serializable("keras_garden")
    class Spade(layers.Dense):
        pass

    monkeypatch.setattr(Spade, "__module__", "keras_garden.layers.tools")
    model = ph.Sequential([ph.Input((3,)), Spade(2)])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert '"keras_garden>Spade"' in file.attrs["model_config"]
    loaded = saving.load_model(tmp_path / "m.h5", compile=False)
    assert type(loaded.layers[0]) is Spade
