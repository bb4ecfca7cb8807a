"""Helpers that Keras 1 and 2 had in `utils.np_utils`, `conv_utils`, `generic_utils`, ... and in
`engine`, which layers and training loops of that time call."""

from __future__ import annotations

import inspect
import os
from typing import Any

import numpy as np

# ---- sizes of convolutions -------------------------------------------------------------------


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """The size that a convolution makes of a size; None of None.

    Args:
        input_length: Size of the input's axis.
        filter_size, stride, dilation: Of the window on that axis.
        padding: "same", "valid", "causal" or "full".

    Example:

    >>> conv_output_length(28, 3, "valid", 2)
    13
    """
    if input_length is None:
        return None
    reach = (filter_size - 1) * dilation
    change = {"same": 0, "causal": 0, "valid": -reach, "full": reach}[padding]
    return (input_length + change + stride - 1) // stride


def conv_input_length(
    output_length: int | None, filter_size: int, padding: str, stride: int
) -> int | None:
    """The smallest size of which a convolution makes this one; None of None.

    Args: as of `conv_output_length`.
    """
    if output_length is None:
        return None
    pad = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * pad + filter_size


def deconv_length(
    dim_size: int | None,
    stride_size: int,
    kernel_size: int,
    padding: str,
    output_padding: int | None = None,
    dilation: int = 1,
) -> int | None:
    """The size that a transposed convolution makes of a size; None of None.

    Args:
        dim_size: Size of the input's axis.
        stride_size, kernel_size, dilation: Of the window on that axis.
        padding: "same", "valid" or "full".
        output_padding: What is added at the end; None to let stride and padding decide.

    Example:

    >>> deconv_length(14, 2, 3, "same")
    28
    """
    if dim_size is None:
        return None
    size = kernel_size + (kernel_size - 1) * (dilation - 1)
    if output_padding is None:
        more = {"valid": max(size - stride_size, 0), "same": 0, "full": -(stride_size + size - 2)}
        return dim_size * stride_size + more[padding]
    pad = {"same": size // 2, "valid": 0, "full": size - 1}[padding]
    return (dim_size - 1) * stride_size + size - 2 * pad + output_padding


def normalize_tuple(value: Any, n: int, name: str, allow_zero: bool = False) -> tuple[int, ...]:
    """An int, or n of them, as a tuple of n.

    Args:
        value: The int or the sequence.
        n: How many there must be.
        name: Of the argument, for messages.
        allow_zero: Whether 0 will do.

    Raises:
        ValueError: for another number of them, or for what is no int or too small.
    """
    from ..layers.windows import standardize_tuple

    return standardize_tuple(value, n, name, allow_zero)


def normalize_padding(value: str) -> str:
    """A `padding` in small letters.

    Raises:
        ValueError: for anything but "valid", "same" and "causal".
    """
    value = value.lower()
    if value not in ("valid", "same", "causal"):
        raise ValueError(
            'The `padding` argument must be one of "valid", "same" (or "causal" for Conv1D). '
            f"Received: {value}"
        )
    return value


def normalize_data_format(value: str | None) -> str:
    """A `data_format` in small letters. As `backend.normalize_data_format`."""
    from ..layers.reshaping import standardize_data_format

    return standardize_data_format(value.lower() if isinstance(value, str) else value)


def convert_kernel(kernel: Any, dim_ordering: str | None = None) -> Any:
    """A kernel of Theano's convolutions, which turned it, for ours, and the other way.

    Args:
        kernel: Array of 3 to 5 axes, channels last.
        dim_ordering: "th" where the kernel has channels first.

    Raises:
        ValueError: for another number of axes.
    """
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(f"Invalid kernel shape: {kernel.shape}")
    axes = range(2, kernel.ndim) if dim_ordering == "th" else range(kernel.ndim - 2)
    return np.ascontiguousarray(np.flip(kernel, tuple(axes)))


def convert_all_kernels_in_model(model: Any) -> None:
    """Turns the kernels of all convolutions of a model, as `convert_kernel` does."""
    kinds = tuple(f"Conv{n}D{form}" for n in (1, 2, 3) for form in ("", "Transpose"))
    for layer in model.layers:
        if type(layer).__name__ in kinds:
            kernel, *rest = layer.get_weights()
            layer.set_weights([convert_kernel(kernel), *rest])


def convert_dense_weights_data_format(
    dense: Any, previous_feature_map_shape: Any, target_data_format: str = "channels_first"
) -> None:
    """Orders the rows of a Dense layer's kernel for a Flatten over the other data format.

    Args:
        dense: The layer.
        previous_feature_map_shape: Shape of what Flatten gets in the target format, without the
            batch.
        target_data_format: "channels_first" or "channels_last": the format that it shall fit.

    Raises:
        ValueError: for another format.
    """
    if target_data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            "target_data_format is 'channels_first' or 'channels_last'. Received: "
            f"{target_data_format!r}"
        )
    kernel, *rest = dense.get_weights()
    shape = tuple(previous_feature_map_shape)
    if target_data_format == "channels_first":
        there = kernel.reshape(*shape[1:], shape[0], -1)
        turned = np.moveaxis(there, -2, 0)
    else:
        there = kernel.reshape(shape[-1], *shape[:-1], kernel.shape[-1])
        turned = np.moveaxis(there, 0, -2)
    dense.set_weights([turned.reshape(kernel.shape), *rest])


