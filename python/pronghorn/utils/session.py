"""Small questions about symbolic tensors."""

from ..engine import KerasTensor


def is_keras_tensor(x):
    """Whether x is a symbolic tensor."""
    return isinstance(x, KerasTensor)
