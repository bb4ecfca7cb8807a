"""Arguments and output sizes of sliding windows, for convolution and pooling."""


def standardize_tuple(value, n, name):
    """One int or n of them as a tuple of n ints, each at least 1.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(value, int):
        values = (value,) * n
    else:
        try:
            values = tuple(int(v) for v in value)
        except (TypeError, ValueError):
            values = ()
        if len(values) != n:
            raise ValueError(
                f"The `{name}` argument must be a tuple of {n} integers. Received {name}={value}"
            )
    if any(v < 1 for v in values):
        raise ValueError(f"The `{name}` argument must be positive. Received {name}={value}")
    return values


def standardize_padding(padding):
    """ "valid" or "same", in any case."""
    lower = padding.lower() if isinstance(padding, str) else padding
    if lower not in ("valid", "same"):
        raise ValueError(
            f"The `padding` argument must be one of ('valid', 'same'). Received: padding={padding}"
        )
    return lower


def window_output_size(layer, size, window, stride, dilation=1):
    """Number of windows along one axis; None where the size is unknown."""
    if size is None:
        return None
    if layer.padding == "same":
        return -(-size // stride)
    out = (size - dilation * (window - 1) - 1) // stride + 1
    if out <= 0:
        raise ValueError(
            f"Layer '{layer.name}' (of type {type(layer).__name__}): computed output size would be "
            f"negative or zero: an axis of size {size} is smaller than the window of size "
            f"{dilation * (window - 1) + 1}. Use padding='same' or larger inputs."
        )
    return out
