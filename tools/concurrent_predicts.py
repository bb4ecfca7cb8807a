"""Two threads predict with one model while a third trains another: for ThreadSanitizer."""

import threading

import numpy as np
import pronghorn
from pronghorn import layers


def network():
    model = pronghorn.Sequential(
        [
            pronghorn.Input(shape=(8, 8, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def main():
    rng = np.random.default_rng(0)
    x = rng.random((96, 8, 8, 1), dtype=np.float32)
    y = rng.integers(0, 10, 96)
    model, other = network(), network()
    want = model.predict(x, verbose=0)
    failures = []

    def work(job):
        try:
            job()
        except BaseException as error:
            failures.append(error)

    def predict():
        for i in range(20):
            got = model.predict(x, batch_size=16 + i % 3, verbose=0)
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)

    def fit():
        other.fit(x, y, epochs=5, batch_size=16, verbose=0)

    threads = [threading.Thread(target=work, args=(job,)) for job in (predict, predict, fit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    print("concurrent predicts: clean")


if __name__ == "__main__":
    main()
