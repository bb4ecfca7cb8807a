"""Where the modules of Keras 1 and 2 went: their name below `keras` -> the room that has it now."""

_LAYERS = (
    "core", "convolutional", "pooling", "recurrent", "embeddings", "normalization", "merge",
    "noise", "wrappers", "advanced_activations", "convolutional_recurrent", "local",
    "cudnn_recurrent", "experimental", "experimental.preprocessing",
)  # fmt: skip
_UTILS = (
    "np_utils", "generic_utils", "data_utils", "vis_utils", "visualize_util", "training_utils",
    "layer_utils", "io_utils", "conv_utils", "losses_utils", "all_utils", "tf_utils", "test_utils",
    "multi_gpu_utils", "metrics_utils",
)  # fmt: skip
_ENGINE = (
    "topology", "training", "network", "sequential", "base_layer", "input_layer", "input_spec",
    "functional", "container", "keras_tensor", "base_preprocessing_layer",
)  # fmt: skip

MODULES = {
    "objectives": "losses",
    "initializations": "initializers.former",
    "engine": "",
    "engine.saving": "models",
    "engine.training_utils": "utils",
    "engine.training_arrays": "",
    "engine.training_generator": "",
    "legacy.layers": "layers",
    "applications.mobilenetv2": "applications.mobilenet_v2",
    "datasets.cifar": "datasets._cifar",
    "legacy.interfaces": "legacy.interfaces",
    "callbacks.tensorboard_v1": "callbacks",
    "callbacks.tensorboard_v2": "callbacks",
    "backend.tensorflow_backend": "backend",
    "backend.common": "backend",
    "callbacks.callbacks": "callbacks",
    "callbacks.experimental": "callbacks",
    "losses_utils": "utils",
    "mixed_precision.experimental": "mixed_precision",
    "optimizers.legacy": "optimizers",
    "optimizers.experimental": "optimizers",
    "models.experimental": "models",
    "wrappers.scikit_learn": "wrappers",
    **{f"layers.{name}": "layers" for name in _LAYERS},
    **{f"utils.{name}": "utils" for name in _UTILS},
    **{f"engine.{name}": "" for name in _ENGINE},
}
