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
}
# name: (class, arguments)
SCHEDULES = {
    "exponential": ("ExponentialDecay", (0.125, 3, 0.5)),
    "staircase": ("ExponentialDecay", (0.125, 3, 0.5, True)),
    "inverse": ("InverseTimeDecay", (0.125, 3, 0.5)),
    "cosine": ("CosineDecay", (0.125, 5, 0.125)),
    "cosine_warmup": ("CosineDecay", (0.125, 5, 0.125, "CosineDecay", 0.25, 2)),
}


def run(keras, variable, to_tensor, name):
    """The optimizer, the weights after all steps, and after the averages replaced them."""
    cls, options = CASES[name]
    optimizer = getattr(keras.optimizers, cls)(name="opt", **options)
    r = np.random.RandomState(0)
    shapes = ((4, 3), (3,))
    weights = [variable(r.randn(*s), name=f"w{i}") for i, s in enumerate(shapes)]
    for _ in range(STEPS):
        optimizer.apply([to_tensor(r.randn(*s)) for s in shapes], weights)
    after = [np.array(w) for w in weights]
    optimizer.finalize_variable_values(weights)
    return optimizer, after, [np.array(w) for w in weights]


def rates(keras, name):
    """The schedule's rate at the first ten steps."""
    cls, arguments = SCHEDULES[name]
    schedule = getattr(keras.optimizers.schedules, cls)(*arguments)
    return np.array([float(schedule(step)) for step in range(10)])
