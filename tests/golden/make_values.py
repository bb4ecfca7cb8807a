"""Small values made by real Keras: losses, metrics, initializer statistics, texts, a weight file.

Started by make_golden.py, on TensorFlow in float32. CASES is read by the test too.
"""

import contextlib
import io
import json
import os

import numpy as np
from golden import models

LOSSES = {
    "mse": ("MeanSquaredError", {}, "dense"),
    "mae": ("MeanAbsoluteError", {}, "dense"),
    "binary": ("BinaryCrossentropy", {}, "unit"),
    "binary_logits": ("BinaryCrossentropy", {"from_logits": True}, "binary"),
    "binary_smooth": ("BinaryCrossentropy", {"label_smoothing": 0.2}, "unit"),
    "categorical": ("CategoricalCrossentropy", {}, "onehot"),
    "categorical_logits": ("CategoricalCrossentropy", {"from_logits": True}, "onehot_logits"),
    "categorical_smooth": ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "onehot"),
    "sparse": ("SparseCategoricalCrossentropy", {}, "sparse"),
    "sparse_logits": ("SparseCategoricalCrossentropy", {"from_logits": True}, "sparse_logits"),
}

METRICS = {
    "accuracy": ("Accuracy", {}, "labels"),
    "binary_accuracy": ("BinaryAccuracy", {"threshold": 0.4}, "unit"),
    "categorical_accuracy": ("CategoricalAccuracy", {}, "onehot"),
    "sparse_categorical_accuracy": ("SparseCategoricalAccuracy", {}, "sparse"),
    "top_k": ("TopKCategoricalAccuracy", {"k": 2}, "onehot"),
    "sparse_top_k": ("SparseTopKCategoricalAccuracy", {"k": 2}, "sparse"),
    "mse": ("MeanSquaredError", {}, "dense"),
    "mae": ("MeanAbsoluteError", {}, "dense"),
    "rmse": ("RootMeanSquaredError", {}, "dense"),
    "binary_crossentropy": ("BinaryCrossentropy", {}, "unit"),
    "categorical_crossentropy": ("CategoricalCrossentropy", {}, "onehot"),
    "sparse_categorical_crossentropy": ("SparseCategoricalCrossentropy", {}, "sparse"),
}

INITIALIZERS = {
    "glorot_uniform": ("GlorotUniform", {}),
    "glorot_normal": ("GlorotNormal", {}),
    "he_uniform": ("HeUniform", {}),
    "he_normal": ("HeNormal", {}),
    "lecun_uniform": ("LecunUniform", {}),
    "lecun_normal": ("LecunNormal", {}),
    "random_uniform": ("RandomUniform", {}),
    "random_normal": ("RandomNormal", {}),
    "truncated_normal": ("TruncatedNormal", {}),
    "zeros": ("Zeros", {}),
    "ones": ("Ones", {}),
    "constant": ("Constant", {"value": 0.3}),
}
SHAPES = [(120, 250), (3, 3, 32, 48)]

REDUCTIONS = ["sum_over_batch_size", "sum", "none"]


def pair(kind):
    """(y_true, y_pred, sample_weight), the same on both sides."""
    rng = np.random.RandomState(11)
    logits = models.grid(rng, (6, 4)).astype("float32")
    probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    classes = rng.randint(0, 4, size=6)
    weight = np.array([1, 0, 2, 0.5, 1, 3], "float32")
    if kind == "dense":
        return models.grid(rng, (6, 4)).astype("float32"), logits, weight
    if kind == "unit":
        return rng.randint(0, 2, (6, 4)).astype("float32"), probs.astype("float32"), weight
    if kind == "binary":
        return rng.randint(0, 2, (6, 4)).astype("float32"), logits, weight
    if kind in ("onehot", "onehot_logits"):
        pred = logits if kind.endswith("logits") else probs
        return np.eye(4, dtype="float32")[classes], pred.astype("float32"), weight
    if kind in ("sparse", "sparse_logits"):
        pred = logits if kind.endswith("logits") else probs
        return classes.astype("int32"), pred.astype("float32"), weight
    return classes.astype("float32"), rng.randint(0, 4, 6).astype("float32"), weight


def numbers(k):
    out = {}
    for name, (cls, config, kind) in LOSSES.items():
        y, p, w = pair(kind)
        for reduction in REDUCTIONS:
            loss = getattr(k.losses, cls)(reduction=reduction, **config)
            out[f"loss/{name}/{reduction}"] = np.asarray(loss(y, p))
            out[f"loss/{name}/{reduction}/weighted"] = np.asarray(loss(y, p, sample_weight=w))
    for name, (cls, config, kind) in METRICS.items():
        y, p, w = pair(kind)
        metric = getattr(k.metrics, cls)(**config)
        metric.update_state(y[:4], p[:4])
        metric.update_state(y[4:], p[4:])
        out[f"metric/{name}"] = np.asarray(metric.result())
        metric.reset_state()
        metric.update_state(y, p, sample_weight=w)
        out[f"metric/{name}/weighted"] = np.asarray(metric.result())
    return out


