"""Functional models in which a caller wrote `training`, and what they do; runs in Keras as well.

python training_arguments.py     makes files/training_arguments.json with real Keras 3.15
"""

import json
import os

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files", "training_arguments.json")
X = np.arange(1, 301, dtype="float32").reshape(100, 3)


def models(keras):
    layers = keras.layers

    def functional(make):
        x = keras.Input((3,))
        return keras.Model(x, make(x))

    def norm(**kwargs):
        return layers.BatchNormalization(momentum=0.0, name="norm", **kwargs)

    nested = functional(lambda x: norm()(x))
    return {
        "dropout": functional(lambda x: layers.Dropout(0.5)(x)),
        "dropout_true": functional(lambda x: layers.Dropout(0.5)(x, training=True)),
        "dropout_false": functional(lambda x: layers.Dropout(0.5)(x, training=False)),
        "dropout_positional": functional(lambda x: layers.Dropout(0.5).__call__(x, training=True)),
        "norm": functional(lambda x: norm()(x)),
        "norm_true": functional(lambda x: norm()(x, training=True)),
        "norm_false": functional(lambda x: norm()(x, training=False)),
        "nested": functional(lambda x: nested(x)),
        "nested_false": functional(lambda x: nested(x, training=False)),
    }


def observe(model):
    """Whether predict drops values, whether a training call does, and which calls move averages."""

    def norm():
        found = [w for layer in model.layers for w in layer.weights if "moving_mean" in w.path]
        return np.array(found[0]).copy() if found else None

    def moves(run):
        before = norm()
        run()
        return before is not None and not np.array_equal(before, norm())

    seen = {}
    seen["predict"] = [(model.predict(X, verbose=0) == 0).any()]
    seen["train"] = [(np.array(model(X, training=True)) == 0).any()]
    model.compile("sgd", "mse")
    seen["predict"].append(moves(lambda: model.predict(X, verbose=0)))
    seen["evaluate"] = [moves(lambda: model.evaluate(3 * X, X, verbose=0))]
    seen["fit"] = [moves(lambda: model.fit(2 * X, X, verbose=0))]
    return {name: [bool(v) for v in values] for name, values in seen.items()}


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras

    out = {}
    for name, model in models(keras).items():
        text = model.to_json()
        out[name] = {"json": text, "seen": observe(keras.models.model_from_json(text))}
    with open(PATH, "w") as f:
        json.dump(out, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
