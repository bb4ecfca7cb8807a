"""One small model for every public layer, wrapper and container, for exchange.py.

A row is a name, a function from the Keras-like module to a layer (or to a model), and the shapes of
its inputs. Rows of BOTH are layers of Keras 2 as well.
"""

import numpy as np

S1, S2, S3 = (7, 3), (6, 7, 3), (5, 6, 4, 2)  # one sample, channels last
SHAPES = {1: S1, 2: S2, 3: S3}


def _by_dimension(table, name, make, dimensions=(1, 2, 3)):
    for n in dimensions:
        table[f"{name}{n}D"] = (lambda k, n=n: make(getattr(k.layers, f"{name}{n}D"), n), SHAPES[n])


def _both():
    table = {
        "Dense": (lambda k: k.layers.Dense(4, activation="relu"), (3,)),
        "Dense_of_steps": (lambda k: k.layers.Dense(4, use_bias=False), (5, 3)),
        "EinsumDense": (
            lambda k: k.layers.EinsumDense(
                "abc,cd->abd", output_shape=(None, 4), bias_axes="d", activation="gelu"
            ),
            (5, 3),
        ),
        "Activation": (lambda k: k.layers.Activation("softplus"), (5,)),
        "ReLU": (lambda k: k.layers.ReLU(1.5, negative_slope=0.1, threshold=0.2), (5,)),
        "LeakyReLU": (lambda k: k.layers.LeakyReLU(0.3), (5,)),
        "ELU": (lambda k: k.layers.ELU(0.7), (5,)),
        "PReLU": (lambda k: k.layers.PReLU(shared_axes=[1]), (5, 3)),
        "Softmax": (lambda k: k.layers.Softmax(axis=-2), (5, 3)),
        "Masking": (lambda k: k.layers.Masking(0.5), (5, 3)),
        "Flatten": (lambda k: k.layers.Flatten(), (5, 3)),
        "Reshape": (lambda k: k.layers.Reshape((3, -1)), (4, 6)),
        "Permute": (lambda k: k.layers.Permute((2, 1)), (5, 3)),
        "RepeatVector": (lambda k: k.layers.RepeatVector(3), (5,)),
        "Identity": (lambda k: k.layers.Identity(), (5,)),
        "Dropout": (lambda k: k.layers.Dropout(0.3, noise_shape=(None, 1, 3), seed=1), (5, 3)),
        "AlphaDropout": (lambda k: k.layers.AlphaDropout(0.3), (5,)),
        "GaussianDropout": (lambda k: k.layers.GaussianDropout(0.3), (5,)),
        "GaussianNoise": (lambda k: k.layers.GaussianNoise(0.3), (5,)),
        "ActivityRegularization": (lambda k: k.layers.ActivityRegularization(0.1, 0.2), (5,)),
        "BatchNormalization": (lambda k: k.layers.BatchNormalization(axis=1), S2),
        "BatchNormalization_plain": (
            lambda k: k.layers.BatchNormalization(scale=False, center=False), (5,)
        ),
        "LayerNormalization": (lambda k: k.layers.LayerNormalization(axis=[1, 2]), (5, 3)),
        "GroupNormalization": (lambda k: k.layers.GroupNormalization(2), (5, 4)),
        "UnitNormalization": (lambda k: k.layers.UnitNormalization(), (5,)),
        "SpectralNormalization": (
            lambda k: k.layers.SpectralNormalization(k.layers.Dense(3)), (4,)
        ),
        "Normalization": (
            lambda k: k.layers.Normalization(mean=[0.5, 1.0, 0.0], variance=[1.0, 2.0, 0.5]), (3,)
        ),
        "Rescaling": (lambda k: k.layers.Rescaling(0.5, offset=[1.0, 2.0, 3.0]), S2),
        "Resizing": (lambda k: k.layers.Resizing(4, 9), S2),
        "CenterCrop": (lambda k: k.layers.CenterCrop(4, 4), S2),
        "RandomCrop": (lambda k: k.layers.RandomCrop(6, 7), S2),
        "RandomFlip": (lambda k: k.layers.RandomFlip(), S2),
        "RandomRotation": (lambda k: k.layers.RandomRotation(0.2), S2),
        "RandomTranslation": (lambda k: k.layers.RandomTranslation(0.2, 0.1), S2),
        "RandomZoom": (lambda k: k.layers.RandomZoom(0.2), S2),
        "RandomContrast": (lambda k: k.layers.RandomContrast(0.2), S2),
        "RandomBrightness": (lambda k: k.layers.RandomBrightness(0.2), S2),
        "Discretization": (lambda k: k.layers.Discretization([-1.0, 0.0, 1.0]), (4,)),
        "SimpleRNN": (lambda k: k.layers.SimpleRNN(4, return_sequences=True), S1),
        "LSTM": (lambda k: k.layers.LSTM(4, recurrent_activation="hard_sigmoid"), S1),
        "LSTM_backwards": (lambda k: k.layers.LSTM(4, go_backwards=True, use_bias=False), S1),
        "GRU": (lambda k: k.layers.GRU(4), S1),
        "GRU_before": (lambda k: k.layers.GRU(4, reset_after=False), S1),
        "RNN": (lambda k: k.layers.RNN(k.layers.GRUCell(4)), S1),
        "StackedRNNCells": (
            lambda k: k.layers.RNN(
                k.layers.StackedRNNCells([k.layers.LSTMCell(3), k.layers.SimpleRNNCell(2)])
            ),
            S1,
        ),
        "Bidirectional": (
            lambda k: k.layers.Bidirectional(
                k.layers.GRU(3, return_sequences=True), merge_mode="sum"
            ),
            S1,
        ),
        "Bidirectional_two": (
            lambda k: k.layers.Bidirectional(
                k.layers.LSTM(3), backward_layer=k.layers.GRU(3, go_backwards=True)
            ),
            S1,
        ),
        "TimeDistributed": (
            lambda k: k.layers.TimeDistributed(k.layers.Conv2D(2, 3)), (3, 5, 6, 2)
        ),
    }  # fmt: skip
    _by_dimension(table, "Conv", lambda c, n: c(4, 3, strides=2, padding="same"))
    _by_dimension(table, "SpatialDropout", lambda c, n: c(0.3))
    _by_dimension(table, "ConvLSTM", lambda c, n: c(2, 2), (1, 2))
    table["ConvLSTM1D"] = (table["ConvLSTM1D"][0], (4, 5, 2))
    table["ConvLSTM2D"] = (table["ConvLSTM2D"][0], (3, 4, 5, 2))
    table["ConvLSTM3D"] = (lambda k: k.layers.ConvLSTM3D(2, 2), (2, 3, 4, 3, 1))
    table["Conv2D_groups"] = (lambda k: k.layers.Conv2D(4, 2, groups=2, dilation_rate=2), (6, 6, 4))
    table["Conv1D_causal"] = (lambda k: k.layers.Conv1D(4, 3, padding="causal"), S1)
    _by_dimension(table, "DepthwiseConv", lambda c, n: c(3, depth_multiplier=2), (1, 2))
    _by_dimension(table, "SeparableConv", lambda c, n: c(4, 3, depth_multiplier=2), (1, 2))
    for n in (1, 2, 3):
        name = f"Conv{n}DTranspose"
        table[name] = (lambda k, m=name: getattr(k.layers, m)(3, 3, strides=2), SHAPES[n])
    for kind in ("MaxPooling", "AveragePooling"):
        _by_dimension(table, kind, lambda c, n: c(2, strides=1, padding="same"))
    for kind in ("GlobalMaxPooling", "GlobalAveragePooling"):
        _by_dimension(table, kind, lambda c, n: c(keepdims=True))
    _by_dimension(table, "UpSampling", lambda c, n: c(2))
    _by_dimension(table, "ZeroPadding", lambda c, n: c(1))
    _by_dimension(table, "Cropping", lambda c, n: c(1))
    return table


