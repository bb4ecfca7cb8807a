# Custom losses, layers and training steps over tensorflow's names.
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

tf.random.set_seed(1)
rng = np.random.RandomState(0)
x = rng.standard_normal((256, 8)).astype("float32")
y = x @ rng.standard_normal((8, 2)).astype("float32")


def huber(y_true, y_pred):
    error = tf.abs(y_true - y_pred)
    return tf.reduce_mean(tf.where(error < 1.0, 0.5 * tf.square(error), error - 0.5), axis=-1)


def worst(y_true, y_pred):
    return K.max(K.abs(y_true - y_pred))


class Linear(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            name="w",
            shape=(input_shape[-1], self.units),
            initializer="random_normal",
            trainable=True,
        )
        self.b = self.add_weight(name="b", shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


class Trained(keras.Model):
    def train_step(self, data):
        inputs, targets = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self(inputs, training=True) - targets))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


inputs = keras.Input(shape=(8,))
outputs = Linear(2)(inputs)
model = keras.Model(inputs, outputs)
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.05), loss=huber, metrics=[worst])
history = model.fit(x, y, epochs=30, batch_size=32, verbose=0)
assert history.history["loss"][-1] < 0.01 * history.history["loss"][0]
assert "worst" in history.history

own = Trained(inputs, Linear(2)(inputs))
own.compile(optimizer=keras.optimizers.Adam(0.05))
assert own.fit(x, y, epochs=30, batch_size=32, verbose=0).history["loss"][-1] < 0.01

# a loop of our own, compiled
net = keras.Sequential([layers.Dense(2, input_shape=(8,))])
optimizer = keras.optimizers.SGD(learning_rate=0.1)
mean = keras.metrics.Mean()


@tf.function
def step(batch, targets):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(huber(targets, net(batch, training=True)))
    optimizer.apply_gradients(
        zip(tape.gradient(loss, net.trainable_weights), net.trainable_weights)
    )
    mean.update_state(loss)
    return loss


losses = []
for _ in range(30):
    mean.reset_state()
    for i in range(0, 256, 32):
        step(tf.constant(x[i : i + 32]), tf.constant(y[i : i + 32]))
    losses.append(float(mean.result()))
assert losses[-1] < 0.05 * losses[0], losses


class Sampling(layers.Layer):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        noise = tf.random.normal(shape=tf.shape(z_mean))
        return z_mean + tf.exp(0.5 * z_log_var) * noise


m, v = layers.Dense(2)(inputs), layers.Dense(2, kernel_initializer="zeros")(inputs)
sampled = keras.Model(inputs, [m, Sampling()([m, v])])
centre, drawn = sampled.predict(x, verbose=0)
assert 0.8 < (drawn - centre).std() < 1.2
print("good")
