"""What programs for Python 2 and 3 take from `six`, on Python 3; served where it is missing."""

import functools
import io
import sys

from . import six_moves as moves  # noqa: F401

PY2, PY3, PY34 = False, True, True
string_types, integer_types, class_types = (str,), (int,), (type,)
text_type, binary_type = str, bytes
MAXSIZE = sys.maxsize
StringIO, BytesIO = io.StringIO, io.BytesIO
wraps = functools.wraps
next = advance_iterator = next
unichr, int2byte, byte2int, indexbytes = (
    chr,
    lambda i: bytes((i,)),
    lambda b: b[0],
    bytes.__getitem__,
)
callable = callable
iterbytes = iter
get_function_code = lambda f: f.__code__  # noqa: E731
get_function_defaults = lambda f: f.__defaults__  # noqa: E731


def iterkeys(d, **kw):
    """An iterator over the keys of a dict."""
    return iter(d.keys(**kw))


def itervalues(d, **kw):
    """An iterator over the values of a dict."""
    return iter(d.values(**kw))


def iteritems(d, **kw):
    """An iterator over the (key, value) pairs of a dict."""
    return iter(d.items(**kw))


def viewkeys(d):
    """The keys of a dict."""
    return d.keys()


def viewvalues(d):
    """The values of a dict."""
    return d.values()


def viewitems(d):
    """The (key, value) pairs of a dict."""
    return d.items()


def b(s):
    """Bytes of a literal."""
    return s.encode("latin-1")


def u(s):
    """Text of a literal."""
    return s


def ensure_str(s, encoding="utf-8", errors="strict"):
    """Text, of bytes too."""
    return s.decode(encoding, errors) if isinstance(s, bytes) else s


ensure_text = ensure_str


def ensure_binary(s, encoding="utf-8", errors="strict"):
    """Bytes, of text too."""
    return s.encode(encoding, errors) if isinstance(s, str) else s


def print_(*args, **kwargs):
    """`print`."""
    print(*args, **kwargs)


def reraise(tp, value, tb=None):
    """Raises an exception with a traceback."""
    raise (tp() if value is None else value).with_traceback(tb)


def raise_from(value, from_value):
    """`raise value from from_value`."""
    raise value from from_value


def add_metaclass(metaclass):
    """A decorator that makes a class anew with a metaclass."""

    def again(cls):
        body = {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__")}
        slots = body.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            body.pop(name, None)
        return metaclass(cls.__name__, cls.__bases__, body)

    return again


def with_metaclass(meta, *bases):
    """A base class that gives a class its metaclass, and is no base of it in the end."""

    class Once(type):
        def __new__(cls, name, _, body):
            return meta(name, bases, body)

        @classmethod
        def __prepare__(cls, name, _):
            return meta.__prepare__(name, bases)

    return type.__new__(Once, "Once", (), {})


def python_2_unicode_compatible(cls):
    """The class as it is."""
    return cls
