"""Writes keras_values.json: what tf-keras gives for the calls of cases.py.

python make_values.py
"""

import json
from pathlib import Path
from types import SimpleNamespace

import tf_keras
from cases import CASES

keras = SimpleNamespace(
    text=tf_keras.preprocessing.text,
    sequence=tf_keras.preprocessing.sequence,
    utils=tf_keras.utils,
)
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case(keras))}" for name, case in CASES.items())
(Path(__file__).parent / "keras_values.json").write_text(f"{{\n{lines}\n}}\n")
