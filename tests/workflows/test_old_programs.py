"""Programs in the spelling of Keras 1 and 2, each in a fresh process under `pronghorn run`."""

import os
import subprocess
import sys
from pathlib import Path

import pronghorn
import pytest
from workflows import notes_data

FOLDER = Path(__file__).parent / "programs"
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.py"))
NEEDS = {
    "board": ["tensorboard"],
    "pictures_in_folders": ["PIL", "scipy"],
    "style_transfer": ["scipy"],
}


@pytest.fixture(scope="module")
def keras_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home") / "keras"
    notes_data.write(home)
    return home


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name, keras_home, tmp_path):
    """It ends well and, as its last word, says so; it checks its numbers itself."""
    for package in NEEDS.get(name, ()):
        pytest.importorskip(package)
    if name in ("files", "pretrained", "texts", "watching"):
        pytest.importorskip("h5py")
    places = [str(Path(pronghorn.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "pronghorn", "run", FOLDER / f"{name}.py"],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, places)),
            "KERAS_HOME": str(keras_home),
            # the made-up files lack the published hashes: nothing better may be fetched
            "https_proxy": "http://127.0.0.1:9",
            "HTTPS_PROXY": "http://127.0.0.1:9",
        },
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split()[-1] == "good"
