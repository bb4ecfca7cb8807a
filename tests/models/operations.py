"""A functional model of an operation of each kind, for any package with Keras's names.

make_operations.py writes it with real Keras; test_operations.py reads that and builds its own.
"""

import numpy as np

INPUTS = {  # name: (shape without the batch, dtype)
    "x": ((3, 4), "float32"),
    "y": ((3, 4), "float32"),
    "i": ((3, 4), "int32"),
    "j": ((3, 4), "int32"),
    "picture": ((6, 6, 3), "float32"),
    "matrix": ((3, 3), "float32"),
    "signal": ((32,), "float32"),
    "flag": ((3, 4), "bool"),
}


def values():
    """A batch of two for each input."""
    rng = np.random.default_rng(7)
    square = rng.uniform(-1, 1, (2, 3, 3))
    return {
        "x": rng.uniform(0.1, 0.9, (2, 3, 4)).astype("float32"),
        "y": rng.uniform(0.1, 0.9, (2, 3, 4)).astype("float32"),
        "i": rng.integers(0, 4, (2, 3, 4)).astype("int32"),
        "j": rng.integers(1, 5, (2, 3, 4)).astype("int32"),
        "picture": rng.uniform(0, 1, (2, 6, 6, 3)).astype("float32"),
        "matrix": (square @ square.transpose(0, 2, 1) + 2 * np.eye(3)).astype("float32"),
        "signal": rng.uniform(-1, 1, (2, 32)).astype("float32"),
        "flag": rng.integers(0, 2, (2, 3, 4)).astype("bool"),
    }


def _ones(*shape):
    return np.arange(int(np.prod(shape)), dtype="float32").reshape(shape) / 10


UNARY = (
    "absolute angle arccos arcsin arcsinh arctan arctanh cbrt ceil conjugate cos cosh deg2rad exp"
    " exp2 expm1 fabs floor i0 isfinite isinf isnan isneginf isposinf log log10 log1p log2 negative"
    " rad2deg real imag reciprocal sign signbit sin sinc sinh sqrt square tan tanh trunc rsqrt erf"
    " erfc erfinv hard_sigmoid hard_silu hard_tanh log_sigmoid relu relu6 selu sigmoid silu"
    " softplus softsign sparse_plus sparse_sigmoid tanh_shrink ravel copy fliplr flipud isreal celu"
    " elu gelu glu log_softmax softmax squareplus leaky_relu hard_shrink soft_shrink"
    " normalize logsumexp nan_to_num round ones_like zeros_like argsort sort squeeze"
    " count_nonzero flip diff transpose trace diagonal tril triu median ptp"
).split()
REDUCTIONS = (
    "all amax amin any argmax argmin mean median nanargmax nanargmin nanmax nanmean nanmedian"
    " nanmin nanprod nanstd nansum nanvar ptp std sum var prod max min logsumexp"
).split()
BINARY = (
    "add arctan2 divide divide_no_nan equal floor_divide fmax fmin fmod greater greater_equal"
    " heaviside hypot less less_equal logaddexp logaddexp2 maximum minimum mod multiply nextafter"
    " not_equal power subtract true_divide vdot isclose append"
).split()
OF_INTEGERS = (
    "bitwise_and bitwise_or bitwise_xor left_shift right_shift bitwise_left_shift"
    " bitwise_right_shift gcd lcm"
).split()


def _of(inputs, function):
    """A case that calls a function of `ops` on these inputs."""
    return {
        "x": lambda x: function(x),
        "x y": lambda x, y: function(x, y),
        "i j": lambda i, j: function(i, j),
        "flag i": lambda flag, i: function(flag, i > 1),
    }[inputs]


def _over(function, **fixed):
    return lambda x: function(x, **fixed)


