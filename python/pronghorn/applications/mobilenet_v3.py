"""MobileNetV3, and how its inputs and outputs are to be read."""

from ._common import decode_predictions, preprocessing
from ._mobilenets import MobileNetV3Large, MobileNetV3Small

preprocess_input = preprocessing(None)

__all__ = ["MobileNetV3Small", "MobileNetV3Large", "decode_predictions", "preprocess_input"]
