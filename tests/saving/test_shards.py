"""Weights in several files."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from saving import cases

KIB = 1 / (1 << 20)  # of a GiB


def make():
    return ph.Sequential([ph.Input((64,)), *(layers.Dense(64) for _ in range(4))])


def same(a, b):
    for x, y in zip(a.get_weights(), b.get_weights()):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("size, files", [(1, 1), (33 * KIB, 2), (17 * KIB, 4)])
def test_round_trip(tmp_path, size, files):
    model = make()
    path = tmp_path / "a.weights.json"
    model.save_weights(path, max_shard_size=size)
    assert len(os.listdir(tmp_path)) == files + 1
    content = json.loads(path.read_text())
    assert content["metadata"]["total_size"] == 4 * (64 * 64 + 64) * 4
    again = make()
    again.load_weights(path)
    same(model, again)


def test_optimizer_state_goes_too(tmp_path):
    model = cases.trained(ph, "dense")
    model.save_weights(tmp_path / "a.weights.json", max_shard_size=KIB / 4)
    again = cases.MODELS["dense"](ph)
    again.compile(**cases.COMPILED["dense"](ph))
    again.load_weights(tmp_path / "a.weights.json")
    assert cases.go_on(again, "dense") == cases.go_on(model, "dense")


def test_fewer_files_than_before(tmp_path):
    model = make()
    path = tmp_path / "a.weights.json"
    model.save_weights(path, max_shard_size=17 * KIB)
    model.save_weights(path, max_shard_size=1)
    assert sorted(os.listdir(tmp_path)) == ["a.weights.json", "a_00000.weights.h5"]


def test_a_weight_that_is_too_large(tmp_path):
    with pytest.raises(ValueError, match="exceeds the maximum shard size"):
        make().save_weights(tmp_path / "a.weights.json", max_shard_size=KIB)
    assert os.listdir(tmp_path) == []


def test_names(tmp_path):
    with pytest.raises(ValueError, match="must end in `.weights.json`"):
        make().save_weights(tmp_path / "a.json", max_shard_size=1)
    with pytest.warns(UserWarning, match="JSON file"):
        make().save_weights(tmp_path / "a.weights.h5", max_shard_size=1)
    make().load_weights(tmp_path / "a.weights.json")


def test_sets_that_do_not_belong_together(tmp_path):
    path = tmp_path / "a.weights.json"
    make().save_weights(path, max_shard_size=17 * KIB)
    one = (tmp_path / "a_00001.weights.h5").read_bytes()
    make().save_weights(path, max_shard_size=17 * KIB)
    (tmp_path / "a_00001.weights.h5").write_bytes(one)
    with pytest.raises(ValueError, match="not of the same save"):
        make().load_weights(path)
    (tmp_path / "a_00001.weights.h5").unlink()
    with pytest.raises((ValueError, FileNotFoundError), match="a_00001"):
        make().load_weights(path)


@pytest.mark.parametrize("name", ["../b_00000.weights.h5", "/etc/passwd", "x.txt", 3])
def test_files_elsewhere_are_not_followed(tmp_path, name):
    path = tmp_path / "a.weights.json"
    make().save_weights(path, max_shard_size=1)
    content = json.loads(path.read_text())
    content["weight_map"]["/layers/dense/vars"] = [name]
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="not followed"):
        make().load_weights(path)
    path.write_text("[1]")
    with pytest.raises(ValueError, match="damaged"):
        make().load_weights(path)
