"""What models of ImageNet share: inputs, classifiers and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import layers
from ..engine import config

if TYPE_CHECKING:
    from collections.abc import Callable


def check_arguments(weights: str, include_top: bool, classes: int) -> None:
    """Refuses weights that are not there or do not fit the classes.

    Args:
        weights: None, "imagenet" or a path.
        include_top: Whether the classifier is part of the model.
        classes: Number of classes.

    Raises:
        ValueError: for a path that leads nowhere, or ImageNet's classifier of other than 1000
            classes.

    Example:

    >>> check_arguments(None, include_top=True, classes=10)
    """
    import os

    if weights not in ("imagenet", None) and not os.path.exists(weights):
        raise ValueError(
            "The `weights` argument should be either `None` (random initialization), 'imagenet' "
            "(pre-training on ImageNet), or the path to the weights file to be loaded. Received: "
            f"weights={weights}"
        )
    if weights == "imagenet" and include_top and classes != 1000:
        raise ValueError(
            "If using `weights='imagenet'` with `include_top=True`, `classes` should be 1000. "
            f"Received classes={classes}"
        )


def obtain_input_shape(
    input_shape: Any,
    default_size: Any,
    min_size: Any,
    data_format: str,
    require_flatten: Any,
    weights: str | None = None,
) -> Any:
    """The shape of a model's inputs: the given one, checked, or the default.

    Args:
        input_shape: The given shape of a picture, or None.
        default_size, min_size: The model's own height and width, and the least.
        data_format: "channels_last" or "channels_first".
        require_flatten: Whether height and width have to be known.
        weights: None, "imagenet" or a path.

    Returns:
        A tuple of three; None for sizes that are open.

    Raises:
        ValueError: for a shape that the model or its weights do not allow.

    Example:

    >>> obtain_input_shape(None, 224, 32, "channels_last", require_flatten=False)
    (None, None, 3)
    """
    first = data_format == "channels_first"
    channels = 3
    if weights != "imagenet" and input_shape and len(input_shape) == 3:
        channels = input_shape[0 if first else -1]
        if channels not in (1, 3):
            import warnings

            warnings.warn(
                "This model usually expects 1 or 3 input channels. However, it was passed an "
                f"input_shape with {channels} input channels.",
                stacklevel=4,
            )
    in_order = lambda sizes: (channels, *sizes) if first else (*sizes, channels)
    default = in_order((default_size, default_size))
    if weights == "imagenet" and require_flatten:
        if input_shape is not None and tuple(input_shape) != default:
            raise ValueError(
                "When setting `include_top=True` and loading `imagenet` weights, `input_shape` "
                f"should be {default}. Received: input_shape={input_shape}"
            )
        return default
    if not input_shape:
        return default if require_flatten else in_order((None, None))
    if len(input_shape) != 3:
        raise ValueError(
            f"`input_shape` must be a tuple of three integers. Received: {input_shape}"
        )
    if weights == "imagenet" and input_shape[0 if first else -1] != 3:
        raise ValueError(f"The input must have 3 channels; Received `input_shape={input_shape}`")
    sizes = input_shape[1:] if first else input_shape[:-1]
    if any(s is not None and s < min_size for s in sizes):
        raise ValueError(
            f"Input size must be at least {min_size}x{min_size}; Received: "
            f"input_shape={input_shape}"
        )
    if require_flatten and None in input_shape:
        raise ValueError(
            "If `include_top` is True, you should specify a static `input_shape`. "
            f"Received: input_shape={input_shape}"
        )
    return tuple(input_shape)


def validate_activation(classifier_activation: Any, weights: str) -> None:
    """Refuses an activation that trained weights were not made for.

    Args:
        classifier_activation: Name, function or None.
        weights: None, "imagenet" or a path.

    Raises:
        ValueError: for weights with another activation than softmax or None.

    Example:

    >>> validate_activation("softmax", "imagenet")
    """
    from .. import activations

    if weights is None:
        return
    allowed = (activations.get("softmax"), activations.get(None))
    if activations.get(classifier_activation) not in allowed:
        raise ValueError(
            "Only `None` and `softmax` activations are allowed for the `classifier_activation` "
            "argument when using pretrained weights, with `include_top=True`; Received: "
            f"classifier_activation={classifier_activation}"
        )


def correct_pad(inputs: Any, kernel_size: Any) -> tuple[Any, ...]:
    """Padding before a "valid" convolution of stride 2, as TensorFlow's "same" would have it.

    Args:
        inputs: Symbolic tensor (batch, height, width, channels), or with channels first.
        kernel_size: int, or one an axis.

    Returns:
        ((above, below), (left, right)), for ZeroPadding2D.

    Example:

    >>> correct_pad(layers.Input((8, 9, 3)), 3)
    ((0, 1), (1, 1))
    """
    kernel = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    axis = 2 if config.image_data_format() == "channels_first" else 1
    pairs = []
    for size, k in zip(inputs.shape[axis : axis + 2], kernel):
        odd = 1 if inputs.shape[axis] is None else 1 - size % 2
        pairs.append((k // 2 - odd, k // 2))
    return tuple(pairs)


def channel_axis() -> Any:
    """The axis of the channels of a batch of pictures, by the global setting.

    Returns:
        1 or 3.

    Example:

    >>> channel_axis()
    3
    """
    return 1 if config.image_data_format() == "channels_first" else 3


def make_divisible(value, divisor=8):
    """The nearest multiple of `divisor`, at least it and no less than 90% of the value."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def start(input_tensor: Any, input_shape: Any) -> Any:
    """The symbolic tensor that a model begins with.

    Args:
        input_tensor: Tensor to begin with, symbolic or not; None for a new one.
        input_shape: Shape of a picture.

    Returns:
        A KerasTensor.

    Example:

    >>> start(None, (8, 8, 3)).shape
    (None, 8, 8, 3)
    """
    from ..engine import KerasTensor

    if input_tensor is None:
        return layers.Input(shape=input_shape)
    if isinstance(input_tensor, KerasTensor):
        return input_tensor
    return layers.Input(tensor=input_tensor, shape=input_shape)


