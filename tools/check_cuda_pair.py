"""Installs a wheel of pronghorn and one of pronghorn-cuda side by side in a fresh environment,
without what the second needs of NVIDIA's, and asks for the GPU.

    python tools/check_cuda_pair.py pronghorn-*.whl pronghorn_cuda-*.whl

Without a driver the first must find the second, import without it, list the CPU alone and say why;
without the second it must say what to install. With a driver it must compute there.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ASK = """
import sys, pronghorn as ph
from pronghorn.engine import device
loaded = lambda: "libpronghorn_cuda" in open("/proc/self/maps").read()
assert not loaded(), "the import opens CUDA's part"
devices, why = ph.config.list_devices(), device.why_no_gpu()
print(devices, why)
beside = sys.argv[1] == "beside"
assert loaded() == beside, "CUDA's part is open" if loaded() else "CUDA's part was not found"
if devices == ["cpu:0"]:
    assert ("driver" in why) if beside else ("pronghorn[cuda]" in why), why
else:
    assert beside and not why
x = ph.ops.ones((3, 4))
assert x.device == devices[-1] and float(ph.ops.sum(x)) == 12
"""


def check(core, part):
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"

        def run(*arguments):
            environment = {k: v for k, v in os.environ.items() if not k.startswith("PRONGHORN_")}
            environment.pop("PYTHONPATH", None)
            subprocess.run([python, *map(str, arguments)], check=True, cwd=folder, env=environment)

        pip = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        run(*pip, core)
        run("-c", ASK, "alone")
        run(*pip, "--no-deps", part)
        run("-c", ASK, "beside")
    print(f"{core.name} and {part.name}: good")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    check(*(Path(argument).resolve() for argument in sys.argv[1:]))
