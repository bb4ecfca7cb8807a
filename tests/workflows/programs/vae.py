# A variational autoencoder in the first edition's form: sampling in a Lambda layer, the loss in a
# layer of its own.
import keras
import numpy as np
from keras import backend as K
from keras import layers
from keras.datasets import mnist
from keras.models import Model

keras.utils.set_random_seed(0)
img_shape = (28, 28, 1)
batch_size = 32
latent_dim = 2

input_img = keras.Input(shape=img_shape)
x = layers.Conv2D(8, 3, padding="same", activation="relu", strides=(2, 2))(input_img)
x = layers.Conv2D(16, 3, padding="same", activation="relu", strides=(2, 2))(x)
shape_before_flattening = K.int_shape(x)
x = layers.Flatten()(x)
x = layers.Dense(32, activation="relu")(x)
z_mean = layers.Dense(latent_dim)(x)
z_log_var = layers.Dense(latent_dim)(x)
assert shape_before_flattening == (None, 7, 7, 16)


def sampling(args):
    z_mean, z_log_var = args
    epsilon = K.random_normal(shape=(K.shape(z_mean)[0], latent_dim), mean=0.0, stddev=1.0)
    return z_mean + K.exp(z_log_var) * epsilon


z = layers.Lambda(sampling)([z_mean, z_log_var])

decoder_input = layers.Input(K.int_shape(z)[1:])
x = layers.Dense(np.prod(img_shape), activation="sigmoid")(
    layers.Dense(64, activation="relu")(decoder_input)
)
x = layers.Reshape(img_shape)(x)
decoder = Model(decoder_input, x)
z_decoded = decoder(z)


class CustomVariationalLayer(keras.layers.Layer):
    def vae_loss(self, x, z_decoded):
        x = K.flatten(x)
        z_decoded = K.flatten(z_decoded)
        xent_loss = keras.metrics.binary_crossentropy(x, z_decoded)
        kl_loss = -5e-4 * K.mean(
            1 + z_log_var_of(self) - K.square(mean_of(self)) - K.exp(z_log_var_of(self)), axis=-1
        )
        return K.mean(xent_loss + kl_loss)

    def call(self, inputs):
        x, z_decoded, self.mean, self.log_var = inputs
        loss = self.vae_loss(x, z_decoded)
        self.add_loss(loss, inputs=inputs)
        return x


def mean_of(layer):
    return layer.mean


def z_log_var_of(layer):
    return layer.log_var


y = CustomVariationalLayer()([input_img, z_decoded, z_mean, z_log_var])
vae = Model(input_img, y)
vae.compile(optimizer="rmsprop", loss=None)
vae.summary()

(x_train, _), (x_test, y_test) = mnist.load_data()
x_train = (x_train.astype("float32") / 255.0).reshape(x_train.shape + (1,))
x_test = (x_test.astype("float32") / 255.0).reshape(x_test.shape + (1,))
history = vae.fit(x=x_train, y=None, shuffle=True, epochs=8, batch_size=batch_size, verbose=0,
                  validation_data=(x_test, None))  # fmt: skip
losses = history.history["val_loss"]
assert losses[-1] < 0.8 * losses[0] and np.isfinite(losses).all(), losses

# digits of the latent plane
n = 5
grid = np.array([[i, j] for i in np.linspace(-2, 2, n) for j in np.linspace(-2, 2, n)])
digits = decoder.predict(grid, batch_size=batch_size)
assert digits.shape == (25, 28, 28, 1) and 0 <= digits.min() and digits.max() <= 1
assert digits.std(axis=0).max() > 0.05  # they differ from place to place
print("good")
