"""CompiledModel: the part of a model that compile() sets up: loss, metrics and steps.

The specs of compile() are resolved in compile_loss.py and compile_metrics.py; the compiled form of
a step is in step.py.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from .. import metrics as metrics_module
from .. import ops, optimizers
from ..callbacks.history import History, KeptHistory
from ..engine import GradientTape, nest
from ..engine.met import remembering
from ..engine.tracebacks import filter_traceback, warn_user
from ..legacy.accept import old_arguments
from .compile_loss import CompileLoss
from .compile_metrics import CompileMetrics
from .data import unpack_x_y_sample_weight
from .step import StepFunction, build_by_shapes
from .trainable import TrainableSnapshot

if TYPE_CHECKING:
    from ..engine.types import TensorLike


class CompiledModel:
    """A base of Model. Its state is kept out of attribute tracking: it is no part of the layer."""

    # What files of weights have no place for; the optimizer they have.
    _not_in_files = frozenset(
        ("loss", "history", "metrics", "_compile_config", "_compile_loss", "_compile_metrics")
        + ("_loss_tracker", "_snapshot", "_history", "_metrics")
        + ("train_function", "test_function", "predict_function")
    )

    def __init__(self) -> None:
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
            _history=None,
            _run_eagerly=False,
            _jit_compile=False,
            _initial_epoch=None,
            _training_source=None,
            _compile_loss=None,
            _compile_metrics=None,
            _compile_config=None,
            _loss_tracker=None,
            _snapshot=None,
            _result_names=None,
        )

    # ---- compile ---------------------------------------------------------------------------

    @filter_traceback
    @old_arguments
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
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
            auto_scale_loss: Whether to wrap the optimizer of a mixed_float16 model in a
                `LossScaleOptimizer`, so that small gradients do not vanish.

        Raises:
            ValueError: If a name is unknown (the message lists near ones) or a spec is of the
                wrong type.

        Example:

        ```python
        model.compile(optimizer="adam", loss="mse", metrics=["mae"])
        ```
        """
        number = hasattr(steps_per_execution, "__int__")
        if not number or steps_per_execution != int(steps_per_execution) or steps_per_execution < 1:
            raise (ValueError if number else TypeError)(
                "`steps_per_execution` must be a positive integer. "
                f"Received: steps_per_execution={steps_per_execution}"
            )
        if jit_compile is True and run_eagerly:
            warn_user(
                "If `run_eagerly` is True, then `jit_compile` cannot also be True. Disabling "
                "`jit_compile`."
            )
        loss, loss_weights = (
            nest.copy(loss),
            nest.copy(loss_weights),
        )  # the caller may change theirs
        metrics, weighted_metrics = nest.copy(metrics), nest.copy(weighted_metrics)
        names = getattr(self, "output_names", None)
        given_optimizer = optimizer = optimizers.get(optimizer)
        if auto_scale_loss and optimizer is not None and self.dtype_policy.name == "mixed_float16":
            if not isinstance(optimizer, optimizers.LossScaleOptimizer):
                optimizer = optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        if given_optimizer is not None:
            times = getattr(given_optimizer, "_compiles", 0) + 1
            for one in (given_optimizer, optimizer):
                one.__dict__["_compiles"] = times
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
            _all_built=False,
            _result_names=None,
            _snapshot=TrainableSnapshot(self),
            _compile_config={
                "optimizer": given_optimizer,
                "loss": loss,
                "loss_weights": loss_weights,
                "metrics": metrics,
                "weighted_metrics": weighted_metrics,
                "run_eagerly": run_eagerly,
                "steps_per_execution": steps_per_execution,
                "jit_compile": jit_compile is True,
            },
        )

    def get_compile_config(self) -> Any:
        """What compile() was called with, as a config; empty before."""
        from ..serialization import serialize_keras_object

        return serialize_keras_object(self._compile_config) if self.compiled else {}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles from a config made by `get_compile_config`.

        Args:
            config: Dict of arguments of `compile`, serialized.
        """
        if type(self).compile is not CompiledModel.compile:
            warn_user(
                "`compile()` was not called as part of model loading because the model's "
                "`compile()` method is custom. A model that overrides `compile()` should also "
                "override `get_compile_config()` and `compile_from_config(config)`, or be compiled "
                "after loading."
            )
            return
        from ..serialization import deserialize_keras_object

        self.compile(**deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self._trained_weights())

    @property
    def history(self) -> Any:
        """The History of the last `fit`; None before."""
        kept = self.__dict__["_history"]
        return kept.of(self) if isinstance(kept, KeptHistory) else kept

    @history.setter
    def history(self, value: TensorLike) -> None:
        kept = KeptHistory(value) if isinstance(value, History) else value
        self.__dict__["_history"] = kept

    @property
    def run_eagerly(self) -> Any:
        """Whether every batch runs as Python. Setting it takes effect at the next compile()."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value: TensorLike) -> None:
        self.__dict__["_run_eagerly"] = value

    @property
    def jit_compile(self) -> Any:
        """What `compile` was given; steps are compiled in any case, unless run_eagerly."""
        return self._jit_compile

    @jit_compile.setter
    def jit_compile(self, value: TensorLike) -> None:
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
    def metrics(self) -> Any:
        """The loss's running mean, compiled metrics, losses by output, own and sublayers'."""
        found = []
        if self.compiled:
            found.append(self._loss_tracker)
            if self._compile_metrics is not None:
                found.append(self._compile_metrics)
            if self._compile_loss is not None:
                found.extend(self._compile_loss.metrics)
        found.extend(self._metrics)
        for layer in self._tracker.below(self):
            if layer._metrics and not isinstance(layer, CompiledModel):
                found.extend(layer._metrics)
        return found

    @property
    def metrics_names(self) -> Any:
        """Names of what `evaluate` returns, in its order (as far as known before a first batch)."""
        if self._result_names is not None:
            return list(self._result_names)
        names = []
        for metric in self.metrics:
            is_compiled = isinstance(metric, CompileMetrics)
            names.extend(metric.names() if is_compiled else [metric.name])
        return names

    def reset_metrics(self) -> None:
        """Sets all metrics back; called at the start of each epoch."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> Any:
        """A dict from names to the present results of all metrics."""
        results = {}
        for metric in self.metrics:
            if isinstance(metric, CompileMetrics) and not metric.built:
                continue  # compiled anew since the step
            result = metric.result()
            if isinstance(result, dict):
                results.update(result)
            else:
                results[metric.name] = result
        return results

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Updates the compiled metrics with a batch; override it to add others.

        Args:
            x, y, sample_weight: The batch: tensors, nests of them, or None.
            y_pred: The model's outputs.

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
        names = [name for name in names if name in logs]
        names += [name for name in sorted(logs) if name not in names]
        self.__dict__["_result_names"] = names
        results = [logs[name] for name in names]
        return results[0] if len(results) == 1 else results

    def _epoch_logs(self, logs):
        """Results at the end of an epoch: the metrics' own where they go by the same names."""
        if type(self).train_step is CompiledModel.train_step or not isinstance(logs, dict):
            return logs
        results = self.get_metrics_result()
        return results if set(results) == set(logs) else logs

    # ---- steps -----------------------------------------------------------------------------

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The total loss of a batch: the compiled losses plus `self.losses`.

        Override it for a loss of your own; it runs inside the compiled step.

        Args:
            x, y, sample_weight: The batch: tensors, nests of them, or None.
            y_pred: The model's outputs.
            training: Whether it is a step of `fit`.

        Returns:
            A scalar tensor, before the optimizer's loss scaling.

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
            parameters = inspect.signature(self.compute_loss).parameters
            takes_training = self.__dict__["_takes_training"] = "training" in parameters
        if takes_training:
            return self.compute_loss(x, y, y_pred, sample_weight, training=training)
        return self.compute_loss(x, y, y_pred, sample_weight)

    def train_step(self, data: Any) -> Any:
        """One training step; override it for a training algorithm of your own.

        It is traced once for each shape of batch and then runs natively. `data` is what `fit`
        was given, cut to a batch: read it with `unpack_x_y_sample_weight`.

        Args:
            data: The batch: x, (x,), (x, y) or (x, y, sample_weight), of tensors or nests of them.

        Returns:
            A dict of results, the logs of the batch.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with remembering(self, True):
            with GradientTape() as tape:
                for variable in self._trained_weights():
                    if not variable.trainable:  # frozen since compile()
                        tape.watch(variable)
                y_pred = self(x, training=True)  # type: ignore[operator]
                loss = self._compute_loss(x, y, y_pred, sample_weight, training=True)
                self._keep_losses()
                scaled = loss if self.optimizer is None else self.optimizer.scale_loss(loss)
            self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
            weights = self._trained_weights()  # the forward pass may have made some
            if weights:
                self.optimizer.apply(tape.gradient(scaled, weights), weights)
            else:
                warn_user("The model does not have any trainable weights.")
            return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data: Any) -> Any:
        """One step of `evaluate`; override it as `train_step`.

        Args:
            data: The batch, as `train_step` gets it.

        Returns:
            A dict of results, the logs of the batch.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with remembering(self, False):
            y_pred = self(x, training=False)  # type: ignore[operator]
            loss = self._compute_loss(x, y, y_pred, sample_weight, training=False)
            self._keep_losses()
            self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
            return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data: Any) -> Any:
        """One step of `predict`; override it to return something else.

        Args:
            data: The batch: x, (x,), (x, y) or (x, y, sample_weight).

        Returns:
            The outputs of the batch, a tensor or a nest of them.
        """
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)  # type: ignore[operator]

    def _symbolic_build(self, iterator=None, data_batch=None):
        """Makes weights, metrics and losses by the shapes of a batch; nothing is computed."""
        data = next(iterator) if data_batch is None else data_batch
        build_by_shapes(self, data, self.test_step)

    def _make_function(self, kind, force=False):
        name = f"{kind}_function"
        if getattr(self, name) is None or force:
            self.__dict__[name] = StepFunction(self, kind)
        return getattr(self, name)

    def make_train_function(self, force: bool = False) -> Any:
        """The compiled `train_step`: a callable that takes an iterator of batches.

        Args:
            force: Whether to make it anew where there is one.

        Returns:
            The function, also kept as `train_function`.
        """
        return self._make_function("train", force)

    def make_test_function(self, force: bool = False) -> Any:
        """The compiled `test_step`: a callable that takes an iterator of batches.

        Args:
            force: Whether to make it anew where there is one.

        Returns:
            The function, also kept as `test_function`.
        """
        return self._make_function("test", force)

    def make_predict_function(self, force: bool = False) -> Any:
        """The compiled `predict_step`: a callable that takes an iterator of batches.

        Args:
            force: Whether to make it anew where there is one.

        Returns:
            The function, also kept as `predict_function`.
        """
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
                    own = method is not getattr(CompiledModel, f"{kind}_step")
                    own = own and getattr(type(self).call, "is_placeholder", False)
                    data = batch()
                    if not step.runs_text_eagerly(data):
                        build_by_shapes(self, data, step._step if own else None)
            self.__dict__["_all_built"] = True
        graph = self.__dict__.get("_functional")  # a Sequential's layers, as they are now
        if step.graph is not graph:
            if step.function.programs:
                step = self._make_function(kind, force=True)
            step.graph = graph
        if kind == "train" and not step.eager and type(self).train_step is CompiledModel.train_step:
            optimizer = self.optimizer
            if optimizer is not None and not optimizer.built:
                optimizer.build(self._trained_weights())
            elif optimizer is not None and optimizer._compiles > 1:
                optimizer.extend(self._trained_weights())
        return step


def _batch_size(x):
    return next(leaf.shape[0] for leaf in nest.flatten(x) if leaf is not None)
