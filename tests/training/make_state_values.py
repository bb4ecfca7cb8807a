"""Makes state_values.json with tf-keras 2.21. Not run by the tests.

python make_state_values.py            (an environment with tensorflow and tf-keras)
"""

import json
from pathlib import Path

import numpy as np
import tf_keras as keras
from state_cases import CASES


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return np.asarray(value).tolist()


if __name__ == "__main__":
    values = {name: plain(case(keras)) for name, case in CASES.items()}
    path = Path(__file__).with_name("state_values.json")
    path.write_text(json.dumps(values, indent=0) + "\n")
