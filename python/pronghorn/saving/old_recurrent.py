"""Weights of recurrent layers as older Kerases laid them out, seen as today's three a layer.

Keras 1 kept kernel, recurrent kernel and bias of each gate apart. The CuDNN layers of Keras 2 had
two biases, and their kernels transposed, in cuDNN's order of elements.
"""

# Gates in the order of Keras 1's files, as places in today's order.
_KERAS_1 = {4: (0, 2, 1, 3), 3: (0, 1, 2)}


def as_today(layer, saved):
    """The group of a layer's weights, as it is or seen in today's layout.

    Args:
        layer: The layer that the weights are for.
        saved: Group of hdf5.py with an attribute `weight_names`.
    """
    cells = _cells(layer)
    names = saved.names("weight_names")
    if not cells or len(names) % len(cells):
        return saved
    count = len(names) // len(cells)
    converted = [
        _of_cell(cell, saved, names[i * count : (i + 1) * count]) for i, cell in enumerate(cells)
    ]
    if not any(converted):
        return saved
    parts = []
    for i, own in enumerate(converted):
        parts.extend(own or [saved.read(n) for n in names[i * count : (i + 1) * count]])
    return _Seen(saved, parts)


class _Seen:
    """What reads like a group, over arrays."""

    def __init__(self, saved, parts):
        self.path = saved.path
        self._parts = {f"part {i}": part for i, part in enumerate(parts)}

    def names(self, attribute):
        return list(self._parts)

    def shape(self, name):
        return self._parts[name].shape

    def is_sound(self, name):
        return True

    def read(self, name):
        return self._parts[name]

    load = read


def _cells(layer):
    """The cells with gates of a layer, in the order of its weights."""
    halves = [getattr(layer, name, None) for name in ("forward_layer", "backward_layer")]
    layers = halves if None not in halves else [layer]
    cells = [getattr(one, "cell", None) for one in layers]
    return cells if all(getattr(cell, "gates", 1) in _KERAS_1 for cell in cells) else []


def _of_cell(cell, saved, names):
    """[kernel, recurrent kernel, bias] made of older ones; None where they are today's."""
    import numpy as np

    gates, units = cell.gates, cell.units
    if len(names) == 3 * gates:
        order = _KERAS_1[gates]
        found = []
        for part in range(3):
            arrays = [None] * gates
            for place, gate in enumerate(order):
                arrays[gate] = saved.read(names[3 * place + part])
            found.append(np.concatenate(arrays, axis=-1))  # type: ignore[arg-type]
        return found
    if len(names) != 3 or saved.shape(names[2]) != (2 * gates * units,):
        return None
    kernel, recurrent, bias = (saved.read(name) for name in names)
    kernel = _by_gate(kernel, gates, lambda k: k.T.reshape(k.shape, order="F"))
    recurrent = _by_gate(recurrent, gates, lambda k: k.T)
    both = bias.reshape(2, -1)
    return [kernel, recurrent, both if gates == 3 else both.sum(axis=0)]


def _by_gate(kernel, gates, function):
    import numpy as np

    return np.hstack([function(k) for k in np.hsplit(kernel, gates)])
