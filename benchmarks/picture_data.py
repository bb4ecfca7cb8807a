"""Trains networks over pictures on real data: Fashion-MNIST, CIFAR-10, cats and dogs.

    KERAS_HOME=... python picture_data.py [--seed 1] [--only cifar] [--markdown table.md]

CIFAR-10 and the cats and dogs are the subsets in KERAS_HOME (4000 and 500 pictures to train on), so
the bars are those of small data: what a network without the right gradients does not reach.
"""

import sys
import time

import picture_networks
import pronghorn as keras
import real_data
from pronghorn import layers
from pronghorn.preprocessing.image import ImageDataGenerator
from real_data import Case


def fashion(epochs=4):
    (x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
    x, x_test = (part[..., None].astype("float32") / 255 for part in (x, x_test))
    parts = [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2)]
    parts += [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten()]
    parts += [layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax")]
    model = keras.Sequential(parts)
    loss = "sparse_categorical_crossentropy"
    model, ms = real_data.fitted(model, x, y, loss, epochs, 64)
    return model.evaluate(x_test, y_test, verbose=0)[1], ms


def cifar(epochs=12):
    (x, y), (x_test, y_test) = picture_networks.cifar()
    model = picture_networks.residual(keras)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    start = time.perf_counter()
    model.fit(x, y, epochs=epochs, batch_size=64, verbose=0)
    ms = 1e3 * (time.perf_counter() - start) / (epochs * -(-len(x) // 64))
    return model.evaluate(x_test, y_test, verbose=0)[1], ms


def photos(epochs=10, **augmentation):
    model = picture_networks.convnet(keras)
    model.compile(keras.optimizers.RMSprop(1e-4), "binary_crossentropy", metrics=["accuracy"])
    train = picture_networks.photos(ImageDataGenerator, "train", **augmentation)
    start = time.perf_counter()
    model.fit(train, epochs=epochs, verbose=0)
    ms = 1e3 * (time.perf_counter() - start) / (epochs * len(train))
    test = picture_networks.photos(ImageDataGenerator, "test", shuffle=False)
    return model.evaluate(test, verbose=0)[1], ms


def augmented():
    return photos(20, **picture_networks.AUGMENTATION)


CASES = {
    "fashion": Case(fashion, "conv 32-64, 128-10, 4 epochs", "test accuracy", "above", 0.90),
    "cifar": Case(cifar, "residual, 16-32-64, 12 epochs", "test accuracy", "above", 0.50),
    "photos": Case(photos, "conv 32-64-128-128, 10 epochs", "test accuracy", "above", 0.58),
    "augmented": Case(augmented, "the same, augmented, 20 epochs", "test accuracy", "above", 0.60),
}

if __name__ == "__main__":
    sys.exit(real_data.main(CASES))
