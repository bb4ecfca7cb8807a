"""Writes tf_values.json: elements, counts and specs of the pipelines of cases.py in real tf.data.

python make_values.py
"""

import json
from pathlib import Path

import tensorflow as tf
from cases import CASES


class Spec:
    def __call__(self, shape, dtype):
        return tf.TensorSpec(shape, dtype)

    @staticmethod
    def length(x):
        return tf.shape(x)[0]


def plain(x):
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    if isinstance(x, tuple):
        return {"tuple": [plain(item) for item in x]}
    if isinstance(x, bytes):
        return x.decode()
    x = x.tolist() if hasattr(x, "tolist") else x
    if isinstance(x, list):
        return [plain(item) for item in x]
    return x


def spec(s):
    if isinstance(s, dict):
        return {key: spec(value) for key, value in s.items()}
    if isinstance(s, tuple) and not isinstance(s, tf.TensorShape):
        return {"tuple": [spec(item) for item in s]}
    shape = None if s.shape.rank is None else s.shape.as_list()
    return [shape, s.dtype.name]


found = {}
for name, case in CASES.items():
    dataset = case(tf.data.Dataset, Spec())
    found[name] = {
        "elements": [plain(e) for e in dataset.as_numpy_iterator()],
        "cardinality": int(dataset.cardinality()),
        "spec": spec(dataset.element_spec),
    }
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items())
(Path(__file__).parent / "tf_values.json").write_text(f"{{\n{lines}\n}}\n")
