"""MobileNetV2, and how its inputs and outputs are to be read."""

from ._common import decode_predictions, preprocessing
from ._mobilenets import MobileNetV2

preprocess_input = preprocessing("tf")

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]
