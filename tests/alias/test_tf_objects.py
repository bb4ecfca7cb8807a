"""Objects of tensorflow that hold state: TensorArray, Module, Checkpoint, writers, pictures."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import engine
from pronghorn.alias import modules

tf = modules.load("tensorflow")


def squares(n, **kwargs):
    """n squares of 1, 2, ... by a loop over a TensorArray, and the sum of all rows before."""
    rows = tf.TensorArray(tf.float32, size=n, **kwargs)

    def body(i, total, rows):
        row = tf.cast(i + 1, tf.float32) ** 2 * tf.ones((3,))
        return i + 1, total + row, rows.write(i, row)

    start = (tf.constant(0), tf.zeros((3,)), rows)
    return tf.while_loop(lambda i, *_: i < n, body, start, maximum_iterations=n)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("kwargs", [{}, {"element_shape": (3,)}])
def test_a_loop_fills_an_array(compiled, kwargs):
    def run():
        _, total, rows = squares(4, **kwargs)
        return total, rows.stack(), rows.read(2), rows.gather([3, 0])

    total, stack, third, two = engine.Function(run, "run")() if compiled else run()
    want = np.array([1, 4, 9, 16], "float32")[:, None] * np.ones(3, "float32")
    np.testing.assert_array_equal(stack, want)
    np.testing.assert_array_equal(total, want.sum(0))
    np.testing.assert_array_equal(third, want[2])
    np.testing.assert_array_equal(two, want[[3, 0]])


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_flow_through_an_array(compiled):
    x = np.array([1.0, -2.0, 3.0], "float32")

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            rows = tf.TensorArray(tf.float32, size=3)

            def body(i, state, rows):
                state = state * x
                return i + 1, state, rows.write(i, state)

            start = (tf.constant(0), tf.ones((3,)), rows)
            loop = tf.while_loop(lambda i, *_: i < 3, body, start, maximum_iterations=3)
            total = tf.reduce_sum(loop[2].stack())
        return tape.gradient(total, x)

    run = engine.Function(slope, "slope") if compiled else slope
    np.testing.assert_allclose(run(tf.constant(x)), 1 + 2 * x + 3 * x**2, rtol=1e-6)


def test_arrays_grow_split_and_join():
    rows = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    for i in range(3):
        rows = rows.write(rows.size(), [float(i), -1.0])
    np.testing.assert_array_equal(rows.stack(), [[0, -1], [1, -1], [2, -1]])
    np.testing.assert_array_equal(rows.concat(), [0, -1, 1, -1, 2, -1])
    again = tf.TensorArray(tf.float32, 3).unstack(rows.stack())
    np.testing.assert_array_equal(again.read(1), [1, -1])
    parts = tf.TensorArray(tf.float32, 2).split(np.arange(6.0), [2, 4])
    np.testing.assert_array_equal(parts.read(1), [2, 3, 4, 5])
    put = tf.TensorArray(tf.float32, 3).scatter([2, 0], [[1.0], [2.0]])
    np.testing.assert_array_equal(put.stack(), [[2], [0], [1]])
    with pytest.raises(ValueError, match="dynamic_size=True"):
        tf.TensorArray(tf.float32, 1).write(1, 2.0)
    with pytest.raises(ValueError, match="Nothing was written to index 0"):
        tf.TensorArray(tf.float32, 1).read(0)
    with pytest.raises(ValueError, match="element_shape="):
        tf.TensorArray(tf.float32, 1).stack()


def test_a_module_finds_its_variables():
    class Inner(tf.Module):
        def __init__(self):
            super().__init__(name="inner")
            self.w = tf.Variable([1.0, 2.0])

    class Outer(tf.Module):
        def __init__(self):
            super().__init__()
            self.parts = [Inner(), Inner()]
            self.again = self.parts[0]
            self.fixed = tf.Variable(3.0, trainable=False)
            self.dense = keras.layers.Dense(2)
            self.dense.build((None, 3))

    outer = Outer()
    assert outer.name == "outer" and outer.parts[0].name == "inner"
    assert len(outer.variables) == 5 and len(outer.trainable_variables) == 4


def test_checkpoints_bring_values_back(tmp_path):
    def made():
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.compile("adam", "mse")
        step = tf.Variable(0)
        parts = {"model": model, "optimizer": model.optimizer, "step": step}
        return tf.train.Checkpoint(**parts), model, step

    checkpoint, model, step = made()
    manager = tf.train.CheckpointManager(checkpoint, tmp_path, max_to_keep=2)
    assert manager.restore_or_initialize() is None
    x, y = np.ones((4, 3), "float32"), np.zeros((4, 2), "float32")
    for _ in range(3):
        model.train_on_batch(x, y)
        step.assign_add(1)
        path = manager.save()
    assert manager.checkpoints == [str(tmp_path / "ckpt-2"), path]
    assert tf.train.latest_checkpoint(tmp_path) == path
    want = model.get_weights()
    losses = [model.train_on_batch(x, y) for _ in range(2)]
    again, other, count = made()
    again.restore(path).expect_partial().assert_consumed()
    assert int(count) == 3
    for a, b in zip(other.get_weights(), want):
        np.testing.assert_array_equal(a, b)
    assert [other.train_on_batch(x, y) for _ in range(2)] == losses  # Adam's slots too
    with pytest.raises(ValueError, match="0 values for more"):
        tf.train.Checkpoint(more=tf.Variable(1.0)).restore(path)


def test_summaries_are_read_by_tensorboard(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    writer = tf.summary.create_file_writer(str(tmp_path))
    assert tf.summary.scalar("outside", 1.0, step=0) is False
    with writer.as_default(step=7):
        tf.summary.scalar("loss", 0.5, step=2)
        tf.summary.scalar("loss", tf.constant(0.25))
        tf.summary.histogram("w", np.arange(5.0), step=1)
        tf.summary.image("p", np.zeros((1, 2, 2, 3), "uint8"), step=1)
    with writer.as_default(), pytest.raises(ValueError, match="needs a `step`"):
        tf.summary.scalar("loss", 0.5)
    writer.close()
    events = EventAccumulator(str(tmp_path)).Reload()
    found = [(e.step, float(e.tensor_proto.float_val[0])) for e in events.Tensors("loss")]
    assert found == [(2, 0.5), (7, 0.25)]
    assert set(events.Tags()["tensors"]) == {"loss", "w", "p"}


def test_pictures_are_read_from_files(tmp_path):
    image = pytest.importorskip("PIL.Image")
    pixels = np.arange(60, dtype="uint8").reshape(4, 5, 3) * 4
    image.fromarray(pixels).save(tmp_path / "a.png")
    paths = tf.data.Dataset.from_tensor_slices([str(tmp_path / "a.png")] * 3)

    def load(path):
        picture = tf.image.decode_png(tf.io.read_file(path), channels=3)
        return tf.image.convert_image_dtype(picture, tf.float32)

    for batch in paths.map(load).batch(3):
        np.testing.assert_allclose(batch[2], pixels / np.float32(255), rtol=1e-6)
    grey = tf.io.decode_image(tf.io.read_file(str(tmp_path / "a.png")), channels=1)
    assert grey.shape == (4, 5, 1)
    tf.io.write_file(str(tmp_path / "b.png"), tf.image.encode_png(pixels))
    np.testing.assert_array_equal(np.asarray(image.open(tmp_path / "b.png")), pixels)


def test_random_pictures_are_of_the_picture():
    picture = np.arange(60, dtype="float32").reshape(4, 5, 3) / 60
    keras.utils.set_random_seed(0)
    flips = {np.asarray(tf.image.random_flip_left_right(picture)).tobytes() for _ in range(20)}
    assert flips == {picture.tobytes(), picture[:, ::-1].copy().tobytes()}
    for _ in range(5):
        crop = np.asarray(tf.image.random_crop(picture, (2, 3, 3)))
        places = [picture[i : i + 2, j : j + 3] for i in range(3) for j in range(3)]
        assert any(np.array_equal(crop, place) for place in places)
        shift = np.asarray(tf.image.random_brightness(picture, 0.2)) - picture
        assert np.ptp(shift) < 1e-6 and abs(shift.mean()) <= 0.2
        ratio = np.std(tf.image.random_contrast(picture, 0.5, 1.5), axis=(0, 1)) / picture.std(
            (0, 1)
        )
        assert np.ptp(ratio) < 1e-4 and 0.5 <= ratio[0] <= 1.5
    with pytest.raises(ValueError, match="lies in"):
        tf.image.random_crop(picture, (5, 3, 3))


def test_private_modules_give_what_is_public():
    from_name = {
        "tensorflow.python.ops.array_ops": "concat",
        "tensorflow.python.ops.math_ops": "reduce_sum",
        "tensorflow.python.ops.nn": "relu",
        "tensorflow.python.framework.dtypes": "float32",
        "tensorflow.python.framework.ops": "convert_to_tensor",
        "tensorflow.python.framework.tensor_shape": "TensorShape",
        "tensorflow.python.util.nest": "flatten",
        "tensorflow.python.platform.tf_logging": "warning",
    }
    for module, name in from_name.items():
        assert hasattr(modules.load(module), name), module


class Comparing(tf.test.TestCase):
    def test_comparisons(self):
        self.assertAllClose({"a": tf.ones((2,))}, {"a": [1.0, 1.0]})
        self.assertAllEqual(self.evaluate(tf.constant([1, 2])), [1, 2])
        with pytest.raises(AssertionError):
            self.assertAllClose([1.0], [1.1])
        with pytest.raises(AssertionError):
            self.assertShapeEqual(np.zeros(2), np.zeros(3))
