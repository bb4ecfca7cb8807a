"""What input pipelines and signal code take from tensorflow, against TensorFlow's values
(make_pipeline_values.py wrote them)."""

import pathlib

import numpy as np
import pytest
from alias import pipeline_cases
from pronghorn import layers, models, optimizers
from pronghorn.alias import modules

tf = modules.load("tensorflow")
VALUES = np.load(pathlib.Path(__file__).with_name("pipeline_values.npz"))


@pytest.mark.parametrize("name", pipeline_cases.CASES)
def test_values_are_tensorflows(name):
    found, wanted = pipeline_cases.CASES[name](tf), VALUES[name]
    assert tuple(found.shape) == wanted.shape
    if wanted.dtype.kind == "S":
        assert np.array(found.numpy(), object).tolist() == wanted.astype(object).tolist()
        return
    assert found.dtype == wanted.dtype.name
    if wanted.dtype.kind in "iub":
        # integers after work in floats may round the other way
        off = 1 if wanted.dtype == "uint8" and not name.startswith("decode") else 0
        np.testing.assert_allclose(found.numpy().astype(int), wanted.astype(int), atol=off)
    else:
        np.testing.assert_allclose(found.numpy(), wanted, rtol=2e-5, atol=2e-5)


def test_files_are_written_and_read(tmp_path):
    path = str(tmp_path / "new" / "a.png")
    tf.io.write_file(path, tf.io.encode_png(pipeline_cases.PICTURE))
    pixels = tf.image.decode_png(tf.io.read_file(path), channels=3)
    assert (pixels.numpy() == pipeline_cases.PICTURE).all()
    assert tf.io.matching_files(str(tmp_path / "new" / "*")).numpy() == [path.encode()]


def test_a_pipeline_of_files_trains(tmp_path):
    for i in range(6):
        pixels = np.full((9, 7, 3), 40 * i, "uint8")
        tf.io.write_file(str(tmp_path / f"{i % 2}_{i}.png"), tf.io.encode_png(pixels))

    def example(path):
        picture = tf.image.convert_image_dtype(tf.io.decode_png(tf.io.read_file(path)), tf.float32)
        picture = tf.image.random_flip_left_right(tf.image.resize(picture, (8, 8)))
        name = tf.strings.split(path, "/")[-1]
        return picture, tf.strings.to_number(tf.strings.split(name, "_")[0], tf.int32)

    paths = tf.data.Dataset.list_files(str(tmp_path / "*.png"), shuffle=False)
    data = paths.map(example, num_parallel_calls=tf.data.AUTOTUNE).batch(3).prefetch(1)
    labels = np.concatenate([y.numpy() for _, y in data])
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]
    model = models.Sequential([layers.Flatten(), layers.Dense(2)])
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    history = model.fit(data, epochs=2, verbose=0).history
    assert len(history["loss"]) == 2 and np.isfinite(history["loss"]).all()


@pytest.mark.parametrize("name", ["brightness", "hue", "contrast", "saturation"])
def test_random_colours_stay_within_their_bounds(name):
    bounds = (0.2,) if name in ("brightness", "hue") else (0.5, 1.5)
    change = getattr(tf.image, f"random_{name}")
    made = [change(pipeline_cases.FLOATS, *bounds).numpy() for _ in range(4)]
    assert all(np.isfinite(m).all() for m in made)
    assert any((made[0] != m).any() for m in made[1:])
    again = getattr(tf.image, f"stateless_random_{name}")
    first, second = (again(pipeline_cases.FLOATS, *bounds, seed=(3, 4)).numpy() for _ in range(2))
    assert (first == second).all() and (first != pipeline_cases.FLOATS).any()


def test_pieces_of_several_texts_are_ragged():
    rows = tf.strings.split(["a b c", "", "d"])
    assert rows.to_list() == [[b"a", b"b", b"c"], [], [b"d"]] and tuple(rows.shape) == (3, None)
    assert rows.row_lengths().numpy().tolist() == [3, 0, 1]
    assert rows.to_tensor("-").numpy().tolist()[2] == [b"d", b"-", b"-"]
    assert rows.to_tensor(shape=(None, 2)).numpy().tolist()[0] == [b"a", b"b"]
    assert [len(row) for row in rows] == [3, 0, 1] and rows[0].numpy().tolist() == [
        b"a",
        b"b",
        b"c",
    ]


