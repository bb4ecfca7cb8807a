# DeepDream: gradient ascent on an image, octave by octave, by K.gradients and K.function.
import keras
import numpy as np
from keras import backend as K
from keras import layers, models

K.set_learning_phase(0)
keras.utils.set_random_seed(0)

image_input = layers.Input(shape=(None, None, 3))
x = layers.Conv2D(8, (3, 3), activation="relu", padding="same", name="mixed2")(image_input)
x = layers.MaxPooling2D((2, 2))(x)
x = layers.Conv2D(12, (3, 3), activation="relu", padding="same", name="mixed3")(x)
x = layers.BatchNormalization()(x)
x = layers.Dropout(0.5)(x)
x = layers.Conv2D(6, (3, 3), activation="relu", padding="same", name="mixed4")(x)
model = models.Model(image_input, x)

layer_contributions = {"mixed2": 0.2, "mixed3": 3.0, "mixed4": 2.0}
layer_dict = {layer.name: layer for layer in model.layers}

loss = K.variable(0.0)
for layer_name in layer_contributions:
    coeff = layer_contributions[layer_name]
    activation = layer_dict[layer_name].output
    scaling = K.prod(K.cast(K.shape(activation), "float32"))
    loss = loss + coeff * K.sum(K.square(activation[:, 2:-2, 2:-2, :])) / scaling

dream = model.input
grads = K.gradients(loss, dream)[0]
grads /= K.maximum(K.mean(K.abs(grads)), 1e-7)
fetch_loss_and_grads = K.function([dream], [loss, grads])


def eval_loss_and_grads(x):
    outs = fetch_loss_and_grads([x])
    return outs[0], outs[1]


def gradient_ascent(x, iterations, step, max_loss=None):
    for i in range(iterations):
        loss_value, grad_values = eval_loss_and_grads(x)
        if max_loss is not None and loss_value > max_loss:
            break
        print("...Loss value at", i, ":", loss_value)
        x += step * grad_values
    return x


def resized(image, size):
    """Each pixel of the new size from the nearest old one."""
    rows = np.arange(size[0]) * image.shape[1] // size[0]
    columns = np.arange(size[1]) * image.shape[2] // size[1]
    return image[:, rows][:, :, columns]


base = np.random.RandomState(1).uniform(-1, 1, (1, 42, 56, 3)).astype("float32")
shapes = [tuple(int(n / 1.4**i) for n in (42, 56)) for i in range(3)][::-1]
shrunk = resized(base, shapes[0])
img = np.copy(shrunk)
for shape in shapes:
    img = resized(img, shape)
    before = eval_loss_and_grads(img)[0]
    img = gradient_ascent(img, iterations=8, step=0.02, max_loss=1000.0)
    assert eval_loss_and_grads(img)[0] > before * 1.05
    detail = resized(base, shape) - resized(shrunk, shape)
    img += detail
    shrunk = resized(base, shape)
assert img.shape == (1, 42, 56, 3) and np.isfinite(img).all()

# the slope along the gradient is what the gradient says
value, direction = eval_loss_and_grads(base)
direction = direction / np.linalg.norm(direction)
near = [eval_loss_and_grads(base + e * direction)[0] for e in (1e-2, -1e-2)]
(raw,) = K.function([dream], K.gradients(loss, dream))([base])
assert abs((near[0] - near[1]) / 2e-2 - np.sum(raw * direction)) < 0.02 * np.linalg.norm(raw)
print("good")
