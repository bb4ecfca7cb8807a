"""TFRecord files, Examples and lookup tables of tensorflow."""

import struct
from pathlib import Path

import numpy as np
import pytest
from pronghorn.alias import modules
from pronghorn.engine.checksum import crc32c

tf = modules.load("tensorflow")
FOLDER = Path(__file__).with_name("records")
KINDS = ["", "GZIP", "ZLIB"]
LAST = [b"", bytes(range(256)) * 5]
PERSON = {
    "name": tf.io.FixedLenFeature([], tf.string, default_value=""),
    "id": tf.io.FixedLenFeature([], tf.int64, default_value=0),
    "emails": tf.io.VarLenFeature(tf.string),
}


def feature(kind, *values):
    made = {"bytes": tf.train.BytesList, "float": tf.train.FloatList, "int64": tf.train.Int64List}
    return tf.train.Feature(**{f"{kind}_list": made[kind](value=values)})


def example(i):
    named = {
        "name": feature("bytes", f"n{i}".encode()),
        "id": feature("int64", i, -i, 2**62),
        "x": feature("float", i / 4, -1e30),
        "empty": tf.train.Feature(),
    }
    return tf.train.Example(features=tf.train.Features(feature=named))


def person(number, *emails):
    named = {"name": feature("bytes", b"Alice"), "id": feature("int64", number)}
    named["emails"] = feature("bytes", *emails)
    return tf.train.Example(features=tf.train.Features(feature=named))


def read(path, kind=None):
    return list(tf.data.TFRecordDataset(str(path), kind).as_numpy_iterator())


def test_checksums():
    # RFC 3720, B.4
    assert crc32c(bytes(32)) == 0x8A9136AA and crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E and crc32c(b"") == 0
    assert crc32c(memoryview(b"123456789")) == 0xE3069283


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_tensorflow_are_read(kind):
    path = FOLDER / f"by_tensorflow{kind and '.'}{kind.lower()}.tfrecord"
    found = read(path, kind)
    assert found[3:] == LAST
    for i, data in enumerate(found[:3]):
        message = tf.train.Example.FromString(data)
        assert message.features.feature["id"].int64_list.value == [i, -i, 2**62]
        assert message.features.feature["name"].bytes_list.value == [f"n{i}".encode()]
        x = np.float32(message.features.feature["x"].float_list.value)
        np.testing.assert_array_equal(x, np.float32([i / 4, -1e30]))
        assert message.features.feature["empty"].WhichOneof("kind") is None
        assert message == example(i)


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_those_of_tensorflow(kind, tmp_path):
    path = tmp_path / "made.tfrecord"
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type=kind)) as file:
        for i in range(3):
            file.write(example(i).SerializeToString())
        for record in LAST:
            file.write(record)
    assert read(path, kind) == read(FOLDER / "by_tensorflow.tfrecord")
    if not kind:
        assert path.read_bytes() == (FOLDER / "by_tensorflow.tfrecord").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_flushed_can_be_read(kind, tmp_path):
    path = tmp_path / "growing.tfrecord"
    writer = tf.io.TFRecordWriter(path, kind)
    writer.write(tf.constant("one"))
    writer.flush()
    if not kind:
        assert read(path) == [b"one"]
    writer.write(b"two")
    writer.close()
    writer.close()
    assert read(path, kind) == [b"one", b"two"]
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"three")


def damaged(data):
    flipped = bytearray(data)
    flipped[12] ^= 1
    length = bytearray(data)
    length[0] ^= 1
    huge = struct.pack("<Q", 2**60)
    crc = crc32c(huge)
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return {
        "record 0, at byte 0: the checksum of the 3 bytes is wrong": bytes(flipped),
        "the checksum of the length is wrong": bytes(length),
        "record 1, at byte 19: it ends within the length": data + data[:5],
        "it ends 2 bytes before the end of a record of 3 bytes": data + data[:-2],
        "it ends .* bytes before the end of a record": huge + struct.pack("<I", masked) + b"abc",
    }


