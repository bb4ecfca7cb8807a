"""Every script of examples/pictures runs with --quick and writes a picture that is not blank."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image", reason="needs Pillow")
ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "examples" / "pictures"
SCRIPTS = sorted(p.stem for p in FOLDER.glob("*.py") if "__doc__" in p.read_text())


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_write_pictures(name, tmp_path):
    out = tmp_path / "picture.png"
    run = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), "--quick", "--out", str(out)],
        capture_output=True, text=True, timeout=300, env=dict(os.environ),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    with Image.open(out) as picture:
        pixels = np.asarray(picture.convert("L"))
    assert min(pixels.shape) > 60 and pixels.std() > 5


def test_the_gallery_shows_all_and_stays_small():
    page = (ROOT / "docs" / "gallery.md").read_text()
    pictures = list((ROOT / "docs" / "gallery").glob("*.png"))
    assert sorted(p.stem for p in pictures) == SCRIPTS
    assert all(
        f"gallery/{p.name}" in page and f"examples/pictures/{p.stem}.py" in page for p in pictures
    )
    assert sum(p.stat().st_size for p in pictures) < 2**20
