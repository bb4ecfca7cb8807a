# Neural style transfer: content, style and total variation losses, minimised by SciPy's L-BFGS.
import keras
import numpy as np
from keras import backend as K
from keras.layers import AveragePooling2D, Conv2D, Input
from keras.models import Model
from scipy.optimize import fmin_l_bfgs_b

keras.utils.set_random_seed(3)
img_height, img_width = 24, 32
rng = np.random.RandomState(0)
target = rng.uniform(-1, 1, (1, img_height, img_width, 3))
style = np.sin(np.arange(img_width) / 2.0)[None, None, :, None] * np.ones((1, img_height, 1, 3))

target_image = K.constant(target)
style_reference_image = K.constant(style)
combination_image = K.placeholder((1, img_height, img_width, 3))
input_tensor = K.concatenate([target_image, style_reference_image, combination_image], axis=0)

# a network like VGG's, called on the images
x = inputs = Input(tensor=None, shape=(img_height, img_width, 3))
for block, filters in ((1, 8), (2, 12), (3, 16)):
    x = Conv2D(filters, (3, 3), activation="relu", padding="same", name=f"block{block}_conv1")(x)
    x = AveragePooling2D((2, 2), name=f"block{block}_pool")(x)
names = [layer.name for layer in Model(inputs, x).layers if "conv" in layer.name]
features_of = Model(inputs, [Model(inputs, x).get_layer(name).output for name in names])
features_of.trainable = False
outputs_dict = dict(zip(names, features_of(input_tensor)))


def content_loss(base, combination):
    return K.sum(K.square(combination - base))


def gram_matrix(x):
    features = K.batch_flatten(K.permute_dimensions(x, (2, 0, 1)))
    return K.dot(features, K.transpose(features))


def style_loss(style, combination):
    size = img_height * img_width
    return K.sum(K.square(gram_matrix(style) - gram_matrix(combination))) / (36.0 * size**2)


def total_variation_loss(x):
    a = K.square(x[:, : img_height - 1, : img_width - 1, :] - x[:, 1:, : img_width - 1, :])
    b = K.square(x[:, : img_height - 1, : img_width - 1, :] - x[:, : img_height - 1, 1:, :])
    return K.sum(K.pow(a + b, 1.25))


loss = K.variable(0.0)
layer_features = outputs_dict["block3_conv1"]
loss = loss + 0.025 * content_loss(layer_features[0, :, :, :], layer_features[2, :, :, :])
for layer_name in names:
    layer_features = outputs_dict[layer_name]
    loss = loss + style_loss(layer_features[1, :, :, :], layer_features[2, :, :, :]) / len(names)
loss += 1e-4 * total_variation_loss(combination_image)

grads = K.gradients(loss, combination_image)[0]
fetch_loss_and_grads = K.function([combination_image], [loss, grads])


class Evaluator:
    def __init__(self):
        self.loss_value = None
        self.grads_values = None

    def loss(self, x):
        assert self.loss_value is None
        x = x.reshape((1, img_height, img_width, 3))
        outs = fetch_loss_and_grads([x])
        self.loss_value = outs[0]
        self.grad_values = outs[1].flatten().astype("float64")
        return self.loss_value

    def grads(self, x):
        assert self.loss_value is not None
        grad_values = np.copy(self.grad_values)
        self.loss_value = None
        self.grad_values = None
        return grad_values


evaluator = Evaluator()
x = target.copy().flatten()
losses = []
for _ in range(3):
    x, min_val, info = fmin_l_bfgs_b(evaluator.loss, x, fprime=evaluator.grads, maxfun=20)
    losses.append(min_val)
    print("Current loss value:", min_val)
start = fetch_loss_and_grads([target])[0]
assert losses == sorted(losses, reverse=True) and losses[-1] < 0.1 * start

# the gradient is that of the loss
at = x.reshape(target.shape)
value, gradient = fetch_loss_and_grads([at])
direction = rng.standard_normal(at.shape)
near = [fetch_loss_and_grads([at + e * direction])[0] for e in (1e-2, -1e-2)]
curve = (near[0] + near[1] - 2 * value) / 1e-4
assert abs((near[0] - near[1]) / 2e-2 - np.sum(gradient * direction)) < 0.05 * abs(curve) + 1e-2
print("good")
