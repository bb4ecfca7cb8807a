"""Where attention looks while it sorts: for each place of the result, the places it reads."""

import numpy as np
import pronghorn as ph
from drawing import grid, heat, options, save, stacked, titled
from pronghorn import Model, layers, ops

found = options(__doc__, "attention_maps.png")
size, words = 10, 30
rng = np.random.RandomState(found.seed)
x = np.array([rng.choice(words, size, replace=False) for _ in range(128 if found.quick else 4000)])
y = np.sort(x, axis=1)


class Places(layers.Layer):
    """Embeddings of the words and of their places, added."""

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.word, self.place = layers.Embedding(words, width), layers.Embedding(size, width)

    def call(self, inputs):
        return self.word(inputs) + self.place(ops.arange(size))


inputs = ph.Input((size,), dtype="int32")
h = Places(48)(inputs)
first = layers.MultiHeadAttention(4, 16, name="counting")
h = layers.LayerNormalization()(h + first(h, h))
h = layers.LayerNormalization()(h + layers.Dense(48)(layers.Dense(96, activation="relu")(h)))
second = layers.MultiHeadAttention(2, 24, name="fetching")
read, scores = second(h, h, return_attention_scores=True)
h = layers.LayerNormalization()(h + read)
outputs = layers.Dense(words, activation="softmax")(layers.Dense(96, activation="relu")(h))
model = Model(inputs, outputs)
model.compile(ph.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=1 if found.quick else 15, batch_size=64, verbose=0)
some = x[:4]
maps = Model(inputs, scores).predict(some, verbose=0)
right = model.evaluate(x[:500], y[:500], verbose=0)[1]
rows = [
    titled(grid([heat(m, 0, 1) for m in maps[:, i]], 4, 120), f"head {i + 1}") for i in range(2)
]
text = f"sorting {size} numbers, {right:.0%} right: rows are places of the result"
save(titled(stacked(rows), text), found.out)
