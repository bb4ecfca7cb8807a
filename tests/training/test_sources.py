"""Batches and hooks: what a loop takes from its data, checks first, and calls."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers

X = np.arange(40, dtype="float32").reshape(10, 4) / 40
Y = X.sum(1)


def unbuilt(units=1, **options):
    model = ph.Sequential([layers.Dense(units)])
    model.compile("sgd", "mse", **options)
    return model


def constant():
    """Loss 17.5 on DATA, whatever is trained."""
    model = ph.Sequential([ph.Input((1,)), layers.Dense(1, None, False, "ones")])
    model.compile(ph.optimizers.SGD(0.0), "mse", metrics=["mae"])
    return model


DATA = np.array([1.0, 2, 4, 7])[:, None]  # mean of squares 17.5
OTHER = np.full((3, 1), 100.0)


class OneShot:
    """Iterable, but only once; an unbuilt model must not take a batch of it for its shapes."""

    def __init__(self, count=5):
        self.batches = iter([(X[i : i + 2], Y[i : i + 2]) for i in range(0, 2 * count, 2)])
        self.drawn = 0

    def __iter__(self):
        for batch in self.batches:
            self.drawn += 1
            yield batch


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_an_unbuilt_model_sees_all_batches_of_a_one_shot_iterable(method):
    seen = []
    hook = lambda batch, logs: seen.append(batch)
    callback = ph.callbacks.LambdaCallback(
        on_train_batch_end=hook, on_test_batch_end=hook, on_predict_batch_end=hook
    )
    data = OneShot()
    getattr(unbuilt(), method)(data, verbose=0, callbacks=[callback])
    assert seen == [0, 1, 2, 3, 4] and data.drawn == 5


def test_an_unbuilt_model_trains_on_all_batches():
    ph.utils.set_random_seed(1)
    model = unbuilt()
    model.fit(OneShot(), verbose=0)
    ph.utils.set_random_seed(1)
    other = unbuilt()
    other.fit(X, Y, batch_size=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_one_shot_validation_data_and_a_second_epoch():
    model = unbuilt()
    history = model.fit(X, Y, validation_data=OneShot(), verbose=0).history
    assert history["val_loss"][0] == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-5)
    with pytest.warns(UserWarning, match="ran out of data"):
        history = unbuilt().fit(OneShot(), epochs=3, verbose=0).history
    assert len(history["loss"]) == 1


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_data_without_a_batch(method):
    for built in (False, True):
        model = unbuilt()
        if built:
            model.build((None, 4))
        with pytest.raises(ValueError, match="gave no batch"):
            getattr(model, method)(OneShot(0), verbose=0)


class Batches(ph.utils.PyDataset):
    """Four batches, fewer after each epoch."""

    def __init__(self, change=0):
        super().__init__()
        self.count, self.change, self.drawn = 4, change, []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.drawn.append(index)
        return X[index : index + 2], Y[index : index + 2]

    def on_epoch_end(self):
        self.count += self.change


def test_a_dataset_can_be_iterated():
    batches = list(Batches())
    assert len(batches) == 4
    np.testing.assert_array_equal(batches[3][0], X[3:5])

    class Endless(ph.utils.PyDataset):
        def __getitem__(self, index):
            return index

    assert next(iter(Endless())) == 0


class Numbers(ph.callbacks.Callback):
    """The numbers of all batches, and the steps that were announced for each epoch."""

    def __init__(self):
        super().__init__()
        self.batches, self.steps = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.steps.append(self.params["steps"])

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(batch)


def test_a_dataset_whose_length_changes():
    for change, expected in ((-1, [4, 3, 2]), (2, [4, 6, 8])):
        data, numbers = Batches(change), Numbers()
        unbuilt().fit(data, epochs=3, shuffle=False, verbose=0, callbacks=[numbers])
        assert numbers.batches == [i for n in expected for i in range(n)]
        assert numbers.steps == expected
        assert data.drawn == numbers.batches  # none was made twice


def test_the_bar_of_a_dataset_whose_length_changes(capsys):
    unbuilt().fit(Batches(-1), epochs=2, verbose=1)
    printed = capsys.readouterr().out
    assert "4/4" in printed and "3/3" in printed and "3/4" not in printed.split("Epoch 2/2")[1]


# What is checked before a weight changes.


def refused(model, *args, match, error=ValueError, **kwargs):
    model.build((None, 4))
    before = model.get_weights()
    with pytest.raises(error, match=match):
        model.fit(*args, verbose=0, **kwargs)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert model.optimizer.iterations.numpy() == 0


def test_lengths_with_a_validation_split():
    y = np.zeros(12)
    refused(unbuilt(), X, y, validation_split=0.2, match="'x' sizes: 10; 'y' sizes: 12")
    refused(
        unbuilt(), X, Y, sample_weight=y, validation_split=0.2, match="'sample_weight' sizes: 12"
    )


VALIDATION = [
    ((X, Y[:4]), "'x' sizes: 10; 'y' sizes: 4"),
    ((X, Y, Y, Y), "expected to be in format"),
    ((X[:, :3], Y), "incompatible with the layer"),
    ((X,), "needs targets"),
    ((X[:0], Y[:0]), "0 samples"),
    ((X.astype(str), Y), "dtype <U"),
    (([[1.0], [1.0, 2.0]], [2.0]), "Unrecognized data type"),
    ((X, [Y, Y]), "2 arrays for the model's 1 output"),
    (iter([(X[:, :3], Y)]), "incompatible with the layer"),
]


@pytest.mark.parametrize("data, match", VALIDATION)
def test_validation_data_are_checked_first(data, match):
    refused(unbuilt(), X, Y, validation_data=data, epochs=2, match=match)


def test_other_arguments_are_checked_first():
    refused(unbuilt(), X, Y, validation_data=(X, Y), validation_freq="1", match="validation_freq")
    refused(unbuilt(), X, Y, validation_data=(X, Y), validation_batch_size=0, match="batch_size")
    refused(unbuilt(), X, Y, steps_per_epoch=0, match="steps_per_epoch")
    refused(unbuilt(), X, Y, epochs="2", error=TypeError, match="epochs")
    refused(unbuilt(), X, Y, callbacks=["early_stopping"], error=TypeError, match="callbacks")


def test_attributes_set_when_training_begins_reach_the_step():
    class Scaled(ph.Model):
        def __init__(self):
            super().__init__()
            self.factor = 0.0

        def call(self, x):
            return x * self.factor

    model = Scaled()
    model.compile("sgd", "mse")
    begin = ph.callbacks.LambdaCallback(on_epoch_begin=lambda e, logs: setattr(model, "factor", 2))
    with pytest.warns(UserWarning, match="trainable weights"):
        history = model.fit(X, X, validation_data=(X, X), callbacks=[begin], verbose=0).history
    assert history["loss"][0] == history["val_loss"][0] == pytest.approx(np.mean(X**2))


# Hooks.


@pytest.mark.parametrize("what", ["evaluate", "test_on_batch", "train_on_batch"])
@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_train_batch_begin"])
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_what_a_batch_hook_evaluates_is_kept_apart(what, hook, run_eagerly):
    model, inner = constant(), []
    model.compile(ph.optimizers.SGD(0.0), "mse", metrics=["mae"], run_eagerly=run_eagerly)

    def call(batch, logs):
        result = getattr(model, what)(
            OTHER, OTHER * 0, **({"verbose": 0} if what[0] == "e" else {})
        )
        inner.append(result)

    callback = ph.callbacks.LambdaCallback(**{hook: call})
    history = model.fit(DATA, DATA * 0, batch_size=1, verbose=0, callbacks=[callback]).history
    assert history["loss"] == [pytest.approx(17.5)] and history["mae"] == [pytest.approx(3.5)]
    assert len(inner) == 4 and inner[2] == [pytest.approx(1e4), pytest.approx(100)]


def test_evaluating_in_a_test_hook_and_after_an_epoch():
    model = constant()
    call = lambda batch, logs: model.evaluate(OTHER, OTHER * 0, verbose=0)
    during = ph.callbacks.LambdaCallback(on_test_batch_end=call)
    result = model.evaluate(DATA, DATA * 0, batch_size=1, verbose=0, callbacks=[during])
    assert result == [pytest.approx(17.5), pytest.approx(3.5)]
    after = ph.callbacks.LambdaCallback(on_epoch_end=call)
    history = model.fit(
        DATA, DATA * 0, epochs=2, validation_data=(DATA, DATA * 0), verbose=0,
        callbacks=[during, after],
    ).history  # fmt: skip
    assert history["loss"] == history["val_loss"] == [pytest.approx(17.5)] * 2


@pytest.mark.parametrize("when", ["on_train_begin", "on_epoch_begin", "on_test_begin"])
def test_hooks_assigned_while_fitting_are_called(when):
    seen = []

    class Late(ph.callbacks.Callback):
        def _assign(self, *args):
            self.on_train_batch_end = lambda batch, logs=None: seen.append(("train", batch))
            self.on_test_batch_end = lambda batch, logs=None: seen.append(("test", batch))

    setattr(Late, when, Late._assign)
    model = constant()
    model.fit(
        DATA, DATA, batch_size=2, epochs=2, validation_data=(DATA, DATA), verbose=0,
        callbacks=[Late()],
    )  # fmt: skip
    epoch = [("train", 0), ("train", 1), ("test", 0), ("test", 1)]
    assert seen == (epoch * 2)[2 * (when == "on_test_begin") :]


@pytest.mark.parametrize("workers", [1, 2])
def test_passes_follow_each_other_where_steps_end_with_the_data(workers):
    class Batches(ph.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return X[2 * index : 2 * index + 2], Y[2 * index : 2 * index + 2]

    rows = ph.data.Dataset.from_tensor_slices((X, Y)).map(lambda x, y: (x, y)).batch(2)
    for data in (Batches(workers=workers), rows):
        history = unbuilt().fit(data, epochs=3, steps_per_epoch=5, verbose=0)
        assert history.epoch == [0, 1, 2]
        history = unbuilt().fit(
            data, epochs=3, steps_per_epoch=5, verbose=0, validation_data=data, validation_steps=5
        )
        assert len(history.history["val_loss"]) == 3


def test_a_sequence_may_keep_its_number_of_batches():
    class Pairs(ph.utils.Sequence):
        def __init__(self, num_batches):
            self.num_batches = num_batches

        def __len__(self):
            return self.num_batches

        def __getitem__(self, index):
            return np.full((2, 3), index, "float32"), np.zeros((2, 1))

    model = ph.Sequential([ph.layers.Dense(1)])
    model.compile("sgd", "mse")
    steps = []
    counts = ph.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(batch))
    model.fit(Pairs(3), epochs=2, shuffle=False, verbose=0, callbacks=[counts])
    assert steps == [0, 1, 2] * 2 and model.predict(Pairs(2), verbose=0).shape == (4, 1)
