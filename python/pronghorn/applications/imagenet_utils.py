"""Inputs and outputs of models of ImageNet."""

from ._common import decode_predictions, preprocess_input

__all__ = ["decode_predictions", "preprocess_input"]
