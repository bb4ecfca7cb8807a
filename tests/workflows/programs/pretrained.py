# A convolutional base of ImageNet: its features, a classifier on top, and its last block tuned.
# The weights are random here, saved and read again as a file of ImageNet's would be.
import keras
import numpy as np
from keras import layers, models, optimizers
from keras.applications import VGG16
from keras.applications.vgg16 import decode_predictions, preprocess_input

keras.utils.set_random_seed(4)
VGG16(weights=None, include_top=False, input_shape=(32, 32, 3)).save_weights("base.weights.h5")
conv_base = VGG16(weights="base.weights.h5", include_top=False, input_shape=(32, 32, 3))
assert conv_base.output_shape == (None, 1, 1, 512)
assert keras.applications.vgg16.VGG16 is VGG16

rng = np.random.RandomState(0)
labels = rng.randint(2, size=24)
pictures = rng.randint(0, 100, (24, 32, 32, 3)) + 120 * labels[:, None, None, None]
x = preprocess_input(pictures.astype("float32"))
np.testing.assert_allclose(  # blue comes first, the means of ImageNet are subtracted
    x[0, 0, 0], pictures[0, 0, 0, ::-1] - np.array([103.939, 116.779, 123.68]), rtol=1e-5
)
features = conv_base.predict(x, batch_size=8, verbose=0).reshape(24, -1)
model = models.Sequential()
model.add(layers.Dense(16, activation="relu", input_dim=features.shape[1]))
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(optimizer=optimizers.RMSprop(lr=0.01), loss="binary_crossentropy", metrics=["acc"])
scaled = (features - features.mean(0)) / (features.std(0) + 1e-6)
assert model.fit(scaled, labels, epochs=20, verbose=0).history["acc"][-1] > 0.9

model = models.Sequential()
model.add(conv_base)
model.add(layers.Flatten())
model.add(layers.Dense(1, activation="sigmoid"))
assert len(model.trainable_weights) == 28
conv_base.trainable = False
assert len(model.trainable_weights) == 2
conv_base.trainable = True
set_trainable = False
for layer in conv_base.layers:
    if layer.name == "block5_conv1":
        set_trainable = True
    layer.trainable = set_trainable
assert len(model.trainable_weights) == 8
model.compile(loss="binary_crossentropy", optimizer=optimizers.RMSprop(lr=1e-5), metrics=["acc"])
before = {layer.name: layer.get_weights() for layer in conv_base.layers if layer.weights}
model.fit(x[:8], labels[:8], epochs=1, batch_size=8, verbose=0)
for layer in conv_base.layers:
    if layer.weights:
        same = np.array_equal(layer.get_weights()[0], before[layer.name][0])
        assert same == (not layer.name.startswith("block5")), layer.name

preds = np.full((1, 1000), 1e-4)
preds[0, 386], preds[0, 101] = 0.7, 0.2
((first, second, _),) = decode_predictions(preds, top=3)
assert first[1] == "name386" and abs(first[2] - 0.7) < 1e-6 and second[0] == "n00000101"
print("good")
