"""`pronghorn demo`: trains a convolutional network on handwritten digits, in the words of any
Keras script, and draws what came of it."""

import statistics
import time
from dataclasses import dataclass

import numpy as np

import pronghorn
from pronghorn import _atomic, callbacks, datasets, engine, layers


@dataclass(frozen=True)
class Plan:
    """How to train on one data set."""

    title: str
    filters: tuple
    largest: float  # the value of full ink
    epochs: int
    batch_size: int
    learning_rate: float


PLANS = {
    "digits": Plan("8x8 handwritten digits", (32, 64), 16.0, 30, 32, 2e-3),
    "mnist": Plan("MNIST", (32, 64, 64), 255.0, 5, 64, 1e-3),
}


class EpochTimer(callbacks.Callback):
    """Seconds of each epoch's training part."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_test_begin(self, logs=None):
        # validation ends the training part
        self.seconds.append(time.perf_counter() - self._start)


def build(shape, plan):
    """The network: convolutions with pooling between them, then one dense layer."""
    model = pronghorn.Sequential([pronghorn.Input(shape=shape)])
    for i, filters in enumerate(plan.filters):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        if i < 2:
            model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dropout(0.4))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        optimizer=pronghorn.optimizers.Adam(plan.learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def run(data="digits", epochs=None, batch_size=None, seed=1, picture="demo.png"):
    """Trains, prints, draws.

    Args:
        data: "digits" (in the package) or "mnist" (read from KERAS_HOME).
        epochs, batch_size: None for the data set's own.
        seed: of the weights, the shuffling and the dropout.
        picture: the PNG file to write; "" for none.

    Returns:
        The accuracy on the test images.

    Raises:
        FileNotFoundError: if MNIST is not in KERAS_HOME.
        OSError: if the picture cannot be written, before training starts.
    """
    if picture:
        with _atomic.replacing_file(picture) as file:
            return _run(data, epochs, batch_size, seed, file, picture)
    return _run(data, epochs, batch_size, seed, None, "")


def _run(data, epochs, batch_size, seed, file, picture):
    plan = PLANS[data]
    (x_train, y_train), (x_test, y_test) = getattr(datasets, data).load_data()
    x_train, x_test = (
        x[..., None].astype("float32") / np.float32(plan.largest) for x in (x_train, x_test)
    )
    epochs = epochs or plan.epochs
    batch_size = batch_size or plan.batch_size
    facts = engine.device.info()
    print(f"Pronghorn {facts['version']}, {facts['isa']}, {facts['threads']} threads")
    print(f"{plan.title}: {len(x_train)} images to train on, {len(x_test)} to test on\n")

    pronghorn.utils.set_random_seed(seed)
    model = build(x_train.shape[1:], plan)
    model.summary()
    held_out = len(x_train) // 10
    # the files go from writer to writer, so the images held out are taken from all over
    order = np.random.default_rng(seed).permutation(len(x_train))
    kept, out = order[held_out:], order[:held_out]
    timer = EpochTimer()
    history = model.fit(
        x_train[kept],
        y_train[kept],
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(x_train[out], y_train[out]),
        callbacks=[timer],
    )
    probabilities = model.predict(x_test, batch_size=batch_size, verbose=0)
    right = int((probabilities.argmax(-1) == y_test).sum())
    accuracy = right / len(y_test)
    steps = -(-len(kept) // batch_size)
    # the first epoch also traces the step
    step = statistics.median(timer.seconds[1:] or timer.seconds) / steps
    print(f"\nTest accuracy: {accuracy:.4f} ({right} of {len(y_test)})")
    print(f"Time per step: {step * 1e3:.3f} ms (batch of {batch_size})")
    if file is not None:
        from pronghorn.cli import poster

        summary = (
            f"{accuracy:.1%} of {len(y_test)} test images right, "
            f"{step * 1e3:.2f} ms a step of {batch_size} images "
            f"({facts['isa']}, {facts['threads']} threads)"
        )
        images = x_test[..., 0]
        title = f"Pronghorn on {plan.title}"
        drawn = poster.draw(history.history, images, y_test, probabilities, title, summary)
        file.write(drawn.png())
        print(f"Picture: {picture}")
    return accuracy
