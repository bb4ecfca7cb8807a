"""Hostile data files: pickles that would run code, eat memory or crash NumPy's own reader."""

import collections
import io
import os
import pickle
import struct
import subprocess
import tracemalloc
import zipfile

import numpy as np
import pytest
from pronghorn.datasets._cifar import load_batch
from pronghorn.datasets._npz import load_npz
from pronghorn.datasets._pickles import UnsafeDataError, load_pickle

LISTS = [[1, 2, 300], [], [70000, -5, 2**40]]
HARM = []


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def harm(*args):
    HARM.append(args)


class Harmful:
    def __setstate__(self, state):
        harm(state)


class HarmfulList(list):
    def append(self, item):
        harm(item)


def object_array(*items):
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def as_array(state, dtype=b"\x8c\x02O8"):
    """A pickle of an array whose state is the given opcodes."""
    return (
        b"\x80\x04cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btR"
        b"(K\x01" + state + b"cnumpy\ndtype\n(" + dtype + b"\x89\x88tR"
    )


def hostile():
    """(name, pickle) of everything that must be refused."""
    import builtins
    import shutil

    cases = {
        "os.system": Calls(os.system, "touch /tmp/pronghorn-evil"),
        "eval": Calls(builtins.eval, "1/0"),
        "exec": Calls(builtins.exec, "raise SystemExit"),
        "getattr": Calls(builtins.getattr, "text", "upper"),
        "__import__": Calls(builtins.__import__, "antigravity"),
        "open": Calls(open, "/tmp/pronghorn-evil", "w"),
        "popen": Calls(subprocess.Popen, ["touch", "/tmp/pronghorn-evil"]),
        "rmtree": Calls(shutil.rmtree, "/tmp/pronghorn-evil"),
        "own function": Calls(harm, 1),
        "own class": Harmful(),
        "list subclass": HarmfulList([1]),
        "numpy scalar": np.float64(1),
        "ordered dict": collections.OrderedDict(a=1),
        "set": {1, 2},
        "frozenset": frozenset([1]),
        "bytearray": bytearray(b"x"),
        "complex": 1j,
        "float": 1.5,
        "class": dict,
        "module function": np.load,
        "ndarray itself": np.ndarray,
        "array of objects": object_array(Calls(os.system, "touch /tmp/pronghorn-evil")),
        "array of text": object_array("a"),
        "array of floats": object_array(1.5),
        "array of None": object_array(None),
        "array of booleans": object_array(True),
        "array of dicts": object_array({}),
        "array of arrays": object_array(np.arange(3), np.arange(4)),
        "lists of text": object_array(["a"]),
        "lists of lists": object_array([[1]]),
        "lists of booleans": object_array([True]),
        "two-dimensional": np.array([[[1], [2, 3]]], dtype=object),
    }
    cases = {
        f"{name}, {protocol}": pickle.dumps(value, protocol)
        for name, value in cases.items()
        for protocol in (0, 2, 4, 5)
    }
    endless = b"(" * 200_000
    raw = {
        "empty": b"",
        "stop alone": b".",
        "text": b"hello, this is no pickle.",
        "cut short": pickle.dumps(object_array(*LISTS))[:-20],
        "memo of 32 GB": b"\x80\x02K\x01r\xff\xff\xff\x7f.",
        "long memo": b"\x80\x04K\x01r\xff\xff\xff\xff.",
        "memo that is not there": b"\x80\x02j\xff\xff\xff\x00.",
        "text of 4 GB": b"\x80\x04X\xff\xff\xff\xffab.",
        "bytes of 4 EB": b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x3fab.",
        "bytearray of 4 EB": b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x3fab.",
        "frame of 4 EB": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x3fK\x01.",
        "integer of 2 GB": b"\x80\x02\x8b\xff\xff\xff\x7f\x01.",
        "persistent": b"\x80\x02Pabc\n.",
        "persistent, binary": b"\x80\x02K\x01Q.",
        "extension": b"\x80\x02\x82\x01.",
        "extension, four bytes": b"\x80\x02\x84\x01\x00\x00\x00.",
        "instance": b"(ios\nsystem\n(S'true'\ntR.",
        "object": b"(cos\nsystem\nS'true'\no.",
        "new object": b"\x80\x02cos\nsystem\n)\x81.",
        "stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
        "stack global of integers": b"\x80\x04K\x01K\x02\x93.",
        "nested name": b"\x80\x04cnumpy\nndarray.__class__\n.",
        "long module name": b"\x80\x02c" + b"a" * 10_000_000 + b"\nb\n.",
        "out of band": b"\x80\x05\x97.",
        "marks": b"\x80\x02" + endless + b".",
        "nothing to pop": b"\x80\x02e.",
        "tuple of nothing": b"\x80\x02\x87.",
        "dict of lists as keys": b"\x80\x02}]K\x01s.",
        "wrong protocol": b"\x80\xffK\x01.",
        "calls a list": b"\x80\x02]K\x01\x85R.",
        "calls an array": as_array(b"K\x00\x85", b"\x8c\x02u1") + b"K\x01\x85R.",
        "builds a list": b"\x80\x02]}\x8c\x01aK\x01sb.",
        "builds our function": b"\x80\x04cnumpy.core.multiarray\n_reconstruct\n"
        b"N}\x8c\x08__code__K\x01s\x86b.",
        "builds our type": b"\x80\x04cnumpy\nndarray\n}\x8c\x05harm_K\x01sb.",
        "sets our method": b"\x80\x04cnumpy\ndtype\nN}\x8c\x08__call__K\x01s\x86b.",
        "names in the place of values": b"\x80\x02cnumpy\nndarray\n.",
        "shape of 10^18": as_array(b"\x8a\x08" + struct.pack("<q", 10**18) + b"\x85", b"\x8c\x02u1")
        + b"\x89C\x03abctb.",
        "shape below 0": as_array(b"J\xff\xff\xff\xff\x85", b"\x8c\x02u1") + b"\x89C\x00tb.",
        "too few bytes": as_array(b"K\x64\x85", b"\x8c\x02u1") + b"\x89C\x03abctb.",
        "dtype of structures": as_array(b"K\x01\x85", b"\x8c\x03V99") + b"\x89C\x03abctb.",
        "dtype of nonsense": as_array(b"K\x01\x85", b"\x8c\x08u1,(9)O8") + b"\x89C\x03abctb.",
        "array without a state": as_array(b"K\x01\x85")[:-12] + b".",
        "array that holds itself": b"\x80\x02]q\x00h\x00a.",
    }
    return {**cases, **raw}