def test_gamma_draws_for_each_parameter():
    assert tuple(tf.random.gamma((2,), [[1.0], [3.0]], [2.0, 4.0, 8.0]).shape) == (2, 2, 3)
    x = tf.random.gamma((4000,), [2.0, 6.0], beta=[1.0, 3.0], seed=4).numpy()
    np.testing.assert_allclose(x.mean(0), [2, 2], atol=0.15)
    np.testing.assert_allclose(x.var(0), [2, 6 / 9], rtol=0.2)


def test_random_crops_and_flips_are_parts_and_mirrors():
    x = pipeline_cases.FLOATS[0]
    for _ in range(5):
        part = tf.image.random_crop(x, (3, 2, 3)).numpy()
        places = [(i, j) for i in range(5) for j in range(4)]
        assert any((part == x[i : i + 3, j : j + 2]).all() for i, j in places)
    flips = [tf.image.random_flip_left_right(x).numpy() for _ in range(20)]
    assert {(f == x).all() for f in flips} == {True, False}
    assert all((f == x).all() or (f == x[:, ::-1]).all() for f in flips)


def test_distorted_boxes_keep_to_their_ranges():
    x = tf.constant(np.arange(30 * 40 * 3).reshape(30, 40, 3))
    whole = tf.zeros((0, 0, 4))
    for seed in range(1, 30):
        begin, size, box = tf.image.sample_distorted_bounding_box(
            tf.shape(x), whole, seed, area_range=(0.2, 0.6), use_image_if_no_bounding_boxes=True
        )
        part = tf.slice(x, begin, size)
        height, width, channels = part.shape
        assert channels == 3 and 0.17 < height * width / 1200 < 0.63
        assert 0.65 < width / height < 1.5
        np.testing.assert_allclose(box[0, 0] * [30, 40, 30, 40], [
            begin[0], begin[1], begin[0] + height, begin[1] + width], rtol=1e-5)  # fmt: skip
    corner = [[[0.0, 0.0, 0.2, 0.2]]]
    for seed in range(1, 9):
        begin, size, _ = tf.image.sample_distorted_bounding_box((30, 40, 3), corner, seed, 0.9)
        assert begin[0] <= 1 and begin[1] <= 1 and size[0] >= 5 and size[1] >= 7
    with pytest.raises(ValueError, match="no bounding box"):
        tf.image.sample_distorted_bounding_box((30, 40, 3), whole)


def test_generators_repeat_their_draws():
    first, second = (tf.random.Generator.from_seed(3) for _ in range(2))
    a, b = first.normal((4,)).numpy(), second.normal((4,)).numpy()
    assert (a == b).all() and (first.normal((4,)).numpy() != a).any()
    u = tf.random.stateless_uniform((50,), seed=(1, 2), minval=2, maxval=5).numpy()
    assert (u == tf.random.stateless_uniform((50,), (1, 2), 2, 5).numpy()).all()
    assert u.min() >= 2 and u.max() < 5 and u.std() > 0.4


def test_checkpoints_restore_models_and_optimizers(tmp_path):
    def made():
        model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
        return model, optimizers.Adam(0.1), tf.Variable(0)

    def trained(model, optimizer, steps):
        for _ in range(steps):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(model(np.ones((2, 3), "float32")) - 1.0))
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(grads, model.trainable_variables))

    model, optimizer, step = made()
    saver = tf.train.Checkpoint(model=model, optimizer=optimizer, step=step)
    assert saver.step is step
    manager = tf.train.CheckpointManager(saver, str(tmp_path), max_to_keep=2)
    trained(model, optimizer, 3)
    for _ in range(3):
        step.assign_add(1)
        last = manager.save()
    assert last.endswith("ckpt-3") and len(manager.checkpoints) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint", "ckpt-2.npz", "ckpt-3.npz"]
    trained(model, optimizer, 2)
    wanted = [w.numpy() for w in model.weights]

    model, optimizer, step = made()
    saver = tf.train.Checkpoint(model=model, optimizer=optimizer, step=step)
    saver.restore(tf.train.latest_checkpoint(str(tmp_path))).assert_consumed()
    assert int(step) == 3
    trained(model, optimizer, 2)
    for found, value in zip(model.weights, wanted):
        np.testing.assert_allclose(found.numpy(), value, rtol=1e-6)


