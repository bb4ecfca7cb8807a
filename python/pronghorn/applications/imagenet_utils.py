"""Inputs and outputs of models of ImageNet."""

from ._pictures import decode_predictions, preprocess_input

__all__ = ["decode_predictions", "preprocess_input"]


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, __all__)
