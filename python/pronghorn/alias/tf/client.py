"""tensorflow.python.client.device_lib: what there is to compute on."""

import typing as _typing


class _Device(_typing.NamedTuple):
    name: str
    device_type: str
    memory_limit: int = 0


def list_local_devices(session_config=None):
    return [_Device("/device:CPU:0", "CPU")]
