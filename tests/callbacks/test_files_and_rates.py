"""ModelCheckpoint, CSVLogger and the callbacks of the learning rate."""

import csv

import numpy as np
import pronghorn as ph
import pytest
from pronghorn.callbacks.logs import other_spelling
from training.cases import data, mlp

X, Y, *_ = data()
callbacks = ph.callbacks


def compiled(rate=0.1, **options):
    model = mlp(ph, 1, "sigmoid")
    model.compile(ph.optimizers.SGD(rate), "mse", **options)
    return model


def fit(model, *watchers, epochs=3, **options):
    options = {"validation_split": 0.25, "batch_size": 16, "verbose": 0, **options}
    return model.fit(X, Y, epochs=epochs, callbacks=list(watchers), **options).history


class Weights(callbacks.Callback):
    """Keeps the weights after every epoch."""

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append([w.copy() for w in self.model.get_weights()])


def same(model, weights):
    return all(np.array_equal(a, b) for a, b in zip(model.get_weights(), weights))


# ---- checkpoints
@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_model_is_saved_after_each_epoch(tmp_path, ending):
    watch = Weights()
    path = tmp_path / "deep" / ("m-{epoch:02d}" + ending)
    fit(compiled(), watch, callbacks.ModelCheckpoint(path))
    for epoch in (1, 2, 3):
        again = ph.models.load_model(tmp_path / "deep" / f"m-{epoch:02d}{ending}")
        assert same(again, watch.seen[epoch - 1])


@pytest.mark.parametrize("ending", [".weights.h5", ".h5", ".hdf5"])
def test_weights_alone_are_saved(tmp_path, ending):
    model, path = compiled(), str(tmp_path / f"w{ending}")
    fit(model, callbacks.ModelCheckpoint(path, save_weights_only=True))
    other = compiled()
    other.load_weights(path)
    assert same(other, model.get_weights())


def test_only_the_best_is_kept(tmp_path, capsys):
    path = str(tmp_path / "best.keras")
    watch = Weights()
    checkpoint = callbacks.ModelCheckpoint(path, save_best_only=True, verbose=1)
    model = compiled(rate=3.0)  # too large to improve always
    losses = fit(model, watch, checkpoint, epochs=6)["val_loss"]
    best = int(np.argmin(losses))
    assert same(ph.models.load_model(path), watch.seen[best])
    assert checkpoint.best == losses[best]
    text = capsys.readouterr().out
    assert (
        f"Epoch 1: val_loss improved from None to {losses[0]:.5f}, saving model to {path}" in text
    )
    improved = sum(loss < min(losses[:i], default=np.inf) for i, loss in enumerate(losses))
    assert text.count("improved from") == improved
    assert text.count("did not improve from") == len(losses) - improved


def test_a_threshold_must_be_beaten_first(tmp_path):
    path = tmp_path / "m.keras"
    checkpoint = callbacks.ModelCheckpoint(path, save_best_only=True, initial_value_threshold=0.0)
    fit(compiled(), checkpoint)
    assert not path.exists()


@pytest.mark.parametrize("freq, steps, files", [(2, 1, [2, 4]), (3, 2, [4])])
def test_files_after_so_many_batches(tmp_path, freq, steps, files):
    model = compiled(steps_per_execution=steps)
    path = tmp_path / "{batch}.weights.h5"
    watch = callbacks.ModelCheckpoint(path, save_weights_only=True, save_freq=freq)
    model.fit(X[:64], Y[:64], batch_size=16, verbose=0, callbacks=[watch])
    assert sorted(int(p.name.split(".")[0]) for p in tmp_path.iterdir()) == files


def test_epochs_without_a_batch_hook_stay_native(tmp_path):
    by_epoch = callbacks.ModelCheckpoint(tmp_path / "a.keras")
    assert "on_train_batch_end" not in vars(type(by_epoch)) | vars(by_epoch)


def test_results_in_file_names(tmp_path):
    path = tmp_path / "{epoch}-{val_acc:.2f}.keras"
    logs = fit(compiled(metrics=["accuracy"]), callbacks.ModelCheckpoint(path), epochs=1)
    assert (tmp_path / f"1-{logs['val_accuracy'][0]:.2f}.keras").exists()
    with pytest.raises(KeyError, match="filepath.*there is no .*f1.* in the logs"):
        fit(compiled(), callbacks.ModelCheckpoint(tmp_path / "{f1}.keras"), epochs=1)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"filepath": "m.txt"}, "must end in `.keras`.*m.txt"),
        ({"filepath": "m.keras", "save_weights_only": True}, "must end in `.weights.h5`"),
        ({"filepath": "m.keras", "save_freq": "batch"}, "save_freq: batch"),
        ({"filepath": "m.keras", "save_freq": 0}, "save_freq: 0"),
    ],
)
def test_checkpoints_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        callbacks.ModelCheckpoint(**options)


def test_a_folder_in_the_way(tmp_path):
    (tmp_path / "m.keras").mkdir()
    with pytest.raises(IsADirectoryError, match="non-directory filepath"):
        fit(compiled(), callbacks.ModelCheckpoint(tmp_path / "m.keras"), epochs=1)


def test_what_cannot_be_compared_is_saved(tmp_path):
    path = tmp_path / "m.keras"
    checkpoint = callbacks.ModelCheckpoint(path, "val_f1", save_best_only=True, mode="max")
    with pytest.warns(UserWarning, match="only with val_f1 available"):
        fit(compiled(), checkpoint, epochs=1)
    assert path.exists()


# ---- rows
def rows(path, **options):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, **options))


