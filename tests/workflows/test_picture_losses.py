"""30 steps over CIFAR-10 and over cats and dogs from equal weights lose what they do in Keras.

make_picture_losses.py wrote what Keras loses. The batches are read from KERAS_HOME; without the
data the tests are skipped.
"""

import sys
from pathlib import Path

import numpy as np
import pronghorn as ph
import pytest
from pronghorn.preprocessing.image import ImageDataGenerator

HERE = Path(__file__).parent
VALUES = np.load(HERE / "picture_losses.npz")
NEEDS = {
    "cifar": "cifar-10-python-subset.tar.gz",
    "photos": "cats_and_dogs_small",
    "augmented": "cats_and_dogs_small",
}


@pytest.mark.parametrize("name", ["cifar", "photos", "augmented"])
def test_losses_are_keras(name, monkeypatch):
    monkeypatch.syspath_prepend(str(HERE.parent.parent / "benchmarks"))
    import picture_networks

    if not (picture_networks.data_home() / NEEDS[name]).exists():
        pytest.skip(f"needs {NEEDS[name]} in KERAS_HOME")
    found = picture_networks.losses(ph, ImageDataGenerator, name)
    np.testing.assert_allclose(found, VALUES[name], rtol=1e-4, atol=1e-4)
    sys.modules.pop("picture_networks")
