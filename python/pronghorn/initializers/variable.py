"""Variable, as the package shows it: with initializers by name."""

from ..engine import variable
from ..engine.variable import Variable
from . import get

variable.find_initializer = get

__all__ = ["Variable"]
