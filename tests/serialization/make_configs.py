"""Writes keras_configs.json: what real Keras puts into configs. Not run by the tests.

python make_configs.py            (an environment with keras 3.15 and tensorflow-cpu)
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    sys.path.insert(0, HERE)
    import cases

    configs = {}
    for room in cases.ROOMS:
        for name in cases.classes(keras, room):
            configs[f"{room}.{name}"] = cases.config_of(
                keras, lambda k, r=room, n=name: cases.make(k, r, n)
            )
    for name, make in {**cases.VARIED, **cases.MODELS}.items():
        configs[name] = cases.config_of(keras, make)
    with open(os.path.join(HERE, "keras_configs.json"), "w") as f:
        rows = (f"{json.dumps(k)}: {json.dumps(v)}" for k, v in configs.items())
        f.write("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
