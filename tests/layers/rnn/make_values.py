"""Makes keras_values.npz and keras_configs.json with real Keras. Not run by the tests.

python make_values.py [case ...]     (an environment with keras 3.15 and tensorflow-cpu)
"""

import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import tensorflow as tf

    sys.path.insert(0, HERE)
    import cases

    found, configs = {}, {}
    path = os.path.join(HERE, "keras_values.npz")
    wanted = sys.argv[1:]
    if wanted:
        found = dict(np.load(path))
    for name, (make, shape, _, _) in cases.CASES.items():
        if wanted and name not in wanted:
            continue
        keras.utils.clear_session()
        x, mask, states, number = cases.values(name)
        layer = make(keras)
        cases.build(layer, shape, number)
        x = tf.constant(x)
        states = [tf.constant(s) for s in states]
        kwargs = {"mask": tf.constant(mask)} if mask is not None else {}
        if states:
            kwargs["initial_state"] = states
        with tf.GradientTape() as tape:
            tape.watch([x, *states])
            try:
                outputs = cases.flat(layer(x, **kwargs))
            except Exception as error:
                print(name, "fails in Keras:", str(error)[:200])
                continue
            total = sum(tf.reduce_sum(y * number(tuple(y.shape))) for y in outputs)
        sources = [x, *states, *(w.value for w in layer.trainable_weights)]
        gradients = [
            np.zeros(source.shape) if g is None else g.numpy()
            for source, g in zip(sources, tape.gradient(total, sources))
        ]
        found[name], found[f"{name}/shapes"] = cases.packed(outputs, gradients)
    for name, make in cases.CONFIGS.items():
        keras.utils.clear_session()
        configs[name] = make(keras).get_config()
    np.savez_compressed(path, **found)
    with open(os.path.join(HERE, "keras_configs.json"), "w") as f:
        json.dump(configs, f, indent=1, sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main()
