"""Learning rates that depend on the number of steps done.

Sources: Loshchilov and Hutter, SGDR, 2017, of the two cosines.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self


class LearningRateSchedule:
    """A learning rate that depends on the step; base class.

    Subclass it and write `__call__(step)` with ops, and `get_config`.

    Example:
        >>> class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return ops.minimum(1.0, ops.cast(step, "float32") / 100.0)
        ...
        >>> optimizer = keras.optimizers.SGD(WarmUp())
        >>> float(WarmUp()(50))
        0.5
    """

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must implement `__call__(step)`.")

    def get_config(self) -> Any:
        """The arguments that make this schedule again.

        Returns:
            A dict of JSON values.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `get_config()`.")

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """A schedule as a config describes it.

        Args:
            config: What `get_config` gave: the arguments by name.

        Returns:
            A schedule of this class.
        """
        return cls(**config)


def _check_steps(name, steps):
    if steps <= 0:
        raise ValueError(f"Argument `{name}` must be > 0. Received: {name}={steps}")


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ** (step / decay_steps).

    Args:
        initial_learning_rate: Rate at step 0.
        decay_steps: Steps over which the rate falls by `decay_rate`.
        decay_rate: Factor.
        staircase: Whether to round step / decay_steps down.
        name: Name.

    Example:
        >>> schedule = keras.optimizers.schedules.ExponentialDecay(1.0, 10, decay_rate=0.25)
        >>> [float(schedule(step)) for step in (0, 5, 10)]
        [1.0, 0.5, 0.25]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: Any,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        _check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        rate = ops.convert_to_tensor(self.initial_learning_rate)
        periods = ops.cast(step, rate.dtype) / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return rate * ops.power(ops.cast(self.decay_rate, rate.dtype), periods)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps). Args as ExponentialDecay.

    Example:
        >>> schedule = keras.optimizers.schedules.InverseTimeDecay(1.0, 10, decay_rate=1.0)
        >>> [float(schedule(step)) for step in (0, 10, 30)]
        [1.0, 0.5, 0.25]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: Any,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        _check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
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

    Example:
        >>> schedule = keras.optimizers.schedules.CosineDecay(1.0, decay_steps=100)
        >>> [round(float(schedule(step)), 3) for step in (0, 50, 100, 200)]
        [1.0, 0.5, 0.0, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: Any,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: Any = None,
        warmup_steps: int = 0,
    ) -> None:
        _check_steps("decay_steps", decay_steps)
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

    def __call__(self, step: Any) -> Any:
        start = ops.convert_to_tensor(self.initial_learning_rate)
        step = ops.cast(step, start.dtype)
        if self.warmup_target is None:
            return self._fall(ops.minimum(step, float(self.decay_steps)), start)
        rise = start + (self.warmup_target - start) * (step / self.warmup_steps)
        end = float(self.decay_steps + self.warmup_steps)
        fall = self._fall(ops.minimum(step, end) - self.warmup_steps, self.warmup_target)
        return ops.where(step < self.warmup_steps, rise, fall)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


