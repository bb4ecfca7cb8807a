"""Old files made new: what Keras 3 has no word for is said in today's, and predicts the same."""

import os

import numpy as np
import pronghorn as ph
import pytest
from alias.programs import python
from pronghorn import layers
from pronghorn.cli import main
from pronghorn.saving.conversion import convert
from pronghorn.saving.old_reading import OLD_HARD_SIGMOID
from pronghorn.saving.renewal import renew
from saving import cases, wild

FILES = os.path.join(os.path.dirname(__file__), "files")
OLD = {"activation": OLD_HARD_SIGMOID}
GATES = {"recurrent_activation": OLD_HARD_SIGMOID}


@pytest.mark.parametrize("name", sorted(cases.MODELS | cases.ONLY_KERAS_2))
@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_tf_keras_wrote_becomes_a_file_of_keras_3(tmp_path, name, ending):
    path = tmp_path / "new.keras"
    convert(os.path.join(FILES, f"{name}.tf_keras.{ending}"), path)
    found = cases.predictions(ph.models.load_model(path), name)
    stored = np.load(os.path.join(FILES, "tf_keras.npz"))
    for i, y in enumerate(found):
        np.testing.assert_allclose(y, stored[f"{name}/{i}"], rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="end in `.keras`"):
        convert(path, tmp_path / "new.h5")


@pytest.mark.parametrize(
    "layer, shape",
    [
        (lambda: layers.Dense(3, **OLD), (4,)),
        (lambda: layers.Dense(3, use_bias=False, **OLD), (4,)),
        (lambda: layers.Conv1D(3, 2, **OLD), (6, 4)),
        (lambda: layers.Conv2DTranspose(3, 2, **OLD), (5, 5, 2)),
        (lambda: layers.DepthwiseConv2D(2, **OLD), (5, 5, 2)),
        (lambda: layers.SeparableConv2D(3, 2, **OLD), (5, 5, 2)),
        (lambda: layers.TimeDistributed(layers.Dense(3, **OLD)), (4, 3)),
        (lambda: layers.SimpleRNN(3, **OLD), (5, 4)),
        (lambda: layers.LSTM(3, **GATES), (5, 4)),
        (lambda: layers.GRU(3, **GATES), (5, 4)),
        (lambda: layers.GRU(3, reset_after=False, **GATES, **OLD), (5, 4)),
        (lambda: layers.Bidirectional(layers.LSTM(3, **GATES)), (5, 4)),
        (lambda: layers.RNN([layers.LSTMCell(3, **GATES), layers.GRUCell(2, **GATES)]), (5, 4)),
        (lambda: layers.ConvLSTM2D(2, 2, **GATES), (3, 4, 4, 2)),
        (lambda: layers.Activation(OLD_HARD_SIGMOID), (4,)),
        (lambda: layers.ThresholdedReLU(0.4), (4,)),
    ],
)
def test_the_old_hard_sigmoid_becomes_todays(layer, shape):
    x = ph.Input(shape)
    inner = ph.Sequential([layer()])
    model = ph.Model(x, [inner(x), layer()(x)])
    rng = np.random.RandomState(1)
    model.set_weights([rng.randn(*w.shape) for w in model.weights])
    values = rng.randn(8, *shape).astype("float32") * 2
    before = model.predict(values, verbose=0)
    new, notes = renew(model)
    assert len(notes) >= 2
    again = ph.models.model_from_json(new.to_json())
    assert OLD_HARD_SIGMOID not in new.to_json() and "Thresholded" not in new.to_json()
    again.set_weights(new.get_weights())
    for a, b in zip(before, again.predict(values, verbose=0)):
        assert np.ptp(a) > 0.1
        np.testing.assert_allclose(b, a, rtol=2e-5, atol=2e-6)


def test_what_keras_3_cannot_have_is_said_and_nothing_written(tmp_path):
    model = ph.Sequential([ph.Input((4, 3)), layers.LSTM(2, **OLD)])
    old, new = tmp_path / "old.h5", tmp_path / "new.keras"
    model.save(old)
    new.write_bytes(b"before")
    with pytest.raises(ValueError, match="has Keras 2's hard_sigmoid as its `activation`"):
        convert(old, new)
    model = ph.Sequential([ph.Input((4,)), layers.Lambda(lambda x: x * 2, name="twice")])
    model.save(old)
    with pytest.raises(ValueError, match="code of a lambda"):
        convert(old, new, safe_mode=False)
    assert new.read_bytes() == b"before" and len(os.listdir(tmp_path)) == 2
    report = convert(old, new, custom_objects={"twice": lambda x: x * 2})
    assert report.needed == ["twice"]
    given = {"twice": lambda x: x + x}
    assert ph.models.load_model(new, given)(np.ones((1, 4), "float32")).tolist() == [[2.0] * 4]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_file_that_predicts_otherwise_is_removed(tmp_path, monkeypatch):
    from pronghorn.saving import conversion

    def spoilt(model):
        model.weights[-1].assign(model.weights[-1].numpy() + 0.01)
        return model, []

    monkeypatch.setattr(conversion, "renew", spoilt)
    new = tmp_path / "new.keras"
    with pytest.raises(ValueError, match="predicts other numbers than the original .* removed"):
        convert(os.path.join(FILES, "nested.tf_keras.h5"), new)
    assert os.listdir(tmp_path) == []


def test_weights_alone_with_their_configuration(tmp_path):
    model = ph.Sequential([ph.Input((3,)), layers.Dense(2)])
    model.save_weights(tmp_path / "w.h5")
    (tmp_path / "a.json").write_text(model.to_json())
    with pytest.raises(ValueError, match="No model config found"):
        convert(tmp_path / "w.h5", tmp_path / "new.keras")
    assert convert(tmp_path / "w.h5", tmp_path / "n.keras", architecture=tmp_path / "a.json")
    found = ph.models.load_model(tmp_path / "n.keras").get_weights()
    assert all((a == b).all() for a, b in zip(found, model.get_weights()))


def test_the_command_converts_and_inspects(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(
        "import keras\n\ndef twice(x):\n    return keras.ops.multiply(x, 2)\n"
    )
    model = ph.Sequential([ph.Input((4,)), layers.Lambda(lambda x: x * 2, name="twice")])
    model.save(tmp_path / "old.h5")
    command = ["convert", str(tmp_path / "old.h5"), str(tmp_path / "new.keras")]
    assert main(command) == 1
    assert "custom_objects={'twice': function}" in capsys.readouterr().err
    # in a process of its own, where `import keras` gets this package from then on
    done = python("-m", "pronghorn", *command, "--objects", tmp_path / "mine.py")
    assert done.returncode == 0, done.stderr
    assert "custom_objects for: twice" in done.stdout and "0.0e+00" in done.stdout
    assert main(["inspect", str(tmp_path / "new.keras")]) == 0
    assert "twice (Lambda)" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("name", wild.names() or ["none"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_strangers_file_becomes_new(tmp_path, name):
    if name == "none":
        pytest.skip("KERAS_HOME has no folder wild_models")
    wild.convert(ph, name, tmp_path / "new.keras")
    model = ph.models.load_model(tmp_path / "new.keras", wild.objects(ph, name), compile=False)
    assert wild.model_error(model, name) < wild.TOLERANCE