def _only_3():
    table = {
        "RMSNormalization": (lambda k: k.layers.RMSNormalization(), (5,)),
        "LayerNormalization_plain": (
            lambda k: k.layers.LayerNormalization(center=False, scale=False), (5,)
        ),
        "Pipeline": (
            lambda k: k.layers.Pipeline([k.layers.Rescaling(0.5), k.layers.CenterCrop(4, 4)]), S2
        ),
        "Equalization": (lambda k: k.layers.Equalization(value_range=(-2, 2)), S2),
        "AutoContrast": (lambda k: k.layers.AutoContrast(value_range=(-2, 2)), S2),
        "Solarization": (
            lambda k: k.layers.Solarization(0.5, 0.2, value_range=(-2, 2), seed=1), S2
        ),
    }  # fmt: skip
    table["STFTSpectrogram"] = (
        lambda k: k.layers.STFTSpectrogram(frame_length=16, frame_step=8, fft_length=16),
        (64, 1),
    )
    table["MelSpectrogram"] = (
        lambda k: k.layers.MelSpectrogram(
            fft_length=32,
            sequence_stride=16,
            num_mel_bins=8,
            sampling_rate=100,
            max_freq=50,
            min_freq=2,
        ),
        (64,),
    )
    table["ContrastLimitedAdaptiveHistogramEqualization"] = (
        lambda k: k.layers.ContrastLimitedAdaptiveHistogramEqualization(value_range=(-2, 2)),
        S2,
    )
    for kind in ("AdaptiveMaxPooling", "AdaptiveAveragePooling"):
        _by_dimension(table, kind, lambda c, n: c(2))
    for name, arguments in {
        "RandomShear": {"x_factor": 0.2}, "RandomSharpness": {"factor": 0.2},
        "RandomSaturation": {"factor": 0.2}, "RandomHue": {"factor": 0.2},
        "RandomPosterization": {"factor": 4}, "RandomPerspective": {"factor": 0.2},
        "RandomInvert": {"factor": 0.2}, "RandomGrayscale": {"factor": 0.2},
        "RandomGaussianBlur": {"factor": 0.2, "kernel_size": 3, "sigma": 1.0},
        "RandomErasing": {"factor": 0.2}, "RandomColorJitter": {"value_range": (0, 1)},
        "RandomColorDegeneration": {"factor": 0.2}, "MixUp": {"alpha": 0.3},
        "CutMix": {"factor": 0.2}, "RandAugment": {"value_range": (0, 1)},
        "AugMix": {"value_range": (0, 1)}, "RandomElasticTransform": {"factor": 0.2},
    }.items():  # fmt: skip
        table[name] = (lambda k, n=name, a=arguments: getattr(k.layers, n)(**a), S2)
    return table