def pooled(x: Any, pooling: Any, named: bool = True) -> Any:
    """Outputs without a classifier.

    Args:
        x: Symbolic tensor (batch, height, width, channels), or with channels first.
        pooling: "avg" or "max" over height and width, None for none.
        named: Whether the pooling layer gets a name of its own.

    Returns:
        A symbolic tensor (batch, channels), or x.

    Example:

    >>> pooled(layers.Input((8, 8, 3)), "max").shape
    (None, 3)
    """
    if pooling == "avg":
        return layers.GlobalAveragePooling2D(name="avg_pool" if named else None)(x)
    if pooling == "max":
        return layers.GlobalMaxPooling2D(name="max_pool" if named else None)(x)
    return x


def classified(x, classes, activation, name="avg_pool", dropout=0, **kwargs):
    """The usual classifier: the mean over space, then one Dense."""
    x = layers.GlobalAveragePooling2D(name=name)(x)
    if dropout:
        x = layers.Dropout(dropout, name="top_dropout")(x)
    return layers.Dense(classes, activation=activation, name="predictions", **kwargs)(x)


def finish(begin: Any, x: Any, input_tensor: Any, name: str, weights: str, file: Any = None) -> Any:
    """The model, with its weights.

    Args:
        begin, x: Its first and last symbolic tensor.
        input_tensor: What the caller gave.
        name: The model's name.
        weights: None, "imagenet" or a path.
        file: (name, url, hash) of ImageNet's, a function.

    Returns:
        A functional Model.

    Example:

    >>> begin = start(None, (8, 8, 3))
    >>> finish(begin, pooled(begin, "avg"), None, "tiny", weights=None).output_shape
    (None, 3)
    """
    from ..engine.sources import get_source_inputs
    from ..models import Model

    model = Model(begin if input_tensor is None else get_source_inputs(input_tensor), x, name=name)
    if weights == "imagenet":
        from ..files.get_file import get_file

        name, url, file_hash = file()
        weights = get_file(name, url, cache_subdir="models", file_hash=file_hash)  # type: ignore[operator]
    if weights is not None:
        model.load_weights(weights)
    return model


