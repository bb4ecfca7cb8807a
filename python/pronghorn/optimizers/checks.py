"""What an optimizer judges: its options, and gradients that are missing."""

from ..engine.tracebacks import warn_user


def drop_missing(grads, variables):
    missing = [v.path for g, v in zip(grads, variables) if g is None]
    if not missing:
        return grads, variables
    if len(missing) == len(grads):
        raise ValueError("No gradients provided for any variable.")
    warn_user(
        f"Gradients do not exist for variables {missing} when minimizing the loss. "
        "If using `model.compile()`, did you forget to provide a `loss` argument?"
    )
    kept = [(g, v) for g, v in zip(grads, variables) if g is not None]
    return [g for g, _ in kept], [v for _, v in kept]


def check_clipping(clipnorm, clipvalue, global_clipnorm):
    if sum(limit is not None for limit in (clipnorm, clipvalue, global_clipnorm)) > 1:
        raise ValueError(
            "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
            f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}"
        )


def check_averaging(use_ema, momentum, frequency):
    if not use_ema:
        return
    if not 0 <= momentum <= 1:
        raise ValueError(
            f"`ema_momentum` must be in the range [0, 1]. Received: ema_momentum={momentum}"
        )
    if frequency and (not isinstance(frequency, int) or frequency < 1):
        raise ValueError(
            "`ema_overwrite_frequency` must be an integer >= 1 or None. "
            f"Received: ema_overwrite_frequency={frequency}"
        )
