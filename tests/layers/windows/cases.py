"""Layers over spatial axes to compare with Keras: how each is made, and the shapes of its inputs.

Keras's results are in keras_values.npz and keras_configs.json, made by make_values.py.
"""

import numpy as np

_FIRST = {"data_format": "channels_first"}
_1D, _2D, _3D = (2, 9, 4), (2, 7, 8, 4), (2, 5, 6, 7, 4)
_BY_RANK = {1: _1D, 2: _2D, 3: _3D}


def _first(shape):
    return (shape[0], shape[-1], *shape[1:-1])


def _of(name, *args, **kwargs):
    return lambda layers: getattr(layers, name)(*args, **kwargs)


CASES = {
    # ---- convolution
    "conv1d": (_of("Conv1D", 5, 3), [_1D]),
    "conv1d_same_stride": (
        _of("Conv1D", 5, 4, strides=2, padding="same", activation="tanh"), [_1D]
    ),
    "conv1d_causal": (_of("Conv1D", 3, 3, padding="causal", dilation_rate=2), [_1D]),
    "conv1d_causal_stride": (_of("Conv1D", 3, 3, padding="causal", strides=2), [_1D]),
    "conv1d_groups": (_of("Conv1D", 4, 2, groups=2), [_1D]),
    "conv1d_first": (_of("Conv1D", 5, 3, padding="same", **_FIRST), [_first(_1D)]),
    "conv2d_first": (_of("Conv2D", 3, (2, 3), strides=(2, 1), **_FIRST), [_first(_2D)]),
    "conv3d": (_of("Conv3D", 3, 3), [_3D]),
    "conv3d_same_stride": (_of("Conv3D", 3, (3, 2, 3), (2, 1, 2), padding="same"), [_3D]),
    "conv3d_dilated": (_of("Conv3D", 2, 2, dilation_rate=(2, 1, 3)), [_3D]),
    "conv3d_first": (_of("Conv3D", 3, 2, use_bias=True, **_FIRST), [_first(_3D)]),
    "conv3d_wide": (_of("Conv3D", 2, (2, 3, 1), strides=2), [(1, 5, 6, 7, 18)]),
    # ---- transposed
    "conv1d_transpose": (_of("Conv1DTranspose", 3, 3), [_1D]),
    "conv1d_transpose_same": (_of("Conv1DTranspose", 3, 4, strides=2, padding="same"), [_1D]),
    "conv1d_transpose_wide": (_of("Conv1DTranspose", 3, 2, strides=3), [_1D]),
    "conv1d_transpose_extra": (
        _of("Conv1DTranspose", 3, 3, strides=3, output_padding=1), [_1D]
    ),
    "conv2d_transpose": (_of("Conv2DTranspose", 3, 3, strides=2, activation="relu"), [_2D]),
    "conv2d_transpose_same": (
        _of("Conv2DTranspose", 3, (3, 5), strides=(2, 3), padding="same"), [_2D]
    ),
    "conv2d_transpose_extra": (
        _of("Conv2DTranspose", 3, 3, strides=2, padding="same", output_padding=1), [_2D]
    ),
    "conv2d_transpose_first": (_of("Conv2DTranspose", 2, 3, strides=2, **_FIRST), [_first(_2D)]),
    "conv3d_transpose": (_of("Conv3DTranspose", 2, 3, strides=(1, 2, 2)), [_3D]),
    "conv3d_transpose_same": (
        _of("Conv3DTranspose", 2, (3, 2, 3), strides=2, padding="same"), [_3D]
    ),
    "conv3d_transpose_wide": (_of("Conv3DTranspose", 2, 1, strides=2), [_3D]),
    "conv3d_transpose_extra": (
        _of("Conv3DTranspose", 2, 3, strides=2, output_padding=1), [(1, 3, 4, 2, 3)]
    ),
    # ---- depthwise, separable
    "depthwise1d": (_of("DepthwiseConv1D", 3, strides=2, depth_multiplier=2), [_1D]),
    "depthwise1d_same": (_of("DepthwiseConv1D", 4, padding="same", dilation_rate=2), [_1D]),
    "depthwise2d": (_of("DepthwiseConv2D", 3, depth_multiplier=2, activation="relu"), [_2D]),
    "depthwise2d_same": (_of("DepthwiseConv2D", 3, strides=2, padding="same"), [_2D]),
    "depthwise2d_dilated": (_of("DepthwiseConv2D", (2, 3), dilation_rate=2), [_2D]),
    "depthwise2d_first": (_of("DepthwiseConv2D", 3, use_bias=True, **_FIRST), [_first(_2D)]),
    "separable1d": (_of("SeparableConv1D", 5, 3, depth_multiplier=2), [_1D]),
    "separable1d_same": (_of("SeparableConv1D", 5, 3, strides=2, padding="same"), [_1D]),
    "separable2d": (_of("SeparableConv2D", 5, 3, activation="relu"), [_2D]),
    "separable2d_same": (
        _of("SeparableConv2D", 3, 3, strides=2, padding="same", depth_multiplier=3), [_2D]
    ),
    "separable2d_first": (_of("SeparableConv2D", 3, 2, **_FIRST), [_first(_2D)]),
    # ---- padding, cropping, enlarging, order
    "zero_padding1d": (_of("ZeroPadding1D", (1, 2)), [_1D]),
    "zero_padding1d_first": (_of("ZeroPadding1D", 2, **_FIRST), [_first(_1D)]),
    "zero_padding2d": (_of("ZeroPadding2D", ((1, 0), (2, 3))), [_2D]),
    "zero_padding2d_first": (_of("ZeroPadding2D", (1, 2), **_FIRST), [_first(_2D)]),
    "zero_padding3d": (_of("ZeroPadding3D", (1, 2, 0)), [_3D]),
    "cropping1d": (_of("Cropping1D", (2, 0)), [_1D]),
    "cropping2d": (_of("Cropping2D", ((1, 0), (2, 3))), [_2D]),
    "cropping2d_first": (_of("Cropping2D", 1, **_FIRST), [_first(_2D)]),
    "cropping3d": (_of("Cropping3D"), [_3D]),
    "up_sampling1d": (_of("UpSampling1D", 3), [_1D]),
    "up_sampling2d": (_of("UpSampling2D", (2, 3)), [_2D]),
    "up_sampling2d_first": (_of("UpSampling2D", **_FIRST), [_first(_2D)]),
    "up_sampling3d": (_of("UpSampling3D", (1, 2, 2)), [_3D]),
    "repeat_vector": (_of("RepeatVector", 4), [(3, 5)]),
    "permute": (_of("Permute", (3, 1, 2)), [_2D]),
    "prelu": (_of("PReLU"), [_2D]),
    "prelu_shared": (_of("PReLU", shared_axes=[1, 2]), [_2D]),
    # ---- dot
    "dot": (_of("Dot", 1), [(3, 4), (3, 4)]),
    "dot_matrices": (_of("Dot", (2, 1)), [(3, 2, 4), (3, 4, 5)]),
    "dot_last": (_of("Dot", -1), [(3, 2, 4), (3, 5, 4)]),
    "dot_mixed": (_of("Dot", (1, 2)), [(3, 4), (3, 5, 4, 2)]),
    "dot_cosine": (_of("Dot", (2, 1), normalize=True), [(3, 2, 4), (3, 4)]),
    # ---- pooling
    "global_average1d": (_of("GlobalAveragePooling1D"), [_1D]),
    "global_max1d_keep": (_of("GlobalMaxPooling1D", keepdims=True), [_1D]),
    "global_average2d_first": (_of("GlobalAveragePooling2D", **_FIRST), [_first(_2D)]),
    "global_average3d_keep": (_of("GlobalAveragePooling3D", keepdims=True), [_3D]),
    "global_max3d": (_of("GlobalMaxPooling3D"), [_3D]),
}  # fmt: skip

