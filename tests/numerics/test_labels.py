"""Labels and indices that name nothing: nan, negative, too large. An error where something is
looked up, no hit where something is counted."""

import numpy as np
import pronghorn
import pytest
from pronghorn import layers, losses, metrics, models, ops

NO_CLASS = (-1, -3, 3, 99, 2**31, 2**32, -(2**32), 2**63 - 1)
NO_NUMBER = (np.nan, np.inf, -np.inf)
SCORES = np.array([[0.1, 0.2, 0.7]], "float32")


def one_dense(units=3, **compiled):
    model = models.Sequential([layers.Input((2,)), layers.Dense(units)])
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True), **compiled)
    return model


@pytest.mark.parametrize("label", NO_CLASS)
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_top_k_accuracy_counts_no_such_class(label, dtype):
    y = np.array([label], dtype)
    for k in (1, 2, 3, 5):
        for labels in (y, y[:, None]):
            found = metrics.sparse_top_k_categorical_accuracy(labels, SCORES, k=k)
            assert not np.asarray(found).any()
        assert not np.asarray(metrics.sparse_top_k_categorical_accuracy(y, -SCORES, k=k)).any()
    assert not np.asarray(
        metrics.sparse_top_k_categorical_accuracy(y, [[0, 1, 2]], k=3, from_sorted_ids=True)
    ).any()
    metric = metrics.SparseTopKCategoricalAccuracy(k=3)
    metric.update_state(np.array([label, 1], dtype), np.repeat(SCORES, 2, axis=0))
    assert float(metric.result()) == 0.5


@pytest.mark.parametrize("label", NO_NUMBER)
def test_labels_that_are_no_number_hit_nothing(label):
    y = np.array([label], "float32")
    for k in (1, 3):
        assert not np.asarray(metrics.sparse_top_k_categorical_accuracy(y, SCORES, k=k)).any()
    assert not np.asarray(metrics.sparse_categorical_accuracy(y, SCORES)).any()
    assert not np.asarray(ops.one_hot(y, 3)).any()


def test_classes_beyond_a_short_label_dtype():
    scores = np.zeros((1, 400), "float32")
    scores[0, 300] = 1
    for dtype in ("uint8", "int8"):
        y = np.array([300 % 256], dtype)
        assert not np.asarray(metrics.sparse_categorical_accuracy(y, scores)).any()
        assert not np.asarray(metrics.sparse_top_k_categorical_accuracy(y, scores, k=1)).any()
    assert np.asarray(metrics.sparse_categorical_accuracy(np.array([300]), scores)).all()
    assert np.asarray(metrics.sparse_top_k_categorical_accuracy(np.array([300]), scores, k=1)).all()


@pytest.mark.parametrize("label", NO_NUMBER + (-1.0, 3.0))
@pytest.mark.parametrize("eager", [False, True])
def test_a_bad_label_is_an_error_and_changes_nothing(label, eager):
    model = one_dense(run_eagerly=eager)
    before = [w.copy() for w in model.get_weights()]
    x, y = np.ones((4, 2), "float32"), np.array([0, 1, label, 2], "float32")
    for run in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match="label"):
            run(x, y, verbose=0)
    for have, want in zip(model.get_weights(), before):
        np.testing.assert_array_equal(have, want)
    with pytest.raises(ValueError, match="label"):
        ops.sparse_categorical_crossentropy(y[2:3], SCORES)
    assert float(ops.sum(ops.sparse_categorical_crossentropy([2.0], SCORES))) > 0


@pytest.mark.parametrize("index", (-1, -3, 3, 2**32, -(2**32)))
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_an_embedding_has_no_such_row(index, dtype):
    layer = layers.Embedding(3, 2)
    with pytest.raises(ValueError, match="input_dim|out of range"):
        layer(np.array([0, index], dtype))
    assert layer(np.array([0, 2], dtype)).shape == (2, 2)


@pytest.mark.parametrize("index", (*NO_NUMBER, np.uint64(2**32), np.uint32(2**32 - 1), np.int8(-1)))
def test_an_embedding_reads_no_row_of_another_number(index):
    with pytest.raises(ValueError, match="input_dim|out of range"):
        layers.Embedding(3, 2)(np.array([index]))


def test_an_embedding_trains_no_row_from_the_end():
    model = models.Sequential([layers.Input((2,), dtype="int32"), layers.Embedding(3, 2),
                               layers.Flatten(), layers.Dense(1)])  # fmt: skip
    model.compile("sgd", "mse")
    before = [w.copy() for w in model.get_weights()]
    x = np.array([[0, 1], [2, -1]])
    for run in (
        lambda: model.fit(x, np.ones((2, 1)), verbose=0),
        lambda: model.predict(x, verbose=0),
    ):
        with pytest.raises(ValueError, match="input_dim|out of range"):
            run()
    for have, want in zip(model.get_weights(), before):
        np.testing.assert_array_equal(have, want)
    assert ops.take([1, 2, 3], [-1]).numpy().tolist() == [3]  # `take` counts from the end


def test_an_embedding_gives_its_rows_their_gradients():
    table = np.arange(6.0, dtype="float32").reshape(3, 2)
    layer = layers.Embedding(3, 2, weights=[table])
    with pronghorn.GradientTape() as tape:
        y = ops.sum(layer(np.array([2, 0, 2])) * [[1.0], [2.0], [3.0]])
    assert float(y) == (4 + 5) * 4 + (0 + 1) * 2
    assert np.asarray(tape.gradient(y, layer.embeddings)).tolist() == [[2, 2], [0, 0], [4, 4]]
