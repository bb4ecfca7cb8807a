"""RemoteMonitor against a real server, SwapEMAWeights, OrbaxCheckpoint, the limits of config."""

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pronghorn as ph
import pytest

X = np.random.RandomState(0).standard_normal((24, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def compiled(optimizer="sgd"):
    model = ph.Sequential([ph.Input((3,)), ph.layers.Dense(1, kernel_initializer="ones")])
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


@pytest.fixture
def server():
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            requests.append((self.path, dict(self.headers), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}", requests
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.mark.parametrize("as_json", [True, False])
def test_remote_monitor(server, as_json):
    pytest.importorskip("requests")
    root, requests = server
    monitor = ph.callbacks.RemoteMonitor(
        root, "/here/", field="it", headers={"X-Key": "7"}, send_as_json=as_json
    )
    history = compiled().fit(X, Y, epochs=2, verbose=0, callbacks=[monitor]).history
    assert [path for path, _, _ in requests] == ["/here/"] * 2
    assert requests[0][1]["X-Key"] == "7"
    bodies = [
        json.loads(body if as_json else urllib.parse.parse_qs(body)["it"][0])
        for _, _, body in requests
    ]
    assert [b["epoch"] for b in bodies] == [0, 1]
    assert [b["loss"] for b in bodies] == history["loss"]
    assert set(bodies[0]) == {"epoch", "loss", "mae"}


def test_no_server_costs_a_warning():
    pytest.importorskip("requests")
    with pytest.warns(UserWarning, match="Could not reach RemoteMonitor root server"):
        monitor = ph.callbacks.RemoteMonitor("http://127.0.0.1:9")
        compiled().fit(X, Y, epochs=1, verbose=0, callbacks=[monitor])


class Seen(ph.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.kernels, self.averages = [], []

    def on_epoch_end(self, epoch, logs=None):
        self.kernels.append(self.model.layers[0].kernel.numpy())


def averaging():
    return ph.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)


@pytest.mark.parametrize("scaled", [False, True])
def test_averages_are_evaluated(scaled):
    """Validation sees the averages; training goes on with the weights."""
    optimizer = averaging()
    optimizer = ph.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer
    plain, model = compiled(averaging()), compiled(optimizer)
    seen, plain_seen = Seen(), Seen()
    options = {"epochs": 3, "verbose": 0, "shuffle": False, "validation_data": (X, Y)}
    swap = ph.callbacks.SwapEMAWeights()
    history = model.fit(X, Y, callbacks=[swap, seen], **options).history
    plain.fit(X, Y, callbacks=[plain_seen], **options)
    np.testing.assert_allclose(seen.kernels, plain_seen.kernels, rtol=1e-6)
    # `fit` ends with the averages, so they are what the last validation saw
    assert history["val_loss"][-1] == pytest.approx(model.evaluate(X, Y, verbose=0)[0], rel=1e-6)


def test_averages_between_epochs():
    model, seen = compiled(averaging()), Seen()
    swap = ph.callbacks.SwapEMAWeights(swap_on_epoch=True)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[swap, seen])
    np.testing.assert_array_equal(seen.kernels[-1], model.layers[0].kernel)


def test_swapping_needs_averages():
    with pytest.raises(ValueError, match="must be used when `use_ema=True` is set"):
        swap = ph.callbacks.SwapEMAWeights()
        compiled().fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[swap])


def test_orbax_says_what_to_use():
    with pytest.raises(ImportError, match="Use `ModelCheckpoint"):
        ph.callbacks.OrbaxCheckpoint("folder")


def test_messages_go_to_the_log(caplog, capsys):
    ph.config.disable_interactive_logging()
    try:
        assert not ph.config.is_interactive_logging_enabled()
        with caplog.at_level("INFO"):
            schedule = ph.callbacks.LearningRateScheduler(lambda epoch: 0.25, verbose=1)
            compiled().fit(X, Y, verbose=0, callbacks=[schedule])
    finally:
        ph.config.enable_interactive_logging()
    assert "learning rate to 0.25" in caplog.text and not capsys.readouterr().out


def test_limits_of_config():
    class Count(ph.callbacks.Callback):
        epochs = batches = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    model, count = compiled(), Count()
    ph.config.set_max_epochs(2)
    ph.config.set_max_steps_per_epoch(3)
    try:
        with pytest.warns(UserWarning, match="Limiting epochs to 2"):
            model.fit(X, Y, batch_size=4, epochs=5, verbose=0, callbacks=[count])
        assert len(model.predict(X, batch_size=4, verbose=0)) == 12
    finally:
        ph.config.set_max_epochs(None)
        ph.config.set_max_steps_per_epoch(None)
    assert (count.epochs, count.batches) == (2, 6)
    assert len(model.predict(X, batch_size=4, verbose=0)) == 24


def test_backends_by_name():
    ph.config.set_backend("jax")
    assert ph.config.backend() == "tensorflow"
    with pytest.raises(ValueError, match="Unknown backend: 'mxnet'"):
        ph.config.set_backend("mxnet")
