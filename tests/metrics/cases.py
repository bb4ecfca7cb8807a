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
        "one_pred": pred[:, 0],
        "index3": r.randint(0, 5, (6, 3)),
        "pred3": r.rand(6, 3, 5).astype("float32"),
        "true3": r.rand(6, 3, 5).astype("float32"),
        "one_label": (r.rand(6) > 0.5).astype("float32"),
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
    "cosine": ("CosineSimilarity", {}, "true", "pred"),
    "log_cosh": ("LogCoshError", {}, "true", "pred"),
    "hinge": ("Hinge", {}, "binary", "pred"),
    "squared_hinge": ("SquaredHinge", {}, "binary", "pred"),
    "categorical_hinge": ("CategoricalHinge", {}, "one_hot", "pred"),
    "pearson": ("PearsonCorrelation", {}, "true", "pred"),
    "concordance": ("ConcordanceCorrelation", {}, "true", "pred"),
    "false_positives": ("FalsePositives", {}, "binary", "pred"),
    "false_negatives": ("FalseNegatives", {"thresholds": [0.25, 0.5]}, "binary", "pred"),
    "true_negatives": ("TrueNegatives", {"thresholds": [0.0, 0.5, 1.0]}, "binary", "pred"),
    "true_positives": ("TruePositives", {"thresholds": [0.1, 0.2, 0.9]}, "binary", "pred"),
    "precision": ("Precision", {}, "binary", "pred"),
    "precision_class": ("Precision", {"class_id": 2}, "binary", "pred"),
    "precision_top": ("Precision", {"top_k": 2}, "one_hot", "pred"),
    "precision_many": ("Precision", {"thresholds": [0.25, 0.75]}, "binary", "pred"),
    "recall": ("Recall", {}, "binary", "pred"),
    "recall_top_class": ("Recall", {"top_k": 3, "class_id": 1}, "one_hot", "pred"),
    "sensitivity": ("SensitivityAtSpecificity", {"specificity": 0.5}, "binary", "pred"),
    "specificity": ("SpecificityAtSensitivity", {"sensitivity": 0.5}, "binary", "pred"),
    "precision_at": ("PrecisionAtRecall", {"recall": 0.5, "class_id": 1}, "binary", "pred"),
    "recall_at": (
        "RecallAtPrecision",
        {"precision": 0.5, "num_thresholds": 7},
        "binary",
        "pred",
    ),
    "at_one_threshold": (
        "SensitivityAtSpecificity",
        {"specificity": 0.25, "num_thresholds": 1},
        "binary",
        "pred",
    ),
    "auc": ("AUC", {}, "binary", "pred"),
    "auc_few": ("AUC", {"num_thresholds": 4}, "binary", "pred"),
    "auc_pr": ("AUC", {"curve": "PR"}, "binary", "pred"),
    "auc_pr_minoring": ("AUC", {"curve": "PR", "summation_method": "minoring"}, "binary", "pred"),
    "auc_majoring": ("AUC", {"summation_method": "majoring"}, "binary", "pred"),
    "auc_gain": ("AUC", {"curve": "PRGAIN"}, "binary", "pred"),
    "auc_thresholds": ("AUC", {"thresholds": [0.3, 0.1]}, "binary", "pred"),
    "auc_labels": ("AUC", {"multi_label": True}, "binary", "pred"),
    "auc_labels_pr": (
        "AUC",
        {"multi_label": True, "num_labels": 5, "curve": "PR", "label_weights": [1, 2, 1, 0, 3]},
        "binary",
        "pred",
    ),
    "auc_label_weights": ("AUC", {"label_weights": [1, 2, 1, 0, 3]}, "binary", "pred"),
    "auc_logits": ("AUC", {"from_logits": True}, "binary", "pred"),
}
# These know no weights of shape (batch, 1), or none but one for each sample.
VECTOR_CASES = {
    "iou": ("IoU", {"num_classes": 5, "target_class_ids": [0, 3]}, "index", "other"),
    "iou_ignore": (
        "IoU",
        {"num_classes": 5, "target_class_ids": [0, 1], "ignore_class": 1},
        "index",
        "other",
    ),
    "iou_binary": ("BinaryIoU", {"threshold": 0.25}, "one_label", "one_pred"),
    "iou_mean": ("MeanIoU", {"num_classes": 5}, "index", "other"),
    "iou_mean_range": ("MeanIoU", {"num_classes": 3}, "index", "other"),
    "iou_one_hot": ("OneHotIoU", {"num_classes": 5, "target_class_ids": [0]}, "one_hot", "pred"),
    "iou_one_hot_mean": ("OneHotMeanIoU", {"num_classes": 5}, "one_hot", "pred"),
    "fbeta": ("FBetaScore", {"beta": 2.0}, "one_hot", "pred"),
    "fbeta_micro": (
        "FBetaScore",
        {"average": "micro", "threshold": 0.5, "beta": 0.5},
        "binary",
        "pred",
    ),
    "f1_macro": ("F1Score", {"average": "macro"}, "one_hot", "pred"),
    "f1_weighted": ("F1Score", {"average": "weighted", "threshold": 0.5}, "binary", "pred"),
    "r2": ("R2Score", {}, "true", "pred"),
    "r2_variance": (
        "R2Score",
        {"class_aggregation": "variance_weighted_average"},
        "true",
        "pred",
    ),
    "r2_columns": ("R2Score", {"class_aggregation": None, "num_regressors": 2}, "true", "pred"),
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
    cls, options, labels, predictions = {**CASES, **VECTOR_CASES}[name]
    d = data()
    true, pred = d[labels], d[predictions]
    weights = {"plain": None, "weighted": d["weight"], "column": d["weight"][:, None]}
    if name in VECTOR_CASES:
        del weights["column"]
    out = {}
    for kind, weight in weights.items():
        metric = getattr(keras.metrics, cls)(**options)
        if "IoU" in cls and weight is not None:
            metric = getattr(keras.metrics, cls)(**options, dtype="float32")
        metric.update_state(true, pred, sample_weight=weight)
        seen = [np.asarray(metric.result())]
        metric.update_state(true[:2], pred[:2])
        seen.append(np.asarray(metric.result()))
        metric.reset_state()
        metric.update_state(true[:3], pred[:3])
        seen.append(np.asarray(metric.result()))
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
