"""TensorFlow 1's sessions, their settings, and names of its top that moved or are gone since."""
# ruff: noqa: F401

from ...backend import gradients as _gradients
from ...backend import placeholder as _placeholder
from ...backend.sessions import _GRAPH as _graph
from ...backend.sessions import Graph, NothingToDo, Session, get_session
from . import random as _random
from .dtypes import cast as _cast
from .random import normal as random_normal  # noqa: F401
from .random import set_seed as set_random_seed  # noqa: F401
from .random import shuffle as random_shuffle  # noqa: F401
from .random import truncated_normal  # noqa: F401

InteractiveSession = Session
get_default_session = get_session


class _Settings:
    """Takes every setting, and has no effect."""

    def __init__(self, **settings):
        self.__dict__.update(settings)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = self.__dict__[name] = _Settings()
        return value


class ConfigProto(_Settings):
    """Settings of a session, such as `gpu_options.allow_growth`."""


class GPUOptions(_Settings):
    """Settings of GPUs."""


class OptimizerOptions(_Settings):
    """Settings of a graph's passes."""


class GraphOptions(_Settings):
    """Settings of a graph."""


class RunOptions(_Settings):
    """Settings of a run."""


class RunMetadata(_Settings):
    """What a run would tell."""


def get_default_graph():
    return _graph


def global_variables_initializer():
    return NothingToDo()


local_variables_initializer = tables_initializer = global_variables_initializer
initialize_all_variables = initialize_local_variables = global_variables_initializer


def _nothing(*args, **kwargs):
    return None


enable_eager_execution = disable_eager_execution = reset_default_graph = _nothing
enable_v2_behavior = disable_v2_behavior = enable_resource_variables = _nothing


def placeholder(dtype, shape=None, name=None):
    return _placeholder(shape=shape, dtype=dtype, name=name)


def gradients(ys, xs, grad_ys=None, name="gradients", **kwargs):
    if grad_ys is not None:
        raise ValueError("tf.gradients: `grad_ys` is not served; multiply `ys` by it and sum.")
    return _gradients(ys, xs)


def random_uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    return _random.uniform(shape, minval, maxval, dtype, seed)


def to_float(x, name=None):
    return _cast(x, "float32")


def to_double(x, name=None):
    return _cast(x, "float64")


def to_int32(x, name=None):
    return _cast(x, "int32")


def to_int64(x, name=None):
    return _cast(x, "int64")


__all__ = [name for name in globals() if not name.startswith("_")]
