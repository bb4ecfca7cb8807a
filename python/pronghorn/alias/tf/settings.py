"""tf.config and tf.test: the CPU, and a GPU where there is one; what sets up TensorFlow's machinery
does nothing."""

import typing as _typing


class PhysicalDevice(_typing.NamedTuple):
    name: str
    device_type: str


LogicalDevice = PhysicalDevice


def _devices(prefix, device_type):
    from ...engine import device

    names = [name.upper() for name in device.list_devices(device_type)]
    return [PhysicalDevice(prefix + name, name.partition(":")[0]) for name in names]


def list_physical_devices(device_type=None):
    return _devices("/physical_device:", device_type)


def list_logical_devices(device_type=None):
    return _devices("/device:", device_type)


get_visible_devices = list_physical_devices


def run_functions_eagerly(run_eagerly):
    from . import function

    function._eager[0] = bool(run_eagerly)


experimental_run_functions_eagerly = run_functions_eagerly


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


def enable_op_determinism():
    from ...engine import placement

    placement.enable_op_determinism()


def enable_tensor_float_32_execution(enabled):
    from ...engine import placement

    placement.enable_tensor_float_32(enabled)


def tensor_float_32_execution_enabled():
    from ...engine import placement

    return placement.is_tensor_float_32_enabled()


def is_gpu_available(*args, **kwargs):
    return bool(list_physical_devices("GPU"))


def gpu_device_name():
    return "/device:GPU:0" if is_gpu_available() else ""


def is_built_with_cuda():
    from ...engine import device

    return device.built_with_cuda()


is_built_with_gpu_support = is_built_with_cuda
