"""What is done to pictures with one seed, on real Keras and here: name -> function of a module.

The module is `keras.preprocessing.image` of either; the folder holds a few small pictures.
"""

import os

import numpy as np

X = (np.random.RandomState(5).rand(6, 9, 8, 3) * 255).astype("float32")
Y = np.arange(6)


def make_folder(folder):
    """Three classes of small pictures, without loss."""
    from PIL import Image

    random = np.random.RandomState(11)
    for name, count in (("a", 4), ("b", 3), ("c", 5)):
        os.makedirs(os.path.join(folder, name))
        for i in range(count):
            pixels = random.randint(0, 256, (7 + i, 9, 3)).astype("uint8")
            Image.fromarray(pixels).save(os.path.join(folder, name, f"{i}.png"))


def _flow(seed=3, batches=3, shuffle=True, **kwargs):
    def run(image, folder):
        flow = image.ImageDataGenerator(**kwargs).flow(
            X.copy(), Y, batch_size=4, seed=seed, shuffle=shuffle
        )
        found = [next(flow) for _ in range(batches)]
        return [np.array(part) for batch in found for part in batch]

    return run


def _fitted(augment=False, **kwargs):
    def run(image, folder):
        generator = image.ImageDataGenerator(**kwargs)
        generator.fit(X, augment=augment, rounds=2, seed=7)
        return [next(generator.flow(X.copy(), batch_size=6, shuffle=False, seed=1))]

    return run


def _files(setup=None, **kwargs):
    def run(image, folder):
        flow = image.ImageDataGenerator(**(setup or {})).flow_from_directory(
            folder, target_size=(6, 5), batch_size=4, seed=2, **kwargs
        )
        batches = [next(flow) for _ in range(4)]
        parts = [p for b in batches for p in (b if isinstance(b, tuple) else (b,))]
        return [np.array(p) for p in parts] + [flow.classes]

    return run


def _single(name, *args, **kwargs):
    def run(image, folder):
        np.random.seed(4)
        return [np.array(getattr(image, name)(X[0].copy(), *args, **kwargs)) for _ in range(2)]

    return run


AXES = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
CASES = {
    "plain": _flow(rescale=1 / 255),
    "in_order": _flow(shuffle=False, horizontal_flip=True),
    "rotation": _flow(rotation_range=40),
    "shifts": _flow(width_shift_range=0.2, height_shift_range=0.3),
    "shift_pixels": _flow(width_shift_range=3, height_shift_range=[1, 2]),
    "shear_zoom": _flow(shear_range=20, zoom_range=0.3),
    "zoom_pair": _flow(zoom_range=[0.5, 0.9], fill_mode="constant", cval=7.0),
    "reflect": _flow(rotation_range=90, fill_mode="reflect"),
    "wrap": _flow(rotation_range=90, fill_mode="wrap", interpolation_order=0),
    "cubic": _flow(rotation_range=30, interpolation_order=3),
    "flips": _flow(horizontal_flip=True, vertical_flip=True),
    "brightness": _flow(brightness_range=(0.3, 1.6)),
    "channel_shift": _flow(channel_shift_range=50.0),
    "everything": _flow(
        rotation_range=20, width_shift_range=0.1, height_shift_range=0.1, shear_range=10,
        zoom_range=0.2, channel_shift_range=20.0, horizontal_flip=True, vertical_flip=True,
        brightness_range=(0.5, 1.5), rescale=1 / 255,
    ),
    "samplewise": _flow(samplewise_center=True, samplewise_std_normalization=True),
    "function": _flow(preprocessing_function=lambda x: x[::-1] * 2),
    "featurewise": _fitted(featurewise_center=True, featurewise_std_normalization=True),
    "featurewise_augmented": _fitted(True, featurewise_center=True, rotation_range=30),
    "files": _files(),
    "files_binary": _files(class_mode="sparse", shuffle=False, interpolation="bilinear"),
    "files_gray": _files(color_mode="grayscale", class_mode="input"),
    "files_rgba": _files(color_mode="rgba", class_mode=None),
    "files_two": _files(classes=["c", "a"], class_mode="binary", keep_aspect_ratio=True),
    "files_validation": _files(
        {"validation_split": 0.4, "rotation_range": 20}, subset="validation"
    ),
    "files_training": _files({"validation_split": 0.4}, subset="training"),
    "random_rotation": _single("random_rotation", 30, **AXES),
    "random_shift": _single("random_shift", 0.2, 0.3, fill_mode="wrap", **AXES),
    "random_shear": _single("random_shear", 30, **AXES),
    "random_zoom": _single("random_zoom", (0.7, 1.2), **AXES),
    "random_channel_shift": _single("random_channel_shift", 40.0, channel_axis=2),
    "random_brightness": _single("random_brightness", (0.2, 1.8)),
    "apply_affine_transform": _single(
        "apply_affine_transform", theta=15, tx=1, ty=-2, shear=5, zx=0.8, zy=1.1, **AXES
    ),
}  # fmt: skip
