"""Models for files that go from one side to the other: every function takes the Keras-like module.

Files by real Keras and tf-keras, with what they predict and how training goes on, are in files/,
made by make_files.py; the other way is exchange.py.
"""

import numpy as np


def rows(shape, seed):
    return np.random.RandomState(seed).randint(-64, 65, shape).astype("float32") / 32


def dense(k):
    return k.Sequential(
        [
            k.layers.InputLayer(input_shape=(6,), name="x") if old(k) else k.Input((6,), name="x"),
            k.layers.Dense(5, activation="tanh", kernel_regularizer=k.regularizers.L2(0.01)),
            k.layers.Dropout(0.0),
            k.layers.Dense(3, activation="softmax", kernel_initializer="he_normal"),
        ],
        name="dense_net",
    )


def conv(k):
    x = k.Input((8, 8, 3), name="image")
    y = k.layers.Conv2D(4, 3, padding="same", use_bias=False, name="c1")(x)
    y = k.layers.BatchNormalization(name="bn")(y)
    y = k.layers.ReLU(name="relu")(y)
    y = k.layers.MaxPooling2D(name="pool")(y)
    z = k.layers.Conv2D(4, 1, strides=2, activation="relu", name="c2")(x)
    y = k.layers.Add(name="sum")([y, z])
    y = k.layers.GlobalAveragePooling2D(name="mean")(y)
    return k.Model(x, k.layers.Dense(2, name="out")(y), name="conv_net")


def two_inputs(k):
    words = k.Input((5,), dtype="int32", name="words")
    facts = k.Input((4,), name="facts")
    x = k.layers.Flatten(name="flat")(k.layers.Embedding(9, 3, name="table")(words))
    x = k.layers.Concatenate(name="both")([x, facts])
    h = k.layers.Dense(6, activation="relu", name="hidden")(x)
    outputs = [
        k.layers.Dense(1, activation="sigmoid", name="yes")(h),
        k.layers.Dense(3, name="score")(h),
    ]
    return k.Model([words, facts], outputs, name="two_in_two_out")


def shared(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    layer = k.layers.Dense(4, activation="tanh", name="twice")
    x = k.layers.Subtract(name="difference")([layer(a), layer(layer(b))])
    return k.Model([a, b], k.layers.Dense(2, name="out")(x), name="shared_net")


def nested(k):
    y = k.Input((4,), name="y")
    core = k.Model(y, k.layers.Dense(3, activation="relu", name="core_dense")(y), name="core")
    head = k.Sequential([k.layers.Dense(2, name="head_dense")], name="head")
    x = k.Input((6,), name="x")
    z = k.layers.Dense(4, name="first")(x)
    return k.Model(x, head(core(z)), name="nested_net")


def with_ops(k):
    """Ops applied to the tensors of a functional model, which Keras 3 alone has."""
    ops = k.ops
    x, y = k.Input((4, 3), name="x"), k.Input((4, 3), name="y")
    z = ops.concatenate([x / 2.0 - y, ops.maximum(1.0 - x, 0.25), -abs(y)], axis=-1)
    z = ops.transpose(ops.reshape(z, (-1, 2, 18)), (0, 2, 1))
    z = k.layers.Dense(4, activation="tanh", name="d")(z)
    parts = [
        z[:, 1:9:2, 0],
        ops.mean(z, axis=(1,), keepdims=False),
        ops.max(ops.exp(z), axis=1),
        ops.sum(ops.square(z) ** 2, axis=1),
        ops.matmul(ops.softmax(x, axis=1), ops.transpose(y, (0, 2, 1)))[:, 0],
        ops.where(ops.greater(x, y), x, 0.5)[:, :, -1],
        ops.cast(ops.argmax(z, axis=1), "float32"),
        ops.take(x, [0, 2], axis=1)[:, 1],
        ops.pad(x, [[0, 0], [1, 0], [0, 0]])[:, 1],
        ops.clip(ops.mod(y, 2.0), 0.5, 1.5)[:, 2],
        ops.logical_not(x > 0)[:, 0] * 1.0,
    ]
    return k.Model([x, y], ops.concatenate(parts, axis=1), name="ops_net")


def hard(k):
    """What meant something else before Keras 3."""
    x = k.Input((6,), name="x")
    y = k.layers.Dense(5, activation="hard_sigmoid", name="part/one")(x)
    y = k.layers.Activation("hard_sigmoid", name="hs")(y)
    return k.Model(x, k.layers.Dense(2, name="part/two")(y), name="hard_net")


def recurrent(k):
    """Recurrent layers of every kind, and states that go from one layer to another."""
    layers = k.layers
    words = k.Input((5,), dtype="int32", name="words")
    x = layers.Embedding(9, 4, mask_zero=True, name="table")(words)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True, name="l"), name="both")(x)
    x = layers.TimeDistributed(layers.Dense(3, name="d"), name="each")(x)
    cells = [layers.LSTMCell(2, name="c1"), layers.GRUCell(3, name="c2")]
    x = layers.RNN(cells, return_sequences=True, name="stack")(x)
    x = layers.GRU(3, reset_after=False, return_sequences=True, name="g")(x)
    x = layers.SimpleRNN(4, dropout=0.0, name="s")(x)
    steps = k.Input((None, 2), name="steps")
    y, h, c = layers.LSTM(3, return_state=True, go_backwards=True, name="encoder")(steps)
    z = layers.LSTM(3, return_sequences=True, name="decoder")(steps, initial_state=[h, c])
    z = layers.GRU(2, name="last")(z)
    out = layers.Concatenate(name="all")([x, y, z])
    return k.Model([words, steps], layers.Dense(2, name="out")(out), name="recurrent_net")


