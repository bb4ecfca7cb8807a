"""MobileNet, and how its inputs and outputs are to be read."""

from ._mobilenets import MobileNet
from ._pictures import decode_predictions, preprocessing

preprocess_input = preprocessing("tf")

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, __all__)
