"""Which functions are operations of Keras, and what each is called there.

A function of these tables that is applied to KerasTensors is one node of the graph, whose class and
config are Keras's (engine/function_op.py). A row: what a node is called with | what is fixed, and
the functions of which that is true; "name:Class" where the class is not the name in title case.
"""

from __future__ import annotations

import sys

from ..engine import config
from ..engine.function_op import Row, one_node

_TABLES = {
    "core": {
        "indices values | shape": "scatter",
        "inputs indices updates | reduction": "scatter_update",
        "inputs start_indices | shape": "slice",
        "inputs start_indices updates": "slice_update",
        "variable": "stop_gradient",
        "x | num axis": "unstack",
        "x | dtype": "cast saturate_cast",
        "x | dtype sparse ragged": "convert_to_tensor",
    },
    "linalg": {
        "x": "det eig eigh inv lu_factor",
        "x | upper": "cholesky cholesky_inverse",
        "x | ord axis keepdims": "norm",
        "x | mode": "qr",
        "x | full_matrices compute_uv": "svd:SVD",
        "x | tol": "matrix_rank",
        "x | rcond": "pinv",
        "a b": "solve",
        "a b | lower": "solve_triangular",
        "a b | rcond": "lstsq",
    },
    "math": {
        "x": "fft:FFT fft2:FFT2 ifft2:IFFT2 rsqrt erf erfc erfinv logdet view_as_complex"
        " view_as_real",
        "x y": "cdist:CDist",
        "x | k sorted": "top_k",
        "x | axis keepdims": "logsumexp",
        "x | fft_length": "rfft:RFFT irfft:IRFFT",
        "x | sequence_length sequence_stride": "extract_sequences",
        "x | sequence_length sequence_stride fft_length window center": "stft:STFT",
        "x | sequence_length sequence_stride fft_length length window center": "istft:ISTFT",
        "targets predictions | k": "in_top_k",
        "data segment_ids | num_segments sorted": "segment_max segment_min segment_prod"
        " segment_sum",
    },
    "nn": {
        "x": "hard_sigmoid hard_silu hard_tanh log_sigmoid relu relu6 selu sigmoid silu softplus"
        " softsign sparse_plus sparse_sigmoid tanh_shrink",
        "x | alpha": "celu elu",
        "x | approximate": "gelu",
        "x | axis": "glu log_softmax softmax sparsemax",
        "x | b": "squareplus",
        "x | negative_slope": "leaky_relu",
        "x | threshold": "hard_shrink soft_shrink",
        "x | threshold default_value": "threshold",
        "x | axes keepdims synchronized": "moments",
        "x | axis order epsilon": "normalize",
        "x | block_size data_format": "depth_to_space space_to_depth",
        "x | kernel_size dilation padding stride": "unfold",
        "x | output_size kernel_size dilation padding stride": "fold",
        "x | num_classes axis dtype sparse": "one_hot",
        "x mean variance offset scale | axis epsilon": "batch_normalization:BatchNorm",
        "x scale= | axis epsilon": "rms_normalization:RMSNorm",
        "x gamma beta | axis epsilon rms_scaling": "layer_normalization:LayerNorm",
        "x1 x2 | max_val": "psnr:PSNR",
        "abs_ angle": "polar",
        "inputs | num_classes axis dtype sparse": "multi_hot",
        "inputs | output_size data_format": "adaptive_average_pool adaptive_max_pool",
        "inputs | pool_size strides padding data_format": "average_pool max_pool",
        "inputs kernel | strides padding data_format dilation_rate": "conv depthwise_conv",
        "inputs kernel | strides padding output_padding data_format dilation_rate": ""
        "conv_transpose",
        "inputs depthwise_kernel pointwise_kernel | strides padding data_format dilation_rate": ""
        "separable_conv",
        "inputs sequence_lengths | strategy beam_width top_paths merge_repeated mask_index": ""
        "ctc_decode:CTCDecode",
        "query key value bias= mask= scale= | is_causal flash_attention attn_logits_soft_cap": ""
        "dot_product_attention",
        "target output | from_logits": "binary_crossentropy",
        "target output | from_logits axis": "categorical_crossentropy"
        " sparse_categorical_crossentropy",
        "target output target_length output_length | mask_index": "ctc_loss:CTCLoss",
    },
    "numpy": {
        "x": "absolute angle arccos arccosh arcsin arcsinh arctan arctanh bitwise_invert"
        " bitwise_not cbrt ceil conjugate copy corrcoef cos cosh deg2rad exp exp2 expm1 fabs"
        " fliplr flipud floor i0 imag isfinite isinf isnan isneginf isposinf isreal log log10"
        " log1p log2 logical_not negative nonzero rad2deg ravel real reciprocal sign signbit sin"
        " sinc sinh size slogdet sqrt square tan tanh trunc",
        "x1 x2": "add arctan2 divide divide_no_nan dot equal floor_divide fmax fmin fmod gcd"
        " greater greater_equal heaviside hypot inner kron lcm ldexp less less_equal logaddexp"
        " logaddexp2 logical_and logical_or logical_xor matmul maximum minimum mod multiply"
        " nextafter not_equal outer power subtract true_divide vdot",
        "x y": "bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor"
        " left_shift right_shift",
        "x | axis keepdims": "all amax amin any argmax argmin mean median nanargmax nanargmin"
        " nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar ptp std sum var",
        "x | axis keepdims dtype": "prod",
        "x | axis keepdims initial": "max min",
        "x | axis": "argsort count_nonzero expand_dims flip sort squeeze stack",
        "x | axis dtype": "cumprod cumsum nancumprod nancumsum",
        "x | axes": "transpose",
        "x | axis1 axis2": "swapaxes",
        "x | bins range": "histogram",
        "x | decimals": "round",
        "x | dtype": "array empty_like ones_like view zeros_like",
        "x | indices_or_sections": "dsplit hsplit vsplit",
        "x | indices_or_sections axis": "array_split split",
        "x | k": "diag diagflat tril triu",
        "x | kth axis": "argpartition",
        "x | N increasing": "vander",
        "x | nan posinf neginf": "nan_to_num",
        "x | newshape": "reshape",
        "x | offset axis1 axis2": "diagonal trace",
        "x | repeats": "tile",
        "x | repeats axis": "repeat",
        "x | shape": "broadcast_to",
        "x | shift axis": "roll",
        "x | sorted return_index return_inverse return_counts axis size fill_value": "unique",
        "x | source destination": "moveaxis",
        "x | weights minlength sparse": "bincount",
        "x | x_min x_max": "clip",
        "x bins": "digitize",
        "x constant_values= | pad_width mode": "pad",
        "x fill_value | dtype": "full_like",
        "x indices | axis": "take take_along_axis",
        "x key": "get_item",
        "x q | axis method keepdims": "nanpercentile nanquantile percentile quantile",
        "x weights= | axis": "average",
        "x1 x2 | assume_unique invert": "isin:IsIn",
        "x1 x2 | axes": "tensordot",
        "x1 x2 | axis": "append",
        "x1 x2 | axisa axisb axisc axis": "cross",
        "x1 x2 | mode": "correlate",
        "x1 x2 | rtol atol equal_nan": "allclose:AllClose",
        "x1 x2 rtol atol | equal_nan": "isclose",
        "*x | indexing": "meshgrid",
        "*operands | subscripts": "einsum",
        "a | n axis": "diff",
        "array | k axes": "rot90",
        "condition x1 x2": "where",
        "condlist choicelist default": "select",
        "fill_value | shape dtype": "full",
        "indices | shape": "unravel_index",
        "sorted_sequence values | side": "searchsorted:SearchSorted",
        "start stop | num endpoint dtype axis": "geomspace",
        "start stop | num endpoint base dtype axis": "logspace",
        "start stop | num endpoint retstep dtype axis": "linspace",
        "start stop step= | dtype": "arange",
        "xs": "dstack hstack vstack",
        "xs | axis": "concatenate",
        "y | x dx axis": "trapezoid",
    },
    "image": {
        "images | alpha sigma interpolation fill_mode fill_value seed data_format": ""
        "elastic_transform",
        "images | data_format": "hsv_to_rgb:HSVToRGB rgb_to_grayscale:RGBToGrayscale"
        " rgb_to_hsv:RGBToHSV sobel_edges",
        "images | kernel_size sigma data_format": "gaussian_blur",
        "images | size interpolation antialias crop_to_aspect_ratio pad_to_aspect_ratio fill_mode"
        " fill_value data_format": "resize",
        "images | size strides dilation_rate padding data_format": "extract_patches",
        "volumes | size strides dilation_rate padding data_format": ""
        "extract_patches_3d:ExtractPatches",
        "images | top_cropping left_cropping bottom_cropping right_cropping target_height"
        " target_width data_format": "crop_images",
        "images | top_padding left_padding bottom_padding right_padding target_height"
        " target_width data_format": "pad_images",
        "images output_shape scale translation | spatial_dims method antialias": ""
        "scale_and_translate",
        "images start_points end_points | interpolation fill_value data_format": ""
        "perspective_transform",
        "images transform | interpolation fill_mode fill_value data_format": "affine_transform",
        "image1 image2 | max_val filter_size filter_sigma k1 k2 data_format": "ssim:SSIM",
        "inputs coordinates | order fill_mode fill_value": "map_coordinates",
    },
}

