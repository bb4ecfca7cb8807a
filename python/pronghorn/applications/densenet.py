"""DenseNet: each layer sees the outputs of all before it (Huang et al. 2016)."""

from .. import layers
from ._common import application, channel_axis
from ._pictures import decode_predictions, preprocessing

_BLOCKS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}
_HASHES = {
    121: ("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
    169: ("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
    201: ("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
}
_GROWTH = 32


def _norm_relu(x, norm, relu):
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=norm)(x)
    return layers.Activation("relu", name=relu)(x)


def _layer(x, name):
    new = _norm_relu(x, f"{name}_0_bn", f"{name}_0_relu")
    new = layers.Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _norm_relu(new, f"{name}_1_bn", f"{name}_1_relu")
    new = layers.Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return layers.Concatenate(axis=channel_axis(), name=f"{name}_concat")([x, new])


def _transition(x, name):
    x = _norm_relu(x, f"{name}_bn", f"{name}_relu")
    half = x.shape[channel_axis()] // 2
    x = layers.Conv2D(half, 1, use_bias=False, name=f"{name}_conv")(x)
    return layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _densenet(depth):
    def body(x, weights):
        x = layers.ZeroPadding2D(((3, 3), (3, 3)))(x)
        x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
        x = _norm_relu(x, "conv1_bn", "conv1_relu")
        x = layers.ZeroPadding2D(((1, 1), (1, 1)))(x)
        x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
        for block, count in enumerate(_BLOCKS[depth], 2):
            for i in range(1, count + 1):
                x = _layer(x, f"conv{block}_block{i}")
            if block < 5:
                x = _transition(x, f"pool{block}")
        return _norm_relu(x, "bn", "relu")

    def file(include_top):
        end = "" if include_top else "_notop"
        name = f"densenet{depth}_weights_tf_dim_ordering_tf_kernels{end}.h5"
        url = f"https://storage.googleapis.com/tensorflow/keras-applications/densenet/{name}"
        return name, url, _HASHES[depth][0 if include_top else 1]

    doc = f"DenseNet{depth}: {sum(_BLOCKS[depth])} layers that each see all before them."
    title = f"DenseNet{depth}"
    return application(title, title.lower(), body, file=file, last_only=True, doc=doc)


DenseNet121, DenseNet169, DenseNet201 = (_densenet(depth) for depth in _BLOCKS)
preprocess_input = preprocessing("torch")

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]