class CosineDecayRestarts(LearningRateSchedule):
    """Half cosines from the initial rate down, one after another.

    Args:
        initial_learning_rate: Rate at step 0.
        first_decay_steps: Steps of the first fall.
        t_mul: How many times as long each fall is as the one before.
        m_mul: How many times as high each fall starts as the one before.
        alpha: Fraction of the initial rate that is left at the end of a fall.
        name: Name.

    Example:
        >>> schedule = keras.optimizers.schedules.CosineDecayRestarts(1.0, first_decay_steps=100)
        >>> [round(float(schedule(step)), 3) for step in (0, 50, 100, 200)]
        [1.0, 0.5, 1.0, 0.5]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: Any,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        _check_steps("first_decay_steps", first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self._t_mul = t_mul
        self._m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def _restarts(self, done):
        """How many falls are over, and the share of the present one; `done` counts first falls."""
        t_mul = self._t_mul
        if t_mul == 1:
            number = ops.floor(done)
            return number, done - number
        number = ops.floor(ops.log(1.0 - done * (1.0 - t_mul)) / math.log(t_mul))
        length = ops.power(ops.cast(t_mul, done.dtype), number)
        return number, (done - (1.0 - length) / (1.0 - t_mul)) / length

    def __call__(self, step: Any) -> Any:
        start = ops.convert_to_tensor(self.initial_learning_rate)
        number, share = self._restarts(ops.cast(step, start.dtype) / self.first_decay_steps)
        height = ops.power(ops.cast(self._m_mul, start.dtype), number)
        fall = 0.5 * height * (1.0 + ops.cos(math.pi * share))
        return start * ((1.0 - self.alpha) * fall + self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self._t_mul,
            "m_mul": self._m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }


class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[0]` up to step `boundaries[0]` and with it, then `values[1]`, and so on.

    Args:
        boundaries: Numbers of steps, rising.
        values: Rates, one more than boundaries.
        name: Name.

    Raises:
        ValueError: Where there is not one value more than boundaries.

    Example:
        >>> schedule = keras.optimizers.schedules.PiecewiseConstantDecay([10, 20], [1.0, 0.5, 0.25])
        >>> [float(schedule(step)) for step in (10, 11, 21)]
        [1.0, 0.5, 0.25]
    """

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of "
                f"length {len(values)}."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Any:
        rate = ops.convert_to_tensor(self.values[-1])
        for boundary, value in zip(reversed(self.boundaries), reversed(self.values[:-1])):
            rate = ops.where(step <= boundary, value, rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


class PolynomialDecay(LearningRateSchedule):
    """From the initial rate to the end rate, with `(1 - step / decay_steps) ** power`.

    Args:
        initial_learning_rate: Rate at step 0.
        decay_steps: Steps of the fall.
        end_learning_rate: Rate after it.
        power: Exponent; 1 falls in a straight line.
        cycle: Whether to start again after each fall, each ending at a multiple of decay_steps.
        name: Name.

    Example:
        >>> schedule = keras.optimizers.schedules.PolynomialDecay(1.0, 100, end_learning_rate=0.0)
        >>> [float(schedule(step)) for step in (0, 50, 100, 200)]
        [1.0, 0.5, 0.0, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: Any,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        _check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        start = ops.convert_to_tensor(self.initial_learning_rate)
        end = ops.cast(self.end_learning_rate, start.dtype)
        step = ops.cast(step, start.dtype)
        if self.cycle:
            share = step / (self.decay_steps * ops.maximum(1.0, ops.ceil(step / self.decay_steps)))
        else:
            share = ops.minimum(step, float(self.decay_steps)) / self.decay_steps
        return (start - end) * ops.power(1.0 - share, ops.cast(self.power, start.dtype)) + end

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


CLASSES = (
    ExponentialDecay, InverseTimeDecay, CosineDecay, CosineDecayRestarts, PiecewiseConstantDecay,
    PolynomialDecay,
)  # fmt: skip
KNOWN = {cls.__name__: cls for cls in CLASSES}


def serialize(learning_rate_schedule: Any) -> Any:
    """The config of a schedule, which `deserialize` takes.

    Args:
        learning_rate_schedule: `LearningRateSchedule`.

    Returns:
        A dict of JSON values.

    Example:
        >>> schedule = keras.optimizers.schedules.CosineDecay(1.0, 100)
        >>> keras.optimizers.schedules.serialize(schedule)["class_name"]
        'CosineDecay'
    """
    from ..serialization import serialize_keras_object

    return serialize_keras_object(learning_rate_schedule)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The schedule that a result of `serialize` stands for.

    Args:
        config: Config dict.
        custom_objects: Further classes by name.

    Returns:
        A `LearningRateSchedule`.

    Example:
        >>> schedules = keras.optimizers.schedules
        >>> config = schedules.serialize(schedules.CosineDecay(1.0, 100))
        >>> schedules.deserialize(config).decay_steps
        100
    """
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=KNOWN)