def cases(keras):
    """{name: function of the inputs by name}."""
    ops = keras.ops
    image = ops.image
    found = {}
    for name in UNARY:
        found[name] = _of("x", getattr(ops, name))
    for name in REDUCTIONS:
        function = getattr(ops, name)
        found[f"{name} of an axis"] = _over(function, axis=1)
        found[f"{name} with axes kept"] = _over(function, axis=-1, keepdims=True)
    for name in "mean var std sum max logsumexp".split():
        found[f"{name} of axes"] = _over(getattr(ops, name), axis=(1, 2))
    for name in BINARY:
        found[name] = _of("x y", getattr(ops, name))
    for name in OF_INTEGERS:
        found[name] = _of("i j", getattr(ops, name))
    for name in "logical_and logical_or logical_xor".split():
        found[name] = _of("flag i", getattr(ops, name))
    found |= {
        "logical_not": lambda flag: ops.logical_not(flag),
        "bitwise_not": lambda i: ops.bitwise_not(i),
        "bitwise_invert": lambda i: ops.bitwise_invert(i),
        "ldexp": lambda x, j: ops.ldexp(x, j),
        "arccosh": lambda x: ops.arccosh(x + 1),
        "operators": lambda x, y: abs(-x) ** 2 + 1 - 2 * y / (3 + x) // 0.5 % 2,
        "comparisons": lambda x, y: ((x > y) & (x >= 0.3)) | ((x < 0.5) ^ (y <= 0.5)),
        "part": lambda x: x[:, 1:, ..., None, 0],
        "parts": lambda picture: picture[:, 1:5:2, ::-1, -1],
        "matmul": lambda x, y: x @ ops.transpose(y, (0, 2, 1)),
        "dot": lambda x: ops.dot(x, _ones(4, 2)),
        "inner": lambda x: ops.inner(x, _ones(3, 4)),
        "outer": lambda x: ops.outer(x, _ones(3)),
        "kron": lambda x: ops.kron(x, _ones(1, 2, 2)),
        "tensordot": lambda x: ops.tensordot(x, _ones(4, 5), axes=1),
        "cross": lambda x: ops.cross(x[..., :3], _ones(3)),
        "einsum": lambda x, y: ops.einsum("bij,bkj->bik", x, y),
        "allclose": lambda x: ops.allclose(x, x),
        "isin": lambda i: ops.isin(i, np.array([1, 3], "int32")),
        "correlate": lambda signal: ops.correlate(signal[0], _ones(5), mode="same"),
        "digitize": lambda x: ops.digitize(x, np.array([0.2, 0.5, 0.7], "float32")),
        "searchsorted": lambda x: ops.searchsorted(
            np.array([0.2, 0.5, 0.7], "float32"), ops.reshape(x, (-1,)), side="right"
        ),
        "where": lambda flag, x: ops.where(flag, x, 0.0),
        "where with tensors": lambda x, y: ops.where(x > y, x, y),
        "select": lambda x, y: ops.select([x > 0.5, y > 0.5], [x, y], 0.0),
        "full_like": lambda x: ops.full_like(x, 3),
        "average": lambda x: ops.average(x, axis=1),
        "average with weights": lambda x, y: ops.average(x, axis=1, weights=y),
        "clip": lambda x: ops.clip(x, 0.3, 0.6),
        "round to places": lambda x: ops.round(x, 1),
        "cumsum": lambda x: ops.cumsum(x, axis=1),
        "cumprod": lambda x: ops.cumprod(x, axis=2),
        "nancumsum": lambda x: ops.nancumsum(x, axis=1),
        "nancumprod": lambda x: ops.nancumprod(x, axis=1),
        "quantile": lambda x: ops.quantile(x, 0.3, axis=1),
        "percentile": lambda x: ops.percentile(x, 30.0, axis=2, keepdims=True),
        "nanquantile": lambda x: ops.nanquantile(x, 0.3, axis=1),
        "nanpercentile": lambda x: ops.nanpercentile(x, 30.0, axis=1),
        "trapezoid": lambda x: ops.trapezoid(x, dx=0.5),
        "corrcoef": lambda x: ops.corrcoef(ops.reshape(x, (-1, 12))),
        "bincount": lambda i: ops.bincount(ops.reshape(i, (-1, 12)), minlength=6),
        "reshape": lambda x: ops.reshape(x, (-1, 6, 2)),
        "transpose": lambda x: ops.transpose(x, (0, 2, 1)),
        "swapaxes": lambda x: ops.swapaxes(x, 1, 2),
        "moveaxis": lambda x: ops.moveaxis(x, 1, -1),
        "expand_dims": lambda x: ops.expand_dims(x, 1),
        "squeeze": lambda x: ops.squeeze(ops.expand_dims(x, 2), axis=2),
        "broadcast_to": lambda x: ops.broadcast_to(x[0], (5, 3, 4)),
        "concatenate": lambda x, y: ops.concatenate([x, y], axis=2),
        "stack": lambda x, y: ops.stack([x, y], axis=1),
        "hstack": lambda x, y: ops.hstack([x, y]),
        "vstack": lambda x, y: ops.vstack([x, y]),
        "dstack": lambda x, y: ops.dstack([x, y]),
        "split": lambda x: ops.split(x, 2, axis=2)[1],
        "split at": lambda x: ops.split(x, [1, 2], axis=1)[2],
        "array_split": lambda x: ops.array_split(x, 3, axis=2)[0],
        "hsplit": lambda x: ops.hsplit(x, 3)[0],
        "dsplit": lambda x: ops.dsplit(x, [1])[1],
        "unstack": lambda x: ops.unstack(x, axis=1)[2],
        "repeat": lambda x: ops.repeat(x, 2, axis=1),
        "tile": lambda x: ops.tile(x, (1, 2, 1)),
        "roll": lambda x: ops.roll(x, 1, axis=2),
        "flip an axis": lambda x: ops.flip(x, axis=1),
        "rot90": lambda picture: ops.rot90(picture, axes=(1, 2)),
        "pad": lambda x: ops.pad(x, ((0, 0), (1, 0), (0, 2))),
        "pad with a value": lambda x: ops.pad(x, ((0, 0), (1, 0), (0, 2)), constant_values=2.0),
        "pad by reflection": lambda x: ops.pad(x, ((0, 0), (1, 1), (1, 1)), mode="reflect"),
        "take": lambda x: ops.take(x, np.array([0, 2], "int32"), axis=1),
        "take_along_axis": lambda x, i: ops.take_along_axis(x, i, axis=2),
        "sort an axis": lambda x: ops.sort(x, axis=1),
        "argsort an axis": lambda x: ops.argsort(x, axis=1),
        "top_k": lambda x: ops.top_k(x, 2)[0],
        "top_k places": lambda x: ops.top_k(x, 2, sorted=True)[1],
        "in_top_k": lambda x, i: ops.in_top_k(i[:, 0, 0], x[:, 0], 2),
        "vander": lambda signal: ops.vander(ops.reshape(signal, (-1,)), 3),
        "diag": lambda signal: ops.diag(ops.reshape(signal, (-1,)), k=1),
        "diagonal": lambda x: ops.diagonal(x, offset=1, axis1=1, axis2=2),
        "trace": lambda x: ops.trace(x, axis1=1, axis2=2),
        "tril": lambda x: ops.tril(x, k=-1),
        "triu": lambda x: ops.triu(x, k=1),
        "diff": lambda x: ops.diff(x, n=2, axis=2),
        "meshgrid": lambda signal: ops.meshgrid(
            ops.reshape(signal, (-1,)), np.arange(3, dtype="float32"), indexing="ij"
        )[0],
        "linspace": lambda x, y: ops.linspace(x, y, num=4, axis=1),
        "geomspace": lambda x, y: ops.geomspace(x, y, num=4),
        "logspace": lambda x, y: ops.logspace(x, y, num=4),
        "cast": lambda x: ops.cast(x, "int32"),
        "saturate_cast": lambda x: ops.saturate_cast(x * 1000, "uint8"),
        "view": lambda x: ops.view(x, "int32"),
        "stop_gradient": lambda x: ops.stop_gradient(x),
        "scatter_update": lambda signal: ops.scatter_update(
            ops.reshape(signal, (-1,)),
            np.array([[1], [3]], "int32"),
            np.array([5.0, 6.0], "float32"),
        ),
        "slice_update": lambda x: ops.slice_update(
            x, np.array([0, 1, 1], "int32"), np.full((1, 2, 2), 9.0, "float32")
        ),
        "slice": lambda x: ops.slice(x, np.array([0, 1, 1], "int32"), (1, 2, 2)),
        "segment_sum": lambda signal: ops.segment_sum(
            ops.transpose(signal), np.arange(32) // 8, num_segments=4
        ),
        "segment_max": lambda signal: ops.segment_max(
            ops.transpose(signal), np.arange(32) // 8
        ),
        "threshold": lambda x: ops.threshold(x, 0.5, 9.0),
        "softmax of an axis": lambda x: ops.softmax(x, axis=1),
        "moments": lambda x: ops.moments(x, axes=[1], keepdims=True)[1],
        "normalize with an order": lambda x: ops.normalize(x, axis=1, order=1),
        "batch_normalization": lambda x: ops.batch_normalization(
            x, _ones(4), _ones(4) + 1, axis=-1, offset=_ones(4), scale=_ones(4) + 2
        ),
        "layer_normalization": lambda x: ops.layer_normalization(x, _ones(4), _ones(4), axis=-1),
        "rms_normalization": lambda x: ops.rms_normalization(x, scale=_ones(4) + 1),
        "one_hot": lambda i: ops.one_hot(i, 5),
        "one_hot along an axis": lambda i: ops.one_hot(i, 5, axis=1, dtype="int32"),
        "multi_hot": lambda i: ops.multi_hot(i, 5),
        "binary_crossentropy": lambda x, y: ops.binary_crossentropy(x, y),
        "categorical_crossentropy": lambda x, y: ops.categorical_crossentropy(
            x, y, from_logits=True
        ),
        "sparse_categorical_crossentropy": lambda i, x: ops.sparse_categorical_crossentropy(
            i[..., 0], x, from_logits=True
        ),
        "ctc_loss": lambda x, j: ops.ctc_loss(
            j[:, 0, :2] % 2 + 1, x, j[:, 0, 0] * 0 + 1, j[:, 0, 0] * 0 + 3
        ),
        "max_pool": lambda picture: ops.max_pool(picture, 2),
        "average_pool": lambda picture: ops.average_pool(picture, (2, 3), 2, padding="same"),
        "adaptive_max_pool": lambda picture: ops.adaptive_max_pool(picture, (2, 3)),
        "adaptive_average_pool": lambda picture: ops.adaptive_average_pool(picture, (4, 4)),
        "conv": lambda picture: ops.conv(picture, _ones(2, 2, 3, 4), padding="same"),
        "depthwise_conv": lambda picture: ops.depthwise_conv(picture, _ones(2, 2, 3, 1), strides=2),
        "separable_conv": lambda picture: ops.separable_conv(
            picture, _ones(2, 2, 3, 1), _ones(1, 1, 3, 2)
        ),
        "dot_product_attention": lambda x, y: ops.dot_product_attention(
            x[:, :, None], y[:, :, None], y[:, :, None], is_causal=True
        ),
        "psnr": lambda x, y: ops.psnr(x, y, 1.0),
        "polar": lambda x, y: ops.real(ops.polar(x, y)),
        "unfold": lambda picture: ops.unfold(ops.transpose(picture, (0, 3, 1, 2)), 2),
        "depth_to_space": lambda picture: ops.depth_to_space(ops.repeat(picture, 4, axis=-1), 2),
        "space_to_depth": lambda picture: ops.space_to_depth(picture, 2),
        "cholesky": lambda matrix: ops.cholesky(matrix),
        "cholesky_inverse": lambda matrix: ops.cholesky_inverse(matrix),
        "det": lambda matrix: ops.det(matrix),
        "logdet": lambda matrix: ops.logdet(matrix),
        "slogdet": lambda matrix: ops.slogdet(matrix)[1],
        "eigh": lambda matrix: ops.eigh(matrix)[0],
        "inv": lambda matrix: ops.inv(matrix),
        "norm": lambda x: ops.norm(x, ord=1, axis=1),
        "qr": lambda matrix: ops.absolute(ops.qr(matrix)[1]),
        "svd": lambda matrix: ops.svd(matrix, compute_uv=False),
        "solve": lambda matrix: ops.solve(matrix, matrix),
        "solve_triangular": lambda matrix: ops.solve_triangular(matrix, matrix, lower=True),
        "pinv": lambda matrix: ops.pinv(matrix),
        "matrix_rank": lambda matrix: ops.matrix_rank(matrix),
        "lstsq": lambda matrix: ops.lstsq(matrix[0], matrix[0]),
        "cdist": lambda x, y: ops.cdist(x, y),
        "fft": lambda x, y: ops.fft((x, y))[0],
        "fft2": lambda x, y: ops.fft2((x, y))[1],
        "ifft2": lambda x, y: ops.ifft2((x, y))[0],
        "rfft": lambda signal: ops.rfft(signal)[0],
        "rfft of a length": lambda signal: ops.rfft(signal, 16)[1],
        "irfft": lambda x, y: ops.irfft((x, y)),
        "stft": lambda signal: ops.stft(signal, 8, 4, 8)[0],
        "istft": lambda signal: ops.istft(ops.stft(signal, 8, 4, 8), 8, 4, 8),
        "extract_sequences": lambda signal: ops.extract_sequences(signal, 8, 4),
        "rgb_to_grayscale": lambda picture: image.rgb_to_grayscale(picture),
        "rgb_to_hsv": lambda picture: image.rgb_to_hsv(picture),
        "hsv_to_rgb": lambda picture: image.hsv_to_rgb(picture),
        "resize": lambda picture: image.resize(picture, (3, 4)),
        "resize by the nearest": lambda picture: image.resize(
            picture, (9, 8), interpolation="nearest"
        ),
        "affine_transform": lambda picture: image.affine_transform(
            picture, np.array([1, 0, 1, 0, 1, 0.5, 0, 0], "float32")[None]
        ),
        "extract_patches": lambda picture: image.extract_patches(picture, (2, 2)),
        "map_coordinates": lambda matrix: image.map_coordinates(
            matrix, np.array([[0.5, 1.0], [1.0, 0.5], [1.5, 1.0]], "float32"), 1
        ),
        "pad_images": lambda picture: image.pad_images(
            picture, 1, 2, target_height=9, target_width=9
        ),
        "crop_images": lambda picture: image.crop_images(
            picture, 1, 2, target_height=3, target_width=3
        ),
        "perspective_transform": lambda picture: image.perspective_transform(
            picture,
            np.array([[[0, 0], [0, 5], [5, 0], [5, 5]]], "float32"),
            np.array([[[0, 1], [0, 5], [5, 0], [5, 5]]], "float32"),
        ),
        "gaussian_blur": lambda picture: image.gaussian_blur(picture),
        "sobel_edges": lambda picture: image.sobel_edges(picture),
        "ssim": lambda picture: image.ssim(picture, picture * 0.9, filter_size=5),
        "scale_and_translate": lambda picture: image.scale_and_translate(
            picture, (2, 4, 4, 3), np.array([0.5, 0.5], "float32"), np.array([0.0, 0.0], "float32"),
            spatial_dims=(1, 2), method="linear",
        ),
        "nonzero": lambda i: ops.nonzero(i)[1],
        "array": lambda x: ops.array(x),
        "a variance of a variance": lambda x: ops.var(ops.var(x, axis=2, keepdims=True), axis=1),
    }  # fmt: skip
    return found


def build(keras):
    """One model of all cases, and their names in the order of its outputs."""
    inputs = {
        name: keras.Input(shape, dtype=dtype, name=name) for name, (shape, dtype) in INPUTS.items()
    }
    outputs = {}
    for name, call in cases(keras).items():
        taken = call.__code__.co_varnames[: call.__code__.co_argcount]
        outputs[name] = call(**{key: inputs[key] for key in taken if key in inputs})
    return keras.Model(list(inputs.values()), list(outputs.values())), list(outputs)
