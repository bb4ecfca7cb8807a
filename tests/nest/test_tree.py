"""pronghorn.tree answers as Keras's tree does."""

import json
import os

import pytest
from nest import cases
from pronghorn import tree

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras_answers.json")) as f:
    ANSWERS = json.load(f)

# Keras's own text says that None is a leaf here, but it raises (docs/differences.md).
NONE_IN_A_SHALLOW_STRUCTURE = {
    "up_to none_leaf": "'1'",
    "up_to2 none_leaf": "'1+1'",
    "up_to none_both": "list('None', '3')",
    "up_to2 none_both": "list('None+None', '3+3')",
    "up_to nested_none": "list('2', '3')",
    "up_to2 nested_none": "list('2+2', '3+3')",
    "up_to deep": ANSWERS["map deep"],
    "up_to2 deep": ANSWERS["map2 deep"],
}


def test_every_answer_is_asked_for():
    assert set(cases.questions(tree)) == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_answers(name):
    expected = NONE_IN_A_SHALLOW_STRUCTURE.get(name, ANSWERS[name])
    assert cases.ask(cases.questions(tree)[name]) == expected


def test_dicts_of_a_layer():
    from collections import OrderedDict

    import pronghorn as ph

    layer = ph.Layer()
    layer.plain = {"z": 1, "a": [2, {"q": 3, "b": 4}]}
    layer.ordered = OrderedDict([("z", 1), ("a", 2)])
    layer.set = {5}
    assert tree.flatten(layer.plain) == [2, 4, 3, 1]
    assert tree.flatten(layer.ordered) == [1, 2]
    assert tree.flatten([layer.set]) == [5]
    doubled = tree.map_structure(lambda x: 2 * x, layer.ordered)
    assert list(doubled.items()) == [("z", 2), ("a", 4)] and type(doubled) is type(layer.ordered)
    with pytest.raises(ValueError, match="expected.*TrackedDict"):
        tree.assert_same_structure(layer.plain, {"z": 1, "a": [2, {"q": 3, "b": 4}]})


def test_a_dict_with_shared_leaves_and_a_large_one():
    wide = {f"k{i:05}": i for i in reversed(range(20_000))}
    assert tree.flatten(wide) == list(range(20_000))
    packed = tree.pack_sequence_as(wide, range(20_000))
    assert packed == wide and list(packed) == list(wide)