def _only_2():
    """Layers that Keras 3 has no more, or only for the files of old."""
    return {
        "LocallyConnected1D": (lambda k: k.layers.LocallyConnected1D(3, 2), S1),
        "LocallyConnected2D": (lambda k: k.layers.LocallyConnected2D(2, (3, 2)), S2),
        "ThresholdedReLU": (lambda k: k.layers.ThresholdedReLU(0.5), (5,)),
        "RandomHeight": (lambda k: k.layers.RandomHeight(0.2), S2),
        "RandomWidth": (lambda k: k.layers.RandomWidth(0.2), S2),
        "RandomFourierFeatures": (
            lambda k: (
                k.layers.experimental if k.__version__.startswith("2.") else k.layers
            ).RandomFourierFeatures(6, scale=2.0),
            (5,),
        ),
    }


def _several(k, shapes, make, dtype="float32"):
    inputs = [k.Input(shape, dtype=dtype, name=f"in{i}") for i, shape in enumerate(shapes)]
    return k.Model(inputs, make(*inputs), name="several")


def _models_both():
    """Functions from the module to a whole model."""
    merging = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
    table = {
        name: lambda k, n=name: _several(
            k, [(4, 3)] * 2, lambda a, b: getattr(k.layers, n)(name="m")([a, b])
        )
        for name in merging
    }
    table["Concatenate"] = lambda k: _several(
        k, [(4, 3), (2, 3)], lambda a, b: k.layers.Concatenate(axis=1, name="m")([a, b])
    )
    table["Dot"] = lambda k: _several(
        k, [(4, 3), (5, 3)], lambda a, b: k.layers.Dot(2, normalize=True, name="m")([a, b])
    )
    table["Attention"] = lambda k: _several(
        k, [(4, 3), (5, 3)], lambda a, b: k.layers.Attention(use_scale=True, name="m")([a, b])
    )
    table["AdditiveAttention"] = lambda k: _several(
        k, [(4, 3), (5, 3)], lambda a, b: k.layers.AdditiveAttention(name="m")([a, b])
    )
    table["MultiHeadAttention"] = lambda k: _several(
        k, [(4, 6), (5, 6)],
        lambda a, b: k.layers.MultiHeadAttention(2, 3, value_dim=4, name="m")(a, b),
    )  # fmt: skip
    table["Embedding"] = lambda k: _several(
        k, [(5,)],
        lambda a: k.layers.LSTM(3, name="l")(k.layers.Embedding(9, 3, mask_zero=True, name="e")(a)),
        "int32",
    )  # fmt: skip
    table["CategoryEncoding"] = lambda k: _several(
        k, [(5,)], lambda a: k.layers.CategoryEncoding(9, "count", name="m")(a), "int32"
    )
    table["IntegerLookup"] = lambda k: _several(
        k, [(5,)], lambda a: k.layers.IntegerLookup(vocabulary=[3, 1, 7], name="m")(a), "int64"
    )
    table["Hashing"] = lambda k: _several(
        k, [(5,)], lambda a: k.layers.Hashing(6, name="m")(a), "int64"
    )
    table["states_between_layers"] = _states
    table["deep_nesting"] = _deep
    table["dict_of_outputs"] = lambda k: _several(
        k, [(4,)], lambda a: {"b": k.layers.Dense(2, name="y")(a), "a": k.layers.Dense(3)(a)}
    )
    return table


