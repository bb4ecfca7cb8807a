"""Where a convnet looks: Grad-CAM over scenes, or over a photo with a network of applications.

    python grad_cam.py --photo elephant.jpg --weights imagenet

R. R. Selvaraju et al., "Grad-CAM: Visual explanations from deep networks" (2017). Pillow lays the
heat over the picture; OpenCV is not needed.
"""

import numpy as np
import pronghorn as ph
from drawing import SHAPES, as_bytes, grid, heat, options, save, scenes, titled
from PIL import Image
from pronghorn import Input, Model, Sequential, layers, ops
from pronghorn.preprocessing.image import img_to_array, load_img


def network_of_means(quick, side=48):
    """A convnet that ends in the means of its features, so that what it sees has a place."""
    parts = [Input((side, side, 3))]
    for i, (filters, size) in enumerate(((24, 5), (48, 3), (96, 3))):
        parts += [layers.MaxPooling2D(2)] if i else []
        parts += [
            layers.Conv2D(filters, size, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.8),
            layers.Activation("relu", name=f"features{i}"),
        ]
    parts += [layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")]
    model = Sequential(parts)
    model.compile(ph.optimizers.Adam(2e-3), "sparse_categorical_crossentropy")
    x, y = scenes(64 if quick else 4000, side)
    model.fit(x, y, batch_size=32, epochs=1 if quick else 10, verbose=0)
    return model


def heatmap(network, layer, x, index=None):
    """(h, w) of 0 to 1: how much each place of the layer speaks for the class."""
    seen = Model(network.inputs, [network.get_layer(layer).output, network.output])
    with ph.GradientTape() as tape:
        features, scores = seen(x)
        tape.watch(features)
        index = int(np.argmax(np.asarray(scores)[0])) if index is None else index
    # the part of the network above the layer, with the features as its input
    above = Model(network.get_layer(layer).output, network.output)
    with ph.GradientTape() as tape:
        tape.watch(features)
        logs = ops.log(above(features) + 1e-12)
        score = logs[:, index] - ops.mean(logs, axis=-1)  # the class's logit, less their mean
    weights = ops.mean(tape.gradient(score, features), axis=(1, 2))
    cam = np.maximum(np.asarray(ops.sum(features * weights[:, None, None, :], -1))[0], 0)
    return cam / (cam.max() + 1e-9), index


def laid_over(picture, cam):
    """Bytes: the picture under its heat."""
    size = picture.shape[1], picture.shape[0]
    wide = Image.fromarray(heat(cam, 0, 1)).resize(size, Image.Resampling.BICUBIC)
    return (0.5 * picture + 0.5 * np.asarray(wide)).astype("uint8")


found = options(
    __doc__, "grad_cam.png", photo={"help": "a photo; scenes by default"},
    weights={"help": "of VGG16, for a photo: imagenet or a file"},
)  # fmt: skip
if found.photo:
    network = ph.applications.VGG16(weights=found.weights)
    photo = img_to_array(load_img(found.photo, target_size=(224, 224)))
    x = ph.applications.vgg16.preprocess_input(photo[None].copy())
    cam, index = heatmap(network, "block5_conv3", x)
    save(grid([as_bytes(photo, 0, 255), laid_over(photo, cam)], 2, 224), found.out)
else:
    network = network_of_means(found.quick)
    x, _ = scenes(8, seed=9)
    tiles, names = list(as_bytes(x, 0, 1)), []
    for one in x:
        cam, index = heatmap(network, "features2", one[None])
        tiles.append(laid_over(one * 255, cam))
        names.append(SHAPES[index])
    save(titled(grid(tiles, 8, 80), "seen as: " + ", ".join(names)), found.out)
