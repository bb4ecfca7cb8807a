"""VGG16 and VGG19: five blocks of 3x3 convolutions (Simonyan and Zisserman 2014)."""

from .. import layers
from ._common import application

_BLOCKS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
_HASHES = {
    16: ("64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
    19: ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
}


def _vgg(depth):
    def body(x, weights):
        for block, count in enumerate(_BLOCKS[depth], 1):
            filters = min(64 * 2 ** (block - 1), 512)
            for i in range(1, count + 1):
                name = f"block{block}_conv{i}"
                x = layers.Conv2D(filters, (3, 3), activation="relu", padding="same", name=name)(x)
            x = layers.MaxPooling2D((2, 2), strides=(2, 2), name=f"block{block}_pool")(x)
        return x

    def top(x, classes, activation):
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(4096, activation="relu", name="fc1")(x)
        x = layers.Dense(4096, activation="relu", name="fc2")(x)
        return layers.Dense(classes, activation=activation, name="predictions")(x)

    def file(include_top):
        end = "" if include_top else "_notop"
        name = f"vgg{depth}_weights_tf_dim_ordering_tf_kernels{end}.h5"
        url = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg{depth}/{name}"
        return name, url, _HASHES[depth][0 if include_top else 1]

    doc = f"VGG{depth}: 3x3 convolutions and max pooling, {depth} layers with weights."
    return application(
        f"VGG{depth}", f"vgg{depth}", body, top, pool_names=False, file=file, doc=doc
    )


VGG16 = _vgg(16)
VGG19 = _vgg(19)
