"""Methods that models had in Keras 1 and 2: each is a call of `fit`, `evaluate` or `predict`."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import nest
from ..engine.stateless import StatelessScope
from ..legacy.telling import tell
from .data import Counted, class_weight_to_sample_weights

if TYPE_CHECKING:
    from collections.abc import Sequence


_OF_KERAS_1 = ("samples_per_epoch", "nb_epoch", "nb_val_samples", "val_samples", "max_q_size",
               "nb_worker", "pickle_safe")  # fmt: skip


class _CompiledMetrics:
    """The metrics that `compile` was given, if any."""

    def __init__(self, metrics):
        self._compiled = metrics
        self.metrics = [] if metrics is None else list(metrics.metrics)

    def update_state(self, y, y_pred, sample_weight=None):
        _tell("compiled_metrics", "compute_metrics")
        if self._compiled is not None:
            self._compiled.update_state(y, y_pred, sample_weight)

    __call__ = update_state


class OldMethods:
    """A base of Trainer."""

    def _make_predict_function(self) -> None:
        """Nothing: functions are made when they are called, in whatever thread."""

    _make_test_function = _make_predict_function

    def _make_train_function(self) -> None:
        """Makes the variables of the optimizer, as it did in Keras 2."""
        optimizer = self.optimizer  # type: ignore[attr-defined]
        if optimizer is not None and not optimizer.built and self.built:  # type: ignore[attr-defined]
            optimizer.build(self._trained_weights())  # type: ignore[attr-defined]

    def fit_generator(
        self,
        generator: Any,
        steps_per_epoch: int | None = None,
        epochs: int = 1,
        verbose: int | str = 1,
        callbacks: Sequence[Any] | None = None,
        validation_data: Any = None,
        validation_steps: int | None = None,
        validation_freq: int = 1,
        class_weight: dict[int, float] | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: Any = True,
        initial_epoch: int = 0,
        **kwargs: Any,
    ) -> Any:
        """`fit` on a generator of batches.

        Keras 1's `samples_per_epoch` and `nb_val_samples` count samples; they become as many
        batches as hold them.

        Args:
            generator: Batches (x, y) or (x, y, sample_weight).
            max_queue_size, workers, use_multiprocessing: As of PyDataset, for this call; other
                generators have one maker of batches.
            steps_per_epoch, ...: As of `fit`.

        Returns:
            What `fit` returns.
        """
        _tell("fit_generator", "fit")
        samples = kwargs.pop("samples_per_epoch", None)
        if samples is None and steps_per_epoch and any(name in kwargs for name in _OF_KERAS_1):
            samples = steps_per_epoch  # by position
        held_out = kwargs.pop("nb_val_samples", None)
        if class_weight is not None and not hasattr(generator, "__getitem__"):
            generator, class_weight = _weighted(generator, class_weight), None
        # A callback may be what makes the batches: it begins before the first of them.
        count = _counted if callbacks and self._host_part(None) is None else _steps
        if samples is not None:
            generator, steps_per_epoch = count(generator, samples)
        if held_out is not None and not isinstance(validation_data, (tuple, list)):
            validation_data, validation_steps = count(validation_data, held_out)
        if not isinstance(validation_data, (tuple, list)) and validation_data is not None:
            kwargs["validation_steps"] = validation_steps
        queue = {"max_queue_size": 10, "workers": 1, "use_multiprocessing": False}
        asked = (max_queue_size, workers, use_multiprocessing)
        given = zip(queue.items(), asked)
        kwargs.update({name: value for (name, default), value in given if value != default})
        return self.fit(
            generator,
            epochs=kwargs.pop("nb_epoch", epochs),
            steps_per_epoch=steps_per_epoch,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            validation_freq=validation_freq,
            class_weight=class_weight,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            **kwargs,
        )

    def evaluate_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Sequence[Any] | None = None,
        verbose: int | str = 0,
        **kwargs: Any,
    ) -> Any:
        """`evaluate` on a generator of batches; Keras 1's `val_samples` counts samples.

        Args:
            generator: Batches (x, y) or (x, y, sample_weight).
            steps, callbacks, verbose: As of `evaluate`.

        Returns:
            What `evaluate` returns.
        """
        _tell("evaluate_generator", "evaluate")
        samples = kwargs.pop("val_samples", None)
        if samples is not None:
            generator, steps = _steps(generator, samples)
        return self.evaluate(generator, steps=steps, callbacks=callbacks, verbose=verbose, **kwargs)

    def predict_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Sequence[Any] | None = None,
        verbose: int | str = 0,
        **kwargs: Any,
    ) -> Any:
        """`predict` on a generator of batches; Keras 1's `val_samples` counts samples.

        Args:
            generator: Batches x, or tuples that begin with it.
            steps, callbacks, verbose: As of `predict`.

        Returns:
            What `predict` returns.
        """
        _tell("predict_generator", "predict")
        samples = kwargs.pop("val_samples", None)
        if samples is not None:
            generator, steps = _steps(generator, samples)
        return self.predict(generator, steps=steps, callbacks=callbacks, verbose=verbose, **kwargs)

    def predict_classes(self, x: Any, batch_size: int = 32, verbose: int | str = 0) -> Any:
        """The class of each sample: the largest of several outputs, or 1 where one is above 0.5.

        Args:
            x, batch_size, verbose: As of `predict`.

        Returns:
            Integer array: (samples,) for several outputs, (samples, 1) for one.
        """
        _tell("predict_classes", "predict", " and np.argmax")
        probabilities = self.predict(x, batch_size=batch_size, verbose=verbose)
        if probabilities.shape[-1] > 1:
            return probabilities.argmax(axis=-1)
        return (probabilities > 0.5).astype("int32")

    def reset_states(self) -> None:
        """Sets the states of all recurrent layers inside back."""
        for layer in self._flatten_layers(include_self=False):
            reset = getattr(layer, "reset_state", None) or getattr(layer, "reset_states", None)
            if reset is not None and not isinstance(layer, OldMethods):
                reset()

    def compiled_loss(
        self, y: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None
    ) -> Any:
        """`compute_loss`, as the `train_step` of Keras 2 wrote it: the loss is counted in the logs.

        Args:
            y, y_pred, sample_weight: Labels, outputs and weights of a batch.
            regularization_losses: Without effect: the losses of layers are counted.

        Returns:
            Float tensor of shape ().
        """
        _tell("compiled_loss", "compute_loss")
        loss = self.compute_loss(None, y, y_pred, sample_weight)
        if self._loss_tracker is not None:
            size = next(leaf.shape[0] for leaf in nest.flatten(y_pred) if leaf is not None)
            self._loss_tracker.update_state(loss, sample_weight=size)
        return loss

    @property
    def compiled_metrics(self) -> Any:
        """What Keras 2's `train_step` called `update_state(y, y_pred, sample_weight)` of."""
        return _CompiledMetrics(self._compile_metrics)

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """`compute_loss` for given values of the variables, none of which changes.

        Args:
            trainable_variables, non_trainable_variables, metrics_variables: Values for the lists of
                these names.
            x, y, y_pred, sample_weight, training: As of `compute_loss`.

        Returns:
            (loss, (trainable, non-trainable and metrics' values after it)).
        """
        given = (trainable_variables, non_trainable_variables, metrics_variables)
        own = (self.trainable_variables, self.non_trainable_variables, self.metrics_variables)
        pairs = [pair for a, b in zip(own, given) for pair in zip(a, b)]
        with StatelessScope(pairs) as scope:
            loss = self._compute_loss(x, y, y_pred, sample_weight, training=training)
        return loss, (
            trainable_variables,
            *([scope.get_current_value(v) for v in group] for group in own[1:]),
        )

    def predict_proba(self, x: Any, batch_size: int = 32, verbose: int | str = 0) -> Any:
        """`predict` by another name.

        Args:
            x, batch_size, verbose: As of `predict`.

        Returns:
            What `predict` returns.
        """
        _tell("predict_proba", "predict")
        return self.predict(x, batch_size=batch_size, verbose=verbose)


def _tell(old, new, more=""):
    tell(old, f"`Model.{old}` is an old spelling; use `Model.{new}`{more}.")


def _weighted(generator, class_weight):
    """The batches with weights of their samples, which `fit` takes from data sets only."""
    for x, y, *weights in generator:
        of_class = class_weight_to_sample_weights(y, class_weight)
        yield x, y, (of_class * weights[0] if weights and weights[0] is not None else of_class)


def _steps(generator, samples):
    """The generator, and how many of its batches hold so many samples."""
    if hasattr(generator, "__getitem__") and hasattr(generator, "__len__"):
        first = generator[0]
    else:
        generator = iter(generator)
        first = next(generator)
        generator = itertools.chain([first], generator)
    rows = len(np.asarray(nest.flatten(first)[0]))
    return generator, -(-int(samples) // max(rows, 1))


def _counted(generator, samples):
    """As `_steps`, where the first batch is taken when training has begun."""
    if hasattr(generator, "__getitem__") and hasattr(generator, "__len__"):
        return _steps(generator, samples)
    return Counted(generator, samples), None
