"""The served names of tensorflow against NumPy, and tf.function."""

import math

import numpy as np
import pytest
from pronghorn import engine
from pronghorn.alias import modules

tf = modules.load("tensorflow")
X = np.array([[0.5, -1.25, 2.0], [3.0, 0.25, -0.5]], "float32")
Y = np.array([[1.0, 2.0, -3.0], [0.5, 4.0, 0.0]], "float32")
P = np.abs(X) + 0.1
ROWS = np.array([2, 0], "int32")


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


FORMER = {
    "keep_dims": (lambda: tf.reduce_sum(X, 1, keep_dims=True), X.sum(1, keepdims=True)),
    "reduction_indices": (lambda: tf.reduce_mean(X, reduction_indices=[1]), X.mean(1)),
    "dim": (lambda: tf.nn.softmax(X, dim=0), softmax(X.T).T),
    "dimension": (lambda: tf.argmax(X, dimension=1), X.argmax(1)),
    "squeeze_dims": (lambda: tf.squeeze(X[None], squeeze_dims=[0]), X),
    "sub": (lambda: tf.sub(X, Y), X - Y),
    "mul": (lambda: tf.mul(X, Y), X * Y),
    "neg": (lambda: tf.neg(X), -X),
    "div": (lambda: tf.div(X, P), X / P),
    "div int": (lambda: tf.div([7, -7], [2, 2]), [3, -4]),
    "pack": (lambda: tf.pack([X, Y]), np.stack([X, Y])),
    "unpack": (lambda: tf.unpack(X)[1], X[1]),
    "select": (lambda: tf.select(X > 0, X, Y), np.where(X > 0, X, Y)),
    "batch_matmul": (lambda: tf.batch_matmul(X, Y, adj_y=True), X @ Y.T),
    "sequence_mask": (lambda: tf.sequence_mask([1, 3], 3), [[1, 0, 0], [1, 1, 1]]),
    "sequence_mask 2": (lambda: tf.sequence_mask([1, 2], dtype="float32"), [[1, 0], [1, 1]]),
    "gather_nd": (lambda: tf.gather_nd(X, [[0, 2], [1, 0]]), [X[0, 2], X[1, 0]]),
    "gather_nd rows": (lambda: tf.gather_nd(X, [[1], [0]]), X[::-1]),
    "scatter_nd": (lambda: tf.scatter_nd([[2], [0]], [1.0, 5.0], [4]), [5, 0, 1, 0]),
    "unsorted_segment_sum": (
        lambda: tf.unsorted_segment_sum([1.0, 2.0, 4.0], [1, 0, 1], 3),
        [2, 5, 0],
    ),
    "segment_sum": (lambda: tf.segment_sum([1.0, 2.0, 4.0], [0, 0, 1]), [3, 4]),
    "cumprod": (lambda: tf.cumprod(X, axis=1), X.cumprod(1)),
    "count_nonzero": (lambda: tf.count_nonzero([[0, 1], [2, 3]], 1), [1, 2]),
    "scan": (lambda: tf.scan(lambda a, x: a + x, tf.constant([1.0, 2.0, 3.0])), [1, 3, 6]),
    "scan from": (
        lambda: tf.scan(lambda a, x: a + x, tf.constant([1.0, 2.0]), tf.constant(10.0)),
        [11, 13],
    ),
    "foldl": (lambda: tf.foldl(lambda a, x: a - x, tf.constant([9.0, 2.0, 3.0])), 4),
    "searchsorted": (lambda: tf.searchsorted([1.0, 3.0], [2.0]), [1]),
    "matrix_band_part": (lambda: tf.matrix_band_part(tf.ones((3, 3)), -1, 0), np.tri(3)),
    "assign": (lambda: tf.assign(tf.Variable([1.0, 2.0]), [3.0, 4.0]), [3, 4]),
    "Print": (lambda: tf.Print(tf.constant(X), [tf.constant(1.0)], "x"), X),
    "zeros_initializer": (lambda: tf.zeros_initializer()((2, 3)), np.zeros((2, 3))),
    "space_to_depth": (
        lambda: tf.space_to_depth(np.arange(16.0).reshape(1, 4, 4, 1), 2)[0, 0, 1],
        [2, 3, 6, 7],
    ),
    "depth_to_space": (
        lambda: tf.depth_to_space(np.arange(4.0).reshape(1, 1, 1, 4), 2)[0, :, :, 0],
        [[0, 1], [2, 3]],
    ),
    "extract_image_patches": (
        lambda: tf.extract_image_patches(
            np.arange(16.0, dtype="float32").reshape(1, 4, 4, 1),
            ksizes=[1, 2, 2, 1], strides=[1, 2, 2, 1], rates=[1, 1, 1, 1], padding="VALID",
        )[0, 0, 1],
        [2, 3, 6, 7],
    ),
    "conv1d": (
        lambda: tf.nn.conv1d(X[..., None], np.ones((2, 1, 1), "float32"), 1, "VALID")[..., 0],
        X[:, :-1] + X[:, 1:],
    ),
    "conv2d_transpose": (
        lambda: tf.nn.conv2d_transpose(
            X[None, :, :, None], np.ones((2, 2, 1, 1), "float32"), (1, 4, 6, 1), [1, 2, 2, 1]
        )[0, :, :, 0],
        np.kron(X, np.ones((2, 2))),
    ),
    "depthwise_conv2d": (
        lambda: tf.nn.depthwise_conv2d(
            X[None, None], np.full((1, 1, 3, 1), 2.0, "float32"), [1, 1, 1, 1], "SAME"
        )[0, 0],
        2 * X,
    ),
    "dropout": (lambda: tf.nn.dropout(X, keep_prob=1.0), X),
    "crelu": (lambda: tf.nn.crelu(X), np.maximum(np.concatenate([X, -X], 1), 0)),
    "resize_nearest": (
        lambda: tf.image.resize_nearest_neighbor(X[None, :, :, None], (4, 6))[0, :, :, 0],
        np.kron(X, np.ones((2, 2))),
    ),
    "psnr": (lambda: tf.image.psnr(X[None, :, :, None], Y[None, :, :, None], 1.0),
             [-10 * np.log10(((X - Y) ** 2).mean())]),
}  # fmt: skip

