"""ImageDataGenerator: batches of pictures, changed at random and normalised, as Keras 2 has it."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ..engine import config
from . import augmentation
from .directory_iterator import DirectoryIterator
from .frame_iterator import DataFrameIterator
from .image_iterators import NumpyArrayIterator


class ImageDataGenerator:
    """Batches of pictures with random changes, without end.

    Args:
        featurewise_center, featurewise_std_normalization: whether to subtract the mean of the data
            and divide by its deviation, per channel; needs `fit`.
        samplewise_center, samplewise_std_normalization: the same of each picture by itself.
        zca_whitening: whether to remove correlations between pixels; needs `fit`.
        zca_epsilon: keeps it from dividing by zero.
        rotation_range: degrees.
        width_shift_range, height_shift_range: part of the size below 1, pixels from 1 on, or a
            list of pixels. As in Keras, the first moves up and down, the other sideways.
        brightness_range: (low, high) factors.
        shear_range: degrees.
        zoom_range: factors (low, high), or the distance of both from 1.
        channel_shift_range: largest number to add to all channels.
        fill_mode: what lies outside: "nearest", "constant", "reflect" or "wrap".
        cval: the constant.
        horizontal_flip, vertical_flip: whether to flip half of the pictures.
        rescale: factor, after all else but before the normalisation.
        preprocessing_function: called with each picture before that.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        validation_split: part of the data that is `subset="validation"`.
        interpolation_order: of the splines, 0 to 5.
        dtype: of the batches; floatx by default.

    Raises:
        ValueError: for arguments outside these.

    Example:

    >>> flow = ImageDataGenerator(rescale=1 / 255).flow(np.full((3, 2, 2, 1), 255.0), batch_size=2)
    >>> next(flow).max()
    np.float32(1.0)
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: int = 0,
        width_shift_range: float = 0.0,
        height_shift_range: float = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: float = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: Any = None,
        preprocessing_function: Any = None,
        data_format: str | None = None,
        validation_split: Any = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ) -> None:
        data_format = data_format or config.image_data_format()
        if data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                '`data_format` should be `"channels_last"` (channel after row and column) or '
                f'`"channels_first"` (channel before row and column). Received: {data_format}'
            )
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                "`validation_split` must be strictly between 0 and 1. "
                f" Received: {validation_split}"
            )
        if brightness_range is not None and (
            not isinstance(brightness_range, (tuple, list)) or len(brightness_range) != 2
        ):
            raise ValueError(
                "`brightness_range should be tuple or list of two floats. "
                f"Received: {brightness_range}"
            )
        self.zoom_range = _zoom_range(zoom_range)
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.shear_range = shear_range
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.dtype = dtype or config.floatx()
        self.interpolation_order = interpolation_order
        self.brightness_range = brightness_range
        self.data_format = data_format
        first = data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if first else (3, 1, 2)
        self._validation_split = validation_split
        self.mean = self.std = self.zca_whitening_matrix = None
        if zca_whitening and featurewise_std_normalization:
            self._turn("zca_whitening", "featurewise_std_normalization", False)
        if zca_whitening:
            self._turn("zca_whitening", "featurewise_center", True)
        if featurewise_std_normalization:
            self._turn("featurewise_std_normalization", "featurewise_center", True)
        if samplewise_std_normalization:
            self._turn("samplewise_std_normalization", "samplewise_center", True)

    def _turn(self, because, name, value):
        if getattr(self, name) != value:
            setattr(self, name, value)
            warnings.warn(
                f"This ImageDataGenerator specifies `{because}`, which overrides setting of "
                f"`{name}`.",
                stacklevel=3,
            )

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: Any = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: Any = None,
    ) -> Any:
        """Batches of arrays in memory; arguments as in `NumpyArrayIterator`.

        Returns:
            A NumpyArrayIterator.
        """
        return NumpyArrayIterator(
            x, y, self, batch_size=batch_size, shuffle=shuffle, sample_weight=sample_weight,
            seed=seed, data_format=self.data_format, save_to_dir=save_to_dir,
            save_prefix=save_prefix, save_format=save_format,
            ignore_class_split=ignore_class_split, subset=subset, dtype=self.dtype,
        )  # fmt: skip

    def flow_from_directory(
        self,
        directory: Any,
        target_size: Any = (256, 256),
        color_mode: Any = "rgb",
        classes: Any = None,
        class_mode: Any = "categorical",
        batch_size: Any = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: Any = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> Any:
        """Batches of the files of a folder; arguments as in `DirectoryIterator`.

        Returns:
            A DirectoryIterator.
        """
        return DirectoryIterator(
            directory, self, target_size=target_size, color_mode=color_mode,
            keep_aspect_ratio=keep_aspect_ratio, classes=classes, class_mode=class_mode,
            data_format=self.data_format, batch_size=batch_size, shuffle=shuffle, seed=seed,
            save_to_dir=save_to_dir, save_prefix=save_prefix, save_format=save_format,
            follow_links=follow_links, subset=subset, interpolation=interpolation,
            dtype=self.dtype,
        )  # fmt: skip

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: str = "class",
        weight_col: Any = None,
        target_size: Any = (256, 256),
        color_mode: Any = "rgb",
        classes: Any = None,
        class_mode: Any = "categorical",
        batch_size: Any = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: Any = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Batches of the files that a pandas frame names; arguments as in `DataFrameIterator`.

        Returns:
            A DataFrameIterator.
        """
        for name in ("has_ext", "sort", "drop_duplicates"):
            if name in kwargs:
                warnings.warn(
                    f"{name} is deprecated and has no effect: file names are taken as they are, "
                    "in their order unless `shuffle` is set.",
                    DeprecationWarning,
                    stacklevel=2,
                )
        if class_mode == "other":
            warnings.warn(
                '`class_mode="other"` is deprecated, please use `class_mode="raw"`.',
                DeprecationWarning,
                stacklevel=2,
            )
            class_mode = "raw"
        return DataFrameIterator(
            dataframe, directory, self, x_col=x_col, y_col=y_col, weight_col=weight_col,
            target_size=target_size, color_mode=color_mode, classes=classes,
            class_mode=class_mode, data_format=self.data_format, batch_size=batch_size,
            shuffle=shuffle, seed=seed, save_to_dir=save_to_dir, save_prefix=save_prefix,
            save_format=save_format, subset=subset, interpolation=interpolation,
            validate_filenames=validate_filenames, dtype=self.dtype,
        )  # fmt: skip

    def standardize(self, x: Any) -> Any:
        """A picture or batch normalised, in place where the dtype allows."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and self._fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._fitted(
            "featurewise_std_normalization", self.std
        ):
            x /= self.std + 1e-6  # type: ignore[operator]
        if self.zca_whitening and self._fitted("zca_whitening", self.zca_whitening_matrix):
            flat = x.reshape(-1, math.prod(x.shape[-3:]))
            x = np.reshape(flat @ self.zca_whitening_matrix, x.shape)
        return x

    def _fitted(self, name, statistic):
        if statistic is None:
            warnings.warn(
                f"This ImageDataGenerator specifies `{name}`, but it hasn't been fit on any "
                "training data. Fit it first by calling `.fit(numpy_data)`.",
                stacklevel=3,
            )
        return statistic is not None

    def get_random_transform(self, img_shape: Any, seed: int | None = None) -> dict[Any, Any]:
        """The parameters of one random change, as a dict for `apply_transform`.

        Args:
            img_shape: shape of the picture.
            seed: of NumPy's global generator.

        Returns:
            A dict with theta and shear (degrees), tx and ty (pixels), zx and zy, flip_horizontal
            and flip_vertical, channel_shift_intensity and brightness (None for none).
        """
        if seed is not None:
            np.random.seed(seed)
        theta = 0
        if self.rotation_range:
            theta = np.random.uniform(-self.rotation_range, self.rotation_range)
        tx = _shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = 0
        if self.shear_range:
            shear = np.random.uniform(-self.shear_range, self.shear_range)
        zx, zy = 1, 1
        if tuple(self.zoom_range) != (1, 1):
            zx, zy = np.random.uniform(self.zoom_range[0], self.zoom_range[1], 2)
        flip_horizontal = (np.random.random() < 0.5) * self.horizontal_flip
        flip_vertical = (np.random.random() < 0.5) * self.vertical_flip
        shift = None
        if self.channel_shift_range != 0:
            shift = np.random.uniform(-self.channel_shift_range, self.channel_shift_range)
        brightness = None
        if self.brightness_range is not None:
            brightness = np.random.uniform(*self.brightness_range)
        return {
            "theta": theta, "tx": tx, "ty": ty, "shear": shear, "zx": zx, "zy": zy,
            "flip_horizontal": flip_horizontal, "flip_vertical": flip_vertical,
            "channel_shift_intensity": shift, "brightness": brightness,
        }  # fmt: skip

    def apply_transform(self, x: Any, transform_parameters: Any) -> Any:
        """A picture changed.

        Args:
            x: array of rank 3.
            transform_parameters: dict with any of theta, tx, ty, shear, zx, zy,
                channel_shift_intensity, flip_horizontal, flip_vertical, brightness.

        Returns:
            An array of the same shape.
        """
        get = transform_parameters.get
        rows, columns, channels = (a - 1 for a in (self.row_axis, self.col_axis, self.channel_axis))
        x = augmentation.apply_affine_transform(
            x, get("theta", 0), get("tx", 0), get("ty", 0), get("shear", 0), get("zx", 1),
            get("zy", 1), rows, columns, channels, self.fill_mode, self.cval,
            self.interpolation_order,
        )  # fmt: skip
        if get("channel_shift_intensity") is not None:
            x = augmentation.apply_channel_shift(x, get("channel_shift_intensity"), channels)
        if get("flip_horizontal", False):
            x = augmentation.flip_axis(x, columns)
        if get("flip_vertical", False):
            x = augmentation.flip_axis(x, rows)
        if get("brightness") is not None:
            x = augmentation.apply_brightness_shift(x, get("brightness"), False)
        return x

    def random_transform(self, x: Any, seed: int | None = None) -> Any:
        """A picture changed at random.

        Args:
            x: array of rank 3.
            seed: of NumPy's global generator.

        Returns:
            An array of the same shape.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learns what featurewise normalisation and whitening need.

        Args:
            x: array of rank 4.
            augment: whether to learn from changed pictures.
            rounds: how many of each, with `augment`.
            seed: of NumPy's global generator.

        Raises:
            ValueError: for another rank.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(
                f"Input to `.fit()` should have rank 4. Got array with shape: {x.shape}"
            )
        if x.shape[self.channel_axis] not in (1, 3, 4):
            warnings.warn(
                "Expected input to be images (as Numpy array) following the data format "
                f'convention "{self.data_format}" (channels on axis {self.channel_axis}), i.e. '
                f"expected either 1, 3 or 4 channels on axis {self.channel_axis}. However, it was "
                f"passed an array with shape {x.shape} ({x.shape[self.channel_axis]} channels).",
                stacklevel=2,
            )
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            x = np.stack([self.random_transform(p) for _ in range(rounds) for p in x])
            x = x.astype(self.dtype, copy=False)
        axes, shape = (0, self.row_axis, self.col_axis), [1, 1, 1]
        shape[self.channel_axis - 1] = x.shape[self.channel_axis]
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes).reshape(shape)
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes).reshape(shape)
            x /= self.std + 1e-6  # type: ignore[operator]
        if self.zca_whitening:
            count = len(x)
            u, s, _ = np.linalg.svd(x.reshape(count, -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(count) / (s + self.zca_epsilon))).dot(u.T)


def _zoom_range(value):
    if isinstance(value, (float, int)):
        return [1 - value, 1 + value]
    if len(value) == 2 and all(isinstance(v, (float, int)) for v in value):
        return list(value)
    raise ValueError(
        f"`zoom_range` should be a float or a tuple or list of two floats. Received: {value}"
    )


def _shift(choices, size):
    """Pixels to move: a float spans an interval; an integer or a list offers choices."""
    if not np.any(choices):
        return 0
    try:
        pixels = np.random.choice(choices)
        pixels *= np.random.choice([-1, 1])
    except ValueError:  # a float
        pixels = np.random.uniform(-choices, choices)
    return pixels * size if np.max(choices) < 1 else pixels
