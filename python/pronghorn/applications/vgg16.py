"""VGG16, and how its inputs and outputs are to be read."""

from ._pictures import decode_predictions, preprocessing
from ._vgg import VGG16

preprocess_input = preprocessing("caffe")

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]
