"""The only room that imports the native core: tensors, variables, tracing, random state."""

from . import config, device, dispatch, former_methods, nest, operators, random, trace
from .random import SeedGenerator, draw_seed, set_random_seed
from .symbolic import KerasTensor, any_symbolic
from .tape import GradientTape, custom_gradient, grad, stop_recording, value_and_grad
from .tensor import Tensor, convert_to_numpy, convert_to_tensor, filled_by, is_tensor
from .trace import Function, TensorSpec, eval_shape, is_tracing
from .variable import Variable, limited_sizes

__all__ = [
    "Function", "GradientTape", "KerasTensor", "SeedGenerator", "Tensor", "TensorSpec", "Variable",
    "any_symbolic", "config", "convert_to_numpy", "convert_to_tensor", "custom_gradient", "device",
    "dispatch", "draw_seed", "eval_shape", "filled_by", "grad", "is_tensor", "is_tracing",
    "former_methods", "limited_sizes", "nest", "operators", "random", "set_random_seed",
    "stop_recording", "trace", "value_and_grad",
]  # fmt: skip
