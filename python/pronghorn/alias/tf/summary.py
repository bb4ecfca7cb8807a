"""tf.summary: event files of TensorBoard, by tensorboard's own writer, which must be installed."""

import contextlib as _contextlib

from ... import ops as _ops
from . import texts as _texts

_writers = []  # those in whose `as_default` block the program is; the last one writes
_step = [None]


class _Writer:
    def __init__(self, folder):
        from ...callbacks.summaries import SummaryWriter

        self._summaries = SummaryWriter(folder)

    @_contextlib.contextmanager
    def as_default(self, step=None):
        """A block in which `scalar` and the like write to this file."""
        before = _step[0]
        _writers.append(self)
        _step[0] = before if step is None else step
        try:
            yield self
        finally:
            _writers.remove(self)
            _step[0] = before
            self.flush()

    def set_as_default(self, step=None):
        _writers.append(self)
        _step[0] = _step[0] if step is None else step

    def flush(self):
        self._summaries.flush()

    def close(self):
        self._summaries.close()


def create_file_writer(logdir, max_queue=None, flush_millis=None, filename_suffix=None, name=None):
    """A writer of one event file in a folder.

    Raises:
        ImportError: without tensorboard.
    """
    return _Writer(_texts.decoded(str(logdir)))


def create_noop_writer():
    return _contextlib.nullcontext()


def _write(kind, name, data, step):
    """Whether a writer took it. Raises ValueError without a step."""
    if not _writers:
        return False
    step = _step[0] if step is None else step
    if step is None:
        raise ValueError(f"tf.summary of {name!r} needs a `step`.")
    getattr(_writers[-1]._summaries, kind)(name, _ops.convert_to_numpy(data), int(step))
    return True


def scalar(name, data, step=None, description=None):
    return _write("scalar", name, data, step)


def histogram(name, data, step=None, buckets=None, description=None):
    return _write("histogram", name, data, step)


def image(name, data, step=None, max_outputs=3, description=None):
    data = _ops.convert_to_tensor(data)
    if "int" in data.dtype:
        data = _ops.cast(data, "float32") / 255.0
    return _write("images", name, data[:max_outputs], step)


def flush(writer=None, name=None):
    for each in [writer] if writer is not None else _writers:
        each.flush()


def should_record_summaries():
    return bool(_writers)


class experimental:
    @staticmethod
    def set_step(step):
        _step[0] = step

    @staticmethod
    def get_step():
        return _step[0]
