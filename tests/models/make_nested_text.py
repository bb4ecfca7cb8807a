"""Makes files/nested_text.keras and .json with real Keras. Not run by tests.

python make_nested_text.py      (an environment with keras 3.15 and tensorflow-cpu)
"""

import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
TEXTS = ["a b", "b c c", "c", "d a"]


def build(keras):
    """Text in front of a model of numbers, two levels down."""
    layers = keras.layers
    text = layers.Input((1,), dtype="string", name="text")
    words = layers.TextVectorization(vocabulary=["a", "b", "c"], output_sequence_length=4)
    prepare = keras.Model(text, words(text), name="prepare")
    ids = layers.Input((4,), dtype="int64", name="ids")
    x = layers.Embedding(6, 3, mask_zero=True, name="embedding")(ids)
    x = layers.Dense(1, name="dense")(layers.GlobalAveragePooling1D(name="mean")(x))
    classify = keras.Model(ids, x, name="classify")
    text = layers.Input((1,), dtype="string", name="text")
    inner = keras.Model(text, classify(prepare(text)), name="inner")
    text = layers.Input((1,), dtype="string", name="text")
    return keras.Model(text, inner(text), name="outer")


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ["COLUMNS"] = "120"
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(4)
    model = build(keras)
    summary = []
    model.summary(print_fn=summary.append, expand_nested=True)
    found = {
        "summary": "".join(summary),
        "paths": [w.path for w in model.weights],
        "outputs": model.predict(tf.constant([[t] for t in TEXTS]), verbose=0).tolist(),
    }
    model.save(os.path.join(HERE, "files", "nested_text.keras"))
    with open(os.path.join(HERE, "files", "nested_text.json"), "w") as file:
        json.dump(found, file, indent=1)


if __name__ == "__main__":
    main()
