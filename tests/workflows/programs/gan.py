# A GAN in the first edition's form: a discriminator that is frozen inside the combined model,
# trained by train_on_batch.
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(5)
latent_dim = 4

generator_input = keras.Input(shape=(latent_dim,))
x = layers.Dense(32)(generator_input)
x = layers.LeakyReLU()(x)
x = layers.Dense(2)(x)
generator = keras.models.Model(generator_input, x)

discriminator_input = layers.Input(shape=(2,))
x = layers.Dense(32)(discriminator_input)
x = layers.LeakyReLU()(x)
x = layers.Dropout(0.1)(x)
x = layers.Dense(1, activation="sigmoid")(x)
discriminator = keras.models.Model(discriminator_input, x)
discriminator_optimizer = keras.optimizers.Adam(lr=0.005, clipvalue=1.0, decay=1e-8)
discriminator.compile(optimizer=discriminator_optimizer, loss="binary_crossentropy")

discriminator.trainable = False
gan_input = keras.Input(shape=(latent_dim,))
gan_output = discriminator(generator(gan_input))
gan = keras.models.Model(gan_input, gan_output)
gan_optimizer = keras.optimizers.Adam(lr=0.002, clipvalue=1.0, decay=1e-8)
gan.compile(optimizer=gan_optimizer, loss="binary_crossentropy")
assert len(gan.trainable_weights) == len(generator.trainable_weights)


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a, b))


rng = np.random.RandomState(0)
batch_size = 64
centre = np.array([2.0, -1.0])
for step in range(500):
    random_latent_vectors = rng.normal(size=(batch_size, latent_dim))
    generated = generator.predict(random_latent_vectors, verbose=0)
    real = centre + 0.1 * rng.normal(size=(batch_size, 2))
    combined = np.concatenate([generated, real])
    labels = np.concatenate([np.ones((batch_size, 1)), np.zeros((batch_size, 1))])
    labels += 0.05 * rng.random_sample(labels.shape)
    before = discriminator.get_weights(), generator.get_weights()
    d_loss = discriminator.train_on_batch(combined, labels)
    assert not same(before[0], discriminator.get_weights()), "the discriminator trains by itself"
    assert same(before[1], generator.get_weights())
    before = discriminator.get_weights(), generator.get_weights()
    misleading_targets = np.zeros((batch_size, 1))
    a_loss = gan.train_on_batch(rng.normal(size=(batch_size, latent_dim)), misleading_targets)
    assert same(before[0], discriminator.get_weights()), "the discriminator is frozen in the GAN"
    assert not same(before[1], generator.get_weights())
    if step % 100 == 0:
        print("discriminator loss:", d_loss, "adversarial loss:", a_loss)
made = generator.predict(rng.normal(size=(500, latent_dim)), verbose=0)
assert np.abs(made.mean(axis=0) - centre).max() < 0.7, made.mean(axis=0)
print("good")
