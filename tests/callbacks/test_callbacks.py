"""The callbacks: which look at batches, what they see, and what the progress line says."""

import math
import re

import numpy as np
import pronghorn as ph
import pytest
from pronghorn.callbacks import callback as callback_module
from pronghorn.callbacks import progbar as progbar_module
from pronghorn.callbacks.logs import plain_logs
from training.cases import data, mlp

X, Y, *_ = data()
callbacks = ph.callbacks


def compiled(**options):
    model = mlp(ph, 1, "sigmoid")
    model.compile("sgd", "mse", **options)
    return model


class OnClass(callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class Older(callbacks.Callback):
    def on_batch_begin(self, batch, logs=None):
        pass


def test_who_looks_at_batches():
    looks = callback_module.looks_at_batches
    assert looks(OnClass(), "train") and not looks(OnClass(), "test")
    assert looks(Older(), "train") and not looks(Older(), "predict")
    own = callbacks.Callback()
    assert not looks(own, "test")
    own.on_test_batch_end = lambda batch, logs=None: None
    assert looks(own, "test")
    assert looks(callbacks.LambdaCallback(on_train_batch_end=print), "train")
    assert not looks(callbacks.LambdaCallback(on_epoch_end=print), "train")
    assert not looks(callbacks.History(), "train")
    assert not looks(callbacks.EarlyStopping(), "train")


def test_the_built_in_progress_bar_does_not_look():
    bar = callbacks.ProgbarLogger()
    assert not callbacks.CallbackList([bar]).looks("train")

    class Louder(callbacks.ProgbarLogger):
        pass

    assert callbacks.CallbackList([Louder()]).looks("train")


def test_logs_are_sorted_floats():
    logs = plain_logs({"b": np.float32(2), "a": {"z": 1, "y": 0.5}, "c": "text"})
    assert logs == {"y": 0.5, "z": 1.0, "b": 2.0, "c": "text"}
    assert all(type(v) is float for k, v in logs.items() if k != "c")
    assert plain_logs(None) == {}


def test_history_keeps_epochs_and_goes_on_in_a_second_fit():
    model = compiled()
    history = callbacks.History()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[history])
    model.fit(X, Y, initial_epoch=2, epochs=3, verbose=0, callbacks=[history])
    assert history.epoch == [2]
    assert len(history.history["loss"]) == 3
    assert model.history is history


def test_lambda_callback():
    seen = []
    lambdas = callbacks.LambdaCallback(
        on_epoch_end=lambda e, l: seen.append(("epoch", e, sorted(l))),
        on_train_begin=lambda l: seen.append("begin"),
        on_train_batch_end=lambda batch, logs: seen.append(batch),
        on_test_begin=lambda l: seen.append("test"),
    )
    compiled().fit(X, Y, batch_size=25, verbose=0, callbacks=[lambdas], validation_data=(X, Y))
    assert seen == ["begin", 0, 1, "test", ("epoch", 0, ["loss", "val_loss"])]


def test_params():
    seen = callbacks.Callback()
    compiled().fit(X, Y, batch_size=20, epochs=2, verbose=0, callbacks=[seen])
    assert seen.params == {"verbose": 0, "epochs": 2, "steps": 3}


def nan_model():
    model = mlp(ph, 1, None)
    model.compile(ph.optimizers.SGD(1e30), "mse")
    return model


def test_terminate_on_nan(capsys):
    batches = []
    count = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: batches.append(batch))
    stop = callbacks.TerminateOnNaN()
    nan_model().fit(X, Y, batch_size=1, epochs=3, verbose=0, callbacks=[stop, count])
    assert len(batches) < 10
    printed = capsys.readouterr().out
    assert re.fullmatch(r"Batch \d+: Invalid loss, terminating training\n", printed)


def test_terminate_on_nan_by_an_error():
    with pytest.raises(RuntimeError, match="NaN or Inf loss encountered at batch"):
        nan_model().fit(
            X, Y, batch_size=1, verbose=0, callbacks=[callbacks.TerminateOnNaN(raise_error=True)]
        )


class Scripted(callbacks.Callback):
    """Puts given values into the logs, before the callbacks behind it."""

    def __init__(self, name, values):
        super().__init__()
        self.name, self.values = name, values

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def epochs_run(values, name="val_loss", **options):
    stop = callbacks.EarlyStopping(monitor=name, **options)
    model = compiled()
    chain = [Scripted(name, values), stop]
    history = model.fit(X, Y, epochs=len(values), batch_size=50, verbose=0, callbacks=chain)
    return len(history.epoch), stop


@pytest.mark.parametrize(
    "values, options, expected",
    [
        ([5, 4, 3, 2], {}, 4),
        ([5, 4, 4, 3], {}, 3),
        ([5, 6, 6, 4, 6, 6, 6], {"patience": 3}, 7),
        ([5, 6, 6, 6, 6], {"patience": 3}, 4),
        ([5, 4.9, 4.8, 4.7], {"min_delta": 0.5}, 2),
        ([1, 2, 3, 2, 1], {"mode": "max"}, 4),
        ([5, 6, 7, 6, 7], {"start_from_epoch": 3}, 5),
        ([5, 4, 5, 3], {"baseline": 1.0, "patience": 2}, 3),
    ],
)
def test_early_stopping(values, options, expected):
    assert epochs_run(values, **options)[0] == expected


