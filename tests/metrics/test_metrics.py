"""Every metric against Keras; state, names, directions and errors."""

import os

import numpy as np
import pronghorn as ph
import pytest
from metrics import cases

VALUES = np.load(os.path.join(os.path.dirname(__file__), "keras_values.npz"))


@pytest.mark.parametrize("name", [*cases.CASES, *cases.VECTOR_CASES])
def test_results_are_keras(name):
    for key, value in cases.results(ph, name).items():
        np.testing.assert_allclose(value, VALUES[key], rtol=3e-6, atol=1e-7, err_msg=key)


@pytest.mark.parametrize("name", cases.REDUCTIONS)
def test_reductions_are_keras(name):
    for key, value in cases.reductions(ph, name).items():
        np.testing.assert_allclose(value, VALUES[key], rtol=1e-6, err_msg=key)


def test_state_is_variables():
    metric = ph.metrics.Mean(name="loss")
    assert [v.path for v in metric.variables] == ["loss/total", "loss/count"]
    assert not any(v.trainable for v in metric.variables)


def test_nested_metrics_share_their_variables():
    class Both(ph.metrics.Metric):
        def __init__(self):
            super().__init__(name="both")
            self.mean = ph.metrics.Mean()
            self.extra = self.add_weight(shape=(2,), name="extra")

        def update_state(self, values, sample_weight=None):
            self.mean.update_state(values)
            self.extra.assign_add([1.0, 2.0])

        def result(self):
            return self.mean.result()

    metric = Both()
    assert float(metric([2.0, 4.0])) == 3.0
    assert len(metric.variables) == 3
    metric.reset_state()
    assert metric.extra.numpy().tolist() == [0.0, 0.0]
    assert float(metric.result()) == 0.0


def test_forgotten_super():
    class Hasty(ph.metrics.Metric):
        def __init__(self):
            self.mean = ph.metrics.Mean()

    with pytest.raises(RuntimeError, match="super"):
        Hasty()


def test_direction():
    assert ph.metrics.SparseCategoricalAccuracy()._direction == "up"
    assert ph.metrics.MeanSquaredError()._direction == "down"
    assert ph.metrics.MeanMetricWrapper(ph.losses.mean_squared_error)._direction == "down"
    assert ph.metrics.Mean()._direction is None


def test_config_round_trip():
    for metric in (
        ph.metrics.TopKCategoricalAccuracy(k=3, name="top"),
        ph.metrics.MeanMetricWrapper(ph.losses.mean_absolute_error, name="mean"),
        ph.metrics.BinaryCrossentropy(from_logits=True),
    ):
        again = ph.metrics.deserialize(ph.metrics.serialize(metric))
        assert type(again) is type(metric)
        assert again.get_config() == metric.get_config()


def test_unknown_name_lists_near_ones():
    with pytest.raises(ValueError, match="metric identifier: 'accurcy'.*'accuracy'"):
        ph.metrics.get("accurcy")


def test_ties_count_as_in_the_top():
    scores = np.array([[0.5, 0.5, 0.5, 0.1]], "float32")
    metric = ph.metrics.SparseTopKCategoricalAccuracy(k=1)
    metric.update_state([2], scores)
    assert float(metric.result()) == 1.0
    metric.update_state([3], scores)
    assert float(metric.result()) == 0.5


def test_sorted_ids():
    metric = ph.metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    metric.update_state([2, 1, 0], [[1, 2, 0], [0, 2, 1], [0, 1, 2]])
    assert float(metric.result()) == pytest.approx(2 / 3)


def test_metrics_in_containers_are_tracked():
    class Several(ph.metrics.Metric):
        def __init__(self):
            super().__init__()
            self.parts = [ph.metrics.Mean(name="a"), {"b": ph.metrics.Sum(name="b")}]

    metric = Several()
    assert [v.path for v in metric.variables] == ["a/total", "a/count", "b/total"]
    metric.parts.append(ph.metrics.Mean(name="c"))
    assert len(metric.variables) == 5
    metric.parts = None
    assert metric.variables == []


