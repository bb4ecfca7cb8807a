"""What fit, evaluate and predict are asked to do. The same code runs in Keras.

Each case returns numbers only; TEXTS returns what was printed.
"""

import contextlib
import io
import re

import numpy as np


def data():
    """Inputs, yes/no labels, class indices, one-hot labels and weights of 50 samples."""
    r = np.random.RandomState(0)
    x = r.rand(50, 6).astype("float32")
    index = r.randint(0, 4, 50)
    weight = r.rand(50).astype("float32")
    return x, (x.sum(1) > 3).astype("float32"), index, np.eye(4, dtype="float32")[index], weight


def set_weights(model):
    r = np.random.RandomState(1)
    model.set_weights([r.randn(*w.shape).astype("float32") * 0.3 for w in model.get_weights()])
    return model


def mlp(keras, units, activation):
    layers = keras.layers
    hidden = layers.Dense(8, activation="tanh")
    output = layers.Dense(units, activation=activation)
    return set_weights(keras.Sequential([keras.Input((6,)), hidden, output]))


def two_outputs(keras, as_dict=False):
    layers = keras.layers
    inputs = keras.Input((6,))
    hidden = layers.Dense(5, activation="tanh", name="h")(inputs)
    a = layers.Dense(1, name="a")(hidden)
    b = layers.Dense(4, activation="softmax", name="b")(hidden)
    return set_weights(keras.Model(inputs, {"u": a, "v": b} if as_dict else [a, b]))


def history(model, *args, **kwargs):
    found = model.fit(*args, verbose=0, shuffle=False, **kwargs).history
    return {k: [float(v) for v in values] for k, values in found.items()}


def binary(keras):
    x, y, *_ = data()
    model = mlp(keras, 1, "sigmoid")
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    h = history(model, x, y, epochs=3, batch_size=8, validation_split=0.2)
    test = model.evaluate(x, y, verbose=0, return_dict=True)
    return h, model.evaluate(x, y, verbose=0), test, model.predict(x[:5], verbose=0)


def sparse(keras):
    x, _, index, _, weight = data()
    model = mlp(keras, 4, "softmax")
    metrics = ["acc", "sparse_categorical_accuracy"]
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss, metrics=metrics, weighted_metrics=["accuracy"])
    h = history(model, x, index, epochs=2, sample_weight=weight)
    return h, model.evaluate(x, index, verbose=0, sample_weight=weight)


def categorical(keras):
    x, _, _, one_hot, _ = data()
    model = mlp(keras, 4, "softmax")
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy", "mae"])
    h = history(model, x, one_hot, epochs=2, class_weight={0: 2.0, 2: 0.5})
    batch = x[:4], one_hot[:4]
    return (
        h,
        model.train_on_batch(*batch),
        model.train_on_batch(*batch, return_dict=True),
        model.test_on_batch(*batch),
        model.train_on_batch(*batch, class_weight={0: 3.0}),
        model.predict_on_batch(x[:4]),
    )


def short_names(keras):
    x, y, *_ = data()
    model = mlp(keras, 1, "sigmoid")
    model.compile("sgd", "crossentropy", metrics=["mse", keras.metrics.MeanAbsoluteError(name="m")])
    return history(model, x.astype("float64"), y.astype("int64"))


_PAIR = ["mse", "sparse_categorical_crossentropy"]
_NAMED = {"a": "mse", "b": "sparse_categorical_crossentropy"}
_KEYED = {"u": "mse", "v": "sparse_categorical_crossentropy"}
# name: (outputs as a dict, loss, loss_weights, metrics, labels, sample weights)
MULTI = {
    "list": (False, _PAIR, None, [["mae"], ["accuracy"]], "list", None),
    "named": (False, _NAMED, {"a": 0.5, "b": 2.0}, {"a": ["mae", "mse"], "b": "acc"}, "list", None),
    "named_labels": (False, _NAMED, [0.5, 2.0], {"b": "acc"}, "named", None),
    "one_loss": (False, "mse", None, None, "one_hot", None),
    "two_of_one": (False, [_PAIR[0], [_PAIR[1]] * 2], [0.5, [2.0, 0.25]], None, "list", None),
    "no_loss": (False, [None, _PAIR[1]], None, None, "list", None),
    "one_weight": (False, _PAIR, None, None, "list", "one"),
    "two_weights": (False, _PAIR, None, None, "list", "two"),
    "keyed": (True, _KEYED, None, {"u": ["mae"], "v": ["accuracy"]}, "keyed", None),
    "keyed_weights": (True, _KEYED, {"u": 0.25, "v": 0.75}, None, "turned", None),
}


