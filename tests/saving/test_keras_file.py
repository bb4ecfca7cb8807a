"""`.keras` files: Keras's are read, ours come back as they were, hostile ones are refused."""

import io
import json
import os
import zipfile

import h5py
import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, saving
from pronghorn.saving.sharing import with_missing_numbers
from pronghorn.serialization import ObjectSharingScope
from saving import cases, layer_cases

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
OUTPUTS = np.load(os.path.join(FILES, "keras.npz"))
with open(os.path.join(FILES, "keras.json")) as f:
    LOSSES = json.load(f)


def same_as_keras(model, name, rtol=1e-4):
    for i, y in enumerate(cases.predictions(model, name)):
        np.testing.assert_allclose(y, OUTPUTS[f"{name}/{i}"], rtol=rtol, atol=1e-5)


ALL = [*cases.MODELS, *cases.ONLY_KERAS_3]


@pytest.mark.parametrize("name", ALL)
def test_keras_files(name):
    model = saving.load_model(os.path.join(FILES, f"{name}.keras.keras"))
    same_as_keras(model, name)
    # the optimizer goes on as if the model had never been in a file
    np.testing.assert_allclose(cases.go_on(model, name), LOSSES[name], rtol=2e-4)


@pytest.mark.parametrize("name", ALL)
def test_round_trip(name, tmp_path):
    ph.utils.clear_session()
    model = cases.trained(ph, name)
    same_as_keras(model, name)
    model.save(tmp_path / "a.keras")
    again = ph.models.load_model(tmp_path / "a.keras")
    for a, b in zip(cases.predictions(model, name), cases.predictions(again, name)):
        np.testing.assert_array_equal(a, b)
    assert cases.go_on(again, name) == cases.go_on(model, name)
    assert os.listdir(tmp_path) == ["a.keras"]
    first, second = (json.loads(m.to_json()) for m in (model, again))
    assert first == second


