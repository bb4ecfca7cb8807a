"""FeatureSpace against values that real Keras wrote (golden/make_feature_space.py)."""

from pathlib import Path

import numpy as np
import pronghorn as ph
import pytest
from feature_space_cases import KINDS, SPACES, TABLE

GOLDEN = np.load(Path(__file__).parent / "golden" / "feature_space.npz")
FeatureSpace = ph.utils.FeatureSpace


def adapted(name):
    space = SPACES[name](FeatureSpace)
    space.adapt(TABLE)
    return space


@pytest.mark.parametrize("name", SPACES)
def test_values_are_kerass(name):
    out = adapted(name)(TABLE)
    out = out if isinstance(out, dict) else {"": out}
    keys = [k for k in GOLDEN.files if k.startswith(f"{name}/")]
    assert sorted(f"{name}/{k}" for k in out) == sorted(keys)
    for key, value in out.items():
        np.testing.assert_allclose(value, GOLDEN[f"{name}/{key}"], atol=1e-5)


def test_rows_batches_and_iterables():
    space = SPACES["concat"](FeatureSpace)
    rows = [{k: v[i] for k, v in TABLE.items()} for i in range(6)]
    space.adapt(rows)
    whole = space(TABLE)
    np.testing.assert_allclose(whole, GOLDEN["concat/"], atol=1e-5)
    np.testing.assert_allclose(space(rows[2]), np.array(whole)[2], atol=1e-6)


def test_models_over_it_train_and_are_saved(tmp_path):
    space = adapted("concat")
    encoded = space.get_encoded_features()
    assert encoded.shape == (None, whole_size := GOLDEN["concat/"].shape[1])
    model = ph.Model(space.get_inputs(), ph.layers.Dense(1)(encoded))
    x = {k: np.array(v) for k, v in TABLE.items()}
    model.compile("sgd", "mse")
    model.fit(x, np.ones((6, 1)), verbose=0)
    assert model.layers[-1].kernel.shape == (whole_size, 1)
    model.save(tmp_path / "model.keras")
    again = ph.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)
    space.save(tmp_path / "space.keras")
    restored = ph.models.load_model(tmp_path / "space.keras")
    np.testing.assert_allclose(restored(TABLE), space(TABLE), atol=1e-6)


def test_errors():
    with pytest.raises(ValueError, match="cannot be None or empty"):
        FeatureSpace({})
    with pytest.raises(ValueError, match="Invalid feature type: number"):
        FeatureSpace({"a": "number"})
    with pytest.raises(ValueError, match="unknown features"):
        FeatureSpace(KINDS, crosses=[("kind", "nothing")])
    with pytest.raises(ValueError, match="Expected one of"):
        FeatureSpace(KINDS, output_mode="list")
    with pytest.raises(ValueError, match=r"need to call `.adapt\(dataset\)`"):
        FeatureSpace(KINDS)(TABLE)
    with pytest.raises(ValueError, match="needs a dict of columns"):
        FeatureSpace(KINDS).adapt(3)
    with pytest.raises(ValueError, match="only be called with a dict"):
        adapted("dict")([1])
    space = FeatureSpace({"kind": FeatureSpace.integer_hashed(3, output_mode="int")})
    with pytest.raises(ValueError, match="has not been encoded"):
        space(TABLE)
