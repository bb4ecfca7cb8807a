"""A search with keras-tuner: Hyperband, then the best model again.

    pronghorn run --also keras_tuner,six examples/search_keras_tuner.py [epochs] [folder]

It needs keras-tuner, installed without its dependency on Keras, and tensorboard.
"""

import sys
import tempfile

import keras
import keras_tuner
from keras import layers
from keras.datasets import digits


def build_model(hp):
    model = keras.Sequential([keras.Input((8, 8)), layers.Flatten(), layers.Rescaling(1 / 16)])
    for i in range(hp.Int("layers", 1, 2)):
        model.add(layers.Dense(hp.Int(f"units_{i}", 16, 64, step=16), activation="relu"))
    if hp.Boolean("dropout"):
        model.add(layers.Dropout(0.25))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        keras.optimizers.Adam(hp.Float("rate", 1e-4, 1e-2, sampling="log")),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main(epochs=6, folder=None):
    (x, y), (x_test, y_test) = digits.load_data()
    tuner = keras_tuner.Hyperband(
        build_model,
        objective="val_accuracy",
        max_epochs=epochs,
        seed=0,
        directory=folder or tempfile.mkdtemp(),
        project_name="digits",
    )
    stop = keras.callbacks.EarlyStopping("val_loss", patience=3)
    tuner.search(x, y, validation_split=0.2, callbacks=[stop], verbose=0)
    best = tuner.get_best_models()[0]
    print("best:", tuner.get_best_hyperparameters()[0].values)
    print("test accuracy:", best.evaluate(x_test, y_test, verbose=0)[1])


if __name__ == "__main__":
    main(*(int(a) if a.isdigit() else a for a in sys.argv[1:]))
