"""Function: Python traced once over abstract tensors into a native program, then run natively.

Also eval_shape, the shape-only run. Variables read in a trace are inputs of the program, variables
assigned are outputs; other Python state is frozen at the trace.
"""

import threading
import warnings
from collections import OrderedDict
from types import SimpleNamespace

import numpy as np

from .. import _core
from . import config, nest, placement, probes
from .locks import fork_safe_rlock
from .signature import mask_of, static_key
from .stateless import active
from .symdim import times_asked
from .tensor import Tensor, convert_to_tensor
from .variable import Variable

is_tracing = _core.is_tracing
is_recording = _core.is_recording

# A Function keeps programs of so many bytes, and warns once when its signatures keep changing.
MAX_PROGRAM_BYTES = 1 << 30
WARN_AFTER = 12


Trace = _core.Trace
current_trace = _core.current_trace  # the innermost trace of this thread, or None


class TensorSpec:
    """A shape (None for unknown sizes) and a dtype."""

    def __init__(self, shape, dtype="float32", name=None):
        self.shape = tuple(shape)
        self.dtype = config.standardize_dtype(dtype)
        self.name = name

    def __repr__(self):
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype})"


def _has_spec(x) -> bool:
    return hasattr(x, "shape") and hasattr(x, "dtype") and not isinstance(x, Variable)


def eval_shape(fn, *args, **kwargs):
    """fn's result on abstract tensors: shapes and dtypes without computing anything.

    Leaves of args with a shape and a dtype (KerasTensor, TensorSpec, Tensor, arrays) and their
    masks become abstract tensors; others are passed as they are. Variables created inside are
    real; assignments are dropped. What needs unknown sizes as numbers gets some to try (probes.py).
    """
    asked = times_asked()
    try:
        return _shapes_of(fn, args, kwargs)
    except Exception:
        if times_asked() == asked or not probes.has_unknown((args, kwargs)):
            raise
        found = probes.common(lambda size: _shapes_of(fn, args, kwargs, size))
        if found is None:
            raise
        return found


def _shapes_of(fn, args, kwargs, fill=None):
    """eval_shape, with a number in the place of unknown sizes where one is given."""
    trace = Trace()

    def abstract(x):
        if not _has_spec(x):
            return x if fill is None else probes.filled(x, fill)
        result = _abstract(trace, x, f"an input of shape {tuple(x.shape)}", fill)
        mask = getattr(x, "_keras_mask", None)
        if mask is not None:
            result._keras_mask = _abstract(trace, mask, "the mask of an input", fill)
        return result

    _passes.depth = getattr(_passes, "depth", 0) + 1
    try:
        with _core.Suspend(), trace:
            args, kwargs = nest.map_structure(abstract, (list(args), dict(kwargs)))
            return nest.map_structure(
                lambda o: o.value if isinstance(o, Variable) else o, fn(*args, **kwargs)
            )
    finally:
        _passes.depth -= 1


_passes = threading.local()  # how many shape-only passes this thread is in


def shapes_only():
    """Whether this is a shape-only pass, in which no program is made."""
    return getattr(_passes, "depth", 0) > 0


def _abstract(trace, x, origin, fill=None):
    """A tensor of the trace with the shape and dtype of x, unknown sizes filled in."""
    shape = tuple(fill if size is None else size for size in x.shape)
    return trace.input(shape, config.standardize_dtype(x.dtype), origin)


_NONE = static_key(None)


