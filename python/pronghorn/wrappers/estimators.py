"""SKLearnClassifier, SKLearnRegressor, SKLearnTransformer: a model where scikit-learn wants one."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from typing_extensions import Self


try:
    from sklearn.base import (
        BaseEstimator,
        ClassifierMixin,
        RegressorMixin,
        TransformerMixin,
    )
    from sklearn.preprocessing import OneHotEncoder
    from sklearn.utils.multiclass import type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "The wrappers of models for scikit-learn require `scikit-learn` 1.6 or newer to be "
        "installed: pip install scikit-learn"
    ) from error

from ..models import Model, clone_model


class _Estimator(BaseEstimator):
    """What the three share.

    Args:
        model: A compiled Model, or a function of `X`, `y` and `model_kwargs` that gives one. A
            Model is copied before it is fitted.
        warm_start: Whether `fit` goes on with the model as it is, without a copy.
        model_kwargs: Dict of further arguments of the function.
        fit_kwargs: Dict of arguments of `model.fit`; those given to `fit` come before them.
    """

    def __init__(
        self, model: Any, warm_start: bool = False, model_kwargs: Any = None, fit_kwargs: Any = None
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    def __sklearn_clone__(self):
        model = self.model
        if isinstance(model, Model):
            model = copy.deepcopy(model)
        return type(self)(
            model=model,
            warm_start=self.warm_start,
            model_kwargs=copy.deepcopy(self.model_kwargs),
            fit_kwargs=copy.copy(self.fit_kwargs),
        )

    @property
    def epoch_(self) -> Any:
        """The number of epochs of the last fit."""
        return len(self.history_.epoch) if hasattr(self, "history_") else 0

    def set_fit_request(self, **kwargs: Any) -> Self:
        """Says which metadata `fit` wants: names, with True, False, None or another name.

        Raises:
            RuntimeError: where scikit-learn's metadata routing is off.
        """
        from sklearn import get_config
        from sklearn.utils.metadata_routing import MetadataRequest

        if not get_config().get("enable_metadata_routing", False):
            raise RuntimeError(
                "This method is only available when metadata routing is enabled: "
                "sklearn.set_config(enable_metadata_routing=True)."
            )
        self._metadata_request = MetadataRequest(owner=type(self).__name__)
        for name, alias in kwargs.items():
            self._metadata_request.fit.add_request(param=name, alias=alias)
        return self

    def _model_for(self, X, y):
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if not isinstance(self.model, Model):
            return self.model(X=X, y=y, **(self.model_kwargs or {}))
        if self.warm_start:
            return self.model
        model = clone_model(self.model)
        if self.model.compiled and not model.compiled:
            model.compile_from_config(self.model.get_compile_config())
        return model

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Self:
        """Fits the model.

        Args:
            X: Array (samples, features).
            y: Array (samples,) or (samples, outputs).
            **kwargs: Arguments of `model.fit`.

        Returns:
            The estimator.

        Raises:
            RuntimeError: for a model that is not compiled.
        """
        X, y = validate_data(self, X, y)
        y = self._encode(y)
        model = self._model_for(X, y)
        if not model.compiled or not model.loss or not model.optimizer:
            raise RuntimeError(
                "The model needs to be compiled, with a loss and an optimizer, before it is fitted."
            )
        self.history_ = model.fit(X, y, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def predict(self, X: Any) -> Any:
        """The model's predictions for X, in the form of the y that it was fitted to.

        Args:
            X: Array (samples, features).

        Returns:
            Array (samples,), or (samples, outputs) where y had columns.

        Raises:
            sklearn.exceptions.NotFittedError: before a fit.
        """
        return self._decode(self._outputs(X))

    def _outputs(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return self.model_.predict(X)

    def _encode(self, y):
        if type_of_target(y) == "unknown":
            raise ValueError(f"Unknown label type for data: {y!r}")
        self._one_column = y.ndim == 1
        return y.reshape(-1, 1) if self._one_column else y

    def _decode(self, y):
        return np.squeeze(y, axis=1) if self._one_column and y.ndim == 2 else y


class SKLearnClassifier(ClassifierMixin, _Estimator):
    """A classifier around a model whose outputs are one value a class.

    Args:
        model: A compiled Model, or a function of `X`, `y` (one column a class) and `model_kwargs`
            that gives one. A Model is copied before it is fitted.
        warm_start: Whether `fit` goes on with the model as it is, without a copy.
        model_kwargs: Dict of further arguments of the function.
        fit_kwargs: Dict of arguments of `model.fit`; those given to `fit` come before them.

    Attributes: `model_` and `history_` after a fit, and `classes_`.

    Example:

    >>> def network(X, y):
    ...     model = models.Sequential([layers.Dense(y.shape[1], activation="softmax")])
    ...     model.compile("adam", "categorical_crossentropy")
    ...     return model
    >>> X, y = np.eye(4), np.array(["a", "b", "a", "b"])
    >>> classifier = SKLearnClassifier(network, fit_kwargs={"verbose": 0}).fit(X, y)
    >>> classifier.classes_.tolist(), classifier.epoch_
    (['a', 'b'], 1)
    """

    def decision_function(self, X: Any) -> Any:
        """The model's outputs for X.

        Args:
            X: Array (samples, features).

        Returns:
            Array (samples, classes).

        Raises:
            sklearn.exceptions.NotFittedError: before a fit.
        """
        return self._outputs(X)

    def _encode(self, y):
        kind = type_of_target(y, raise_unknown=True)
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                f"Only binary and multiclass target types are supported. Target type: {kind}"
            )
        columns = super()._encode(y)
        self._encoder = OneHotEncoder(sparse_output=False).fit(columns)
        self.classes_ = np.unique(y)
        if len(self.classes_) == 1:
            raise ValueError("Classifier can't train when only one class is present.")
        return self._encoder.transform(columns)

    def _decode(self, y):
        return super()._decode(self._encoder.inverse_transform(y))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags


class SKLearnRegressor(RegressorMixin, _Estimator):
    """A regressor around a model.

    Args:
        model: A compiled Model, or a function of `X`, `y` and `model_kwargs` that gives one. A
            Model is copied before it is fitted.
        warm_start: Whether `fit` goes on with the model as it is, without a copy.
        model_kwargs: Dict of further arguments of the function.
        fit_kwargs: Dict of arguments of `model.fit`; those given to `fit` come before them.

    Attributes: `model_` and `history_` after a fit.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> X, y = np.eye(4), np.arange(4.0)
    >>> regressor = SKLearnRegressor(model, fit_kwargs={"verbose": 0, "epochs": 3}).fit(X, y)
    >>> len(regressor.history_.history["loss"])
    3
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class SKLearnTransformer(TransformerMixin, _Estimator):
    """A step of a pipeline around a model, whose outputs are the transformed data.

    Args:
        model: A compiled Model, or a function of `X`, `y` and `model_kwargs` that gives one. A
            Model is copied before it is fitted.
        warm_start: Whether `fit` goes on with the model as it is, without a copy.
        model_kwargs: Dict of further arguments of the function.
        fit_kwargs: Dict of arguments of `model.fit`; those given to `fit` come before them.

    Attributes: `model_` and `history_` after a fit.

    Example:

    >>> model = models.Sequential([layers.Dense(2)])
    >>> model.compile("sgd", "mse")
    >>> X, y = np.eye(4), np.arange(4.0)
    >>> step = SKLearnTransformer(model, fit_kwargs={"verbose": 0}).fit(X, y)
    >>> step.epoch_, step.model_ is model
    (1, False)
    """

    def transform(self, X: Any) -> Any:
        """The model's outputs for X, an array (samples, features).

        Args:
            X: Array (samples, features).

        Returns:
            Array (samples, outputs).

        Raises:
            sklearn.exceptions.NotFittedError: before a fit.
        """
        return self._outputs(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