def test_early_stopping_restores_the_best_weights(capsys):
    model = compiled()
    stop = callbacks.EarlyStopping(patience=2, restore_best_weights=True, verbose=1)
    kept = {}
    keep = callbacks.LambdaCallback(on_epoch_end=lambda e, l: kept.update({e: model.get_weights()}))
    script = Scripted("val_loss", [3, 1, 2, 2, 2])
    model.fit(X, Y, epochs=5, verbose=0, callbacks=[script, keep, stop])
    for a, b in zip(model.get_weights(), kept[1]):
        np.testing.assert_array_equal(a, b)
    printed = capsys.readouterr().out
    assert printed == (
        "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"
    )


def test_early_stopping_takes_the_direction_from_the_metric():
    model = compiled(metrics=["accuracy"])
    stop = callbacks.EarlyStopping(monitor="accuracy", patience=99)
    model.fit(X, Y, verbose=0, callbacks=[stop])
    assert stop.monitor_op(2, 1)
    with pytest.raises(ValueError, match="Pass `mode='max'`"):
        epochs_run([1.0], name="riches")


def test_early_stopping_without_its_metric():
    with pytest.warns(UserWarning, match="`val_loss` which is not available.*loss"):
        compiled().fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping()])


def test_a_callback_list_of_ones_own():
    seen = []
    log = callbacks.LambdaCallback(on_epoch_end=lambda e, l: seen.append(e))
    model = compiled()
    chain = callbacks.CallbackList(
        [log], add_history=True, model=model, verbose=0, epochs=2, steps=2
    )
    model.fit(X, Y, epochs=2, verbose=0, callbacks=chain)
    assert seen == [0, 1]


class Clock:
    def __init__(self):
        self.now = 100.0

    def time(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progbar_module, "time", clock)
    return clock


def plain(text):
    return re.sub(r"\x1b\[\d+m", "", text)


def test_progress_line(clock, capsys):
    bar = progbar_module.Progbar(10, stateless_metrics=())
    bar._in_place = True
    clock.now += 2
    bar.update(1, [("loss", 0.5)], finalize=False)
    assert (
        plain(capsys.readouterr().out) == "\r" + " 1/10 " + "━" * 20 + " 18s 2s/step - loss: 0.5000"
    )
    clock.now += 0.01
    bar.update(2, [("loss", 0.25)], finalize=False)
    assert capsys.readouterr().out == ""  # too soon to show
    clock.now += 0.29
    bar.update(4, [("loss", 0.0001)], finalize=False)
    shown = plain(capsys.readouterr().out)
    assert shown.lstrip("\b") == "\r 4/10 " + "━" * 20 + " 0s 100ms/step - loss: 1.0000e-04 "[:-1]
    clock.now += 0.3
    bar.update(10, [("loss", -0.25)], finalize=True)
    shown = plain(capsys.readouterr().out)
    assert (
        shown.lstrip("\b").rstrip(" \n") == "\r10/10 " + "━" * 20 + " 3s 67ms/step - loss: -0.2500"
    )
    assert shown.endswith("\n")


def test_progress_lines_that_cannot_be_rewritten(clock, capsys):
    bar = progbar_module.Progbar(None)
    bar._in_place = False
    clock.now += 1
    bar.update(3, [("loss", 1.0)])
    assert plain(capsys.readouterr().out) == "\n      3/Unknown 1s 333ms/step - loss: 1.0000"


def test_one_line_an_epoch(clock, capsys):
    bar = progbar_module.Progbar(20, verbose=2)
    clock.now += 4
    bar.update(5, [("loss", 1.0)])
    bar.update(20, [("loss", 3.0)])
    assert capsys.readouterr().out == "20/20 - 4s - 200ms/step - loss: 3.0000\n"


def test_progress_bar_averages_what_it_is_told_to(clock, capsys):
    bar = progbar_module.Progbar(10, stateful_metrics=["now"], interval=0)
    bar.update(2, [("mean", 1.0), ("now", 1.0)])
    bar.update(6, [("mean", 4.0), ("now", 4.0)])
    assert "mean: 3.0000 - now: 4.0000" in plain(capsys.readouterr().out)
    with pytest.raises(ValueError, match="Only one of"):
        progbar_module.Progbar(1, stateful_metrics=[], stateless_metrics=[])


def test_times_of_all_sizes():
    eta = progbar_module._format_eta
    assert [eta(s) for s in (5, 61, 3700)] == ["5s", "1:01", "1:01:40"]
    rate = progbar_module.Progbar(1)._format_time
    assert [rate(s, "step") for s in (2.0, 0.002, 2e-6)] == [" 2s/step", " 2ms/step", " 2us/step"]


def test_encodings_without_the_bar(monkeypatch):
    import io
    import sys

    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    progbar_module.print_message("━━ 1")
    sys.stdout.flush()
    assert raw.getvalue() == b"== 1\n"


def test_a_nan_loss_is_shown(capsys):
    nan_model().fit(X, Y, batch_size=1, verbose=2)
    assert "loss: nan" in capsys.readouterr().out
    assert math.isnan(nan_model().fit(X, Y, batch_size=1, verbose=0).history["loss"][0])
