"""RemoteMonitor: sends the results of each epoch to a server."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..engine.tracebacks import warn_user
from .callback import Callback

try:
    import requests
except ImportError:
    requests = None


class RemoteMonitor(Callback):
    """Posts the epoch's number and results to `root + path` after each epoch.

    Needs the package `requests`. A server that cannot be reached costs a warning, not the training.

    Args:
        root: Address of the server.
        path: Path on it.
        field: Name of the form's field that holds the JSON text.
        headers: Dict of further HTTP headers.
        send_as_json: Whether the body is the JSON itself, not a form.

    Example:

    >>> monitor = RemoteMonitor(root="http://localhost:9000", send_as_json=True)
    >>> monitor.root + monitor.path
    'http://localhost:9000/publish/epoch/end/'
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: Any = "/publish/epoch/end/",
        field: str = "data",
        headers: Any = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if requests is None:
            raise ImportError("RemoteMonitor requires the `requests` library.")
        send = {"epoch": epoch}
        for name, value in (logs or {}).items():
            plain = isinstance(value, (np.ndarray, np.generic))
            send[name] = value.item() if plain else value
        address = self.root + self.path
        try:
            if self.send_as_json:
                requests.post(address, json=send, headers=self.headers)
            else:
                requests.post(address, {self.field: json.dumps(send)}, headers=self.headers)
        except requests.exceptions.RequestException:
            warn_user(f"Could not reach RemoteMonitor root server at {self.root}")
