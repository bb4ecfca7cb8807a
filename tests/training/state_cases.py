"""Training whose state is changed from outside between steps. The same code runs in tf-keras.

Each case takes keras and returns a nest of numbers.
"""

import numpy as np


def weights_like(model, seed):
    rng = np.random.RandomState(seed)
    return [rng.standard_normal(w.shape).astype("float32") * 0.4 for w in model.get_weights()]


def dense(keras, sizes, activation, seed):
    layers = keras.layers
    inputs = x = layers.Input((sizes[0],))
    for units in sizes[1:-1]:
        x = layers.Dense(units, activation="tanh")(x)
    model = keras.models.Model(inputs, layers.Dense(sizes[-1], activation=activation)(x))
    model.set_weights(weights_like(model, seed))
    return model


def data():
    rng = np.random.RandomState(3)
    x = rng.standard_normal((24, 4)).astype("float32")
    return x, (x[:, :1] - x[:, 1:2] * x[:, 2:3]).astype("float32")


def frozen_discriminator(keras):
    """It is frozen after it was compiled: it learns by itself, and not inside the GAN."""
    rng = np.random.RandomState(0)
    generator = dense(keras, (3, 6, 2), None, 1)
    discriminator = dense(keras, (2, 7, 1), "sigmoid", 2)
    adam = keras.optimizers.Adam
    discriminator.compile(optimizer=adam(0.02, clipvalue=1.0), loss="binary_crossentropy")
    discriminator.trainable = False
    inputs = keras.layers.Input((3,))
    gan = keras.models.Model(inputs, discriminator(generator(inputs)))
    gan.compile(optimizer=adam(0.01, clipvalue=1.0), loss="binary_crossentropy")
    losses = []
    for _ in range(6):
        made = generator.predict(rng.standard_normal((8, 3)).astype("float32"), verbose=0)
        real = 1 + 0.1 * rng.standard_normal((8, 2)).astype("float32")
        labels = np.concatenate([np.ones((8, 1)), np.zeros((8, 1))]).astype("float32")
        losses.append(discriminator.train_on_batch(np.concatenate([made, real]), labels))
        noise = rng.standard_normal((16, 3)).astype("float32")
        losses.append(gan.train_on_batch(noise, np.zeros((16, 1), "float32")))
    return [float(v) for v in losses], discriminator.get_weights(), generator.get_weights()


def rates_from_callbacks(keras):
    """A schedule by epoch, and a callback that halves the rate within an epoch."""
    x, y = data()

    class Halve(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                optimizer = self.model.optimizer
                optimizer.learning_rate = float(optimizer.learning_rate) * 0.5

    results = []
    for optimizer in (keras.optimizers.SGD(0.3, momentum=0.9), keras.optimizers.Adam(0.1)):
        model = dense(keras, (4, 5, 1), None, 5)
        model.compile(optimizer=optimizer, loss="mse")
        schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.05 / (1 + epoch))
        history = model.fit(
            x, y, batch_size=6, epochs=3, shuffle=False, verbose=0, callbacks=[schedule, Halve()]
        )
        results += [[float(v) for v in history.history["loss"]], model.get_weights()]
        results.append(float(model.optimizer.learning_rate))
    return results


def weights_between_steps(keras):
    """A callback clips all weights after each step; later they are set from outside."""
    x, y = data()

    class Clip(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            for layer in self.model.layers:
                layer.set_weights([np.clip(w, -0.3, 0.3) for w in layer.get_weights()])

    model = dense(keras, (4, 5, 1), None, 6)
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
    clipped = model.fit(
        x, y, batch_size=6, epochs=2, shuffle=False, verbose=0, callbacks=[Clip()]
    ).history["loss"]
    after = model.get_weights()
    losses = []
    for i in range(4):
        losses.append(model.train_on_batch(x[:8], y[:8]))
        if i == 1:
            model.set_weights(weights_like(model, 9))
        if i == 2:
            model.layers[-1].set_weights([w * 0 + 0.25 for w in model.layers[-1].get_weights()])
    return [float(v) for v in clipped], after, [float(v) for v in losses], model.get_weights()


CASES = {f.__name__: f for f in (frozen_discriminator, rates_from_callbacks, weights_between_steps)}
