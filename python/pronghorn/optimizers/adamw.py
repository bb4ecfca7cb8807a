"""AdamW: Adam with weight decay."""

from .adam import Adam


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
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        *args,
        **kwargs,
    ):
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *args, **kwargs
        )
        if weight_decay is None:
            raise ValueError(
                "Argument `weight_decay` must be a float. Received: weight_decay=None; for no "
                "decay use Adam."
            )
