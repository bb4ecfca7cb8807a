"""Writes weather_losses.json with real Keras:

    KERAS_BACKEND=tensorflow python make_weather_losses.py

The losses of `jena` need KERAS_HOME.
"""

import json
import os
import sys

import keras

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import weather_cases as cases  # noqa: E402


def main():
    found = {}
    for what, (make, *sizes) in cases.SERIES.items():
        series = make()
        if series is None:
            raise SystemExit(f"{what}: no data; set KERAS_HOME")
        for name in cases.CASES:
            steps = cases.losses(keras, name, series, *sizes)
            found[f"{what} {name}"] = [float(f"{loss:.7g}") for loss in steps]
            print(what, name, steps[0], steps[-1], flush=True)
    with open(os.path.join(HERE, "weather_losses.json"), "w") as f:
        json.dump({"keras": keras.__version__, "losses": found}, f)


if __name__ == "__main__":
    main()
