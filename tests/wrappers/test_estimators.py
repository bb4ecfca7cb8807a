"""The wrappers for scikit-learn: its own checks, searches and pipelines, labels of any kind."""

import pickle

import numpy as np
import pronghorn as ph
import pytest

pytest.importorskip("sklearn", minversion="1.6")
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

# A warning of scikit-learn's own checks is none of ours; its checks take data of other kinds too.
pytestmark = pytest.mark.filterwarnings("ignore")
layers, wrappers = ph.layers, ph.wrappers


def network(X, y, loss="mse", activation="linear", units=10):
    ph.utils.set_random_seed(0)  # some checks fit twice and compare
    outputs = y.shape[1] if y.ndim > 1 else 1
    model = ph.Sequential(
        [ph.Input(X.shape[1:]), layers.Dense(units, "relu"), layers.Dense(outputs, activation)]
    )
    model.compile("rmsprop", loss)
    return model


SOFTMAX = {"loss": "categorical_crossentropy", "activation": "softmax"}
FAST = {"epochs": 5, "verbose": 0}
ESTIMATORS = [
    wrappers.SKLearnClassifier(network, model_kwargs=SOFTMAX, fit_kwargs=FAST),
    wrappers.SKLearnRegressor(network, fit_kwargs=FAST),
    wrappers.SKLearnTransformer(network, fit_kwargs=FAST),
]
# What Keras's wrappers fail too.
NOT_MET = {
    "check_classifiers_regression_target": "whole numbers are classes",
    "check_classifiers_one_label_sample_weights": "samples of weight 0 count as classes",
    "check_classifiers_classes": "five epochs do not find all classes",
    "check_classifiers_train": "outputs may be logits or probabilities",
    "check_parameters_default_constructible": "a model is needed",
}


def checks(estimator):
    """Each of scikit-learn's checks of it, under names that are alike in every run."""
    for one, check in estimator_checks_generator(estimator):
        name = getattr(check, "func", check).__name__
        settings = [f"{k}={v}" for k, v in getattr(check, "keywords", {}).items()]
        yield pytest.param(one, check, id="-".join([type(one).__name__, name, *settings]))


@pytest.mark.slow
@pytest.mark.parametrize(
    "estimator, check", [c for estimator in ESTIMATORS for c in checks(estimator)]
)
def test_checks_of_scikit_learn(estimator, check):
    name = getattr(check, "func", check).__name__
    if isinstance(estimator, wrappers.SKLearnClassifier) and name in NOT_MET:
        pytest.skip(NOT_MET[name])
    check(estimator)


def classes(words=True):
    X, y = make_classification(120, 6, n_informative=5, n_redundant=0, random_state=1)
    return X.astype("float32"), np.array(["no", "yes"])[y] if words else y


def test_classes_have_their_names():
    X, y = classes()
    ph.utils.set_random_seed(0)
    model = wrappers.SKLearnClassifier(network, model_kwargs=SOFTMAX, fit_kwargs={"verbose": 0})
    model.fit(X, y, epochs=60)
    assert list(model.classes_) == ["no", "yes"] and model.epoch_ == 60
    assert model.score(X, y) > 0.8
    assert (model.decision_function(X).argmax(axis=-1) == (model.predict(X) == "yes")).all()
    again = pickle.loads(pickle.dumps(model))
    assert (again.predict(X) == model.predict(X)).all()


def test_a_model_is_copied_unless_warm():
    X, y = make_regression(60, 4, random_state=0)
    given = network(X, y)
    before = given.get_weights()
    estimator = wrappers.SKLearnRegressor(given, fit_kwargs=FAST).fit(X, y)
    np.testing.assert_array_equal(given.get_weights()[0], before[0])
    assert estimator.model_ is not given and estimator.predict(X).shape == (60,)
    warm = wrappers.SKLearnRegressor(given, warm_start=True, fit_kwargs=FAST).fit(X, y)
    assert warm.model_ is given and warm.fit(X, y).model_ is given
    with pytest.raises(RuntimeError, match="needs to be compiled"):
        bare = ph.Sequential([ph.Input((4,)), layers.Dense(1)])
        wrappers.SKLearnRegressor(bare).fit(X, y)


def test_pipelines_and_searches():
    X, y = classes(words=False)
    step = wrappers.SKLearnTransformer(network, fit_kwargs=FAST)
    pipe = make_pipeline(StandardScaler(), step, LogisticRegression()).fit(X, y)
    assert pipe.predict(X).shape == (120,)
    search = GridSearchCV(
        wrappers.SKLearnClassifier(network, fit_kwargs=FAST),
        {"model_kwargs": [{**SOFTMAX, "units": 4}, {**SOFTMAX, "units": 16}]},
        cv=2,
    ).fit(X, y)
    assert search.best_params_["model_kwargs"]["units"] in (4, 16)


# ---- Keras 2's


def binary(units=8, optimizer="adam"):
    model = ph.Sequential([ph.Input((6,)), layers.Dense(units, "relu"), layers.Dense(1, "sigmoid")])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def many():
    model = ph.Sequential([ph.Input((6,)), layers.Dense(2, "softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["acc"])
    return model


def test_the_old_classifier():
    from pronghorn.wrappers.scikit_learn import KerasClassifier

    X, y = classes()
    ph.utils.set_random_seed(0)
    model = KerasClassifier(build_fn=binary, units=16, epochs=80, batch_size=16, verbose=0)
    history = model.fit(X, y)
    assert len(history.history["loss"]) == 80
    assert model.score(X, y) > 0.8
    assert set(model.predict(X)) == {"no", "yes"}
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    assert ((probabilities[:, 1] > 0.5) == (model.predict(X) == "yes")).all()
    copy = clone(model)
    assert copy.get_params() == model.get_params() and not hasattr(copy, "model")


def test_the_old_classifier_of_one_hot_labels():
    X, y = classes(words=False)
    model = wrappers.scikit_learn.KerasClassifier(many, epochs=2, verbose=0)
    model.fit(X, y)
    assert model.predict_proba(X).shape == (120, 2) and 0 <= model.score(X, y) <= 1
    model.fit(X, np.eye(2)[y])
    assert set(model.predict(X)) <= {0, 1}


def test_the_old_search_and_folds():
    from pronghorn.wrappers.scikit_learn import KerasClassifier, KerasRegressor

    X, y = classes(words=False)
    search = GridSearchCV(
        KerasClassifier(build_fn=binary, verbose=0), {"units": [4, 8], "epochs": [1, 2]}, cv=2
    ).fit(X, y)
    assert set(search.best_params_) == {"units", "epochs"}

    def regression():
        model = ph.Sequential([ph.Input((4,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    X, y = make_regression(60, 4, random_state=0)
    scores = cross_val_score(KerasRegressor(regression, epochs=2, verbose=0), X, y, cv=KFold(3))
    assert scores.shape == (3,) and (scores < 0).all()
    assert KerasRegressor(regression, verbose=0).fit(X, y) is not None


def test_old_errors():
    from pronghorn.wrappers.scikit_learn import KerasClassifier

    with pytest.raises(ValueError, match="unit is not a legal parameter"):
        KerasClassifier(binary, unit=3)
    with pytest.raises(ValueError, match="Invalid shape for y"):
        KerasClassifier(binary, verbose=0).fit(np.ones((2, 6)), np.ones((2, 1, 1)))
    with pytest.raises(ValueError, match="not configured to compute accuracy"):

        def silent():
            model = binary()
            model.compile("sgd", "binary_crossentropy")
            return model

        X, y = classes(words=False)
        model = KerasClassifier(silent, verbose=0)
        model.fit(X, y)
        model.score(X, y)
