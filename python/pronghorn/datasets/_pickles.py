"""Reads the pickles inside data files: lists, integers, text and plain arrays, nothing else.

Two locks, each enough to keep code from running. Every opcode is looked at before anything is
unpickled: what is not in the short list below is refused, so that no class, no extension code and
no huge memo index gets through. Then `pickle` runs with stand-ins of ours in the place of NumPy's
functions; the arrays are made afterwards, from what the stand-ins took down.
"""

import io
import math
import pickle
import re

import numpy as np

# Longest stream that is unpickled: four times the largest published one (the reviews of IMDB).
MAX_PICKLE_BYTES = 64 << 20


class UnsafeDataError(pickle.UnpicklingError, ValueError):
    """A data file holds something other than lists, numbers and text."""


# ---- the opcodes -----------------------------------------------------------------------------

# Without an argument: lists, tuples, dicts, None, booleans, memo, a call of a stand-in.
_PLAIN = rb"[\](}){NtaesubR\x85\x86\x87\x88\x89\x93\x94]"
# With a fixed argument: small and 32-bit integers, memo.
_RUN = re.compile(
    rb"(?:K.|M..|" + _PLAIN + rb"|[qh].|[Jj]....|\x95.{8}|\x80[\x02-\x05]){1,4096}", re.DOTALL
)
# With an argument whose length comes first: bytes and text of two ages, integers of any size.
_SHORT = frozenset(b"UC\x8c\x8a")
_LONG = frozenset(b"TBX")
_STOP = ord(b".")


def check_opcodes(stream):
    """Walks over a pickle without running it.

    Raises:
        UnsafeDataError: for an opcode that data do not need, or a stream that is cut short.
    """
    position, size = 0, len(stream)
    while position < size:
        run = _RUN.match(stream, position)
        if run:
            position = run.end()
            continue
        code = stream[position]
        if code == _STOP:
            return
        if code in _SHORT:
            position = _after(stream, position, 1)
        elif code in _LONG:
            position = _after(stream, position, 4)
        elif code == ord("r"):  # a memo index, for which pickle makes room at once
            if int.from_bytes(stream[position + 1 : position + 5], "little") > position:
                raise UnsafeDataError("The pickle asks for more memory than its data need.")
            position += 5
        elif code == ord("c"):
            line = re.compile(rb"c[^\n]{1,64}\n[^\n]{1,64}\n").match(stream, position)
            if not line:
                raise UnsafeDataError("The pickle is cut short or not one.")
            position = line.end()
        else:
            raise UnsafeDataError(
                f"Refusing to deserialize: byte {position} is the opcode {bytes([code])!r}, which "
                "lists and numbers do not need. The file may be damaged or malicious."
            )
    raise UnsafeDataError("The pickle is cut short.")


def _after(stream, position, width):
    start = position + 1 + width
    length = int.from_bytes(stream[position + 1 : start], "little")
    if start + length > len(stream):
        raise UnsafeDataError("The pickle is cut short.")
    return start + length


# ---- the stand-ins ---------------------------------------------------------------------------


class _StandIn:
    """Nothing can be set on it, and it does nothing but what its subclass says."""

    __slots__ = ()


class _Type(_StandIn):
    """`numpy.ndarray`, named but never called."""

    __slots__ = ()


class _Array(_StandIn):
    """An array as the pickle describes it: (version, shape, dtype, is_fortran, values)."""

    __slots__ = ("_state",)

    def __setstate__(self, state):
        object.__setattr__(self, "_state", state)

    def to_numpy(self):
        """The array. Raises UnsafeDataError unless it holds plain numbers, or lists of them."""
        try:
            _, shape, dtype, fortran, values = self._state
            shape = tuple(shape)
            code = dtype.code
        except (AttributeError, TypeError, ValueError):
            raise UnsafeDataError("An array in the pickle is incomplete.") from None
        if not all(type(n) is int and n >= 0 for n in shape) or len(shape) > 32:
            raise UnsafeDataError(f"An array in the pickle has the shape {shape}.")
        if code in ("O8", "O4", "O"):
            return _object_array(shape, values)
        if not re.fullmatch(r"[<>|=]?[biuf][1248]", code) or type(values) is not bytes:
            raise UnsafeDataError(f"An array in the pickle has the dtype {code!r}.")
        plain = np.dtype(dtype.order + code if dtype.order in "<>" else code)
        if math.prod(shape) * plain.itemsize != len(values):
            raise UnsafeDataError(
                f"An array of shape {shape} and dtype {code!r} came with {len(values)} bytes."
            )
        array = np.frombuffer(values, plain).reshape(shape, order="F" if fortran else "C")
        return array.astype(plain.newbyteorder("="))


