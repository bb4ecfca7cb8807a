"""Learning rates that depend on the number of steps done."""

import math

from .. import ops


class LearningRateSchedule:
    """Base class: subclass it and write `__call__(step)` with ops and `get_config`."""

    def __call__(self, step):
        raise NotImplementedError(f"{type(self).__name__} must implement `__call__(step)`.")

    def get_config(self):
        raise NotImplementedError(f"{type(self).__name__} must implement `get_config()`.")

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ** (step / decay_steps).

    Args:
        initial_learning_rate: Rate at step 0.
        decay_steps: Steps over which the rate falls by `decay_rate`.
        decay_rate: Factor.
        staircase: Whether to round step / decay_steps down.
        name: Name.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="ExponentialDecay",
    ):
        if decay_steps <= 0:
            raise ValueError(
                f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}"
            )
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        rate = ops.convert_to_tensor(self.initial_learning_rate)
        periods = ops.cast(step, rate.dtype) / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return rate * ops.power(ops.cast(self.decay_rate, rate.dtype), periods)

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps). Args as ExponentialDecay."""

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="InverseTimeDecay",
    ):
        if decay_steps <= 0:
            raise ValueError(
                f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}"
            )
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        rate = ops.convert_to_tensor(self.initial_learning_rate)
        periods = ops.cast(step, rate.dtype) / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return rate / (1.0 + self.decay_rate * periods)

    get_config = ExponentialDecay.get_config


class CosineDecay(LearningRateSchedule):
    """A half cosine from the initial rate down to `alpha` times it, after a linear warm-up.

    Args:
        initial_learning_rate: Rate at step 0.
        decay_steps: Steps of the fall.
        alpha: Fraction of the rate that is left at the end.
        name: Name.
        warmup_target: Rate at the end of the warm-up; None for no warm-up.
        warmup_steps: Steps of the warm-up.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        if decay_steps <= 0:
            raise ValueError(
                f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}"
            )
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def _fall(self, step, top):
        fraction = ops.minimum(step / self.decay_steps, 1.0)
        cosine = 0.5 * (1.0 + ops.cos(math.pi * fraction))
        return top * ((1.0 - self.alpha) * cosine + self.alpha)

    def __call__(self, step):
        start = ops.convert_to_tensor(self.initial_learning_rate)
        step = ops.cast(step, start.dtype)
        if self.warmup_target is None:
            return self._fall(ops.minimum(step, float(self.decay_steps)), start)
        rise = start + (self.warmup_target - start) * (step / self.warmup_steps)
        end = float(self.decay_steps + self.warmup_steps)
        fall = self._fall(ops.minimum(step, end) - self.warmup_steps, self.warmup_target)
        return ops.where(step < self.warmup_steps, rise, fall)

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }
