"""A search with Hyperopt's tree of Parzen estimators.

python examples/search_hyperopt.py [--trials 20] [--epochs 8]      (needs hyperopt)
"""

import argparse

import hyperopt
import numpy as np
import pronghorn as keras
from hyperopt import STATUS_OK, Trials, fmin, hp, space_eval, tpe
from pronghorn import layers
from pronghorn.datasets import digits

SPACE = {
    "units": hp.quniform("units", 8, 64, 8),
    "dropout": hp.uniform("dropout", 0, 0.5),
    "optimizer": hp.choice(
        "optimizer",
        [
            {"name": "rmsprop", "rate": hp.loguniform("rmsprop", np.log(1e-4), np.log(1e-1))},
            {"name": "sgd", "rate": hp.loguniform("sgd", np.log(1e-3), np.log(1))},
        ],
    ),
}


def random_state():
    """A generator, or for Hyperopt before 0.2.6 what NumPy had earlier."""
    old = hyperopt.__version__ in ("0.2.3", "0.2.4", "0.2.5")
    return np.random.RandomState(0) if old else np.random.default_rng(0)


def loss_of(found, epochs):
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    (x, y), _ = digits.load_data()
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            layers.Flatten(),
            layers.Rescaling(1 / 16),
            layers.Dense(int(found["units"]), activation="relu"),
            layers.Dropout(found["dropout"]),
            layers.Dense(10, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.get(found["optimizer"]["name"])
    optimizer.learning_rate = found["optimizer"]["rate"]
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=epochs, batch_size=64, validation_split=0.25, verbose=0)
    accuracy = history.history["val_accuracy"][-1]
    return {"loss": -accuracy, "status": STATUS_OK, "attachments": {"model": model.to_json()}}


def main(trials=20, epochs=8):
    done = Trials()
    best = fmin(
        lambda found: loss_of(found, epochs), SPACE, algo=tpe.suggest, max_evals=trials,
        trials=done, rstate=random_state(), show_progressbar=False,
    )  # fmt: skip
    print("best:", space_eval(SPACE, best), "accuracy:", -min(done.losses()))
    return done


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=8)
    main(**vars(parser.parse_args()))
