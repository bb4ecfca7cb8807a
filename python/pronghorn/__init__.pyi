# Written by tools/stubs.py; `make stubs` writes it anew.
# ruff: noqa
# fmt: off
from . import activations as activations
from . import applications as applications
from . import backend as backend
from . import callbacks as callbacks
from . import config as config
from . import constraints as constraints
from . import data as data
from . import datasets as datasets
from . import dtype_policies as dtype_policies
from . import engine as engine
from . import initializers as initializers
from . import layers as layers
from . import legacy as legacy
from . import losses as losses
from . import metrics as metrics
from . import mixed_precision as mixed_precision
from . import models as models
from . import ops as ops
from . import optimizers as optimizers
from . import preprocessing as preprocessing
from . import random as random
from . import regularizers as regularizers
from . import saving as saving
from . import training as training
from . import tree as tree
from . import utils as utils
from . import visualization as visualization
from . import wrappers as wrappers
from .alias import load_ipython_extension as load_ipython_extension
from .alias import unload_ipython_extension as unload_ipython_extension
from .dtype_policies import DTypePolicy as DTypePolicy
from .dtype_policies import FloatDTypePolicy as FloatDTypePolicy
from .engine import GradientTape as GradientTape
from .engine import KerasTensor as KerasTensor
from .engine import Tensor as Tensor
from .engine.device import device as device
from .engine.graph_function import Function as Function
from .engine.naming import name_scope as name_scope
from .engine.stateless import RematScope as RematScope
from .engine.stateless import StatelessScope as StatelessScope
from .engine.stateless import SymbolicScope as SymbolicScope
from .engine.stateless import remat as remat
from .engine.symbolic import Operation as Operation
from .initializers import Initializer as Initializer
from .initializers.variable import Variable as Variable
from .layers import Input as Input
from .layers import InputSpec as InputSpec
from .layers import Layer as Layer
from .losses import Loss as Loss
from .metrics import Metric as Metric
from .models import Model as Model
from .models import Sequential as Sequential
from .optimizers import Optimizer as Optimizer
from .regularizers import Regularizer as Regularizer
def version() -> str:
    ...
__version__: str