@pytest.mark.parametrize("class_id", [3, 9, -4])
def test_class_id_names_a_class(class_id):
    scores = np.full((2, 3), 0.5, "float32")
    for metric in (ph.metrics.Precision(class_id=class_id), ph.metrics.Recall(class_id=class_id),
                   ph.metrics.PrecisionAtRecall(0.5, class_id=class_id)):  # fmt: skip
        with pytest.raises(ValueError, match=f"one of the 3 classes.*class_id={class_id}"):
            metric.update_state(np.eye(2, 3), scores)


def test_counts_survive_nan_and_labels_beyond_one():
    pred, true = [np.nan, 0.7, 0.2, 0.9], [1, 0, 2, 1]
    for thresholds, found in (([0.5], [1]), ([0.0, 0.5, 1.0], [2, 1, 0])):
        metric = ph.metrics.TruePositives(thresholds=thresholds)
        metric.update_state(true, pred)
        np.testing.assert_array_equal(np.ravel(metric.result()), found)


@pytest.mark.parametrize("curve", ["ROC", "PR"])
def test_auc_against_scikit_learn_formulas(curve):
    r = np.random.RandomState(0)
    true = r.rand(5000) > 0.7
    pred = np.clip(true * 0.2 + r.rand(5000) * 0.8, 0, 1)
    metric = ph.metrics.AUC(num_thresholds=2000, curve=curve)
    for part in range(0, 5000, 1000):
        metric.update_state(true[part : part + 1000], pred[part : part + 1000])
    order = np.argsort(-pred, kind="stable")
    hits, misses = np.cumsum(true[order]), np.cumsum(~true[order])
    recall = hits / hits[-1]
    if curve == "ROC":
        want = np.sum(recall * np.diff(np.r_[0, misses / misses[-1]]))
    else:
        want = np.sum(np.diff(np.r_[0, recall]) * hits / (hits + misses))
    assert float(metric.result()) == pytest.approx(want, abs=2e-3)


def test_metrics_inside_fit():
    x = np.random.rand(64, 4).astype("float32")
    y = (x.sum(1) > 2).astype("float32")[:, None]
    model = ph.Sequential([ph.Input((4,)), ph.layers.Dense(1, activation="sigmoid")])
    names = ["AUC", "Precision", "Recall", "BinaryIoU", "F1Score", "R2Score"]
    watched = [getattr(ph.metrics, name)(name=name.lower()) for name in names]
    model.compile("sgd", "binary_crossentropy", metrics=watched)
    logs = model.fit(x, y, epochs=2, batch_size=24, verbose=0).history
    results = model.evaluate(x, y, verbose=0, return_dict=True)
    pred = model.predict(x, verbose=0)
    for metric in [getattr(ph.metrics, name)(name=name.lower()) for name in names]:
        metric.update_state(y, pred)
        want = np.asarray(metric.result())
        np.testing.assert_allclose(results[metric.name], want, rtol=1e-5, err_msg=metric.name)
        assert len(logs[metric.name]) == 2


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda m: m.AUC(num_thresholds=1), "num_thresholds=1"),
        (lambda m: m.AUC(curve="roc curve"), 'AUC curve value: "roc curve".*"PRGAIN"'),
        (lambda m: m.AUC(summation_method="sum"), 'method value: "sum"'),
        (lambda m: m.AUC(num_labels=3), "`num_labels` is needed only"),
        (lambda m: m.Precision(thresholds=[0.5, 2]), r"in \[0, 1\]. Received: \[2\]"),
        (lambda m: m.RecallAtPrecision(1.5), "`precision`.*precision=1.5"),
        (lambda m: m.PrecisionAtRecall(0.5, num_thresholds=0), "num_thresholds=0"),
        (lambda m: m.IoU(2, [2]), r"class id 2 is out of range.*\[0, 2\)"),
        (lambda m: m.F1Score(average="x"), r"\{None, 'micro', 'macro', 'weighted'\}.*average=x"),
        (lambda m: m.FBetaScore(beta=2), "`beta`.*float.*beta=2"),
        (lambda m: m.F1Score(threshold=1.5), "threshold=1.5"),
        (lambda m: m.R2Score(class_aggregation="sum"), "class_aggregation=sum"),
        (lambda m: m.R2Score(num_regressors=-1), "num_regressors=-1"),
        (lambda m: m.FBetaScore()([0, 1], [0, 1]), "expects 2D inputs"),
        (lambda m: m.Recall(class_id=0)([0, 1], [0, 1]), "class_id is provided"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make(ph.metrics)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["AUC", "Precision", "FalsePositives", "SensitivityAtSpecificity"])
