"""One row an optimizer: its class and options, run for seven steps. The same code runs in Keras.

Options are numbers that float32 represents, since Keras on TensorFlow rounds some to float32;
schedules are computed in float32 there, hence their looser tolerance.
"""

import re

import numpy as np

STEPS = 7
_BETAS = {"beta_1": 0.875, "beta_2": 0.984375}
_ADAM_BETAS = {f"adam_{name}": value for name, value in _BETAS.items()}

# name: (class, options)
CASES = {
    "sgd": ("SGD", {}),
    "sgd_momentum": ("SGD", {"momentum": 0.875}),
    "sgd_nesterov": ("SGD", {"momentum": 0.875, "nesterov": True}),
    "rmsprop": ("RMSprop", {}),
    "rmsprop_momentum": ("RMSprop", {"momentum": 0.5}),
    "rmsprop_centered": ("RMSprop", {"centered": True, "momentum": 0.25, "rho": 0.75}),
    "adam": ("Adam", {"learning_rate": 0.0078125, **_BETAS}),
    "adam_amsgrad": ("Adam", {"amsgrad": True, "learning_rate": 0.0625, **_BETAS}),
    "weight_decay": ("Adam", {"weight_decay": 0.125, **_BETAS}),
    "clipnorm": ("SGD", {"clipnorm": 0.5}),
    "clipvalue": ("SGD", {"clipvalue": 0.25}),
    "global_clipnorm": ("SGD", {"global_clipnorm": 0.75}),
    "ema": ("SGD", {"use_ema": True, "ema_momentum": 0.875}),
    "ema_overwrite": (
        "Adam",
        {"use_ema": True, "ema_momentum": 0.75, "ema_overwrite_frequency": 3, **_BETAS},
    ),
    "loss_scale": ("SGD", {"loss_scale_factor": 8.0}),
    "accumulation": ("SGD", {"gradient_accumulation_steps": 3, "momentum": 0.875}),
    "accumulation_adam": ("Adam", {"gradient_accumulation_steps": 2, **_BETAS}),
    "accumulation_ema": (
        "Adam",
        {
            "gradient_accumulation_steps": 2,
            "use_ema": True,
            "ema_momentum": 0.75,
            "ema_overwrite_frequency": 2,
            **_BETAS,
        },
    ),
    "adamw": ("AdamW", {"weight_decay": 0.125, "amsgrad": True, **_BETAS}),
    "adagrad": ("Adagrad", {"learning_rate": 0.5, "initial_accumulator_value": 0.25}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0, "rho": 0.875, "epsilon": 0.0078125}),
    "adamax": ("Adamax", {"learning_rate": 0.125, **_BETAS}),
    "nadam": ("Nadam", {"learning_rate": 0.125, **_BETAS}),
    "nadam_accumulation": ("Nadam", {"gradient_accumulation_steps": 2, **_BETAS}),
    "ftrl": ("Ftrl", {"learning_rate": 0.5, "initial_accumulator_value": 0.125}),
    "ftrl_penalties": (
        "Ftrl",
        {
            "learning_rate": 0.5,
            "learning_rate_power": -0.75,
            "initial_accumulator_value": 0.5,
            "l1_regularization_strength": 0.5,
            "l2_regularization_strength": 0.125,
            "l2_shrinkage_regularization_strength": 0.25,
            "beta": 0.5,
        },
    ),
    "lion": ("Lion", {"learning_rate": 0.125, "beta_1": 0.75, "beta_2": 0.875}),
    "lamb": ("Lamb", {"learning_rate": 0.125, **_BETAS}),
    "adafactor": ("Adafactor", {"learning_rate": 0.5, "epsilon_2": 0.0078125}),
    "adafactor_plain": (
        "Adafactor",
        {"learning_rate": 0.5, "relative_step": False, "clip_threshold": 0.5, "beta_2_decay": -0.5},
    ),
    "muon": ("Muon", {"learning_rate": 0.125, **_ADAM_BETAS}),
    "muon_plain": (
        "Muon",
        {
            "learning_rate": 0.125,
            "nesterov": False,
            "rms_rate": None,
            "momentum": 0.5,
            "ns_steps": 3,
            "weight_decay": None,
            "adam_weight_decay": 0.125,
            "adam_lr_ratio": 0.5,
            **_ADAM_BETAS,
        },
    ),
    "muon_adam": ("Muon", {"exclude_layers": ["w0"], **_ADAM_BETAS}),
    "schedule_free": (
        "ScheduleFreeAdamW",
        {"learning_rate": 0.125, "epsilon": 0.0078125, **_BETAS},
    ),
    "schedule_free_warmup": (
        "ScheduleFreeAdamW",
        {"learning_rate": 0.125, "warmup_steps": 4, "weight_decay": 0.125, **_BETAS},
    ),
    # An inner optimizer, on gradients that are scaled and infinite in the third and sixth step.
    "loss_scaling": ("LossScaleOptimizer", {"inner": "sgd_momentum", "initial_scale": 64.0}),
    "loss_scaling_grows": (
        "LossScaleOptimizer",
        {"inner": "ema_overwrite", "initial_scale": 0.5, "dynamic_growth_steps": 2},
    ),
    "loss_scaling_accumulation": ("LossScaleOptimizer", {"inner": "accumulation_adam"}),
}
# Keras on TensorFlow takes what a slot becomes for what it was in these.
FROM_JAX = ("schedule_free", "schedule_free_warmup")
# name: (class, arguments)
SCHEDULES = {
    "exponential": ("ExponentialDecay", (0.125, 3, 0.5)),
    "staircase": ("ExponentialDecay", (0.125, 3, 0.5, True)),
    "inverse": ("InverseTimeDecay", (0.125, 3, 0.5)),
    "cosine": ("CosineDecay", (0.125, 5, 0.125)),
    "cosine_warmup": ("CosineDecay", (0.125, 5, 0.125, "CosineDecay", 0.25, 2)),
    "restarts": ("CosineDecayRestarts", (0.125, 2)),
    "restarts_even": ("CosineDecayRestarts", (0.125, 3, 1.0, 0.5, 0.25)),
    "restarts_longer": ("CosineDecayRestarts", (0.125, 2, 1.5, 0.75, 0.125)),
    "piecewise": ("PiecewiseConstantDecay", ([2, 5], [0.5, 0.25, 0.125])),
    "piecewise_one": ("PiecewiseConstantDecay", ([4], [0.5, 0.25])),
    "polynomial": ("PolynomialDecay", (0.5, 6)),
    "polynomial_square": ("PolynomialDecay", (0.5, 6, 0.125, 2.0)),
    "polynomial_cycle": ("PolynomialDecay", (0.5, 4, 0.125, 0.5, True)),
}


