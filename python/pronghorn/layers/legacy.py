"""Keyword arguments that layers took in Keras 1 and 2 and that no constructor names today."""

from ..legacy.telling import tell

# Layers over sequences, whose `input_dim` is the size of one step.
_OVER_SEQUENCES = frozenset(("Conv1D", "RNN", "SimpleRNN", "GRU", "LSTM", "LocallyConnected1D"))


def take_legacy_arguments(layer, kwargs):
    """Takes input shapes, `weights` and `dynamic` out; raises ValueError for what is left."""
    given = [name for name in ("input_shape", "input_dim", "input_length", "batch_input_shape")
             if name in kwargs]  # fmt: skip
    batch_size = kwargs.pop("batch_size", None)
    shape = kwargs.pop("input_shape", None)
    size = kwargs.pop("input_dim", None)
    length = kwargs.pop("input_length", None)
    if shape is None:
        shape = _sequence_shape(layer, size, length)
    batch_shape = kwargs.pop("batch_input_shape", None)
    weights = kwargs.pop("weights", None)
    if "dynamic" in kwargs:
        del kwargs["dynamic"]
        tell(
            "dynamic",
            "`dynamic` of a layer is an old argument; `compile(run_eagerly=True)` calls Python in "
            "every step.",
        )
    if kwargs:
        raise ValueError(
            f"Unrecognized keyword arguments passed to {type(layer).__name__}: {kwargs}"
        )
    if isinstance(shape, int):
        shape = (shape,)
    if batch_shape is None and shape is not None:
        batch_shape = (batch_size, *shape)
    if batch_shape is not None:
        layer.__dict__["_batch_shape_argument"] = tuple(batch_shape)
    for name in given:
        tell(
            name,
            f"`{name}` of a layer is an old spelling; put `keras.Input(shape)` in front of the "
            "first layer.",
        )
    layer.__dict__["_initial_weights"] = weights


def _sequence_shape(layer, size, length):
    """The shape of a sample that `input_dim` and `input_length` stand for."""
    lengths = () if length is None else (length,) if isinstance(length, int) else tuple(length)
    if size is None:
        return lengths or None  # as of Embedding, whose input_dim is another thing
    names = {cls.__name__ for cls in type(layer).__mro__}
    if not lengths and names & _OVER_SEQUENCES:
        lengths = (None,)
    return (*lengths, size)
