"""TensorBoard: its files, read back by tensorboard's own reader and its web application."""

import json

import numpy as np
import pronghorn as ph
import pytest

pytest.importorskip("tensorboard")
pytestmark = pytest.mark.filterwarnings("ignore")  # those of tensorboard's own modules
X = np.random.RandomState(0).randint(0, 10, (20, 4))
Y = np.random.RandomState(1).standard_normal((20, 1)).astype("float32")


def network():
    layers = ph.layers
    model = ph.Sequential(
        [
            ph.Input((4,)),
            layers.Embedding(10, 8, name="words"),
            layers.Reshape((4, 8, 1), name="grid"),
            layers.Conv2D(3, 3, name="conv"),
            layers.Flatten(name="flat"),
            layers.Dense(1, name="out"),
        ],
        name="net",
    )
    model.compile(ph.optimizers.SGD(0.01), "mse", metrics=["mae"])
    return model


def run(folder, **options):
    model = network()
    history = model.fit(
        X, Y, batch_size=4, epochs=2, validation_data=(X, Y), verbose=0, shuffle=False,
        callbacks=[ph.callbacks.TensorBoard(folder, **options)],
    ).history  # fmt: skip
    return model, history


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return events


def values(events, tag):
    from tensorboard.util import tensor_util

    found = events.Tensors(tag)
    return [e.step for e in found], [tensor_util.make_ndarray(e.tensor_proto) for e in found]


def test_results(tmp_path):
    _, history = run(tmp_path, write_steps_per_second=True)
    train, validation = read(tmp_path / "train"), read(tmp_path / "validation")
    steps, losses = values(train, "epoch_loss")
    assert steps == [0, 1]
    np.testing.assert_allclose(losses, history["loss"], rtol=1e-6)
    np.testing.assert_allclose(values(validation, "epoch_mae")[1], history["val_mae"], rtol=1e-6)
    np.testing.assert_allclose(values(train, "epoch_learning_rate")[1], [0.01, 0.01])
    assert values(validation, "evaluation_loss_vs_iterations")[0] == [5, 10]
    assert (np.array(values(train, "epoch_steps_per_second")[1]) > 0).all()
    assert not [t for t in train.Tags()["tensors"] if t.startswith("batch_")]


def test_results_of_batches(tmp_path):
    run(tmp_path, update_freq=2)
    assert values(read(tmp_path / "train"), "batch_loss")[0] == [2, 4, 6, 8, 10]


def test_histograms_images_and_graph(tmp_path):
    model, _ = run(tmp_path, histogram_freq=1, write_images=True, write_grads=True)
    events = read(tmp_path / "train")
    for weight in model.weights:
        (_, last) = values(events, f"{weight.path}/histogram")[1]
        assert last[:, 2].sum() == weight.size
        assert last[0, 0] == pytest.approx(weight.numpy().min(), rel=1e-5)
        assert f"{weight.path}_grad" in events.Tags()["tensors"]
    (_, out) = values(events, "out_out")[1]
    batch = model.predict(X[:4], verbose=0)
    assert out[:, 2].sum() == 4 and out[0, 0] == pytest.approx(batch.min(), rel=1e-4)
    width, height, png = values(events, "net/out/kernel/image")[1][0]
    assert png.startswith(b"\x89PNG") and (int(width), int(height)) == (1, 36)
    nodes = {node.name: list(node.input) for node in events.Graph().node}
    assert nodes["conv"] == ["grid"] and nodes["out"] == ["flat"]
    config = json.loads(values(events, "keras")[1][0].item())
    assert config["class_name"] == "Sequential"


def test_gradients_are_those_of_the_first_batch(tmp_path):
    model, _ = run(tmp_path, histogram_freq=1, write_grads=True)
    with ph.GradientTape() as tape:
        loss = ph.ops.mean((model(X[:4]) - Y[:4]) ** 2)
    gradient = tape.gradient(loss, model.get_layer("out").kernel).numpy()
    (_, found) = values(read(tmp_path / "train"), "net/out/kernel_grad")[1]
    assert found[0, 0] == pytest.approx(gradient.min(), rel=1e-3)
    assert found[-1, 1] == pytest.approx(gradient.max(), rel=1e-3)


def test_embeddings(tmp_path):
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    model, _ = run(tmp_path, embeddings_freq=1, embeddings_metadata={"words": "names.tsv"})
    text = (tmp_path / "projector_config.pbtxt").read_text()
    (embedding,) = text_format.Parse(text, ProjectorConfig()).embeddings
    assert embedding.metadata_path == "names.tsv"
    table = np.loadtxt(tmp_path / embedding.tensor_path)
    np.testing.assert_allclose(table, model.get_layer("words").embeddings, rtol=1e-5)
    with pytest.raises(ValueError, match="Unrecognized `Embedding` layer names"):
        run(tmp_path, embeddings_freq=1, embeddings_metadata={"word": "names.tsv"})


def test_the_web_application_answers(tmp_path):
    pytest.importorskip("werkzeug")
    from tensorboard import default, program
    from tensorboard.backend import application
    from werkzeug.test import Client

    run(tmp_path, histogram_freq=1, write_images=True)
    board = program.TensorBoard(default.get_plugins())
    board.configure(logdir=str(tmp_path), load_fast="false")
    source = board._make_data_ingester()
    source.start()
    app = application.TensorBoardWSGIApp(
        board.flags, board.plugin_loaders, source.data_provider, board.assets_zip_provider
    )
    client = Client(app)
    runs = json.loads(client.get("/data/runs").data)
    assert sorted(runs) == ["train", "validation"]
    points = client.get("/data/plugin/scalars/scalars?run=train&tag=epoch_loss")
    assert [step for _, step, _ in json.loads(points.data)] == [0, 1]
    tags = json.loads(client.get("/data/plugin/histograms/tags").data)
    assert "net/out/kernel/histogram" in tags["train"]
    graph = client.get("/data/plugin/graphs/graph?run=train&conceptual=true&tag=keras")
    assert graph.status_code == 200 and b"conv" in graph.data


@pytest.mark.parametrize("value", [-1, (3, 1), "a", (1, 2, 3)])
def test_errors(value):
    with pytest.raises(ValueError, match="profile_batch must be"):
        ph.callbacks.TensorBoard(profile_batch=value)
