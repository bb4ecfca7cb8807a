"""Pronghorn, and Keras on each of its backends: the same calls."""

import os

keras = None


def load(peer, threads):
    """Imports the peer; this is what import seconds mean."""
    global keras
    if peer == "pronghorn":
        import pronghorn as keras
    else:
        backend = peer.split("-")[1]
        os.environ["KERAS_BACKEND"] = backend
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        os.environ["JAX_PLATFORMS"] = "cpu"
        import keras
    # where names load lazily, what a model needs counts as import too
    for room, name in (("layers", "Dense"), ("optimizers", "RMSprop"), ("losses", "Loss")):
        getattr(getattr(keras, room), name)
    assert keras.Sequential and keras.Model
    if peer == "keras-torch":
        import torch

        torch.set_num_threads(threads)


class Subject:
    def __init__(self, model):
        self.model = model
        self.predict_on_batch = model.predict_on_batch

    def fit(self, x, y, batch, epochs):
        self.model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0)

    def predict(self, x):
        return self.model.predict(x, verbose=0)


def prepare(peer, workload):
    model = workload.build(keras)
    model.compile(optimizer=workload.optimizer, loss=workload.loss)
    return Subject(model)
