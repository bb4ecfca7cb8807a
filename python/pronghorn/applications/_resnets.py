"""ResNet: bottleneck blocks around shortcuts; version 1 (He et al. 2015) and 2 (He et al. 2016)."""

from .. import layers
from ._common import application, channel_axis

_REPEATS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
_HASHES = {
    "resnet50": ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
    "resnet101": ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
    "resnet152": ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
    "resnet50v2": ("3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"),
    "resnet101v2": ("6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"),
    "resnet152v2": ("a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"),
}


def _norm(x, name):
    return layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=name)(x)


def _relu(x, name):
    return layers.Activation("relu", name=name)(x)


def _pad(x, width, name):
    return layers.ZeroPadding2D(((width, width), (width, width)), name=name)(x)


def _block_v1(x, filters, stride, first, name):
    shortcut = x
    if first:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
        shortcut = _norm(shortcut, f"{name}_0_bn")
    x = layers.Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x)
    x = _relu(_norm(x, f"{name}_1_bn"), f"{name}_1_relu")
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
    x = _relu(_norm(x, f"{name}_2_bn"), f"{name}_2_relu")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = _norm(x, f"{name}_3_bn")
    return _relu(layers.Add(name=f"{name}_add")([shortcut, x]), f"{name}_out")


def _block_v2(x, filters, stride, first, name):
    before = _relu(_norm(x, f"{name}_preact_bn"), f"{name}_preact_relu")
    if first:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(before)
    else:
        shortcut = layers.MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(before)
    x = _relu(_norm(x, f"{name}_1_bn"), f"{name}_1_relu")
    x = _pad(x, 1, f"{name}_2_pad")
    x = layers.Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x)
    x = _relu(_norm(x, f"{name}_2_bn"), f"{name}_2_relu")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([shortcut, x])


def _resnet(depth, version):
    name = f"resnet{depth}" + ("v2" if version == 2 else "")

    def body(x, weights):
        x = _pad(x, 3, "conv1_pad")
        x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
        if version == 1:
            x = _relu(_norm(x, "conv1_bn"), "conv1_relu")
        x = _pad(x, 1, "pool1_pad")
        x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
        block = _block_v1 if version == 1 else _block_v2
        for stack, count in enumerate(_REPEATS[depth]):
            for i in range(count):
                # version 1 halves the size in the first block of a stack, version 2 in the last
                halves = (i == 0 and stack > 0) if version == 1 else (i == count - 1 and stack < 3)
                label = f"conv{stack + 2}_block{i + 1}"
                x = block(x, 64 * 2**stack, 2 if halves else 1, i == 0, label)
        return x if version == 1 else _relu(_norm(x, "post_bn"), "post_relu")

    def file(include_top):
        end = "" if include_top else "_notop"
        found = f"{name}_weights_tf_dim_ordering_tf_kernels{end}.h5"
        url = f"https://storage.googleapis.com/tensorflow/keras-applications/resnet/{found}"
        return found, url, _HASHES[name][0 if include_top else 1]

    title = f"ResNet{depth}" + ("V2" if version == 2 else "")
    doc = f"{title}: {sum(_REPEATS[depth])} bottleneck blocks around shortcuts."
    return application(title, name, body, file=file, doc=doc)


ResNet50, ResNet101, ResNet152 = (_resnet(depth, 1) for depth in _REPEATS)
ResNet50V2, ResNet101V2, ResNet152V2 = (_resnet(depth, 2) for depth in _REPEATS)
