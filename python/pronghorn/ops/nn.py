"""The operations of neural networks, gathered from their families."""

from .activation import *  # noqa: F403
from .attention import *  # noqa: F403
from .losses import *  # noqa: F403
from .normalization import *  # noqa: F403
from .shrinkage import *  # noqa: F403
from .windows import *  # noqa: F403
