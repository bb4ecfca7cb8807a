"""EfficientNetV2, and how its inputs and outputs are to be read."""

from ._efficientnets import (
    EfficientNetV2B0,
    EfficientNetV2B1,
    EfficientNetV2B2,
    EfficientNetV2B3,
    EfficientNetV2L,
    EfficientNetV2M,
    EfficientNetV2S,
)
from ._pictures import decode_predictions, preprocessing

preprocess_input = preprocessing(None)

__all__ = [
    "EfficientNetV2B0",
    "EfficientNetV2B1",
    "EfficientNetV2B2",
    "EfficientNetV2B3",
    "EfficientNetV2S",
    "EfficientNetV2M",
    "EfficientNetV2L",
    "decode_predictions",
    "preprocess_input",
]
