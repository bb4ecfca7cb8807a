"""Makes keras_values.json with real Keras. Not run by the tests.

python make_values.py            (an environment with keras 3.15, tensorflow-cpu and jax)

The histories of several outputs come from JAX: on TensorFlow Keras does not weigh a smaller last
batch of the parts of a loss.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main(backend):
    os.environ["KERAS_BACKEND"] = backend
    import keras
    import numpy as np

    sys.path.insert(0, HERE)
    import cases

    def plain(value):
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(v) for v in value]
        return value if isinstance(value, (str, int)) else np.asarray(value).tolist()

    if backend == "jax":
        multi = {name: cases.multi(keras, name) for name in cases.MULTI}
        print(json.dumps(plain(multi)))
        return
    single = ("binary", "sparse", "categorical", "short_names")
    out = {name: getattr(cases, name)(keras) for name in single}
    out["multi"] = json.loads(subprocess.check_output([sys.executable, __file__, "jax"]))
    base = keras.utils.PyDataset
    out["source"] = {name: cases.source(keras, name, base) for name in cases.SOURCES}
    out["events"] = {str(n): cases.events(keras, n) for n in (1, 3)}
    out["text"] = {name: cases.text(keras, name) for name in cases.TEXTS}
    with open(os.path.join(HERE, "keras_values.json"), "w") as f:
        json.dump(plain(out), f, indent=0)
        f.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:] or ["tensorflow"])