CASES = {
    "add": (lambda: tf.add(X, Y), X + Y),
    "subtract": (lambda: tf.subtract(X, Y), X - Y),
    "math.multiply": (lambda: tf.math.multiply(X, Y), X * Y),
    "truediv": (lambda: tf.truediv(X, P), X / P),
    "floordiv": (lambda: tf.math.floordiv(X, P), X // P),
    "pow": (lambda: tf.pow(P, 2.0), P**2),
    "maximum": (lambda: tf.maximum(X, Y), np.maximum(X, Y)),
    "abs": (lambda: tf.abs(X), np.abs(X)),
    "rsqrt": (lambda: tf.math.rsqrt(P), 1 / np.sqrt(P)),
    "squared_difference": (lambda: tf.math.squared_difference(X, Y), (X - Y) ** 2),
    "divide_no_nan": (
        lambda: tf.math.divide_no_nan(X, Y),
        np.divide(X, Y, out=np.zeros_like(X), where=Y != 0),
    ),
    "multiply_no_nan": (lambda: tf.math.multiply_no_nan([np.inf, 2.0], [0.0, 3.0]), [0, 6]),
    "add_n": (lambda: tf.add_n([X, Y, P]), X + Y + P),
    "reduce_sum": (lambda: tf.reduce_sum(X, 1), X.sum(1)),
    "reduce_mean": (lambda: tf.reduce_mean(X, axis=0, keepdims=True), X.mean(0, keepdims=True)),
    "reduce_max": (lambda: tf.math.reduce_max(X), X.max()),
    "reduce_std": (lambda: tf.math.reduce_std(X, 1), X.std(1)),
    "reduce_variance": (lambda: tf.math.reduce_variance(X), X.var()),
    "reduce_prod": (lambda: tf.reduce_prod(X, -1), X.prod(-1)),
    "reduce_any": (lambda: tf.reduce_any(X > 2.5, 1), (X > 2.5).any(1)),
    "reduce_logsumexp": (lambda: tf.reduce_logsumexp(X, 1), np.log(np.exp(X).sum(1))),
    "argmax": (lambda: tf.argmax(X), X.argmax(0)),
    "argmax 1": (lambda: tf.math.argmax(X, 1), X.argmax(1)),
    "argmin": (lambda: tf.argmin(X, axis=-1, output_type=tf.int32), X.argmin(-1)),
    "matmul": (lambda: tf.matmul(X, Y, transpose_b=True), X @ Y.T),
    "matmul a": (lambda: tf.linalg.matmul(X, Y, transpose_a=True), X.T @ Y),
    "norm": (lambda: tf.norm(X), np.linalg.norm(X)),
    "norm 1": (lambda: tf.norm(X, ord=1, axis=1), np.abs(X).sum(1)),
    "eye": (lambda: tf.eye(2, batch_shape=[3]), np.stack([np.eye(2)] * 3)),
    "band_part": (lambda: tf.linalg.band_part(tf.ones((3, 4)), -1, 0), np.tri(3, 4)),
    "band_part 2": (
        lambda: tf.linalg.band_part(tf.ones((4, 4)), 1, 1),
        np.tri(4, 4, 1) - np.tri(4, 4, -2),
    ),
    "diag": (lambda: tf.linalg.diag([1.0, 2.0]), np.diag([1.0, 2.0])),
    "l2_normalize": (
        lambda: tf.math.l2_normalize(X, axis=1),
        X / np.linalg.norm(X, axis=1, keepdims=True),
    ),
    "clip_by_value": (lambda: tf.clip_by_value(X, -1.0, 1.0), np.clip(X, -1, 1)),
    "clip_by_norm": (lambda: tf.clip_by_norm(X, 2.0), X * 2 / np.linalg.norm(X)),
    "clip_by_norm in": (lambda: tf.clip_by_norm(X, 99.0), X),
    "clip_by_global_norm": (
        lambda: tf.clip_by_global_norm([X, Y], 1.0)[0][1],
        Y / math.sqrt((X**2).sum() + (Y**2).sum()),
    ),
    "concat": (lambda: tf.concat([X, Y], axis=1), np.concatenate([X, Y], 1)),
    "stack": (lambda: tf.stack([X, Y], axis=1), np.stack([X, Y], 1)),
    "unstack": (lambda: tf.unstack(X, axis=1)[2], X[:, 2]),
    "split": (lambda: tf.split(X, 3, axis=1)[1], X[:, 1:2]),
    "split sizes": (lambda: tf.split(X, [1, -1], axis=1)[1], X[:, 1:]),
    "expand_dims": (lambda: tf.expand_dims(X, -1), X[..., None]),
    "squeeze": (lambda: tf.squeeze(X[None], [0]), X),
    "reshape": (lambda: tf.reshape(X, (-1, 2)), X.reshape(-1, 2)),
    "reshape t": (lambda: tf.reshape(X, tf.constant([3, 2])), X.reshape(3, 2)),
    "transpose": (lambda: tf.transpose(X, perm=[1, 0]), X.T),
    "reverse": (lambda: tf.reverse(X, [1]), X[:, ::-1]),
    "repeat": (lambda: tf.repeat(X, 2, axis=0), X.repeat(2, 0)),
    "pad": (lambda: tf.pad(X, [[1, 0], [0, 2]]), np.pad(X, [[1, 0], [0, 2]])),
    "gather": (lambda: tf.gather(X, ROWS, axis=1), X[:, ROWS]),
    "where": (lambda: tf.where(X > 0, X, Y), np.where(X > 0, X, Y)),
    "where places": (lambda: tf.where(X > 0), np.argwhere(X > 0)),
    "boolean_mask": (lambda: tf.boolean_mask(X, [False, True]), X[1:]),
    "one_hot": (lambda: tf.one_hot(ROWS, 3), np.eye(3)[ROWS]),
    "one_hot values": (
        lambda: tf.one_hot(ROWS, 3, on_value=5.0, off_value=-1.0),
        np.where(np.eye(3)[ROWS] > 0, 5.0, -1.0),
    ),
    "slice": (lambda: tf.slice(X, [0, 1], [-1, 2]), X[:, 1:]),
    "range": (lambda: tf.range(2, 8, 3), [2, 5]),
    "fill": (lambda: tf.fill((2, 2), 7.0), np.full((2, 2), 7.0)),
    "zeros_like": (lambda: tf.zeros_like(X), np.zeros_like(X)),
    "constant": (lambda: tf.constant(3, shape=(2, 2)), np.full((2, 2), 3)),
    "constant 2": (lambda: tf.constant([1, 2, 3, 4], shape=(2, 2)), [[1, 2], [3, 4]]),
    "cast": (lambda: tf.cast(X, tf.int32), X.astype("int32")),
    "rank and size": (lambda: tf.constant([tf.rank(X), tf.size(X)]), [2, 6]),
    "nn.relu": (lambda: tf.nn.relu(X), np.maximum(X, 0)),
    "nn.leaky_relu": (lambda: tf.nn.leaky_relu(X), np.where(X > 0, X, 0.2 * X)),
    "nn.silu": (lambda: tf.nn.silu(X, 2.0), X * sigmoid(2 * X)),
    "nn.gelu": (
        lambda: tf.nn.gelu(X),
        X * 0.5 * (1 + np.vectorize(math.erf)(X.astype("float64") / math.sqrt(2))),
    ),
    "nn.softmax": (lambda: tf.nn.softmax(X), softmax(X)),
    "nn.log_softmax": (lambda: tf.nn.log_softmax(X, axis=0), np.log(softmax(X.T).T)),
    "nn.sigmoid_cross_entropy": (
        lambda: tf.nn.sigmoid_cross_entropy_with_logits(labels=(X > 0) * 1.0, logits=Y),
        np.log1p(np.exp(-np.abs(Y))) + np.maximum(Y, 0) - Y * (X > 0),
    ),
    "nn.softmax_cross_entropy": (
        lambda: tf.nn.softmax_cross_entropy_with_logits(labels=softmax(X), logits=Y),
        -(softmax(X) * np.log(softmax(Y))).sum(-1),
    ),
    "nn.sparse_softmax_cross_entropy": (
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ROWS, logits=Y),
        -np.log(softmax(Y))[[0, 1], ROWS],
    ),
    "nn.weighted_cross_entropy": (
        lambda: tf.nn.weighted_cross_entropy_with_logits((X > 0) * 1.0, Y, 3.0),
        -3 * (X > 0) * np.log(sigmoid(Y)) - (X <= 0) * np.log(1 - sigmoid(Y)),
    ),
    "nn.l2_loss": (lambda: tf.nn.l2_loss(X), (X**2).sum() / 2),
    "nn.moments": (lambda: tf.nn.moments(X, [0])[1], X.var(0)),
    "nn.bias_add": (lambda: tf.nn.bias_add(X, [1.0, 2.0, 3.0]), X + [1, 2, 3]),
    "nn.batch_normalization": (
        lambda: tf.nn.batch_normalization(X, 1.0, 4.0, 0.5, 2.0, 0.0),
        (X - 1) / 2 * 2 + 0.5,
    ),
    "nn.embedding_lookup": (lambda: tf.nn.embedding_lookup(X.T.copy(), ROWS), X.T[ROWS]),
    "nn.max_pool2d": (
        lambda: tf.nn.max_pool2d(P.reshape(1, 2, 3, 1), [1, 2, 2, 1], [1, 1, 1, 1], "VALID"),
        np.array([P[:, :2].max(), P[:, 1:].max()]).reshape(1, 1, 2, 1),
    ),
    "nn.conv2d": (
        lambda: tf.nn.conv2d(P.reshape(1, 2, 3, 1), np.ones((2, 2, 1, 1), "float32"), 1, "VALID"),
        np.array([P[:, :2].sum(), P[:, 1:].sum()]).reshape(1, 1, 2, 1),
    ),
    "confusion_matrix": (
        lambda: tf.math.confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2]),
        [[1, 0, 0], [0, 1, 1], [0, 0, 1]],
    ),
    "newaxis": (lambda: tf.constant(X)[:, tf.newaxis], X[:, None]),
}


