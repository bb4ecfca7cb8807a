"""The pattern that each filter of a convnet answers to most, by gradient ascent from noise."""

import numpy as np
import pronghorn as ph
from drawing import as_bytes, grid, options, save, scene_network, stacked, titled
from pronghorn import Model, ops

found = options(__doc__, "filter_patterns.png")
network = scene_network(found.quick)


def pattern(features, index, steps, side=48):
    x = ops.convert_to_tensor(np.random.RandomState(index).rand(1, side, side, 3) * 0.2 + 0.4)
    x = ops.cast(x, "float32")
    for i in range(steps):
        with ph.GradientTape() as tape:
            tape.watch(x)
            value = ops.mean(features(x)[..., index])
        slope = tape.gradient(value, x)
        x = x + 0.05 * slope / (ops.std(slope) + 1e-7)
        # a little blur keeps out what is noise to the eye
        x = ops.image.gaussian_blur(x, (3, 3), (0.5, 0.5)) if i % 2 else x
    x = np.asarray(x)[0]
    x = (x - x.mean()) / (x.std() + 1e-5) * 0.15 + 0.5
    return as_bytes(x[4:-4, 4:-4], 0, 1)


parts = []
for name in ("conv0", "conv1", "conv2"):
    features = Model(network.inputs, network.get_layer(name).output)
    tiles = [pattern(features, i, 2 if found.quick else 20) for i in range(2 if found.quick else 8)]
    parts.append(titled(grid(tiles, 8, 64), name))
save(stacked(parts), found.out)
