"""Event files of TensorBoard: scalars, histograms, images, graphs, by tensorboard's own writer."""

import struct
import time
import zlib

import numpy as np


def _needs(error):
    return ImportError(
        "The TensorBoard callback needs the package `tensorboard`: "
        "pip install 'pronghorn[tensorboard]'"
    ).with_traceback(error.__traceback__)


try:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.graph_pb2 import GraphDef
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.plugins.histogram.summary import histogram_pb
    from tensorboard.plugins.image import metadata as image_metadata
    from tensorboard.plugins.scalar.summary import scalar_pb
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    from tensorboard.util import tensor_util
except ImportError as error:
    raise _needs(error) from error


class SummaryWriter:
    """One event file.

    Args:
        folder: Where it is made.
    """

    def __init__(self, folder):
        self._file = EventFileWriter(folder)

    def _add(self, step, **content):
        self._file.add_event(Event(wall_time=time.time(), step=int(step), **content))

    def scalar(self, tag, value, step):
        self._add(step, summary=scalar_pb(tag, np.float32(value)))

    def histogram(self, tag, values, step):
        self._add(step, summary=histogram_pb(tag, np.asarray(values, "float64").ravel()))

    def images(self, tag, images, step):
        """Images (n, height, width, channels) of values in [0, 1]; at most three are kept."""
        pixels = np.uint8(np.clip(np.asarray(images, "float32"), 0, 1) * 255.999)
        height, width = pixels.shape[1:3]
        encoded = [str(width).encode(), str(height).encode(), *map(_png, pixels[:3])]  # type: ignore[index]
        self._tensor(tag, encoded, image_metadata.create_summary_metadata(None, None), step)

    def keras_model(self, json_text):
        """A model's configuration, which the graph page draws as layers."""
        metadata = SummaryMetadata()
        metadata.plugin_data.plugin_name = "graph_keras_model"
        metadata.plugin_data.content = b"1"
        self._tensor("keras", json_text.encode(), metadata, 0)

    def graph(self, nodes):
        """A graph of (name, kind, names of inputs)."""
        graph = GraphDef()
        for name, kind, inputs in nodes:
            graph.node.add(name=name, op=kind, input=inputs)
        self._add(0, graph_def=graph.SerializeToString())

    def _tensor(self, tag, value, metadata, step):
        tensor = tensor_util.make_tensor_proto(np.asarray(value, dtype=object), "string")
        value = Summary.Value(tag=tag, tensor=tensor, metadata=metadata)
        self._add(step, summary=Summary(value=[value]))

    def flush(self):
        self._file.flush()

    def close(self):
        self._file.close()


def _png(pixels):
    """An image (height, width, 1, 3 or 4) of bytes as a PNG file's content (RFC 2083)."""
    height, width, channels = pixels.shape
    kind = {1: 0, 3: 2, 4: 6}[channels]
    rows = np.concatenate([np.zeros((height, 1), "uint8"), pixels.reshape(height, -1)], axis=1)

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows.tobytes()))
        + chunk(b"IEND", b"")
    )
