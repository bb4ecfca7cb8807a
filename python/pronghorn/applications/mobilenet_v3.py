"""MobileNetV3, and how its inputs and outputs are to be read."""

from ._mobilenets import MobileNetV3Large, MobileNetV3Small
from ._pictures import decode_predictions, preprocessing

preprocess_input = preprocessing(None)

__all__ = ["MobileNetV3Small", "MobileNetV3Large", "decode_predictions", "preprocess_input"]
