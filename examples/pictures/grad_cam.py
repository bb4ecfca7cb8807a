"""Where a convnet looks: Grad-CAM over scenes, or over a photo with a network of applications.

    python grad_cam.py --photo elephant.jpg --weights imagenet

R. R. Selvaraju et al., "Grad-CAM: Visual explanations from deep networks" (2017). Pillow lays the
heat over the picture; OpenCV is not needed.
"""

import numpy as np
import pronghorn as ph
from drawing import SHAPES, as_bytes, grid, heat, options, save, scene_network, scenes, titled
from PIL import Image
from pronghorn import Model, ops
from pronghorn.preprocessing.image import img_to_array, load_img


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
        score = ops.log(above(features)[:, index] + 1e-12)
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
    network = scene_network(found.quick)
    x, _ = scenes(8, seed=9)
    tiles, names = list(as_bytes(x, 0, 1)), []
    for one in x:
        cam, index = heatmap(network, "conv2", one[None])
        tiles.append(laid_over(one * 255, cam))
        names.append(SHAPES[index])
    save(titled(grid(tiles, 8, 80), "seen as: " + ", ".join(names)), found.out)
