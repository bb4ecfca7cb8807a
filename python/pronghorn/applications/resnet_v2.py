"""ResNetV2, and how its inputs and outputs are to be read."""

from ._pictures import decode_predictions, preprocessing
from ._resnets import ResNet50V2, ResNet101V2, ResNet152V2

preprocess_input = preprocessing("tf")

__all__ = ["ResNet50V2", "ResNet101V2", "ResNet152V2", "decode_predictions", "preprocess_input"]
