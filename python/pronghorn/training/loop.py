"""The loop over the batches of one epoch, for training, testing and predicting alike.

Arrays run natively: many batches a call while no callback looks at them, one a call otherwise.
Other sources, and models that run eagerly, are fed batch by batch from Python.
"""

from typing import Any

import numpy as np

from ..engine import config, nest
from ..engine.tracebacks import warn_user

_END = object()


class EpochLoop:
    """Runs a step over a source of batches, epoch by epoch.

    Args:
        model: The model; its `stop_*` flags are watched.
        step: StepFunction.
        source: A source from training/data.
        callbacks: CallbackList.
        mode: "train", "test" or "predict".
        steps: Batches an epoch; None for all there are.
        group: Batches between two calls of the batch hooks (steps_per_execution).
    """

    def __init__(self, model, step, source, callbacks, mode, steps=None, group=1):
        self.model = model
        self.step = step
        self.source = source
        self.callbacks = callbacks
        self.mode = mode
        # A group of batches is run whole, as in Keras.
        self.steps = None if steps is None else -(-steps // group) * group
        limit = config.max_steps_per_epoch()
        if limit and limit < (self.steps or source.num_batches or limit + 1):
            self.steps = limit
        self.group = group
        self._stop_flag = {
            "train": "stop_training",
            "test": "stop_evaluating",
            "predict": "stop_predicting",
        }[mode]
        self._iterator: Any = None
        self._learned_batches = None
        self._passes = 0

    def _ask_callbacks(self):
        """Whether a callback looks at batches: asked in each pass, since hooks may be assigned."""
        looks = getattr(self.callbacks, "looks", None)
        # A CallbackList of the user's own making may look at anything.
        self._looks = True if looks is None else looks(self.mode)
        self._shows = not self._looks and self.callbacks.shows_progress(self.mode)

    @property
    def num_batches(self):
        """Batches an epoch, None if unknown yet."""
        return self.steps or self.source.num_batches or self._learned_batches

    def run(self, on_outputs=None):
        """Runs one epoch.

        Args:
            on_outputs: Called with the outputs of every batch; keeps to one batch a call.

        Returns:
            The outputs of the last batch, None if there was none because the data is used up.

        Raises:
            ValueError: If the data gave no batch from the first.
        """
        source = self.source
        self._ask_callbacks()
        source.on_epoch_begin()
        native = source.native and not self.step.eager
        state = self.model.__dict__
        state["_loops"] = state.get("_loops", 0) + 1
        try:
            if native and not self._looks and on_outputs is None:
                outputs = self._run_stretches()
            else:
                outputs = self._run_groups(native, on_outputs)
        except BaseException:
            # threads that make batches end now, not when the traceback is dropped
            getattr(self._iterator, "close", lambda: None)()
            self._iterator = None
            raise
        finally:
            state["_loops"] -= 1
        source.on_epoch_end()
        if outputs is None and not self._passes:
            raise ValueError("The data gave no batch; expected at least one.")
        self._passes += 1
        return outputs

    def trace_ahead(self):
        """Traces the step for the first batch, so that what does not fit shows before it runs."""
        if self.step.eager:
            return
        batch = self.source.first_batch_spec()
        if not self.step.runs_text_eagerly(batch):
            self.step.function.program_for(batch)

    def run_collecting(self):
        """Runs one epoch and returns the outputs of all its samples, as NumPy arrays."""
        source = self.source
        self._ask_callbacks()
        if source.native and not self.step.eager and not self._looks:
            first, end = self._array_range()
            _, outputs = self.step.run_batches(source, first, first + 1)
            if self._shows:
                self.callbacks.progress(self.mode, 0, outputs)
            if end - first == 1:
                return nest.map_structure(np.array, outputs)
            rows = source.batch_size
            if all(_has_rows(leaf, rows) for leaf in nest.flatten(outputs)):
                return self._collect(outputs, first, end)
            source.position = source.num_batches
        batches = []
        self.run(on_outputs=batches.append)
        if len(batches) == 1:
            return nest.map_structure(np.array, batches[0])
        return nest.map_structure(_joined, *batches)

    def _collect(self, outputs, first, end):
        """Native calls that write each batch's rows where they belong."""
        source = self.source
        samples = min(end * source.batch_size, source.num_samples)
        leaves = [np.asarray(leaf) for leaf in nest.flatten(outputs)]
        arrays = [np.empty((samples, *leaf.shape[1:]), leaf.dtype) for leaf in leaves]
        for array, leaf in zip(arrays, leaves):
            array[: source.batch_size] = leaf
        position = first + 1
        while position < end and not self.stopped():
            if (position + 1) * source.batch_size <= source.num_samples:
                position, _ = self.step.run_batches(source, position, end, arrays)
            else:  # the last, smaller batch, whose outputs may be of another shape
                start = position * source.batch_size - first * source.batch_size
                position, last = self.step.run_batches(source, position, end)
                for array, leaf in zip(arrays, nest.flatten(last)):
                    if leaf.shape != (len(array) - start, *array.shape[1:]):
                        raise _cannot_join([leaves[0].shape, tuple(leaf.shape)])
                    array[start:] = leaf
            if self._shows:
                self.callbacks.progress(self.mode, position - first - 1, None)
        done = min(position * source.batch_size, samples)
        return nest.pack_as(outputs, [a[:done] for a in arrays])

    def stopped(self):
        return getattr(self.model, self._stop_flag, False)

    def _run_stretches(self):
        """Native calls of many batches; Python is back at least every 50 ms."""
        source, step = self.source, self.step
        first, end = self._array_range()
        position, outputs = first, None
        while position < end and not (outputs is not None and self.stopped()):
            # The first batch traces: alone, so that the times shown are those of steady steps.
            stop = position + 1 if self._shows and position == first else end
            position, outputs = step.run_batches(source, position, stop)
            if self._shows:
                self.callbacks.progress(self.mode, position - first - 1, outputs)
        source.position = position
        return outputs

    def _array_range(self):
        source = self.source
        if self.steps is None or source.position >= source.num_batches:
            source.start_pass()
        first = source.position
        if self.steps is None:
            return first, source.num_batches
        if first + self.steps > source.num_batches:
            warn_out_of_data()
        return first, min(first + self.steps, source.num_batches)

    def _run_groups(self, native, on_outputs):
        """One batch a call, with the batch hooks around every group of batches."""
        begin = getattr(self.callbacks, f"on_{self.mode}_batch_begin")
        end = getattr(self.callbacks, f"on_{self.mode}_batch_end")
        predicting = self.mode == "predict"
        outputs = None
        number = 0
        for group in self._groups(native):
            if self._looks:
                begin(number)
            for run in group:
                outputs = run()
                if on_outputs is not None:
                    on_outputs(outputs)
            last = number + self.group - 1
            if self._looks:
                end(last, {"outputs": outputs} if predicting else outputs)
            elif self._shows:
                self.callbacks.progress(self.mode, last, outputs)
            number += self.group
            if self.stopped():
                break
        return outputs

    def _groups(self, native):
        """Lists of functions, each of which runs one batch."""
        if self.source.native:
            position, end = self._array_range()
            while position < end:
                stop = min(position + self.group, end)
                self.source.position = stop
                yield [self._array_batch(native, index) for index in range(position, stop)]
                position = stop
            return
        yield from self._python_groups()

    def _array_batch(self, native, index):
        if native:
            return lambda: self.step.run_batches(self.source, index, index + 1)[1]
        return lambda: self.step.batch(self.source.batch(index))

    def _has_an_end(self):
        """Whether the data are passes of a known number of batches, and no iterator."""
        return getattr(self.source, "num_batches", None) is not None

    def _python_groups(self):
        known = self.num_batches
        resumed = self._iterator is not None and self.steps is not None
        if not resumed:
            self._iterator = self.source.iterate()
        done = 0
        while known is None or done < known:
            size = self.group if known is None else min(self.group, known - done)
            group = []
            while len(group) < size:
                data = next(self._iterator, _END)
                if data is _END and done == 0 and not group and resumed and self._has_an_end():
                    # the epoch before took the last batch of a pass
                    self._iterator, resumed = self.source.iterate(), False
                    data = next(self._iterator, _END)
                if data is _END:
                    break
                group.append(lambda data=data: self.step.batch(data))
            done += len(group)
            if group:
                yield group
            if len(group) < size:
                self._iterator = None
                if known is None:
                    self._learned_batches = done
                else:
                    warn_out_of_data()
                return


def _joined(*parts):
    try:
        return np.concatenate(parts)
    except ValueError:
        raise _cannot_join([tuple(part.shape) for part in parts]) from None


def _cannot_join(shapes):
    shapes = list(dict.fromkeys(shapes))
    return ValueError(
        f"The outputs of the batches cannot be joined into one array: their shapes are {shapes}. "
        "Expected shapes that differ in the first axis alone. Use a batch_size that divides the "
        "number of samples, or `predict_on_batch`."
    )


def _has_rows(leaf, rows):
    """Whether an output has one row a sample, of a dtype that NumPy can hold."""
    return bool(leaf.shape) and leaf.shape[0] == rows and leaf.dtype != "bfloat16"


def warn_out_of_data():
    """Keras's warning for data that end before the steps do."""
    warn_user(
        "Your input ran out of data; interrupting training. Make sure that your dataset or "
        "generator can generate at least `steps_per_epoch * epochs` batches. You may need to use "
        "the `.repeat()` function when building your dataset."
    )
