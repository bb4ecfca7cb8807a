# TensorBoard: what it is told in the notes, and what it reads back.
import os

import keras
import numpy as np
from keras import layers
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

keras.utils.set_random_seed(3)

rng = np.random.RandomState(0)
x, y = rng.randint(0, 50, (60, 12)), rng.randint(0, 2, 60)
model = keras.models.Sequential()
model.add(layers.Embedding(50, 8, input_length=12, name="embed"))
model.add(layers.Flatten())
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
callbacks = [keras.callbacks.TensorBoard(log_dir="my_log_dir", histogram_freq=1, embeddings_freq=1)]
model.fit(x, y, epochs=2, batch_size=20, validation_split=0.2, callbacks=callbacks, verbose=0)

events = EventAccumulator(os.path.join("my_log_dir", "train"))
events.Reload()
tags = events.Tags()["tensors"]
assert "epoch_loss" in tags and any(tag.endswith("embeddings/histogram") for tag in tags)
assert os.path.exists(os.path.join("my_log_dir", "projector_config.pbtxt"))
print("good")
