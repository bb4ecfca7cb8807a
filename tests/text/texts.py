"""What make_values.py hashes with TensorFlow and the tests with ours."""

import numpy as np

_random = np.random.RandomState(0)
# Every length up to where all branches of the hash have been taken, and some long ones.
TEXTS = [
    _random.randint(0, 256, n).astype("uint8").tobytes()
    for n in [*range(140), *range(140), 191, 192, 193, 255, 256, 257, 1000, 4096, 10007]
]
LARGE = (1 << 62) + 12345  # a number of buckets that leaves all bits their say
KEY = [133, 2**62 + 7]
_INTEGERS = np.array([1, -5, 7, 2**40])
_TEXTS = [b"x", b"yy", b"", b"a feature of more than sixteen bytes"]
COLUMNS = [
    [_INTEGERS, _TEXTS], [_TEXTS, _INTEGERS], [_INTEGERS, _INTEGERS], [_TEXTS, _TEXTS, _INTEGERS],
]  # fmt: skip
