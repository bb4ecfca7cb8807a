"""One picture in the style of another: its content's features, the other's Gram matrices.

    python style_transfer.py --content photo.jpg --style painting.jpg --weights imagenet

L. A. Gatys et al., "A neural algorithm of artistic style" (2015). Without photos a scene takes the
style of a pattern, with the small network of these examples instead of VGG19.
"""

import numpy as np
import pronghorn as ph
from drawing import as_bytes, grid, options, save, scene_network, scenes
from pronghorn import Model, ops
from pronghorn.preprocessing.image import img_to_array, load_img


def gram(maps):
    rows = ops.reshape(maps, (-1, maps.shape[-1]))
    return ops.matmul(ops.transpose(rows), rows) / rows.shape[0]


def transfer(seen, content, style, steps, content_weight=0.02, smooth=2e-3, rate=0.02):
    """The picture, after Adam on the three terms."""
    wanted = [gram(m) for m in seen(style)]
    kept = seen(content)[-1]
    x = ph.Variable(content)
    optimizer = ph.optimizers.Adam(rate)
    optimizer.build([x])
    for _ in range(steps):
        with ph.GradientTape() as tape:
            maps = seen(x)
            loss = content_weight * ops.mean(ops.square(maps[-1] - kept))
            for m, w in zip(maps, wanted):
                loss += ops.mean(ops.square(gram(m) - w)) / (ops.mean(ops.square(w)) + 1e-9)
            pixels = ops.convert_to_tensor(x)
            loss += smooth * (
                ops.mean(ops.abs(pixels[:, 1:] - pixels[:, :-1]))
                + ops.mean(ops.abs(pixels[:, :, 1:] - pixels[:, :, :-1]))
            )
        optimizer.apply([tape.gradient(loss, x)], [x])
        x.assign(ops.clip(x, *BOUNDS))
    return np.asarray(x)


def pattern(side):
    """Waves of three colours."""
    v, u = np.mgrid[0:side, 0:side] / side * 2 * np.pi
    waves = [
        np.sin(5 * u + 2 * np.sin(3 * v)),
        np.sin(6 * v + 2 * np.cos(4 * u)),
        np.sin(4 * u - 5 * v),
    ]
    return (np.stack(waves, -1)[None] * 0.45 + 0.5).astype("float32")


found = options(
    __doc__, "style_transfer.png", content={}, style={},
    weights={"help": "of VGG19, for photos: imagenet or a file"},
)  # fmt: skip
if found.content and found.style:
    network = ph.applications.VGG19(weights=found.weights, include_top=False)
    names = [f"block{i}_conv1" for i in range(1, 5)]
    pictures = [
        img_to_array(load_img(p, target_size=(256, 256))) for p in (found.content, found.style)
    ]
    content, style = (ph.applications.vgg19.preprocess_input(p[None].copy()) for p in pictures)
    BOUNDS, rate = (-130, 160), 2.0
else:
    network, names = scene_network(found.quick), ["conv0", "conv1"]
    content, style = scenes(1, seed=2)[0], pattern(48)
    BOUNDS, rate = (0, 1), 0.02
seen = Model(network.inputs, [network.get_layer(name).output for name in names])
made = transfer(seen, content, style, 3 if found.quick else 120, rate=rate)
low, high = BOUNDS
tiles = [as_bytes(p[0], low, high) for p in (content, style, made)]
save(grid(tiles, 3, 192), found.out)
