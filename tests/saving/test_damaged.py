"""Damaged and hostile weights files: one clear error, and nothing of them in the model."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers

PLACE = "layers/dense/vars/0"


def make():
    model = ph.Sequential([ph.Input((6,)), layers.Dense(5), layers.BatchNormalization()])
    model.compile("adam", "mse")
    return model


@pytest.fixture
def path(tmp_path):
    model = make()
    model.fit(np.ones((4, 6)), np.ones((4, 5)), verbose=0)
    model.save_weights(tmp_path / "a.weights.h5")
    return tmp_path / "a.weights.h5"


def replace_by(value, **kwargs):
    def change(f):
        del f[PLACE]
        f.create_dataset(PLACE, data=value, **kwargs)

    return change


def replace_by_group(f):
    del f[PLACE]
    f.create_group(PLACE)


def replace_group(f):
    del f["layers/dense"]
    f["layers/dense"] = np.zeros(3)


def soft_link(f):
    del f[PLACE]
    f[PLACE] = h5py.SoftLink("/layers/dense/vars/1")


def external_link(f):
    del f[PLACE]
    f[PLACE] = h5py.ExternalLink("other.h5", "x")


def empty(f):
    del f[PLACE]
    f[PLACE] = h5py.Empty("f4")


def external_data(f):
    del f[PLACE]
    f.create_dataset(PLACE, (6, 5), "f4", external=[("other.bin", 0, 120)])


def virtual(f):
    del f[PLACE]
    layout = h5py.VirtualLayout((6, 5), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (6, 5))
    f.create_virtual_dataset(PLACE, layout)


def bomb(f):
    del f[PLACE]
    f.create_dataset(PLACE, (2**50,), "f8", chunks=(1024,), compression="gzip")


def bomb_of_the_right_shape(f):
    del f["layers/dense/vars"]
    f["layers/dense/vars/0"] = np.zeros((6, 5))
    f.create_dataset("layers/dense/vars/1", (2**40,), "f8", chunks=(1024,), compression="gzip")


DAMAGE = {
    "text": (replace_by("hello"), PLACE),
    "complex": (replace_by(np.zeros((6, 5), "c8")), PLACE),
    "compound": (replace_by(np.zeros((6, 5), [("a", "f4")])), PLACE),
    "group": (replace_by_group, PLACE),
    "numbers": (replace_group, "layers/dense"),
    "soft": (soft_link, "SoftLink"),
    "external": (external_link, "ExternalLink"),
    "empty": (empty, PLACE),
    "external_data": (external_data, PLACE),
    "virtual": (virtual, PLACE),
    "bomb": (bomb, "expected shape"),
    "second_bomb": (bomb_of_the_right_shape, "expected shape"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(path, name):
    change, place = DAMAGE[name]
    with h5py.File(path, "a") as f:
        change(f)
    model = make()
    before = model.get_weights()
    with pytest.raises(ValueError) as caught:
        model.load_weights(path)
    assert str(path) in str(caught.value) and place in str(caught.value)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    with pytest.warns(UserWarning, match="left as it was"):
        model.load_weights(path, skip_mismatch=True)  # the rest is read


def test_a_damaged_chunk(path):
    with h5py.File(path, "a") as f:
        del f[PLACE]
        data = np.random.RandomState(0).rand(6, 5).astype("float32")
        f.create_dataset(PLACE, data=data, chunks=(6, 5), fletcher32=True)
        offset = f[PLACE].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[offset + 7] ^= 16
    path.write_bytes(content)
    model = make()
    before = model.get_weights()
    with pytest.raises(ValueError, match=rf"{path}.*{PLACE}"):
        model.load_weights(path)
    np.testing.assert_array_equal(before[-1], model.get_weights()[-1])


def test_a_custom_reader_gets_no_bomb(path):
    class Own(layers.Dense):
        def load_own_variables(self, store):
            self.kernel.assign(store["0"])

    model = ph.Sequential([ph.Input((6,)), Own(5, name="dense"), layers.BatchNormalization()])
    model.save_weights(path)
    with h5py.File(path, "a") as f:
        del f["layers/own/vars/0"]
        f.create_dataset("layers/own/vars/0", (2**50,), "f8", chunks=(1024,), compression="gzip")
    with pytest.raises(ValueError, match="shape bomb"):
        model.load_weights(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.__delitem__("optimizer/vars/3"),
        lambda f: f.__delitem__("optimizer/vars"),
        lambda f: (f.pop("optimizer/vars/3"), f.update({"optimizer/vars/3": np.ones(2)})),
    ],
)
def test_optimizer_state_that_does_not_fit_is_said(path, change):
    with h5py.File(path, "a") as f:
        change(f)
    model = make()
    model.optimizer.build(model.trainable_variables)
    with pytest.warns(UserWarning, match="Skipping variable loading for optimizer"):
        model.load_weights(path)


def test_damaged_optimizer_state_is_an_error(path):
    with h5py.File(path, "a") as f:
        del f["optimizer/vars/3"]
        f["optimizer/vars/3"] = h5py.SoftLink("/x")
    with pytest.raises(ValueError, match="optimizer/vars/3"):
        make().load_weights(path)


def test_weights_without_an_optimizer_are_no_damage(path, recwarn):
    with h5py.File(path, "a") as f:
        del f["optimizer"]
    make().load_weights(path)
    assert not [w for w in recwarn if "optimizer" in str(w.message)]


FUZZ = """
import random, sys, warnings
import numpy as np, pronghorn as ph
from pronghorn import layers
warnings.simplefilter("ignore")
path, mutant = sys.argv[1:3]
good = open(path, "rb").read()
model = ph.Sequential([ph.Input((6,)), layers.Dense(5), layers.BatchNormalization()])
model.compile("adam", "mse")
model.optimizer.build(model.trainable_variables)
before = model.get_weights()
rng = random.Random(7)
refused = 0
for _ in range(120):
    content = bytearray(good)
    kind = rng.choice(["flip", "flip", "byte", "cut", "zero", "move"])
    at = rng.randrange(len(content) - 64)
    if kind == "flip":
        for _ in range(rng.choice([1, 2, 5])):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    elif kind == "byte":
        content[at] = rng.choice([0, 1, 127, 128, 255])
    elif kind == "cut":
        del content[at:]
    elif kind == "zero":
        content[at : at + 32] = bytes(32)
    else:
        other = rng.randrange(len(content) - 64)
        content[at : at + 32] = content[other : other + 32]
    open(mutant, "wb").write(content)
    try:
        model.load_weights(mutant)
    except ValueError as e:
        assert mutant in str(e), e
        for a, b in zip(before, model.get_weights()):
            np.testing.assert_array_equal(a, b)
        refused += 1
    model.set_weights(before)
assert refused > 15, refused
"""


def test_mutants_are_read_or_refused(path, tmp_path):
    code = [sys.executable, "-c", FUZZ, str(path), str(tmp_path / "mutant.weights.h5")]
    env = dict(os.environ, PRONGHORN_FILE_CHECK="0")  # the reader itself, without its guard
    done = subprocess.run(code, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr
