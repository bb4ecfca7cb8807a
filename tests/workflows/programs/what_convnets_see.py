# Activations of every layer, patterns that filters look for, heat maps of classes (Grad-CAM).
import numpy as np
from keras import backend as K
from keras import layers, models, optimizers
from keras.utils import set_random_seed, to_categorical

set_random_seed(2)
rng = np.random.RandomState(0)

# a bright square, on the left (class 0) or on the right (class 1)
labels = rng.randint(0, 2, 400)
images = rng.uniform(0, 0.3, (400, 16, 16, 1))
for image, label in zip(images, labels):
    row, column = rng.randint(0, 12), rng.randint(0, 4) + 8 * label
    image[row : row + 4, column : column + 4] = 1.0

model = models.Sequential()
model.add(layers.Conv2D(8, (3, 3), activation="relu", padding="same", input_shape=(16, 16, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(16, (3, 3), activation="relu", padding="same", name="block5_conv3"))
model.add(layers.Flatten())
model.add(layers.Dense(2, activation="softmax"))
model.compile(optimizer=optimizers.Adagrad(lr=0.05), loss="categorical_crossentropy",
              metrics=["acc"])  # fmt: skip
model.fit(images, to_categorical(labels), epochs=10, batch_size=20, verbose=0)
assert model.evaluate(images, to_categorical(labels), verbose=0)[1] > 0.95

# every layer's activations
layer_outputs = [layer.output for layer in model.layers[:3]]
activation_model = models.Model(inputs=model.input, outputs=layer_outputs)
activations = activation_model.predict(images[:1])
assert [a.shape for a in activations] == [(1, 16, 16, 8), (1, 8, 8, 8), (1, 8, 8, 16)]
get_third = K.function([model.input, K.learning_phase()], [model.layers[2].output])
np.testing.assert_allclose(get_third([images[:1], 0])[0], activations[2], rtol=1e-4, atol=1e-5)


def deprocess_image(x):
    x -= x.mean()
    x /= x.std() + 1e-5
    x *= 0.1
    x += 0.5
    return np.clip(x * 255, 0, 255).astype("uint8")


def generate_pattern(layer_name, filter_index):
    layer_output = model.get_layer(layer_name).output
    loss = K.mean(layer_output[:, :, :, filter_index])
    grads = K.gradients(loss, model.input)[0]
    grads /= K.sqrt(K.mean(K.square(grads))) + 1e-5
    iterate = K.function([model.input], [loss, grads])
    input_img_data = np.random.random((1, 16, 16, 1)) * 0.2 + 0.4
    first = iterate([input_img_data])[0]
    for _ in range(20):
        loss_value, grads_value = iterate([input_img_data])
        input_img_data += grads_value * 0.2
    return first, loss_value, deprocess_image(input_img_data[0])


grown = 0
for filter_index in range(16):
    first, last, pattern = generate_pattern("block5_conv3", filter_index)
    assert pattern.shape == (16, 16, 1) and pattern.dtype == "uint8"
    grown += last > first + 0.05
assert grown >= 12, grown

# heat maps: the square's half is the warmer one
right = 0
for x, label in zip(images[:40, None], labels[:40]):
    class_output = model.output[:, label]
    last_conv_layer = model.get_layer("block5_conv3")
    grads = K.gradients(class_output, last_conv_layer.output)[0]
    pooled_grads = K.mean(grads, axis=(0, 1, 2))
    iterate = K.function([model.input], [pooled_grads, last_conv_layer.output[0]])
    pooled_grads_value, conv_layer_output_value = iterate([x])
    for i in range(16):
        conv_layer_output_value[:, :, i] *= pooled_grads_value[i]
    heatmap = np.maximum(np.mean(conv_layer_output_value, axis=-1), 0)
    heatmap /= np.max(heatmap) + 1e-12
    right += heatmap.max() > 0 and (heatmap[:, 4:].sum() > heatmap[:, :4].sum()) == bool(label)
assert right >= 20, right
print("good")
