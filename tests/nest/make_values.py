"""Writes keras_answers.json: what real Keras answers to the questions of cases.py.

python make_values.py            (an environment with keras 3.15, tensorflow-cpu and optree)
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

    answers = {name: cases.ask(f) for name, f in cases.questions(keras.tree).items()}
    with open(os.path.join(HERE, "keras_answers.json"), "w") as f:
        json.dump(answers, f, indent=0)
        f.write("\n")


if __name__ == "__main__":
    main()