# One native op each, which is noted as it is (models/keras_ops.py): in `ops` they stay as fast as
# they are without a question for KerasTensors.
_OF_ONE_OP = frozenset(
    "absolute add all any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin"
    " bitwise_and bitwise_not bitwise_or bitwise_xor cast cbrt ceil convert_to_tensor cos cosh"
    " divide equal erf"
    " erfinv exp expm1 floor floor_divide gcd greater greater_equal i0 isfinite isinf isnan"
    " lcm left_shift less less_equal log log10 log1p log2 logical_and logical_not"
    " logical_or logical_xor matmul max maximum mean min minimum mod multiply negative nextafter"
    " not_equal power reciprocal relu relu6 reshape right_shift rsqrt sigmoid sign sin sinh"
    " softplus sqrt square stop_gradient subtract sum tan tanh transpose".split()
)

# They ask for KerasTensors themselves.
_ASKING = frozenset(
    "argsort concatenate cumprod cumsum log_softmax one_hot silu softmax sort squeeze take"
    " where".split()
)

_SECOND_NAMES = {"conjugate": "conj", "hard_silu": "hard_swish"}

# What Keras looks up when it makes the operation.
_LAYOUTS = frozenset(
    "adaptive_average_pool adaptive_max_pool average_pool conv conv_transpose depth_to_space"
    " depthwise_conv max_pool separable_conv space_to_depth".split()
)
_HOT = frozenset({"multi_hot", "one_hot"})

