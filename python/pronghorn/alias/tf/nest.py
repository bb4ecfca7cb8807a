"""tf.nest: pronghorn.tree's functions under TensorFlow's names."""

from ... import tree as _tree


def flatten(structure, expand_composites=False):
    return _tree.flatten(structure)


def map_structure(func, *structure, **kwargs):
    return _tree.map_structure(func, *structure)


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    return _tree.pack_sequence_as(structure, flat_sequence)


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    _tree.assert_same_structure(nest1, nest2)


def is_nested(structure):
    return _tree.is_nested(structure)