def statistics(k):
    out = {}
    for name, (cls, config) in INITIALIZERS.items():
        for i, shape in enumerate(SHAPES):
            seeded = {} if name in ("zeros", "ones", "constant") else {"seed": 5}
            values = np.asarray(getattr(k.initializers, cls)(**config, **seeded)(shape))
            out[f"{name}/{i}"] = [float(f(values)) for f in (np.mean, np.std, np.min, np.max)]
    return out


def summary_text(model, **options):
    lines = []
    model.summary(print_fn=lambda line, **_: lines.append(line), **options)
    return "\n".join(lines)


def printed(call):
    """Standard output of a call, as a terminal-less run shows it."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        call()
    return text.getvalue()


def progress(k):
    out = {}
    x, y = models.mlp_data("float32")
    model = models.mlp(k)
    model.set_weights([w.astype("float32") for w in models.first_weights(model)])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    fit = dict(batch_size=50, epochs=2, shuffle=False)
    out["fit1"] = printed(lambda: model.fit(x, y, verbose=1, **fit))
    out["fit2"] = printed(lambda: model.fit(x, y, verbose=2, validation_split=0.25, **fit))
    out["evaluate1"] = printed(lambda: model.evaluate(x, y, batch_size=50, verbose=1))
    out["evaluate2"] = printed(lambda: model.evaluate(x, y, batch_size=50, verbose=2))
    out["predict1"] = printed(lambda: model.predict(x, batch_size=50, verbose=1))
    out["predict2"] = printed(lambda: model.predict(x, batch_size=50, verbose=2))
    return out


def summaries(k):
    out = {}
    for name in ("mlp", "convnet", "two_inputs"):
        model = models.NETWORKS[name][0](k)
        out[name] = summary_text(model)
        out[name + "/trainable"] = summary_text(model, show_trainable=True, line_length=100)
    model = models.mlp(k)
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    out["frozen"] = summary_text(model)
    unbuilt = k.Sequential([k.layers.Dense(3, name="a"), k.layers.Dense(2, name="b")], name="later")
    out["unbuilt"] = summary_text(unbuilt)
    return out


DTYPES = "bool uint8 uint16 uint32 int8 int16 int32 int64 float16 bfloat16 float32 float64".split()
BINARY = ["add", "multiply", "divide", "floor_divide", "maximum", "power", "equal", "matmul"]
UNARY = "sqrt exp abs negative square sum mean max argmax relu sigmoid softmax floor round".split()
SCALARS = {"True": True, "2": 2, "2.5": 2.5}


def promotion(k):
    """Result dtypes. A missing entry: Keras on TensorFlow refuses that combination."""
    out = {}
    data = {d: k.ops.ones((2, 2), dtype=d) for d in DTYPES}

    def note(key, call):
        try:
            # TensorFlow raises several kinds of error for what it does not support
            dtype = call().dtype
            out[key] = str(getattr(dtype, "name", dtype))
        except Exception:
            pass

    for name in BINARY:
        op = getattr(k.ops, name)
        for a in DTYPES:
            for b in DTYPES:
                note(f"{name} {a} {b}", lambda: op(data[a], data[b]))  # noqa: B023
            for text, scalar in SCALARS.items():
                if name != "matmul":
                    note(f"{name} {a} {text}", lambda: op(data[a], scalar))  # noqa: B023
    for name in UNARY:
        for a in DTYPES:
            note(f"{name} {a}", lambda: getattr(k.ops, name)(data[a]))  # noqa: B023
    return out


def main(folder):
    import keras

    os.environ["COLUMNS"] = "120"  # rich cuts lines at the console's width

    np.savez_compressed(os.path.join(folder, "values.npz"), **numbers(keras))
    texts = {
        "initializers": statistics(keras),
        "promotion": promotion(keras),
        "progress": progress(keras),
        "summaries": summaries(keras),
    }
    with open(os.path.join(folder, "texts.json"), "w") as f:
        json.dump(texts, f, indent=1, ensure_ascii=False)
    for name in ("mlp", "convnet", "two_inputs"):
        build, data, loss = models.NETWORKS[name]
        x, y = data("float32")
        model = build(keras)
        model.set_weights([w.astype("float32") for w in models.first_weights(model, seed=9)])
        model.compile("adam", loss(keras))
        model.train_on_batch(models.head(x, models.BATCH), y[: models.BATCH])
        path = os.path.join(folder, f"{name}.weights.h5")
        model.save_weights(path)
        expected = model.predict_on_batch(models.head(x, models.BATCH))
        np.savez_compressed(
            path.replace(".weights.h5", "_weights.npz"),
            expected=expected,
            **{str(i): w for i, w in enumerate(model.get_weights())},
        )
