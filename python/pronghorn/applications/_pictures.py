"""What models of ImageNet are shown and what they say: scaled pictures, names of classes."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..engine import config

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

    Returns:
        An array (floatx for integers) or tensor of the same shape.

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

    >>> decode_predictions(model.predict(pictures), top=1)  # doctest: +SKIP
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
    """`preprocess_input` of the models of a mode; None for models that do it themselves.

    Args:
        mode: "caffe", "tf", "torch" or None.

    Returns:
        A function of x and data_format, with a docstring of its own.

    Example:

    >>> preprocessing("tf")(np.array([[[0.0, 127.5, 255.0]]])).tolist()
    [[[-1.0, 0.0, 1.0]]]
    """

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

    Returns:
        An array (floatx for integers) or tensor of the same shape.

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
