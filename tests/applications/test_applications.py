"""The applications against Keras: layers, weights, outputs with equal weights; their arguments."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from applications import cases
from pronghorn import applications
from pronghorn.applications import _common, _pictures

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "keras_values.json")) as _f:
    VALUES = json.load(_f)
# One of each family is built here; `PRONGHORN_ALL_APPLICATIONS=1` builds every one.
_EACH = (
    "VGG16", "ResNet50", "ResNet50V2", "InceptionV3", "Xception", "MobileNet", "MobileNetV2",
    "MobileNetV3Small", "DenseNet121", "EfficientNetB0", "EfficientNetV2B0", "NASNetMobile",
    "ConvNeXtTiny",
)  # fmt: skip
_ALL = os.environ.get("PRONGHORN_ALL_APPLICATIONS")
CHOSEN = tuple(name for name in (VALUES if _ALL else _EACH) if name in VALUES)


def test_all_are_there():
    assert all(callable(getattr(applications, name)) for name in cases.MODELS)
    assert set(VALUES) <= set(cases.MODELS)


@pytest.mark.parametrize("name", CHOSEN)
def test_layers_and_weights_are_keras(name):
    ph.utils.clear_session()
    found = cases.describe(getattr(applications, name)(weights=None))
    expected = {key: value for key, value in VALUES[name].items() if key != "sample"}
    assert found == expected


@pytest.mark.parametrize("name", CHOSEN)
def test_outputs_are_keras_with_equal_weights(name):
    found = np.array(cases.sample(applications, name))
    expected = np.array(VALUES[name]["sample"])
    scale = max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * scale)


def test_arguments_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="weights"):
        applications.MobileNetV2(weights="nowhere.h5")
    with pytest.raises(ValueError, match="`classes` should be 1000"):
        applications.MobileNetV2(classes=10)
    with pytest.raises(ValueError, match="at least 32x32"):
        applications.MobileNetV2(weights=None, include_top=False, input_shape=(16, 16, 3))
    with pytest.raises(ValueError, match="static"):
        applications.ResNet50(weights=None, input_shape=(None, None, 3))
    with pytest.raises(ValueError, match="Only `None` and `softmax`"):
        _common.validate_activation("relu", "imagenet")
    with pytest.raises(ValueError, match="input_tensor"):
        tensor = ph.Input((64, 64, 3))
        applications.MobileNetV2(weights=None, input_shape=(32, 32, 3), input_tensor=tensor)


@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetV2B0", "MobileNetV3Small"])
def test_inputs_pooling_and_classes_as_asked_for(name):
    make = getattr(applications, name)
    with pytest.warns(UserWarning, match="4 input channels") if "V3" not in name else _quiet():
        model = make(weights=None, include_top=False, input_shape=(None, None, 4))
    assert model.output_shape[:3] == (None, None, None)
    tensor = ph.layers.Conv2D(3, 2, strides=2)(ph.Input((128, 128, 4)))
    model = make(weights=None, include_top=False, input_tensor=tensor, pooling="max")
    assert model.input_shape == (None, 128, 128, 4)
    assert len(model.output_shape) == 2
    model = make(weights=None, classes=7, input_shape=(64, 64, 3), classifier_activation=None)
    assert model.output_shape == (None, 7)


def _quiet():
    import contextlib

    return contextlib.nullcontext()


def test_weights_from_a_file(tmp_path):
    model = applications.MobileNet(
        weights=None, alpha=0.25, include_top=False, input_shape=(32, 32, 3)
    )
    path = str(tmp_path / "own.weights.h5")
    model.save_weights(path)
    again = applications.MobileNet(
        weights=path, alpha=0.25, include_top=False, input_shape=(32, 32, 3)
    )
    for a, b in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_configs_make_the_same_models():
    for name in ("InceptionResNetV2", "ConvNeXtTiny"):
        model = getattr(applications, name)(weights=None, include_top=False)
        again = ph.models.Model.from_config(model.get_config())
        assert [w.shape for w in again.weights] == [w.shape for w in model.weights]


def test_preprocess_input():
    x = np.arange(24.0).reshape(2, 2, 2, 3)
    expected = {
        "tf": x / 127.5 - 1,
        "caffe": x[..., ::-1] - [103.939, 116.779, 123.68],
        "torch": (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
    }
    preprocess = applications.imagenet_utils.preprocess_input
    for mode, y in expected.items():
        np.testing.assert_allclose(preprocess(x.copy(), mode=mode), y)
        np.testing.assert_allclose(preprocess(ph.ops.convert_to_tensor(x), mode=mode), y)
        first = preprocess(x.transpose(0, 3, 1, 2).copy(), "channels_first", mode)
        np.testing.assert_allclose(first, y.transpose(0, 3, 1, 2))
        np.testing.assert_allclose(preprocess(x[0].copy(), mode=mode), y[0])
    modes = {"vgg16": "caffe", "resnet_v2": "tf", "densenet": "torch", "resnet50": "caffe"}
    for module, mode in modes.items():
        y = getattr(applications, module).preprocess_input(x.copy())
        np.testing.assert_allclose(y, expected[mode])
    assert applications.efficientnet.preprocess_input(x) is x
    assert preprocess(np.zeros((1, 1, 3), "uint8"), mode="tf").dtype == "float32"
    with pytest.raises(ValueError, match="caffe"):
        preprocess(x, mode="other")


def test_decode_predictions(monkeypatch):
    index = {str(i): [f"n{i:08}", f"class {i}"] for i in range(1000)}

    monkeypatch.setattr(_pictures, "_load_class_index", lambda: index)
    monkeypatch.setattr(_pictures, "_class_index", [])
    scores = np.zeros((1, 1000), "float32")
    scores[0, [4, 9]] = 0.25, 0.75
    [best] = applications.vgg16.decode_predictions(scores, top=2)
    assert best == [("n00000009", "class 9", 0.75), ("n00000004", "class 4", 0.25)]
    with pytest.raises(ValueError, match="2D array"):
        applications.vgg16.decode_predictions(scores[:, :10])
