"""tf.logging: a handle on Python's logger "tensorflow"."""

import logging as _logging

DEBUG, INFO, WARN, ERROR, FATAL = 10, 20, 30, 40, 50
_logger = _logging.getLogger("tensorflow")
debug, info, warn, warning, error = (
    _logger.debug, _logger.info, _logger.warning, _logger.warning, _logger.error
)  # fmt: skip


def set_verbosity(v):
    _logger.setLevel(v)


def get_verbosity():
    return _logger.getEffectiveLevel()
