"""How a Dataset begins: from arrays, generators, ranges, files, or other datasets."""

from __future__ import annotations

import glob
import inspect
from typing import Any

import numpy as np

from ..engine import TensorSpec, nest
from ..engine.random import make_default_seed
from . import elements, rows, steps
from .nodes import INFINITE, UNKNOWN, Input


class Creation:
    """The static methods of Dataset that make one."""

    @classmethod
    def _of(cls, pipeline):
        dataset = cls.__new__(cls)
        dataset._pipeline = pipeline
        return dataset

    @classmethod
    def from_tensors(cls, tensors: Any, name: Any = None) -> Any:
        """One element: the tensors as they are.

        Args:
            tensors: nest of arrays; tuples and dicts are structure, lists become arrays.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        element = elements.normalize(tensors)
        return cls._of(Input(lambda: iter((element,)), 1, elements.spec_of(element)))

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: Any = None) -> Any:
        """One element for each row of arrays.

        The arrays are read where they are, memory-mapped ones too: nothing is copied.

        Args:
            tensors: nest of arrays with one first dimension; tuples and dicts are structure, lists
                become arrays, DataFrames and Series count as arrays.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Raises:
            ValueError: if first dimensions differ, or there is none.

        Example:

        >>> list(Dataset.from_tensor_slices([[1, 2], [3, 4]]).as_numpy_iterator())[1].tolist()
        [3, 4]
        """
        arrays = elements.normalize(tensors)
        for leaf in nest.flatten(arrays):
            if leaf is not None and not elements.leaf_shape(leaf):
                raise ValueError(
                    f"from_tensor_slices() needs arrays with a first dimension. Received: {leaf!r}"
                )
        return cls._of(rows.Rows(arrays))

    @classmethod
    def from_generator(
        cls,
        generator: Any,
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: Any = None,
    ) -> Any:
        """The elements that a Python generator yields.

        Args:
            generator: function that returns an iterable; called anew for each pass.
            output_types: nest of dtypes, of old.
            output_shapes: nest of shapes, of old; unknown by default.
            args: arrays that the function is called with.
            output_signature: nest of TensorSpecs. Without one (or types) elements are taken as
                they come.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Raises:
            TypeError: if `generator` cannot be called, or yields what does not fit.

        Example:

        >>> ds = Dataset.from_generator(lambda: iter([1, 2, 3]))
        >>> [int(x) for x in ds]
        [1, 2, 3]
        """
        if not callable(generator):
            raise TypeError(
                "`generator` must be a function that returns an iterable (a generator's function, "
                f"not what it returns). Received: {generator!r}"
            )
        spec = _signature(output_types, output_shapes, output_signature)
        arguments = tuple(elements.to_tensor(elements.to_leaf(a)) for a in args or ())

        def make():
            made = iter(generator(*arguments))
            return _copies(made) if spec is None else _fitted(made, spec)

        return cls._of(Input(make, UNKNOWN, spec))

    @classmethod
    def range(cls, *args: Any, **kwargs: Any) -> Any:
        """Integers: `range(stop)`, `range(start, stop)` or `range(start, stop, step)`.

        Args:
            *args: bounds and step.
            **kwargs: `output_type`, the dtype (int64).
        """
        numbers = np.arange(*(int(a) for a in args), dtype=np.int64)
        return cls._of(rows.Rows(numbers.astype(_dtype_name(kwargs.get("output_type", "int64")))))

    @classmethod
    def zip(cls, *args: Any, datasets: Any = None, name: Any = None) -> Any:
        """Elements of several datasets side by side; it ends with the shortest.

        Args:
            *args: datasets, or one nest of them.
            datasets: the same, under its name of old.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Raises:
            TypeError: for what is no Dataset.

        Example:

        >>> ds = Dataset.zip(Dataset.range(3), Dataset.range(10, 20))
        >>> [int(x) for x in list(ds)[2]]
        [2, 12]
        """
        given = datasets if datasets is not None else args[0] if len(args) == 1 else args
        given = tuple(given) if isinstance(given, list) else given
        leaves = nest.flatten(given)
        for leaf in leaves:
            if not hasattr(leaf, "_pipeline"):
                raise TypeError(f"zip() expects datasets. Received: {leaf!r}")
        return cls._of(steps.Zip(given, *(leaf._pipeline for leaf in leaves)))

    @classmethod
    def list_files(
        cls,
        file_pattern: Any,
        shuffle: bool | None = None,
        seed: int | None = None,
        name: Any = None,
    ) -> Any:
        """The names of files that match, as text.

        Args:
            file_pattern: pattern with `*` and `?`, or a list of patterns.
            shuffle: whether in random order (the default), anew in each pass.
            seed: of the order.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Raises:
            FileNotFoundError: if no file matches.
        """
        patterns = elements.normalize(file_pattern)
        patterns = [patterns] if isinstance(patterns, bytes) else list(patterns)
        names = sorted({name for pattern in patterns for name in glob.glob(pattern.decode())})
        if not names:
            raise FileNotFoundError(f"No files matched the pattern {file_pattern!r}.")
        dataset = cls.from_tensor_slices(names)
        return dataset if shuffle is False else dataset.shuffle(len(names), seed)

    @classmethod
    def random(
        cls, seed: int | None = None, rerandomize_each_iteration: Any = None, name: Any = None
    ) -> Any:
        """Random int64 numbers from 0 to 2^32 - 1, without end.

        Args:
            seed: of the numbers; drawn where missing.
            rerandomize_each_iteration: whether each pass has numbers of its own.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        seed = make_default_seed() if seed is None else int(seed)
        passes = iter(range(1 << 62)) if rerandomize_each_iteration else None

        def make():
            number = next(passes) if passes else 0
            generator = np.random.Generator(np.random.PCG64([seed, number]))
            while True:
                yield from generator.integers(0, 1 << 32, 1024)

        return cls._of(Input(make, INFINITE, TensorSpec((), "int64")))

    @classmethod
    def counter(cls, start: Any = 0, step: int = 1, dtype: Any = "int64", name: Any = None) -> Any:
        """Numbers from `start` on, without end.

        Args:
            start: the first number.
            step: from one number to the next.
            dtype: of the numbers.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Example:

        >>> [int(x) for x in Dataset.counter(5, step=2).take(3)]
        [5, 7, 9]
        """
        kind = np.dtype(_dtype_name(dtype)).type

        def make():
            number = start
            while True:
                yield kind(number)
                number += step

        return cls._of(Input(make, INFINITE, TensorSpec((), str(np.dtype(kind)))))

    @classmethod
    def choose_from_datasets(
        cls, datasets: Any, choice_dataset: Any, stop_on_empty_dataset: bool = True
    ) -> Any:
        """Elements of several datasets, from the one whose number `choice_dataset` gives.

        Args:
            datasets: list of Datasets of one kind of elements.
            choice_dataset: Dataset of scalar integers, from 0 to the number of datasets - 1.
            stop_on_empty_dataset: whether to end with the first that is used up.

        Returns:
            A Dataset.

        Example:

        >>> ab = [Dataset.from_tensors("a").repeat(), Dataset.from_tensors("b").repeat()]
        >>> ds = Dataset.choose_from_datasets(ab, Dataset.from_tensor_slices([0, 1, 1]))
        >>> [x.decode() for x in ds.as_numpy_iterator()]
        ['a', 'b', 'b']
        """

        def choice(left):
            for number in choice_dataset._pipeline.iterate():
                yield int(number)

        pipelines = [dataset._pipeline for dataset in datasets]
        return cls._of(steps.Choose(choice, pipelines, stop_on_empty_dataset))

    @classmethod
    def sample_from_datasets(
        cls,
        datasets: Any,
        weights: Any = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: Any = None,
    ) -> Any:
        """Elements of several datasets, from one drawn at random each time.

        Args:
            datasets: list of datasets of one kind of elements.
            weights: their odds; equal by default.
            seed: of the draws.
            stop_on_empty_dataset: whether to end with the first that is used up.
            rerandomize_each_iteration: whether each pass draws anew.

        Returns:
            A Dataset.

        Raises:
            ValueError: for weights of another number, below 0, or 0 all of them.
        """
        count = len(datasets)
        odds = np.full(count, 1.0) if weights is None else np.asarray(weights, float)
        if odds.shape != (count,) or (odds < 0).any() or not odds.sum():
            raise ValueError(
                f"sample_from_datasets() expects {count} weights, none below 0. Received: {weights}"
            )
        seed = make_default_seed() if seed is None else int(seed)
        passes = iter(range(1 << 62)) if rerandomize_each_iteration else None

        def choice(left):
            number = next(passes) if passes else 0
            generator = np.random.Generator(np.random.PCG64([seed, number]))
            while left:
                alive = [i for i in range(count) if i in left and odds[i]]
                if not alive:
                    return
                part = odds[alive] / odds[alive].sum()
                yield alive[generator.choice(len(alive), p=part)]

        pipelines = [dataset._pipeline for dataset in datasets]
        return cls._of(steps.Choose(choice, pipelines, stop_on_empty_dataset))