@pytest.mark.parametrize("name", [*CASES, *FORMER])
def test_values(name):
    got, want = {**CASES, **FORMER}[name]
    got = np.asarray(got())
    assert got.shape == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=2e-5, atol=1e-6)


def test_every_listed_function_is_there_or_says_that_it_is_to_come():
    for face in (tf, tf.math, tf.nn, tf.linalg, tf.random, tf.config, tf.debugging, tf.dtypes):
        for name in dir(face):
            assert getattr(face, name) is not None or name == "newaxis"


def test_dtypes():
    assert tf.float32 == "float32" == tf.constant(1.0).dtype and tf.int64 == tf.argmax(X).dtype
    assert np.zeros(2, tf.int32.as_numpy_dtype).dtype == "int32" and tf.uint8.max == 255
    assert tf.zeros((2,), tf.float16).dtype == tf.float16 == tf.dtypes.as_dtype(np.float16)
    assert repr(tf.bool) == "tf.bool" and tf.float32.is_floating and not tf.int8.is_floating


def test_variables():
    v = tf.Variable([1.0, 2.0], name="a/b", trainable=False)
    v.assign_add([1.0, 1.0])
    assert isinstance(v, tf.Variable) and isinstance(v, engine.Variable) and not v.trainable
    assert not isinstance(tf.constant(1.0), tf.Variable)
    np.testing.assert_array_equal(v.numpy(), [2, 3])
    assert tf.Variable(3).dtype == "int32" and tf.Variable(lambda: tf.zeros((2,))).shape == (2,)
    with pytest.raises(ValueError, match="initial_value"):
        tf.Variable()


