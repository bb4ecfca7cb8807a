"""How files stand up to being killed, cut, flipped and forged. Too long for the tests; run by hand:

python endurance.py kill 200            kills saves at random moments
python endurance.py fuzz 600            loads mutants of files for so many seconds

Each prints its figures, which docs/reliability.md keeps, and ends with 1 where one is not 0 that
must be. A mutant that did harm is left beside the folder it prints.
"""

import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(HERE, "files")
MEMORY = 4 << 30  # bytes a worker may have


def kill(times):
    """Kills a process that saves over and over; what is left must be one whole save."""
    import numpy as np
    import pronghorn as k

    def make():
        return k.Sequential([k.Input((300,)), k.layers.Dense(300), k.layers.Dense(300)])

    def saver(path):
        """A forked process that saves for ever; returns (its number, its reports)."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid:
            os.close(writing)
            return pid, os.fdopen(reading, "rb")
        model = make()
        for i in range(1, 10**9):
            model.set_weights([np.full(w.shape, i, "float32") for w in model.weights])
            (model.save_weights if path.endswith(".weights.h5") else model.save)(path)
            os.write(writing, b"%d\n" % i)

    k.config.disable_file_check()  # the reader itself is what judges here
    broken = between = 0
    rng = random.Random(1)
    names = ("a.keras", "a.h5", "a.weights.h5")
    with tempfile.TemporaryDirectory() as folder:
        for i in range(times):
            path = os.path.join(folder, names[i % 3])
            pid, said = saver(path)
            first = said.readline()
            time.sleep(rng.random() * 0.15)
            os.kill(pid, signal.SIGKILL)
            last = int((first + said.read()).split()[-1])
            os.waitpid(pid, 0)
            try:
                model = make()
                model.load_weights(path)
                values = {float(x) for w in model.get_weights() for x in (w.min(), w.max())}
                assert len(values) == 1 and last <= min(values) <= last + 1, (last, values)
            except Exception as e:
                broken += 1
                print(f"kill {i}: {path}: {e}", flush=True)
            between += any(f.startswith(".") and f"-{pid}-" in f for f in os.listdir(folder))
        # the next save of each name removes what the killed ones left
        for name in names:
            pid, said = saver(os.path.join(folder, name))
            said.readline()
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        leftovers = sum(f.startswith(".") and f"-{pid}-" not in f for f in os.listdir(folder))
    print(f"{times} kills, {between} of them within a save: {broken} broken files, {leftovers}"
          " temporary files after the next save")  # fmt: skip
    return broken + leftovers


# ---- fuzzing


def mutant(rng, content, name):
    """A changed file: bits, bytes, cuts; or, of the parts of a zip, changed JSON."""
    if name.endswith(".keras") and rng.random() < 0.5:
        return forged_zip(rng, content)
    data = bytearray(content)
    kind = rng.choice(("flip", "flip", "byte", "cut", "zero", "move", "insert", "number"))
    at = rng.randrange(max(1, len(data) - 64))
    if kind == "flip":
        for _ in range(rng.choice((1, 2, 8, 40))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == "byte":
        for _ in range(rng.choice((1, 4))):
            data[rng.randrange(len(data))] = rng.choice((0, 1, 127, 128, 255))
    elif kind == "cut":
        del data[at:]
    elif kind == "zero":
        data[at : at + 48] = bytes(48)
    elif kind == "move":
        other = rng.randrange(max(1, len(data) - 64))
        data[at : at + 48] = data[other : other + 48]
    elif kind == "insert":
        data[at:at] = rng.randbytes(rng.choice((1, 8, 100)))
    else:
        value = rng.choice((0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1))
        data[at : at + 8] = value.to_bytes(8, "little")
    return bytes(data)


def forged_zip(rng, content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(members))
    if name.endswith(".json"):
        config = json.loads(members[name])
        for _ in range(rng.choice((1, 2, 5))):
            config = forged_json(rng, config)
        members[name] = json.dumps(config).encode()
    else:
        members[name] = mutant(rng, members[name], name)
    if rng.random() < 0.1:
        members[rng.choice(("assets/../../x", "/x", "assets/x", "config.json2"))] = b"x"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((0, 8))) as archive:
        for key, value in members.items():
            archive.writestr(key, value)
    return out.getvalue()


def forged_config(rng, content, name):
    """A `.keras` file whose JSON alone is changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice([name for name in members if name.endswith(".json")])
    config = json.loads(members[name])
    for _ in range(rng.choice((1, 1, 2, 5))):
        config = forged_json(rng, config)
    members[name] = json.dumps(config).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for key, value in members.items():
            archive.writestr(key, value)
    return out.getvalue()