def _dtype_name(dtype):
    return getattr(dtype, "name", None) or (
        dtype if isinstance(dtype, str) else np.dtype(dtype).name
    )


def _signature(types, shapes, signature):
    """The spec that from_generator's arguments say; None for none."""
    if signature is not None:
        if types is not None or shapes is not None:
            raise TypeError(
                "`output_types` and `output_shapes` cannot be used together with "
                "`output_signature`."
            )
        return nest.map_structure(
            lambda s: TensorSpec(tuple(s.shape), _dtype_name(s.dtype)), signature
        )
    if types is None:
        return None
    names = nest.map_structure(_dtype_name, tuple(types) if isinstance(types, list) else types)
    if shapes is None:
        return nest.map_structure(lambda t: _AnyShape(t), names)
    return _specs(names, shapes)


def _specs(names, shapes):
    """TensorSpecs in the structure of the dtypes."""
    if isinstance(names, dict):
        return {key: _specs(name, shapes[key]) for key, name in names.items()}
    if isinstance(names, tuple):
        return tuple(_specs(*pair) for pair in zip(names, shapes))
    return _AnyShape(names) if shapes is None else TensorSpec(tuple(shapes), names)


class _AnyShape(TensorSpec):
    """A dtype without a shape."""

    def __init__(self, dtype):
        super().__init__((), dtype)
        self.any = True


