"""tf.train: checkpoints, examples, and the optimizers of TensorFlow 1 as those of today."""

from ... import optimizers as _optimizers
from .checkpoints import Checkpoint, CheckpointManager, latest_checkpoint  # noqa: F401
from .examples import (  # noqa: F401
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)


def GradientDescentOptimizer(learning_rate, use_locking=False, name="GradientDescent"):
    return _optimizers.SGD(learning_rate, name=name)


def MomentumOptimizer(
    learning_rate, momentum, use_locking=False, name="Momentum", use_nesterov=False
):
    return _optimizers.SGD(learning_rate, momentum=momentum, nesterov=use_nesterov, name=name)


def AdamOptimizer(
    learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, use_locking=False, name="Adam"
):
    return _optimizers.Adam(learning_rate, beta1, beta2, epsilon, name=name)


def RMSPropOptimizer(
    learning_rate,
    decay=0.9,
    momentum=0.0,
    epsilon=1e-10,
    use_locking=False,
    centered=False,
    name="RMSProp",
):
    return _optimizers.RMSprop(learning_rate, decay, momentum, epsilon, centered, name=name)


def AdagradOptimizer(
    learning_rate, initial_accumulator_value=0.1, use_locking=False, name="Adagrad"
):
    return _optimizers.Adagrad(learning_rate, initial_accumulator_value, 1e-20, name=name)


def AdadeltaOptimizer(
    learning_rate=0.001, rho=0.95, epsilon=1e-08, use_locking=False, name="Adadelta"
):
    return _optimizers.Adadelta(learning_rate, rho, epsilon, name=name)