def multi(keras, name):
    as_dict, loss, loss_weights, metrics, labels, weights = MULTI[name]
    x, y, index, one_hot, weight = data()
    labels = {
        "list": [y, index],
        "named": {"a": y, "b": index},
        "keyed": {"u": y, "v": index},
        "turned": {"v": index, "u": y},
        "one_hot": [y, one_hot],
    }[labels]
    weights = {None: None, "one": weight, "two": [weight, weight[::-1].copy()]}[weights]
    model = two_outputs(keras, as_dict)
    model.compile("sgd", loss, loss_weights=loss_weights, metrics=metrics)
    h = history(model, x, labels, epochs=2, sample_weight=weights)
    found = model.evaluate(x, labels, verbose=0, return_dict=True)
    return h, model.evaluate(x, labels, verbose=0), found


def generator(count):
    x, y, *_ = data()
    for i in range(count):
        rows = slice(i * 10 % 50, i * 10 % 50 + 10)
        yield x[rows], y[rows]


def dataset(base):
    class Batches(base):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            x, y, *_ = data()
            return x[index * 10 : index * 10 + 10], y[index * 10 : index * 10 + 10]

    return Batches()


# name: (kind of data, arguments of fit)
SOURCES = {
    "arrays_steps": ("arrays", dict(batch_size=10, steps_per_epoch=3, epochs=3)),
    "arrays_steps_only": ("arrays", dict(steps_per_epoch=4, epochs=2)),
    "arrays_too_many_steps": ("arrays", dict(batch_size=10, steps_per_epoch=8, epochs=2)),
    "generator_steps": (6, dict(epochs=2, steps_per_epoch=3)),
    "generator_short": (2, dict(steps_per_epoch=3)),
    "dataset": ("dataset", dict(epochs=2)),
    "dataset_steps": ("dataset", dict(epochs=2, steps_per_epoch=2)),
    "every_other_epoch": (
        "arrays",
        dict(epochs=4, validation_freq=2, validation_batch_size=7, validation_steps=3),
    ),
    "some_epochs": ("arrays", dict(epochs=4, initial_epoch=1, validation_freq=[1, 4])),
}


def source(keras, name, base=object):
    kind, arguments = SOURCES[name]
    x, y, _, _, weight = data()
    if "validation_freq" in arguments:
        arguments = {**arguments, "validation_data": (x, y, weight)}
    model = mlp(keras, 1, "sigmoid")
    model.compile("sgd", "mse")
    given = {"arrays": (x, y), "dataset": (dataset(base),)}.get(kind) or (generator(kind),)
    return history(model, *given, **arguments), model.get_weights()


def events(keras, steps_per_execution):
    """Names, numbers and log names of all hooks, in the order of their calls."""
    seen = []

    class Log(keras.callbacks.Callback):
        pass

    def hook(name):
        def method(self, *args, logs=None):
            if logs is None and args and isinstance(args[-1], dict):
                logs = args[-1]
            seen.append([name, [a for a in args if isinstance(a, int)], sorted(logs or ())])

        return method

    for what in ("epoch", "train", "test", "predict", "train_batch", "test_batch", "predict_batch"):
        for when in ("begin", "end"):
            setattr(Log, f"on_{what}_{when}", hook(f"{what}_{when}"))
    x, y, *_ = data()
    model = mlp(keras, 1, "sigmoid")
    model.compile("sgd", "mse", metrics=["mae"], steps_per_execution=steps_per_execution)
    callbacks = [Log()]
    history(model, x, y, callbacks=callbacks, epochs=2, batch_size=9, validation_split=0.2)
    model.evaluate(x, y, callbacks=callbacks, verbose=0)
    model.predict(x, callbacks=callbacks, verbose=0)
    return seen


# name: (method, verbose, arguments)
TEXTS = {
    **{f"{m}_{v}": (m, v, {}) for m in ("fit", "evaluate", "predict") for v in (0, 1, 2, "auto")},
    "one_epoch": ("fit", 1, {"epochs": 1}),
    "validation": ("fit", 1, {"validation_split": 0.2}),
    "validation_lines": ("fit", 2, {"validation_split": 0.2}),
    "unknown_length": ("generator", 1, {"epochs": 1}),
    "unknown_length_lines": ("generator", 2, {"epochs": 1}),
}


def text(keras, name):
    """What is printed, with the times replaced and only the last state of a rewritten line."""
    method, verbose, arguments = TEXTS[name]
    x, y, *_ = data()
    model = mlp(keras, 1, "sigmoid")
    model.compile("sgd", "mse", metrics=["mae"])
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if method == "evaluate":
            model.evaluate(x, y, verbose=verbose)
        elif method == "predict":
            model.predict(x, verbose=verbose)
        else:
            given = (generator(5),) if method == "generator" else (x, y)
            model.fit(*given, verbose=verbose, shuffle=False, **{"epochs": 2, **arguments})
    printed = out.getvalue().replace("\x08", "")
    printed = re.sub(r"\x1b\[1m\d+s\x1b\[0m", "\x1b[1mTIME\x1b[0m", printed)
    printed = re.sub(r"\d+(us|ms|s)/step", "RATE", printed)
    printed = re.sub(r"- \d+s -", "- TIME -", printed)
    return "\n".join(line.split("\r")[-1].rstrip() for line in printed.split("\n"))
