"""Inputs and outputs of models of ImageNet."""

from ._pictures import decode_predictions, preprocess_input

__all__ = ["decode_predictions", "preprocess_input"]
