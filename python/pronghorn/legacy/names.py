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

NAMES = {
    "": {"Sequence": "utils.PyDataset"},
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
    },
    "losses": _LOSSES,
    "metrics": _LOSSES,
    "optimizers": {
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
    },
    "utils": {"plot": "plot_model", "Sequence": "PyDataset"},
}

# Names that Keras 1 and 2 had, beyond those that installed Kerases still have.
ONCE = {
    "layers": "Highway MaxoutDense TimeDistributedDense Recurrent ConvRecurrent2D SReLU "
    "ParametricSoftplus ConvLSTM2DCell",
    "utils": "multi_gpu_model HDF5Matrix",
    "metrics": "matthews_correlation precision recall fbeta_score fmeasure",
    "wrappers": "KerasClassifier KerasRegressor",
    "backend": "tf theano print_tensor is_variable is_placeholder",
    "preprocessing.image": "list_pictures transform_matrix_offset_center random_channel_shift",
    "initializers": "lecun normal_variable",
}