def test_parts_that_stand_under_another_path_only(tmp_path):
    """tf-keras lists what is in attributes under `layers`; a model without weights of its own must
    not count as found where there is no group for it."""

    class Net(ph.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.deep = ph.Sequential([layers.Dense(2), layers.Dense(2)])

        def call(self, x):
            return self.deep(x)

    first, second = Net(), Net()
    for net in (first, second):
        net(np.ones((1, 3), "float32"))
    first.save_weights(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "a.weights.h5", "r+") as f:
        f.move("deep", "layers/sequential")
    second.load_weights(tmp_path / "a.weights.h5")
    for a, b in zip(second.get_weights(), first.get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("writer", ["keras", "tf_keras"])
def test_a_layer_shared_across_levels_of_nesting(writer, tmp_path):
    """In Sequential models no number tells that it is one layer; Keras fails on its own."""
    expected = np.load(os.path.join(FILES, f"{writer}.npz"))
    theirs = saving.load_model(os.path.join(FILES, f"deep_nesting.{writer}.keras"))
    ours = layer_cases.model_of(ph, "deep_nesting")
    ours.save(tmp_path / "a.keras")
    for model in (theirs, ph.models.load_model(tmp_path / "a.keras")):
        assert len(model.weights) == 4
        found = layer_cases.outputs_of(ph, model, None)
        for i, y in enumerate(found):
            np.testing.assert_allclose(y, expected[f"deep_nesting/{i}"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("first, is_clear", [("zeros", True), ("ones", False)])
def test_which_of_two_equal_layers_is_shared_is_not_guessed(first, is_clear):
    x = ph.Input((3,))
    twins = [layers.Dense(3, name="d", bias_initializer=b) for b in (first, "ones")]
    parts = [ph.Sequential([layers.Dense(3), twin]) for twin in twins]
    model = ph.Model(x, [*(part(x) for part in parts), twins[1](x)])
    with ObjectSharingScope():
        config = json.loads(json.dumps(saving.serialize_keras_object(model)))
    found = with_missing_numbers(config)
    if not is_clear:
        assert found is None
        return
    second, last = found["config"]["layers"][2]["config"]["layers"], found["config"]["layers"][3]
    assert second[-1]["shared_object_id"] == last["shared_object_id"] is not None


def test_layout_and_configuration_are_keras_s(tmp_path):
    ph.utils.clear_session()
    cases.trained(ph, "conv").save(tmp_path / "a.keras")
    with zipfile.ZipFile(tmp_path / "a.keras") as ours:
        with zipfile.ZipFile(os.path.join(FILES, "conv.keras.keras")) as theirs:
            assert sorted(ours.namelist()) == sorted(theirs.namelist())
            a, b = (json.loads(z.read("config.json")) for z in (ours, theirs))
            assert a["compile_config"] == b["compile_config"]
            assert [x["name"] for x in a["config"]["layers"]] == [
                x["name"] for x in b["config"]["layers"]
            ]
            import h5py

            files = [h5py.File(io.BytesIO(z.read("model.weights.h5"))) for z in (ours, theirs)]
            found = [{}, {}]
            for places, f in zip(found, files):
                f.visititems(
                    lambda n, x, places=places: places.update({n: getattr(x, "shape", None)})
                )
            assert found[0] == found[1]


def test_uncompiled_and_compile_false(tmp_path):
    model = cases.MODELS["dense"](ph)
    model.save(tmp_path / "a.keras")
    assert not saving.load_model(tmp_path / "a.keras").compiled
    cases.trained(ph, "dense").save(tmp_path / "b.keras")
    assert not saving.load_model(tmp_path / "b.keras", compile=False).compiled
    assert saving.load_model(tmp_path / "b.keras").compiled


def test_folder_and_file_object(tmp_path):
    model = cases.trained(ph, "two_inputs")
    model.save(tmp_path / "folder", zipped=False)
    assert sorted(os.listdir(tmp_path / "folder")) == [
        "config.json", "metadata.json", "model.weights.h5",
    ]  # fmt: skip
    same_as_keras(saving.load_model(tmp_path / "folder"), "two_inputs")
    buffer = io.BytesIO()
    saving.save_model(model, buffer)
    buffer.seek(0)
    same_as_keras(saving.load_model(buffer), "two_inputs")
    with pytest.raises(ValueError, match="should not end in"):
        model.save(tmp_path / "a.keras", zipped=False)


def test_subclassed_models_and_custom_objects(tmp_path):
    class Scale(layers.Layer):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, input_shape):
            self.shift = self.add_weight(shape=input_shape[-1:], initializer="ones")

        def call(self, x):
            return x * self.factor + self.shift

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    class Net(ph.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.blocks = [(Scale(2.0), {"d": layers.Dense(units)}), [layers.Dense(2)]]

        def call(self, x):
            (scale, inner), (last,) = self.blocks
            return last(inner["d"](scale(x)))

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    model = Net(3)
    model.compile("adam", "mse")
    x = cases.rows((4, 5), 1)
    model.fit(x, cases.rows((4, 2), 2), verbose=0)
    model.save(tmp_path / "a.keras")
    with pytest.raises(TypeError, match="Could not locate class 'Net'"):
        saving.load_model(tmp_path / "a.keras")
    known = {"Net": Net, "Scale": Scale}
    again = saving.load_model(tmp_path / "a.keras", custom_objects=known)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations) > 0
    with saving.custom_object_scope(known):
        assert saving.load_model(tmp_path / "a.keras").units == 3


def test_assets(tmp_path):
    @saving.register_keras_serializable("assets")
    class Words(layers.Layer):
        words = ()

        def call(self, x):
            return x

        def save_assets(self, folder):
            with open(os.path.join(folder, "words.txt"), "w") as f:
                f.write(" ".join(self.words))

        def load_assets(self, folder):
            with open(os.path.join(folder, "words.txt")) as f:
                self.words = f.read().split()

    model = ph.Sequential([ph.Input((3,)), Words(name="words"), layers.Dense(2)])
    model.layers[0].words = ("red", "green")
    for name, zipped in (("a.keras", True), ("folder", False)):
        model.save(tmp_path / name, zipped=zipped)
        again = saving.load_model(tmp_path / name)
        assert again.layers[0].words == ["red", "green"]
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        assert "assets/layers/words/words.txt" in archive.namelist()


def test_a_failed_save_leaves_the_old_file(tmp_path):
    class Bad(layers.Dense):
        def save_own_variables(self, store):
            raise RuntimeError("no")

    path = tmp_path / "a.keras"
    cases.MODELS["dense"](ph).save(path)
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match="no"):
        ph.Sequential([ph.Input((2,)), Bad(1)]).save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["a.keras"]


def test_names_and_arguments(tmp_path):
    model = cases.MODELS["dense"](ph)
    with pytest.raises(ValueError, match="Invalid filepath extension"):
        model.save(tmp_path / "a.model")
    with pytest.raises(ValueError, match="argument is deprecated"):
        model.save(tmp_path / "a", save_format="keras")
    with pytest.raises(ValueError, match="not supported.*surprise"):
        model.save(tmp_path / "a.keras", surprise=1)
    with pytest.raises(ValueError, match="ensure the file is an accessible"):
        saving.load_model(tmp_path / "none.keras")
    with pytest.raises(ValueError, match="File format not supported"):
        saving.load_model(tmp_path / "none")
    with pytest.warns(UserWarning, match="not yet been built"):
        ph.Sequential([layers.Dense(2)]).save(tmp_path / "b.keras")


# ---- damaged and hostile files


@pytest.fixture
def members(tmp_path):
    cases.trained(ph, "dense").save(tmp_path / "good.keras")
    with zipfile.ZipFile(tmp_path / "good.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_compressed_file_is_read(members, tmp_path):
    path = written(tmp_path / "a.keras", members, zipfile.ZIP_DEFLATED)
    same_as_keras(saving.load_model(path), "dense")


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("config.json", b"{", "no JSON"),
        ("config.json", b"[" * 100_000, "no JSON"),
        ("config.json", b"[1, 2]", "no configuration"),
        ("config.json", b'{"class_name": "Dense", "config": 3}', "'config' to be a dict"),
        ("config.json", b'{"class_name": "SGD", "config": {}}', "holds no model"),
        ("model.weights.h5", b"", "not a readable HDF5"),
        ("model.weights.h5", b"nothing", "not a readable HDF5"),
    ],
)
def test_malformed_members(members, tmp_path, name, content, message):
    path = written(tmp_path / "a.keras", {**members, name: content})
    with pytest.raises((ValueError, TypeError), match=message):
        saving.load_model(path)


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_missing_members(members, tmp_path, name):
    members.pop(name)
    with pytest.raises(ValueError, match=f"has no {name}"):
        saving.load_model(written(tmp_path / "a.keras", members))


def test_weights_that_may_be_pickles_are_not_read(members, tmp_path):
    members["model.weights.npz"] = members.pop("model.weights.h5")
    with pytest.raises(ValueError, match="model.weights.npz.* they are not read"):
        saving.load_model(written(tmp_path / "a.keras", members))


def test_a_configuration_that_lacks_parts(members, tmp_path):
    config = json.loads(members["config.json"])
    rng = np.random.RandomState(0)

    def cut(x):
        """Removes one entry somewhere."""
        while isinstance(x, (dict, list)) and x:
            key = list(x)[rng.randint(len(x))] if isinstance(x, dict) else rng.randint(len(x))
            if rng.rand() < 0.3 or not isinstance(x[key], (dict, list)):
                x.pop(key)
                return
            x = x[key]

    for _ in range(150):
        damaged = json.loads(json.dumps(config))
        for _ in range(rng.randint(1, 4)):
            cut(damaged)
        text = json.dumps(damaged).encode()
        path = written(tmp_path / "a.keras", {**members, "config.json": text})
        try:
            saving.load_model(path)
        except (ValueError, TypeError, UserWarning):
            pass


def test_flipped_bits_and_cut_files(tmp_path, members):
    good = (tmp_path / "good.keras").read_bytes()
    rng = np.random.RandomState(1)
    bad = tmp_path / "bad.keras"
    refused = 0
    for i in range(120):
        content = bytearray(good)
        if i % 3:
            content[rng.randint(len(content))] ^= 1 << rng.randint(8)
        else:
            del content[rng.randint(1, len(content)) :]
        bad.write_bytes(content)
        try:
            model = saving.load_model(bad)
        except ValueError as e:
            assert "bad.keras" in str(e)
            refused += 1
        else:  # in a place that nobody reads
            same_as_keras(model, "dense", rtol=1e-6)
    assert refused > 90


def test_bombs(members, tmp_path):
    bomb = {**members, "config.json": members["config.json"] + b" " * (64 << 20)}
    path = written(tmp_path / "a.keras", bomb, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ValueError, match="decompression bomb"):
        saving.load_model(path)
    bomb = {**members, "model.weights.h5": bytes(64 << 20)}
    with pytest.raises(ValueError, match="decompression bomb"):
        saving.load_model(written(path, bomb, zipfile.ZIP_DEFLATED))
    bomb = {**members, "assets/x": bytes(64 << 20)}
    with pytest.raises(ValueError, match="decompression bomb"):
        saving.load_model(written(path, bomb, zipfile.ZIP_DEFLATED))


@pytest.mark.parametrize("units", [10**9, 2**40, 2**62, 2**70])
@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_sizes_that_the_file_has_no_weights_for(members, tmp_path, units, ending):
    """Refused before any memory is taken."""
    path = tmp_path / f"a.{ending}"
    if ending == "keras":
        config = json.loads(members["config.json"])
        config["config"]["layers"][1]["config"]["units"] = units
        written(path, {**members, "config.json": json.dumps(config).encode()})
    else:
        cases.trained(ph, "dense").save(path)
        with h5py.File(path, "a") as f:
            config = json.loads(f.attrs["model_config"])
            config["config"]["layers"][1]["config"]["units"] = units
            f.attrs["model_config"] = json.dumps(config)
    with pytest.raises(ValueError, match="does not go with the weights|64 bits"):
        saving.load_model(path)


@pytest.mark.parametrize("name", ["assets/../../evil", "assets/..\\..\\evil", "assets/a/../../e"])
def test_paths_that_climb_out(members, tmp_path, name):
    path = written(tmp_path / "a.keras", {**members, name: b"evil"})
    with pytest.raises(ValueError, match="Invalid asset path"):
        saving.load_model(path)


def test_lambdas_need_permission(tmp_path):
    model = ph.Sequential([ph.Input((3,)), layers.Activation(lambda x: 2 * x), layers.Dense(2)])
    with pytest.warns(UserWarning, match="lambda"):
        model.save(tmp_path / "a.keras")
    with pytest.raises(ValueError, match="arbitrary code execution"):
        saving.load_model(tmp_path / "a.keras")
    again = saving.load_model(tmp_path / "a.keras", safe_mode=False)
    x = np.ones((1, 3), "float32")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