def _copies(items):
    """The items as arrays of their own: a generator may write to its arrays again."""
    try:
        for item in items:
            element = elements.normalize(item)
            yield nest.map_structure(lambda x: x.copy() if type(x) is np.ndarray else x, element)
    finally:
        if inspect.isgenerator(items):
            items.close()


def _fitted(items, spec):
    """The items, copied, with the dtypes of a spec. Raises TypeError for what does not fit."""
    leaves = nest.flatten(spec)
    try:
        for item in items:
            if isinstance(item, list) and isinstance(spec, tuple):
                item = tuple(item)
            item = _taken_apart(item, spec)
            if item is None or len(item) != len(leaves):
                raise TypeError(
                    "`generator` yielded an element that does not match the expected structure. "
                    f"The expected structure was {spec}."
                )
            yield nest.pack_as(spec, [_fit(x, s) for x, s in zip(item, leaves)])
    finally:
        if inspect.isgenerator(items):
            items.close()


def _taken_apart(item, spec):
    """The leaves of an item along a spec; None where it is built otherwise."""
    if isinstance(spec, dict):
        if not isinstance(item, dict) or set(item) != set(spec):
            return None
        parts = [_taken_apart(item[key], spec[key]) for key in nest.keys(spec)]
    elif isinstance(spec, tuple):
        if not isinstance(item, (tuple, list)) or len(item) != len(spec):
            return None
        parts = [_taken_apart(part, s) for part, s in zip(item, spec)]
    else:
        return [item]
    return None if None in parts else [leaf for part in parts for leaf in part]


def _fit(value, spec):
    if spec.dtype == "string":
        leaf = elements.to_leaf(value)
    else:
        try:
            leaf = np.array(value.numpy() if hasattr(value, "numpy") else value, spec.dtype)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"`generator` yielded an element that could not be converted to {spec.dtype}: "
                f"{str(value)[:100]} ({error})"
            ) from None
    shape = elements.leaf_shape(leaf)
    fits = len(shape) == len(spec.shape) and all(
        s is None or s == n for n, s in zip(shape, spec.shape)
    )
    if not fits and not getattr(spec, "any", False):
        raise TypeError(
            f"`generator` yielded an element of shape {shape} where an element of shape "
            f"{spec.shape} was expected."
        )
    return leaf
