"""MobileNetV2, and how its inputs and outputs are to be read."""

from ._mobilenets import MobileNetV2
from ._pictures import decode_predictions, preprocessing

preprocess_input = preprocessing("tf")

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]
