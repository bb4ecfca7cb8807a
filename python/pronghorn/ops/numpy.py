"""The operations that NumPy has too, gathered from their families."""

from .arrange import *  # noqa: F403
from .array import *  # noqa: F403
from .bits import view  # noqa: F401
from .creation import *  # noqa: F403
from .diagonals import *  # noqa: F403
from .einsum import einsum  # noqa: F401
from .elementwise import *  # noqa: F403
from .factors import slogdet  # noqa: F401
from .math import *  # noqa: F403
from .matrix import dot, matmul  # noqa: F401
from .moments import *  # noqa: F403
from .nan_statistics import *  # noqa: F403
from .products import *  # noqa: F403
from .quantiles import *  # noqa: F403
from .scans import vectorize  # noqa: F401
from .sequences import *  # noqa: F403
from .sets import *  # noqa: F403
from .sorting import *  # noqa: F403
from .special import *  # noqa: F403
from .splitting import *  # noqa: F403
from .statistics import *  # noqa: F403
