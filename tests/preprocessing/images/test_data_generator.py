"""ImageDataGenerator and its iterators: pixels as real Keras's (make_values.py), and with fit."""

from pathlib import Path

import numpy as np
import pronghorn as ph
import pytest
from preprocessing.images.cases import CASES, X, Y, make_folder
from pronghorn.preprocessing import image

pytest.importorskip("PIL")
pytest.importorskip("scipy")
VALUES = np.load(Path(__file__).with_name("keras_values.npz"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "set"
    path.mkdir()
    make_folder(path)
    return path


@pytest.mark.parametrize("name", CASES)
def test_pixels_are_keras(name, folder):
    found = CASES[name](image, folder)
    assert len(found) == sum(key.startswith(f"{name}/") for key in VALUES.files)
    for i, part in enumerate(found):
        expected = VALUES[f"{name}/{i}"]
        assert part.shape == expected.shape
        np.testing.assert_allclose(part.astype("float32"), expected, atol=1e-4, rtol=1e-5)


def test_whitening_removes_correlations():
    x = np.random.default_rng(0).random((40, 3, 2, 1)).astype("float32")
    generator = image.ImageDataGenerator(featurewise_center=True, zca_whitening=True)
    generator.fit(x)
    white = next(generator.flow(x.copy(), batch_size=40, shuffle=False)).reshape(40, -1)
    np.testing.assert_allclose(white.T @ white / 40, np.eye(6), atol=1e-2)


def test_fit_and_predict(folder):
    flow = image.ImageDataGenerator(rescale=1 / 255, horizontal_flip=True).flow_from_directory(
        folder, target_size=(6, 5), batch_size=4, seed=1
    )
    model = ph.Sequential([ph.layers.Flatten(), ph.layers.Dense(3, "softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(flow, epochs=2, verbose=0).history
    assert len(history["loss"]) == 2 and np.isfinite(history["loss"]).all()
    assert model.predict(flow, verbose=0).shape == (12, 3)
    assert len(model.evaluate(flow, verbose=0)) == 2


def test_save_to_dir_weights_and_more_inputs(tmp_path):
    flow = image.ImageDataGenerator().flow(
        (X, Y * 2.0), Y, batch_size=3, sample_weight=Y / 6, save_to_dir=tmp_path,
        save_prefix="p", save_format="png", shuffle=False, seed=0,
    )  # fmt: skip
    (x, other), y, weight = next(flow)
    np.testing.assert_array_equal(x, X[:3])
    np.testing.assert_array_equal(other, [0, 2, 4])
    np.testing.assert_allclose(weight, y / 6)
    assert sorted(p.name[:3] for p in tmp_path.iterdir()) == ["p_0", "p_1", "p_2"]


def test_frames(folder):
    pandas = pytest.importorskip("pandas")
    names = [f"{c}/{i}.png" for c in "ab" for i in range(3)] + ["a/missing.png"]
    frame = pandas.DataFrame({"filename": names, "class": ["x", "y", "x", "y", "z", "x", "x"],
                              "value": np.arange(7.0), "w": np.arange(7.0) / 7})  # fmt: skip
    generator = image.ImageDataGenerator()
    options = {"directory": folder, "target_size": (6, 5), "batch_size": 6, "shuffle": False}
    with pytest.warns(UserWarning, match="1 invalid image filename"):
        flow = generator.flow_from_dataframe(frame, weight_col="w", **options)
    x, y, weight = next(flow)
    assert x.shape == (6, 6, 5, 3) and flow.class_indices == {"x": 0, "y": 1, "z": 2}
    np.testing.assert_array_equal(y.argmax(1), [0, 1, 0, 1, 2, 0])
    np.testing.assert_allclose(weight, np.arange(6) / 7)
    frame = frame[:6]
    raw = generator.flow_from_dataframe(frame, y_col="value", class_mode="raw", **options)
    np.testing.assert_array_equal(next(raw)[1], np.arange(6))
    several = generator.flow_from_dataframe(
        frame, y_col=["value", "w"], class_mode="multi_output", **options
    )
    assert len(next(several)[1]) == 2
    some = generator.flow_from_dataframe(frame, classes=["x", "y"], class_mode="binary", **options)
    np.testing.assert_array_equal(next(some)[1], [0, 1, 0, 1, 0])
    with pytest.raises(ValueError, match="2 classes"):
        generator.flow_from_dataframe(frame, class_mode="binary", **options)
    with pytest.raises(TypeError, match="must be strings"):
        generator.flow_from_dataframe(frame, x_col="value", **options)


def test_a_broken_file_ends_fit_with_its_name(folder, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "bad.png").write_bytes(b"not a picture")
    flow = image.ImageDataGenerator().flow_from_directory(tmp_path, target_size=(6, 5))
    model = ph.Sequential([ph.Input((6, 5, 3)), ph.layers.Flatten(), ph.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="bad.png"):
        model.fit(flow, verbose=0)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: image.ImageDataGenerator(zoom_range=[1, 2, 3]), "zoom_range"),
        (lambda: image.ImageDataGenerator(validation_split=2), "validation_split"),
        (lambda: image.ImageDataGenerator(brightness_range=0.5), "brightness_range"),
        (lambda: image.ImageDataGenerator(data_format="x"), "data_format"),
        (lambda: image.ImageDataGenerator().fit(X[0]), "rank 4"),
        (lambda: image.ImageDataGenerator().flow(X, Y[:2]), "same length"),
        (lambda: image.ImageDataGenerator().flow(X[0]), "rank 4"),
        (lambda: image.ImageDataGenerator().flow(X, subset="test"), "subset"),
        (lambda: image.apply_affine_transform(X[0], 3, row_axis=0), "distinct"),
        (lambda: image.random_zoom(X[0], (1,)), "two floats"),
    ],
)
def test_messages(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    with pytest.warns(UserWarning, match="hasn't been fit"):
        image.ImageDataGenerator(featurewise_center=True).standardize(X.copy())
