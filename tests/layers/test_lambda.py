"""Lambda."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops

X = np.arange(6.0, dtype="float32").reshape(2, 3)


@ph.saving.register_keras_serializable()
def doubled(x, factor=2.0):
    return x * factor


def test_function_shapes_and_masks():
    assert layers.Lambda(lambda x: x**2)(X).tolist() == (X**2).tolist()
    pair = layers.Lambda(lambda x: x[0] + x[1])([ph.Input((3,)), ph.Input((3,))])
    assert pair.shape == (None, 3)
    assert layers.Lambda(lambda x: ops.sum(x, axis=1))(ph.Input((3, 4))).shape == (None, 4)
    assert layers.Lambda(doubled, output_shape=(3,)).compute_output_shape((None, 3)) == (None, 3)
    assert layers.Lambda(lambda x, training: x * float(training))(X, training=True)[0, 1] == 1
    masked = layers.Lambda(doubled, mask=lambda x, mask: ops.any(x > 2, axis=-1))(X)
    assert masked._keras_mask.tolist() == [False, True]
    assert layers.Lambda(doubled, arguments={"factor": 3.0})(X)[0, 1] == 3


def test_models_and_files(tmp_path):
    inputs = ph.Input((3,))
    model = ph.Model(inputs, layers.Lambda(lambda x: x + 1.0)(layers.Dense(2)(inputs)))
    model.save(tmp_path / "a.keras")
    with pytest.raises(ValueError, match="safe_mode=False"):
        ph.models.load_model(tmp_path / "a.keras")
    again = ph.models.load_model(tmp_path / "a.keras", safe_mode=False)
    np.testing.assert_allclose(again(X), model(X))
    named = ph.Sequential([inputs, layers.Lambda(doubled, arguments={"factor": 3.0})])
    named.compile("sgd", "mse")
    for name in ("b.keras", "b.h5"):
        named.save(tmp_path / name)
        np.testing.assert_allclose(ph.models.load_model(tmp_path / name)(X), 3 * X)
    np.testing.assert_allclose(ph.models.clone_model(named)(X), 3 * X)


def test_config_of_keras_2():
    from pronghorn.serialization import SafeModeScope, code

    config = {
        "name": "a", "function": list(code.dump(lambda x: x * 5.0).values()),
        "function_type": "lambda", "module": "__main__", "output_shape": None,
        "output_shape_type": "raw", "output_shape_module": None, "arguments": {},
    }  # fmt: skip
    with SafeModeScope(False):
        assert layers.Lambda.from_config(config)(X)[0, 1] == 5
    with pytest.raises(ValueError, match="safe_mode"):
        layers.Lambda.from_config(config)
    config.update(function="doubled", function_type="function")
    with ph.saving.custom_object_scope({"doubled": doubled}):
        assert layers.Lambda.from_config(config)(X)[0, 1] == 2


def test_bad_function_names_its_error():
    with pytest.raises(NotImplementedError, match="output_shape"):
        layers.Lambda(lambda x: x.no_such).compute_output_shape((None, 3))
