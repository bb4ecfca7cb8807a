"""Trainer: the part of Model that fits, evaluates and predicts.

What compile() sets up is in compiled.py, the loop over batches in loop.py, kinds of data in data/.
"""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import callbacks as callbacks_module
from ..callbacks.logs import plain_logs
from ..engine import config, nest
from ..engine.placement import at_home
from ..engine.tracebacks import filter_traceback, filtered, warn_user
from ..legacy.accept import old_arguments
from .compiled import CompiledModel
from .data import (
    class_weight_to_sample_weights,
    columns_to_arrays,
    has_text,
    inputs_to_arrays,
    make_source,
    make_staged_source,
    numbers_to_array,
    split_text,
    takes_workers,
    texts_to_arrays,
    train_validation_split,
    unpack_x_y_sample_weight,
    without_other_text,
)
from .data.arrays import check_batch_size, check_steps, sample_count, to_array
from .loop import EpochLoop, warn_out_of_data
from .old_methods import OldMethods
from .step import output_shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..callbacks.history import History


class Trainer(OldMethods, CompiledModel):
    """The loops of a model, mixed into Model."""

    @property
    def distribute_strategy(self) -> Any:
        """A strategy in the form of `tf.distribute`: training is on one device."""
        from .one_device import THE_ONE

        return THE_ONE

    @filter_traceback
    @takes_workers
    @at_home
    @old_arguments
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[Any] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> History:
        """Trains the model.

        Args:
            x: Array (or tensor), or list or dict of them; a generator or dataset of batches.
            y: Targets, in the same way; None if x gives batches.
            batch_size: Samples a step; 32 by default.
            epochs: Number of the last epoch.
            verbose: 0 silent, 1 or "auto" progress bar, 2 one line an epoch.
            callbacks: List of callbacks.
            validation_split: Part of the data, from its end, to validate on.
            validation_data: (x, y) or (x, y, sample_weight), or a dataset of batches.
            shuffle: Whether to shuffle samples in each epoch; "batch" shuffles within batches.
            class_weight: Dict from class index to the weight of its samples.
            sample_weight: Weights of samples, (n,) or shaped as the losses.
            initial_epoch: Number of the epoch to start from.
            steps_per_epoch: Batches an epoch; all by default.
            validation_steps: Batches of a validation; all by default.
            validation_batch_size: As batch_size, for validation.
            validation_freq: Every how many epochs to validate, or list of epochs (from 1).

        Returns:
            A History: `.history` maps names to one value an epoch.

        Raises:
            ValueError: Without compile(), for data that do not fit, and for labels out of range,
                in which case no weight has changed.
        """
        self._assert_compile_called("fit")
        # What can be checked is checked before a weight changes, validation data included.
        _check_counts(epochs=epochs, initial_epoch=initial_epoch)
        check_steps(steps_per_epoch, "steps_per_epoch")
        check_steps(validation_steps, "validation_steps")
        if config.max_epochs() and config.max_epochs() < epochs:  # type: ignore[operator]
            epochs = config.max_epochs()
            warn_user(f"Limiting epochs to {epochs}")
        validation_epochs = [e for e in range(initial_epoch, epochs) if _is_due(e, validation_freq)]
        if validation_split and validation_data is None:
            eager = self._runs_text_eagerly()
            x = texts_to_arrays(x) if eager else x
            x, y, sample_weight = columns_to_arrays(x, y, sample_weight)
            on_host = self._host_part(x) is not None or (eager and has_text(x))
            split = split_text if on_host else train_validation_split
            (x, y, sample_weight), validation_data = split((x, y, sample_weight), validation_split)
        source = self._source(
            x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight,
            functools.partial(output_shape_of, self),
        )  # fmt: skip
        validation = None
        if validation_data is not None:
            if validation_batch_size is None:
                validation_batch_size = batch_size
            else:
                check_batch_size(validation_batch_size, "validation_batch_size")
            x, y, sample_weight = unpack_x_y_sample_weight(validation_data)
            validation = self._source(x, y, sample_weight, validation_batch_size, validation_steps)
        step = self._prepare("train", source.first_batch_spec)
        if not isinstance(callbacks, callbacks_module.CallbackList):
            callbacks = callbacks_module.CallbackList(
                callbacks,
                add_history=True,
                add_progbar=verbose != 0,
                model=self,
                verbose=verbose,
                epochs=epochs,
                steps=steps_per_epoch or source.num_batches,
            )
        group = self.steps_per_execution
        loop = EpochLoop(self, step, source, callbacks, "train", steps_per_epoch, group)
        validation_loop = None
        state = self.__dict__
        state.update(stop_training=False, _initial_epoch=None, _training_source=source)
        callbacks.on_train_begin()
        state["_training_source"] = None
        source.begin()
        logs = None
        first_epoch = self._initial_epoch or initial_epoch
        for epoch in range(first_epoch, epochs):
            self.reset_metrics()
            _update_steps(callbacks, steps_per_epoch or source.num_batches)
            callbacks.on_epoch_begin(epoch)
            if validation_loop is None and validation is not None and validation_epochs:
                validation_loop = self._loop("test", validation, callbacks, validation_steps)
                loop.trace_ahead()
                validation_loop.trace_ahead()
            outputs = loop.run()
            if outputs is None:
                warn_out_of_data()
                break
            logs = plain_logs(self._epoch_logs(outputs))
            if validation_loop is not None and _is_due(epoch, validation_freq):
                results = self._run_evaluation(validation_loop, callbacks)
                logs.update({f"val_{name}": value for name, value in results.items()})
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
            if getattr(source, "exhausted", False) and epoch + 1 < epochs:
                warn_out_of_data()
                break
        if self.optimizer is not None and epochs > 0:
            self.optimizer.finalize_variable_values(self.trainable_weights)
        callbacks.on_train_end(logs)
        return self.history

    def _host_part(self, x):
        """What runs on the host before the program, of models that have such layers; else None."""
        return None

    def _runs_text_eagerly(self):
        """Whether steps on text run as Python: where a call runs no graph to be cut in two."""
        return True

    def _input_keys(self):
        """What the model's inputs are called in a dict of data; None where that is not known."""
        return None

    def _staged(self, x):
        """Inputs as the program takes them."""
        names = self._input_keys()
        x = x if names is None else without_other_text(x, names)
        part = self._host_part(x)
        return x if part is None else part(x)

    def _source(self, x, *args, **kwargs):
        names = self._input_keys()
        x = x if names is None else without_other_text(x, names)
        part = self._host_part(x)
        takes_text = part is None and self._runs_text_eagerly()
        if takes_text:
            x, *beside = columns_to_arrays(texts_to_arrays(x), *args[:2])
            args = (*beside[: len(args)], *args[2:])
        if part is not None or (takes_text and has_text(x)):
            source = make_staged_source(part, x, *args, **kwargs)
        else:
            source = make_source(x, *args, **kwargs)
        source.text = takes_text
        return source

    def _loop(self, kind, source, callbacks, steps):
        step = self._prepare(kind, source.first_batch_spec)
        return EpochLoop(self, step, source, callbacks, kind, steps, self.steps_per_execution)

    @contextlib.contextmanager
    def _own_metrics(self):
        """Keeps what is run inside apart from the results of a loop that is under way."""
        if not self.__dict__.get("_loops"):
            yield
            return
        kept = [(v, v.value) for metric in self.metrics for v in metric.variables]
        try:
            yield
        finally:
            self.reset_metrics()
            for variable, value in kept:
                variable.assign(value)

    def _run_evaluation(self, loop, callbacks):
        self.__dict__["stop_evaluating"] = False
        if loop.steps is not None and loop.source.native:
            loop.source.position = loop.source.num_batches  # every run starts at the front
        callbacks.on_test_begin()
        self.reset_metrics()
        logs = plain_logs(loop.run())
        callbacks.on_test_end(logs)
        return logs

    @filter_traceback
    @takes_workers
    @at_home
    @old_arguments
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Sequence[Any] | None = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The loss and metrics of the model on data, without training.

        Args:
            x, y, sample_weight, batch_size, verbose, callbacks: As of `fit`.
            steps: Batches; all by default.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss, or a list of the loss and the metrics in the order of compile(), or a dict.

        Raises:
            ValueError: for a model that is not compiled, unknown arguments, a `steps` that is no
                positive integer, and data that do not go together.
        """
        self._assert_compile_called("evaluate")
        if kwargs:
            raise ValueError(f"Arguments not recognized: {kwargs}")
        check_steps(steps, "steps")
        source = self._source(x, y, sample_weight, batch_size, steps)
        callbacks = self._callbacks(callbacks, verbose, steps or source.num_batches)
        loop = self._loop("test", source, callbacks, steps)
        with self._own_metrics():
            logs = self._run_evaluation(loop, callbacks)
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    def _callbacks(self, callbacks, verbose, steps):
        if isinstance(callbacks, callbacks_module.CallbackList):
            return callbacks
        return callbacks_module.CallbackList(
            callbacks, add_progbar=verbose != 0, model=self, verbose=verbose, epochs=1, steps=steps
        )

    @filter_traceback
    @takes_workers
    @at_home
    @old_arguments
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Sequence[Any] | None = None,
    ) -> Any:
        """The model's outputs for data.

        Args:
            x: As of `fit`.
            batch_size: Samples a step; 32 by default.
            verbose: As of `fit`.
            steps: Batches; all by default.
            callbacks: List of callbacks.

        Returns:
            NumPy array, or a nest of them like the model's outputs.
        """
        if verbose == 0 and not callbacks and steps is None and type(x) is np.ndarray:
            if batch_size is not None:
                check_batch_size(batch_size)
            if x.ndim and 0 < len(x) <= (batch_size or 32):  # one batch: no loop is needed
                return self.predict_on_batch(x)
        check_steps(steps, "steps")
        source = self._source(x, batch_size=batch_size, steps=steps)
        callbacks = self._callbacks(callbacks, verbose, steps or source.num_batches)
        loop = self._loop("predict", source, callbacks, steps)
        self.__dict__["stop_predicting"] = False
        callbacks.on_predict_begin()
        outputs = loop.run_collecting()
        callbacks.on_predict_end()
        return outputs

    # ---- single batches ----------------------------------------------------------------------

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One step on one batch.

        Args:
            x, y, sample_weight: Arrays of the batch, or nests of them.
            class_weight: As of `fit`.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss before the step, or a list or dict of it and the metrics.

        Raises:
            ValueError: for a model that is not compiled, both weights at once, and lengths that
                differ.
        """
        self._assert_compile_called("train_on_batch")
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError(
                    "Arguments `sample_weight` and `class_weight` cannot be specified at the same "
                    f"time. Received: sample_weight={sample_weight}, class_weight={class_weight}"
                )
            shape = output_shape_of(self, x) if np.ndim(y) > 1 else None
            sample_weight = class_weight_to_sample_weights(y, class_weight, shape)
        return self._on_batch("train", x, y, sample_weight, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """The loss and metrics of one batch. Args and result as of `train_on_batch`.

        Returns:
            The loss, or a list or dict of it and the metrics.
        """
        self._assert_compile_called("test_on_batch")
        return self._on_batch("test", x, y, sample_weight, return_dict)

    def _on_batch(self, kind, x, y, sample_weight, return_dict):
        try:
            logs = self._logs_of_batch(kind, x, y, sample_weight)
        except Exception as error:
            raise filtered(error) from error.__cause__
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    @at_home
    def _logs_of_batch(self, kind, x, y, sample_weight):
        x = self._staged(x)
        try:
            data = _batch_arrays(x, y, sample_weight)
        except ValueError:
            if not self._runs_text_eagerly():
                raise
            data = _batch_arrays(inputs_to_arrays(x), y, sample_weight, text=True)
        step = self._prepare(kind, lambda: data)
        if self.__dict__.get("_loops"):  # called by a batch hook
            with self._own_metrics():
                self.reset_metrics()
                return plain_logs(step.batch(data))
        self.reset_metrics()
        return plain_logs(step.batch(data))

    def predict_on_batch(self, x: Any) -> Any:
        """The model's outputs for one batch, as NumPy arrays.

        Args:
            x: Array of the batch, or a nest of them.

        Returns:
            NumPy array, or a nest of them, in the form of the model's outputs.

        Raises:
            ValueError: for inputs that do not fit the model, from which the message comes.
        """
        step = self.predict_function
        if step is not None and type(x) is np.ndarray:
            outputs = step.quick(x, self.__dict__.get("_functional"))
            if outputs is not None:
                return outputs
        try:
            return self._outputs_of_batch(x)
        except Exception as error:
            raise filtered(error) from error.__cause__

    @at_home
    def _outputs_of_batch(self, x):
        x = self._staged(numbers_to_array(x))
        plain = type(x) is np.ndarray
        try:
            data = (_batch_array(x) if plain else nest.map_structure(_batch_array, x),)
        except ValueError:
            if not self._runs_text_eagerly():
                raise
            data = (inputs_to_arrays(x),)
        step = self._prepare("predict", lambda: data)
        outputs = step.batch(data)
        own = type(x) is np.ndarray and self._host_part(x) is None
        if own and data[0].dtype == x.dtype:
            step.keep_runner(x)
        if nest.is_nested(outputs):
            return nest.map_structure(np.array, outputs)
        return np.array(outputs)


def _batch_arrays(x, y, sample_weight, text=False):
    """A batch as a step takes it; `text` where the inputs are arrays already, of text too."""
    data = (x, y, sample_weight)
    if text:
        rest = nest.map_structure(_batch_array, tuple(map(numbers_to_array, data[1:])))
        data = (x, *rest)
    elif _is_plain(data):
        return _batch_array(x), _batch_array(y), None
    else:
        data = nest.map_structure(_batch_array, tuple(map(numbers_to_array, data)))
    sample_count(data)
    return data


def _is_plain(data):
    """Whether a batch is two arrays of equally many samples, as most are."""
    x, y, sample_weight = data
    if type(x) is not np.ndarray or type(y) is not np.ndarray or sample_weight is not None:
        return False
    return x.ndim > 0 and y.ndim > 0 and 0 < x.shape[0] == y.shape[0]


def _batch_array(leaf):
    if type(leaf) is np.ndarray and leaf.dtype == config.floatx() and leaf.ndim:
        return leaf
    if leaf is None:
        return None
    if not hasattr(leaf, "__array__"):
        raise ValueError(
            f"Expected arrays. Received: {leaf!r} (of type {type(leaf).__name__}); lists of "
            "numbers become arrays with `np.array`."
        )
    return to_array(leaf)


def _check_counts(**counts):
    for name, value in counts.items():
        if not hasattr(value, "__index__"):
            raise TypeError(f"`{name}` must be an integer. Received: {name}={value!r}")


def _update_steps(callbacks, steps):
    """Tells the callbacks of a dataset's new length."""
    params = callbacks.params
    if params and steps is not None and params.get("steps") != steps and "steps" in params:
        callbacks.set_params({**params, "steps": steps})


def _is_due(epoch, validation_freq):
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    if isinstance(validation_freq, (list, tuple, set)):
        return epoch + 1 in validation_freq
    raise ValueError(
        "Expected `validation_freq` to be a list or int. Received: "
        f"validation_freq={validation_freq} of the type {type(validation_freq)}."
    )
