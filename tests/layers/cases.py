"""Layers to compare with Keras: each row makes the layer from a Keras-like module and its inputs.

Keras's results are in keras_values.npz and keras_configs.json, made by make_values.py.
"""

import numpy as np

# name: (make the layer, shapes of the inputs, arguments of the call)
CASES = {
    "dense": (lambda k: k.layers.Dense(5), [(3, 4)], {}),
    "dense_relu_3d": (lambda k: k.layers.Dense(6, activation="relu"), [(2, 3, 4)], {}),
    "dense_no_bias": (
        lambda k: k.layers.Dense(
            3, "tanh", use_bias=False, kernel_initializer="he_normal", kernel_regularizer="l2"
        ),
        [(4, 5)],
        {},
    ),
    "conv": (lambda k: k.layers.Conv2D(4, 3), [(2, 7, 8, 3)], {}),
    "conv_same_stride": (
        lambda k: k.layers.Conv2D(4, (3, 2), strides=(2, 1), padding="same", activation="relu"),
        [(2, 7, 8, 3)],
        {},
    ),
    "conv_dilated": (
        lambda k: k.layers.Conv2D(3, 3, dilation_rate=2, padding="same"),
        [(1, 8, 9, 2)],
        {},
    ),
    "conv_groups": (lambda k: k.layers.Conv2D(6, 3, groups=2), [(2, 6, 6, 4)], {}),
    "conv_1x1": (lambda k: k.layers.Conv2D(3, 1, use_bias=False), [(2, 4, 4, 5)], {}),
    "max_pool": (lambda k: k.layers.MaxPooling2D(), [(2, 7, 6, 3)], {}),
    "max_pool_same": (
        lambda k: k.layers.MaxPooling2D(3, strides=2, padding="same"),
        [(2, 7, 6, 3)],
        {},
    ),
    "average_pool": (lambda k: k.layers.AveragePooling2D((2, 3)), [(2, 7, 6, 3)], {}),
    "average_pool_same": (
        lambda k: k.layers.AveragePooling2D((3, 2), strides=(1, 2), padding="same"),
        [(2, 7, 7, 3)],
        {},
    ),
    "global_average": (lambda k: k.layers.GlobalAveragePooling2D(), [(2, 3, 4, 5)], {}),
    "global_average_keep": (
        lambda k: k.layers.GlobalAveragePooling2D(keepdims=True),
        [(2, 3, 4, 5)],
        {},
    ),
    "flatten": (lambda k: k.layers.Flatten(), [(2, 3, 4)], {}),
    "flatten_first": (
        lambda k: k.layers.Flatten(data_format="channels_first"),
        [(2, 3, 4, 5)],
        {},
    ),
    "reshape": (lambda k: k.layers.Reshape((4, -1)), [(3, 2, 6)], {}),
    "dropout": (lambda k: k.layers.Dropout(0.3), [(3, 4)], {}),
    "activation": (lambda k: k.layers.Activation("gelu"), [(3, 4)], {}),
    "relu": (
        lambda k: k.layers.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2),
        [(5, 6)],
        {},
    ),
    "leaky_relu": (lambda k: k.layers.LeakyReLU(0.2), [(5, 6)], {}),
    "elu": (lambda k: k.layers.ELU(0.7), [(5, 6)], {}),
    "softmax": (lambda k: k.layers.Softmax(axis=1), [(2, 3, 4)], {}),
    "batch_norm": (lambda k: k.layers.BatchNormalization(), [(6, 4)], {"training": False}),
    "batch_norm_training": (
        lambda k: k.layers.BatchNormalization(momentum=0.8, epsilon=1e-2),
        [(6, 3, 2, 4)],
        {"training": True},
    ),
    "batch_norm_axis": (
        lambda k: k.layers.BatchNormalization(axis=1, center=False),
        [(6, 3, 5)],
        {"training": True},
    ),
    "batch_norm_frozen": (
        lambda k: k.layers.BatchNormalization(trainable=False),
        [(6, 4)],
        {"training": True},
    ),
    "add": (lambda k: k.layers.Add(), [(2, 3), (2, 3), (2, 1)], {}),
    "add_ranks": (lambda k: k.layers.Add(), [(2, 4, 3), (2, 3)], {}),
    "subtract": (lambda k: k.layers.Subtract(), [(2, 3), (2, 3)], {}),
    "multiply": (lambda k: k.layers.Multiply(), [(2, 3), (2, 3)], {}),
    "average": (lambda k: k.layers.Average(), [(2, 3), (2, 3), (2, 3)], {}),
    "maximum": (lambda k: k.layers.Maximum(), [(2, 3), (2, 3)], {}),
    "minimum": (lambda k: k.layers.Minimum(), [(2, 3), (2, 3)], {}),
    "concatenate": (lambda k: k.layers.Concatenate(), [(2, 3), (2, 4)], {}),
    "concatenate_axis": (lambda k: k.layers.Concatenate(axis=1), [(2, 3, 4), (2, 2, 4)], {}),
}  # fmt: skip


def inputs_of(name):
    rng = np.random.RandomState(len(name))
    arrays = [(rng.randint(-127, 128, s) / 64).astype("float32") for s in CASES[name][1]]
    return arrays if len(arrays) > 1 else arrays[0]


def fill(layer):
    """Gives the weights fixed values."""
    rng = np.random.RandomState(5)
    values = []
    for weight in layer.weights:
        value = (rng.randint(-127, 128, tuple(weight.shape)) / 128).astype("float32")
        values.append(1 + np.abs(value) if "variance" in weight.name else value)
    layer.set_weights(values)


def run(k, name):
    """(outputs, weights after the call, losses) of one case."""
    make, _, kwargs = CASES[name]
    layer = make(k)
    x = inputs_of(name)
    layer(x, **kwargs)
    fill(layer)
    y = layer(x, **kwargs)
    return np.asarray(y), layer.get_weights(), [float(v) for v in layer.losses]


ACTIVATIONS = (
    "relu", "tanh", "sigmoid", "softmax", "softplus", "softsign", "elu", "selu", "gelu", "silu",
    "swish", "linear", "exponential", "hard_sigmoid", "leaky_relu", "relu6", "log_softmax",
    "log_sigmoid",
)  # fmt: skip


def activation_input():
    return np.linspace(-8, 8, 66).reshape(6, 11).astype("float32")