HOSTILE = hostile()


def write_npz(path, stream, shape=(3,), descr="|O"):
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", head.getvalue() + stream)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickles_are_refused(name, tmp_path):
    path = tmp_path / "x.npz"
    write_npz(path, HOSTILE[name])
    with pytest.raises(UnsafeDataError):
        load_npz(path)
    (tmp_path / "batch").write_bytes(HOSTILE[name])
    with pytest.raises(ValueError):
        load_batch(str(tmp_path / "batch"))
    assert not HARM and not os.path.exists("/tmp/pronghorn-evil")


def test_random_damage_never_runs_code_or_hangs():
    """5,000 streams with random bytes changed: data, or a ValueError."""
    r = np.random.RandomState(0)
    good = [
        np.frombuffer(pickle.dumps(object_array(*LISTS), protocol), np.uint8) for protocol in (2, 4)
    ]
    refused = 0
    for i in range(5000):
        stream = good[i % 2].copy()
        stream[r.randint(0, len(stream), r.randint(1, 6))] = r.randint(0, 256)
        try:
            load_pickle(stream.tobytes())
        except ValueError:
            refused += 1
    assert refused > 3000 and not HARM


def test_nothing_of_ours_can_be_changed():
    from pronghorn.datasets import _pickles

    before = {name: (type(x), dir(x)) for name, x in _pickles._NAMES.items()}
    for stream in HOSTILE.values():
        with pytest.raises(ValueError):
            load_npz_stream(stream)
    assert before == {name: (type(x), dir(x)) for name, x in _pickles._NAMES.items()}