class _DType(_StandIn):
    __slots__ = ("code", "order")

    def __init__(self, code):
        self.code = code
        self.order = "|"

    def __setstate__(self, state):
        self.order = _text(state[1])


class _MakeDType(_StandIn):
    __slots__ = ()

    def __call__(self, code, align=False, copy=False):
        return _DType(_text(code))


class _Reconstruct(_StandIn):
    __slots__ = ()

    def __call__(self, kind, shape, code):
        if not isinstance(kind, _Type):
            raise UnsafeDataError("The pickle builds an array of an unknown kind.")
        return _Array()


class _Encode(_StandIn):
    """`_codecs.encode`: how Python 3 writes bytes for Python 2."""

    __slots__ = ()

    def __call__(self, text, encoding="latin1"):
        if type(text) is not str or encoding != "latin1":
            raise UnsafeDataError(f"The pickle encodes text as {encoding!r}.")
        return text.encode("latin1")


def _text(value):
    return value.decode("latin1") if isinstance(value, bytes) else str(value)


def _object_array(shape, values):
    if len(shape) != 1 or type(values) is not list or len(values) != shape[0]:
        raise UnsafeDataError(f"Expected a list of lists of integers; its shape is {shape}.")
    for item in values:
        if type(item) is list:
            if not set(map(type, item)) <= {int}:
                raise UnsafeDataError("Expected lists of integers in the pickle.")
        elif type(item) is not int:
            raise UnsafeDataError(f"Expected lists of integers. Received: {type(item).__name__}.")
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


_NAMES = {
    ("numpy", "ndarray"): _Type(),
    ("numpy", "dtype"): _MakeDType(),
    ("numpy.core.multiarray", "_reconstruct"): _Reconstruct(),
    ("numpy._core.multiarray", "_reconstruct"): _Reconstruct(),
    ("_codecs", "encode"): _Encode(),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in _NAMES:
            return _NAMES[module, name]
        raise UnsafeDataError(
            f"Refusing to deserialize `{module}.{name}`: data files hold lists, numbers and text "
            "only. The file may be damaged or malicious."
        )

    def persistent_load(self, pid):
        raise UnsafeDataError("Refusing to deserialize a reference to something outside.")


def load_pickle(stream):
    """What a pickle of lists, numbers, text, dicts and plain arrays holds.

    Args:
        stream: bytes. Text of Python 2 comes back as bytes.

    Raises:
        UnsafeDataError: for anything else. No code of the file has run.
    """
    if len(stream) > MAX_PICKLE_BYTES:
        raise UnsafeDataError(
            f"The pickle is {len(stream):,} bytes long; no published data set has more than "
            f"{MAX_PICKLE_BYTES:,}."
        )
    check_opcodes(stream)
    try:
        value = _Unpickler(io.BytesIO(stream), encoding="bytes").load()
        return _plain(value)
    except UnsafeDataError:
        raise
    except Exception as error:  # whatever a damaged stream makes pickle say
        raise UnsafeDataError(f"The pickle is damaged: {error}") from None


def _plain(value):
    """The value with arrays for their stand-ins, at the top and in a dict."""
    if type(value) is dict:
        return {_text(key): _plain(item) for key, item in value.items()}
    if isinstance(value, _Array):
        return value.to_numpy()
    if isinstance(value, _StandIn):
        raise UnsafeDataError("The pickle holds a name in the place of a value.")
    return value
