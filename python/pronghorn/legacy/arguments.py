"""Arguments of Keras 1 and 2: what they are called now, and what their values became.

A row of ARGUMENTS is for a class (and its subclasses) or a method or function; old names of several
arguments that became one are a tuple. Names are translated first, values second.
"""

_WEIGHTS = {
    "init": "kernel_initializer",
    "bias": "use_bias",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
}
_WINDOWS = {"border_mode": "padding", "dim_ordering": "data_format"}
_CONVOLUTION = {
    **_WEIGHTS,
    **_WINDOWS,
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    ("nb_row", "nb_col"): "kernel_size",
    ("kernel_dim1", "kernel_dim2", "kernel_dim3"): "kernel_size",
    "subsample": "strides",
    "subsample_length": "strides",
    "atrous_rate": "dilation_rate",
    "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
}
_RECURRENT = {
    **_WEIGHTS,
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "forget_bias_init": "unit_forget_bias",
    "U_regularizer": "recurrent_regularizer",
    "U_constraint": "recurrent_constraint",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}
_POOLING = {**_WINDOWS, "pool_length": "pool_size", "stride": "strides"}
_OPTIMIZER = {"lr": "learning_rate"}
_LOOP = {"nb_epoch": "epochs", "nb_epochs": "epochs"}
_GENERATOR = {
    **_LOOP,
    "nb_val_samples": "validation_steps",
    "val_samples": "steps",
    "max_q_size": "max_queue_size",
    "nb_worker": "workers",
    "pickle_safe": "use_multiprocessing",
}

ARGUMENTS = {
    # layers
    "Dense": {**_WEIGHTS, "output_dim": "units"},
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "Dropout": {"p": "rate"},
    "GaussianDropout": {"p": "rate"},
    "AlphaDropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate"},
    "SpatialDropout2D": {"p": "rate", **_WINDOWS},
    "SpatialDropout3D": {"p": "rate", **_WINDOWS},
    "GaussianNoise": {"sigma": "stddev"},
    "BatchNormalization": {
        "beta_init": "beta_initializer",
        "gamma_init": "gamma_initializer",
    },
    "LeakyReLU": {"alpha": "negative_slope"},
    "PReLU": {"init": "alpha_initializer"},
    "Flatten": _WINDOWS,
    **{
        f"{kind}{n}D{form}": _CONVOLUTION
        for kind in ("Conv", "SeparableConv", "DepthwiseConv", "LocallyConnected")
        for n in (1, 2, 3)
        for form in ("", "Transpose")
    },
    "ConvLSTM2D": {**_RECURRENT, **_CONVOLUTION},
    **{
        f"{kind}{n}D": _POOLING
        for kind in ("MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling")
        for n in (1, 2, 3)
    },
    **{f"ZeroPadding{n}D": _WINDOWS for n in (1, 2, 3)},
    **{f"Cropping{n}D": _WINDOWS for n in (2, 3)},
    "UpSampling1D": {"length": "size"},
    **{f"UpSampling{n}D": _WINDOWS for n in (2, 3)},
    **dict.fromkeys(("RNN", "SimpleRNN", "GRU", "LSTM"), _RECURRENT),
    "Model": {"input": "inputs", "output": "outputs"},
    # optimizers, regularizers, constraints, callbacks
    "Optimizer": _OPTIMIZER,
    "L1": {"l": "l1"},
    "L2": {"l": "l2"},
    "MaxNorm": {"m": "max_value"},
    "ReduceLROnPlateau": {"epsilon": "min_delta"},
    # methods and functions
    "fit": _LOOP,
    "fit_generator": {
        **_GENERATOR,
        "samples_per_epoch": "steps_per_epoch",
    },
    "evaluate_generator": _GENERATOR,
    "predict_generator": _GENERATOR,
    "image_dataset_from_directory": {"smart_resize": "crop_to_aspect_ratio"},
    "to_categorical": {"nb_classes": "num_classes"},
    "Tokenizer": {"nb_words": "num_words"},
    "load_data": {"nb_words": "num_words"},
    "one_hot": {"nb_words": "n"},
    # K
    **{
        f"K.{name}": _WINDOWS
        for name in (
            "conv1d conv3d deconv2d pool2d pool3d separable_conv2d spatial_2d_padding "
            "spatial_3d_padding asymmetric_spatial_2d_padding atrous_conv2d"
        ).split()
    },
    "K.conv1d": {**_WINDOWS, "stride": "strides"},
    "K.conv2d": {**_WINDOWS, "filter_dilation": "dilation_rate"},
    **{f"K.resize_{what}": {**_WINDOWS, "X": "x"} for what in ("images", "volumes")},
    "K.random_normal": {"std": "stddev"},
    "K.random_uniform": {"low": "minval", "high": "maxval"},
    "K.expand_dims": {"dim": "axis"},
    "K.one_hot": {"nb_classes": "num_classes"},
    "K.moving_average_update": {"variable": "x"},
    "K.batch_get_value": {"xs": "tensors", "ops": "tensors"},
    "K.set_epsilon": {"e": "value"},
    "K.set_floatx": {"floatx": "value"},
}

# New name -> old value -> new value. A value that is not listed stays as it is.
VALUES = {
    "data_format": {"tf": "channels_last", "th": "channels_first", "default": None},
    "unit_forget_bias": {"one": True, "ones": True, "zero": False, "zeros": False},
}

# Arguments that are gone, and the values (all where it is None) that lose nothing with them.
DROPPED = {
    "Layer": {"input_dtype": None, "create_input_layer": None},
    "BatchNormalization": {"mode": (0,), "fused": None, "adjustment": (None,)},
    "RNN": {"consume_less": None, "time_major": (False,)},
    "SimpleRNN": {"implementation": None},
    "ConvLSTM": {"implementation": None},
    "Nadam": {"schedule_decay": None},
    "compile": {"class_mode": None, "sample_weight_mode": None, "target_tensors": (None,)},
    **{
        name: {
            "show_accuracy": None,
        }
        for name in ("fit", "evaluate", "predict")
    },
    **{
        f"K.{name}": {"image_shape": None, "filter_shape": None, "volume_shape": None}
        for name in ("conv1d", "conv2d", "conv3d", "deconv2d", "atrous_conv2d")
    },
    "ModelCheckpoint": {"period": (1,)},
    "TensorBoard": {
        "batch_size": None,
        "embeddings_layer_names": None,
        "embeddings_data": None,
    },
}
