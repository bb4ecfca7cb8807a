"""Recurrent layers to compare with Keras: each row makes a layer from a Keras-like module.

Outputs, gradients and configs of real Keras are in keras_values.npz and keras_configs.json, made
by make_values.py, in float64 with weights from a fixed generator.
"""

import numpy as np

D = {"dtype": "float64"}
SEQUENCE = (3, 5, 4)
FRONT = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]], bool)
RAGGED = np.array([[1, 0, 1, 1, 0], [0, 1, 0, 0, 1], [0, 0, 0, 0, 0]], bool)

LAYERS = {
    "simple": ("SimpleRNN", 1, {}),
    "lstm": ("LSTM", 2, {}),
    "gru": ("GRU", 1, {}),
    "gru_before": ("GRU", 1, {"reset_after": False}),
}
OPTIONS = {
    "last": {},
    "sequences": {"return_sequences": True},
    "state": {"return_state": True},
    "both": {"return_sequences": True, "return_state": True},
    "backwards": {"return_sequences": True, "return_state": True, "go_backwards": True},
    "backwards_last": {"go_backwards": True},
    "no_bias": {"use_bias": False, "return_sequences": True},
    "unroll": {"unroll": True, "return_sequences": True},
    "relu": {"activation": "relu", "return_sequences": True},
    "softsign": {"activation": "softsign", "return_sequences": True},
    "linear": {"activation": None, "return_sequences": True},
    "zero_output": {"zero_output_for_mask": True, "return_sequences": True, "return_state": True},
    "zero_output_last": {"zero_output_for_mask": True},
}
MASKS = {"": None, "front": FRONT, "ragged": RAGGED}


def _of(kind, **options):
    return lambda k: getattr(k.layers, kind)(3, **options, **D)


# name: (make the layer, shape of the sequences, mask, shapes of the initial states)
CASES = {}
for _name, (_kind, _count, _more) in LAYERS.items():
    for _option, _how in OPTIONS.items():
        for _mask_name, _mask in MASKS.items():
            if _mask is None and _option.startswith("zero"):
                continue
            if _mask is not None and _option in ("no_bias", "relu", "softsign", "linear"):
                continue
            CASES[f"{_name}_{_option}_{_mask_name}".rstrip("_")] = (
                _of(_kind, **_more, **_how), SEQUENCE, _mask, []
            )  # fmt: skip
    for _mask_name, _mask in MASKS.items():
        CASES[f"{_name}_initial_{_mask_name}".rstrip("_")] = (
            _of(_kind, return_sequences=True, return_state=True, **_more),
            SEQUENCE, _mask, [(3, 3)] * _count,
        )  # fmt: skip
    CASES[f"{_name}_one_step"] = (_of(_kind, **_more), (3, 1, 4), None, [])
for _name in ("lstm", "gru"):
    CASES[f"{_name}_hard_sigmoid"] = (
        _of(LAYERS[_name][0], recurrent_activation="hard_sigmoid", return_sequences=True),
        SEQUENCE, FRONT, [],
    )  # fmt: skip
for _mode in ("concat", "sum", "mul", "ave", None):
    for _how in ("last", "sequences", "both"):
        for _mask_name, _mask in MASKS.items():
            if _mode in ("sum", "mul", "ave") and (_how != "sequences" or _mask is RAGGED):
                continue
            CASES[f"bidirectional_{_mode}_{_how}_{_mask_name}".rstrip("_")] = (
                lambda k, mode=_mode, how=_how: k.layers.Bidirectional(
                    k.layers.LSTM(3, **OPTIONS[how], **D), merge_mode=mode, **D
                ),
                SEQUENCE, _mask, [],
            )  # fmt: skip
