"""What every step of a dataset is: it can be iterated, counted, and described."""

from . import elements

INFINITE = -1
UNKNOWN = -2


class Node:
    """One step. Its inputs are nodes too; iterating it twice gives two passes.

    `iterate` is a generator of normalised elements (elements.py). Closing it closes its inputs.
    """

    def __init__(self, *inputs):
        self.inputs = inputs

    # Whether every pass has the elements in the same order, whatever the user's functions do.
    fixed = False

    def iterate(self):
        raise NotImplementedError

    def cardinality(self):
        """Number of elements, INFINITE or UNKNOWN."""
        return self.inputs[0].cardinality()

    def spec(self):
        """The TensorSpecs of an element; None where there is no element to tell."""
        return self.inputs[0].spec()

    def rows(self):
        """(nest of arrays, function that returns an iterator of row numbers) for elements that
        are rows of arrays, taken in some order; None for others.

        The row numbers come in pieces: ranges, or int64 arrays.
        """
        return None

    def first(self):
        """The first element. Raises StopIteration if there is none."""
        iterator = self.iterate()
        try:
            return next(iterator)
        finally:
            iterator.close()


class Input(Node):
    """A step without inputs: from a factory of iterators.

    Args:
        make: function that returns an iterator of raw elements.
        count: number of elements, INFINITE or UNKNOWN.
        spec: nest of TensorSpecs, or a function that returns it; from the first element where
            None.
    """

    def __init__(self, make, count=UNKNOWN, spec=None):
        super().__init__()
        self._make, self._count, self._spec = make, count, spec

    @property
    def given_spec(self):
        """The spec if it is known without making an element, else None."""
        return None if callable(self._spec) else self._spec

    def iterate(self):
        iterator = self._make()
        try:
            for item in iterator:
                yield elements.normalize(item)
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()

    def cardinality(self):
        return self._count

    def spec(self):
        if self._spec is None:
            self._spec = elements.spec_of(self.first())
        elif callable(self._spec):
            self._spec = self._spec()
        return self._spec
