"""Writes keras_configs.json and keras_unusual.json: what real Keras puts into configs.

Not run by the tests.

python make_configs.py            (an environment with keras 3.15 and tensorflow-cpu)
"""

import inspect
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    sys.path.insert(0, os.path.dirname(HERE))
    from serialization import cases, unusual

    configs = {}
    for room in cases.ROOMS:
        for name in cases.classes(keras, room):
            configs[f"{room}.{name}"] = cases.config_of(
                keras, lambda k, r=room, n=name: cases.make(k, r, n)
            )
    for name, make in {**cases.VARIED, **cases.MODELS}.items():
        configs[name] = cases.config_of(keras, make)
    _write("keras_configs.json", configs)
    rows = {}
    for room in cases.ROOMS:
        for name, cls in cases.classes(keras, room).items():
            given = len(cases.ARGUMENTS.get(room, {}).get(name, lambda k: ([], {}))(keras)[0])
            arguments = sorted(list(inspect.signature(cls).parameters)[given:])
            rows[f"{room}.{name}"] = unusual.row(keras, room, name, arguments)
    _write("keras_unusual.json", rows)


def _write(name, configs):
    with open(os.path.join(HERE, name), "w") as f:
        rows = (f"{json.dumps(k)}: {json.dumps(v)}" for k, v in configs.items())
        f.write("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
