"""VGG19, and how its inputs and outputs are to be read."""

from ._pictures import decode_predictions, preprocessing
from ._vgg import VGG19

preprocess_input = preprocessing("caffe")

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]