def test_a_checkpoint_of_another_model_changes_nothing(tmp_path):
    small = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    large = models.Sequential([layers.Input((3,)), layers.Dense(4)])
    path = tf.train.Checkpoint(model=small).save(str(tmp_path / "a"))
    before = [w.numpy() for w in large.weights]
    with pytest.raises(ValueError, match=r"has shape \(3, 2\)"):
        tf.train.Checkpoint(model=large).restore(path)
    assert all((w.numpy() == b).all() for w, b in zip(large.weights, before))
    assert tf.train.latest_checkpoint(str(tmp_path / "nowhere")) is None


def test_summaries_are_read_back(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        for step in range(3):
            assert tf.summary.scalar("loss", tf.constant(1.5) * step, step=step)
        with pytest.raises(ValueError, match="step"):
            tf.summary.scalar("loss", 1.0)
    assert not tf.summary.scalar("loss", 1.0, step=1)
    writer.close()
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [e.step for e in events.Tensors("loss")] == [0, 1, 2]
    assert [e.tensor_proto.float_val[0] for e in events.Tensors("loss")] == [0.0, 1.5, 3.0]


def test_tables_of_csv(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,b,c,y\n1,0.5,"x, y",0\n2,,z,1\n3,2.5,w,1\n')
    make = tf.data.experimental.make_csv_dataset
    data = make(str(path), 2, label_name="y", num_epochs=1, shuffle=False)
    (first, y), (rest, _) = list(data)
    assert first["a"].numpy().tolist() == [1, 2] and first["b"].numpy().tolist() == [0.5, 0.0]
    assert first["c"].numpy().tolist() == [b"x, y", b"z"] and y.numpy().tolist() == [0, 1]
    assert rest["a"].numpy().tolist() == [3]
    with pytest.raises(ValueError, match="'q' is no column"):
        make(str(path), 2, label_name="q")
    with pytest.raises(FileNotFoundError):
        make(str(tmp_path / "none*.csv"), 2)


def test_no_texts_have_no_numbers():
    none = np.array([], object)
    assert tf.strings.length(none).dtype == "int32" and tf.strings.length(none).shape == (0,)
    assert tf.strings.regex_full_match(none, "a").dtype == "bool"
    assert tf.strings.to_number(none).dtype == "float32"


def test_the_jacobian_of_nothing_is_refused():
    with tf.GradientTape() as tape:
        x = tf.zeros((0, 2))
        tape.watch(x)
        y = x * 2.0
    with pytest.raises(ValueError, match="known elements"):
        tape.jacobian(y, x)


BAD = {
    "bytes": (lambda: tf.io.decode_png(b"no picture"), ValueError, "no picture that can be read"),
    "channels": (lambda: tf.io.decode_png(pipeline_cases.PNG, channels=5), ValueError, "channels"),
    "box": (
        lambda: tf.image.crop_to_bounding_box(pipeline_cases.PICTURE, 4, 0, 9, 2),
        ValueError,
        "do not lie in a picture of 6 by 8",
    ),
    "ranks": (lambda: tf.strings.split([["a b", "c"]]), ValueError, "one text, or a vector"),
    "number": (lambda: tf.strings.lower(3), TypeError, "Expected text|Received"),
    "wav": (lambda: tf.audio.decode_wav(b"RIFF"), ValueError, "no WAV file"),
    "crop": (lambda: tf.image.random_crop(pipeline_cases.PICTURE, (7, 1, 3)), ValueError, "size"),
    "file": (lambda: tf.io.read_file("/no/such/file"), FileNotFoundError, "no/such"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told(name):
    call, kind, words = BAD[name]
    with pytest.raises(kind, match=words):
        call()
