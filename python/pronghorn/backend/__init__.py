"""keras.backend, the K of Keras 2: its functions over ops, and the settings.

Each is a line or two over `ops`, with K's argument names, order and defaults; what it computes is
said there. Functions of graphs (`function`, `gradients`, `placeholder`, ...) are in graphs.py.
"""

from .arrays import *  # noqa: F403
from .convolution import *  # noqa: F403
from .ctc import *  # noqa: F403
from .draws import *  # noqa: F403
from .graphs import *  # noqa: F403
from .loops import *  # noqa: F403
from .math import *  # noqa: F403
from .nn import *  # noqa: F403
from .phase import *  # noqa: F403
from .settings import *  # noqa: F403
from .values import *  # noqa: F403

# what the families need for their hints is no function of K
del annotations, Any, TYPE_CHECKING  # noqa: F821


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
