"""ResNet50, and how its inputs and outputs are to be read."""

from ._pictures import decode_predictions, preprocessing
from ._resnets import ResNet50

preprocess_input = preprocessing("caffe")

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, __all__)
