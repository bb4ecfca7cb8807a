"""Two networks over pictures for any module with Keras's names, their data and their batches.

`losses(keras, name)` trains 30 steps from weights and batches that depend on no library, so that
its results may be compared: tests/workflows/make_picture_losses.py writes those of Keras.
"""

import os
import pickle
import tarfile
from pathlib import Path

import numpy as np

STEPS = 30


def data_home():
    return Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))


def cifar():
    """((x, y), (x, y)): 4000 and 1000 pictures (32, 32, 3) of 0 to 1 with their classes."""
    parts = {}
    with tarfile.open(data_home() / "cifar-10-python-subset.tar.gz") as archive:
        for member in archive:
            if member.isfile() and "batch" in member.name and "meta" not in member.name:
                content = pickle.load(archive.extractfile(member), encoding="bytes")
                x = content[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
                kind = "test" if "test" in member.name else "train"
                y = np.array(content[b"labels"], "int32")
                parts[kind] = (np.ascontiguousarray(x).astype("float32") / 255, y)
    return parts["train"], parts["test"]


def residual(k, blocks=((16, 1), (32, 2), (64, 2))):
    """A residual network of one block a width. K. He et al. (2016)."""
    layers = k.layers

    def block(x, filters, stride):
        y = layers.Conv2D(filters, 3, stride, padding="same", use_bias=False)(x)
        y = layers.BatchNormalization()(y)
        y = layers.Activation("relu")(y)
        y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
        y = layers.BatchNormalization()(y)
        if stride != 1 or x.shape[-1] != filters:
            x = layers.Conv2D(filters, 1, stride)(x)
        return layers.Activation("relu")(layers.add([x, y]))

    inputs = k.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    for filters, stride in blocks:
        x = block(x, filters, stride)
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return k.Model(inputs, outputs)


def convnet(k, side=150):
    """The network of the book's chapter on cats and dogs, without its dropout."""
    layers, parts = k.layers, []
    for filters in (32, 64, 128, 128):
        parts += [layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D(2)]
    top = [layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(1, "sigmoid")]
    return k.Sequential([k.Input((side, side, 3)), *parts, *top])


AUGMENTATION = {
    "rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": 0.2,
    "shear_range": 0.2, "zoom_range": 0.2, "horizontal_flip": True,
}  # fmt: skip


def photos(generator, part, side=150, batch=20, seed=1, shuffle=True, **augmentation):
    """Batches of the cats and dogs; `generator` is the class ImageDataGenerator."""
    made = generator(rescale=1.0 / 255, **augmentation)
    return made.flow_from_directory(
        data_home() / "cats_and_dogs_small" / part, target_size=(side, side), batch_size=batch,
        class_mode="binary", shuffle=shuffle, seed=seed,
    )  # fmt: skip


def set_weights(model, seed=0):
    """Weights that every library gets alike: He's spread for kernels, statistics of 0 and 1."""
    rng = np.random.RandomState(seed)
    found = []
    for weight in model.weights:
        shape, name = tuple(weight.shape), weight.name
        if len(shape) > 1:
            found.append(rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape))
        else:
            found.append(
                np.ones(shape) if "gamma" in name or "variance" in name else np.zeros(shape)
            )
    model.set_weights([w.astype("float32") for w in found])


def losses(k, generator, name):
    """The loss of each of 30 steps of "cifar", "photos" or "augmented"."""
    if name == "cifar":
        (x, y), _ = cifar()
        model, loss = residual(k), "sparse_categorical_crossentropy"
        batches = ((x[i : i + 32], y[i : i + 32]) for i in range(0, STEPS * 32, 32))
    else:
        model, loss = convnet(k, 75), "binary_crossentropy"
        change = AUGMENTATION if name == "augmented" else {}
        source = photos(generator, "train", 75, 6, **change)
        batches = (next(source) for _ in range(STEPS))
    set_weights(model)
    model.compile(k.optimizers.SGD(3e-4), loss)
    found = []
    for inputs, targets in batches:
        result = model.train_on_batch(inputs, targets)
        found.append(float(np.ravel(result)[0]))
        model.reset_metrics()
    return np.array(found)
