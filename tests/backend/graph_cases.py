"""Graphs in Keras 2's K whose results tf-keras gives too: name -> function of (K, keras).

Each returns the result of a function of K.
"""

import numpy as np

RNG = np.random.RandomState(11)
IMAGES = RNG.standard_normal((2, 8, 8, 3)).astype("float32")
ROWS = RNG.standard_normal((4, 3)).astype("float32")
STEPS = RNG.standard_normal((2, 5, 3)).astype("float32")
WEIGHTS = [
    RNG.standard_normal(shape).astype("float32") * 0.3
    for shape in ((3, 3, 3, 4), (4,), (3, 3, 4, 5), (5,), (20, 6), (6,))
]


def convnet(keras):
    layers = keras.layers
    model = keras.models.Sequential(
        [
            layers.Conv2D(4, (3, 3), activation="relu", name="first", input_shape=(8, 8, 3)),
            layers.MaxPooling2D((2, 2), strides=1),
            layers.Conv2D(5, (3, 3), strides=2, activation="tanh", name="second"),
            layers.Flatten(),
            layers.Dense(6, activation="softmax", name="classes"),
        ]
    )
    model.set_weights(WEIGHTS)
    return model


def deep_dream(K, keras):
    model = convnet(keras)
    loss = K.variable(0.0)
    for name, weight in (("first", 0.5), ("second", 1.5)):
        x = model.get_layer(name).output
        scaling = K.prod(K.cast(K.shape(x), "float32"))
        loss = loss + weight * K.sum(K.square(x[:, 1:-1, 1:-1, :])) / scaling
    grads = K.gradients(loss, model.input)[0]
    grads /= K.maximum(K.mean(K.abs(grads)), 1e-7)
    return K.function([model.input], [loss, grads])([IMAGES])


def filters(K, keras):
    model = convnet(keras)
    loss = K.mean(model.get_layer("second").output[:, :, :, 2])
    grads = K.gradients(loss, model.input)[0]
    grads /= K.sqrt(K.mean(K.square(grads))) + 1e-5
    return K.function([model.input], [loss, grads])([IMAGES[:1]])


def grad_cam(K, keras):
    model = convnet(keras)
    last = model.get_layer("second")
    grads = K.gradients(model.output[:, 3], last.output)[0]
    pooled = K.mean(grads, axis=(0, 1, 2))
    return K.function([model.input], [pooled, last.output[0]])([IMAGES])


def two_levels(K, keras):
    model = convnet(keras)
    first, second = model.get_layer("first").output, model.get_layer("second").output
    grads = K.gradients([K.sum(model.output[:, 1]), K.mean(second)], [first, second, model.input])
    return K.function([model.input], grads)([IMAGES])


def of_weights(K, keras):
    model = convnet(keras)
    loss = K.mean(K.categorical_crossentropy(K.constant(np.eye(6)[:2]), model.output))
    return K.function([model.input], K.gradients(loss, model.trainable_weights))([IMAGES])


def of_gradients(K, keras):
    model = convnet(keras)
    first = K.gradients(K.sum(model.output[:, 0]), model.input)[0]
    penalty = K.sum(K.square(1 - K.sqrt(K.sum(K.square(first), axis=[1, 2, 3]))))
    return K.function([model.input], [penalty, *K.gradients(penalty, [model.input])])([IMAGES])


def from_the_middle(K, keras):
    model = convnet(keras)
    middle = model.get_layer("first").output
    values = K.function([model.input], [middle])([IMAGES])
    return K.function([middle], [model.output])(values)


def not_connected(K, keras):
    x, y = K.placeholder((None, 3)), K.placeholder((None, 3))
    found = K.gradients(K.sum(K.square(x)), [x, y])
    return [np.float32(found[1] is None), *K.function([x], found[:1])([ROWS])]


def updates(K, keras):
    x = K.placeholder((None, 3))
    total, count = K.variable(np.zeros(3)), K.variable(0.0)
    mean, last = K.variable(np.ones(3)), K.variable(np.zeros((4, 3)))
    f = K.function(
        [x],
        [K.sum(x)],
        updates=[
            K.update_add(total, K.sum(x, axis=0)),
            K.update_add(count, 1),
            K.moving_average_update(mean, K.mean(x, axis=0), 0.9),
            (last, x * 2),
        ],
    )
    outputs = f([ROWS]) + f([ROWS + 1])
    return outputs + [K.get_value(v) for v in (total, count, mean, last)]


def phases(K, keras):
    x = K.placeholder((None, 3))
    layer = keras.layers.BatchNormalization()
    y = K.in_train_phase(lambda: x * 2, lambda: x + 1)
    f = K.function([x, K.learning_phase()], [layer(x), y])
    return f([ROWS, 0]) + f([ROWS, 1]) + [np.array(K.get_value(layer.moving_mean))]


