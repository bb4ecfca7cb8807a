"""The operations of neural networks, gathered from their families."""

from .activation import *  # noqa: F403
from .attention import *  # noqa: F403
from .convolution import *  # noqa: F403
from .ctc import *  # noqa: F403
from .fourier import polar  # noqa: F401
from .losses import *  # noqa: F403
from .normalization import *  # noqa: F403
from .patches import *  # noqa: F403
from .pooling import *  # noqa: F403
from .shrinkage import *  # noqa: F403
