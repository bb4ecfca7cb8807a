"""tf.train.Example and its parts: named lists of bytes, floats or integers, as protocol buffers."""

import struct as _struct

from . import protocol as _p


class _List:
    """`value`, a list of one kind."""

    def __init__(self, value=()):
        self.value = [self._checked(x) for x in value]

    def __eq__(self, other):
        return type(self) is type(other) and self.value == other.value

    __hash__ = None

    def __repr__(self):
        return "".join(f"value: {x!r}\n" for x in self.value)

    def SerializeToString(self, deterministic=None):
        return self._packed() if self.value else b""


class BytesList(_List):
    """Texts of bytes."""

    @staticmethod
    def _checked(x):
        x = x.encode() if isinstance(x, str) else x
        if not isinstance(x, (bytes, bytearray)):
            raise TypeError(f"tf.train.BytesList: expected bytes. Received: {x!r}")
        return bytes(x)

    def _packed(self):
        return b"".join(_p.field(1, x) for x in self.value)

    def _take(self, kind, value):
        self.value.append(value)


class FloatList(_List):
    """Numbers of 32 bits."""

    @staticmethod
    def _checked(x):
        try:
            return _struct.unpack("<f", _struct.pack("<f", x))[0]
        except (TypeError, _struct.error):
            raise TypeError(f"tf.train.FloatList: expected numbers. Received: {x!r}") from None
        except OverflowError:
            return float("inf") if x > 0 else float("-inf")

    def _packed(self):
        return _p.field(1, _struct.pack(f"<{len(self.value)}f", *self.value))

    def _take(self, kind, value):
        self.value.extend(_p.floats(kind, value))


class Int64List(_List):
    """Whole numbers of 64 bits."""

    @staticmethod
    def _checked(x):
        try:
            n = x.__index__()
        except (AttributeError, TypeError):
            raise TypeError(f"tf.train.Int64List: expected integers. Received: {x!r}") from None
        if not -(2**63) <= n < 2**63:
            raise ValueError(f"tf.train.Int64List: {n} does not fit in 64 bits.")
        return n

    def _packed(self):
        return _p.field(1, b"".join(map(_p.varint, self.value)))

    def _take(self, kind, value):
        self.value.extend(_p.whole_numbers(kind, value))


class _Message:
    """A message whose text form is made of its parts."""

    __hash__ = None

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in vars(self).items())})"

    @classmethod
    def FromString(cls, serialized):
        """The message of bytes.

        Raises:
            ValueError: for what is none.
        """
        from .texts import contents

        data = serialized if isinstance(serialized, bytes) else contents(serialized)
        message = cls()
        try:
            message._read(data)
        except ValueError as error:
            raise ValueError(
                f"These {len(data)} bytes are no tf.train.{cls.__name__}: {error}."
            ) from None
        return message

    def ParseFromString(self, serialized):
        self.__dict__.update(vars(type(self).FromString(serialized)))
        return len(serialized)


_KINDS = {1: ("bytes_list", BytesList), 2: ("float_list", FloatList), 3: ("int64_list", Int64List)}


class Feature(_Message):
    """One list: of bytes, floats or integers."""

    def __init__(self, bytes_list=None, float_list=None, int64_list=None):
        given = {"bytes_list": bytes_list, "float_list": float_list, "int64_list": int64_list}
        if sum(x is not None for x in given.values()) > 1:
            raise ValueError("tf.train.Feature holds one list. Received several.")
        self._kind = next((name for name, x in given.items() if x is not None), None)
        for name, kind in _KINDS.values():
            if given[name] is not None and not isinstance(given[name], kind):
                raise TypeError(
                    f"tf.train.Feature: {name} must be a tf.train.{kind.__name__}. Received: "
                    f"{given[name]!r}"
                )
            setattr(self, name, kind() if given[name] is None else given[name])

    def WhichOneof(self, oneof_group="kind"):
        return self._kind

    @property
    def _values(self):
        return getattr(self, self._kind).value if self._kind else []

    def SerializeToString(self, deterministic=None):
        for number, (name, _) in _KINDS.items():
            if name == self._kind or (self._kind is None and getattr(self, name).value):
                return _p.field(number, getattr(self, name).SerializeToString())
        return b""

    def _read(self, data):
        for number, _, value in _p.fields(data):
            if number in _KINDS:
                self._kind, kind = _KINDS[number]
                found = kind()
                for place, how, part in _p.fields(value):
                    if place == 1:
                        found._take(how, part)
                setattr(self, self._kind, found)


def _entries(number, table):
    """A map's fields, by name so that equal maps are equal bytes."""
    for name in sorted(table):
        key, value = _p.field(1, name.encode()), table[name].SerializeToString()
        yield _p.field(number, key + _p.field(2, value))


def _entry(data, kind):
    """(name, message) of a map's field."""
    name, message = "", kind()
    for number, _, value in _p.fields(data):
        if number == 1:
            name = value.decode()
        elif number == 2:
            message = kind()
            message._read(value)
    return name, message


def _table(given, kind, what):
    given = dict(given or {})
    for name, value in given.items():
        if not isinstance(value, kind):
            raise TypeError(
                f"{what}: {name!r} must be a tf.train.{kind.__name__}. Received: {value!r}"
            )
    return given


class Features(_Message):
    """Features by name."""

    def __init__(self, feature=None):
        self.feature = _table(feature, Feature, "tf.train.Features")

    def SerializeToString(self, deterministic=None):
        return b"".join(_entries(1, self.feature))

    def _read(self, data):
        for number, _, value in _p.fields(data):
            if number == 1:
                name, feature = _entry(value, Feature)
                self.feature[name] = feature


class FeatureList(_Message):
    """Features one after the other, as of the steps of a sequence."""

    def __init__(self, feature=()):
        self.feature = list(feature)

    def SerializeToString(self, deterministic=None):
        return b"".join(_p.field(1, x.SerializeToString()) for x in self.feature)

    def _read(self, data):
        for number, _, value in _p.fields(data):
            if number == 1:
                self.feature.append(Feature())
                self.feature[-1]._read(value)


class FeatureLists(_Message):
    """Lists of features by name."""

    def __init__(self, feature_list=None):
        self.feature_list = _table(feature_list, FeatureList, "tf.train.FeatureLists")

    def SerializeToString(self, deterministic=None):
        return b"".join(_entries(1, self.feature_list))

    def _read(self, data):
        for number, _, value in _p.fields(data):
            if number == 1:
                name, found = _entry(value, FeatureList)
                self.feature_list[name] = found


class Example(_Message):
    """What a record of a TFRecord file usually holds: `features`, by name."""

    def __init__(self, features=None):
        self.features = Features() if features is None else features

    def SerializeToString(self, deterministic=None):
        return _p.field(1, self.features.SerializeToString())

    def _read(self, data):
        for number, _, value in _p.fields(data):
            if number == 1:
                self.features._read(value)


class SequenceExample(_Message):
    """Features of a whole sequence, and lists of features of its steps."""

    def __init__(self, context=None, feature_lists=None):
        self.context = Features() if context is None else context
        self.feature_lists = FeatureLists() if feature_lists is None else feature_lists

    def SerializeToString(self, deterministic=None):
        parts = (self.context, self.feature_lists)
        return b"".join(_p.field(i + 1, part.SerializeToString()) for i, part in enumerate(parts))

    def _read(self, data):
        for number, _, value in _p.fields(data):
            if number in (1, 2):
                (self.context if number == 1 else self.feature_lists)._read(value)
