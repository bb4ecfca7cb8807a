"""tf.io.parse_example and its like: tensors out of serialized tf.train.Examples."""

from collections import namedtuple as _namedtuple

import numpy as _np

from ... import ops as _ops
from . import examples as _examples
from . import texts as _texts
from .sparse import made as _sparse

FixedLenFeature = _namedtuple(
    "FixedLenFeature", ["shape", "dtype", "default_value"], defaults=[None]
)
FixedLenSequenceFeature = _namedtuple(
    "FixedLenSequenceFeature",
    ["shape", "dtype", "allow_missing", "default_value"],
    defaults=[False, None],
)
VarLenFeature = _namedtuple("VarLenFeature", ["dtype"])
_LISTS = {"string": "bytes_list", "float32": "float_list", "int64": "int64_list"}


def parse_single_example(serialized, features, example_names=None, name=None):
    """{name: tensor} of one serialized tf.train.Example.

    Args:
        serialized: Text that holds its bytes.
        features: {name: FixedLenFeature, FixedLenSequenceFeature or VarLenFeature}.

    Raises:
        ValueError: where it is no Example, or has no such feature, or one of another kind or size.
    """
    found = _read(_texts.contents(serialized))
    return {name: _one(found, name, kind) for name, kind in _checked(features).items()}


def parse_example(serialized, features, example_names=None, name=None):
    """{name: tensor} of a batch of serialized tf.train.Examples; as `parse_single_example`."""
    texts = _texts.encode_array(serialized)
    if texts.ndim == 0:
        return parse_single_example(serialized, features)
    if texts.ndim != 1:
        raise ValueError(
            f"tf.io.parse_example: expected texts of shape (batch,). Received: {texts.shape}"
        )
    examples = [_read(text) for text in texts]
    return {name: _batch(examples, name, kind) for name, kind in _checked(features).items()}


def parse_single_sequence_example(
    serialized, context_features=None, sequence_features=None, example_name=None, name=None
):
    """({name: tensor}, {name: tensor}) of a serialized tf.train.SequenceExample: of the whole, and
    of its steps, which are the first axis."""
    message = _examples.SequenceExample.FromString(serialized)
    found = message.context.feature
    context = {n: _one(found, n, kind) for n, kind in _checked(context_features or {}).items()}
    lists = message.feature_lists.feature_list
    steps = _checked(sequence_features or {})
    return context, {n: _steps(lists, n, kind) for n, kind in steps.items()}


def _read(data):
    return _examples.Example.FromString(data).features.feature


def _checked(features):
    if not features:
        return {}
    for name, kind in features.items():
        if not isinstance(kind, (FixedLenFeature, FixedLenSequenceFeature, VarLenFeature)):
            raise ValueError(
                f"Feature {name!r}: FixedLenFeature, FixedLenSequenceFeature and VarLenFeature are "
                f"served. Received: {kind!r}"
            )
        if str(kind.dtype) not in _LISTS:
            raise ValueError(
                f"Feature {name!r}: a tf.train.Feature holds string, float32 or int64. Received: "
                f"dtype={kind.dtype}"
            )
    return features


def _values(found, name, dtype):
    """The list of a feature; None where there is none."""
    feature = found.get(name)
    if feature is None or feature.WhichOneof() is None:
        return None
    if feature.WhichOneof() != _LISTS[str(dtype)]:
        raise ValueError(
            f"Feature {name!r}: expected {dtype}, which is in a {_LISTS[str(dtype)]}. The Example "
            f"has a {feature.WhichOneof()}."
        )
    return feature._values


def _array(values, dtype, shape):
    if str(dtype) == "string":
        array = _np.empty(len(values), object)
        array[:] = values
    else:
        array = _np.array(values, str(dtype))
    return array.reshape(shape)


def _tensor(array):
    return _texts.StringTensor(array) if array.dtype == object else _ops.convert_to_tensor(array)


def _fixed(found, name, kind):
    shape = tuple(int(n) for n in _shape(kind.shape))
    values = _values(found, name, kind.dtype)
    if values is None:
        if kind.default_value is None:
            raise ValueError(f"Feature {name!r} is required, and the Example has none.")
        default = kind.default_value
        if str(kind.dtype) == "string":
            default = _texts.encode_array(default)
        return _np.array(_np.broadcast_to(_np.asarray(default), shape), _kind(kind.dtype))
    if len(values) != _np.prod(shape, dtype=int):
        raise ValueError(
            f"Feature {name!r}: expected {shape}, so {_np.prod(shape, dtype=int)} values. The "
            f"Example has {len(values)}."
        )
    return _array(values, kind.dtype, shape)


def _kind(dtype):
    return object if str(dtype) == "string" else str(dtype)


def _shape(shape):
    return shape if hasattr(shape, "__iter__") else [shape]


def _sequence(found, name, kind):
    shape = tuple(int(n) for n in _shape(kind.shape))
    values = _values(found, name, kind.dtype)
    if values is None and not kind.allow_missing:
        raise ValueError(f"Feature {name!r} is required, and the Example has none.")
    values, row = values or [], int(_np.prod(shape, dtype=int))
    if len(values) % row:
        raise ValueError(f"Feature {name!r}: {len(values)} values are no whole rows of {shape}.")
    return _array(values, kind.dtype, (len(values) // row, *shape))


def _one(found, name, kind):
    if isinstance(kind, FixedLenFeature):
        return _tensor(_fixed(found, name, kind))
    if isinstance(kind, FixedLenSequenceFeature):
        return _tensor(_sequence(found, name, kind))
    values = _values(found, name, kind.dtype) or []
    places = _np.arange(len(values), dtype="int64")[:, None]
    return _sparse(places, _array(values, kind.dtype, -1), [len(values)])


def _batch(examples, name, kind):
    if isinstance(kind, FixedLenFeature):
        return _tensor(_np.stack([_fixed(found, name, kind) for found in examples]))
    if isinstance(kind, FixedLenSequenceFeature):
        return _tensor(_padded([_sequence(found, name, kind) for found in examples], kind))
    rows = [_values(found, name, kind.dtype) or [] for found in examples]
    return _sparse_rows(rows, kind.dtype)


def _sparse_rows(rows, dtype):
    places = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = _array([x for row in rows for x in row], dtype, -1)
    shape = [len(rows), max(map(len, rows), default=0)]
    return _sparse(_np.array(places, "int64").reshape(-1, 2), values, shape)


def _padded(arrays, kind):
    longest = max(map(len, arrays), default=0)
    empty = b"" if str(kind.dtype) == "string" else 0
    empty = empty if kind.default_value is None else kind.default_value
    if isinstance(empty, str):
        empty = empty.encode()
    out = _np.full((len(arrays), longest, *arrays[0].shape[1:]), empty, _kind(kind.dtype))
    for row, array in zip(out, arrays):
        row[: len(array)] = array
    return out


def _steps(lists, name, kind):
    found = lists.get(name)
    if found is None:
        if not getattr(kind, "allow_missing", True):
            raise ValueError(f"Feature {name!r} is required, and the SequenceExample has none.")
        steps = []
    else:
        steps = [{name: feature} for feature in found.feature]
    if isinstance(kind, VarLenFeature):
        return _sparse_rows([_values(step, name, kind.dtype) or [] for step in steps], kind.dtype)
    shape = tuple(int(n) for n in _shape(kind.shape))
    fixed = FixedLenFeature(shape, kind.dtype)
    rows = [_fixed(step, name, fixed) for step in steps]
    return _tensor(_np.stack(rows) if rows else _array([], kind.dtype, (0, *shape)))
