"""Calls of TensorFlow's functions; make_tf_values.py has them done by TensorFlow itself."""

import numpy as np

try:
    from . import tf_rows_state
except ImportError:  # make_tf_values.py is no part of a package
    import tf_rows_state

A = np.arange(24, dtype="float32").reshape(2, 3, 4)
M = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]], "float32")
PICTURE = (np.arange(60, dtype="float32").reshape(1, 4, 5, 3) ** 1.3) % 17
BYTES = np.arange(48, dtype="uint8").reshape(4, 4, 3) * 5
LOGITS = np.sin(np.arange(60, dtype="float32")).reshape(5, 3, 4)
BOXES = np.array([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3], [0, 0, 0.5, 0.5]], "float32")
SCORES = np.array([0.9, 0.95, 0.3, 0.8], "float32")


def rows(tf):
    """Name -> a function of no argument whose result real TensorFlow has too."""
    return {
        **tf_rows_state.rows(tf),
        "gather_nd rows of a batch": lambda: tf.gather_nd(
            A, [[[1], [0]], [[2], [2]]], batch_dims=1
        ),
        "gather_nd one of a batch": lambda: tf.gather_nd(A, [[2, 1], [0, 3]], batch_dims=1),
        "gather_nd in two axes of a batch": lambda: tf.gather_nd(
            A, [[[3], [0], [1]], [[2], [2], [0]]], batch_dims=2
        ),
        "tensor_scatter_nd_update": lambda: tf.tensor_scatter_nd_update(
            M, [[0, 1], [2, 2]], [9.0, 8.0]
        ),
        "tensor_scatter_nd_add": lambda: tf.tensor_scatter_nd_add(M, [[1], [1]], M[:2]),
        "tensor_scatter_nd_sub": lambda: tf.tensor_scatter_nd_sub(M, [[1], [0]], M[:2]),
        "unique": lambda: list(tf.unique([5, 1, 5, 2, 1])),
        "reverse_sequence": lambda: tf.reverse_sequence(A, [2, 3], seq_axis=1, batch_axis=0),
        "reverse_sequence of columns": lambda: tf.reverse_sequence(A, [1, 2, 3], 2, batch_axis=1),
        "unravel_index": lambda: tf.unravel_index([5, 7], [3, 4]),
        "bincount": lambda: tf.math.bincount([1, 1, 3, 0]),
        "bincount with weights": lambda: tf.math.bincount([1, 1, 3], weights=[0.5, 1.0, 2.0]),
        "polyval": lambda: tf.math.polyval([tf.constant(2.0), tf.constant(-1.0)], 3.0),
        "case": lambda: tf.case(
            [(tf.constant(False), lambda: 1.0), (tf.constant(True), lambda: 2.0)]
        ),
        "switch_case": lambda: tf.switch_case(
            tf.constant(7), [lambda: 1.0, lambda: 2.0], lambda: 3.0
        ),
        "global_norm": lambda: tf.linalg.global_norm([M, A]),
        "numpy_function": lambda: tf.numpy_function(lambda a: a * 2, [M], tf.float32),
        "py_function": lambda: tf.py_function(lambda a: a + 1, [M], tf.float32),
        "ensure_shape": lambda: tf.ensure_shape(M, [None, 3]),
        "cholesky": lambda: tf.linalg.cholesky(M),
        "eigvalsh": lambda: tf.linalg.eigvalsh(M),
        "svd": lambda: tf.linalg.svd(M)[0],
        "svd of wide": lambda: (lambda s, u, v: tf.matmul(u * s[:, None], v, transpose_b=True))(
            *tf.linalg.svd(A)
        ),
        "solve": lambda: tf.linalg.solve(M, M[:, :2]),
        "solve adjoint": lambda: tf.linalg.solve(M, M[:, :2], adjoint=True),
        "triangular_solve": lambda: tf.linalg.triangular_solve(np.tril(M), M[:, :2]),
        "triangular_solve adjoint": lambda: tf.linalg.triangular_solve(
            np.tril(M), M[:, :2], adjoint=True
        ),
        "lstsq": lambda: tf.linalg.lstsq(A[0].T, A[1].T, l2_regularizer=0.5),
        "matvec": lambda: tf.linalg.matvec(M, M[0]),
        "logdet": lambda: tf.linalg.logdet(M),
        "set_diag": lambda: tf.linalg.set_diag(A, [[1.0, 2.0, 3.0]] * 2),
        "set_diag of tall": lambda: tf.linalg.set_diag(A[0].T, [1.0, 2.0, 3.0]),
        "hann_window": lambda: tf.signal.hann_window(7),
        "hamming_window": lambda: tf.signal.hamming_window(6, periodic=False),
        "frame": lambda: tf.signal.frame(np.arange(11.0), 4, 3),
        "frame padded": lambda: tf.signal.frame(np.arange(11.0), 4, 3, pad_end=True, pad_value=-1),
        "stft": lambda: tf.abs(tf.signal.stft(np.sin(np.arange(40, dtype="float32")), 10, 4)),
        "rfft": lambda: tf.abs(tf.signal.rfft(A[0])),
        "fft2d": lambda: tf.abs(tf.signal.fft2d(tf.cast(M, tf.complex64))),
        "lrn": lambda: tf.nn.local_response_normalization(PICTURE, 1, 1.0, 0.1, 0.75),
        "compute_average_loss": lambda: tf.nn.compute_average_loss(M[0], global_batch_size=4),
        "ctc_loss": lambda: tf.nn.ctc_loss(
            [[1, 2], [3, 1], [2, 0]], LOGITS, [2, 2, 1], [5, 4, 5], blank_index=0
        ),
        "ctc_greedy_decoder": lambda: tf.nn.ctc_greedy_decoder(LOGITS, [5, 4, 5])[1],
        "convert_image_dtype up": lambda: tf.image.convert_image_dtype(BYTES, tf.float32),
        "convert_image_dtype down": lambda: tf.image.convert_image_dtype(
            PICTURE / 17, tf.uint8, saturate=True
        ),
        "convert_image_dtype whole": lambda: tf.image.convert_image_dtype(BYTES, tf.uint16),
        "central_crop": lambda: tf.image.central_crop(PICTURE, 0.5),
        "pad_to_bounding_box": lambda: tf.image.pad_to_bounding_box(PICTURE, 1, 2, 7, 8),
        "crop_to_bounding_box": lambda: tf.image.crop_to_bounding_box(PICTURE, 1, 2, 2, 3),
        "resize_with_crop_or_pad": lambda: tf.image.resize_with_crop_or_pad(PICTURE, 7, 3),
        "resize_with_pad": lambda: tf.image.resize_with_pad(PICTURE, 8, 8),
        "crop_and_resize": lambda: tf.image.crop_and_resize(
            PICTURE,
            [[0.1, 0.2, 0.9, 1.3], [1.0, 1.0, 0.0, 0.0]],
            [0, 0],
            [3, 4],
            extrapolation_value=-1.0,
        ),
        "crop_and_resize nearest": lambda: tf.image.crop_and_resize(
            PICTURE, [[0.1, 0.2, 0.9, 0.8]], [0], [3, 1], method="nearest"
        ),
        "non_max_suppression": lambda: tf.image.non_max_suppression(BOXES, SCORES, 3, 0.5),
        "non_max_suppression of the sure": lambda: tf.image.non_max_suppression(
            BOXES, SCORES, 9, 0.2, 0.5
        ),
        "strings.lower": lambda: tf.strings.lower(["AbC", "dE"]),
        "strings.upper": lambda: tf.strings.upper("abc"),
        "strings.strip": lambda: tf.strings.strip(["  a b ", "c\n"]),
        "strings.regex_replace": lambda: tf.strings.regex_replace(
            ["a-b-c", "--"], "-(b?)", r"<\1>"
        ),
        "strings.regex_replace once": lambda: tf.strings.regex_replace("a-b-c", "-", "", False),
        "strings.regex_full_match": lambda: tf.strings.regex_full_match(["ab", "abc"], "ab"),
        "strings.length": lambda: tf.strings.length(["ab", "d\u00e9"], unit="UTF8_CHAR"),
        "strings.substr": lambda: tf.strings.substr(["hello", "world"], 1, 3),
        "strings.split": lambda: tf.strings.split("a,b,,c", sep=","),
        "strings.split spaces": lambda: tf.strings.split(" a  b c "),
        "strings.join": lambda: tf.strings.join(["a", ["b", "c"]], separator="/"),
        "strings.reduce_join": lambda: tf.strings.reduce_join(
            [["a", "b"], ["c", "d"]], axis=1, separator="-"
        ),
        "strings.as_string": lambda: tf.strings.as_string([1, -2]),
        "strings.as_string floats": lambda: tf.strings.as_string([1.5, 2.25], precision=1),
        "strings.as_string booleans": lambda: tf.strings.as_string([True, False]),
        "strings.to_number": lambda: tf.strings.to_number(["1.5", "-2"]),
        "strings.to_number whole": lambda: tf.strings.to_number(["15", "-2"], tf.int32),
        "strings.unicode_split": lambda: tf.strings.unicode_split("d\u00e9f", "UTF-8"),
        "io.decode_raw": lambda: tf.io.decode_raw(b"\x01\x00\x02\x01", tf.uint16),
        "nest": lambda: tf.nest.map_structure(
            lambda x: x * 2, tf.nest.flatten({"a": 1, "b": (2, 3)})
        ),
    }
