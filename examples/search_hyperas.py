"""A search with Hyperas, whose templates stand in double braces within the model's code.

pronghorn run --also hyperas examples/search_hyperas.py [trials]

Needs hyperas, and hyperopt 0.2.5: later ones refuse the random state that Hyperas 0.4.1 gives.
"""

import sys

from hyperas import optim
from hyperas.distributions import choice, uniform
from hyperopt import STATUS_OK, Trials, tpe
from keras.layers import Activation, Dense, Dropout, Flatten
from keras.models import Sequential


def data():
    from keras.datasets import digits

    (x_train, y_train), (x_test, y_test) = digits.load_data()
    x_train, x_test = x_train / 16.0, x_test / 16.0
    return x_train, y_train, x_test, y_test


def create_model(x_train, y_train, x_test, y_test):
    model = Sequential()
    model.add(Flatten(input_shape=(8, 8)))
    model.add(Dense({{choice([16, 32, 64])}}))
    model.add(Activation({{choice(["relu", "sigmoid"])}}))
    model.add(Dropout({{uniform(0, 0.5)}}))
    model.add(Dense(10))
    model.add(Activation("softmax"))
    model.compile(
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        optimizer={{choice(["rmsprop", "adam", "sgd"])}},
    )
    model.fit(x_train, y_train, batch_size=64, epochs=3, verbose=0, validation_split=0.1)
    score, acc = model.evaluate(x_test, y_test, verbose=0)
    return {"loss": -acc, "status": STATUS_OK, "model": model}


if __name__ == "__main__":
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    best_run, best_model = optim.minimize(
        model=create_model, data=data, algo=tpe.suggest, max_evals=trials, trials=Trials()
    )
    x_train, y_train, x_test, y_test = data()
    print("best:", best_run, "accuracy:", best_model.evaluate(x_test, y_test, verbose=0)[1])