HOSTILE = (
    None, True, -1, 0, 1e308, 2**40, 2**70, "", "x" * 1000, [], {}, [[]], "system", "eval", "os",
    "keras.ops", "keras.models", "load_model", "builtins", "subprocess", "Popen", "__class__",
    {"class_name": "function", "config": "system", "module": "os"},
    {"class_name": "__lambda__", "config": {"value": {"code": "4w==", "defaults": None,
                                                      "closure": None}}},
    {"class_name": "__tuple__", "config": {"value": [1]}},
    {"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "O"}},
)  # fmt: skip


def forged_json(rng, config):
    """The config with one entry, somewhere, removed, replaced, copied or moved."""
    config = json.loads(json.dumps(config))
    places = []

    waiting = [config]
    while waiting:
        x = waiting.pop()
        for key in x if isinstance(x, dict) else range(len(x)):
            places.append((x, key))
            if isinstance(x[key], (dict, list)):
                waiting.append(x[key])
    if not places:
        return config
    holder, key = rng.choice(places)
    kind = rng.choice(("remove", "replace", "replace", "copy", "repeat"))
    if kind == "remove":
        del holder[key]
    elif kind == "replace":
        holder[key] = rng.choice(HOSTILE)
    elif kind == "copy":
        other, name = rng.choice(places)
        holder[key] = json.loads(json.dumps(other[name]))
    elif isinstance(holder, list):
        holder.append(holder[key])
    return config


def _is_ours(event, args):
    """Whether a module is imported, or an HDF5 file walked by the process that is for that."""
    walker = os.path.join("saving", "walker.py")
    if event == "subprocess.Popen" and any(str(a).endswith(walker) for a in args[1]):
        return True
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def worker(seed, seconds, folder):
    """Loads mutants; prints a line before each, and its result. Every second worker changes the
    configurations of `.keras` files alone, of which it can try many more."""
    import resource
    import warnings

    import pronghorn as k

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    rng = random.Random(seed)
    configs_only = seed % 2 == 1
    endings = (".keras",) if configs_only else (".keras", ".h5")
    names = [n for n in sorted(os.listdir(FILES)) if n.endswith(endings)]
    contents = {}
    for name in names:
        with open(os.path.join(FILES, name), "rb") as f:
            contents[name] = f.read()
    forbidden = ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect",
                 "marshal.loads", "pickle.find_class", "ctypes.dlopen", "os.fork")  # fmt: skip
    watching = [False]

    def audit(event, args):
        if event in forbidden:
            if not _is_ours(event, args):
                print(f"CODE {event} {str(args)[:300]}", flush=True)
        elif event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
            if not str(args[0]).startswith(tempfile.gettempdir()):
                print(f"CODE open {args}", flush=True)

    def audit_once(event, args):
        if watching[0]:
            watching[0] = False  # what the check itself does is not watched
            try:
                audit(event, args)
            finally:
                watching[0] = True

    sys.addaudithook(audit_once)
    if configs_only:  # what is in their HDF5 parts is our own, so nobody need walk it
        k.config.disable_file_check()
    counts = {"loaded": 0, "refused": 0}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name = rng.choice(names)
        path = os.path.join(folder, f"{seed}-{name}")
        with open(path, "wb") as f:
            made = forged_config if configs_only else mutant
            f.write(made(rng, contents[name], name))
        print(f"TRY {path}", flush=True)
        watching[0] = True
        try:
            k.models.load_model(path)
            counts["loaded"] += 1
        except (ValueError, TypeError, FileNotFoundError, MemoryError, NotImplementedError):
            counts["refused"] += 1
        except Exception as e:
            print(f"ODD {type(e).__name__}: {str(e)[:300]}", flush=True)
        watching[0] = False
    print("DONE " + json.dumps(counts), flush=True)


def fuzz(seconds):
    end = time.monotonic() + seconds
    figures = {
        "loaded": 0,
        "refused": 0,
        "crashes": 0,
        "hangs": 0,
        "code run": 0,
        "other errors": 0,
    }
    folder = tempfile.mkdtemp()
    seed = int(time.time())
    while time.monotonic() < end:
        seed += 1
        slice_ = min(60, end - time.monotonic())
        command = [sys.executable, __file__, "worker", str(seed), str(slice_), folder]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            out, err = process.communicate(timeout=slice_ + 600)  # of a busy machine
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            figures["hangs"] += 1
            print("hang:", out.splitlines()[-1])
        lines = out.splitlines()
        figures["code run"] += sum(line.startswith("CODE") for line in lines)
        figures["other errors"] += sum(line.startswith("ODD") for line in lines)
        for line, before in zip(lines[1:], lines):
            if line.startswith(("CODE", "ODD")):
                print(line, "after", before)
        if lines and lines[-1].startswith("DONE"):
            for key, value in json.loads(lines[-1][5:]).items():
                figures[key] += value
        elif process.returncode:
            figures["crashes"] += 1
            print("crash:", process.returncode, lines[-1] if lines else "", err[-500:])
            with open(lines[-1][4:], "rb") as f, open(f"{folder}/crash-{seed}", "wb") as kept:
                kept.write(f.read())
    print(f"{seconds:.0f} s: " + ", ".join(f"{v} {k}" for k, v in figures.items()), folder)
    return figures["crashes"] + figures["hangs"] + figures["code run"] + figures["other errors"]


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        worker(int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
    else:
        number = {"kill": kill, "fuzz": fuzz}[sys.argv[1]](int(sys.argv[2]))
        sys.exit(bool(number))
