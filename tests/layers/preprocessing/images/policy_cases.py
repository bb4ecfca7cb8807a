"""RandAugment and AugMix with their draws given, as Keras spells them; sounds as pictures."""

import numpy as np
from layers.preprocessing.images.cases import X

SOUND = np.sin(np.arange(1800.0).reshape(2, 900) ** 1.3 / 40).astype("float32")


def _turns(*degrees):
    angle = np.deg2rad(np.array(degrees, "float32"))
    cos, sin, x, y = np.cos(angle), np.sin(angle), 0.5 * 7, 0.5 * 8
    zero = np.zeros_like(cos)
    rows = cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos, zero, zero
    return np.stack(rows, -1).astype("float32")


def _each(*values):
    return np.array(values, "float32")[:, None, None, None]


DRAWN = {
    "random_shear": {"shear_factor": np.array([[-0.1, -0.2], [0.3, 0.2]], "float32")},
    "random_translation": {"translations": np.array([[1.2, 4.0], [-1.5, 1.5]], "float32")},
    "random_rotation": {
        "angle": np.array([40, 80], "float32"), "rotation_matrix": _turns(40, 80),
    },
    "random_brightness": {"rgb_delta": _each(40, -30)},
    "random_color_degeneration": {"factor": _each(0.4, 0.2)},
    "random_contrast": {"contrast_factor": _each(1.2, 0.8)},
    "random_sharpness": {"factor": np.array([0.4, 0.3], "float32")},
    "random_posterization": {"shift_factor": np.array([4, 4], "uint8")},
    "solarization": {"additions": _each(20, 27), "thresholds": _each(90, 60)},
    "auto_contrast": None,
    "equalization": None,
}  # fmt: skip
for name in ("random_shear", "random_translation", "random_rotation"):
    DRAWN[name].update({"input_shape": X.shape, "image_height": 9, "image_width": 8})
    DRAWN[name].update({"batch_size": 2, "size": (2, 9, 8)})


def _chosen(*layers):
    return {"transforms": DRAWN, "layer_idxes": np.array(layers, "int32")}


def _chain(*names):
    return [{"layer_name": n, "transformation": DRAWN[n]} for n in names]


POLICIES = {
    **{
        f"rand_augment_{i}": (lambda k: k.layers.RandAugment(), _chosen(i, (i + 4) % 11))
        for i in range(11)
    },
    "rand_augment_nearest": (
        lambda k: k.layers.RandAugment((0, 300), 3, interpolation="nearest"), _chosen(0, 1, 7),
    ),
    "aug_mix": (
        lambda k: k.layers.AugMix(),
        {
            "chain_mixing_weights": np.array([0.2, 0.5, 0.3], "float32"),
            "weight_sample": np.float32(0.4),
            "chain_transforms": [
                _chain("random_shear", "equalization"), _chain(), _chain("random_sharpness"),
            ],
        },
    ),
}  # fmt: skip

CLAHE = "ContrastLimitedAdaptiveHistogramEqualization"
POLICIES.update({
    "clahe": (lambda k: getattr(k.layers, CLAHE)(), None),
    "clahe_tiles": (lambda k: getattr(k.layers, CLAHE)((0, 300), 2.0, (2, 3)), None),
    "clahe_free": (lambda k: getattr(k.layers, CLAHE)(clip_limit=0, tile_grid_size=(1, 2)), None),
})  # fmt: skip

_SHORT = {"frame_length": 64, "frame_step": 20}
SPECTROGRAMS = {
    "mel": lambda k: k.layers.MelSpectrogram(128, 40, num_mel_bins=12, sampling_rate=4000),
    "mel_power": lambda k: k.layers.MelSpectrogram(
        128, 40, 100, "hamming", 4000, 12, 100.0, 1500.0, False, mag_exp=1.0
    ),
    "mel_quiet": lambda k: k.layers.MelSpectrogram(
        128, 40, None, None, 4000, 12, top_db=20.0, ref_power=3.0, min_power=1e-3
    ),
    **{
        f"stft_{mode}": (lambda k, mode=mode: k.layers.STFTSpectrogram(mode, **_SHORT))
        for mode in ("log", "magnitude", "psd", "real", "imag", "stft")
    },
    "stft_same": lambda k: k.layers.STFTSpectrogram(
        "psd", window="hamming", periodic=True, scaling="spectrum", padding="same", **_SHORT
    ),
    "stft_expanded": lambda k: k.layers.STFTSpectrogram(
        "magnitude", fft_length=128, scaling=None, expand_dims=True, **_SHORT
    ),
}


def sound_for(name):
    """(batch, samples) for mel, (batch, samples, channels) for stft."""
    return SOUND if name.startswith("mel") else np.stack([SOUND, SOUND**2], -1)
