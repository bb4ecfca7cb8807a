"""keras.backend, the K of Keras 2: its functions over ops, and the settings.

Each is a line or two over `ops`, with K's argument names, order and defaults; what it computes is
said there. Functions of graphs (`function`, `gradients`, `placeholder`, ...) are in graphs.py.
"""

from ..legacy.accept import old_arguments as _old_arguments
from .arrays import *  # noqa: F403
from .convolution import *  # noqa: F403
from .ctc import *  # noqa: F403
from .draws import *  # noqa: F403
from .graphs import *  # noqa: F403
from .loops import *  # noqa: F403
from .math import *  # noqa: F403
from .nn import *  # noqa: F403
from .old import *  # noqa: F403
from .phase import *  # noqa: F403
from .sessions import *  # noqa: F403
from .settings import *  # noqa: F403
from .values import *  # noqa: F403

for _name in (
    "asymmetric_spatial_2d_padding atrous_conv2d batch_get_value conv1d conv2d conv3d deconv2d "
    "expand_dims moving_average_update one_hot pool2d pool3d random_normal random_uniform "
    "resize_images resize_volumes separable_conv2d set_epsilon set_floatx spatial_2d_padding "
    "spatial_3d_padding"
).split():
    globals()[_name] = _old_arguments(globals()[_name], owner=f"K.{_name}")

# what the families need for their hints is no function of K
del annotations, Any, TYPE_CHECKING  # noqa: F821


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
