"""clear_session and small questions about symbolic tensors."""

from ..engine import KerasTensor, naming


def clear_session(free_memory=True):
    """Starts automatic names again; memory of dropped models is freed as they are collected."""
    naming.reset_uids()
    if free_memory:
        import gc

        gc.collect()


def is_keras_tensor(x):
    """Whether x is a symbolic tensor."""
    return isinstance(x, KerasTensor)
