"""Objects of every public class that configs are made of, and how each is made on either side.

What real Keras writes for them is in keras_configs.json, made by make_configs.py.
"""

ROOMS = ("layers", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers")
ROOMS += ("regularizers", "constraints", "random")

# What has no config of its own to compare: bases, and layers around other frameworks' objects.
NOT_MADE = {
    "layers": {"Layer", "InputSpec", "FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"},
    "losses": {"Loss"},
    "metrics": {"Metric"},
    "optimizers": {"Optimizer", "MultiOptimizer", "OptimizerMap"},
    "optimizers.schedules": {"LearningRateSchedule"},
    "initializers": {"Initializer"},
    "regularizers": {"Regularizer"},
    "constraints": {"Constraint"},
}

_POOL = [f"{kind}{n}D" for kind in ("AveragePooling", "AvgPool") for n in (1, 2, 3)]
_ADAPTIVE = [f"Adaptive{kind}Pooling{n}D" for kind in ("Average", "Max") for n in (1, 2, 3)]
_CONV = [f"Conv{n}D{t}" for n in (1, 2, 3) for t in ("", "Transpose")]
_CONV += [f"Convolution{n}D{t}" for n in (1, 2, 3) for t in ("", "Transpose")]
_CONV += [f"Separable{c}{n}D" for c in ("Conv", "Convolution") for n in (1, 2)]
_CONV += [f"ConvLSTM{n}D" for n in (1, 2, 3)]
_RATE = ["AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"]
_RATE += [f"SpatialDropout{n}D" for n in (1, 2, 3)]
_FACTOR = ["Brightness", "ColorDegeneration", "Contrast", "Hue", "Rotation"]
_FACTOR += ["Saturation", "Sharpness", "Zoom"]
_RNN = ["GRU", "LSTM", "SimpleRNN", "GRUCell", "LSTMCell", "SimpleRNNCell", "Dense"]

# room -> class -> function from the Keras-like module to the arguments; none where missing.
ARGUMENTS = {
    "layers": {
        **{name: lambda k: ([2], {}) for name in _POOL + _ADAPTIVE},
        **{name: lambda k: ([4, 3], {}) for name in _CONV},
        **{name: lambda k: ([0.25], {}) for name in _RATE},
        **{f"Random{name}": lambda k: ([0.25], {}) for name in _FACTOR},
        **{name: lambda k: ([5], {}) for name in _RNN},
        **{f"DepthwiseConv{n}D": lambda k: ([3], {}) for n in (1, 2)},
        "Activation": lambda k: (["relu"], {}),
        "Bidirectional": lambda k: ([k.layers.LSTM(3)], {}),
        "CategoryEncoding": lambda k: ([4], {}),
        "CenterCrop": lambda k: ([4, 5], {}),
        "Discretization": lambda k: ([[0.0, 1.0, 2.0]], {}),
        "Dot": lambda k: ([1], {}),
        "EinsumDense": lambda k: (["ab,bc->ac", 4], {}),
        "Embedding": lambda k: ([7, 3], {}),
        "GroupQueryAttention": lambda k: ([4, 4, 2], {}),
        "HashedCrossing": lambda k: ([4], {}),
        "Hashing": lambda k: ([4], {}),
        "InputLayer": lambda k: ([(3,)], {}),
        "Lambda": lambda k: ([k.activations.relu], {}),
        "MaxNumBoundingBoxes": lambda k: ([3], {}),
        "MultiHeadAttention": lambda k: ([2, 3], {}),
        "Permute": lambda k: ([(2, 1)], {}),
        "Pipeline": lambda k: ([[k.layers.Rescaling(0.5)]], {}),
        "RNN": lambda k: ([k.layers.LSTMCell(3)], {}),
        "RandomPosterization": lambda k: ([3], {}),
        "RandomCrop": lambda k: ([4, 5], {}),
        "RandomTranslation": lambda k: ([0.25, 0.5], {}),
        "RepeatVector": lambda k: ([3], {}),
        "Rescaling": lambda k: ([0.5], {}),
        "Reshape": lambda k: ([(2, 3)], {}),
        "Resizing": lambda k: ([4, 5], {}),
        "ReversibleEmbedding": lambda k: ([7, 3], {}),
        "SpectralNormalization": lambda k: ([k.layers.Dense(3)], {}),
        "StackedRNNCells": lambda k: ([[k.layers.LSTMCell(3), k.layers.GRUCell(2)]], {}),
        "TimeDistributed": lambda k: ([k.layers.Dense(3)], {}),
        "Wrapper": lambda k: ([k.layers.Dense(3)], {}),
    },
    "metrics": {
        "IoU": lambda k: ([3, [0, 1]], {}),
        "OneHotIoU": lambda k: ([3, [0, 1]], {}),
        "MeanIoU": lambda k: ([3], {}),
        "OneHotMeanIoU": lambda k: ([3], {}),
        "MeanMetricWrapper": lambda k: ([k.losses.mean_squared_error], {}),
        **{
            name: lambda k: ([0.5], {})
            for name in (
                "PrecisionAtRecall",
                "RecallAtPrecision",
                "SensitivityAtSpecificity",
                "SpecificityAtSensitivity",
            )
        },
    },
    "optimizers": {"LossScaleOptimizer": lambda k: ([k.optimizers.SGD()], {})},
    "optimizers.schedules": {
        "CosineDecay": lambda k: ([0.5, 10], {}),
        "CosineDecayRestarts": lambda k: ([0.5, 10], {}),
        "ExponentialDecay": lambda k: ([0.5, 10, 0.9], {}),
        "InverseTimeDecay": lambda k: ([0.5, 10, 0.9], {}),
        "PiecewiseConstantDecay": lambda k: ([[2, 5], [0.5, 0.25, 0.125]], {}),
        "PolynomialDecay": lambda k: ([0.5, 10], {}),
    },
}

# More of them, with other than default values: name -> (classes it needs, how it is made).
VARIED = {
    "dense": lambda k: k.layers.Dense(
        3,
        activation="tanh",
        kernel_initializer=k.initializers.HeNormal(seed=3),
        bias_initializer="ones",
        kernel_regularizer=k.regularizers.L1L2(0.25, 0.5),
        activity_regularizer="l2",
        bias_constraint=k.constraints.MaxNorm(2.0),
        dtype="mixed_float16",
        name="varied",
        trainable=False,
    ),
    "dense_leaky": lambda k: k.layers.Dense(2, activation=k.layers.LeakyReLU(0.25, name="leaky")),
    "conv": lambda k: k.layers.Conv2D(
        4, (3, 2), strides=2, padding="same", dilation_rate=1, groups=2, use_bias=False
    ),
    "input": lambda k: k.layers.InputLayer(batch_shape=(2, None, 3), dtype="int32", name="in"),
    "activation_layer": lambda k: k.layers.Activation(k.activations.gelu),
    "batch_norm": lambda k: k.layers.BatchNormalization(axis=1, momentum=0.5, scale=False),
    "adam_schedule": lambda k: k.optimizers.Adam(
        k.optimizers.schedules.ExponentialDecay(0.5, 10, 0.9, staircase=True), clipnorm=1.0
    ),
    "sgd": lambda k: k.optimizers.SGD(0.5, momentum=0.25, nesterov=True, weight_decay=0.125),
    "loss": lambda k: k.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=0.25, reduction="sum", name="smooth"
    ),
    "metric": lambda k: k.metrics.SparseTopKCategoricalAccuracy(k=2, name="two", dtype="float64"),
    "constant": lambda k: k.initializers.Constant(0.5),
    "variance": lambda k: k.initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=5),
    "policy": lambda k: k.DTypePolicy("mixed_bfloat16"),
    "seed": lambda k: k.random.SeedGenerator(5),
    "function": lambda k: k.activations.relu,
    "loss_function": lambda k: k.losses.mean_squared_error,
}