def load_npz_stream(stream):
    value = load_pickle(stream)
    if not isinstance(value, np.ndarray):
        raise UnsafeDataError("no array")


def test_lists_of_integers_come_through(tmp_path):
    for protocol in (2, 3, 4, 5):
        write_npz(tmp_path / "x.npz", pickle.dumps(object_array(*LISTS), protocol))
        array = load_npz(tmp_path / "x.npz")["x"]
        assert array.dtype == object and array.tolist() == LISTS
    np.savez(tmp_path / "y.npz", a=object_array([5] * 3000, []), b=np.arange(6.0).reshape(2, 3).T)
    found = load_npz(tmp_path / "y.npz")
    assert found["a"].tolist() == [[5] * 3000, []]
    np.testing.assert_array_equal(found["b"], np.arange(6.0).reshape(2, 3).T)
    found["b"][0] = 1  # its own memory


def test_shared_lists_and_long_memos_come_through():
    shared = list(range(500))
    many = object_array(*([shared] * 3 + [[i] for i in range(1000)]))
    for protocol in (2, 4):
        assert load_pickle(pickle.dumps(many, protocol)).tolist() == many.tolist()


def test_batches_of_python_2_come_through(tmp_path):
    """The layout of the published CIFAR files: protocol 2, with Python 2's strings."""
    data = np.arange(2 * 3072, dtype=np.uint8).reshape(2, 3072)
    stream = (
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03"
        b"U\x06labelsq\x04]q\x05(K\x06K\x09eU\x04dataq\x06"
        b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85q\tU\x01b\x87q\n"
        b"Rq\x0b(K\x01K\x02M\x00\x0c\x86q\x0ccnumpy\ndtype\nq\rU\x02u1K\x00K\x01\x87q\x0eRq\x0f"
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
        + struct.pack("<L", data.size) + data.tobytes() + b"tbu."
    )  # fmt: skip
    assert pickle.loads(stream, encoding="bytes")[b"labels"] == [6, 9]
    (tmp_path / "batch").write_bytes(stream)
    images, labels = load_batch(str(tmp_path / "batch"))
    assert labels == [6, 9]
    np.testing.assert_array_equal(images.reshape(2, 3072), data)


@pytest.mark.parametrize(
    ("shape", "descr", "stream"),
    [
        ((10**15,), "<f8", b"x" * 8),
        ((-1,), "<f8", b"x" * 8),
        ((2,), "<f8", b"x" * 8),
        ((1,), "|V8", b"x" * 8),
        ((1,), "<M8[s]", b"x" * 8),
    ],
)
def test_headers_that_lie(shape, descr, stream, tmp_path):
    write_npz(tmp_path / "x.npz", stream, shape, descr)
    with pytest.raises(ValueError):
        load_npz(tmp_path / "x.npz")


@pytest.mark.parametrize(
    "header", [b"", b"\x93NUMPY\x01\x00\xff\xff{", b"\x93NUMPY\x09\x00v\x00{}"]
)
def test_damaged_headers(header, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("x.npy", header)
    with pytest.raises(ValueError, match="damaged header"):
        load_npz(tmp_path / "x.npz")


def test_a_header_cannot_run_code(tmp_path):
    evil = b"{'descr': __import__('os').system('touch /tmp/pronghorn-evil'), 'shape': ()}"
    stream = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(evil)) + evil
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("x.npy", stream)
    with pytest.raises(ValueError):
        load_npz(tmp_path / "x.npz")
    assert not os.path.exists("/tmp/pronghorn-evil")


def test_memory_stays_small():
    """The streams that ask for gigabytes are refused before anything is set aside."""
    names = [n for n in HOSTILE if " GB" in n or " EB" in n or "memo" in n or "10^18" in n]
    assert len(names) > 5
    tracemalloc.start()
    try:
        for name in names:
            with pytest.raises(ValueError):
                load_npz_stream(HOSTILE[name])
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