def test_random_numbers():
    tf.random.set_seed(3)
    a = tf.random.normal((4, 3), mean=2.0, stddev=0.0)
    np.testing.assert_array_equal(a, np.full((4, 3), 2.0))
    first = [np.asarray(tf.random.uniform((5,), 1, 3)) for _ in range(2)]
    seeded = [np.asarray(tf.random.normal((5,), seed=7)) for _ in range(2)]
    assert not np.array_equal(*first) and not np.array_equal(*seeded)
    assert (first[0] >= 1).all() and (first[0] < 3).all()
    tf.random.set_seed(3)
    tf.random.normal((4, 3))
    np.testing.assert_array_equal(tf.random.uniform((5,), 1, 3), first[0])
    np.testing.assert_array_equal(tf.random.normal((5,), seed=7), seeded[0])
    whole = np.asarray(tf.random.uniform((50,), 0, 4, dtype=tf.int32))
    assert whole.dtype == "int32" and set(whole) <= {0, 1, 2, 3}
    with pytest.raises(ValueError, match="maxval"):
        tf.random.uniform((2,), dtype=tf.int32)


def test_the_seed_of_tensorflow_fixes_weights_and_nothing_of_the_programs():
    import random

    random.seed(1)
    expected = random.random()
    random.seed(1)
    weights = []
    for _ in range(2):
        tf.random.set_seed(5)
        layer = tf.keras.layers.Dense(3)
        layer.build((None, 4))
        weights.append(layer.get_weights()[0])
    np.testing.assert_array_equal(*weights)
    assert random.random() == expected