class Function:
    """A compiled function: one program per signature of its arguments.

    The signature is the arguments' structure, the shapes and dtypes of tensors and arrays and of
    their masks, and the types and values of everything else (which must be hashable). Masks
    attached to tensors go in with the arguments and come out with the results.

    Args:
        fn: Python code over tensors and variables; its result may be any nest.
        name: for messages.
        device: Such as "cpu:0"; "null:0" plans and binds but runs nothing. None: where tensors are.
    """

    def __init__(self, fn, name=None, device=None):
        self.fn = fn
        self._device = device
        self.name = name or getattr(fn, "__name__", "function")
        self._programs = OrderedDict()
        self._lock = fork_safe_rlock()
        self._traces = 0
        self._warned = False

    def __reduce__(self):
        return Function, (self.fn, self.name, self._device)

    def __call__(self, *args):
        if _core.is_tracing() or active.depth:
            return self.fn(*args)
        leaves = []
        tensors, masks = [], []
        key = [nest.flatten_to(leaves, args)]
        for i, x in enumerate(leaves):
            if x is None:
                key.append(_NONE)
                continue
            if isinstance(x, (np.ndarray, Variable)) or (
                not isinstance(x, Tensor) and hasattr(x, "__array__")
            ):
                x = leaves[i] = convert_to_tensor(x)
            if isinstance(x, Tensor):
                tensors.append(x)
                mask = getattr(x, "_keras_mask", None)
                if mask is None:
                    key.append((x.shape, x.dtype))
                else:
                    mask = mask_of(x)
                    masks.append(mask)
                    key.append((x.shape, x.dtype, mask.shape, mask.dtype))
            else:
                key.append(static_key(x))
        entry = self._entry(tuple(key), args, leaves)
        outputs = entry.program.run(tensors + masks)
        return entry.pack(outputs)

    def run_batches(self, arrays, order, batch_size, start, stop, max_seconds=0.05, collect=None,
                    want_outputs=True, samples=None):  # fmt: skip
        """Runs batches start..stop-1 of whole arrays natively; stops early after max_seconds.

        Args:
            arrays: a nest like fn's arguments; leaves are C-contiguous arrays or statics.
            order: int64 sample numbers, or None for sequence.
            collect: one array per output leaf to receive the outputs' rows, or None.

        Returns:
            ``(next batch, outputs of the last batch that ran)``.
        """
        leaves = nest.flatten(arrays)
        data = [a for a in leaves if isinstance(a, np.ndarray)]
        if samples is None:
            samples = len(order) if order is not None else min(len(a) for a in data)
        full = samples // batch_size
        if start < full:
            rows = batch_size
            stop = min(stop, full)
        else:  # the last, smaller batch is a second program
            first = start * batch_size
            rows = samples - first
            if order is not None:
                order = order[first:]
            else:
                data = [a[first:] for a in data]
            if collect is not None:
                collect = [c[first:] for c in collect]
        key = [nest.skeleton(arrays)]
        specs = []
        for x in leaves:
            if isinstance(x, np.ndarray):
                spec = TensorSpec((rows, *x.shape[1:]), x.dtype.name)
                specs.append(spec)
                key.append((spec.shape, spec.dtype))
            else:
                specs.append(x)
                key.append(static_key(x))
        key.append("rows")
        entry = self._entry(tuple(key), arrays, specs, masks=False)
        if rows == batch_size and start < full:
            next_batch, outputs = entry.program.run_batches(
                data, order, rows, start, stop, max_seconds, collect, want_outputs
            )
        else:
            _, outputs = entry.program.run_batches(
                data, order, rows, 0, 1, max_seconds, collect, want_outputs
            )
            next_batch = start + 1
        return next_batch, entry.pack(outputs) if want_outputs else None

    def program_for(self, *args):
        """The program that a call with these arguments would run (tracing it if need be)."""
        leaves = nest.flatten(args)
        key = [nest.skeleton(args)]
        for x in leaves:
            if not _has_spec(x):
                key.append(static_key(x))
                continue
            mask = mask_of(x)
            key.append(
                (tuple(x.shape), config.standardize_dtype(x.dtype))
                + (() if mask is None else (mask.shape, mask.dtype))
            )
        return self._entry(tuple(key), args, leaves).program

    def runner_for(self, x):
        """What runs the call with the one argument (x,), where its result is one array.

        Args:
            x: NumPy array, such as later calls will have.

        Returns:
            A function from an array to the result as a new array, or to None for an array of
            another shape, dtype or layout; None where there can be no such function. It is right
            as long as `config.generation` is what it was, and nothing is traced.
        """
        if not isinstance(x, np.ndarray):
            return None
        args = ((x,),)
        key = (nest.skeleton(args), (x.shape, x.dtype.name))
        entry = self._entry(key, args, [x])
        return entry.program.run_array if entry.single else None

    def _entry(self, key, structure, leaves, masks=True):
        key = (key, config.generation)
        if placement.live:
            key = (*key, _core.default_device())
        entry = self._programs.get(key)
        if entry is not None:
            if len(self._programs) > 1:
                with self._lock:
                    if key in self._programs:
                        self._programs.move_to_end(key)
            return entry
        with self._lock:
            entry = self._programs.get(key)
            if entry is None:
                entry = self._trace(structure, leaves, masks)
                self._note_trace(key)
                for old in [k for k in self._programs if k[1] != config.generation]:
                    del self._programs[old]  # no call asks for it again
                self._programs[key] = entry
                held = sum(e.program.bytes for e in self._programs.values())
                while len(self._programs) > 1 and held > MAX_PROGRAM_BYTES:
                    _, oldest = self._programs.popitem(last=False)
                    held -= oldest.program.bytes
        return entry

    def _trace(self, structure, leaves, masks):
        """The program of a signature; without `masks`, those of results are left out."""
        trace = Trace()
        with _core.Suspend(), trace:
            abstract = [
                _abstract(trace, x, f"argument {i} of {self.name}") if _has_spec(x) else x
                for i, x in enumerate(leaves)
            ]
            for i, given in enumerate(leaves):  # after all arguments, as `run` gets them
                mask = mask_of(given) if _has_spec(given) else None
                if mask is not None:
                    origin = f"the mask of argument {i} of {self.name}"
                    abstract[i]._keras_mask = _abstract(trace, mask, origin)
            args = nest.pack_as(structure, abstract)
            result = nest.map_structure(
                lambda o: o.value if isinstance(o, Variable) else o, self.fn(*args)
            )
        flat = nest.flatten(result)
        places = [i for i, o in enumerate(flat) if isinstance(o, Tensor)]
        tensors = [flat[i] for i in places]
        found = [mask_of(o) if masks else None for o in tensors]
        masked = [i for i, mask in enumerate(found) if mask is not None]
        program = _core.Program(trace, tensors + [found[i] for i in masked], self._device or "")
        single = len(flat) == 1 and flat[0] is result
        template = [None if isinstance(o, Tensor) else o for o in flat]
        skeleton = nest.pack_as(result, [None] * len(flat)) if not single else None
        named = (
            None  # a dict of tensors and nothing else, as steps return, is made without a detour
        )
        if type(result) is dict and len(places) == len(flat) == len(result):
            numbers = nest.pack_as(skeleton, range(len(flat)))
            named = None if any(map(nest.is_nested, result.values())) else [*numbers.items()]

        def pack(outputs):
            for i, mask in zip(masked, outputs[len(places) :]):
                outputs[i]._keras_mask = mask
            if single:
                return outputs[0] if places else template[0]
            if named is not None:
                return {name: outputs[i] for name, i in named}
            filled = list(template)
            for i, o in zip(places, outputs):
                filled[i] = o
            return nest.pack_as(skeleton, filled)

        return SimpleNamespace(program=program, pack=pack, single=bool(single and places))

    def _note_trace(self, key):
        self._traces += 1
        if self._warned or self._traces < WARN_AFTER or not self._programs:
            return
        changes = _changed(next(reversed(self._programs))[0], key[0])
        if changes:
            self._warned = True
            warnings.warn(
                f"{self.name} has been traced for {self._traces} different signatures; each trace "
                f"costs milliseconds. What keeps changing: {changes}. "
                "Pad or batch to a fixed size.",
                stacklevel=4,
            )

    @property
    def programs(self):
        """The programs traced so far."""
        return [e.program for e in self._programs.values()]


def _changed(old, new):
    for i, (a, b) in enumerate(zip(old[1:], new[1:])):
        if a == b:
            continue
        if isinstance(a, tuple) and isinstance(b, tuple):
            if isinstance(a[0], tuple) and isinstance(b[0], tuple) and len(a[0]) == len(b[0]):
                axes = [d for d, (p, q) in enumerate(zip(a[0], b[0])) if p != q]
                return f"axis {', '.join(map(str, axes))} of argument {i} ({a[0]}, now {b[0]})"
        values = [key[1] if isinstance(key[0], type) else key for key in (a, b)]
        return f"argument {i} ({values[0]}, now {values[1]})"
    return ""
