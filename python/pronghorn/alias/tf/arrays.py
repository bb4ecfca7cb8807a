"""tf.TensorArray, and tf.while_loop, which carries them."""

from ... import ops as _ops
from ...engine import is_tracing as _is_tracing
from ...engine import nest as _nest


class TensorArray:
    """A list of tensors; each change gives a new one, which shares the tensors with the old.

    In a compiled loop, whose index has no value, the tensors are rows of one buffer.
    """

    def __init__(
        self, dtype, size=None, dynamic_size=None, clear_after_read=None, tensor_array_name=None,
        handle=None, flow=None, infer_shape=True, element_shape=None,
        colocate_with_first_write_call=True, name=None,
    ):  # fmt: skip
        self.dtype = dtype
        self.element_shape = element_shape
        self.dynamic_size = bool(dynamic_size)
        self._items = [None] * int(size or 0)
        self._buffer = None

    def _with(self, items=None, buffer=None):
        new = TensorArray(self.dtype, None, self.dynamic_size, element_shape=self.element_shape)
        new._items, new._buffer = items, buffer
        return new

    def _rows(self):
        """The tensors as one; zeros where nothing was written."""
        if self._buffer is not None:
            return self._buffer
        known = next((x for x in self._items if x is not None), None)
        if known is None:
            sizes = tuple(self.element_shape) if self.element_shape is not None else None
            if sizes is None or None in sizes:
                raise ValueError(
                    "A TensorArray in which nothing was written has no shape; pass element_shape=."
                )
            return _ops.zeros((len(self._items), *sizes), self.dtype)
        empty = _ops.zeros_like(known)
        return _ops.stack([empty if x is None else x for x in self._items])

    def size(self, name=None):
        return len(self._items) if self._buffer is None else self._buffer.shape[0]

    def write(self, index, value, name=None):
        value = _ops.convert_to_tensor(value, self.dtype)
        place = _number(index)
        if place is None or self._buffer is not None:
            if self._buffer is None and not any(x is not None for x in self._items):
                self.element_shape = value.shape
            rows = self._rows()
            start = [index] + [0] * (len(rows.shape) - 1)
            return self._with(buffer=_ops.slice_update(rows, start, _ops.expand_dims(value, 0)))
        items = list(self._items)
        if place >= len(items):
            if not self.dynamic_size:
                raise ValueError(
                    f"Tried to write to index {place} of a TensorArray of size {len(items)}; "
                    "pass dynamic_size=True for one that grows."
                )
            items += [None] * (place + 1 - len(items))
        items[place] = value
        return self._with(items)

    def read(self, index, name=None):
        place = _number(index)
        if place is None or self._buffer is not None:
            return _ops.take(self._rows(), index, axis=0)
        item = self._items[place]
        if item is None:
            raise ValueError(f"Nothing was written to index {place} of the TensorArray.")
        return item

    def stack(self, name=None):
        return self._rows()

    def concat(self, name=None):
        if self._buffer is not None:
            sizes = _ops.shape(self._buffer)
            return _ops.reshape(self._buffer, (sizes[0] * sizes[1], *sizes[2:]))
        return _ops.concatenate([x for x in self._items if x is not None], axis=0)

    def gather(self, indices, name=None):
        return _ops.take(self._rows(), indices, axis=0)

    def unstack(self, value, name=None):
        value = _ops.convert_to_tensor(value, self.dtype)
        count = value.shape[0]
        if isinstance(count, int):
            return self._with([value[i] for i in range(count)])
        return self._with(buffer=value)

    def scatter(self, indices, value, name=None):
        new, value = self, _ops.convert_to_tensor(value, self.dtype)
        for row, index in enumerate(_ops.convert_to_numpy(indices).tolist()):
            new = new.write(index, value[row])
        return new

    def split(self, value, lengths, name=None):
        ends = _ops.convert_to_numpy(lengths).cumsum().tolist()
        return self._with(list(_ops.split(_ops.convert_to_tensor(value), ends[:-1], axis=0)))

    def identity(self):
        return self

    def close(self, name=None):
        return None

    mark_used = close


def _number(index):
    """The index as a number, None where it has no value yet."""
    return None if getattr(index, "is_abstract", False) else int(_ops.convert_to_numpy(index))


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True,
    swap_memory=False, maximum_iterations=None, name=None,
):  # fmt: skip
    """Runs `body` while `cond` holds; among the loop's variables may be TensorArrays."""
    leaves = _nest.flatten(list(loop_vars) if isinstance(loop_vars, (tuple, list)) else loop_vars)
    if not any(isinstance(x, TensorArray) for x in leaves):
        return _ops.while_loop(cond, body, loop_vars, maximum_iterations=maximum_iterations)
    if not _is_tracing():
        state, done = tuple(loop_vars), 0
        while (maximum_iterations is None or done < maximum_iterations) and cond(*state):
            state, done = tuple(body(*state)), done + 1
        return state
    first = body(*loop_vars)  # tells the shapes of what is written; nobody reads its values
    arrays = [x for x in _nest.flatten(list(first)) if isinstance(x, TensorArray)]
    known = iter(arrays)

    def opened(x):
        if not isinstance(x, TensorArray):
            return x
        after = next(known)
        if x._buffer is None and x.element_shape is None:
            x.element_shape = after._rows().shape[1:]
        return x._rows()

    state = _nest.map_structure(opened, tuple(loop_vars))
    makers = [x if isinstance(x, TensorArray) else None for x in leaves]

    def closed(values):
        flat = zip(_nest.flatten(list(values)), makers)
        whole = [x if maker is None else maker._with(buffer=x) for x, maker in flat]
        return _nest.pack_as(tuple(loop_vars), whole)

    def step(*values):
        new = body(*closed(values))
        bare = lambda x: x._rows() if isinstance(x, TensorArray) else x  # noqa: E731
        return _nest.map_structure(bare, tuple(new))

    out = _ops.while_loop(
        lambda *values: cond(*closed(values)), step, state, maximum_iterations=maximum_iterations
    )
    return closed(out)
