"""tf.config and tf.test: one CPU and no GPU; what sets up TensorFlow's machinery does nothing."""

import typing as _typing


class PhysicalDevice(_typing.NamedTuple):
    name: str
    device_type: str


LogicalDevice = PhysicalDevice
_CPU = PhysicalDevice("/physical_device:CPU:0", "CPU")


def list_physical_devices(device_type=None):
    return [_CPU] if device_type in (None, "CPU") else []


def list_logical_devices(device_type=None):
    return [PhysicalDevice("/device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


get_visible_devices = list_physical_devices


def run_functions_eagerly(run_eagerly):
    from . import function

    function._eager[0] = bool(run_eagerly)


def functions_run_eagerly():
    from . import function

    return function._eager[0]


def set_intra_op_parallelism_threads(num_threads):
    from ...engine import device

    if num_threads:
        device.set_num_threads(num_threads)


def get_intra_op_parallelism_threads():
    from ...engine import device

    return device.info()["threads"]


def _nothing(*args, **kwargs):
    return None


set_memory_growth = set_visible_devices = set_soft_device_placement = _nothing
set_inter_op_parallelism_threads = set_jit = set_logical_device_configuration = _nothing
enable_op_determinism = _nothing


def is_gpu_available(*args, **kwargs):
    return False


def gpu_device_name():
    return ""


def is_built_with_cuda():
    return False


is_built_with_gpu_support = is_built_with_cuda
