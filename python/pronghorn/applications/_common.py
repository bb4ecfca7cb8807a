"""What models of ImageNet share: inputs, classifiers, weights, the names of the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import layers, ops
from ..engine import config

if TYPE_CHECKING:
    from collections.abc import Callable


_CLASS_INDEX_URL = (
    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
)
_CLASS_INDEX_HASH = "c2c37ea517e94d9795004a39431a14cb"
# mode: (colours reversed, divided by, mean, standard deviation), channel by channel
_MODES = {
    "caffe": (True, None, (103.939, 116.779, 123.68), None),
    "tf": (False, 127.5, (1.0, 1.0, 1.0), None),
    "torch": (False, 255.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
_class_index = []


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Pictures with values of 0 to 255 as the models of a mode were trained on them.

    Args:
        x: Array or tensor, one picture or a batch. A float array is changed in place.
        data_format: "channels_last" or "channels_first"; the global setting where None.
        mode: "caffe" (BGR, less the mean of ImageNet), "tf" (-1 to 1) or "torch" (0 to 1, less the
            mean, divided by the standard deviation).

    Raises:
        ValueError: for another mode or data format.

    Example:

    >>> preprocess_input(np.full((1, 1, 3), 255.0), mode="tf").tolist()
    [[[1.0, 1.0, 1.0]]]
    """
    import numpy as np

    if mode not in _MODES:
        raise ValueError(
            f"Expected mode to be one of `caffe`, `tf` or `torch`. Received: mode={mode}"
        )
    if data_format is None:
        data_format = config.image_data_format()
    elif data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            "Expected data_format to be one of `channels_first` or `channels_last`. Received: "
            f"data_format={data_format}"
        )
    reverse, scale, mean, std = _MODES[mode]
    rank = len(x.shape)
    axis = rank - 3 if data_format == "channels_first" else rank - 1
    per_channel = [1] * rank
    per_channel[axis] = 3
    is_array = isinstance(x, np.ndarray)
    if is_array:
        if not issubclass(x.dtype.type, np.floating):
            x = x.astype(config.floatx())
        x = np.flip(x, axis) if reverse else x
        if scale is not None:
            x /= scale
        if mode == "tf":
            x -= 1.0
            return x
        x -= np.reshape(mean, per_channel)
        if std is not None:
            x /= np.reshape(std, per_channel)
        return x
    x = ops.flip(x, axis) if reverse else x
    if scale is not None:
        x = ops.divide(x, scale)
    if mode == "tf":
        return ops.subtract(x, 1.0)
    x = ops.subtract(x, ops.reshape(ops.convert_to_tensor(mean, x.dtype), per_channel))
    if std is not None:
        x = ops.divide(x, ops.reshape(ops.convert_to_tensor(std, x.dtype), per_channel))
    return x


def decode_predictions(preds: Any, top: int = 5) -> Any:
    """The likeliest classes of ImageNet, by name.

    Args:
        preds: Array or tensor (samples, 1000).
        top: How many classes a sample.

    Returns:
        A list for each sample of (WordNet id, name, score), the likeliest first.

    Raises:
        ValueError: for another shape.

    Example:

    >>> decode_predictions(model.predict(pictures), top=1)
    [[('n02504458', 'African_elephant', 0.87)]]
    """
    shape = tuple(preds.shape)
    if len(shape) != 2 or shape[1] != 1000:
        raise ValueError(
            "`decode_predictions` expects a batch of predictions (i.e. a 2D array of shape "
            f"(samples, 1000)). Received array with shape: {shape}"
        )
    if not _class_index:
        _class_index.append(_load_class_index())
    results = []
    for row in ops.convert_to_numpy(preds):
        best = row.argsort()[-top:][::-1]
        results.append([(*_class_index[0][str(i)], row[i]) for i in best])
    return results


def preprocessing(mode: str | None) -> Any:
    """`preprocess_input` of the models of a mode; None for models that do it themselves."""

    def preprocess(x, data_format=None):
        return x if mode is None else preprocess_input(x, data_format, mode)

    what = {
        None: "The pictures as they are: the model scales values of 0 to 255 itself.",
        "caffe": "Pictures of 0 to 255 as BGR, less the mean of ImageNet.",
        "tf": "Pictures of 0 to 255 scaled to -1 to 1.",
        "torch": "Pictures of 0 to 255 scaled to 0 to 1, less ImageNet's mean, divided by its "
        "standard deviation.",
    }[mode]
    preprocess.__name__ = preprocess.__qualname__ = "preprocess_input"
    preprocess.__doc__ = f"""{what}

    Args:
        x: Array or tensor, one picture or a batch. A float array is changed in place.
        data_format: "channels_last" or "channels_first"; the global setting where None.

    Raises:
        ValueError: for another data format.

    Example:

    >>> preprocess_input(np.ones((1, 2, 2, 3))).shape
    (1, 2, 2, 3)
    """
    return preprocess


def _load_class_index():
    import json

    from ..files.get_file import get_file

    path = get_file(  # type: ignore[operator]
        "imagenet_class_index.json",
        _CLASS_INDEX_URL,
        cache_subdir="models",
        file_hash=_CLASS_INDEX_HASH,
    )
    with open(path) as file:
        return json.load(file)


def check_arguments(weights: str, include_top: bool, classes: int) -> None:
    """Raises ValueError for weights that are not there or do not fit the classes."""
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

    Raises:
        ValueError: for a shape that the model or its weights do not allow.
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
    """Raises ValueError for an activation that trained weights were not made for."""
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
    """Padding before a "valid" convolution of stride 2, as TensorFlow's "same" would have it."""
    kernel = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    axis = 2 if config.image_data_format() == "channels_first" else 1
    pairs = []
    for size, k in zip(inputs.shape[axis : axis + 2], kernel):
        odd = 1 if inputs.shape[axis] is None else 1 - size % 2
        pairs.append((k // 2 - odd, k // 2))
    return tuple(pairs)


def channel_axis() -> Any:
    return 1 if config.image_data_format() == "channels_first" else 3


def make_divisible(value, divisor=8):
    """The nearest multiple of `divisor`, at least it and no less than 90% of the value."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def start(input_tensor: Any, input_shape: Any) -> Any:
    """The symbolic tensor that a model begins with."""
    from ..engine import KerasTensor

    if input_tensor is None:
        return layers.Input(shape=input_shape)
    if isinstance(input_tensor, KerasTensor):
        return input_tensor
    return layers.Input(tensor=input_tensor, shape=input_shape)


def pooled(x: Any, pooling: Any, named: bool = True) -> Any:
    """Outputs without a classifier."""
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
    if needed and config.image_data_format() == "channels_first":
        raise ValueError(
            f"{title} does not support the `channels_first` image data format; set "
            "`keras.config.set_image_data_format('channels_last')`."
        )


def describe(title: str, doc: Any, size: Any) -> str:
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

    >>> {title}(weights=None, classes=10).output_shape
    (None, 10)
    """
