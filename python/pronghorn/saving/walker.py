"""Walks an HDF5 file whole, in a process of its own that may die of it: libhdf5 itself can crash,
hang or eat all memory on a damaged or crafted file. Run as a script by `guard`; imports nothing of
this package.
"""

import contextlib
import io
import os
import sys

READY = b"ready\n"  # said when the libraries are there and the walk begins
TOO_LARGE = 3  # exit status: out of the memory allowed
ROOM = 2 << 30  # bytes of memory that a walk may take beyond what the libraries take


class Part(io.RawIOBase):
    """A stretch of a file as a file of its own."""

    def __init__(self, file, start, size):
        self.file, self.start, self.size, self._at = file, start, size, 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._at

    def seek(self, offset, whence=io.SEEK_SET):
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer):
        count = max(0, min(len(buffer), self.size - self._at))
        if not count:
            return 0
        self.file.seek(self.start + self._at)
        got = self.file.readinto(memoryview(buffer)[:count])
        self._at += got
        return got


def seconds(size):
    """The processor time that the walk of a file of so many bytes may take."""
    return 5 + size // 10_000_000


def limit(size):
    """Gives this process bounds, where the system knows any."""
    try:
        import resource
    except ImportError:
        return
    bounds = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(sum(os.times()[:2])) + seconds(size) + 1),
    ]
    with contextlib.suppress(OSError):
        with open("/proc/self/statm") as f:
            now = int(f.read().split()[0]) * resource.getpagesize()
        bounds.append((resource.RLIMIT_AS, now + ROOM + size))
    for what, most in bounds:
        hard = resource.getrlimit(what)[1]
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))


def walk(file, h5py):
    """Visits every object once, and reads what needs more than a plain read of the file."""
    waiting, seen = [file], set()
    while waiting:
        thing = waiting.pop()
        address = h5py.h5o.get_info(thing.id).addr
        if address in seen:
            continue
        seen.add(address)
        for name in attempt(list, thing.attrs) or ():
            attempt(thing.attrs.__getitem__, name)
        if isinstance(thing, h5py.Dataset):
            attempt(read, thing)
        elif isinstance(thing, h5py.Group):
            for name in attempt(list, thing) or ():
                link = attempt(thing.get, name, getlink=True)
                found = attempt(thing.get, name) if isinstance(link, h5py.HardLink) else None
                if found is not None:
                    waiting.append(found)


def read(dataset):
    """Reads what goes through filters or heaps; numbers in one piece are only bytes."""
    if dataset.external or dataset.is_virtual:
        return
    if dataset.chunks is None:
        if dataset.dtype.hasobject or dataset.id.get_offset() is None:
            dataset[()]
        return
    begins = []
    dataset.id.chunk_iter(lambda info: begins.append(info.chunk_offset))
    for begin in begins:
        attempt(dataset.__getitem__, tuple(slice(b, b + n) for b, n in zip(begin, dataset.chunks)))


def attempt(action, *args, **named):
    """What an action gives; None where it raises: whoever reads the file says what is wrong."""
    try:
        return action(*args, **named)
    except MemoryError:
        raise
    except Exception as e:
        if "llocat" in str(e) and "memory" in str(e):
            raise MemoryError from None
        return None


def main(path, start, size, *places):
    sys.path[:0] = places
    import h5py

    source = path if start < 0 else Part(open(path, "rb", buffering=0), start, size)
    os.write(1, READY)
    limit(size)
    try:
        with h5py.File(source, "r") as file:
            walk(file, h5py)
    except MemoryError:
        os._exit(TOO_LARGE)
    except Exception:
        pass  # an error is an answer
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