def test_function_compiles_once_and_trains():
    traced = []
    w = tf.Variable([[1.0], [2.0], [3.0]])

    @tf.function
    def step(x, rate):
        traced.append(1)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(tf.matmul(x, w)))
        w.assign_sub(rate * tape.gradient(loss, w))
        return loss

    kernel, want = w.numpy().astype("float64"), []
    for _ in range(3):
        y = X @ kernel
        want.append((y**2).mean())
        kernel = kernel - 0.1 * (X.T @ y)
    got = [float(step(tf.constant(X), 0.1)) for _ in range(3)]
    np.testing.assert_allclose(got, want, rtol=1e-5)
    np.testing.assert_allclose(w.numpy(), kernel, rtol=1e-5)
    assert len(traced) == 1 and step.__name__ == "step"


def test_a_function_that_looks_at_values_runs_plainly():
    @tf.function(jit_compile=True)
    def flip(x):
        if tf.reduce_sum(x) < 0:
            return -x
        return x

    for x in ([1.0, 2.0], [-1.0, -2.0]):
        np.testing.assert_array_equal(flip(tf.constant(x)), [1, 2])

    @tf.function
    def wrong(x):
        return tf.matmul(x, x)

    with pytest.raises(ValueError, match="matmul"):
        wrong(tf.constant(X))