MODELS = {f.__name__: f for f in (dense, conv, two_inputs, shared, nested, recurrent)}
ONLY_KERAS_3 = {"with_ops": with_ops}
ONLY_KERAS_2 = {"hard": hard}

INPUTS = {
    "dense": lambda: rows((8, 6), 1),
    "conv": lambda: rows((4, 8, 8, 3), 2),
    "two_inputs": lambda: [
        np.random.RandomState(3).randint(0, 9, (8, 5)).astype("int32"),
        rows((8, 4), 3),
    ],
    "shared": lambda: [rows((8, 4), 4), rows((8, 4), 5)],
    "nested": lambda: rows((8, 6), 6),
    "with_ops": lambda: [rows((8, 4, 3), 7), rows((8, 4, 3), 8)],
    "hard": lambda: rows((8, 6), 9),
    "recurrent": lambda: [
        np.random.RandomState(10).randint(0, 9, (8, 5)).astype("int32"),
        rows((8, 4, 2), 10),
    ],
}

LABELS = {
    "dense": lambda: np.arange(8) % 3,
    "conv": lambda: rows((4, 2), 12),
    "two_inputs": lambda: [(np.arange(8) % 2).reshape(8, 1), rows((8, 3), 13)],
    "shared": lambda: rows((8, 2), 14),
    "nested": lambda: rows((8, 2), 16),
    "recurrent": lambda: rows((8, 2), 18),
    "with_ops": lambda: rows((8, 40), 17),
    "hard": lambda: rows((8, 2), 18),
}

COMPILED = {
    "dense": lambda k: {
        "optimizer": k.optimizers.Adam(0.01),
        "loss": "sparse_categorical_crossentropy",
        "metrics": ["accuracy"],
    },
    "conv": lambda k: {
        "optimizer": k.optimizers.SGD(0.05, momentum=0.9),
        "loss": k.losses.MeanSquaredError(),
    },
    "two_inputs": lambda k: {
        "optimizer": k.optimizers.SGD(0.05),  # others treat repeated words differently on TF
        "loss": ["binary_crossentropy", "mse"],
        "loss_weights": [1.0, 0.5],
    },
    "shared": lambda k: {
        "optimizer": k.optimizers.Adam(
            k.optimizers.schedules.ExponentialDecay(0.05, 2, 0.5, staircase=True)
        ),
        "loss": "mae",
    },
    "nested": lambda k: {"optimizer": "rmsprop", "loss": "mse", "metrics": ["mae"]},
    "with_ops": lambda k: {"optimizer": "sgd", "loss": "mse"},
    "hard": lambda k: {"optimizer": "sgd", "loss": "mse"},
    "recurrent": lambda k: {"optimizer": k.optimizers.SGD(0.05), "loss": "mse"},
}


def old(k):
    """Whether this is a Keras before 3."""
    return k.__version__.startswith("2.")


def trained(k, name):
    """The model after three steps on one batch, from weights that both sides make alike."""
    model = (MODELS | ONLY_KERAS_3 | ONLY_KERAS_2)[name](k)
    rng = np.random.RandomState(7)
    values = []
    for weight in model.weights:
        value = rng.randint(-64, 65, tuple(weight.shape)).astype("float32") / 96
        values.append(np.abs(value) + 1 if "variance" in weight.name else value)
    model.set_weights(values)
    model.compile(**COMPILED[name](k))
    go_on(model, name)
    return model


def go_on(model, name, steps=3):
    """Trains on; returns the losses."""
    x, y = INPUTS[name](), LABELS[name]()
    return [float(np.ravel(model.train_on_batch(x, y))[0]) for _ in range(steps)]


def predictions(model, name):
    found = model.predict(INPUTS[name](), verbose=0)
    return [np.asarray(y) for y in (found if isinstance(found, list) else [found])]