def switches(K, keras):
    x = K.placeholder((None, 3))
    outputs = [
        K.switch(K.greater(x, 0), x, -x * 3),
        K.switch(K.sum(x) > 0, lambda: x + 1, lambda: x - 1),
        K.stop_gradient(x),
        K.gradients(K.sum(x * K.stop_gradient(x)), x)[0],
    ]
    return K.function([x], outputs)([ROWS])


def folds(K, keras):
    x = K.placeholder((5, 3))
    outputs = [
        K.foldl(lambda a, b: a * 0.5 + b, x),
        K.foldr(lambda a, b: a * 0.5 + b, x),
        K.foldl(lambda a, b: a + K.sum(b), x, initializer=K.constant(2.0)),
        K.map_fn(lambda row: K.square(row) + K.sum(row), x),
        K.map_fn(lambda pair: pair[0] * K.sum(pair[1]), [x, x + 1], dtype="float32"),
    ]
    return K.function([x], outputs)([STEPS[0]])


def folds_of_a_graph(K, keras):
    """Functions that read other tensors of the graph; gradients; a number of elements to come."""
    x, w = K.placeholder((5, 3)), K.placeholder((3,))
    left = K.foldl(lambda a, b: a * w + K.tanh(b), x)
    right = K.foldr(lambda a, b: a * 0.5 + b * w, x, initializer=K.zeros((3,)))
    rows = K.map_fn(lambda row: row * w + K.sum(row * w), x)
    loss = K.sum(left * right) + K.sum(K.square(rows))
    return K.function([x, w], [left, right, rows, *K.gradients(loss, [x, w])])([STEPS[0], ROWS[0]])


def any_number(K, keras):
    x = K.placeholder((None, 3))
    outputs = [
        K.foldl(lambda a, b: a * 0.5 + b, x, initializer=K.ones((3,))),
        K.map_fn(lambda row: K.sum(row) + row, x),
    ]
    f = K.function([x], outputs)
    return f([ROWS]) + f([STEPS[0]])


def _time_step(K, w):
    def step(x, states):
        total = K.tanh(states[0] * w + x)
        return total + states[0], [total]

    return step


def over_time(K, keras):
    x, w = K.placeholder((2, 5, 3)), K.placeholder((3,))
    results = []
    for options in ({}, {"go_backwards": True}, {"unroll": True}):
        last, outputs, states = K.rnn(_time_step(K, w), x, [K.zeros((2, 3))], **options)
        loss = K.sum(K.square(outputs)) + K.sum(states[0])
        results += [last, outputs, states[0], *K.gradients(loss, [x, w])]
    return K.function([x, w], results)([STEPS, ROWS[0]])


def over_masked_time(K, keras):
    x, w, mask = K.placeholder((2, None, 3)), K.placeholder((3,)), K.placeholder((2, None))
    results = []
    for options in ({}, {"zero_output_for_mask": True}):
        mask_now = K.cast(mask, "bool")
        last, outputs, states = K.rnn(
            _time_step(K, w), x, [K.zeros((2, 3))], mask=mask_now, **options
        )
        loss = K.sum(K.square(outputs)) + K.sum(states[0])
        results += [last, outputs, states[0], *K.gradients(loss, [x, w])]
    keep = np.array([[1, 0, 1, 1, 0], [0, 1, 1, 1, 1]], "float32")
    return K.function([x, w, mask], results)([STEPS, ROWS[0], keep])


def losses(K, keras):
    p = K.placeholder((None, 3))
    soft, truth = K.softmax(p), K.constant(np.eye(3)[[0, 2, 1, 0]])
    outputs = [
        K.binary_focal_crossentropy(truth, K.sigmoid(p)),
        K.binary_focal_crossentropy(truth, p, True, 0.3, 1.5, True),
        K.categorical_focal_crossentropy(truth, soft),
        K.categorical_focal_crossentropy(truth, p, 0.5, 1.0, True),
        *K.normalize_batch_in_training(p, K.constant([1.0, 2, 3]), K.constant([0.5, 0, 1]), [0]),
    ]
    return K.function([p], outputs)([ROWS])


def local(K, keras):
    x = K.placeholder((None, 5, 3))
    image = K.placeholder((None, 8, 8, 3))
    a = K.local_conv1d(x, K.constant(np.arange(2 * 9 * 2).reshape(2, 9, 2) / 30), (3,), (2,))
    kernel = np.arange(9 * 27 * 2).reshape(9, 27, 2) / 400
    b = K.local_conv2d(image, K.constant(kernel), (3, 3), (2, 2), (3, 3))
    return K.function([x, image], [a, b])([STEPS, IMAGES])


CASES = {
    f.__name__: f
    for f in (
        deep_dream, filters, grad_cam, two_levels, of_weights, of_gradients, from_the_middle,
        not_connected, updates, phases, switches, folds,
        folds_of_a_graph, any_number, over_time, over_masked_time, losses, local,
    )
}  # fmt: skip
