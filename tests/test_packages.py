"""The two packages, pronghorn and pronghorn-cuda, agree."""

from pathlib import Path

import pytest

tomllib = pytest.importorskip("tomllib")  # Python 3.11

ROOT = Path(__file__).parent.parent


def project(path):
    return tomllib.loads((ROOT / path).read_text())["project"]


def test_the_package_with_cuda_is_of_the_same_version():
    whole, cuda = project("pyproject.toml"), project("plugins/cuda/pyproject.toml")
    assert cuda["version"] == whole["version"]
    (wanted,) = whole["optional-dependencies"]["cuda"]
    assert wanted.partition(";")[0].strip() == f"{cuda['name']}=={cuda['version']}"
    assert any(need.startswith("nvidia-cublas") for need in cuda["dependencies"])
