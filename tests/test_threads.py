"""Results are bitwise the same for any thread count, and threads may predict at once."""

import threading

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, ops

RNG = np.random.RandomState(3)


def floats(*shape, dtype="float32"):
    return RNG.standard_normal(shape).astype(dtype)


def gradient_of(call, *arrays):
    tensors = [engine.convert_to_tensor(a) for a in arrays]
    with engine.GradientTape() as tape:
        for t in tensors:
            tape.watch(t)
        y = ops.sum(ops.square(call(*tensors)))
    return tape.gradient(y, tensors)


# name -> a call over arrays large enough to be cut into many chunks
BIG = {
    "elementwise": (lambda x: ops.tanh(ops.exp(x) * 0.1 + x), (floats(517, 1003),)),
    "broadcast": (lambda x, b: x * b + b, (floats(517, 1003), floats(1003))),
    "transpose": (lambda x: ops.transpose(x), (floats(703, 911),)),
    "matmul": (lambda x, w: ops.matmul(x, w), (floats(301, 257), floats(257, 403))),
    "matmul long": (lambda x, w: ops.matmul(x, w), (floats(7, 20011), floats(20011, 5))),
    "matmul batch": (lambda x, w: ops.matmul(x, w), (floats(13, 65, 33), floats(13, 33, 47))),
    "conv": (
        lambda x, w: ops.conv(x, w, padding="same"),
        (floats(9, 33, 31, 16), floats(3, 3, 16, 24)),
    ),
    "conv strided": (
        lambda x, w: ops.conv(x, w, strides=2),
        (floats(9, 33, 31, 3), floats(3, 3, 3, 32)),
    ),
    "depthwise": (
        lambda x, w: ops.depthwise_conv(x, w, padding="same"),
        (floats(5, 33, 31, 16), floats(3, 3, 16, 1)),
    ),
    "max pool": (lambda x: ops.max_pool(x, 3, 2), (floats(9, 65, 63, 17),)),
    "average pool": (lambda x: ops.average_pool(x, 2, 2, "same"), (floats(9, 65, 63, 17),)),
    "sum all": (lambda x: ops.sum(x), (floats(1003, 517),)),
    "sum rows": (lambda x: ops.sum(x, axis=0), (floats(1003, 517),)),
    "mean columns": (lambda x: ops.mean(x, axis=1), (floats(1003, 517),)),
    "max": (lambda x: ops.max(x, axis=(0, 2)), (floats(61, 37, 403),)),
    "softmax": (lambda x: ops.softmax(x), (floats(1003, 317),)),
    "crossentropy": (
        lambda x: ops.sparse_categorical_crossentropy(
            np.arange(2003, dtype="int32") % 97, x, from_logits=True
        ),
        (floats(2003, 97),),
    ),
    "batch norm": (
        lambda x: ops.batch_normalization(x, *ops.moments(x, axes=(0, 1)), axis=-1),
        (floats(97, 61, 33),),
    ),
    "gather": (
        lambda t: ops.take(t, np.random.RandomState(1).randint(0, 500, (3000,)), axis=0),
        (floats(500, 37),),
    ),
    "pad": (lambda x: ops.pad(x, ((3, 1), (0, 5))), (floats(517, 1003),)),
    "concatenate": (lambda x, y: ops.concatenate([x, y], 1), (floats(517, 503), floats(517, 301))),
}


@pytest.mark.parametrize("name", BIG)
def test_bitwise_equal_for_any_thread_count(name, threads, width):
    call, arrays = BIG[name]
    results = []
    for count in (1, 2, 3, 16):
        threads(count)
        out = [np.array(call(*[engine.convert_to_tensor(a) for a in arrays]))]
        out += [np.array(g) for g in gradient_of(call, *arrays)]
        results.append(out)
    for other in results[1:]:
        for a, b in zip(results[0], other):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", ["uniform", "normal", "truncated_normal", "randint", "dropout"])
def test_random_numbers_for_any_thread_count(kind, threads):
    draw = {
        "randint": lambda: pronghorn.random.randint((70001,), 0, 1000, seed=7),
        "dropout": lambda: pronghorn.random.dropout(ops.ones((70001,)), 0.3, seed=7),
    }.get(kind, lambda: getattr(pronghorn.random, kind)((70001,), seed=7))
    results = []
    for count in (1, 2, 16):
        threads(count)
        results.append(np.array(draw()))
    for other in results[1:]:
        np.testing.assert_array_equal(results[0], other)


def test_integers_and_uniforms_are_the_same_on_every_width():
    from pronghorn.engine import device

    before, results = device.isa(), []
    for name in device.available_isas():
        device.force_isa(name)
        results.append(
            [
                np.array(pronghorn.random.uniform((1003,), seed=7)),
                np.array(pronghorn.random.randint((1003,), 0, 99, seed=7)),
            ]
        )
    device.force_isa(before)
    for other in results[1:]:
        np.testing.assert_array_equal(results[0][0], other[0])
        np.testing.assert_array_equal(results[0][1], other[1])


def small_convnet():
    model = pronghorn.Sequential(
        [
            pronghorn.Input((12, 12, 3)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def test_training_is_bitwise_equal_for_any_thread_count(threads):
    x, y = floats(96, 12, 12, 3), RNG.randint(0, 10, 96)
    results = []
    for count in (1, 2, 16):
        threads(count)
        pronghorn.utils.set_random_seed(5)
        model = small_convnet()
        model.fit(x, y, batch_size=32, epochs=3, verbose=0)
        results.append(model.get_weights())
    for other in results[1:]:
        for a, b in zip(results[0], other):
            np.testing.assert_array_equal(a, b)


def test_threads_predict_at_once():
    model = small_convnet()
    x = floats(64, 12, 12, 3)
    expected = model.predict(x, verbose=0)
    wrong = []

    def work(rows):
        for _ in range(20):
            out = model.predict(x[:rows], batch_size=rows, verbose=0)
            if not np.allclose(out, expected[:rows], rtol=1e-5, atol=1e-6):
                wrong.append(rows)

    crew = [threading.Thread(target=work, args=(rows,)) for rows in (64, 64, 7, 1)]
    for t in crew:
        t.start()
    for t in crew:
        t.join()
    assert not wrong


def test_threads_that_write_the_same_variables_take_turns():
    counter = engine.Variable(np.zeros((64,), "float32"))

    def step(x):
        counter.assign_add(x)
        return counter.value

    function = engine.trace.Function(step, "count")
    one = ops.ones((64,))
    function(one)

    def work():
        for _ in range(200):
            function(one)

    crew = [threading.Thread(target=work) for _ in range(4)]
    for t in crew:
        t.start()
    for t in crew:
        t.join()
    np.testing.assert_array_equal(counter.numpy(), np.full((64,), 801, "float32"))
