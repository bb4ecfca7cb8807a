"""Shared fixtures. Every test starts from float32, one seed, and the width and threads it found."""

import gc
import os
import zlib
from pathlib import Path

import pronghorn
import pytest
from pronghorn.engine import device

DATA_HOME = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")).expanduser()


@pytest.fixture(scope="module", autouse=True)
def small_heap():
    """What earlier modules left alive is not looked at by every collection of this one."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items):
    """PRONGHORN_TEST_EVERY=10 keeps a tenth of the tests, always the same."""
    every = int(os.environ.get("PRONGHORN_TEST_EVERY", 1))
    items[:] = [i for i in items if zlib.crc32(i.nodeid.encode()) % every == 0]


@pytest.fixture(autouse=True)
def fresh():
    pronghorn.utils.set_random_seed(1234)
    yield
    pronghorn.dtype_policies.reset_dtype_policy()
    if pronghorn.config.floatx() != "float32":
        raise AssertionError("a test left another floatx behind")


@pytest.fixture(params=device.available_isas())
def width(request):
    """Runs a test under each width of this processor, and asserts that it was the one in use."""
    before = device.isa()
    device.force_isa(request.param)
    assert device.isa() == request.param
    yield request.param
    device.force_isa(before)


@pytest.fixture
def threads():
    """Set the thread count for one test: threads(2)."""
    before = device.num_threads()
    yield device.set_num_threads
    device.set_num_threads(before)


@pytest.fixture
def data_file():
    """A file of KERAS_HOME, or a skip that names what is missing."""

    def find(name):
        path = DATA_HOME / "datasets" / name
        if not path.exists():
            pytest.skip(f"needs {name}; looked for {path} (set KERAS_HOME)")
        return path

    return find
