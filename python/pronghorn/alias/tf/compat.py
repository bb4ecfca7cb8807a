"""tf.compat and the switches of tf.compat.v1 that programs flip: Pronghorn always runs eagerly."""

from .random import set_seed as set_random_seed  # noqa: F401


def _nothing(*args, **kwargs):
    return None


enable_eager_execution = enable_v2_behavior = disable_v2_behavior = _nothing
disable_eager_execution = reset_default_graph = _nothing


def as_str(bytes_or_text, encoding="utf-8"):
    return bytes_or_text.decode(encoding) if isinstance(bytes_or_text, bytes) else bytes_or_text
