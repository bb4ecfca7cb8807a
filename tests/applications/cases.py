"""The applications, weights that either side can compute, and what is compared of a model."""

import hashlib

import numpy as np

MODELS = (
    "VGG16", "VGG19", "ResNet50", "ResNet101", "ResNet152", "ResNet50V2", "ResNet101V2",
    "ResNet152V2", "InceptionV3", "InceptionResNetV2", "Xception", "MobileNet", "MobileNetV2",
    "MobileNetV3Small", "MobileNetV3Large", "DenseNet121", "DenseNet169", "DenseNet201",
    "EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4",
    "EfficientNetB5", "EfficientNetB6", "EfficientNetB7", "EfficientNetV2B0", "EfficientNetV2B1",
    "EfficientNetV2B2", "EfficientNetV2B3", "EfficientNetV2S", "EfficientNetV2M",
    "EfficientNetV2L", "NASNetMobile", "NASNetLarge", "ConvNeXtTiny", "ConvNeXtSmall",
    "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtXLarge",
)  # fmt: skip
SIDE = 96


def _value(i, weight):
    shape = tuple(weight.shape)
    name = weight.name.rpartition("/")[2].partition(":")[0]
    u = np.random.RandomState(i).uniform(-1.0, 1.0, shape).astype("float32")
    if len(shape) > 1:
        return u * np.float32(np.sqrt(3.0 / np.prod(shape[:-1])))
    if name == "gamma" or "variance" in name:
        return np.float32(1.0) + np.float32(0.25) * u
    if name == "count":
        return np.zeros(shape, weight.dtype)
    return np.float32(0.125) * u


def fill(model):
    """Gives each weight a value that its number and shape say."""
    model.set_weights([_value(i, w) for i, w in enumerate(model.weights)])


def pictures():
    return np.random.RandomState(3).randint(0, 256, (2, SIDE, SIDE, 3)).astype("float32")


def _digest(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def describe(model):
    """What a whole model has to have: sizes, and digests of its layers' and weights' names."""
    layers = [f"{layer.name} {type(layer).__name__}" for layer in model.layers]
    weights = [f"{w.name} {tuple(w.shape)} {w.trainable}" for w in model.weights]
    return {
        "name": model.name,
        "parameters": int(model.count_params()),
        "input": list(model.input_shape[1:]),
        "output": list(model.output_shape[1:]),
        "count": len(layers),
        "layers": _digest(layers),
        "weights": _digest(weights),
    }


def sample(applications, name):
    """Every 97th output without a classifier, of filled weights."""
    make = getattr(applications, name)
    model = make(weights=None, include_top=False, pooling="avg", input_shape=(SIDE, SIDE, 3))
    fill(model)
    y = np.asarray(model.predict(pictures() / 127.5 - 1.0, verbose=0))
    return [[round(float(v), 7) for v in row[::97]] for row in y]