for _kind in ("Max", "Average"):
    for _n, _shape in _BY_RANK.items():
        _label = f"{_kind.lower()}{_n}d"
        _name = f"{_kind}Pooling{_n}D"
        CASES[f"{_label}_valid"] = _of(_name, 2), [_shape]
        CASES[f"{_label}_same"] = _of(_name, 3, strides=2, padding="same"), [_shape]
        CASES[f"{_label}_first"] = _of(_name, 2, strides=1, **_FIRST), [_first(_shape)]
        CASES[f"adaptive_{_label}"] = _of(f"Adaptive{_name}", 3), [_shape]


def inputs_of(name):
    """Multiples of 1/64 that are all different in a window, so that no maximum is tied."""
    rng = np.random.RandomState(len(name))
    arrays = []
    for shape in CASES[name][1]:
        count = int(np.prod(shape))
        values = rng.permutation(np.arange(count) - count // 2) * max(1, 256 // count)
        arrays.append((values.reshape(shape) / 64).astype("float32") / max(1, count // 256))
    return arrays


def fill(layer):
    """Gives the weights fixed values."""
    rng = np.random.RandomState(5)
    layer.set_weights(
        [(rng.randint(-127, 128, tuple(w.shape)) / 128).astype("float32") for w in layer.weights]
    )


def _moved(k, layer):
    """A channels_first layer as its channels_last twin between two transpositions, since
    TensorFlow has no convolution with channels first on a CPU."""
    config = {**layer.get_config(), "data_format": "channels_last"}
    twin = type(layer).from_config(config)

    def call(x):
        n = len(x.shape)
        y = twin(k.ops.transpose(x, (0, *range(2, n), 1)))
        return k.ops.transpose(y, (0, n - 1, *range(1, n - 1)))

    return twin, call


def run(k, tape_class, convert, raw, name, move=False):
    """{"y", "dx0" ..., "dw0" ...}: outputs and the gradients of their sum with fixed weights."""
    layer = call = CASES[name][0](k.layers)
    if move and name.endswith("_first") and "kernel_size" in layer.get_config():
        layer, call = _moved(k, layer)
    inputs = [convert(x) for x in inputs_of(name)]
    given = inputs if len(inputs) > 1 else inputs[0]
    call(given)
    fill(layer)
    weights = list(layer.trainable_weights)
    with tape_class() as tape:
        for x in inputs:
            tape.watch(x)
        y = call(given)
        factor = np.random.RandomState(7).randint(-15, 16, tuple(y.shape)) / 16
        total = k.ops.sum(y * convert(factor.astype("float32")))
    grads = tape.gradient(total, [*inputs, *map(raw, weights)])
    found = {"y": np.asarray(y)}
    names = [f"dx{i}" for i in range(len(inputs))] + [f"dw{i}" for i in range(len(weights))]
    found.update({key: np.asarray(g) for key, g in zip(names, grads)})
    return found
