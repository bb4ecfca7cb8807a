"""One row an optimizer: its class and options, run for seven steps. The same code runs in Keras.

Options are numbers that float32 represents, since Keras on TensorFlow rounds some to float32;
schedules are computed in float32 there, hence their looser tolerance.
"""

import numpy as np

STEPS = 7
_BETAS = {"beta_1": 0.875, "beta_2": 0.984375}

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
    # An inner optimizer, on gradients that are scaled and infinite in the third and sixth step.
    "loss_scaling": ("LossScaleOptimizer", {"inner": "sgd_momentum", "initial_scale": 64.0}),
    "loss_scaling_grows": (
        "LossScaleOptimizer",
        {"inner": "ema_overwrite", "initial_scale": 0.5, "dynamic_growth_steps": 2},
    ),
    "loss_scaling_accumulation": ("LossScaleOptimizer", {"inner": "accumulation_adam"}),
}
# name: (class, arguments)
SCHEDULES = {
    "exponential": ("ExponentialDecay", (0.125, 3, 0.5)),
    "staircase": ("ExponentialDecay", (0.125, 3, 0.5, True)),
    "inverse": ("InverseTimeDecay", (0.125, 3, 0.5)),
    "cosine": ("CosineDecay", (0.125, 5, 0.125)),
    "cosine_warmup": ("CosineDecay", (0.125, 5, 0.125, "CosineDecay", 0.25, 2)),
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


def rates(keras, name):
    """The schedule's rate at the first ten steps."""
    cls, arguments = SCHEDULES[name]
    schedule = getattr(keras.optimizers.schedules, cls)(*arguments)
    return np.array([float(schedule(step)) for step in range(10)])
