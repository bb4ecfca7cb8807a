"""Classes and functions of Keras 1 and 2 by module: what they are called now.

Where the new name says which module, it is written with it.
"""

_LOSSES = {
    "kullback_leibler_divergence": "kl_divergence",
    "kld": "kl_divergence",
    "KLD": "kl_divergence",
    "logcosh": "log_cosh",
    "mse": "mean_squared_error",
    "MSE": "mean_squared_error",
    "mae": "mean_absolute_error",
    "MAE": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "MAPE": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "MSLE": "mean_squared_logarithmic_error",
    "cosine": "losses.cosine_similarity",
    "cosine_proximity": "losses.cosine_similarity",
}


def _at(home, names):
    """Names that are called the same in another module."""
    return {name: f"{home}.{name}" for name in names.split()}


def _private(home, names):
    """Names that had an underscore in front."""
    return {f"_{name}": f"{home}.{name}" for name in names.split()}


_FORMER_METRICS = _at(
    "metrics.former",
    "MeanRelativeError MeanTensor clone_metric clone_metrics fbeta_score fmeasure "
    "matthews_correlation precision recall",
)

_HDF5_GROUPS = _at(
    "saving.former",
    "load_weights_from_hdf5_group load_weights_from_hdf5_group_by_name save_weights_to_hdf5_group",
)