CASES.update({
    "bidirectional_initial": (
        lambda k: k.layers.Bidirectional(k.layers.GRU(3, return_state=True, **D), **D),
        SEQUENCE, None, [(3, 3)] * 2,
    ),
    "bidirectional_backward_layer": (
        lambda k: k.layers.Bidirectional(
            k.layers.LSTM(3, return_sequences=True, **D),
            backward_layer=k.layers.GRU(3, return_sequences=True, go_backwards=True, **D), **D
        ),
        SEQUENCE, FRONT, [],
    ),
    "rnn_of_cell": (
        lambda k: k.layers.RNN(
            k.layers.LSTMCell(3, **D), return_sequences=True, return_state=True, **D
        ),
        SEQUENCE, RAGGED, [],
    ),
    "stacked": (
        lambda k: k.layers.RNN(
            k.layers.StackedRNNCells([
                k.layers.LSTMCell(3, **D), k.layers.GRUCell(2, **D), k.layers.SimpleRNNCell(4, **D)
            ], **D),
            return_sequences=True, return_state=True, **D
        ),
        SEQUENCE, RAGGED, [],
    ),
    "stacked_backwards": (
        lambda k: k.layers.RNN(
            k.layers.StackedRNNCells(
                [k.layers.SimpleRNNCell(3, **D), k.layers.LSTMCell(2, **D)], **D
            ),
            go_backwards=True, **D
        ),
        SEQUENCE, None, [],
    ),
    "time_distributed_dense": (
        lambda k: k.layers.TimeDistributed(k.layers.Dense(2, **D), **D), SEQUENCE, None, [],
    ),
    "time_distributed_conv": (
        lambda k: k.layers.TimeDistributed(k.layers.Conv2D(2, 3, **D), **D),
        (2, 3, 5, 5, 2), None, [],
    ),
    "time_distributed_lstm": (
        lambda k: k.layers.TimeDistributed(k.layers.LSTM(2, **D), **D), (2, 3, 4, 3), None, [],
    ),
    "masking": (lambda k: k.layers.Masking(0.0, **D), SEQUENCE, None, []),
})  # fmt: skip
for _n in (1, 2, 3):
    for _option, _how in {
        "last": {},
        "both": {"return_sequences": True, "return_state": True, "padding": "same"},
        "strides": {"strides": 2, "go_backwards": True},
        "dilated": {"dilation_rate": 2, "use_bias": False},
        "hard": {"recurrent_activation": "hard_sigmoid", "return_sequences": True},
    }.items():
        CASES[f"conv_lstm{_n}d_{_option}"] = (
            lambda k, n=_n, how=_how: getattr(k.layers, f"ConvLSTM{n}D")(2, 3, **how, **D),
            (2, 3, *(6, 5, 5)[:_n], 2),
            np.array([[0, 1, 1], [1, 1, 0]], bool) if _option == "both" else None,
            [],
        )  # fmt: skip

# Configs are compared for these, and for one layer of each kind above.
CONFIGS = {
    "simple": lambda k: k.layers.SimpleRNN(3, kernel_regularizer="l2", dropout=0.1, seed=3),
    "lstm": lambda k: k.layers.LSTM(3, recurrent_constraint="unit_norm", recurrent_dropout=0.2),
    "gru": lambda k: k.layers.GRU(3, stateful=True, bias_initializer="ones", seed=1),
    "simple_cell": lambda k: k.layers.SimpleRNNCell(3),
    "lstm_cell": lambda k: k.layers.LSTMCell(3, unit_forget_bias=False),
    "gru_cell": lambda k: k.layers.GRUCell(3, reset_after=False),
    "bidirectional": lambda k: k.layers.Bidirectional(k.layers.LSTM(3, name="a"), merge_mode="ave"),
    "rnn": lambda k: k.layers.RNN([k.layers.LSTMCell(3), k.layers.GRUCell(2)], unroll=True),
    "time_distributed": lambda k: k.layers.TimeDistributed(k.layers.Dense(2)),
    "masking": lambda k: k.layers.Masking(2.0),
    "conv_lstm": lambda k: k.layers.ConvLSTM2D(4, 3, strides=2, padding="same"),
}  # fmt: skip


def values(name):
    """(sequences, mask, initial states, a function that makes the next weight or factor)."""
    _, shape, mask, states = CASES[name]
    random = np.random.RandomState(len(name) + sum(map(ord, name)))
    x = random.uniform(-1, 1, shape)
    if name == "masking":
        x[0, 2] = 0.0
        x[1, :, 1] = 0.0
    return (
        x,
        mask,
        [random.uniform(-1, 1, s) for s in states],
        (lambda s: random.uniform(-0.7, 0.7, s)),
    )


def flat(outputs):
    """The outputs as a list, whatever nest they came in."""
    if isinstance(outputs, (list, tuple)):
        return [x for one in outputs for x in flat(one)]
    return [outputs]


def packed(outputs, gradients):
    """All arrays in one row, and their shapes as rows that end with -1."""
    arrays = [np.asarray(x) for x in (*outputs, *gradients)]
    shapes = [n for x in arrays for n in (*x.shape, -1)]
    return np.concatenate([x.ravel() for x in arrays]), np.asarray(shapes, "int8")


def build(layer, shape, number):
    layer.build(shape)
    for weight in layer.weights:
        weight.assign(number(tuple(weight.shape)))
