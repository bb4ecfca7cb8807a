"""What the layers of a convnet make of one scene: a map for each filter."""

import numpy as np
from drawing import as_bytes, grid, heat, options, save, scene_network, scenes, stacked, titled
from pronghorn import Model

found = options(__doc__, "activations.png")
network = scene_network(found.quick)
convolutions = [layer for layer in network.layers if layer.name.startswith("conv")]
seen = Model(network.inputs, [layer.output for layer in convolutions])
x, _ = scenes(1, seed=5)
parts = [titled(grid(as_bytes(x, 0, 1), 1, 96), "input")]
for layer, maps in zip(convolutions, seen.predict(x, verbose=0)):
    tiles = [heat(one) for one in np.moveaxis(maps[0], -1, 0)[:16]]
    parts.append(titled(grid(tiles, 8, 56), f"{layer.name}: {maps.shape[1:]}"))
save(stacked(parts), found.out)
