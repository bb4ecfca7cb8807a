"""Calls of K whose results real Keras's K gives too: name -> function of K."""

import numpy as np

RNG = np.random.RandomState(7)
A = RNG.standard_normal((2, 3, 4)).astype("float32")
B = RNG.standard_normal((2, 4, 5)).astype("float32")
C = RNG.standard_normal((2, 3)).astype("float32")
D = RNG.standard_normal((3, 5)).astype("float32")
IMAGE = RNG.standard_normal((2, 5, 6, 3)).astype("float32")
KERNEL = RNG.standard_normal((3, 2, 3, 4)).astype("float32")
SIGNAL = RNG.standard_normal((2, 7, 3)).astype("float32")
KERNEL1 = RNG.standard_normal((3, 3, 4)).astype("float32")
DEPTH = RNG.standard_normal((2, 2, 3, 2)).astype("float32")
POINT = RNG.standard_normal((1, 1, 6, 4)).astype("float32")
TRUTH = np.array([[True, False, True], [False, False, False]])
PROBABILITIES = np.array([[0.1, 0.6, 0.3], [0.8, 0.15, 0.05]], "float32")
ONE_HOT = np.array([[0, 1, 0], [0, 0, 1]], "float32")
LABELS = np.array([1, 2], "int32")


def _unary(name, x):
    return lambda K: getattr(K, name)(K.constant(x))


def _binary(name):
    return lambda K: getattr(K, name)(K.constant(C), K.constant(np.abs(C)))


def _reduction(name, **options):
    return lambda K: getattr(K, name)(K.constant(A), **options)