# ---- lists, functions and files --------------------------------------------------------------


def to_list(x: Any, allow_tuple: bool = False) -> Any:
    """x in a list, unless it is one (or a tuple, where that will do).

    Example:

    >>> to_list(1), to_list([1])
    ([1], [1])
    """
    if isinstance(x, list) or (allow_tuple and isinstance(x, tuple)):
        return x
    return [x]


def unpack_singleton(x: Any) -> Any:
    """The one item of a list or tuple of one; anything else as it is."""
    return x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x


def object_list_uid(object_list: Any) -> str:
    """A string that tells lists of objects apart by identity."""
    return ", ".join(str(id(x)) for x in to_list(object_list))


def is_all_none(iterable_or_element: Any) -> bool:
    """Whether something is None, or a list or tuple of None alone."""
    return all(x is None for x in to_list(iterable_or_element, allow_tuple=True))


def slice_arrays(arrays: Any, start: Any = None, stop: Any = None) -> Any:
    """The rows from `start` to `stop` of an array or of each of a list; or those in list `start`.

    Example:

    >>> slice_arrays([np.arange(5), None], 1, 3)
    [array([1, 2]), None]
    """
    if arrays is None:
        return [None]
    rows = np.asarray(start) if hasattr(start, "__len__") else slice(start, stop)
    if isinstance(arrays, list):
        return [None if x is None else x[rows] for x in arrays]
    return arrays[rows] if hasattr(arrays, "__getitem__") else [None]


def has_arg(fn: Any, name: str, accept_all: bool = False) -> bool:
    """Whether a function takes an argument of that name by keyword.

    Args:
        fn: The function.
        name: The argument.
        accept_all: Whether `**kwargs` counts.

    Example:

    >>> has_arg(lambda a, *, b: 0, "b"), has_arg(lambda **kwargs: 0, "b")
    (True, False)
    """
    parameters = inspect.signature(fn).parameters
    if accept_all and any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return True
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return name in parameters and parameters[name].kind in kinds


def func_dump(func: Any) -> tuple[Any, Any, Any]:
    """A function as (code as text, defaults, closure), for `func_load` in the same Python."""
    from ..serialization import code

    made = code.dump(func)
    return made["code"], made["defaults"], made["closure"]


def func_load(code: Any, defaults: Any = None, closure: Any = None, globs: Any = None) -> Any:
    """The function that `func_dump` wrote. Running it runs whatever its writer wants.

    Args:
        code: The text, or the whole triple.
        defaults, closure: The other two parts.
        globs: Its globals; NumPy, K and the like where missing.
    """
    from ..serialization.code import load

    return load(code, defaults, closure, globs)


def get_from_module(
    identifier: Any,
    module_params: dict[str, Any],
    module_name: str,
    instantiate: bool = False,
    kwargs: dict[str, Any] | None = None,
) -> Any:
    """What a name, or a dict with "name" and arguments, means among the globals of a module.

    Args:
        identifier: Name, dict or the thing itself.
        module_params: The module's `globals()`.
        module_name: What messages call it.
        instantiate: Whether to call what is found.
        kwargs: Arguments of that call.

    Raises:
        ValueError: for a name that is not there.
    """
    if isinstance(identifier, dict):
        kwargs = {**identifier, **(kwargs or {})}
        identifier, instantiate = kwargs.pop("name"), True
    if not isinstance(identifier, str):
        return identifier
    found = module_params.get(identifier)
    if found is None:
        raise ValueError(f"Invalid {module_name}: {identifier}")
    return found(**(kwargs or {})) if instantiate else found


def make_tuple(*args: Any) -> tuple[Any, ...]:
    """Its arguments, as a tuple."""
    return args


def transpose_shape(shape: Any, target_format: str, spatial_axes: Any) -> Any:
    """A shape with channels last as one in `target_format`.

    Args:
        shape: List or tuple of sizes, channels last.
        target_format: "channels_first" or "channels_last".
        spatial_axes: Where the axes between batch and channels are.

    Raises:
        ValueError: for another format.
    """
    if target_format == "channels_last":
        return shape
    if target_format != "channels_first":
        raise ValueError(
            'The `data_format` argument must be one of "channels_first", "channels_last". '
            f"Received: {target_format}"
        )
    return type(shape)([*shape[: spatial_axes[0]], shape[-1], *(shape[i] for i in spatial_axes)])


