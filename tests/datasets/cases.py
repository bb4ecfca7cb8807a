"""Small files in the layouts of the published data sets, and calls that read them.

make_values.py runs the calls through real Keras; test_against_keras.py through ours.
"""

import gzip
import hashlib
import io
import json
import pickle
import tarfile

import numpy as np


def write_files(home):
    """Fills `home`/datasets with generated files."""
    folder = home / "datasets"
    (folder / "fashion-mnist").mkdir(parents=True)
    r = np.random.RandomState(5)

    def texts(n):
        lists = np.empty(n, dtype=object)
        lists[:] = [r.randint(1, 400, r.randint(1, 40)).tolist() for _ in range(n)]
        return lists

    np.savez(
        folder / "imdb.npz",
        x_train=texts(60), y_train=r.randint(0, 2, 60),
        x_test=texts(50), y_test=r.randint(0, 2, 50),
    )  # fmt: skip
    np.savez(folder / "reuters.npz", x=texts(70), y=r.randint(0, 46, 70))
    np.savez(folder / "boston_housing.npz", x=r.rand(51, 13), y=r.rand(51) * 50)
    x = r.rand(700, 8).astype("float32")
    np.savez(folder / "california_housing.npz", x=x, y=x[:, 0] * 5e5)
    np.savez(
        folder / "mnist.npz",
        x_train=r.randint(0, 256, (12, 28, 28)).astype("uint8"),
        y_train=r.randint(0, 10, 12).astype("uint8"),
        x_test=r.randint(0, 256, (7, 28, 28)).astype("uint8"),
        y_test=r.randint(0, 10, 7).astype("uint8"),
    )
    words = {"the": 1, "naïve": 2, "ok": 3}
    for name in ("imdb", "reuters"):
        (folder / f"{name}_word_index.json").write_text(json.dumps(words))
    _write_cifar(folder, r)


def _write_cifar(folder, r):
    images = r.randint(0, 256, (1000, 3072)).astype("uint8")

    def batch(n, *labels):
        out = {b"data": np.resize(np.roll(images, r.randint(1000), axis=0), (n, 3072))}
        for key, high in labels:
            out[key] = r.randint(0, high, n).tolist()
        return out

    ten = {f"data_batch_{i}": batch(10000, (b"labels", 10)) for i in range(1, 6)}
    ten["test_batch"] = batch(40, (b"labels", 10))
    hundred = {
        part: batch(n, (b"fine_labels", 100), (b"coarse_labels", 20))
        for part, n in (("train", 30), ("test", 20))
    }
    for name, batches in (("cifar-10-batches-py", ten), ("cifar-100-python", hundred)):
        with tarfile.open(folder / f"{name}-target_archive", "w") as archive:
            for part, content in batches.items():
                data = pickle.dumps(content, protocol=3)
                info = tarfile.TarInfo(f"{name}/{part}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))


def write_fashion(folder):
    """The real sizes: Fashion-MNIST's reader knows them."""
    r = np.random.RandomState(6)
    for part, n in (("train", 60000), ("t10k", 10000)):
        for kind, shape in (("images-idx3", (n, 28, 28)), ("labels-idx1", (n,))):
            head = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
            data = np.tile(r.randint(0, 10, 7000).astype("uint8"), int(np.prod(shape)) // 7000 + 1)
            with gzip.open(folder / f"{part}-{kind}-ubyte.gz", "wb", compresslevel=1) as file:
                file.write(head + data[: int(np.prod(shape))].tobytes())


TEXT_CALLS = [
    {},
    {"num_words": 50},
    {"num_words": 100, "skip_top": 10},
    {"num_words": 100, "skip_top": 10, "oov_char": None},
    {"maxlen": 20},
    {"maxlen": 12, "num_words": 30, "start_char": None},
    {"start_char": None, "index_from": 0},
    {"start_char": None, "index_from": 0, "oov_char": None, "num_words": 200},
    {"index_from": 10, "start_char": 7, "oov_char": 8},
    {"seed": 7},
]
CALLS = (
    [("imdb", kwargs) for kwargs in TEXT_CALLS]
    + [("reuters", kwargs) for kwargs in [*TEXT_CALLS, {"test_split": 0.35, "maxlen": 30}]]
    + [("boston_housing", kwargs) for kwargs in ({}, {"test_split": 0.5}, {"seed": 3})]
    + [("california_housing", kwargs) for kwargs in ({}, {"version": "small"}, {"seed": 3})]
    + [("mnist", {}), ("fashion_mnist", {}), ("cifar10", {})]
    + [("cifar100", {}), ("cifar100", {"label_mode": "coarse"})]
)

# On the published data, which are large.
REAL_CALLS = (
    [(name, {"num_words": 10000}) for name in ("imdb", "reuters")]
    + [("reuters", {"maxlen": 100, "skip_top": 20}), ("mnist", {}), ("fashion_mnist", {})]
    + [("boston_housing", {}), ("california_housing", {}), ("california_housing", {"seed": 3})]
)


def key(name, kwargs):
    return f"{name}({', '.join(f'{k}={v!r}' for k, v in kwargs.items())})"


def describe(loaded):
    """Shape, dtype and a hash of the values of all four arrays."""
    out = []
    for array in (part for pair in loaded for part in pair):
        if array.dtype == object:
            content = json.dumps([[int(w) for w in text] for text in array]).encode()
        else:
            content = np.ascontiguousarray(array).tobytes()
        digest = hashlib.sha256(content).hexdigest()[:20]
        out.append([list(array.shape), str(array.dtype), digest])
    return out
