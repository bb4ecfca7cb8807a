"""Makes keras_values.npz and keras_names.json with real Keras, in float64. Not run by the tests.

python make_values.py            (an environment with keras 3.15 and tensorflow-cpu and jax)
"""

import json
import os
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def main(backend):
    os.environ["KERAS_BACKEND"] = backend
    os.environ["JAX_ENABLE_X64"] = "1"
    import keras

    sys.path.insert(0, HERE)
    import cases

    keras.config.set_floatx("float64")
    out, names = {}, {}
    for name in cases.CASES:
        if (name in cases.FROM_JAX) != (backend == "jax"):
            continue
        optimizer, after, final = cases.run(
            keras, keras.Variable, keras.ops.convert_to_tensor, name
        )
        for kind, arrays in (
            ("after", after),
            ("final", final),
            ("state", [np.asarray(v) for v in optimizer.variables]),
        ):
            out.update({f"{name}/{kind}{i}": a for i, a in enumerate(arrays)})
        config = keras.saving.serialize_keras_object(optimizer)["config"]
        if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            config = optimizer.get_config()
        described = cases.described(optimizer)
        described[0][1] = "int64"  # the step counter, int32 in JAX
        names[name] = {"variables": described, "config": config}
    if backend == "jax":
        plain = {key: array.tolist() for key, array in out.items()}
        print(json.dumps({"out": plain, "names": names}))
        return
    jax = json.loads(subprocess.check_output([sys.executable, __file__, "jax"]))
    out.update({key: np.array(values) for key, values in jax["out"].items()})
    names.update(jax["names"])
    keras.config.set_floatx("float32")
    for name in cases.SCHEDULES:
        out[f"schedule/{name}"] = cases.rates(keras, name)
    np.savez_compressed(os.path.join(HERE, "keras_values.npz"), **out)
    with open(os.path.join(HERE, "keras_names.json"), "w") as f:
        json.dump(names, f, indent=1, sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:] or ["tensorflow"])