def make_batches(size: int, batch_size: int) -> list[tuple[int, int]]:
    """(start, stop) of each batch of so many samples.

    Example:

    >>> make_batches(5, 2)
    [(0, 2), (2, 4), (4, 5)]
    """
    return [(i, min(size, i + batch_size)) for i in range(0, size, batch_size)]


def validate_file(
    fpath: str, file_hash: str, algorithm: str = "auto", chunk_size: int = 65535
) -> bool:
    """Whether a file has that hash, of MD5 or SHA-256 by its length."""
    import hashlib

    if algorithm == "auto":
        algorithm = "sha256" if len(file_hash) == 64 else "md5"
    digest = hashlib.new("sha256" if algorithm in ("sha256",) else "md5")
    with open(fpath, "rb") as file:
        while chunk := file.read(chunk_size):
            digest.update(chunk)
    return digest.hexdigest() == file_hash.lower()


def ask_to_proceed_with_overwrite(filepath: str) -> bool:
    """Asks at the terminal whether a file may be overwritten; without one the answer is no."""
    try:
        answer = input(f"[WARNING] {os.fspath(filepath)} already exists - overwrite? [y/n]")
    except EOFError:
        return False
    return answer.strip().lower() == "y"


# ---- labels ----------------------------------------------------------------------------------


def probas_to_classes(y_pred: Any) -> Any:
    """Class indices of probabilities (n, classes), or of (n, 1): 1 above one half."""
    y_pred = np.asarray(y_pred)
    if y_pred.ndim > 1 and y_pred.shape[1] > 1:
        return np.argmax(y_pred, axis=1)
    return (y_pred.reshape(len(y_pred)) > 0.5).astype(int)


def categorical_probas_to_classes(p: Any) -> Any:
    """Class indices of probabilities (n, classes)."""
    return np.argmax(p, axis=1)


def accuracy(p: Any, y: Any) -> float:
    """The share of equal entries."""
    return float(np.mean(np.asarray(p) == np.asarray(y)))


def to_ordinal(y: Any, num_classes: int | None = None, dtype: str = "float32") -> Any:
    """Class indices as rows of ones up to the class, then zeros.

    Args:
        y: Array of integers from 0 on.
        num_classes: One more than the largest where missing.
        dtype: Of the result.

    Returns:
        Array of the shape of y and num_classes - 1.

    Example:

    >>> to_ordinal([0, 2, 1], num_classes=3).tolist()
    [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]]
    """
    y = np.asarray(y, dtype=int)
    if y.ndim > 1 and y.shape[-1] == 1:
        y = y[..., 0]
    classes = num_classes or int(y.max()) + 1
    return (np.arange(classes - 1) < y[..., None]).astype(dtype)


# ---- models ----------------------------------------------------------------------------------


def print_summary(model: Any, *args: Any, **kwargs: Any) -> None:
    """`model.summary`."""
    model.summary(*args, **kwargs)


def count_params(weights: Any) -> int:
    """The number of scalars in weights; one that is listed twice counts once."""
    return int(sum(np.prod(w.shape) for w in {id(w): w for w in weights}.values()))


def multi_gpu_model(model: Any, gpus: Any = None, **kwargs: Any) -> Any:
    """The model as it is: one device computes, with all of its cores."""
    return model


class HDF5Matrix:
    """Rows of a data set in an HDF5 file, read when they are asked for.

    Args:
        datapath: The file, or an open h5py.File.
        dataset: Name of the data set in it.
        start, end: The rows that are meant; all where missing.
        normalizer: Function of what was read.
    """

    def __init__(
        self, datapath: Any, dataset: str, start: int = 0, end: int | None = None,
        normalizer: Any = None,
    ) -> None:  # fmt: skip
        if hasattr(datapath, "keys"):
            file = datapath
        else:
            import h5py

            file = h5py.File(datapath, "r")
        self.data = file[dataset]
        self.start = start
        self.end = len(self.data) if end is None else end
        self.normalizer = normalizer

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            rows = np.arange(*key.indices(len(self)))
            low, high = (rows.min(), rows.max() + 1) if len(rows) else (0, 0)
            found = self.data[self.start + low : self.start + high][rows - low]
        elif isinstance(key, (int, np.integer)):
            found = self.data[self.start + (key + len(self) if key < 0 else key)]
        else:
            rows, places = np.unique(np.asarray(key), return_inverse=True)
            found = self.data[rows + self.start][places]
        return found if self.normalizer is None else self.normalizer(found)

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, ...)."""
        return (len(self), *self.data.shape[1:])

    @property
    def dtype(self) -> Any:
        """dtype of what is read."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """Number of entries."""
        return int(np.prod(self.shape))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self[:], dtype=dtype)
