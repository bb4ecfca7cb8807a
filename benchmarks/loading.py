"""How long loading weights of VGG16's size takes here and in real Keras, and the memory it needs.

python benchmarks/loading.py --pronghorn PYTHON --keras PYTHON [--rounds 3]

Each round starts a process of each side in turn, which makes the model, loads a file that another
process wrote, and tells its seconds (wall, and of the CPU) and by how much its memory grew at most.
"""

import argparse
import json
import os
import subprocess
import tempfile

CHILD = """
import json, os, resource, sys, time
which, action, folder = sys.argv[1:]
if which == "keras":
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
    import keras as k
else:
    import pronghorn as k
model = k.applications.VGG16(weights=None)
model.predict_on_batch(__import__("numpy").zeros((1, 224, 224, 3), "float32"))
found = {"bytes": sum(w.shape.num_elements() if hasattr(w.shape, "num_elements")
                      else __import__("math").prod(w.shape) for w in model.weights) * 4}
if action == "write":
    model.save_weights(f"{folder}/a.weights.h5")
    if which == "pronghorn":
        model.save_weights(f"{folder}/a.h5")
else:
    import h5py
    def now():
        with open("/proc/self/status") as f:
            rows = dict(line.split(":", 1) for line in f)
        return [int(rows[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM")]
    name = {"new": "a.weights.h5", "old": "a.h5"}[action]
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")  # the high-water mark starts anew
    before, wall, cpu = now()[0], time.perf_counter(), time.process_time()
    model.load_weights(f"{folder}/{name}")
    found.update(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu,
                 growth=now()[1] - before)
print("FOUND " + json.dumps(found))
"""


def child(python, *arguments):
    done = subprocess.run([python, "-W", "ignore", "-c", CHILD, *arguments], capture_output=True)
    lines = [line for line in done.stdout.decode().splitlines() if line.startswith("FOUND ")]
    if not lines:
        raise SystemExit(done.stderr.decode()[-2000:])
    return json.loads(lines[0][6:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pronghorn", required=True)
    parser.add_argument("--keras", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    pythons = {"pronghorn": options.pronghorn, "keras": options.keras}
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        size = child(options.pronghorn, "pronghorn", "write", folder)["bytes"]
        print(f"weights: {size / 2**20:.0f} MiB")
        for layout in ("new", "old"):
            best = {}
            for _ in range(options.rounds):
                for which, python in pythons.items():
                    found = child(python, which, layout, folder)
                    kept = best.setdefault(which, dict(found))
                    kept.update({k: min(kept[k], found[k]) for k in ("wall", "cpu", "growth")})
            for which, found in best.items():
                print(
                    f"{layout} layout, {which}: {found['wall']:.2f} s, {found['cpu']:.2f} s of the "
                    f"CPU, memory grows by at most {found['growth'] / 2**20:.0f} MiB"
                )
            ratio = best["pronghorn"]["wall"] / best["keras"]["wall"]
            print(f"{layout} layout: {ratio:.2f} of Keras's time")


if __name__ == "__main__":
    main()
