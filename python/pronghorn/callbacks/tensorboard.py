"""TensorBoard: results, weights, activations, gradients and the model, for tensorboard to show."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from .._atomic import replacing_file
from ..engine import Function, GradientTape, KerasTensor, convert_to_tensor, nest
from ..engine.config import image_data_format
from ..engine.graph import Graph
from .callback import Callback

if TYPE_CHECKING:
    from ..engine.types import PathLike


class TensorBoard(Callback):
    """Writes event files that TensorBoard reads: `tensorboard --logdir logs`.

    Needs the package `tensorboard` (`pip install 'pronghorn[tensorboard]'`). Results of training go
    to the folder `train`, of validation to `validation`.

    Args:
        log_dir: Folder of this training run alone.
        histogram_freq: Every how many epochs to write histograms of weights and, on a batch of the
            training data, of the layers' outputs; 0 for never.
        write_graph: Whether to write the model's graph.
        write_images: Whether to write the weights as images along with the histograms.
        write_steps_per_second: Whether to write how fast training is.
        update_freq: `"epoch"`, `"batch"`, or every how many batches to write the results.
        profile_batch: Checked and kept; there are no traces of single batches.
        embeddings_freq: Every how many epochs to write the Embedding layers; 0 for never.
        embeddings_metadata: File with the names of the rows, or a dict of them by layer name.
        write_grads: Whether to write histograms of the gradients along with those of the weights.

    Raises:
        ImportError: where tensorboard is not installed.
        ValueError: for another profile_batch, or metadata of unknown layers.

    Example:

    >>> logs = callbacks.TensorBoard("logs/run_1", update_freq=100)  # doctest: +SKIP
    >>> history = model.fit(x, y, epochs=5, callbacks=[logs])  # doctest: +SKIP
    """

    def __init__(
        self,
        log_dir: PathLike = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str = "epoch",
        profile_batch: int = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
        write_grads: bool = False,
    ) -> None:
        super().__init__()
        from .summaries import SummaryWriter

        self._writer_class = SummaryWriter
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.profile_batch = _checked_batches(profile_batch)
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self.write_grads = write_grads
        self._writers = {}
        self._global_train_batch = 0
        self._source = None
        self._activations = None
        if self.update_freq != "epoch":
            # on the instance: a callback whose class has these is called at every batch
            self.on_train_batch_begin = self._before_batch
            self.on_train_batch_end = self._after_batch

    def set_model(self, model: Any) -> None:
        """Takes the model; writes its graph and names its embeddings where asked to.

        Args:
            model: The model.
        """
        super().set_model(model)
        self._writers = {}
        self._activations = None
        if self.write_graph:
            self._write_graph()
        if self.embeddings_freq:
            self._write_projector_config()

    def _writer(self, name):
        if name not in self._writers:
            self._writers[name] = self._writer_class(os.path.join(self.log_dir, name))
        return self._writers[name]

    # ---- hooks -------------------------------------------------------------------------------

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._global_train_batch = 0
        self._source = getattr(self.model, "_training_source", None)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._source = None
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch_start = time.time(), int(self.model.optimizer.iterations)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._write_results(epoch, logs or {})
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_histograms(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings(epoch)
        for writer in self._writers.values():
            writer.flush()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        if getattr(self.model, "optimizer", None) is not None:
            step = int(self.model.optimizer.iterations)
            for name, value in (logs or {}).items():
                self._writer("validation").scalar(f"evaluation_{name}_vs_iterations", value, step)
            self._writer("validation").flush()

    def _before_batch(self, batch, logs=None):
        self._batch_start = time.time()

    def _after_batch(self, batch, logs=None):
        self._global_train_batch += 1
        step = self._global_train_batch
        if step % self.update_freq:  # type: ignore[operator]
            return
        writer = self._writer("train")
        if self.write_steps_per_second:
            rate = 1.0 / max(time.time() - self._batch_start, 1e-9)
            writer.scalar("batch_steps_per_second", rate, step)
        for name, value in (logs or {}).items():
            writer.scalar(f"batch_{name}", value, step)

    # ---- what is written ---------------------------------------------------------------------

    def _write_results(self, epoch, logs):
        train = {name: v for name, v in logs.items() if not name.startswith("val_")}
        train = self._collect_learning_rate(train)
        if self.write_steps_per_second:
            start, before = self._epoch_start
            steps = int(self.model.optimizer.iterations) - before
            train["steps_per_second"] = steps / max(time.time() - start, 1e-9)
        for name, value in train.items():
            self._writer("train").scalar(f"epoch_{name}", value, epoch)
        for name, value in logs.items():
            if name.startswith("val_"):
                self._writer("validation").scalar(f"epoch_{name[4:]}", value, epoch)

    def _collect_learning_rate(self, logs):
        """The logs with the learning rates; subclasses say otherwise."""
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        if hasattr(optimizer, "optimizers"):
            for inner in optimizer.optimizers:
                logs[f"learning_rate_{inner.name}"] = float(inner.learning_rate)
        else:
            logs["learning_rate"] = float(optimizer.learning_rate)
        return logs

    def _write_histograms(self, epoch):
        writer = self._writer("train")
        for layer in self.model.layers:
            for weight in layer.weights:
                tag = weight.path.replace(":", "_")
                value = weight.numpy().astype("float32")
                writer.histogram(f"{tag}/histogram", value, epoch)
                images = _as_images(value) if self.write_images else None
                if images is not None:
                    writer.images(f"{tag}/image", images, epoch)
        batch = self._batch()
        if batch is None:
            return
        for name, value in self._outputs_of_layers(batch[0]):
            writer.histogram(f"{name}_out", value, epoch)
        if self.write_grads:
            for weight, gradient in self._gradients(*batch):
                writer.histogram(f"{weight.path.replace(':', '_')}_grad", gradient, epoch)

    def _batch(self):
        """(x, y, sample_weight) of the training data's first batch; None if not at hand."""
        if not hasattr(self._source, "first_batch_spec"):
            return None
        data = self._source.first_batch_spec()
        if any(x is not None and not hasattr(x, "__array__") for x in nest.flatten(data)):
            return None
        data = nest.map_structure(lambda x: None if x is None else convert_to_tensor(x), data)
        return (*data, None, None)[:3] if isinstance(data, tuple) else None

    def _outputs_of_layers(self, x):
        """(name, value) of the outputs of the layers of a functional or sequential model."""
        if self._activations is None:
            self._activations = self._make_activations()
        names, program = self._activations
        if not names:
            return []
        return zip(names, program([convert_to_tensor(v) for v in nest.flatten(x)]))

    def _make_activations(self):
        model = getattr(self.model, "_functional", None) or self.model
        inputs, found = getattr(model, "inputs", None), []
        if not inputs or not hasattr(model, "_graph"):
            return [], None
        for node in model._graph.nodes:
            if not node.is_input and hasattr(node.operation, "weights"):
                many = len(node.outputs) > 1
                for i, output in enumerate(node.outputs):
                    found.append((f"{node.operation.name}_{i}" if many else node.operation.name,
                                  output))  # fmt: skip
        graph = Graph(list(inputs), [x for _, x in found], unique=False)
        program = Function(lambda values: graph.run(values, training=False), name="activations")
        return [name for name, _ in found], program

    def _gradients(self, x, y, sample_weight):
        weights = self.model.trainable_weights
        with GradientTape() as tape:
            y_pred = self.model(x, training=False)
            loss = self.model.compute_loss(x, y, y_pred, sample_weight, training=False)
        found = zip(weights, tape.gradient(loss, weights))
        return [(w, g.numpy().astype("float32")) for w, g in found if g is not None]

    def _write_graph(self):
        model = getattr(self.model, "_functional", None) or self.model
        if not hasattr(model, "_graph"):
            return
        writer = self._writer("train")
        try:
            writer.keras_model(self.model.to_json())
        except (TypeError, ValueError, NotImplementedError):
            pass  # a model that has no configuration has a graph all the same
        names = {}
        for node in model._graph.nodes:
            for key in node.output_keys:
                names[key] = node.operation.name
        rows = {}
        for node in model._graph.nodes:
            inputs = [names[x._key] for x in node.input_tensors if isinstance(x, KerasTensor)]
            kind = type(node.operation).__name__
            name = node.operation.name
            rows[name] = (name, kind, [*rows.get(name, (0, 0, []))[2], *inputs])
        writer.graph(rows.values())
        writer.flush()

    # ---- embeddings --------------------------------------------------------------------------

    def _embedding_layers(self):
        return [layer for layer in self.model.layers if type(layer).__name__ == "Embedding"]

    def _write_projector_config(self):
        from google.protobuf import text_format
        from tensorboard.plugins import projector

        layers = self._embedding_layers()
        metadata = self.embeddings_metadata
        if isinstance(metadata, dict):
            unknown = sorted(set(metadata) - {layer.name for layer in layers})
            if unknown:
                raise ValueError(
                    "Unrecognized `Embedding` layer names passed to `TensorBoard` as keys of "
                    f"`embeddings_metadata`: {unknown}. The model's are "
                    f"{[layer.name for layer in layers]}."
                )
        config = projector.ProjectorConfig()
        for layer in layers:
            embedding = config.embeddings.add()
            embedding.tensor_name = layer.name
            embedding.tensor_path = os.path.join("train", f"{layer.name}.tsv")
            path = metadata.get(layer.name) if isinstance(metadata, dict) else metadata
            if path:
                embedding.metadata_path = os.fspath(path)
        os.makedirs(self.log_dir, exist_ok=True)
        with replacing_file(os.path.join(self.log_dir, "projector_config.pbtxt"), "w") as file:
            file.write(text_format.MessageToString(config))

    def _write_embeddings(self, epoch):
        folder = os.path.join(self.log_dir, "train")
        os.makedirs(folder, exist_ok=True)
        for layer in self._embedding_layers():
            with replacing_file(os.path.join(folder, f"{layer.name}.tsv"), "w") as file:
                np.savetxt(file, layer.embeddings.numpy(), fmt="%.7g", delimiter="\t")
        self.model.save_weights(
            os.path.join(folder, f"keras_embedding.ckpt-{epoch}.weights.h5"), overwrite=True
        )


def _checked_batches(value):
    """(first, last) batch of a profile.

    Raises:
        ValueError: for anything but a number, two numbers, or a text of them.
    """
    try:
        parts = value.split(",") if isinstance(value, str) else value
        parts = [int(p) for p in parts] if isinstance(parts, (list, tuple)) else [parts, parts]
        first, last = parts if len(parts) == 2 else parts * 2
        if first != int(first) or not 0 <= first <= last:
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            "profile_batch must be a non-negative integer or 2-tuple of positive integers. A pair "
            f"of positive integers signifies a range of batches to profile. Found: {value}"
        ) from None
    return first, last


def _as_images(weight):
    """A weight as images (n, height, width, channels); None where it is no picture."""
    w = np.squeeze(weight)
    if w.ndim == 1:
        w = w.reshape(1, -1, 1, 1)
    elif w.ndim == 2:
        w = (w.T if w.shape[0] > w.shape[1] else w)[None, ..., None]
    elif w.ndim == 3:
        w = (w.transpose(2, 0, 1) if image_data_format() == "channels_last" else w)[..., None]
    return w if w.ndim == 4 and w.shape[-1] in (1, 3, 4) and w.size else None