def make(keras, name):
    cls, options = CASES[name]
    options = dict(options)
    inner = [make(keras, options.pop("inner"))] if "inner" in options else []
    return getattr(keras.optimizers, cls)(*inner, name="opt", **options)


def run(keras, variable, to_tensor, name):
    """The optimizer, the weights after all steps, and after the averages replaced them."""
    optimizer = make(keras, name)
    r = np.random.RandomState(0)
    shapes = ((4, 3), (3,))
    weights = [variable(r.randn(*s), name=f"w{i}") for i, s in enumerate(shapes)]
    for step in range(STEPS):
        scale = 1.0
        if "inner" in CASES[name][1]:
            scale = np.inf if step in (2, 5) else float(optimizer.scale_loss(1.0))
        optimizer.apply([to_tensor(r.randn(*s) * scale) for s in shapes], weights)
    after = [np.array(w) for w in weights]
    optimizer.finalize_variable_values(weights)
    return optimizer, after, [np.array(w) for w in weights]


def described(optimizer):
    """Path, dtype and shape of each variable; made-up names without their numbers."""
    return [
        [re.sub(r"/variable(_\d+)?$", "/variable", v.path), v.dtype, list(v.shape)]
        for v in optimizer.variables
    ]


def rates(keras, name):
    """The schedule's rate at the first ten steps."""
    cls, arguments = SCHEDULES[name]
    schedule = getattr(keras.optimizers.schedules, cls)(*arguments)
    return np.array([float(schedule(step)) for step in range(10)])