def application(
    title: str,
    default_name: Any,
    body: Callable[..., Any],
    top: Any = classified,
    pool_names: bool = True,
    default_size: int = 224,
    min_size: int = 32,
    file: Any = None,
    last_only: bool = False,
    doc: str = "",
) -> Any:
    """A function that makes models of one architecture.

    Args:
        title, default_name: Names of the function and of its models.
        body: `body(x, weights)`: the layers up to the classifier.
        top: `top(x, classes, activation)`: the classifier.
        pool_names: Whether the pooling without a classifier has a name.
        default_size, min_size: Of the inputs.
        file: `file(include_top)`: (name, url, hash) of ImageNet's weights.
        last_only: Whether channels have to be last.
        doc: What it is, and the paper.

    Returns:
        The function, with the arguments of Keras's applications and a docstring of its own.

    Example:

    >>> def body(x, weights):
    ...     return layers.Conv2D(4, 3)(x)
    >>> make = application("Tiny", "tiny", body, default_size=32, file=None, doc="One convolution.")
    >>> make(weights=None, classes=10).output_shape
    (None, 10)
    """

    def make(
        include_top=True,
        weights="imagenet",
        input_tensor=None,
        input_shape=None,
        pooling=None,
        classes=1000,
        classifier_activation="softmax",
        name=default_name,
    ):
        need_channels_last(title, last_only)
        check_arguments(weights, include_top, classes)
        shape = obtain_input_shape(
            input_shape, default_size, min_size, config.image_data_format(), include_top, weights
        )
        begin = start(input_tensor, shape)
        x = body(begin, weights)
        if include_top:
            validate_activation(classifier_activation, weights)
            x = top(x, classes, classifier_activation)
        else:
            x = pooled(x, pooling, pool_names)
        return finish(begin, x, input_tensor, name, weights, lambda: file(include_top))

    make.__name__ = make.__qualname__ = title
    make.__doc__ = describe(title, doc, default_size)
    return make


def need_channels_last(title: str, needed: bool = True) -> None:
    """Refuses the setting "channels_first" for models that have no such form.

    Args:
        title: Name of the model.
        needed: Whether it is one of these.

    Raises:
        ValueError: for that setting.

    Example:

    >>> need_channels_last("NASNetMobile")
    """
    if needed and config.image_data_format() == "channels_first":
        raise ValueError(
            f"{title} does not support the `channels_first` image data format; set "
            "`keras.config.set_image_data_format('channels_last')`."
        )


def describe(title: str, doc: Any, size: Any) -> str:
    """The docstring of a function that makes models.

    Args:
        title: Name of the function.
        doc: What it is, and the paper.
        size: Height and width of a picture by default.

    Returns:
        str.

    Example:

    >>> describe("Tiny", "One convolution.", 32).splitlines()[0]
    'One convolution.'
    """
    return f"""{doc}

    Args:
        include_top: Whether the classifier is part of the model.
        weights: "imagenet" for trained weights, which are downloaded once; the path of a weights
            file; None for fresh ones.
        input_tensor: A symbolic tensor to begin with, in place of a new `Input`.
        input_shape: Shape of a picture; {size} by {size} with 3 channels where None.
        pooling: Without the classifier: "avg" or "max" over space, None for none.
        classes: Number of classes.
        classifier_activation: The activation function of the classifier.
        name: The model's name.

    Returns:
        A model.

    Raises:
        ValueError: for sizes, classes or an activation that the model or its weights do not allow.

    Example:

    >>> ph.applications.{title}(weights=None, classes=10).output_shape
    (None, 10)
    """