NAMES = {
    "": {"Sequence": "utils.PyDataset"},
    "engine": {
        "Container": "models.Model",
        "Network": "models.Model",
        "InputLayer": "layers.InputLayer",
        "Node": "engine.symbolic.Node",
        "get_source_inputs": "utils.get_source_inputs",
        "slice_X": "utils.former.slice_arrays",
        **_at("utils.former", "make_batches slice_arrays to_list object_list_uid"),
        **_private("utils.former", "make_batches slice_arrays to_list object_list_uid"),
        **_at("models.former", "_collect_previous_mask _standardize_input_data"),
        "standardize_input_data": "models.former._standardize_input_data",
        **_HDF5_GROUPS,
    },
    "layers": {
        "Convolution1D": "Conv1D",
        "Convolution2D": "Conv2D",
        "Convolution3D": "Conv3D",
        "Convolution1DTranspose": "Conv1DTranspose",
        "Convolution2DTranspose": "Conv2DTranspose",
        "Convolution3DTranspose": "Conv3DTranspose",
        "Deconvolution2D": "Conv2DTranspose",
        "Deconvolution3D": "Conv3DTranspose",
        "AtrousConvolution1D": "Conv1D",
        "AtrousConvolution2D": "Conv2D",
        "AtrousConv1D": "Conv1D",
        "AtrousConv2D": "Conv2D",
        "SeparableConvolution1D": "SeparableConv1D",
        "SeparableConvolution2D": "SeparableConv2D",
        "TimeDistributedDense": "Dense",
        "CuDNNLSTM": "LSTM",
        "CuDNNGRU": "GRU",
        "SyncBatchNormalization": "BatchNormalization",
        "AbstractRNNCell": "Layer",
        "ConvRNN2D": "ConvLSTM2D",
        **_at("layers.former", "Highway MaxoutDense ParametricSoftplus SReLU"),
        "_Merge": "layers.merging._Merge",
        **_at(
            "layers.former_bases",
            "_Conv _GlobalPooling1D _GlobalPooling2D _GlobalPooling3D _Pooling1D _Pooling2D "
            "_Pooling3D",
        ),
        **_at("layers.rnn.former", "Recurrent _time_distributed_dense time_distributed_dense"),
    },
    "losses": {
        **_LOSSES,
        **_at("losses.former", "Reduction huber_loss is_categorical_crossentropy"),
    },
    "metrics": {**_LOSSES, **_FORMER_METRICS},
    "callbacks": {"BaseLogger": "callbacks.former.BaseLogger"},
    "initializers": {
        "uniform": "RandomUniform",
        "normal": "RandomNormal",
        "one": "Ones",
        "zero": "Zeros",
        **_at("initializers.former", "get_fans _compute_fans"),
    },
    "models": {
        "model_from_config": "serialization.deserialize_keras_object",
        "model_from_yaml": "models.former.model_from_yaml",
        "_clone_functional_model": "models.clone_model",
        "_clone_sequential_model": "models.clone_model",
        **_HDF5_GROUPS,
    },
    "applications.mobilenet": {
        "relu6": "activations.relu6",
        "DepthwiseConv2D": "layers.DepthwiseConv2D",
    },
    "applications.imagenet_utils": _at("applications.former", "_obtain_input_shape"),
    "applications.resnet50": _at("applications.former", "conv_block identity_block"),
    "backend": {
        **_at("backend.sessions", "_BACKEND _get_available_gpus"),
        **_at("backend.former", "_EPSILON _to_tensor py_all py_any py_slice py_sum"),
    },
    "optimizers": {
        "optimizer_from_config": "optimizers.deserialize",
        "clip_norm": "optimizers.former.clip_norm",
        "sgd": "SGD",
        "rmsprop": "RMSprop",
        "adagrad": "Adagrad",
        "adadelta": "Adadelta",
        "adam": "Adam",
        "adamax": "Adamax",
        "nadam": "Nadam",
    },
    "constraints": {"maxnorm": "MaxNorm", "nonneg": "NonNeg", "unitnorm": "UnitNorm"},
    "regularizers": {
        "l1l2": "L1L2",
        "WeightRegularizer": "L1L2",
        "ActivityRegularizer": "L1L2",
        "activity_l1": "L1",
        "activity_l2": "L2",
        "activity_l1l2": "L1L2",
        "L1L2Regularizer": "L1L2",
    },
    "utils": {
        "plot": "plot_model",
        "Sequence": "PyDataset",
        "Reduction": "losses.former.Reduction",
        "ReductionV2": "losses.former.Reduction",
        "deconv_output_length": "utils.former.deconv_length",
        "layer_from_config": "layers.deserialize",
        **_at("utils.former_tests", "get_test_data keras_test layer_test"),
        "standardize_input_data": "models.former._standardize_input_data",
        **_at("utils.enqueuers", "GeneratorEnqueuer OrderedEnqueuer SequenceEnqueuer"),
        **_at(
            "utils.former",
            "HDF5Matrix accuracy ask_to_proceed_with_overwrite categorical_probas_to_classes "
            "conv_input_length conv_output_length convert_all_kernels_in_model "
            "convert_dense_weights_data_format convert_kernel count_params deconv_length func_dump "
            "func_load get_from_module make_tuple "
            "has_arg is_all_none make_batches multi_gpu_model normalize_data_format "
            "normalize_padding normalize_tuple object_list_uid print_summary probas_to_classes "
            "slice_arrays to_list to_ordinal transpose_shape unpack_singleton validate_file",
        ),
    },
    "preprocessing.text": _at("preprocessing.former", "base_filter"),
    "preprocessing.image": _at(
        "preprocessing.former",
        "apply_transform flip_axis list_pictures transform_matrix_offset_center",
    ),
}

# Names that Keras 1 and 2 had, beyond those that installed Kerases still have.
ONCE = {
    "layers": "Highway MaxoutDense TimeDistributedDense Recurrent ConvRecurrent2D SReLU "
    "ParametricSoftplus ConvLSTM2DCell ConvRNN2D",
    "utils": "multi_gpu_model HDF5Matrix",
    "metrics": "matthews_correlation precision recall fbeta_score fmeasure",
    "wrappers": "KerasClassifier KerasRegressor",
    "backend": "tf theano print_tensor is_variable is_placeholder",
    "preprocessing.image": "list_pictures transform_matrix_offset_center random_channel_shift",
    "initializers": "lecun normal_variable",
}