_MODELS = {}


def model(function):
    _MODELS[function.__name__] = function
    return function


@model
def sequential(k):
    return k.Sequential(
        [k.Input((4,)), k.layers.Dense(3, activation="relu"), k.layers.Dropout(0.5)], name="seq"
    )


@model
def unbuilt_sequential(k):
    return k.Sequential([k.layers.Dense(3), k.layers.Dense(2)], name="seq")


@model
def built_sequential(k):
    made = unbuilt_sequential(k)
    made.build((None, 5))
    return made


@model
def two_inputs(k):
    a, b = k.Input((3,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(4, name="shared")
    x = k.layers.Concatenate(name="both")([shared(k.layers.Dense(3, name="narrow")(b)), shared(a)])
    return k.Model([a, b], [k.layers.Dense(2, name="out")(x), x], name="model")


@model
def dicts(k):
    a, b = k.Input((3,), name="z"), k.Input((3,), name="y")
    x = k.layers.Add(name="sum")([a, b])
    return k.Model({"z": a, "y": b}, {"q": k.layers.Dense(2, name="out")(x), "p": x}, name="model")


@model
def nested(k):
    inner = sequential(k)
    x = k.Input((4,), name="x")
    y = k.Input((3,), name="y")
    core = k.Model(y, k.layers.Dense(2, name="core_dense")(y), name="core")
    return k.Model(x, core(inner(x)), name="outer")


@model
def with_training(k):
    x = k.Input((4,), name="x")
    y = k.layers.Dropout(0.5, name="mc")(x, training=True)
    z = k.layers.BatchNormalization(name="bn")(y, training=False)
    return k.Model(x, k.layers.Dropout(0.5, name="usual")(z), name="model")


@model
def compiled(k):
    made = sequential(k)
    made.compile(
        k.optimizers.Adam(0.5),
        loss={"dropout": k.losses.MeanSquaredError()},
        metrics=["mae", k.metrics.MeanSquaredError()],
        loss_weights={"dropout": 2.0},
    )
    return made


@model
def compiled_list(k):
    made = two_inputs(k)
    made.compile("sgd", loss=["mse", None], metrics=[["mae"], []], weighted_metrics=[["mse"], []])
    return made


def classes(k, room):
    """{name: class} of the public classes of a room that have a config."""
    place = k
    for part in room.split("."):
        place = getattr(place, part)
    found = {}
    for name in sorted(dir(place)):
        cls = getattr(place, name, None)
        if isinstance(cls, type) and not name.startswith("_") and name[0].isupper():
            if name not in NOT_MADE.get(room, ()) and hasattr(cls, "get_config"):
                found[name] = cls
    return found


def make(k, room, name):
    args, kwargs = ARGUMENTS.get(room, {}).get(name, lambda k: ([], {}))(k)
    place = k
    for part in room.split("."):
        place = getattr(place, part)
    return getattr(place, name)(*args, **kwargs)


def config_of(k, make_it):
    """The config, as it looks when it was in a file."""
    import json

    k.utils.clear_session(free_memory=False)
    return json.loads(json.dumps(k.saving.serialize_keras_object(make_it(k))))


MODELS = _MODELS
