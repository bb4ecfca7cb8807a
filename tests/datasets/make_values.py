"""Writes keras_values.json: what real Keras reads from the files of cases.py.

    KERAS_BACKEND=tensorflow python make_values.py [folder with the real files]

Keras checks hashes that generated files cannot have, so that its check is left out. With a folder
(a KERAS_HOME), the real data sets in it are read too.
"""

import importlib
import json
import sys
import tempfile
from pathlib import Path

from cases import CALLS, REAL_CALLS, describe, key, write_fashion, write_files
from keras.src.backend import config
from keras.src.utils import file_utils

file_utils.validate_file = lambda *args, **kwargs: True


def values(home, calls):
    config.keras_home = lambda: str(home)
    out = {}
    for name, kwargs in calls:
        module = importlib.import_module(f"keras.datasets.{name}")
        out[key(name, kwargs)] = describe(module.load_data(**kwargs))
    return out


with tempfile.TemporaryDirectory() as home:
    home = Path(home)
    write_files(home)
    write_fashion(home / "datasets" / "fashion-mnist")
    found = {"generated": values(home, CALLS)}

path = Path(__file__).parent / "keras_values.json"
if len(sys.argv) > 1:
    found["real"] = values(sys.argv[1], REAL_CALLS)
elif path.exists():
    found["real"] = json.loads(path.read_text())["real"]
path.write_text(json.dumps(found, indent=1).replace("\n    ", "").replace("\n   ]", "]") + "\n")
