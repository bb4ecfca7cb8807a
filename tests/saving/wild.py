"""Files by strangers, written by Keras 1.1 to 3.14, with the inputs and outputs that go with them.

They are in the folder `wild_models` of KERAS_HOME. `python wild.py` prints what becomes of each;
`python wild.py convert FOLDER` makes files of Keras 3 of them, and `python wild.py keras FOLDER`
(with keras 3.15) prints what those become there.
"""

import json
import os
import sys

import numpy as np

FOLDER = os.path.join(os.environ.get("KERAS_HOME", ""), "wild_models")
TOLERANCE = 1e-4  # of the largest output


def names():
    manifest = os.path.join(FOLDER, "MANIFEST.json")
    if not os.path.exists(manifest):
        return []
    with open(manifest) as f:
        return [entry["name"] for entry in json.load(f)["files"]]


def objects(k, name):
    """What a user of the file would write: the functions and classes that are not in it."""
    if name == "k2_lambda_functional.h5":
        return {"lambda_3": lambda x: x**2, "lambda_4": lambda x: 3 * x}
    if name == "k2_deeplc_four_inputs.hdf5":
        given = {"<lambda>": lambda x: k.activations.relu(x, 0.1, 20.0)}
        return given | {"lambda_function": given["<lambda>"]}  # as a converted file calls it
    if name == "z3_pfam_transformer_custom.keras":
        return _transformer(k)
    return None


def _transformer(k):
    layers = k.layers

    class TokenAndPositionEmbedding(layers.Layer):
        def __init__(self, maxlen, vocab_size, embed_dim, **kwargs):
            super().__init__(**kwargs)
            self.token_emb = layers.Embedding(vocab_size, embed_dim)
            self.pos_emb = layers.Embedding(maxlen, embed_dim)

        def call(self, x):
            positions = k.ops.arange(0, k.ops.shape(x)[-1])
            return self.token_emb(x) + self.pos_emb(positions)

    class TransformerBlock(layers.Layer):
        def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1, **kwargs):
            super().__init__(**kwargs)
            self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
            self.ffn = k.Sequential(
                [layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)]
            )
            self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
            self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
            self.dropout1 = layers.Dropout(float(rate) / 2)
            self.dropout2 = layers.Dropout(float(rate) / 2)

        def call(self, inputs):
            x = self.layernorm1(inputs + self.dropout1(self.att(inputs, inputs)))
            return self.layernorm2(x + self.dropout2(self.ffn(x)))

    return {
        "TokenAndPositionEmbedding": TokenAndPositionEmbedding,
        "TransformerBlock": TransformerBlock,
    }


def architecture_of(name):
    return f"{os.path.splitext(os.path.join(FOLDER, name))[0]}.arch.json"


def load(k, name):
    path = os.path.join(FOLDER, name)
    architecture = architecture_of(name)
    if not os.path.exists(architecture):
        return k.models.load_model(path, custom_objects=objects(k, name), compile=False)
    with open(architecture) as f:
        text = f.read()
    config = json.loads(text)
    if "class_name" in config:
        model = k.models.model_from_json(text)
    else:  # what get_config() gave
        model = k.Model.from_config(config)
    model.load_weights(path)
    return model


def error(k, name):
    """The largest difference of the outputs to the stored ones, relative to the largest."""
    return model_error(load(k, name), name)


def model_error(model, name):
    reference = np.load(os.path.join(FOLDER, f"{name}.ref.npz"))
    xs = [reference[f"x{i}"] for i in range(sum(key[0] == "x" for key in reference.files))]
    ys = [reference[f"y{i}"] for i in range(len(reference.files) - len(xs))]
    found = model.predict(xs if len(xs) > 1 else xs[0], batch_size=len(xs[0]), verbose=0)
    found = found if isinstance(found, (list, tuple)) else [found]
    assert [y.shape for y in found] == [y.shape for y in ys]
    return max(np.abs(a - b).max() / max(np.abs(b).max(), 1e-30) for a, b in zip(found, ys))


def convert(k, name, target):
    from pronghorn.saving.conversion import convert

    architecture = architecture_of(name)
    return convert(
        os.path.join(FOLDER, name),
        target,
        custom_objects=objects(k, name),
        architecture=architecture if os.path.exists(architecture) else None,
    )


def main(what="here", folder=None):
    if what == "keras":
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import keras as k
    else:
        import pronghorn as k
    failed = 0
    for name in names():
        new = os.path.join(folder or "", f"{name}.keras")
        try:
            if what == "convert":
                os.makedirs(folder, exist_ok=True)
                found = convert(k, name, new).difference
            elif what == "keras":
                model = k.models.load_model(new, custom_objects=objects(k, name))
                if name == "w2_connect4_zero.h5":  # TensorFlow's own kernels have no channels_first
                    model.compile(jit_compile=True)
                found = model_error(model, name)
            else:
                found = error(k, name)
            assert found < TOLERANCE, found
            print(f"{name}: {found:.1e}", flush=True)
        except Exception as e:
            failed += 1
            print(f"{name}: {type(e).__name__}: {str(e)[-1500:]}", flush=True)
    print(f"{failed} of {len(names())} failed")
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
