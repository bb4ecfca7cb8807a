"""The networks that steps.py times, written once for every Keras-like module `k`.

Data is random: only its shape and type matter for time. Torch's twins are in peers/torch_plain.py.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    build: object  # build(k) -> a model, not compiled
    optimizer: str
    loss: str
    batch: int
    data: object  # data(rng, rows) -> x, y
    steps: int = 100  # in one timed fit
    trains: bool = True  # False: predict_on_batch of one batch is the step
    bar: float = 1.5  # times the fastest peer


def floats(rng, *shape):
    return rng.standard_normal(shape, dtype="float32")


def dense_1(k):
    return k.Sequential(
        [
            k.Input((13,)),
            k.layers.Dense(64, activation="relu"),
            k.layers.Dense(64, activation="relu"),
            k.layers.Dense(1),
        ]
    )


def dense_784(k):
    return k.Sequential(
        [
            k.Input((784,)),
            k.layers.Dense(512, activation="relu"),
            k.layers.Dense(10, activation="softmax"),
        ]
    )


def dense_10000(k):
    return k.Sequential(
        [
            k.Input((10000,)),
            k.layers.Dense(16, activation="relu"),
            k.layers.Dense(16, activation="relu"),
            k.layers.Dense(1, activation="sigmoid"),
        ]
    )


def mnist_convnet(k):
    return k.Sequential(
        [
            k.Input((28, 28, 1)),
            k.layers.Conv2D(32, 3, activation="relu"),
            k.layers.MaxPooling2D(2),
            k.layers.Conv2D(64, 3, activation="relu"),
            k.layers.MaxPooling2D(2),
            k.layers.Conv2D(64, 3, activation="relu"),
            k.layers.Flatten(),
            k.layers.Dense(64, activation="relu"),
            k.layers.Dense(10, activation="softmax"),
        ]
    )


def cats_and_dogs(k):
    stack = [k.Input((150, 150, 3))]
    for filters in (32, 64, 128, 128):
        stack += [k.layers.Conv2D(filters, 3, activation="relu"), k.layers.MaxPooling2D(2)]
    stack += [
        k.layers.Flatten(),
        k.layers.Dense(512, activation="relu"),
        k.layers.Dense(1, activation="sigmoid"),
    ]
    return k.Sequential(stack)


def embedding(k):
    return k.Sequential(
        [
            k.Input((20,), dtype="int32"),
            k.layers.Embedding(10000, 8),
            k.layers.Flatten(),
            k.layers.Dense(1, activation="sigmoid"),
        ]
    )


def residual(k):
    """32-64-128: two 3x3 convolutions a block, with batch normalisation, added to a shortcut."""
    inputs = k.Input((32, 32, 3))
    x = inputs
    for i, filters in enumerate((32, 64, 128)):
        stride = 1 if i == 0 else 2
        y = k.layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
        y = k.layers.BatchNormalization()(y)
        y = k.layers.Activation("relu")(y)
        y = k.layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
        y = k.layers.BatchNormalization()(y)
        shortcut = k.layers.Conv2D(filters, 1, strides=stride, use_bias=False)(x)
        x = k.layers.Activation("relu")(k.layers.Add()([y, shortcut]))
    x = k.layers.GlobalAveragePooling2D()(x)
    return k.Model(inputs, k.layers.Dense(10, activation="softmax")(x))


def separable(k):
    """32-64-128: 3x3 separable convolutions, each normalised and pooled."""
    stack = [k.Input((64, 64, 3))]
    for filters in (32, 64, 128):
        stack += [
            k.layers.SeparableConv2D(filters, 3, padding="same", use_bias=False),
            k.layers.BatchNormalization(),
            k.layers.Activation("relu"),
            k.layers.MaxPooling2D(2),
        ]
    return k.Sequential(
        [*stack, k.layers.GlobalAveragePooling2D(), k.layers.Dense(10, activation="softmax")]
    )


def transformer(length):
    """An encoder: 4 heads of 32 over words of size 128, then Dense 256 and 128."""

    def build(k):
        inputs = k.Input((length,), dtype="int32")
        x = k.layers.Embedding(10000, 128)(inputs)
        y = k.layers.MultiHeadAttention(num_heads=4, key_dim=32)(x, x)
        x = k.layers.LayerNormalization()(k.layers.Add()([x, y]))
        y = k.layers.Dense(256, activation="relu")(x)
        y = k.layers.Dense(128)(y)
        x = k.layers.LayerNormalization()(k.layers.Add()([x, y]))
        x = k.layers.GlobalAveragePooling1D()(x)
        return k.Model(inputs, k.layers.Dense(1, activation="sigmoid")(x))

    return build


def over_words(width, *make):
    """Layers over 500 embedded words, and a yes or no."""

    def build(k):
        stack = [k.Input((500,), dtype="int32"), k.layers.Embedding(10000, width)]
        stack += [one(k.layers) for one in make]
        return k.Sequential([*stack, k.layers.Dense(1, activation="sigmoid")])

    return build


def convolutions(filters):
    """Two Conv1D over windows of 7 words."""
    return (
        lambda layers: layers.Conv1D(filters, 7, activation="relu"),
        lambda layers: layers.MaxPooling1D(5),
        lambda layers: layers.Conv1D(filters, 7, activation="relu"),
        lambda layers: layers.GlobalMaxPooling1D(),
    )


def gru(k):
    """Weather: 10 days of hours in, a temperature out."""
    return k.Sequential(
        [
            k.Input((240, 14)),
            k.layers.GRU(32, return_sequences=True),
            k.layers.GRU(64),
            k.layers.Dense(1),
        ]
    )


def lstm_text(k):
    """The next of 58 characters after 40."""
    return k.Sequential(
        [k.Input((40, 58)), k.layers.LSTM(128), k.layers.Dense(58, activation="softmax")]
    )


VGG16 = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


def vgg16_features(k):
    stack = [k.Input((150, 150, 3))]
    for filters, repeats in VGG16:
        for _ in range(repeats):
            stack.append(k.layers.Conv2D(filters, 3, padding="same", activation="relu"))
        stack.append(k.layers.MaxPooling2D(2))
    return k.Sequential(stack)


def application(name):
    """One of keras.applications, whole and with random weights."""

    def build(k):
        return getattr(k.applications, name)(weights=None)

    return build


def classes(count, *shape):
    return lambda rng, n: (floats(rng, n, *shape), rng.integers(0, count, n).astype("int32"))


def yes_no(*shape):
    return lambda rng, n: (floats(rng, n, *shape), rng.integers(0, 2, (n, 1)).astype("float32"))


def regression(*shape):
    return lambda rng, n: (floats(rng, n, *shape), floats(rng, n, 1))


def words(count):
    def data(rng, n):
        labels = rng.integers(0, 2, (n, 1)).astype("float32")
        return rng.integers(0, 10000, (n, count)).astype("int32"), labels

    return data


def characters(rng, n):
    eye = np.eye(58, dtype="float32")
    return eye[rng.integers(0, 58, (n, 40))], eye[rng.integers(0, 58, n)]


SPARSE = "sparse_categorical_crossentropy"
BINARY = "binary_crossentropy"
RMS = "rmsprop"
PICTURES = classes(1000, 224, 224, 3)
WORKLOADS = [
    Workload("dense1", "13-64-64-1, batch 1", dense_1, RMS, "mse", 1, regression(13), 400, bar=10),
    Workload(
        "dense784", "784-512-10, batch 128", dense_784, RMS, SPARSE, 128, classes(10, 784), 200,
    ),
    Workload(
        "mnist", "28x28x1 conv 32-64-64, batch 64", mnist_convnet, RMS, SPARSE, 64,
        classes(10, 28, 28, 1), 60,
    ),
    Workload(
        "dense10000", "10000-16-16-1, batch 512", dense_10000, RMS, BINARY, 512, yes_no(10000), 50,
    ),
    Workload(
        "catsdogs", "150x150x3 conv 32-64-128-128, batch 20", cats_and_dogs, RMS, BINARY, 20,
        yes_no(150, 150, 3), 50,
    ),
    Workload(
        "embedding", "Embedding 10000x8, 20 words, batch 32",
        embedding, RMS, BINARY, 32, words(20), 400,
    ),
    Workload(
        "residual", "32x32x3 residual 32-64-128, batch 64", residual, RMS, SPARSE, 64,
        classes(10, 32, 32, 3), 50,
    ),
    Workload(
        "sepconv", "64x64x3 separable conv 32-64-128, batch 32", separable, RMS, SPARSE, 32,
        classes(10, 64, 64, 3), 50, bar=2,
    ),
    Workload(
        "vgg16", "VGG16 features, predict 20 x 150x150x3", vgg16_features, RMS, "mse", 20,
        regression(150, 150, 3), 3, trains=False, bar=2,
    ),
    Workload(
        "resnet50", "ResNet50, batch 8", application("ResNet50"), RMS, SPARSE, 8, PICTURES, 3,
    ),
    Workload(
        "resnet50_predict", "ResNet50, predict 8", application("ResNet50"), RMS, SPARSE, 8,
        PICTURES, 6, trains=False,
    ),
    Workload(
        "resnet50_1", "ResNet50, predict 1", application("ResNet50"), RMS, SPARSE, 1, PICTURES, 12,
        trains=False,
    ),
    Workload(
        "mobilenet_1", "MobileNetV2, predict 1", application("MobileNetV2"), RMS, SPARSE, 1,
        PICTURES, 20, trains=False,
    ),
    Workload(
        "mobilenet_32", "MobileNetV2, predict 32", application("MobileNetV2"), RMS, SPARSE, 32,
        PICTURES, 3, trains=False,
    ),
    Workload(
        "efficientnet_1", "EfficientNetB0, predict 1", application("EfficientNetB0"), RMS, SPARSE,
        1, PICTURES, 20, trains=False,
    ),
    Workload(
        "simplernn", "Embedding 10000x32, 500 words, SimpleRNN 32, batch 128",
        over_words(32, lambda layers: layers.SimpleRNN(32)), RMS, BINARY, 128, words(500), 20,
        bar=2,
    ),
    Workload(
        "lstm", "the same with LSTM 32",
        over_words(32, lambda layers: layers.LSTM(32)), RMS, BINARY, 128, words(500), 20, bar=2,
    ),
    Workload(
        "bilstm", "the same with a bidirectional LSTM 32",
        over_words(32, lambda layers: layers.Bidirectional(layers.LSTM(32))),
        RMS, BINARY, 128, words(500), 10, bar=2,
    ),
    Workload(
        "gru", "240x14 GRU 32, GRU 64, batch 128", gru, RMS, "mae", 128, regression(240, 14), 20,
        bar=2,
    ),
    Workload(
        "lstm_text", "40x58 LSTM 128, batch 128", lstm_text, RMS, "categorical_crossentropy", 128,
        characters, 40, bar=2,
    ),
    Workload(
        "conv1d", "Embedding 10000x128, 500 words, two Conv1D 32x7, batch 128",
        over_words(128, *convolutions(32)), RMS, BINARY, 128, words(500), 20, bar=2,
    ),
    Workload(
        "transformer", "encoder 128 wide, 4 heads, dense 256, 200 words, batch 32",
        transformer(200), RMS, BINARY, 32, words(200), 40, bar=2,
    ),
    Workload(
        "long", "the same encoder, 2048 words, batch 4",
        transformer(2048), RMS, BINARY, 4, words(2048), 10, bar=2,
    ),
]  # fmt: skip
BY_NAME = {w.name: w for w in WORKLOADS}
FIRST = ("dense1", "dense784", "mnist")  # what the first bars are about


def rows_of(workload, steps=None):
    """Rows of data: all the steps where that is under 64 MB, else a smaller set seen repeatedly."""
    rng = np.random.default_rng(0)
    row = workload.data(rng, 1)[0].nbytes
    whole = max(1, (64 << 20) // (row * workload.batch))
    return workload.batch * min(steps or workload.steps, whole)