def _states(k):
    x = k.Input((5, 3), name="in0")
    y, h, c = k.layers.LSTM(4, return_sequences=True, return_state=True, name="e")(x)
    z = k.layers.LSTM(4, name="d")(y, initial_state=[h, c])
    both = k.layers.Bidirectional(k.layers.GRU(2, return_state=True), name="b")(x)
    return k.Model(x, [z, *both], name="states")


def _deep(k):
    """A model in a model in a Sequential, each used twice, over a shared layer."""
    layer = k.layers.Dense(3, activation="tanh", name="shared")
    x = k.Input((3,), name="inner_in")
    inner = k.Model(x, k.layers.Add(name="add")([layer(x), layer(layer(x))]), name="inner")
    middle = k.Sequential([k.layers.Dense(3, name="before"), inner], name="middle")
    a, b = k.Input((3,), name="in0"), k.Input((3,), name="in1")
    out = k.layers.Subtract(name="minus")([middle(a), inner(middle(b))])
    return k.Model([a, b], [out, layer(b)], name="deep")


def _models_only_3():
    return {
        "GroupQueryAttention": lambda k: _several(
            k, [(4, 8), (5, 8)],
            lambda a, b: k.layers.GroupQueryAttention(4, 4, 2, name="m")(a, b),
        ),
        "ReversibleEmbedding": lambda k: _several(
            k, [(5,)], lambda a: k.layers.ReversibleEmbedding(9, 3, name="m")(a), "int32"
        ),
        "HashedCrossing": lambda k: _several(
            k, [(1,), (1,)], lambda a, b: k.layers.HashedCrossing(7, name="m")((a, b)), "int64"
        ),
    }  # fmt: skip


def _texts(k, make):
    x = k.Input((1,), dtype="string", name="in0")
    return k.Model(x, make(x), name="texts")


def _strings():
    return {
        "StringLookup": lambda k: _texts(
            k, lambda x: k.layers.StringLookup(vocabulary=["b", "a", "c d"], name="m")(x)
        ),
        "TextVectorization": lambda k: _texts(
            k,
            lambda x: k.layers.TextVectorization(
                vocabulary=["b", "a", "d"], output_sequence_length=4, name="m"
            )(x),
        ),
    }


