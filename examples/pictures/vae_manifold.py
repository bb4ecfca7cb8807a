"""Digits from every place of a plane: the manifold that a variational autoencoder learns.

D. P. Kingma, M. Welling, "Auto-encoding variational Bayes" (2014).
"""

import numpy as np
import pronghorn as ph
from drawing import as_bytes, grid, options, save
from pronghorn import Model, Sequential, datasets, layers, ops


class Sampling(layers.Layer):
    """A draw around the mean; adds the distance of the distribution from the normal one."""

    def __init__(self, weight, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight
        self.generator = ph.random.SeedGenerator(1)

    def call(self, inputs):
        mean, log_var = inputs
        distance = ops.square(mean) + ops.exp(log_var) - log_var - 1.0
        self.add_loss(self.weight * ops.mean(ops.sum(distance, -1)))
        noise = ph.random.normal(ops.shape(mean), seed=self.generator)
        return mean + ops.exp(0.5 * log_var) * noise


found = options(__doc__, "vae_manifold.png")
(x, _), _ = datasets.digits.load_data()
x = np.asarray(x, "float32").reshape(-1, 64) / 16.0
inputs = ph.Input((64,))
hidden = layers.Dense(128, activation="relu")(layers.Dense(128, activation="relu")(inputs))
place = Sampling(0.5 / 64)([layers.Dense(2)(hidden), layers.Dense(2)(hidden)])
decoder = Sequential([
    ph.Input((2,)), layers.Dense(128, activation="relu"), layers.Dense(128, activation="relu"),
    layers.Dense(64, activation="sigmoid"),
])  # fmt: skip
model = Model(inputs, decoder(place))
model.compile(ph.optimizers.Adam(2e-3), "binary_crossentropy")
model.fit(x, x, epochs=1 if found.quick else 80, batch_size=64, verbose=0)
steps = np.linspace(-2, 2, 15)
plane = np.array([(u, v) for v in steps[::-1] for u in steps], "float32")
tiles = as_bytes(decoder.predict(plane, batch_size=225, verbose=0).reshape(-1, 8, 8), 0, 1)
save(grid(list(255 - tiles), 15, 24, gap=3), found.out)
