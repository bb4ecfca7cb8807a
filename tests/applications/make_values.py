"""Makes keras_values.json with real Keras. Not run by the tests.

python make_values.py [names]      (an environment with keras 3.15 and tensorflow-cpu)
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(HERE, "keras_values.json")


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    import keras

    sys.path.insert(0, HERE)
    import cases

    values = {}
    if os.path.exists(PATH):
        with open(PATH) as f:
            values = json.load(f)
    for name in sys.argv[1:] or cases.MODELS:
        keras.utils.clear_session()
        values[name] = cases.describe(getattr(keras.applications, name)(weights=None))
        keras.utils.clear_session()
        values[name]["sample"] = cases.sample(keras.applications, name)
        with open(PATH, "w") as f:
            json.dump(values, f, indent=1, sort_keys=True)
            f.write("\n")


if __name__ == "__main__":
    main()