BOTH, ONLY_3, ONLY_2 = _both(), _only_3(), _only_2()
MODELS_BOTH, MODELS_ONLY_3, STRINGS = _models_both(), _models_only_3(), _strings()

OPTIMIZERS = {
    "SGD": {"momentum": 0.9, "nesterov": True}, "RMSprop": {"momentum": 0.5, "centered": True},
    "Adam": {"amsgrad": True}, "AdamW": {"weight_decay": 0.01}, "Adamax": {}, "Nadam": {},
    "Adagrad": {}, "Adadelta": {}, "Ftrl": {}, "Lion": {"weight_decay": 0.01}, "Lamb": {},
    "Muon": {},
}  # fmt: skip
ONLY_KERAS_2 = {*ONLY_2}
ONLY_KERAS_3 = {*ONLY_3, *MODELS_ONLY_3, *STRINGS, "Lamb", "Muon"}


def names():
    return [*BOTH, *ONLY_3, *ONLY_2, *MODELS_BOTH, *MODELS_ONLY_3, *STRINGS]


def model_of(k, name):
    """The model of a row, with weights that all sides make alike; None where `k` lacks it."""
    whole = (MODELS_BOTH | MODELS_ONLY_3 | STRINGS).get(name)
    try:
        if whole is not None:
            model = whole(k)
        else:
            make, shape = (BOTH | ONLY_3 | ONLY_2)[name]
            x = k.Input(shape, name="in0")
            model = k.Model(x, make(k)(x), name="one")
    except AttributeError as e:
        if "has no attribute" in str(e) or "no longer" in str(e) or "not yet of" in str(e):
            return None
        raise
    rng = np.random.RandomState(len(name))
    values = []
    for weight, old in zip(model.weights, model.get_weights()):
        value = rng.randint(-64, 65, old.shape).astype("float32") / 96
        known = "variance" in weight.name or old.dtype.kind in "iu" or "count" in weight.name
        values.append(np.abs(value) + 1 if "variance" in weight.name else old if known else value)
    if values:
        model.set_weights(values)
    return model


def inputs_of(model):
    rng = np.random.RandomState(3)
    found = []
    for x in model.inputs:
        shape = (3, *tuple(x.shape)[1:])
        dtype = str(getattr(x.dtype, "name", x.dtype))
        if dtype == "string":
            found.append(np.array([["a"], ["b zz"], ["c d"]], dtype=object))
        elif "int" in dtype:
            found.append(rng.randint(0, 9, shape).astype(dtype))
        else:
            found.append((rng.randint(-64, 65, shape) / 32).astype("float32"))
    return found


def outputs_of(k, model, converted):
    """What the model gives, as arrays in a flat list. `converted` makes a tensor of strings."""
    xs = [converted(x) if x.dtype == object else x for x in inputs_of(model)]
    found = model(xs[0] if len(xs) == 1 else xs, training=False)
    if isinstance(found, dict):
        found = [found[key] for key in sorted(found)]
    found = found if isinstance(found, (list, tuple)) else [found]
    return [np.asarray(y) for y in found]


def trained(k, name):
    """A small model after three steps of an optimizer; None where `k` lacks it."""
    cls = getattr(k.optimizers, name, None)
    if cls is None:
        return None
    x = k.Input((4,), name="x")
    y = k.layers.Dense(3, activation="tanh", name="a")(x)
    model = k.Model(x, k.layers.Dense(2, name="b")(y), name="net")
    rng = np.random.RandomState(5)
    model.set_weights([rng.randint(-64, 65, w.shape) / 96 for w in model.get_weights()])
    model.compile(cls(learning_rate=0.01, **OPTIMIZERS[name]), "mse")
    go_on(model)
    return model


def go_on(model, steps=3):
    rng = np.random.RandomState(6)
    x, y = rng.randn(8, 4).astype("float32"), rng.randn(8, 2).astype("float32")
    return [float(np.ravel(model.train_on_batch(x, y))[0]) for _ in range(steps)]
