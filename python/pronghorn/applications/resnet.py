"""ResNet, and how its inputs and outputs are to be read."""

from ._pictures import decode_predictions, preprocessing
from ._resnets import ResNet50, ResNet101, ResNet152

preprocess_input = preprocessing("caffe")

__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]
