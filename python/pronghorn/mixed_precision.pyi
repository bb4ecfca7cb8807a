# Written by tools/stubs.py; `make stubs` writes it anew.
# ruff: noqa
# fmt: off
from .dtype_policies import DTypePolicy as DTypePolicy
from .dtype_policies import DTypePolicy as Policy
from .dtype_policies import dtype_policy as dtype_policy
from .dtype_policies import dtype_policy as global_policy
from .dtype_policies import set_dtype_policy as set_dtype_policy
from .dtype_policies import set_dtype_policy as set_global_policy
from .optimizers import LossScaleOptimizer as LossScaleOptimizer
