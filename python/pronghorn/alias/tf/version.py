"""tf.version."""

from . import VERSION  # noqa: F401
