"""Writes keras_values.npz: masks as Keras draws them. Run with Keras 3.15 and TensorFlow."""

from pathlib import Path

import keras
import numpy as np

rng = np.random.RandomState(0)
images = (rng.rand(2, 6, 5, 3) * 255).astype("uint8")
masks = rng.randint(-1, 4, (2, 6, 5, 1))
draw = keras.visualization.draw_segmentation_masks
colors = {i: (40 * i, 255 - 60 * i, 9) for i in range(4)}
values = {
    "images": images,
    "masks": masks,
    "plain": draw(images, masks, 4),
    "ignored": draw(images, masks, 4, ignore_index=0, alpha=0.3),
    "colors": draw(images, masks, 4, color_mapping=colors),
    "unblended": np.asarray(draw(images, masks, 4, blend=False)),
}
np.savez_compressed(Path(__file__).with_name("keras_values.npz"), **values)
