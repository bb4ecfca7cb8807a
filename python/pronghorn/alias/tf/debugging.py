"""tf.debugging: checks of values, where there are values."""

from ... import ops as _ops
from ...engine import is_tracing as _is_tracing


def _check(holds, message, default):
    if not _is_tracing() and not bool(_ops.all(holds)):
        raise ValueError(message or default)


def assert_equal(x, y, message=None, summarize=None, name=None):
    _check(_ops.equal(x, y), message, f"tf.debugging.assert_equal: {x} is not {y}.")


def assert_greater(x, y, message=None, summarize=None, name=None):
    _check(_ops.greater(x, y), message, f"tf.debugging.assert_greater: {x} is not above {y}.")


def assert_less(x, y, message=None, summarize=None, name=None):
    _check(_ops.less(x, y), message, f"tf.debugging.assert_less: {x} is not below {y}.")


def assert_non_negative(x, message=None, summarize=None, name=None):
    _check(_ops.greater_equal(x, 0), message, f"tf.debugging.assert_non_negative: {x} is below 0.")


def assert_all_finite(x, message=None, name=None):
    _check(_ops.isfinite(x), message, f"tf.debugging.assert_all_finite: {x} is not finite.")


check_numerics = assert_all_finite


def assert_shapes(shapes, **kwargs):
    return None
