"""Elements of a dataset: nests of tuples and dicts with NumPy arrays as leaves.

Text is an object array of bytes, or bytes for a scalar. Lists become arrays, as they become
tensors in tf.data. What a user's function sees and what iteration gives are tensors.
"""

import numpy as np

from ..engine import Tensor, TensorSpec, convert_to_tensor, eval_shape, nest
from ..engine.strings import StringTensor, encode_array, is_text
from ..ops import operators  # noqa: F401  tensors have +, [] and the like through it


def _is_container(x):
    return isinstance(x, (tuple, dict))


def normalize(x):
    """An element of whatever a user gave: containers kept, leaves as arrays."""
    kind = type(x)
    if kind is np.ndarray and x.dtype.kind in "fiubc":
        return x
    if kind is tuple:
        return tuple([normalize(item) for item in x])
    if isinstance(x, dict):
        items = {key: normalize(value) for key, value in x.items()}
        return items if kind is dict else type(x)(items)
    if isinstance(x, tuple):
        return type(x)(*[normalize(item) for item in x])
    return to_leaf(x)


def to_leaf(x):
    """An array (NumPy scalars are arrays here), bytes, None or a dataset, of one value."""
    if x is None or hasattr(x, "_pipeline"):
        return x
    if isinstance(x, Tensor):
        return x.host_view()
    if isinstance(x, StringTensor):
        return x.numpy()
    if isinstance(x, np.generic) and not isinstance(x, (np.str_, np.bytes_)):
        return x
    if is_text(x):
        array = encode_array(x)
        return array if array.ndim else array.item()
    if isinstance(x, np.ndarray):
        if x.dtype == object:
            raise TypeError(
                "An array of objects cannot be an element of a dataset; expected numbers or text. "
                "Rows of different lengths come one by one, from a generator."
            )
        return x
    if hasattr(x, "__array__") and hasattr(x, "dtype") and hasattr(x, "shape"):  # pandas, torch
        array = np.asarray(x)
        return to_leaf(array) if array.dtype.kind in "OUS" else array
    return convert_to_tensor(x).host_view()


def to_tensor(leaf):
    """A leaf as users see it."""
    if leaf is None or hasattr(leaf, "_pipeline"):
        return leaf
    if isinstance(leaf, bytes) or (isinstance(leaf, np.ndarray) and leaf.dtype == object):
        return StringTensor(leaf)
    return convert_to_tensor(leaf)


def to_tensors(element):
    """An element with tensors as leaves."""
    if type(element) is tuple:
        return tuple([to_tensors(item) for item in element])
    if _is_container(element):
        return nest.map_structure(to_tensor, element)
    return to_tensor(element)


def call(function, element):
    """function of an element, whose parts are its arguments if it is a tuple; not normalised.

    A list that it returns is a tuple, as in tf.data: its parts need not have one shape.
    """
    if type(element) is tuple:
        made = function(*[to_tensors(item) for item in element])
    else:
        made = function(to_tensors(element))
    return tuple(made) if type(made) is list else made


def stack(elements):
    """One element with a first axis of batches.

    Raises:
        ValueError: if the leaves differ in shape.
    """
    first = elements[0]
    if type(first) is tuple:
        return tuple([stack([e[i] for e in elements]) for i in range(len(first))])
    if isinstance(first, dict):
        parts = {key: stack([e[key] for e in elements]) for key in first}
        return parts if type(first) is dict else type(first)(parts)
    if isinstance(first, tuple):
        return type(first)(*[stack(list(parts)) for parts in zip(*elements)])
    return stack_leaves(elements)


def stack_leaves(leaves):
    first = leaves[0]
    if first is None:
        return None
    if hasattr(first, "_pipeline"):
        raise TypeError("Datasets cannot be batched; `flat_map` them into elements first.")
    if leaf_dtype(first) == "string":
        shape = leaf_shape(first)
        if any(leaf_shape(leaf) != shape for leaf in leaves):
            raise _shapes_differ(leaves)
        out = np.empty((len(leaves), *shape), dtype=object)
        for i, leaf in enumerate(leaves):
            out[i] = leaf
        return out
    if not first.shape:
        return np.array(leaves, dtype=first.dtype)
    try:
        return np.stack(leaves)
    except ValueError:
        raise _shapes_differ(leaves) from None


def _shapes_differ(leaves):
    shapes = sorted({leaf_shape(leaf) for leaf in leaves}, key=str)
    return ValueError(
        f"Cannot batch tensors with different shapes: received {', '.join(map(str, shapes[:5]))}. "
        "`padded_batch` pads them to one shape."
    )


def leaf_shape(leaf):
    return () if isinstance(leaf, bytes) else tuple(leaf.shape)


def leaf_dtype(leaf):
    if isinstance(leaf, bytes) or leaf.dtype == object:
        return "string"
    return str(leaf.dtype)


# ---- specs -----------------------------------------------------------------------------------


def spec_of(element):
    """Shapes and dtypes of an element."""
    return nest.map_structure(leaf_spec, element)


def leaf_spec(leaf):
    if leaf is None:
        return None
    if hasattr(leaf, "_pipeline"):
        return leaf.element_spec
    return TensorSpec(leaf_shape(leaf), leaf_dtype(leaf))


def with_batch_axis(spec, size):
    """The spec of batches: of `size`, None where it may vary."""
    return nest.map_structure(
        lambda s: None if s is None else TensorSpec((size, *s.shape), s.dtype), spec
    )


def without_batch_axis(spec):
    return nest.map_structure(
        lambda s: None if s is None else TensorSpec(s.shape[1:], s.dtype), spec
    )


def spec_after(function, spec, first):
    """The spec of function(element): by a run on abstract tensors, else from a first result.

    Args:
        function: the user's.
        spec: of the elements that it gets.
        first: function without arguments that returns its first result.
    """
    leaves = nest.flatten(spec)
    if all(isinstance(leaf, TensorSpec) and leaf.dtype != "string" for leaf in leaves):
        try:
            args = spec if type(spec) is tuple else (spec,)
            out = eval_shape(function, *args)
            out = tuple(out) if type(out) is list else out
            return nest.map_structure(
                lambda t: TensorSpec(tuple(_size(n) for n in t.shape), str(t.dtype)),
                _tuples_kept(out),
            )
        except Exception:  # it looks at values, or at more than tensors
            pass
    found = spec_of(first())
    if any(isinstance(leaf, TensorSpec) and leaf.shape[:1] == (None,) for leaf in leaves):
        # batches of varying size went in; what came out has them in front
        return nest.map_structure(
            lambda s: TensorSpec((None, *s.shape[1:]), s.dtype) if s is not None and s.shape else s,
            found,
        )
    return found


def _size(n):
    return n if isinstance(n, int) and n >= 0 else None


def _tuples_kept(out):
    """The result with lists and numbers as the tensors that they will become."""
    if isinstance(out, (tuple, dict)):
        return out
    if not hasattr(out, "dtype"):
        raise TypeError
    return out
