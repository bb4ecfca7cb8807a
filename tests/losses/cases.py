"""One row a loss: how it is made and on what it is computed. The same code runs in Keras.

Options are numbers that float32 represents, since Keras on TensorFlow rounds some to float32.
"""

import numpy as np

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "none", "mean_with_sample_weight")


def data():
    """Labels, probabilities, logits and weights, float64, the same in every run."""
    r = np.random.RandomState(0)
    true, pred, weight = r.rand(6, 5), r.rand(6, 5) * 0.98 + 0.01, r.rand(6)
    binary = (r.rand(6, 5) > 0.5).astype("float64")
    index = r.randint(0, 5, 6)
    return {
        "true": true,
        "pred": pred,
        "weight": weight,
        "binary": binary,
        "signed": binary * 2 - 1,
        "index": index,
        "column": index[:, None],
        "one_hot": np.eye(5)[index],
        "normal": pred / pred.sum(1, keepdims=True),
        "unit": pred / np.sqrt((pred**2).sum(1, keepdims=True)),
        "logits": r.randn(6, 5) * 3,
        "vector": true[:, 0],
        "first": pred[:, :1],
    }


# name: (class, options, labels, predictions)
CASES = {
    "mse": ("MeanSquaredError", {}, "true", "pred"),
    "mse_rank": ("MeanSquaredError", {}, "vector", "first"),
    "mae": ("MeanAbsoluteError", {}, "true", "pred"),
    "mape": ("MeanAbsolutePercentageError", {}, "true", "pred"),
    "msle": ("MeanSquaredLogarithmicError", {}, "true", "pred"),
    "huber": ("Huber", {"delta": 0.25}, "true", "pred"),
    "hinge_01": ("Hinge", {}, "binary", "logits"),
    "squared_hinge": ("SquaredHinge", {}, "signed", "logits"),
    "kld": ("KLDivergence", {}, "true", "pred"),
    "poisson": ("Poisson", {}, "true", "pred"),
    "bce": ("BinaryCrossentropy", {}, "binary", "pred"),
    "bce_logits": ("BinaryCrossentropy", {"from_logits": True}, "binary", "logits"),
    "bce_smooth": ("BinaryCrossentropy", {"label_smoothing": 0.125}, "binary", "pred"),
    "cce": ("CategoricalCrossentropy", {}, "one_hot", "normal"),
    "cce_sums": ("CategoricalCrossentropy", {}, "one_hot", "pred"),
    "cce_logits": ("CategoricalCrossentropy", {"from_logits": True}, "one_hot", "logits"),
    "cce_smooth": ("CategoricalCrossentropy", {"label_smoothing": 0.125}, "one_hot", "normal"),
    "scce": ("SparseCategoricalCrossentropy", {}, "index", "normal"),
    "scce_column": ("SparseCategoricalCrossentropy", {}, "column", "normal"),
    "scce_logits": ("SparseCategoricalCrossentropy", {"from_logits": True}, "index", "logits"),
    "scce_ignore": ("SparseCategoricalCrossentropy", {"ignore_class": 2}, "index", "normal"),
    "cosine": ("CosineSimilarity", {}, "true", "pred"),
    "log_cosh": ("LogCosh", {}, "true", "logits"),
    "categorical_hinge": ("CategoricalHinge", {}, "one_hot", "logits"),
    "binary_focal": ("BinaryFocalCrossentropy", {}, "binary", "pred"),
    "binary_focal_balanced": (
        "BinaryFocalCrossentropy",
        {"apply_class_balancing": True, "gamma": 1.5, "label_smoothing": 0.125},
        "binary",
        "pred",
    ),
    "binary_focal_logits": ("BinaryFocalCrossentropy", {"from_logits": True}, "binary", "logits"),
    "categorical_focal": ("CategoricalFocalCrossentropy", {}, "one_hot", "pred"),
    "categorical_focal_smooth": (
        "CategoricalFocalCrossentropy",
        {"alpha": 0.5, "gamma": 1.5, "label_smoothing": 0.125, "from_logits": True},
        "one_hot",
        "logits",
    ),
    "generalized": ("CategoricalGeneralizedCrossEntropy", {"q": 0.75}, "index", "normal"),
    "dice": ("Dice", {}, "binary", "pred"),
    "dice_rows": ("Dice", {"axis": 1}, "binary", "pred"),
    "tversky": ("Tversky", {"alpha": 0.25, "beta": 0.75}, "binary", "pred"),
    "tversky_rows": ("Tversky", {"axis": -1}, "binary", "pred"),
    "circle": ("Circle", {"gamma": 8.0, "margin": 0.25}, "index", "unit"),
    "circle_diagonal": ("Circle", {"gamma": 2.0, "remove_diagonal": False}, "index", "unit"),
}


def values(keras, name):
    """Dict of the loss under each reduction, with and without weights."""
    cls, options, labels, predictions = CASES[name]
    d = data()
    out = {}
    for reduction in REDUCTIONS:
        loss = getattr(keras.losses, cls)(reduction=reduction, **options)
        for kind, weight in (("plain", None), ("weighted", d["weight"])):
            value = loss(d[labels], d[predictions], sample_weight=weight)
            out[f"{name}/{reduction}/{kind}"] = np.asarray(value)
    return out


def gradient(keras, tape, to_tensor, name):
    """Derivative of the default loss with respect to the predictions."""
    cls, options, labels, predictions = CASES[name]
    d = data()
    x = to_tensor(d[predictions])
    with tape() as t:
        t.watch(x)
        value = getattr(keras.losses, cls)(**options)(d[labels], x)
    return np.asarray(t.gradient(value, x))
