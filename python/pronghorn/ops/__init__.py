"""Operations on tensors: the functions of keras.ops. Importing this installs Tensor's operators."""

from ..engine import custom_gradient  # noqa: F401
from . import _operations, linalg, nn, numpy
from . import operators as _operators  # noqa: F401
from .activation import *  # noqa: F403
from .arrange import *  # noqa: F403
from .array import *  # noqa: F403
from .attention import *  # noqa: F403
from .bits import *  # noqa: F403
from .control import *  # noqa: F403
from .convolution import *  # noqa: F403
from .creation import *  # noqa: F403
from .ctc import *  # noqa: F403
from .diagonals import *  # noqa: F403
from .distance import *  # noqa: F403
from .einsum import einsum  # noqa: F401
from .elementwise import *  # noqa: F403
from .factors import logdet, slogdet  # noqa: F401
from .fourier import *  # noqa: F403
from .linalg import *  # noqa: F403
from .losses import *  # noqa: F403
from .math import *  # noqa: F403
from .matrix import dot, matmul  # noqa: F401
from .moments import *  # noqa: F403
from .nan_statistics import *  # noqa: F403
from .normalization import *  # noqa: F403
from .patches import *  # noqa: F403
from .pooling import *  # noqa: F403
from .products import *  # noqa: F403
from .quantiles import *  # noqa: F403
from .rearrangement import *  # noqa: F403
from .scans import *  # noqa: F403
from .scatter import *  # noqa: F403
from .segments import *  # noqa: F403
from .sequences import *  # noqa: F403
from .sets import *  # noqa: F403
from .shrinkage import *  # noqa: F403
from .sorting import *  # noqa: F403
from .special import *  # noqa: F403
from .splitting import *  # noqa: F403
from .statistics import *  # noqa: F403

for _module in ("core", "linalg", "math", "nn", "numpy"):
    _operations.install(_module, globals(), vars(linalg), vars(nn), vars(numpy))
_operators.install_symbolic(_operations.symbolic)


def __getattr__(name):
    if name == "image":
        import importlib

        return importlib.import_module(f"{__name__}.image")
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
