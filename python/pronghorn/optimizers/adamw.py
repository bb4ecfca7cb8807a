"""AdamW: Adam with weight decay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .adam import Adam

if TYPE_CHECKING:
    from ..engine.types import Rate


class AdamW(Adam):
    """Adam, and `w -= rate * weight_decay * w` in every step, apart from the gradient.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.

    Args:
        learning_rate: Number, schedule or function.
        weight_decay: Factor of the decay.
        beta_1, beta_2, epsilon, amsgrad: As of `Adam`.
        **kwargs: `clipnorm` ... `name`: see `Optimizer`.

    Raises:
        ValueError: If `weight_decay` is None.

    Example:

    >>> optimizer = AdamW(learning_rate=1e-3, weight_decay=0.01)
    >>> optimizer.exclude_from_weight_decay(var_names=["bias"])
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *args, **kwargs
        )
        if weight_decay is None:
            raise ValueError(
                "Argument `weight_decay` must be a float. Received: weight_decay=None; for no "
                "decay use Adam."
            )
