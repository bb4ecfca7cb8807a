"""One row a metric: how it is made and what it sees. The same code runs in Keras."""

import numpy as np


def data():
    """Labels and predictions, the same in every run; float32, which top-k needs in Keras."""
    r = np.random.RandomState(0)
    pred = (r.rand(6, 5) * 0.98 + 0.01).astype("float32")
    index = r.randint(0, 5, 6)
    return {
        "true": r.rand(6, 5).astype("float32"),
        "pred": pred,
        "weight": r.rand(6).astype("float32"),
        "binary": (r.rand(6, 5) > 0.5).astype("float32"),
        "index": index,
        "column": index[:, None],
        "float_index": index.astype("float32"),
        "other": r.randint(0, 5, 6),
        "one_hot": np.eye(5, dtype="float32")[index],
        "normal": pred / pred.sum(1, keepdims=True),
        "index3": r.randint(0, 5, (6, 3)),
        "pred3": r.rand(6, 3, 5).astype("float32"),
        "true3": r.rand(6, 3, 5).astype("float32"),
    }


# name: (class, options, labels, predictions)
CASES = {
    "accuracy": ("Accuracy", {}, "index", "other"),
    "binary": ("BinaryAccuracy", {}, "binary", "pred"),
    "binary_threshold": ("BinaryAccuracy", {"threshold": 0.75}, "binary", "pred"),
    "categorical": ("CategoricalAccuracy", {}, "one_hot", "pred"),
    "sparse": ("SparseCategoricalAccuracy", {}, "index", "pred"),
    "sparse_column": ("SparseCategoricalAccuracy", {}, "column", "pred"),
    "sparse_float": ("SparseCategoricalAccuracy", {}, "float_index", "pred"),
    "sparse_steps": ("SparseCategoricalAccuracy", {}, "index3", "pred3"),
    "top_k": ("TopKCategoricalAccuracy", {"k": 2}, "one_hot", "pred"),
    "sparse_top_k": ("SparseTopKCategoricalAccuracy", {"k": 2}, "index", "pred"),
    "mse": ("MeanSquaredError", {}, "true", "pred"),
    "mse_steps": ("MeanSquaredError", {}, "true3", "pred3"),
    "mae": ("MeanAbsoluteError", {}, "true", "pred"),
    "mape": ("MeanAbsolutePercentageError", {}, "true", "pred"),
    "msle": ("MeanSquaredLogarithmicError", {}, "true", "pred"),
    "rmse": ("RootMeanSquaredError", {}, "true", "pred"),
    "kld": ("KLDivergence", {}, "true", "pred"),
    "poisson": ("Poisson", {}, "true", "pred"),
    "bce": ("BinaryCrossentropy", {}, "binary", "pred"),
    "cce": ("CategoricalCrossentropy", {"label_smoothing": 0.125}, "one_hot", "normal"),
    "scce": ("SparseCategoricalCrossentropy", {}, "index", "normal"),
}
# values given to Mean and Sum: shape, and whether they are weighted
REDUCTIONS = {
    "scalar": (np.float32(2.5), None),
    "scalar_weighted": (np.float32(2.5), np.float32(3)),
    "vector": (np.arange(4, dtype="float32"), None),
    "vector_weighted": (np.arange(4, dtype="float32"), np.array([1, 0, 2, 1], "float32")),
    "vector_one_weight": (np.arange(4, dtype="float32"), np.float32(2)),
    "matrix": (np.arange(6, dtype="float32").reshape(3, 2), None),
    "matrix_weighted": (
        np.arange(6, dtype="float32").reshape(3, 2),
        np.ones((3, 2), "float32") / 2,
    ),
    "rows_weighted": (np.arange(6, dtype="float32").reshape(3, 2), np.array([1, 2, 0], "float32")),
}


def results(keras, name):
    """Results after one batch, after two, and after a reset and half a batch."""
    cls, options, labels, predictions = CASES[name]
    d = data()
    true, pred = d[labels], d[predictions]
    out = {}
    for kind, weight in (
        ("plain", None),
        ("weighted", d["weight"]),
        ("column", d["weight"][:, None]),
    ):
        metric = getattr(keras.metrics, cls)(**options)
        metric.update_state(true, pred, sample_weight=weight)
        seen = [float(metric.result())]
        metric.update_state(true[:2], pred[:2])
        seen.append(float(metric.result()))
        metric.reset_state()
        metric.update_state(true[:3], pred[:3])
        seen.append(float(metric.result()))
        out[f"{name}/{kind}"] = np.array(seen)
    return out


def reductions(keras, name):
    """Mean's and Sum's result after a weighted and an unweighted update."""
    values, weight = REDUCTIONS[name]
    out = {}
    for cls in ("Mean", "Sum"):
        metric = getattr(keras.metrics, cls)()
        metric.update_state(values, sample_weight=weight)
        first = float(metric.result())
        metric.update_state(values)
        out[f"{cls}/{name}"] = np.array([first, float(metric.result())])
    return out
