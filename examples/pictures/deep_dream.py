"""A picture changed until a network sees more in it: deep dream over several sizes.

    python deep_dream.py --photo photo.jpg --weights imagenet

A. Mordvintsev, C. Olah, M. Tyka, "Inceptionism" (2015). With a photo the network is InceptionV3.
"""

import numpy as np
import pronghorn as ph
from drawing import as_bytes, grid, options, save, scene_network, scenes
from pronghorn import Model, ops
from pronghorn.preprocessing.image import img_to_array, load_img


def dream(seen, x, octaves, steps, step):
    """x (1, h, w, 3) after gradient ascent of the squares of what `seen` gives, size by size."""
    height, width = x.shape[1:3]
    original, lost = x, 0.0
    for octave in range(octaves):
        scale = 1.3 ** (octave + 1 - octaves)
        size = int(height * scale), int(width * scale)
        small = np.asarray(ops.image.resize(original, size))
        x = ops.convert_to_tensor(small + (0.0 if octave == 0 else resized(lost, size)))
        for _ in range(steps):
            with ph.GradientTape() as tape:
                tape.watch(x)
                maps = seen(x)
                maps = maps if isinstance(maps, (list, tuple)) else [maps]
                total = sum(ops.mean(ops.square(m)) for m in maps)
            slope = tape.gradient(total, x)
            x = x + step * slope / ops.maximum(ops.mean(ops.abs(slope)), 1e-7)
        lost = np.asarray(x) - small  # what was dreamt, carried to the next size
    return np.asarray(x)


def resized(x, size):
    return np.asarray(ops.image.resize(x, size))


found = options(
    __doc__, "deep_dream.png", photo={"help": "a photo; a scene by default"},
    weights={"help": "of InceptionV3, for a photo: imagenet or a file"},
)  # fmt: skip
if found.photo:
    network = ph.applications.InceptionV3(weights=found.weights, include_top=False)
    photo = img_to_array(load_img(found.photo, target_size=(300, 400)))
    x = ph.applications.inception_v3.preprocess_input(photo[None].copy())
    seen = Model(network.inputs, [network.get_layer(n).output for n in ("mixed4", "mixed5")])
    y = dream(seen, x, 1 if found.quick else 3, 20, 0.01)
    before, after = as_bytes(x[0], -1, 1), as_bytes(y[0], -1, 1)
else:
    trained = scene_network(found.quick)
    # the same convolutions for pictures of any size
    inputs = h = ph.Input((None, None, 3))
    for layer in trained.layers[:3]:
        h = layer(h)
    x = scenes(1, side=160, seed=21)[0]
    y = dream(Model(inputs, h), x, 1 if found.quick else 3, 2 if found.quick else 15, 0.01)
    before, after = as_bytes(x[0], 0, 1), as_bytes(y[0], 0, 1)
save(grid([before, after], 2, 240), found.out)
