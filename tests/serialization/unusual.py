"""An unusual value for every argument that configs hold, and where a class needs another one.

make_configs.py gives each public class all that it takes of them; which these are is in
keras_unusual.json with what real Keras writes then.
"""

from serialization import cases

# By the end of an argument's name: a function from the Keras-like module.
_ENDINGS = {
    "_initializer": lambda k: k.initializers.VarianceScaling(0.5, "fan_avg", "uniform", seed=7),
    "_regularizer": lambda k: k.regularizers.L1L2(0.25, 0.5),
    "_constraint": lambda k: k.constraints.MinMaxNorm(0.25, 2.0, 0.5, axis=1),
}
_VALUES = {
    "activation": lambda k: k.activations.hard_silu,
    "recurrent_activation": lambda k: k.layers.LeakyReLU(0.125, name="leaky"),
    "learning_rate": lambda k: k.optimizers.schedules.PolynomialDecay(0.5, 9, 0.25, 2.0, True),
    "name": "unusual",
    **dict.fromkeys(
        "amsgrad antialias apply_class_balancing centered crop_to_aspect_ratio cycle exclude"
        " expand_dims from_logits from_sorted_ids go_backwards invert keepdims mask_zero"
        " multi_label nesterov normalize pad_to_max_tokens remove_diagonal reverse_dtype"
        " return_sequences return_state staircase stateful unroll use_ema use_gate use_scale"
        " optional zero_output_for_mask".split(),
        True,
    ),
    **dict.fromkeys(
        "all_ops center exclude_embeddings periodic power_to_db relative_step reset_after scale"
        " scaling sparse_y_pred sparse_y_true tie_weights unit_forget_bias use_bias".split(),
        False,
    ),
    **dict.fromkeys(
        "adam_beta_1 addition_factor alpha beta beta_1 beta_2 brightness_factor contrast_factor"
        " decay_rate delta dropout ema_momentum epsilon fill_value gain hue_factor"
        " initial_accumulator_value label_smoothing m_mul margin mean min_value momentum"
        " negative_slope offset q rate recurrent_dropout rho saturation_factor sigma stddev"
        " threshold threshold_factor value minval".split(),
        0.25,
    ),
    **dict.fromkeys(
        "adam_lr_ratio adam_weight_decay beta_2_decay end_learning_rate epsilon_1 epsilon_2"
        " l1 l2 l1_regularization_strength l2_regularization_strength"
        " l2_shrinkage_regularization_strength loss_scale_factor rms_rate weight_decay".split(),
        0.125,
    ),
    **dict.fromkeys(
        "clip_limit clip_threshold initial_scale logit_soft_cap max_value maxval mag_exp"
        " muon_a muon_b muon_c power ref_power t_mul warmup_target gamma".split(),
        3.0,
    ),
    **dict.fromkeys(
        "chain_depth class_id depth_multiplier dynamic_growth_steps ema_overwrite_frequency"
        " gradient_accumulation_steps ignore_class k lora_alpha lora_rank ngrams ns_steps"
        " num_chains num_labels num_ops num_regressors num_thresholds output_sequence_length"
        " power_iterations seed sliding_window top_k warmup_steps value_dim".split(),
        3,
    ),
    "axis": 1,
    "average": "macro",
    "bins": 128,
    "class_aggregation": "variance_weighted_average",
    "clipnorm": 0.5,
    "curve": "PR",
    "data_format": "channels_first",
    "distribution": "untruncated_normal",
    "encoding": "latin-1",
    "fill_mode": "nearest",
    "fft_length": 512,
    "first_decay_steps": 5,
    "interpolation": "nearest",
    "learning_rate_power": -0.25,
    "mask_value": -1,
    "max_freq": 5000.0,
    "merge_mode": "ave",
    "min_freq": 30.0,
    "min_power": 1e-4,
    "mode": "fan_out",
    "noise_shape": (None, 1, 3),
    "num_mel_bins": 16,
    "output_mode": "one_hot",
    "padding": "same",
    "reduction": "sum",
    "salt": 5,
    "sampling_rate": 8000,
    "score_mode": "concat",
    "sequence_stride": 64,
    "shared_axes": [1, 2],
    "strides": 2,
    "summation_method": "minoring",
    "thresholds": [0.25, 0.75],
    "tile_grid_size": (4, 4),
    "top_db": 40.0,
    "value_range": (0, 1),
    "window": "hamming",
}
# Where a class needs another value: "room.Class" -> {argument: value}; ... leaves it out.
_PLAIN = {"trainable": ..., "dtype": "float32"}
_LOOKUP = {"pad_to_max_tokens": ..., "invert": ..., "output_mode": "count"}
_OTHERS = {
    "initializers.STFT": {"scaling": "spectrum"},
    "initializers.STFTInitializer": {"scaling": "spectrum"},
    "initializers.VarianceScaling": {"scale": 3.0},
    "layers.Activation": {"activation": ...},
    "layers.Discretization": _PLAIN,
    "layers.InputLayer": {"dtype": "int64", "trainable": ...},
    "layers.IntegerLookup": {**_LOOKUP, "salt": ..., "mask_token": 0, "vocabulary": [4, 5]},
    "layers.Normalization": {"variance": 4.0},
    "layers.Pipeline": {"trainable": ..., "dtype": ...},
    "layers.STFTSpectrogram": {"mode": "psd", "scaling": "spectrum"},
    **{f"layers.SpatialDropout{n}D": {**_PLAIN, "noise_shape": ...} for n in (1, 2, 3)},
    "layers.StringLookup": {**_LOOKUP, "salt": ..., "mask_token": "", "vocabulary": ["a", "b"]},
    "layers.TextVectorization": {"output_mode": "int", "pad_to_max_tokens": ..., "ngrams": (1, 3)},
    "layers.ZeroPadding1D": {"padding": (1, 2)},
    "layers.ZeroPadding2D": {"padding": ((1, 2), (3, 4))},
    "layers.ZeroPadding3D": {"padding": ((1, 2), (3, 4), (5, 6))},
    "regularizers.OrthogonalRegularizer": {"mode": "columns"},
}


def values(k, room, name, arguments):
    """{argument: its unusual value}, of those that have one."""
    found = {argument: _value(k, argument) for argument in arguments}
    if room == "layers":
        found.update(name="unusual", trainable=False, dtype="mixed_bfloat16")
    found.update(_OTHERS.get(f"{room}.{name}", {}))
    return {n: v(k) if callable(v) else v for n, v in found.items() if v is not ...}


def _value(k, argument):
    for ending, value in _ENDINGS.items():
        if argument.endswith(ending):
            return value
    return _VALUES.get(argument, ...)


def make(k, room, name, arguments):
    args, kwargs = cases.ARGUMENTS.get(room, {}).get(name, lambda k: ([], {}))(k)
    place = k
    for part in room.split("."):
        place = getattr(place, part)
    return getattr(place, name)(*args, **{**kwargs, **values(k, room, name, arguments)})


def row(k, room, name, arguments):
    """{"arguments": those with an unusual value, "config": what they give}."""
    given = [a for a in arguments if _value(k, a) is not ...]
    config = cases.config_of(k, lambda k: make(k, room, name, given))
    return {"arguments": given, "config": config}