# Arguments whose dtype Keras asks for when values come: a KerasTensor is of floats where nobody
# said otherwise.
_INTEGERS = {"ldexp": "x2", "scatter_update": "indices", "take": "indices"}
_INTEGERS["take_along_axis"] = "indices"


def _layout(fixed):
    if fixed["data_format"] is None:
        fixed["data_format"] = config.image_data_format()
    if isinstance(fixed.get("padding"), str):
        fixed["padding"] = fixed["padding"].lower()


def _dtype(fixed):
    if fixed["dtype"] is not None:
        fixed["dtype"] = config.standardize_dtype(fixed["dtype"])


def _hot_dtype(fixed):
    fixed["dtype"] = config.standardize_dtype(fixed["dtype"])


def _scaling(fixed):
    fixed["rms_scaling"] = bool(fixed["rms_scaling"])


def _resolve(name, fixed):
    if name in _LAYOUTS:
        return _layout
    if name in _HOT:
        return _hot_dtype
    if name == "layer_normalization":
        return _scaling
    return _dtype if "dtype" in fixed else None


def install(module, *namespaces):
    """Puts functions that are one node in the place of a table's, in namespaces and at home.

    Args:
        module: Keras's module below keras.src.ops.
        *namespaces: Modules or dicts whose functions are looked up by name.
    """
    first = namespaces[0]
    for spec, names in _TABLES[module].items():
        takes, _, fixed = (part.split() for part in spec.partition("|"))
        for entry in names.split():
            name, _, title = entry.partition(":")
            title = title or "".join(part.capitalize() for part in name.split("_"))
            function = first[name]
            row = Row((module, title), function, takes, fixed, _resolve(name, fixed))
            row.integers = _INTEGERS.get(name)
            node = one_node(row)
            if name not in _OF_ONE_OP and name not in _ASKING:
                home = vars(sys.modules[function.__module__])
                node.__name__ = node.__qualname__ = name  # pickles look it up
                for namespace in (*namespaces, home):
                    for key in (name, _SECOND_NAMES.get(name)):
                        if namespace.get(key) is function:
                            namespace[key] = node
            if function.__name__ in (name, "abs"):  # not a second name
                symbolic[function] = node


symbolic = {}  # function -> the same that is one node, for the operators of KerasTensors
