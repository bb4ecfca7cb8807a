"""The networks of the golden files, written once for both sides.

Every function takes the Keras-like module (`keras` or `pronghorn`), so that the file maker and the
test build the very same thing. Data and weights come from RandomState, whose streams are frozen, on
a grid that float16 represents, so float32 and float64 runs start from equal numbers.
"""

import numpy as np

STEPS = 20
BATCH = 8
WORDS = 48


def grid(rng, shape, scale=1.0):
    """Numbers in (-2, 2) * scale on a grid of 1/64: exact in every float type."""
    return (rng.randint(-127, 128, size=shape) / 64.0) * scale


def mlp(k):
    return k.Sequential(
        [
            k.Input((12,)),
            k.layers.Dense(16, activation="relu", name="d1"),
            k.layers.Dense(9, activation="tanh", name="d2"),
            k.layers.Dense(5, activation="softmax", name="d3"),
        ],
        name="mlp",
    )


def convnet(k):
    # c1 has no bias: before batch normalisation its gradient is rounding noise, which Adam grows.
    return k.Sequential(
        [
            k.Input((9, 10, 2)),
            k.layers.Conv2D(6, 3, padding="same", use_bias=False, name="c1"),
            k.layers.BatchNormalization(momentum=0.96875, epsilon=2.0**-10, name="bn1"),
            k.layers.Activation("relu", name="a1"),
            k.layers.MaxPooling2D(2, name="p1"),
            k.layers.Conv2D(7, (3, 2), strides=(1, 2), activation="relu", name="c2"),
            k.layers.BatchNormalization(momentum=0.875, epsilon=2.0**-10, name="bn2"),
            k.layers.Dropout(0.0, name="off"),
            k.layers.AveragePooling2D((2, 1), padding="same", name="p2"),
            k.layers.Flatten(name="flat"),
            k.layers.Dense(4, name="out"),
        ],
        name="convnet",
    )


def two_inputs(k):
    words = k.Input((5,), dtype="int32", name="words")
    facts = k.Input((6,), name="facts")
    x = k.layers.Embedding(WORDS, 3, name="emb")(words)
    x = k.layers.Flatten(name="flat")(x)
    x = k.layers.Dense(8, activation="sigmoid", name="dx")(x)
    y = k.layers.Dense(8, activation="relu", name="dy")(facts)
    both = k.layers.Add(name="add")([x, y])
    z = k.layers.Concatenate(name="cat")([both, y, x])
    z = k.layers.Dense(7, activation="relu", name="dz")(z)
    out = k.layers.Dense(1, activation="sigmoid", name="out")(z)
    return k.Model([words, facts], out, name="two_inputs")


def mlp_data(dtype):
    rng = np.random.RandomState(1)
    x = grid(rng, (STEPS * BATCH, 12)).astype(dtype)
    y = np.eye(5, dtype=dtype)[rng.randint(0, 5, size=len(x))]
    return x, y


def convnet_data(dtype):
    rng = np.random.RandomState(2)
    x = grid(rng, (STEPS * BATCH, 9, 10, 2)).astype(dtype)
    return x, rng.randint(0, 4, size=len(x)).astype("int32")


def two_inputs_data(dtype):
    rng = np.random.RandomState(3)
    n = STEPS * BATCH
    # No word twice in a batch: Keras on TensorFlow squares each occurrence's gradient by itself in
    # RMSprop and Adam; Keras on JAX and we sum first. "repeats" holds the other case.
    words = np.concatenate([rng.permutation(WORDS)[: 5 * BATCH] for _ in range(STEPS)])
    words = words.reshape(n, 5).astype("int32")
    facts = grid(rng, (n, 6)).astype(dtype)
    return [words, facts], rng.randint(0, 2, size=(n, 1)).astype(dtype)


def repeats_data(dtype):
    (words, facts), y = two_inputs_data(dtype)
    return [words % 7, facts], y


def mlp_loss(k):
    return k.losses.CategoricalCrossentropy()


def convnet_loss(k):
    return k.losses.SparseCategoricalCrossentropy(from_logits=True)


def two_inputs_loss(k):
    return k.losses.BinaryCrossentropy()


NETWORKS = {
    "mlp": (mlp, mlp_data, mlp_loss),
    "convnet": (convnet, convnet_data, convnet_loss),
    "two_inputs": (two_inputs, two_inputs_data, two_inputs_loss),
    "repeats": (two_inputs, repeats_data, two_inputs_loss),
}

# Hyperparameters that float32 represents: Keras on TensorFlow rounds Python floats to it, also in
# float64 models. (The learning rate is a variable of the model's type.)
OPTIMIZERS = {
    "sgd": lambda k: k.optimizers.SGD(0.05, momentum=0.875, nesterov=True),
    "rmsprop": lambda k: k.optimizers.RMSprop(0.003, rho=0.875, epsilon=2.0**-23),
    "adam": lambda k: k.optimizers.Adam(0.005, beta_1=0.875, beta_2=1 - 2.0**-9, epsilon=2.0**-23),
}


def first_weights(model, seed=7):
    """Equal weights for both sides: small grid numbers; variances positive."""
    rng = np.random.RandomState(seed)
    values = []
    for weight in model.weights:
        value = grid(rng, tuple(weight.shape), 0.25)
        if "variance" in weight.name or "gamma" in weight.name:
            value = 1.0 + np.abs(value)
        values.append(value)
    return values


def head(x, n):
    return [part[:n] for part in x] if isinstance(x, list) else x[:n]


def record(k, name, dtype):
    """What one side computes, as a flat dict of arrays: the golden file's content."""
    build, data, loss = NETWORKS[name]
    x, y = data(dtype)
    out = {}
    for opt_name, make in OPTIMIZERS.items():
        model = build(k)
        start = first_weights(model)
        model.set_weights([w.astype(dtype) for w in start])
        model.compile(optimizer=make(k), loss=loss(k))
        if opt_name == "sgd":
            out["forward"] = np.asarray(model.predict_on_batch(head(x, BATCH)))
            out["forward_training"] = np.asarray(model(head(x, BATCH), training=True))
            model.set_weights([w.astype(dtype) for w in start])
            out["evaluate"] = np.asarray(model.evaluate(x, y, batch_size=BATCH, verbose=0))
        out[f"{opt_name}/loss1"] = np.asarray(model.train_on_batch(head(x, BATCH), y[:BATCH]))
        for i, w in enumerate(model.get_weights()):
            out[f"{opt_name}/step1/{i}"] = w
        model.set_weights([w.astype(dtype) for w in start])
        model.compile(optimizer=make(k), loss=loss(k))
        history = model.fit(x, y, batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
        out[f"{opt_name}/loss20"] = np.asarray(history.history["loss"][0])
        for i, w in enumerate(model.get_weights()):
            out[f"{opt_name}/step20/{i}"] = w
    return out
