"""Models built by both sides: every function takes the Keras-like module.

Their summaries, weights files and outputs by real Keras are in files/, made by make_files.py.
"""

import numpy as np


def mlp(k):
    return k.Sequential(
        [
            k.Input((12,)),
            k.layers.Dense(300, activation="relu"),
            k.layers.Dropout(0.2),
            k.layers.Dense(10, activation="softmax"),
        ]
    )


def convnet(k):
    return k.Sequential(
        [
            k.layers.Input((28, 28, 1)),
            k.layers.Conv2D(32, 3, activation="relu"),
            k.layers.BatchNormalization(),
            k.layers.MaxPooling2D(),
            k.layers.Conv2D(64, 3, padding="same", name="a_layer_with_a_name_that_has_to_wrap"),
            k.layers.GlobalAveragePooling2D(),
            k.layers.Dense(10),
        ],
        name="convnet",
    )


def two_inputs(k):
    words = k.Input((5,), dtype="int32", name="words")
    facts = k.Input((6,), name="facts")
    x = k.layers.Embedding(11, 3)(words)
    x = k.layers.Flatten()(x)
    x = k.layers.Dense(8, activation="sigmoid")(x)
    y = k.layers.Dense(8, activation="relu")(facts)
    z = k.layers.Concatenate()([k.layers.Add()([x, y]), y, x])
    return k.Model([words, facts], k.layers.Dense(1, activation="sigmoid", name="out")(z))


def dict_in_and_out(k):
    a = k.Input((3,), name="a")
    b = k.Input((4,), name="b")
    x = k.layers.Dense(5, name="left")(a)
    y = k.layers.Dense(5, name="right")(b)
    both = k.layers.add([x, y])
    return k.Model({"a": a, "b": b}, {"sum": both, "left": x}, name="dicts")


def dict_outputs(k):
    x = k.Input((4,), name="x")
    heads = {"z": k.layers.Dense(3, name="last")(x), "a": k.layers.Dense(3, name="first")(x)}
    return k.Model(x, heads, name="heads")


def shared(k):
    a = k.Input((4,), name="a")
    b = k.Input((4,), name="b")
    layer = k.layers.Dense(3, name="shared")
    return k.Model([a, b], k.layers.Concatenate()([layer(a), layer(b)]))


def nested(k):
    inner = k.Sequential(
        [k.Input((8,)), k.layers.Dense(6, activation="relu"), k.layers.Dense(4)], name="inner"
    )
    core_in = k.Input((4,))
    core = k.Model(core_in, k.layers.Dense(2)(core_in), name="core")
    x = k.Input((8,))
    return k.Model(x, core(inner(x)), name="outer")


def residual(k):
    x = start = k.Input((8, 8, 4))
    for _ in range(2):
        y = k.layers.Conv2D(4, 3, padding="same", activation="relu")(x)
        y = k.layers.Conv2D(4, 3, padding="same")(y)
        y = k.layers.BatchNormalization()(y)
        x = k.layers.Activation("relu")(k.layers.Add()([x, y]))
    return k.Model(start, [k.layers.Flatten()(x), k.layers.GlobalAveragePooling2D()(x)])


def deferred(k):
    return k.Sequential([k.layers.Dense(4), k.layers.BatchNormalization(), k.layers.Dense(2)])


def frozen(k):
    model = mlp(k)
    model.layers[0].trainable = False
    return model


def subclassed(k):
    class Block(k.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.parts = [k.layers.Dense(units), k.layers.Dense(units, name="second")]
            self.norm = k.layers.BatchNormalization()

        def build(self, input_shape):
            for part in self.parts:
                part.build(input_shape)
                input_shape = (*input_shape[:-1], part.units)
            self.norm.build(input_shape)
            self.scale = self.add_weight(shape=(3,), name="scale", trainable=False)

        def call(self, x, training=None):
            for part in self.parts:
                x = part(x)
            return self.norm(x, training=training)

    class Net(k.Model):
        def __init__(self):
            super().__init__(name="net")
            self.zeta = k.Sequential([k.layers.Dense(3), k.layers.Dropout(0.5)])
            self.blocks = {"x": Block(3), "y": [Block(3), k.layers.Dense(2)]}
            self._hidden = k.layers.Dense(3)

        def call(self, x, training=None):
            x = self._hidden(self.zeta(x))
            x = self.blocks["y"][0](self.blocks["x"](x))
            return self.blocks["y"][1](x)

    return Net()


MODELS = {
    f.__name__: f
    for f in (
        mlp, convnet, two_inputs, dict_in_and_out, dict_outputs, shared, nested, residual,
        deferred, frozen, subclassed,
    )
}  # fmt: skip

# Arguments of summary() tried on every model.
SUMMARIES = [
    {},
    {"line_length": 60},
    {"line_length": 40},
    {"expand_nested": True},
    {"show_trainable": True},
    {"expand_nested": True, "show_trainable": True, "line_length": 76},
    {"positions": [0.5, 0.7, 0.8, 1.0]},
]

# Models whose weights files are exchanged, and their inputs.
EXCHANGED = ("mlp", "convnet", "two_inputs", "nested", "residual", "subclassed", "deferred")
EXCHANGED += ("dict_outputs",)


def inputs_of(name):
    rng = np.random.RandomState(7)

    def floats(*shape):
        return (rng.randint(-127, 128, shape) / 64).astype("float32")

    return {
        "mlp": lambda: floats(3, 12),
        "convnet": lambda: floats(2, 28, 28, 1),
        "two_inputs": lambda: [rng.randint(0, 11, (3, 5)).astype("int32"), floats(3, 6)],
        "dict_in_and_out": lambda: {"a": floats(2, 3), "b": floats(2, 4)},
        "dict_outputs": lambda: floats(3, 4),
        "nested": lambda: floats(3, 8),
        "shared": lambda: [floats(3, 4), floats(3, 4)],
        "residual": lambda: floats(2, 8, 8, 4),
        "subclassed": lambda: floats(3, 5),
        "deferred": lambda: floats(3, 5),
        "frozen": lambda: floats(3, 12),
    }[name]()


def fill(model):
    rng = np.random.RandomState(11)
    values = []
    for weight in model.weights:
        value = (rng.randint(-127, 128, tuple(weight.shape)) / 256).astype("float32")
        values.append(1 + np.abs(value) if "variance" in weight.name else value)
    model.set_weights(values)


def structure(model):
    """What both sides must agree on besides numbers."""
    return {
        "layers": [layer.name for layer in model.layers],
        "weights": [[w.path, list(w.shape)] for w in model.weights],
        "trainable": [w.path for w in model.trainable_weights],
        "non_trainable": [w.path for w in model.non_trainable_weights],
        "params": model.count_params() if model.built else None,
    }