def test_a_method_compiles_for_each_object():
    class Scale:
        def __init__(self, by):
            self.by = by

        @tf.function
        def __call__(self, x):
            return x * self.by

        @tf.function
        def twice(self, x, *, plus=0.0):
            return self(self(x)) + plus

    two, three = Scale(2.0), Scale(3.0)
    assert [float(s.twice(tf.constant(1.0), plus=1.0)) for s in (two, three)] == [5, 10]


def test_functions_run_eagerly_when_told():
    seen = []

    @tf.function
    def f(x):
        seen.append(1)
        return x

    tf.config.run_functions_eagerly(True)
    try:
        assert tf.config.functions_run_eagerly()
        f(tf.constant(1.0)), f(tf.constant(1.0))
    finally:
        tf.config.run_functions_eagerly(False)
    assert len(seen) == 2


def test_settings_of_a_machine_without_gpus():
    assert tf.config.list_physical_devices("GPU") == [] and len(tf.config.list_physical_devices())
    assert tf.config.experimental.list_physical_devices("GPU") == []
    assert not tf.test.is_gpu_available() and tf.test.gpu_device_name() == ""
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    tf.get_logger().setLevel("ERROR")
    with tf.device("/CPU:0"):
        assert tf.executing_eagerly()


def test_print_shows_values(capsys):
    tf.print("loss:", tf.constant([1.5, 2.0]), 3)
    assert capsys.readouterr().out == "loss: [1.5 2. ] 3\n"


def test_checks():
    tf.debugging.assert_equal([1, 2], [1, 2])
    with pytest.raises(ValueError, match="mine"):
        tf.debugging.assert_less([1.0], [0.5], message="mine")
    with pytest.raises(ValueError, match="finite"):
        tf.debugging.check_numerics(tf.constant([np.nan]), None)


def test_shape_can_be_reckoned_with_in_a_model():
    keras = tf.keras

    class Sampling(keras.layers.Layer):
        def call(self, inputs):
            mean, log_variance = inputs
            batch, dim = tf.shape(mean)[0], tf.shape(mean)[1]
            noise = tf.random.normal(shape=(batch, dim))
            return mean + tf.exp(0.5 * log_variance) * noise * 0.0

    inputs = keras.Input((3,))
    y = Sampling()([inputs, inputs])
    model = keras.Model(inputs, y)
    assert y.shape == (None, 3)
    np.testing.assert_allclose(model.predict(X, verbose=0), X)


