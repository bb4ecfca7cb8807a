"""Trainer: the part of Model that compiles, fits, evaluates and predicts.

Losses and metrics of compile() are in compile_loss.py and compile_metrics.py, the compiled step in
step.py, the loop over batches in loop.py, kinds of data in data/.
"""

import warnings

import numpy as np

from .. import callbacks as callbacks_module
from .. import metrics as metrics_module
from .. import ops, optimizers
from ..callbacks.logs import plain_logs
from ..engine import GradientTape, nest
from .compile_loss import CompileLoss
from .compile_metrics import CompileMetrics
from .data import (
    class_weight_to_sample_weights,
    make_source,
    train_validation_split,
    unpack_x_y_sample_weight,
)
from .data.arrays import to_array
from .loop import EpochLoop, warn_out_of_data
from .step import StepFunction, build_by_shapes
from .trainable import TrainableSnapshot


class Trainer:
    """Mixed into Model. State is kept out of attribute tracking: it is no part of the layer."""

    def __init__(self):
        self.__dict__.update(
            compiled=False,
            optimizer=None,
            loss=None,
            stop_training=False,
            stop_evaluating=False,
            stop_predicting=False,
            steps_per_execution=1,
            train_function=None,
            test_function=None,
            predict_function=None,
            history=None,
            _run_eagerly=False,
            _jit_compile=False,
            _initial_epoch=None,
            _compile_loss=None,
            _compile_metrics=None,
            _compile_config=None,
            _loss_tracker=None,
            _snapshot=None,
        )

    # ---- compile ---------------------------------------------------------------------------

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Sets how the model is trained, and takes note of which weights are trainable now.

        Args:
            optimizer: Name or Optimizer.
            loss: Name, function or Loss; or a list, dict (by output name) or nest of them.
            loss_weights: Factors on the losses, in the same form.
            metrics: List of names, functions or Metrics; for several outputs a list of lists or
                a dict. "accuracy" chooses the binary, categorical or sparse form by shapes.
            weighted_metrics: The same, with sample weights.
            run_eagerly: Whether to run Python for every batch, for debugging.
            steps_per_execution: Batches between two calls of batch hooks.
            jit_compile: Accepted; steps are always compiled unless run_eagerly.
            auto_scale_loss: Accepted; there is no float16 training that needs it.

        Raises:
            ValueError: If a name is unknown (the message lists near ones) or a spec is of the
                wrong type.

        Example:

        ```python
        model.compile(optimizer="adam", loss="mse", metrics=["mae"])
        ```
        """
        if steps_per_execution != int(steps_per_execution) or steps_per_execution < 1:
            raise ValueError(
                "`steps_per_execution` must be a positive integer. "
                f"Received: steps_per_execution={steps_per_execution}"
            )
        if jit_compile is True and run_eagerly:
            warnings.warn(
                "If `run_eagerly` is True, then `jit_compile` cannot also be True. Disabling "
                "`jit_compile`.",
                stacklevel=2,
            )
        names = getattr(self, "output_names", None)
        optimizer = optimizers.get(optimizer)
        compile_loss = None if loss is None else CompileLoss(loss, loss_weights, names)
        compile_metrics = None
        if metrics is not None or weighted_metrics is not None:
            compile_metrics = CompileMetrics(metrics, weighted_metrics, names)
        self.__dict__.update(
            optimizer=optimizer,
            loss=loss,
            compiled=True,
            stop_training=False,
            steps_per_execution=int(steps_per_execution),
            train_function=None,
            test_function=None,
            predict_function=None,
            _run_eagerly=run_eagerly,
            _jit_compile=not run_eagerly and jit_compile is True,
            _compile_loss=compile_loss,
            _compile_metrics=compile_metrics,
            _loss_tracker=metrics_module.Mean(name="loss"),
            _snapshot=TrainableSnapshot(self),
            _compile_config={
                "optimizer": optimizer,
                "loss": loss,
                "loss_weights": loss_weights,
                "metrics": metrics,
                "weighted_metrics": weighted_metrics,
                "run_eagerly": run_eagerly,
                "steps_per_execution": steps_per_execution,
                "jit_compile": jit_compile is True,
            },
        )

    def get_compile_config(self):
        """What compile() was called with, as a config; {} before."""
        from ..saving.config import serialize_keras_object

        return serialize_keras_object(self._compile_config) if self.compiled else {}

    def compile_from_config(self, config):
        """Compiles from a config made by `get_compile_config`."""
        from ..saving.config import deserialize_keras_object

        self.compile(**deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self._trained_weights())

    @property
    def run_eagerly(self):
        """Whether every batch runs as Python. Setting it takes effect at the next compile()."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value):
        self.__dict__["_run_eagerly"] = value

    @property
    def jit_compile(self):
        return self._jit_compile

    @jit_compile.setter
    def jit_compile(self, value):
        self.__dict__["_jit_compile"] = value

    def _assert_compile_called(self, method_name=None):
        if not self.compiled:
            raise ValueError(
                "You must call `compile()` before using the model."
                + (f" `{method_name}()` was called before it." if method_name else "")
            )
        self._snapshot.warn_if_changed(self)

    def _trained_weights(self):
        return self._snapshot.weights(self) if self._snapshot else self.trainable_variables

    # ---- metrics ---------------------------------------------------------------------------

    @property
    def metrics(self):
        """The loss's running mean, compiled metrics, losses by output, own and sublayers'."""
        found = []
        if self.compiled:
            found.append(self._loss_tracker)
            if self._compile_metrics is not None:
                found.append(self._compile_metrics)
            if self._compile_loss is not None:
                found.extend(self._compile_loss.metrics)
        found.extend(self._metrics)
        for layer in self._flatten_layers(include_self=False):
            if not isinstance(layer, Trainer):
                found.extend(layer._metrics)
        return found

    @property
    def metrics_names(self):
        return [metric.name for metric in self.metrics]

    def reset_metrics(self):
        """Sets all metrics back; called at the start of each epoch."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self):
        """A dict from names to the present results of all metrics."""
        results = {}
        for metric in self.metrics:
            result = metric.result()
            if isinstance(result, dict):
                results.update(result)
            else:
                results[metric.name] = result
        return results

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Updates the compiled metrics with a batch; override it to add others.

        Returns:
            A dict of results, the logs of the batch.
        """
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _flatten_metrics_in_order(self, logs):
        names = []
        for metric in self.metrics:
            if isinstance(metric, CompileMetrics):
                names.extend(sub.name for sub in metric.metrics)
            else:
                names.append(metric.name)
        results = [logs[name] for name in names if name in logs]
        results += [logs[name] for name in sorted(logs) if name not in names]
        return results[0] if len(results) == 1 else results

    def _epoch_logs(self, logs):
        """Results at the end of an epoch: the metrics' own where they go by the same names."""
        if type(self).train_step is Trainer.train_step or not isinstance(logs, dict):
            return logs
        results = self.get_metrics_result()
        return results if set(results) == set(logs) else logs

    # ---- steps -----------------------------------------------------------------------------

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The total loss of a batch: the compiled losses plus `self.losses`.

        Override it for a loss of your own; it runs inside the compiled step.

        Raises:
            ValueError: If there is nothing to minimise.
        """
        total = None
        if self._compile_loss is not None:
            total = self._compile_loss(y, y_pred, sample_weight)
        for loss in self.losses:
            loss = ops.sum(loss) if loss.shape else loss
            total = loss if total is None else total + ops.cast(loss, total.dtype)
        if total is None:
            raise ValueError(
                "No loss to compute. Provide a `loss` argument in `compile()`, or add losses with "
                "`add_loss()`."
            )
        return total

    def _compute_loss(self, x, y, y_pred, sample_weight, training):
        try:
            takes_training = self._takes_training
        except AttributeError:
            import inspect

            parameters = inspect.signature(self.compute_loss).parameters
            takes_training = self.__dict__["_takes_training"] = "training" in parameters
        if takes_training:
            return self.compute_loss(x, y, y_pred, sample_weight, training=training)
        return self.compute_loss(x, y, y_pred, sample_weight)

    def train_step(self, data):
        """One training step; override it for a training algorithm of your own.

        It is traced once for each shape of batch and then runs natively. `data` is what `fit`
        was given, cut to a batch: read it with `unpack_x_y_sample_weight`.

        Returns:
            A dict of results, the logs of the batch.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        weights = self._trained_weights()
        with GradientTape() as tape:
            for variable in weights:
                if not variable.trainable:  # frozen since compile()
                    tape.watch(variable)
            y_pred = self(x, training=True)
            loss = self._compute_loss(x, y, y_pred, sample_weight, training=True)
            scaled = loss if self.optimizer is None else self.optimizer.scale_loss(loss)
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
        if not weights:
            weights = self._trained_weights()  # the forward pass may have made them
        if weights:
            self.optimizer.apply(tape.gradient(scaled, weights), weights)
        else:
            warnings.warn("The model does not have any trainable weights.", stacklevel=2)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data):
        """One step of `evaluate`; override it as `train_step`."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self._compute_loss(x, y, y_pred, sample_weight, training=False)
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data):
        """One step of `predict`; override it to return something else."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def _make_function(self, kind, force=False):
        name = f"{kind}_function"
        if getattr(self, name) is None or force:
            self.__dict__[name] = StepFunction(self, kind)
        return getattr(self, name)

    def make_train_function(self, force=False):
        """The compiled `train_step`: a callable that takes an iterator of batches."""
        return self._make_function("train", force)

    def make_test_function(self, force=False):
        """The compiled `test_step`: a callable that takes an iterator of batches."""
        return self._make_function("test", force)

    def make_predict_function(self, force=False):
        """The compiled `predict_step`: a callable that takes an iterator of batches."""
        return self._make_function("predict", force)

    def _prepare(self, kind, batch):
        """The step function, after making what weights and slots are missing.

        Args:
            kind: "train", "test" or "predict".
            batch: Function that returns a batch, called only if shapes are needed.
        """
        step = getattr(self, f"{kind}_function") or self._make_function(kind)
        if not self.__dict__.get("_all_built"):
            if not all(layer.built for layer in self._flatten_layers()):
                if not step.eager:
                    method = getattr(type(self), f"{kind}_step")
                    own = method is not getattr(Trainer, f"{kind}_step")
                    own = own and type(self).call is Trainer._model_call()
                    build_by_shapes(self, batch(), step._step if own else None)
            self.__dict__["_all_built"] = True
        if kind == "train" and not step.eager and type(self).train_step is Trainer.train_step:
            if self.optimizer is not None and not self.optimizer.built:
                self.optimizer.build(self._trained_weights())
        return step

    @staticmethod
    def _model_call():
        from ..models.model import Model

        return Model.call

    # ---- loops -----------------------------------------------------------------------------

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
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
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = train_validation_split(
                (x, y, sample_weight), validation_split
            )
        source = make_source(
            x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight
        )
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
        state["stop_training"] = False
        callbacks.on_train_begin()
        logs = None
        first_epoch = self._initial_epoch or initial_epoch
        for epoch in range(first_epoch, epochs):
            self.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            outputs = loop.run()
            logs = plain_logs(self._epoch_logs(outputs))
            if validation_data is not None and _is_due(epoch, validation_freq):
                if validation_loop is None:
                    validation_loop = self._evaluation_loop(
                        *unpack_x_y_sample_weight(validation_data),
                        batch_size=validation_batch_size or batch_size,
                        steps=validation_steps,
                        callbacks=callbacks,
                    )
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

    def _evaluation_loop(self, x, y, sample_weight, batch_size, steps, callbacks):
        source = make_source(x, y, sample_weight, batch_size, steps)
        step = self._prepare("test", source.first_batch_spec)
        return EpochLoop(self, step, source, callbacks, "test", steps, self.steps_per_execution)

    def _run_evaluation(self, loop, callbacks):
        self.__dict__["stop_evaluating"] = False
        if loop.steps is not None and loop.source.native:
            loop.source.position = loop.source.num_batches  # every run starts at the front
        callbacks.on_test_begin()
        self.reset_metrics()
        logs = plain_logs(loop.run())
        callbacks.on_test_end(logs)
        return logs

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **kwargs,
    ):
        """The loss and metrics of the model on data, without training.

        Args:
            x, y, sample_weight, batch_size, verbose, callbacks: As of `fit`.
            steps: Batches; all by default.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss, or a list of the loss and the metrics in the order of compile(), or a dict.
        """
        self._assert_compile_called("evaluate")
        if kwargs:
            raise ValueError(f"Arguments not recognized: {kwargs}")
        source = make_source(x, y, sample_weight, batch_size, steps)
        step = self._prepare("test", source.first_batch_spec)
        callbacks = self._callbacks(callbacks, verbose, steps or source.num_batches)
        loop = EpochLoop(self, step, source, callbacks, "test", steps, self.steps_per_execution)
        logs = self._run_evaluation(loop, callbacks)
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    def _callbacks(self, callbacks, verbose, steps):
        if isinstance(callbacks, callbacks_module.CallbackList):
            return callbacks
        return callbacks_module.CallbackList(
            callbacks, add_progbar=verbose != 0, model=self, verbose=verbose, epochs=1, steps=steps
        )

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
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
            if 0 < len(x) <= (batch_size or 32):  # one batch: no loop is needed
                return self.predict_on_batch(x)
        source = make_source(x, batch_size=batch_size, steps=steps)
        step = self._prepare("predict", source.first_batch_spec)
        callbacks = self._callbacks(callbacks, verbose, steps or source.num_batches)
        loop = EpochLoop(self, step, source, callbacks, "predict", steps, self.steps_per_execution)
        self.__dict__["stop_predicting"] = False
        callbacks.on_predict_begin()
        batches = []
        loop.run(on_outputs=batches.append)
        callbacks.on_predict_end()
        if len(batches) == 1:
            return nest.map_structure(np.array, batches[0])
        return nest.map_structure(lambda *parts: np.concatenate(parts), *batches)

    # ---- single batches ----------------------------------------------------------------------

    def train_on_batch(
        self, x, y=None, sample_weight=None, class_weight=None, return_dict=False
    ):
        """One step on one batch.

        Args:
            x, y, sample_weight: Arrays of the batch, or nests of them.
            class_weight: As of `fit`.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss before the step, or a list or dict of it and the metrics.
        """
        self._assert_compile_called("train_on_batch")
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError(
                    "Arguments `sample_weight` and `class_weight` cannot be specified at the same "
                    f"time. Received: sample_weight={sample_weight}, class_weight={class_weight}"
                )
            sample_weight = class_weight_to_sample_weights(y, class_weight)
        return self._on_batch("train", x, y, sample_weight, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """The loss and metrics of one batch. Args and result as of `train_on_batch`."""
        self._assert_compile_called("test_on_batch")
        return self._on_batch("test", x, y, sample_weight, return_dict)

    def _on_batch(self, kind, x, y, sample_weight, return_dict):
        data = nest.map_structure(_batch_array, (x, y, sample_weight))
        _check_batch(data)
        step = self._prepare(kind, lambda: data)
        self.reset_metrics()
        logs = plain_logs(step.batch(data))
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    def predict_on_batch(self, x):
        """The model's outputs for one batch, as NumPy arrays."""
        data = (nest.map_structure(_batch_array, x),)
        step = self._prepare("predict", lambda: data)
        outputs = step.batch(data)
        if nest.is_nested(outputs):
            return nest.map_structure(np.array, outputs)
        return np.array(outputs)


def _batch_size(x):
    return next(leaf.shape[0] for leaf in nest.flatten(x) if leaf is not None)


def _batch_array(leaf):
    if type(leaf) is np.ndarray and leaf.dtype == np.float32:
        return leaf
    if leaf is None:
        return None
    if not hasattr(leaf, "__array__"):
        raise ValueError(
            f"Expected arrays. Received: {leaf!r} (of type {type(leaf).__name__}); lists of "
            "numbers become arrays with `np.array`."
        )
    return to_array(leaf)


def _check_batch(data):
    from .data.arrays import sample_count

    sample_count(data)


def _is_due(epoch, validation_freq):
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    if isinstance(validation_freq, (list, tuple, set)):
        return epoch + 1 in validation_freq
    raise ValueError(
        "Expected `validation_freq` to be a list or int. Received: "
        f"validation_freq={validation_freq} of the type {type(validation_freq)}."
    )
