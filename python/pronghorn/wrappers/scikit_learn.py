"""KerasClassifier and KerasRegressor of Keras 2: a function that makes a model, as an estimator."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from typing_extensions import Self


try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
except ImportError as error:
    raise ImportError(
        "The wrappers of models for scikit-learn require `scikit-learn` to be installed: "
        "pip install scikit-learn"
    ) from error

from ..models import Sequential


class BaseWrapper(BaseEstimator):
    """What the two share.

    Args:
        build_fn: A function that gives a compiled model, or an object that can be called so; None
            where a subclass has a `__call__`.
        **sk_params: Arguments of build_fn, and of `fit`, `predict` and `evaluate` (`epochs`,
            `batch_size`, ...); a search may vary them all.

    Raises:
        ValueError: for a parameter that none of these takes.

    Example:

    >>> BaseWrapper(lambda units=4: None, units=8, epochs=3).filter_sk_params(lambda units: None)
    {'units': 8}
    """

    def __init__(self, build_fn: Any = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def _builder(self):
        return self.__call__ if self.build_fn is None else self.build_fn

    def check_params(self, params: Any) -> None:
        """Looks for parameters that neither build_fn nor the model's methods take.

        Args:
            params: The names, or a dict by them.

        Raises:
            ValueError: for the first such parameter.
        """
        functions = [Sequential.fit, Sequential.predict, Sequential.evaluate, self._builder()]
        known = {"nb_epoch"}
        for function in functions:
            parameters = inspect.signature(function).parameters
            if function is functions[-1] and any(
                p.kind is p.VAR_KEYWORD for p in parameters.values()
            ):
                return
            known.update(parameters)
        for name in params:
            if name not in known:
                raise ValueError(f"{name} is not a legal parameter")

    def get_params(self, deep: bool = True) -> dict[Any, Any]:
        """The parameters and build_fn, as scikit-learn wants them."""
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> Self:
        """Changes parameters; returns the estimator."""
        self.check_params({k: v for k, v in params.items() if k != "build_fn"})
        if "build_fn" in params:
            self.build_fn = params.pop("build_fn")
        self.sk_params.update(params)
        return self

    def filter_sk_params(self, fn: Any, override: Any = None) -> dict[Any, Any]:
        """The parameters that a function takes, as a dict.

        Args:
            fn: The function.
            override: Dict of values that come before them.

        Returns:
            The dict, with all of `override`.
        """
        names = inspect.signature(fn).parameters
        given = self.sk_params if "nb_epoch" not in self.sk_params else {
            **self.sk_params, "epochs": self.sk_params["nb_epoch"]
        }  # fmt: skip
        return {**{k: v for k, v in given.items() if k in names}, **(override or {})}

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Makes a model and fits it.

        Args:
            x: Array (samples, ...).
            y: Array (samples,) or (samples, outputs).
            **kwargs: Arguments of `model.fit`.

        Returns:
            The History.
        """
        builder = self._builder()
        self.model = builder(**self.filter_sk_params(builder))
        loss = self.model.loss
        loss = getattr(loss, "name", None) or getattr(loss, "__name__", loss)
        y = np.asarray(y)
        if loss == "categorical_crossentropy" and y.ndim != 2:
            y = np.eye(int(y.max()) + 1)[y.astype(int)]
        self.history = self.model.fit(x, y, **self.filter_sk_params(Sequential.fit, kwargs))
        return self.history

    def __sklearn_is_fitted__(self):
        return hasattr(self, "model")


class KerasClassifier(ClassifierMixin, BaseWrapper):
    """A function that makes a compiled model, as a classifier.

    Args:
        build_fn: The function; its arguments may be among sk_params.
        **sk_params: Arguments of build_fn, and of `fit`, `predict` and `evaluate`.

    Raises:
        ValueError: for a parameter that none of these takes.

    Example:

    >>> def network(units=4):
    ...     model = models.Sequential([layers.Dense(units), layers.Dense(2, activation="softmax")])
    ...     model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    ...     return model
    >>> X, y = np.eye(4), np.array([3, 7, 3, 7])
    >>> classifier = KerasClassifier(network, units=8, verbose=0)
    >>> history = classifier.fit(X, y)
    >>> set(classifier.predict(X).tolist()) <= {3, 7}
    True
    """

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Makes a model and fits it; labels may be of any kind. Otherwise as `BaseWrapper.fit`.

        Raises:
            ValueError: for labels of more than two axes.
        """
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"Invalid shape for y: {y.shape}")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> Any:
        """The class of each sample."""
        outputs = self._outputs(x, kwargs)
        if outputs.shape[-1] > 1:
            return self.classes_[outputs.argmax(axis=-1)]
        return self.classes_[(outputs > 0.5).astype("int32")[..., 0]]

    predict_classes = predict

    def predict_proba(self, x: Any, **kwargs: Any) -> Any:
        """The probability of each class, an array (samples, classes)."""
        outputs = self._outputs(x, kwargs)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def _outputs(self, x, kwargs):
        return self.model.predict(x, **self.filter_sk_params(Sequential.predict, kwargs))

    def score(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """The model's accuracy on data.

        Raises:
            ValueError: for a model without `metrics=["accuracy"]`.
        """
        y = np.asarray(y)
        if y.ndim == 1 or y.shape[1] == 1:
            y = np.searchsorted(self.classes_, y)
        loss = self.model.loss
        if getattr(loss, "name", loss) == "categorical_crossentropy" and y.ndim != 2:
            y = np.eye(self.n_classes_)[y]
        options = self.filter_sk_params(Sequential.evaluate, {**kwargs, "return_dict": True})
        for name, value in self.model.evaluate(x, y, **options).items():
            if name in ("accuracy", "acc"):
                return value
        raise ValueError(
            "The model is not configured to compute accuracy. Pass `metrics=['accuracy']` to "
            "`model.compile()`."
        )


class KerasRegressor(RegressorMixin, BaseWrapper):
    """A function that makes a compiled model, as a regressor.

    Args:
        build_fn: The function; its arguments may be among sk_params.
        **sk_params: Arguments of build_fn, and of `fit`, `predict` and `evaluate`.

    Raises:
        ValueError: for a parameter that none of these takes.

    Example:

    >>> def network():
    ...     model = models.Sequential([layers.Dense(1)])
    ...     model.compile("sgd", "mse")
    ...     return model
    >>> X, y = np.eye(4), np.arange(4.0)
    >>> regressor = KerasRegressor(network, verbose=0)
    >>> history = regressor.fit(X, y)
    >>> regressor.predict(X).shape
    (4,)
    """

    def predict(self, x: Any, **kwargs: Any) -> Any:
        """The model's outputs, one value a sample where it has one."""
        options = self.filter_sk_params(Sequential.predict, kwargs)
        outputs = self.model.predict(x, **options)
        return outputs[..., 0] if outputs.shape[-1] == 1 else outputs

    def score(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """The negated loss on data: larger is better."""
        options = self.filter_sk_params(Sequential.evaluate, kwargs)
        loss = self.model.evaluate(x, y, **options)
        return -(loss[0] if isinstance(loss, list) else loss)