def test_damaged_files_are_told(tmp_path):
    path = tmp_path / "file.tfrecord"
    with tf.io.TFRecordWriter(path) as file:
        file.write(b"one")
    whole = path.read_bytes()
    for message, data in damaged(whole).items():
        path.write_bytes(data)
        with pytest.raises(ValueError, match=message):
            read(path)
    zipped = FOLDER / "by_tensorflow.gzip.tfrecord"
    with pytest.raises(ValueError, match="compression_type="):
        read(zipped)
    for kind in ("GZIP", "ZLIB"):
        cut = (FOLDER / f"by_tensorflow.{kind.lower()}.tfrecord").read_bytes()[:-20]
        path.write_bytes(cut)
        with pytest.raises(ValueError, match="no whole TFRecord file"):
            read(path, kind)
        path.write_bytes(whole)
        with pytest.raises(ValueError, match="no whole TFRecord file"):
            read(path, kind)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.tfrecord")
    with pytest.raises(ValueError, match="Unknown compression_type 'LZ4'"):
        tf.data.TFRecordDataset("a", "LZ4")


def test_a_pipeline_of_people(tmp_path):
    paths = [str(tmp_path / f"{i}.tfrecord") for i in range(2)]
    for i, path in enumerate(paths):
        with tf.io.TFRecordWriter(path) as file:
            for j in range(3):
                emails = [f"{k}@b.com".encode() for k in range(j)]
                file.write(person(10 * i + j, *emails).SerializeToString())
    records = tf.data.TFRecordDataset(paths, num_parallel_reads=2)
    each = list(records.map(lambda x: tf.io.parse_single_example(x, PERSON)))
    assert [int(e["id"]) for e in each] == [0, 1, 2, 10, 11, 12]
    assert each[2]["emails"].values.numpy().tolist() == [b"0@b.com", b"1@b.com"]
    assert tf.sparse.to_dense(each[1]["emails"], default_value=b"").numpy().tolist() == [b"0@b.com"]
    batches = records.batch(4).map(lambda x: tf.io.parse_example(x, PERSON))
    first = next(iter(batches))
    assert first["name"].shape == (4,) and first["emails"].dense_shape.tolist() == [4, 2]
    dense = tf.sparse.to_dense(first["emails"])
    assert dense.numpy()[2].tolist() == [b"0@b.com", b"1@b.com"]
    by_file = tf.data.Dataset.from_tensor_slices(paths).interleave(
        lambda path: tf.data.TFRecordDataset(path), cycle_length=2
    )
    assert len(list(by_file)) == 6


def test_messages():
    message = person(7, b"a")
    again = tf.train.Example()
    again.ParseFromString(message.SerializeToString())
    assert again == message and again.features.feature["id"].int64_list.value == [7]
    with pytest.raises(TypeError, match="BytesList: expected bytes"):
        tf.train.BytesList(value=[3])
    with pytest.raises(TypeError, match="Int64List: expected integers"):
        tf.train.Int64List(value=[1.5])
    with pytest.raises(ValueError, match="does not fit"):
        tf.train.Int64List(value=[2**63])
    with pytest.raises(TypeError, match="FloatList: expected numbers"):
        tf.train.FloatList(value=["a"])
    with pytest.raises(TypeError, match="must be a tf.train.Int64List"):
        tf.train.Feature(int64_list=[3])
    with pytest.raises(ValueError, match="one list"):
        tf.train.Feature(tf.train.BytesList(), tf.train.FloatList())
    with pytest.raises(ValueError, match="no tf.train.Example"):
        tf.train.Example.FromString(b"abc")


@pytest.mark.parametrize(
    "description, message",
    [
        ({"id": tf.io.FixedLenFeature([2], tf.int64)}, r"expected \(2,\), so 2 values"),
        ({"id": tf.io.FixedLenFeature([], tf.float32)}, "expected float32.*has a int64_list"),
        ({"age": tf.io.FixedLenFeature([], tf.int64)}, "'age' is required"),
        ({"id": tf.io.FixedLenFeature([], tf.int32)}, "holds string, float32 or int64"),
        ({"id": 3}, "'id': FixedLenFeature.*are served"),
    ],
)
def test_what_does_not_fit_is_told(description, message):
    with pytest.raises(ValueError, match=message):
        tf.io.parse_single_example(person(1).SerializeToString(), description)