def test_counts_of_halves_go_on_beyond_2048(name, dtype):
    arguments = {"specificity": 0.5} if name.startswith("Sens") else {}
    kind = getattr(ph.metrics, name)
    half, single = kind(**arguments, dtype=dtype), kind(**arguments)
    random = np.random.RandomState(0)
    for _ in range(3):
        batch = random.randint(0, 2, 4000), random.rand(4000)
        half.update_state(*batch)
        single.update_state(*batch)
    assert half.dtype == dtype and half.variables[0].dtype == "float32"
    np.testing.assert_allclose(float(half.result()), float(single.result()), rtol=1e-6)


@pytest.mark.parametrize(
    "name, cls",
    [
        ("auc", "AUC"),
        ("precision", "Precision"),
        ("recall", "Recall"),
        ("true_positives", "TruePositives"),
        ("root_mean_squared_error", "RootMeanSquaredError"),
        ("f1_score", "F1Score"),
        ("r2_score", "R2Score"),
        ("log_cosh_error", "LogCoshError"),
        ("binary_accuracy", "BinaryAccuracy"),
        ("mean_squared_error", "MeanSquaredError"),
        ("cosine_similarity", "CosineSimilarity"),
    ],
)
def test_classes_by_their_names_in_snake_case(name, cls):
    assert type(ph.metrics.get(name)) is getattr(ph.metrics, cls)


def test_compiled_cosine_similarity_is_1_where_predictions_are_the_labels():
    model = ph.Sequential([ph.Input((2,)), ph.layers.Identity()])
    model.compile(loss="mse", metrics=["cosine_similarity", "r2_score"])
    x = np.array([[3.0, 4.0], [1.0, 2.0]], "float32")
    logs = model.evaluate(x, x, verbose=0, return_dict=True)
    assert logs["cosine_similarity"] == pytest.approx(1.0)
    assert logs["r2_score"] == pytest.approx(1.0)


def test_named_functions_are_still_read_from_configs():
    config = ph.metrics.serialize(ph.metrics.binary_accuracy)
    assert ph.metrics.get(config) is ph.metrics.binary_accuracy


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_r2_of_halves_counts_in_float32(dtype):
    y = np.tile(np.array([[0.0], [2.0]], "float32"), (3000, 1))
    metric = ph.metrics.R2Score(dtype=dtype)
    for _ in range(2):
        metric.update_state(y, y + 0.5)
    assert float(metric.num_samples) == 12000
    assert float(metric.result()) == pytest.approx(0.75)  # 1 - 0.5**2 / 1


def test_state_of_own_metrics_is_float32_unless_told():
    class Own(ph.metrics.Metric):
        pass

    own = Own(dtype="float16")
    assert own.add_variable((), "zeros").dtype == "float32"
    assert own.add_weight(dtype="float16").dtype == "float16"
    assert ph.metrics.Mean(dtype="float16").total.dtype == "float16"


@pytest.mark.parametrize("thresholds", [[0.0, 0.5, 1.0], [0.0, 0.3, 1.0], [0.005, 0.7]])
def test_what_remains_of_nothing_is_zero(thresholds):
    """All predictions lie above the first threshold: no rest of rounding is counted as negative."""
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 2, 1000), rng.uniform(0.01, 0.99, 1000)
    for weights in rng.uniform(0.1, 3, (20, 1000)):
        for name in ("TrueNegatives", "FalseNegatives"):
            metric = getattr(ph.metrics, name)(thresholds=thresholds)
            metric.update_state(y, p, sample_weight=weights)
            assert float(metric.result()[0]) == 0.0
