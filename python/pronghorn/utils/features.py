"""Cross and Feature: what a FeatureSpace is told of its columns."""

from __future__ import annotations

from ..serialization import (
    deserialize_keras_object,
    register_keras_serializable,
    serialize_keras_object,
)


def one_of(value, allowed, what):
    if value not in allowed:
        raise ValueError(
            f"Invalid value for argument `{what}`. Expected one of {set(allowed)}. "
            f"Received: {what}={value}"
        )
    return value


@register_keras_serializable(package="features")
class Cross:
    """Features whose joint values are hashed into one.

    Args:
        feature_names: Names of the features.
        crossing_dim: Number of hash values.
        output_mode: "one_hot" or "int".
    """

    def __init__(self, feature_names, crossing_dim, output_mode="one_hot"):
        self.output_mode = one_of(output_mode, ("int", "one_hot"), "output_mode")
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim

    @property
    def name(self):
        return "_X_".join(self.feature_names)

    def get_config(self):
        return {
            "feature_names": list(self.feature_names),
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@register_keras_serializable(package="features")
class Feature:
    """A column: its dtype, the layer that prepares it, and how it comes out.

    Args:
        dtype: "int32", "float32" or "string".
        preprocessor: A layer, or its config.
        output_mode: "one_hot", "int" or "float".
    """

    def __init__(self, dtype, preprocessor, output_mode):
        self.output_mode = one_of(output_mode, ("int", "one_hot", "float"), "output_mode")
        self.dtype = dtype
        if isinstance(preprocessor, dict):
            preprocessor = deserialize_keras_object(preprocessor)
        self.preprocessor = preprocessor

    def get_config(self):
        return {
            "dtype": self.dtype,
            "preprocessor": serialize_keras_object(self.preprocessor),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)
