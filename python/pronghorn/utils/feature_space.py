"""FeatureSpace: tables of numbers, categories and words as vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import layers, ops
from ..engine import KerasTensor, nest
from ..engine.naming import auto_name
from ..engine.tensor import Tensor, convert_to_numpy
from ..serialization import (
    deserialize_keras_object,
    register_keras_serializable,
    serialize_keras_object,
)
from .features import Cross, Feature, one_of

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..engine.types import PathLike


def _column(x):
    """One column's values with two axes, (n, 1); and whether it was a single value."""
    if isinstance(x, (KerasTensor, Tensor)) and getattr(x, "is_abstract", True):
        return (x if len(x.shape) > 1 else ops.expand_dims(x, -1)), False
    x = np.asarray(convert_to_numpy(x) if isinstance(x, Tensor) else x)
    if x.ndim == 0:
        return x.reshape(1, 1), True
    return (x[:, None] if x.ndim == 1 else x), False


@register_keras_serializable(package="features")
class FeatureSpace(layers.Layer):
    """Prepares the columns of a table and joins them into one vector a row.

    Each feature is named by a kind ("float", "float_rescaled", "float_normalized",
    "float_discretized", "integer_categorical", "string_categorical", "integer_hashed",
    "string_hashed"), or made by the method of that name with arguments.

    Args:
        features: Dict of names and kinds.
        output_mode: "concat" for one vector, "dict" for a dict of encoded features.
        crosses: Tuples of names whose joint values are features too, or what `cross` makes.
        crossing_dim: Hash values of a cross.
        hashing_dim: Hash values of hashed features.
        num_discretization_bins: Bins of "float_discretized".
        name: The layer's name.

    Raises:
        ValueError: no features, unknown kinds, crosses of unknown features; when called before
            `adapt` where a feature must see data first.

    Example:

    >>> space = FeatureSpace({"age": "float_normalized", "kind": "integer_categorical"})
    >>> table = {"age": [20.0, 40.0, 60.0], "kind": [1, 2, 1]}
    >>> space.adapt(table)
    >>> space(table).shape
    (3, 4)
    """

    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: Any, output_mode: str = "one_hot") -> Any:
        """A cross of features, with its own number of hash values.

        Args:
            feature_names: Names of two or more features.
            crossing_dim: Number of hash values.
            output_mode: "one_hot" or "int".

        Returns:
            A cross, for the argument `crosses`.
        """
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: Any, preprocessor: Any, output_mode: str) -> Any:
        """A feature with a layer of the caller's.

        Args:
            dtype: Dtype of the column: "int32", "float32" or "string".
            preprocessor: The layer, or its config.
            output_mode: "one_hot" (of an integer dtype), "int" or "float".

        Returns:
            A feature, for the argument `features`.
        """
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Any:
        """Numbers as they are."""
        name = name or auto_name("float")
        same = layers.Rescaling(1.0, name=f"{name}_preprocessor")
        return Feature("float32", same, "float")

    @classmethod
    def float_rescaled(
        cls,
        scale: Any = 1.0,
        offset: Any = 0.0,
        name: str | None = None,
    ) -> Any:
        """scale * number + offset.

        Args:
            scale, offset: Numbers.
            name: Name; made where None.

        Returns:
            A feature.
        """
        name = name or auto_name("float_rescaled")
        layer = layers.Rescaling(scale=scale, offset=offset, name=f"{name}_preprocessor")
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Any:
        """Numbers moved and scaled to mean 0 and variance 1."""
        name = name or auto_name("float_normalized")
        layer = layers.Normalization(axis=-1, name=f"{name}_preprocessor")
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(
        cls,
        num_bins: int,
        bin_boundaries: Any = None,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Any:
        """The number of the bin that holds a number.

        Args:
            num_bins, bin_boundaries: As of Discretization.
            output_mode: "one_hot" or "int".
            name: Name; made where None.

        Returns:
            A feature.
        """
        name = name or auto_name("float_discretized")
        layer = layers.Discretization(
            num_bins=num_bins, bin_boundaries=bin_boundaries, name=f"{name}_preprocessor"
        )
        return Feature("float32", layer, output_mode)

    @classmethod
    def _looked_up(cls, kind, layer, dtype, max_tokens, num_oov_indices, output_mode, name):
        name = name or auto_name(kind)
        made = layer(
            max_tokens=max_tokens, num_oov_indices=num_oov_indices, name=f"{name}_preprocessor"
        )
        return Feature(dtype, made, output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Any:
        """The place of an integer in a vocabulary.

        Args:
            max_tokens, num_oov_indices: As of IntegerLookup.
            output_mode: "one_hot" or "int".
            name: Name; made where None.

        Returns:
            A feature.
        """
        kind, layer = "integer_categorical", layers.IntegerLookup
        given = max_tokens, num_oov_indices, output_mode, name
        return cls._looked_up(kind, layer, "int32", *given)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Any:
        """The place of a word in a vocabulary.

        Args:
            max_tokens, num_oov_indices: As of StringLookup.
            output_mode: "one_hot" or "int".
            name: Name; made where None.

        Returns:
            A feature.
        """
        kind, layer = "string_categorical", layers.StringLookup
        given = max_tokens, num_oov_indices, output_mode, name
        return cls._looked_up(kind, layer, "string", *given)

    @classmethod
    def integer_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Any:
        """The hash of an integer.

        Args:
            num_bins: Number of hash values.
            output_mode: "one_hot" or "int".
            name: Name; made where None.

        Returns:
            A feature.
        """
        name = name or auto_name("integer_hashed")
        layer = layers.Hashing(num_bins=num_bins, name=f"{name}_preprocessor")
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Any:
        """The hash of a word.

        Args:
            num_bins: Number of hash values.
            output_mode: "one_hot" or "int".
            name: Name; made where None.

        Returns:
            A feature.
        """
        name = name or auto_name("string_hashed")
        layer = layers.Hashing(num_bins=num_bins, name=f"{name}_preprocessor")
        return Feature("string", layer, output_mode)

    def __init__(
        self,
        features: Any,
        output_mode: str = "concat",
        crosses: Any = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not features:
            raise ValueError("The `features` argument cannot be None or empty.")
        self.crossing_dim, self.hashing_dim = crossing_dim, hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.output_mode = one_of(output_mode, ("dict", "concat"), "output_mode")
        self.features = {n: self._made(n, given) for n, given in features.items()}
        self.crosses = [self._crossed(given) for given in crosses or ()]
        self.preprocessors = {n: f.preprocessor for n, f in self.features.items()}
        self.crossers = {
            c.name: layers.HashedCrossing(c.crossing_dim, name=c.name) for c in self.crosses
        }
        self.inputs = {
            n: layers.Input(shape=(1,), dtype=f.dtype, name=n) for n, f in self.features.items()
        }
        self.encoded_features = None
        self._ready = not self._adaptable()

    def _made(self, name, given):
        if isinstance(given, Feature):
            return given
        if isinstance(given, dict):
            return deserialize_keras_object(given)
        sizes = {
            "float_discretized": (self.num_discretization_bins,),
            "integer_hashed": (self.hashing_dim,),
            "string_hashed": (self.hashing_dim,),
        }
        plain = ("float", "float_normalized", "float_rescaled")
        if given not in (*sizes, *plain, "integer_categorical", "string_categorical"):
            raise ValueError(f"Invalid feature type: {given}")
        return getattr(self, given)(*sizes.get(given, ()), name=name)

    def _crossed(self, given):
        if isinstance(given, dict):
            given = deserialize_keras_object(given)
        cross = given
        if not isinstance(given, Cross):
            if not self.crossing_dim:
                raise ValueError(
                    "When specifying `crosses`, the argument `crossing_dim` (dimensionality of the "
                    "crossing space) should be specified as well."
                )
            cross = Cross(given, self.crossing_dim)
        unknown = [n for n in cross.feature_names if n not in self.features]
        if unknown:
            raise ValueError(
                "All features referenced in the `crosses` argument should be present in the "
                f"`features` dict. Received unknown features: {unknown}"
            )
        return cross

    def _adaptable(self):
        """The features whose layers must see data first."""
        names = []
        for name, layer in self.preprocessors.items():
            preset = (
                isinstance(layer, layers.Hashing)
                or getattr(layer, "input_mean", None) is not None
                or getattr(layer, "bin_boundaries", None)
                or getattr(layer, "_has_input_vocabulary", False)
            )
            if hasattr(layer, "adapt") and not preset:
                names.append(name)
        return names

    def adapt(self, dataset: Any) -> None:
        """Shows the data to every layer that must see it: vocabularies, means, bins.

        Args:
            dataset: Dict of columns, or an iterable of such dicts (rows or batches).

        Raises:
            ValueError: for data of another kind.
        """
        names = self._adaptable()
        columns = {name: [] for name in names}
        parts = [dataset] if isinstance(dataset, dict) else dataset
        if isinstance(parts, (str, bytes)) or not hasattr(parts, "__iter__"):
            raise ValueError(
                "`adapt()` needs a dict of columns, or an iterable of such dicts. "
                f"Received: {dataset} (of type {type(dataset)})"
            )
        for part in parts:
            if not isinstance(part, dict):
                raise ValueError(
                    "`adapt()` needs dicts of columns; without labels, where there are some "
                    f"(`dataset.map(lambda x, y: x)`). Received: {type(part)}"
                )
            for name in names:
                columns[name].append(_column(part[name])[0])
        for name in names:
            self.preprocessors[name].adapt(np.concatenate(columns[name]))
        self._ready = True
        self.encoded_features = None

    def _need_ready(self):
        if not self._ready:
            raise ValueError(
                "You need to call `.adapt(dataset)` on the FeatureSpace before you can start using "
                "it."
            )
        self.built = True

    def get_inputs(self) -> Any:
        """The symbolic inputs, by name: those of a model that takes raw columns."""
        self._need_ready()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The symbolic encoding of `get_inputs`."""
        self._need_ready()
        if self.encoded_features is None:
            self.encoded_features = self._encoded(self.inputs)
        return self.encoded_features

    def _encoded(self, columns):
        prepared = {n: self.preprocessors[n](columns[n]) for n in self.features if n in columns}
        specs = dict(sorted(self.features.items()))
        crossed = {
            c.name: self.crossers[c.name]([prepared[n] for n in c.feature_names])
            for c in self.crosses
        }
        specs.update(sorted((c.name, c) for c in self.crosses))
        prepared.update(crossed)
        found = {
            name: self._one_hot(name, prepared[name]) if spec.output_mode == "one_hot"
            else prepared[name]
            for name, spec in specs.items()
        }  # fmt: skip
        if self.output_mode == "dict":
            return found
        for name, value in found.items():
            if value.dtype == "string" or "int" in value.dtype:
                raise ValueError(
                    f"Cannot concatenate features because feature '{name}' has not been encoded "
                    f"(it has dtype {value.dtype}). Consider using `output_mode='dict'`."
                )
        return ops.concatenate(list(found.values()), axis=-1)

    def _one_hot(self, name, value):
        layer = self.preprocessors.get(name) or self.crossers[name]
        if "int" not in value.dtype:
            raise ValueError(
                f"Feature '{name}' has `output_mode='one_hot'`. Thus its preprocessor should "
                f"return an integer dtype. Instead it returns a {value.dtype} dtype."
            )
        for attribute in ("num_tokens", "num_bins"):
            count = getattr(layer, attribute, None)
            if count is not None:
                break
        else:
            if not hasattr(layer, "vocabulary_size"):
                raise ValueError(
                    f"Feature '{name}' has `output_mode='one_hot'`. However the number of its "
                    "values is not known, thus it cannot be one-hot encoded. Try using "
                    "`output_mode='int'`."
                )
            count = layer.vocabulary_size()
        return ops.max(ops.one_hot(value, count, dtype=self.compute_dtype), axis=-2)

    def __call__(self, data: Any) -> Any:
        """The encoding of a dict of columns (lists, arrays, tensors) of n values, or of a row."""
        self._need_ready()
        if not isinstance(data, dict):
            raise ValueError(
                f"A FeatureSpace can only be called with a dict. Received: data={data} "
                f"(of type {type(data)})"
            )
        columns = {name: _column(value) for name, value in data.items() if name in self.features}
        encoded = self._encoded({name: column for name, (column, _) in columns.items()})
        if any(single for _, single in columns.values()):
            encoded = nest.map_structure(lambda x: ops.squeeze(x, 0), encoded)
        return encoded

    call = __call__

    def save(self, filepath: PathLike) -> None:
        """Writes it, vocabularies and means included, to a ".keras" file; `load_model` reads it.

        Args:
            filepath: Path that ends in ".keras".
        """
        from ..saving.api import save_model

        save_model(self, filepath)

    def get_config(self) -> dict[str, Any]:
        return {
            "features": serialize_keras_object(self.features),
            "output_mode": self.output_mode,
            "crosses": serialize_keras_object(self.crosses),
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: Any) -> Self:
        return cls(**config)

    def get_build_config(self) -> dict[Any, Any]:
        return {n: f.preprocessor.get_build_config() for n, f in self.features.items()}

    def build_from_config(self, config: Any) -> None:
        for name, built in config.items():
            layer = self.features[name].preprocessor
            if not layer.built and built:
                layer.build_from_config(built)
        self._ready = True
