"""Every metric against Keras; state, names, directions and errors."""

import os

import numpy as np
import pronghorn as ph
import pytest
from metrics import cases

VALUES = np.load(os.path.join(os.path.dirname(__file__), "keras_values.npz"))


@pytest.mark.parametrize("name", cases.CASES)
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