def test_tensors_as_bytes():
    data = tf.io.serialize_tensor(tf.constant([[1.0, 2.0]]))
    assert data.dtype == "string" and data.shape == ()
    with pytest.raises(ValueError, match="is of dtype float32; expected out_type=int32"):
        tf.io.parse_tensor(data, tf.int32)
    with pytest.raises(ValueError, match="no serialized tensor"):
        tf.io.parse_tensor(b"\x08", tf.int32)
    # the numbers one by one, as other writers have them
    data = b"\x08\x03\x12\x04\x12\x02\x08\x03\x3a\x01\x07"
    assert tf.io.parse_tensor(data, tf.int32).tolist() == [7, 7, 7]


def test_sparse_tensors_are_told():
    sparse = tf.SparseTensor([[1], [0]], [1, 2], [2])
    with pytest.raises(ValueError, match="in order"):
        tf.sparse.to_dense(sparse)
    with pytest.raises(ValueError, match="outside of the shape"):
        tf.sparse.to_dense(tf.SparseTensor([[5]], [1], [2]))
    with pytest.raises(TypeError, match="tf.sparse.to_dense makes one"):
        np.asarray(sparse)
    with pytest.raises(ValueError, match="makes no tensor"):
        tf.constant(1.0) + sparse
    with pytest.raises(AttributeError, match="sparse_dense_matmul is not served"):
        tf.sparse.sparse_dense_matmul(sparse, sparse)


def test_tables_of_files(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("emerson\t10\nlake\t20\n")
    index = tf.lookup.TextFileIndex
    by_line = tf.lookup.TextFileInitializer(
        str(path), tf.string, 0, tf.int64, index.LINE_NUMBER, delimiter="\t"
    )
    assert tf.lookup.StaticHashTable(by_line, -1).lookup(["lake", "x"]).tolist() == [1, -1]
    words = tf.lookup.StaticVocabularyTable(by_line, 1)
    assert words.lookup([["lake", "x"]]).tolist() == [[1, 2]] and int(words.size()) == 3
    column = tf.lookup.TextFileInitializer(str(path), tf.string, 0, tf.int64, 1)
    assert tf.lookup.StaticHashTable(column, 0).lookup("emerson").item() == 10
    none = tf.lookup.TextFileInitializer(str(path), tf.string, 0, tf.int64, 2)
    with pytest.raises(ValueError, match="line 1: there is no column 2"):
        tf.lookup.StaticHashTable(none, 0)
    text = tf.lookup.TextFileInitializer(str(path), tf.int64, index.WHOLE_LINE, tf.int64, 1)
    with pytest.raises(ValueError, match="is no int64"):
        tf.lookup.StaticHashTable(text, 0)


def test_tables_tell_what_is_wrong():
    make = tf.lookup.KeyValueTensorInitializer
    with pytest.raises(ValueError, match="two values"):
        tf.lookup.StaticHashTable(make(["a", "a"], [1, 2]), 0)
    with pytest.raises(ValueError, match="2 keys and 1 values"):
        make(["a", "b"], [1])
    table = tf.lookup.StaticHashTable(make(["a", "b"], [1, 2]), 0)
    with pytest.raises(TypeError, match="keys of 'table' are string"):
        table.lookup(tf.constant([1]))
    with pytest.raises(ValueError, match="num_oov_buckets"):
        tf.lookup.StaticVocabularyTable(make(["a"], tf.constant([0], tf.int64)), 0)
    with pytest.raises(TypeError, match="values are int64"):
        tf.lookup.StaticVocabularyTable(make(["a"], [0]), 1)


def test_tables_that_change():
    table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
    table.insert(["a", "b"], tf.constant([1, 2], tf.int64))
    table.insert("a", tf.constant(3, tf.int64))
    table.remove(["b", "c"])
    assert table.lookup(["a", "b"]).tolist() == [3, -1] and int(table.size()) == 1
    keys, values = table.export()
    assert keys.numpy().tolist() == [b"a"] and values.tolist() == [3]


def test_a_table_in_a_dataset():
    words = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([0, 1], tf.int64))
    table = tf.lookup.StaticVocabularyTable(words, num_oov_buckets=2)
    data = tf.data.Dataset.from_tensor_slices(["b", "a", "z"]).map(table.lookup)
    numbers = [int(x) for x in data]
    assert numbers[:2] == [1, 0] and numbers[2] in (2, 3)