def test_a_row_an_epoch(tmp_path):
    path = tmp_path / "log.csv"
    logs = fit(compiled(metrics=["mae"]), callbacks.CSVLogger(path))
    found = rows(path)
    assert list(found[0]) == ["epoch", "loss", "mae", "val_loss", "val_mae"]
    assert [float(r["val_loss"]) for r in found] == logs["val_loss"]
    assert [r["epoch"] for r in found] == ["0", "1", "2"]


def test_rows_are_appended_under_one_header(tmp_path):
    path = tmp_path / "log.csv"
    for _ in range(2):
        logger = callbacks.CSVLogger(path, separator=";", append=True)
        fit(compiled(), logger, epochs=2, validation_split=0)
    found = rows(path, delimiter=";")
    assert [r["epoch"] for r in found] == ["0", "1", "0", "1"]
    assert found[0]["val_loss"] == "NA"
    fit(compiled(), callbacks.CSVLogger(path), epochs=1)
    assert len(rows(path)) == 1


# ---- rates
def test_a_schedule_of_epochs(capsys):
    asked = []

    def schedule(epoch, rate):
        asked.append((epoch, round(rate, 5)))
        return rate / 2

    model = compiled(rate=0.4)
    logs = fit(model, callbacks.LearningRateScheduler(schedule, verbose=1))
    assert asked == [(0, 0.4), (1, 0.2), (2, 0.1)]
    assert logs["learning_rate"] == pytest.approx([0.2, 0.1, 0.05])
    assert "Epoch 2: LearningRateScheduler setting learning rate to 0.1" in capsys.readouterr().out
    fit(model, callbacks.LearningRateScheduler(lambda epoch: 0.25), epochs=1)
    assert float(model.optimizer.learning_rate) == 0.25


def test_the_scheduled_rate_is_the_one_used():
    model, other = compiled(), compiled(rate=0.025)
    other.set_weights(model.get_weights())
    options = {"epochs": 1, "shuffle": False}
    fit(model, callbacks.LearningRateScheduler(lambda epoch: 0.025), **options)
    fit(other, **options)
    assert same(model, other.get_weights())


@pytest.mark.parametrize("wrong", [1, True, "0.1", None])
def test_a_schedule_that_gives_no_float(wrong):
    with pytest.raises(ValueError, match="should be a float"):
        fit(compiled(), callbacks.LearningRateScheduler(lambda epoch: wrong), epochs=1)


def reduced(values, **options):
    """The rates after each of these values, from 0.8 on."""
    model = compiled(rate=0.8)
    watch = callbacks.ReduceLROnPlateau("loss", **{"factor": 0.5, "patience": 2, **options})
    watch.set_model(model)
    watch.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        watch.on_epoch_end(epoch, {"loss": value})
        rates.append(round(float(model.optimizer.learning_rate), 6))
    return rates


def test_a_rate_is_lowered_on_a_plateau():
    assert reduced([1, 0.5, 0.5, 0.5, 0.4, 0.4, 0.4]) == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2]
    assert reduced([1] * 7, cooldown=2) == [0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2]
    assert reduced([1] * 5, patience=1, min_lr=0.3) == [0.8, 0.4, 0.3, 0.3, 0.3]
    assert reduced([1, 0.95, 0.9], patience=1, min_delta=0.1) == [0.8, 0.4, 0.2]
    assert reduced([1, 2, 3, 2, 2], mode="max") == [0.8, 0.8, 0.8, 0.8, 0.4]


def test_reduced_rates_are_logged_and_said(capsys):
    watch = callbacks.ReduceLROnPlateau(patience=1, min_delta=10.0, verbose=1)
    logs = fit(compiled(), watch)
    assert logs["learning_rate"] == pytest.approx([0.1, 0.1, 0.01])
    assert "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.01" in capsys.readouterr().out
    with pytest.warns(UserWarning, match="conditioned on metric `f1`.*Available.*val_loss"):
        fit(compiled(), callbacks.ReduceLROnPlateau("f1", mode="max"), epochs=1)
    with pytest.raises(ValueError, match="factor=1.5"):
        callbacks.ReduceLROnPlateau(factor=1.5)
    with pytest.raises(TypeError, match="speed"):
        callbacks.ReduceLROnPlateau(speed=1)


@pytest.mark.parametrize(
    "name, other",
    [
        ("acc", "accuracy"),
        ("val_accuracy", "val_acc"),
        ("out_accuracy_1", "out_acc_1"),
        ("val_mean_absolute_error", "val_mae"),
        ("mse", "mean_squared_error"),
        ("a_mean_absolute_percentage_error", "a_mape"),
        ("msle_2", "mean_squared_logarithmic_error_2"),
        ("root_mean_squared_error", None),
        ("face", None),
        ("same", None),
        ("loss", None),
        (3, None),
    ],
)
def test_two_spellings_of_one_metric(name, other):
    assert other_spelling(name) == other


def test_history_reads_names_of_keras_2(tmp_path):
    model = ph.Sequential([ph.Input((3,)), ph.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    path = tmp_path / "{mean_absolute_error:.3f}.weights.h5"
    callbacks = [
        ph.callbacks.ModelCheckpoint(path, save_weights_only=True),
        ph.callbacks.EarlyStopping(monitor="val_mean_absolute_error", patience=1),
    ]
    history = model.fit(x, y, validation_split=0.5, callbacks=callbacks, verbose=0).history
    assert history["val_mean_absolute_error"] == history["val_mae"]
    assert set(history) == {"loss", "mae", "val_loss", "val_mae"}
    assert (tmp_path / f"{history['mae'][0]:.3f}.weights.h5").exists()
