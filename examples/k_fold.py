"""K-fold validation with scikit-learn: by its splitter, and by its own cross_val_score and search.

python examples/k_fold.py [--epochs 40]          (needs scikit-learn)
"""

import argparse

import numpy as np
import pronghorn as keras
from pronghorn import layers
from pronghorn.wrappers import SKLearnRegressor
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def data(count=240):
    rng = np.random.RandomState(0)
    x = rng.standard_normal((count, 8)) * np.arange(1, 9) + 3
    z = (x - 3) / np.arange(1, 9)
    return x.astype("float32"), (3 * z[:, 0] - 2 * z[:, 1] + z[:, 2] * z[:, 3]).astype("float32")


def network(X, y, units=32):
    model = keras.Sequential(
        [
            keras.Input(X.shape[1:]),
            layers.Dense(units, activation="relu"),
            layers.Dense(units, activation="relu"),
            layers.Dense(1),
        ]
    )
    model.compile("rmsprop", "mse", metrics=["mae"])
    return model


def by_hand(x, y, epochs, folds=4):
    """Mean absolute error over folds, the scaling of each learnt from its own training part."""
    errors = []
    for train, test in KFold(folds, shuffle=True, random_state=0).split(x):
        scale = StandardScaler().fit(x[train])
        model = network(x, y)
        model.fit(scale.transform(x[train]), y[train], epochs=epochs, batch_size=8, verbose=0)
        errors.append(model.evaluate(scale.transform(x[test]), y[test], verbose=0)[1])
    return float(np.mean(errors))


def estimator(epochs):
    fit = {"epochs": epochs, "batch_size": 8, "verbose": 0}
    return SKLearnRegressor(network, model_kwargs={"units": 32}, fit_kwargs=fit)


def by_scikit_learn(x, y, epochs):
    pipeline = make_pipeline(StandardScaler(), estimator(epochs))
    return cross_val_score(pipeline, x, y, cv=KFold(4, shuffle=True, random_state=0), scoring="r2")


def searched(x, y, epochs):
    """The better of two widths."""
    grid = {"model_kwargs": [{"units": 2}, {"units": 32}]}
    search = GridSearchCV(estimator(epochs), grid, cv=3, scoring="r2")
    return search.fit(StandardScaler().fit_transform(x), y).best_params_["model_kwargs"]["units"]


def main(epochs=40):
    keras.utils.set_random_seed(0)
    x, y = data()
    error, scores, units = (
        by_hand(x, y, epochs),
        by_scikit_learn(x, y, epochs),
        searched(x, y, epochs),
    )
    print(f"mean absolute error {error:.2f}, R2 of the folds {np.round(scores, 2)}, units {units}")
    return error, scores, units


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=40)
    main(parser.parse_args().epochs)
