"""Writes keras_values.json: what real Keras on TensorFlow gives for the cases of cases.py.

KERAS_BACKEND=tensorflow python make_values.py
"""

import json
from pathlib import Path

import keras
from cases import CASES, name, run

lines = ",\n".join(
    f"{json.dumps(name(i))}: {json.dumps(run(keras, i), default=lambda x: x.item())}"
    for i in range(len(CASES))
)
(Path(__file__).parent / "keras_values.json").write_text(f"{{\n{lines}\n}}\n")