def test_data_sets():
    import pronghorn

    assert tf.data.Dataset is pronghorn.data.Dataset and tf.data.AUTOTUNE == -1
    data = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(4).batch(1)
    data = data.map(lambda a, b: (a * 2, b), num_parallel_calls=tf.data.experimental.AUTOTUNE)
    rows = sorted(np.asarray(a).ravel().tolist() for a, _ in data.prefetch(tf.data.AUTOTUNE))
    assert rows == sorted((X * 2).tolist())
    assert int(tf.data.experimental.cardinality(data)) == 2


def test_strategies_of_one_replica():
    for strategy in (tf.distribute.MirroredStrategy(), tf.distribute.get_strategy()):
        with strategy.scope():
            model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
        assert strategy.num_replicas_in_sync == 1
        assert strategy.run(lambda a, b=1: a + b, (2,), {"b": 3}) == 5
        rows = tf.constant([[1.0, 3.0]])
        assert strategy.reduce(tf.distribute.ReduceOp.MEAN, rows, axis=1).numpy() == [2]
        assert strategy.reduce(tf.distribute.ReduceOp.SUM, rows, axis=None) is rows
    assert model.distribute_strategy.extended.should_checkpoint


def test_the_version_is_that_of_the_keras_that_is_stood_for():
    keras = modules.load("keras")
    assert keras.version() == keras.__version__ and keras.__version__.startswith("3.")


def test_variables_given_to_a_function_stay_variables():
    traced = []

    @tf.function
    def loss_and_gradient(image, factor):
        traced.append(1)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(image)) * factor
        image.assign_add(tf.ones_like(image))
        return loss, tape.gradient(loss, image)

    first, second = tf.Variable([1.0, 2.0]), tf.Variable([3.0])
    for n in range(3):
        loss, gradient = loss_and_gradient(first, tf.constant(2.0))
        np.testing.assert_allclose(loss, 2 * ((1 + n) ** 2 + (2 + n) ** 2))
        np.testing.assert_allclose(gradient, [4 * (1 + n), 4 * (2 + n)])
    assert len(traced) == 1 and first.numpy().tolist() == [4, 5]
    loss, gradient = loss_and_gradient(second, factor=tf.constant(1.0))
    assert float(loss) == 9 and gradient.numpy().tolist() == [6] and second.numpy().tolist() == [4]


def test_jacobians():
    a = tf.constant([[1.0, 2.0, -1.0], [0.5, 3.0, 2.0]])
    w = tf.Variable([[1.0, -2.0], [0.5, 1.0], [3.0, 0.0]])
    unused = tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(a)
        y = tf.square(tf.matmul(a, w))
    z = a.numpy() @ w.numpy()
    by_w, none = tape.jacobian(y, [w, unused])
    wanted = np.einsum("nk,ni,kj->nkij", 2 * z, a.numpy(), np.eye(2))
    np.testing.assert_allclose(by_w, wanted, rtol=1e-6)
    assert none is None
    by_a = np.einsum("nk,nm,ik->nkmi", 2 * z, np.eye(2), w.numpy())
    np.testing.assert_allclose(tape.jacobian(y, a), by_a, rtol=1e-6)
    each = np.einsum("nk,ik->nki", 2 * z, w.numpy())
    np.testing.assert_allclose(tape.batch_jacobian(y, a), each, rtol=1e-6)

    @tf.function
    def compiled(a):
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = tf.square(tf.matmul(a, w))
        return tape.batch_jacobian(y, a)

    np.testing.assert_allclose(compiled(a), each, rtol=1e-6)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = a * a
    tape.jacobian(y, a)
    with pytest.raises(RuntimeError, match="persistent"):
        tape.jacobian(y, a)
