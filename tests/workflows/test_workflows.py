"""Whole stories as users write them: each checks a number that a wrong mechanism would change."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import layers, ops


def blobs(n=400, seed=0):
    """Three Gaussian classes in 6 dimensions, well apart."""
    rng = np.random.RandomState(seed)
    y = rng.randint(0, 3, n)
    centers = np.random.RandomState(99).standard_normal((3, 6)) * 3
    return (centers[y] + rng.standard_normal((n, 6))).astype("float32"), y


def mlp(**options):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    options.setdefault("metrics", ["accuracy"])
    model.compile("adam", "sparse_categorical_crossentropy", **options)
    return model


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_learns_and_generalises():
    x, y = blobs()
    model = mlp()
    history = model.fit(x, y, epochs=40, batch_size=20, validation_data=blobs(100, 1), verbose=0)
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history.epoch == list(range(40))
    assert history.history["val_accuracy"][-1] > 0.95
    loss, accuracy = model.evaluate(*blobs(100, 1), verbose=0)
    assert loss == pytest.approx(history.history["val_loss"][-1], rel=1e-5)
    predicted = model.predict(x, verbose=0).argmax(-1)
    assert (predicted == y).mean() == pytest.approx(model.evaluate(x, y, verbose=0)[1], abs=1e-6)


def test_eager_steps_equal_compiled_steps():
    x, y = blobs(64)
    results = []
    for eager in (False, True):
        keras.utils.set_random_seed(3)
        model = mlp(run_eagerly=eager)
        model.fit(x, y, batch_size=10, epochs=2, verbose=0)
        results.append(model.get_weights())
    for a, b in zip(*results):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_fit_equals_train_on_batch():
    x, y = blobs(50)
    one, two = mlp(), mlp()
    two.set_weights(one.get_weights())
    one.fit(x, y, batch_size=16, shuffle=False, verbose=0)
    for i in range(0, 50, 16):
        two.train_on_batch(x[i : i + 16], y[i : i + 16])
    assert same(one.get_weights(), two.get_weights())


def test_generator_equals_arrays():
    x, y = blobs(48)
    one, two = mlp(), mlp()
    two.set_weights(one.get_weights())
    one.fit(x, y, batch_size=16, shuffle=False, epochs=2, verbose=0)

    def batches():
        for _ in range(2):
            for i in range(0, 48, 16):
                yield x[i : i + 16], y[i : i + 16]

    two.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0)
    assert same(one.get_weights(), two.get_weights())


def test_class_weight_equals_sample_weight():
    x, y = blobs(60)
    one, two = mlp(), mlp()
    two.set_weights(one.get_weights())
    table = {0: 1.0, 1: 5.0, 2: 0.25}
    one.fit(x, y, class_weight=table, shuffle=False, verbose=0)
    weights = np.array([table[c] for c in y], "float32")
    two.fit(x, y, sample_weight=weights, shuffle=False, verbose=0)
    for a, b in zip(one.get_weights(), two.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_zero_weighted_samples_teach_nothing():
    x, y = blobs(32)
    model = mlp()
    before = model.get_weights()
    model.fit(x, y, sample_weight=np.zeros(32, "float32"), verbose=0)
    for a, b in zip(model.get_weights(), before):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_custom_train_step():
    class Custom(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.tracker = keras.metrics.Mean(name="loss")

        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            weights = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            self.tracker.update_state(loss)
            return {"loss": self.tracker.result()}

        @property
        def metrics(self):
            return [self.tracker]

    def build(cls):
        inputs = keras.Input((6,))
        hidden = layers.Dense(16, activation="relu")(inputs)
        model = cls(inputs, layers.Dense(3, activation="softmax")(hidden))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    x, y = blobs(60)
    custom, plain = build(Custom), build(keras.Model)
    custom.set_weights(plain.get_weights())
    a = custom.fit(x, y, batch_size=20, shuffle=False, epochs=3, verbose=0)
    b = plain.fit(x, y, batch_size=20, shuffle=False, epochs=3, verbose=0)
    np.testing.assert_allclose(a.history["loss"], b.history["loss"], rtol=1e-5)
    for p, q in zip(custom.get_weights(), plain.get_weights()):
        np.testing.assert_allclose(p, q, rtol=1e-5, atol=1e-6)


def test_subclassed_model():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(16, activation="relu")
            self.drop = layers.Dropout(0.2)
            self.out = layers.Dense(3)

        def call(self, x, training=False):
            x = self.drop(self.hidden(x), training=training)
            return ops.softmax(self.out(x))

    model = Net()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = blobs()
    model.fit(x, y, epochs=30, batch_size=20, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.9
    assert len(model.trainable_variables) == 4
    a, b = model.predict(x, verbose=0), model.predict(x, verbose=0)
    np.testing.assert_array_equal(a, b)


def test_two_outputs_and_loss_weights():
    inputs = keras.Input((6,), name="facts")
    hidden = layers.Dense(8, activation="relu")(inputs)
    kind = layers.Dense(3, activation="softmax", name="kind")(hidden)
    size = layers.Dense(1, name="size")(hidden)
    model = keras.Model(inputs, {"kind": kind, "size": size})
    model.compile(
        "adam",
        loss={"kind": "sparse_categorical_crossentropy", "size": "mse"},
        loss_weights={"kind": 1.0, "size": 0.5},
        metrics={"kind": ["accuracy"]},
    )
    x, y = blobs(80)
    target = x.sum(-1, keepdims=True)
    history = model.fit(x, {"kind": y, "size": target}, batch_size=20, epochs=3, verbose=0).history
    assert {"loss", "kind_loss", "size_loss", "kind_accuracy"} <= set(history)
    total = np.array(history["kind_loss"]) + 0.5 * np.array(history["size_loss"])
    np.testing.assert_allclose(history["loss"], total, rtol=1e-5)
    out = model.predict(x, verbose=0)
    assert out["kind"].shape == (80, 3) and out["size"].shape == (80, 1)


def test_regularizer_adds_its_penalty():
    x, y = blobs(16)

    def loss(regularizer):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([layers.Dense(3, "softmax", kernel_regularizer=regularizer)])
        model.compile("sgd", "sparse_categorical_crossentropy")
        value = model.evaluate(x, y, verbose=0)
        return value, model.get_weights()[0]

    plain, kernel = loss(None)
    l2, _ = loss(keras.regularizers.L2(0.3))
    l1, _ = loss(keras.regularizers.L1(0.3))
    assert l2 - plain == pytest.approx(0.3 * (kernel**2).sum(), rel=1e-4)
    assert l1 - plain == pytest.approx(0.3 * np.abs(kernel).sum(), rel=1e-4)


def test_callback_order_and_logs():
    calls = []

    class Log(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            calls.append("train begin")

        def on_epoch_begin(self, epoch, logs=None):
            calls.append(f"epoch {epoch}")

        def on_train_batch_begin(self, batch, logs=None):
            calls.append(f"batch {batch}")

        def on_train_batch_end(self, batch, logs=None):
            assert np.isfinite(logs["loss"])

        def on_test_begin(self, logs=None):
            calls.append("test")

        def on_epoch_end(self, epoch, logs=None):
            calls.append(sorted(logs))

        def on_train_end(self, logs=None):
            calls.append("train end")

    x, y = blobs(30)
    mlp().fit(x, y, batch_size=20, validation_data=(x, y), verbose=0, callbacks=[Log()])
    names = ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert calls == ["train begin", "epoch 0", "batch 0", "batch 1", "test", names, "train end"]


def test_weights_file_round_trip(tmp_path):
    pytest.importorskip("h5py", reason="weight files need h5py")
    x, y = blobs(40)
    one = mlp()
    one.fit(x, y, verbose=0)
    path = tmp_path / "model.weights.h5"
    one.save_weights(path)
    two = mlp()
    two.load_weights(path)
    assert same(one.get_weights(), two.get_weights())
    np.testing.assert_array_equal(one.predict(x, verbose=0), two.predict(x, verbose=0))


def test_conv_net_on_the_embedded_digits():
    (x, y), (x_test, y_test) = keras.datasets.digits.load_data()
    x, x_test = (part.reshape(-1, 8, 8, 1).astype("float32") / 16 for part in (x, x_test))
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(32, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu", padding="same"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=8, batch_size=32, verbose=0)
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.96