CASES = {
    **{name: _unary(name, C) for name in (
        "abs", "cos", "exp", "round", "sign", "sin", "sqrt", "square", "relu", "elu", "softplus",
        "softsign", "tanh", "sigmoid", "hard_sigmoid", "softmax", "flatten", "transpose",
        "zeros_like", "ones_like", "l2_normalize", "expand_dims", "cast_to_floatx")},
    **{name: _unary(name, A) for name in ("batch_flatten", "argmax", "argmin")},
    "log": _unary("log", np.abs(C)),
    **{name: _binary(name) for name in (
        "maximum", "minimum", "equal", "not_equal", "greater", "greater_equal", "less",
        "less_equal")},
    **{name: _reduction(name, axis=1) for name in ("sum", "prod", "mean", "std", "var", "max")},
    **{f"{name} keep": _reduction(name, axis=-1, keepdims=True) for name in ("sum", "mean", "min")},
    **{f"{name} whole": _reduction(name) for name in ("sum", "mean", "std", "min")},
    "sum of axes": _reduction("sum", axis=(0, 2)),
    "mean of truth": lambda K: K.mean(K.equal(K.constant(C), K.constant(np.abs(C))), axis=-1),
    "any": lambda K: K.any(K.constant(TRUTH), axis=1),
    "all": lambda K: K.all(K.constant(TRUTH * 1.0), axis=0),
    "argmax axis": lambda K: K.argmax(K.constant(A), axis=1),
    "pow": lambda K: K.pow(K.constant(np.abs(C)), 1.5),
    "clip": lambda K: K.clip(K.constant(C), -0.5, 0.5),
    "clip below": lambda K: K.clip(K.constant(C), 0.2, None),
    "clip above": lambda K: K.clip(K.constant(C), None, 0.2),
    "clip crossed": lambda K: K.clip(K.constant(C), 0.5, -0.5),
    "relu alpha": lambda K: K.relu(K.constant(C), alpha=0.1),
    "relu max": lambda K: K.relu(K.constant(C), max_value=0.5),
    "relu threshold": lambda K: K.relu(K.constant(C), alpha=0.2, max_value=1.0, threshold=0.3),
    "softmax axis": lambda K: K.softmax(K.constant(A), axis=1),
    "l2_normalize axis": lambda K: K.l2_normalize(K.constant(C), axis=1),
    "dot": lambda K: K.dot(K.constant(C), K.constant(D)),
    "dot 3": lambda K: K.dot(K.constant(A), K.constant(RNG_KERNEL)),
    "dot 33": lambda K: K.dot(K.constant(A), K.constant(B)),
    "batch_dot": lambda K: K.batch_dot(K.constant(A), K.constant(B)),
    "batch_dot axes": lambda K: K.batch_dot(K.constant(A), K.constant(B), axes=(2, 1)),
    "batch_dot rows": lambda K: K.batch_dot(K.constant(C), K.constant(C), axes=1),
    "batch_dot 2 3": lambda K: K.batch_dot(K.constant(C), K.constant(A), axes=(1, 1)),
    "batch_dot 3 2": lambda K: K.batch_dot(K.constant(A), K.constant(C), axes=(1, 1)),
    "batch_dot one": lambda K: K.batch_dot(K.constant(A), K.constant(A), axes=1),
    "arange": lambda K: K.arange(3),
    "arange steps": lambda K: K.arange(2, 9, 3),
    "one_hot": lambda K: K.one_hot(K.constant([2, 0], dtype="int32"), 3),
    "concatenate": lambda K: K.concatenate([K.constant(C), K.constant(C)]),
    "stack": lambda K: K.stack([K.constant(C), K.constant(C)], axis=1),
    "reshape": lambda K: K.reshape(K.constant(A), (-1, 6)),
    "squeeze": lambda K: K.squeeze(K.constant(C[:, None]), 1),
    "permute": lambda K: K.permute_dimensions(K.constant(A), (0, 2, 1)),
    "reverse": lambda K: K.reverse(K.constant(A), [0, 2]),
    "repeat": lambda K: K.repeat(K.constant(C), 4),
    "repeat_elements": lambda K: K.repeat_elements(K.constant(C), 2, 1),
    "gather": lambda K: K.gather(K.constant(D), K.constant([[2, 0]], dtype="int32")),
    "switch": lambda K: K.switch(K.constant(True, "bool"), K.constant(C), K.constant(C) * 0),
    "switch each": lambda K: K.switch(
        K.greater(K.constant(C), 0), K.constant(C), lambda: K.constant(C) * 2
    ),
    "temporal_padding": lambda K: K.temporal_padding(K.constant(SIGNAL), (1, 2)),
    "spatial_2d_padding": lambda K: K.spatial_2d_padding(K.constant(IMAGE), ((1, 0), (2, 1))),
    "padding first": lambda K: K.spatial_2d_padding(
        K.constant(IMAGE), ((1, 0), (2, 1)), data_format="channels_first"
    ),
    "resize_images": lambda K: K.resize_images(K.constant(IMAGE), 2, 3, "channels_last"),
    "foldl": lambda K: K.foldl(lambda total, x: total * 2 + x, K.constant([1.0, 2.0, 3.0])),
    "foldr": lambda K: K.foldr(lambda total, x: total * 2 + x, K.constant([1.0, 2.0, 3.0])),
    "binary_crossentropy": lambda K: K.binary_crossentropy(
        K.constant(ONE_HOT), K.constant(PROBABILITIES)
    ),
    "binary_crossentropy logits": lambda K: K.binary_crossentropy(
        K.constant(ONE_HOT), K.constant(C), from_logits=True
    ),
    "categorical_crossentropy": lambda K: K.categorical_crossentropy(
        K.constant(ONE_HOT), K.constant(PROBABILITIES)
    ),
    "sparse_categorical_crossentropy": lambda K: K.sparse_categorical_crossentropy(
        K.constant(LABELS, dtype="int32"), K.constant(C), from_logits=True
    ),
    "sparse ignoring": lambda K: K.sparse_categorical_crossentropy(
        K.constant([1, 2, 0], dtype="int32"), K.constant(D), from_logits=True, ignore_class=2
    ),
    "bias_add": lambda K: K.bias_add(K.constant(IMAGE), K.constant([1.0, 2.0, 3.0])),
    "bias_add whole": lambda K: K.bias_add(K.constant(IMAGE), K.constant(IMAGE[0])),
    "batch_normalization": lambda K: K.batch_normalization(
        K.constant(C), K.constant(C[0]), K.constant(np.abs(C[1])), K.constant(C[0]),
        K.constant(C[1]),
    ),
    "bias_add first": lambda K: K.bias_add(
        K.constant(IMAGE.transpose(0, 3, 1, 2)), K.constant([1.0, 2.0, 3.0]), "channels_first"
    ),
    "conv1d": lambda K: K.conv1d(K.constant(SIGNAL), K.constant(KERNEL1), strides=2),
    "conv1d causal": lambda K: K.conv1d(
        K.constant(SIGNAL), K.constant(KERNEL1), padding="causal", dilation_rate=2
    ),
    "conv2d": lambda K: K.conv2d(K.constant(IMAGE), K.constant(KERNEL), padding="same"),
    "conv2d strides": lambda K: K.conv2d(K.constant(IMAGE), K.constant(KERNEL), strides=(2, 1)),
    "conv2d_transpose": lambda K: K.conv2d_transpose(
        K.constant(IMAGE), K.constant(KERNEL.transpose(0, 1, 3, 2)), (2, 10, 12, 4),
        strides=(2, 2), padding="same",
    ),
    "depthwise_conv2d": lambda K: K.depthwise_conv2d(K.constant(IMAGE), K.constant(DEPTH)),
    "separable_conv2d": lambda K: K.separable_conv2d(
        K.constant(IMAGE), K.constant(DEPTH), K.constant(POINT)
    ),
    "pool2d": lambda K: K.pool2d(K.constant(IMAGE), (2, 2), strides=(2, 2)),
    "pool2d avg": lambda K: K.pool2d(K.constant(IMAGE), (3, 2), padding="same", pool_mode="avg"),
    "variable": lambda K: K.variable([[1, 2], [3, 4]]),
    "zeros": lambda K: K.zeros((2, 3)),
    "ones": lambda K: K.ones((2, 3), dtype="int32"),
    "eye": lambda K: K.eye(3),
    "constant": lambda K: K.constant(3, shape=(2, 2)),
    "update_add": lambda K: K.update_add(K.variable([1.0, 2.0]), K.constant([1.0, 1.0])),
    "update_sub": lambda K: K.update_sub(K.variable([1.0, 2.0]), K.constant([1.0, 1.0])),
    "update": lambda K: K.update(K.variable([1.0, 2.0]), K.constant([5.0, 6.0])),
    "moving_average_update": lambda K: K.moving_average_update(K.variable([1.0, 2.0]), 3.0, 0.9),
}  # fmt: skip
RNG_KERNEL = RNG.standard_normal((4, 5)).astype("float32")
