"""Calls of the tree functions that both sides make; `ask` turns what came out into text.

What real Keras answers is in keras_answers.json, made by make_values.py.
"""

import time
from collections import OrderedDict, defaultdict, deque, namedtuple

Empty = namedtuple("Empty", [])
Point = namedtuple("Point", ["x", "y"])
OtherPoint = namedtuple("OtherPoint", ["x", "y"])


class OwnList(list):
    pass


class OwnDict(dict):
    pass


class OwnTuple(tuple):
    pass


class Key:
    """A dict key without an order."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"Key({self.name})"


def some_default():
    return 7


def structures():
    return {
        "leaf": 1,
        "none": None,
        "text": "ab",
        "set": {3},
        "empty_tuple": (),
        "empty_list": [],
        "empty_dict": {},
        "empty_named": Empty(),
        "one": [5],
        "one_none": [None],
        "one_nested": [[5]],
        "list": [1, [2, (3, 4)], None],
        "tuple": (1, (2,), []),
        "named": Point(y=2, x=[1, 0]),
        "deque": deque([1, 2], maxlen=4),
        "dict": {"z": 1, "a": 2, "m": {"y": 3, "b": 4}},
        "ordered": OrderedDict([("z", 1), ("a", 2)]),
        "default": defaultdict(some_default, {"z": 1, "a": 2}),
        "numbers": {100: "world", 6: "hello", 50.5: "there"},
        "mixed_keys": {"b": 1, 2: 2, "a": 3, 1: 4},
        "keys_without_order": {Key("b"): 1, Key("a"): 2},
        "bool_keys": {True: 1, False: 2},
        "tuple_keys": {(2, 1): 1, (1, 5): 2},
        "own_list": OwnList([1, 2]),
        "own_dict": OwnDict(b=1, a=2),
        "own_tuple": OwnTuple((1, 2)),
        "struct_time": time.struct_time(range(9)),
        "deep": [{"b": [2, 3], "a": (1,)}, Point(8, {"q": 9}), deque([None])],
        "shapes": {"b": (None, 3), "a": [(2, 3), [4, None]], "c": (1, (2, 3))},
    }


def pairs():
    """Two structures each; some alike, some not."""
    s = structures()
    return {
        "leaf_leaf": (1, 2),
        "leaf_none": (1, None),
        "none_leaf": (None, 1),
        "leaf_tuple": (1, ()),
        "tuple_leaf": ((), 1),
        "leaf_dict": (1, {}),
        "dict_leaf": ({"a": 1}, 1),
        "tuple_list": ((1, 2), [1, 2]),
        "list_tuple": ([1, 2], (1, 2)),
        "list_deque": ([1], deque([1])),
        "deque_named": (deque([1, 2]), Point(1, 2)),
        "tuple_named": ((1, 2), Point(1, 2)),
        "named_tuple": (Point(1, 2), (1, 2)),
        "two_named": (Point(1, 2), OtherPoint(1, 2)),
        "same_named": (Point(1, 2), Point(3, 4)),
        "counts": ([1, 2], [1]),
        "longer": ([1], [1, 2]),
        "dict_order": ({"b": 1, "a": 2}, {"a": 30, "b": 40}),
        "dict_ordered": ({"b": 1, "a": 2}, OrderedDict([("b", 10), ("a", 20)])),
        "ordered_dict": (OrderedDict([("b", 1), ("a", 2)]), {"a": 20, "b": 10}),
        "default_ordered": (s["default"], OrderedDict([("a", 5), ("z", 6)])),
        "missing_key": ({"a": 1, "b": 2}, {"a": 1}),
        "extra_key": ({"a": 1}, {"a": 1, "b": 2}),
        "other_key": ({"a": 1}, {"b": 1}),
        "deeper": ([1, 2], [1, [2, 3]]),
        "shallower": ([1, [2, 3]], [1, 2]),
        "deep": (s["deep"], s["deep"]),
        "nested_none": ([None, 1], [2, 3]),
        "none_nested": ([2, 3], [None, 1]),
        "none_both": ([None, 1], [None, 3]),
        "own_lists": (OwnList([1]), OwnList([2])),
        "list_own_list": ([1], OwnList([2])),
    }


def _texts(*leaves):
    return "+".join(map(described, leaves))


class _Visits:
    """A function for traverse that writes down what it is called with."""

    def __init__(self, answer):
        self.answer, self.seen = answer, []

    def __call__(self, x):
        self.seen.append(described(x))
        return self.answer(x)


def _traverse(tree, structure, top_down, answer):
    visits = _Visits(answer)
    return tree.traverse(visits, structure, top_down=top_down), visits.seen


def questions(tree):
    """{name: function without arguments} of every call."""
    asked = {}
    for name, s in structures().items():
        for function in ("is_nested", "flatten", "flatten_with_path", "lists_to_tuples"):
            asked[f"{function} {name}"] = lambda f=function, s=s: getattr(tree, f)(s)
        asked[f"map {name}"] = lambda s=s: tree.map_structure(_texts, s)
        asked[f"map_without_none {name}"] = lambda s=s: tree.map_structure(
            _texts, s, none_is_leaf=False
        )
        asked[f"map_shape {name}"] = lambda s=s: tree.map_shape_structure(_texts, s)
        asked[f"pack {name}"] = lambda s=s: tree.pack_sequence_as(
            s, [f"new{i}" for i in range(len(tree.flatten(s)))]
        )
        asked[f"pack_iterator {name}"] = lambda s=s: tree.pack_sequence_as(s, iter([8, 9]))
        asked[f"pack_too_many {name}"] = lambda s=s: tree.pack_sequence_as(s, list(range(30)))
        asked[f"pack_no_sequence {name}"] = lambda s=s: tree.pack_sequence_as(s, 1)
        for down in (True, False):
            asked[f"traverse {name} {down}"] = lambda s=s, d=down: _traverse(
                tree, s, d, lambda x: "two" if x == 2 else None
            )
            asked[f"traverse_tuples {name} {down}"] = lambda s=s, d=down: _traverse(
                tree, s, d, lambda x: [0] if isinstance(x, tuple) else None
            )
            asked[f"traverse_to_none {name} {down}"] = lambda s=s, d=down: _traverse(
                tree, s, d, lambda x: tree.MAP_TO_NONE if isinstance(x, list) else None
            )
    for name, (a, b) in pairs().items():
        asked[f"map2 {name}"] = lambda a=a, b=b: tree.map_structure(_texts, a, b)
        asked[f"map3 {name}"] = lambda a=a, b=b: tree.map_structure(_texts, a, a, b)
        asked[f"map2_without_none {name}"] = lambda a=a, b=b: tree.map_structure(
            _texts, a, b, none_is_leaf=False
        )
        asked[f"up_to {name}"] = lambda a=a, b=b: tree.map_structure_up_to(a, _texts, b)
        asked[f"up_to2 {name}"] = lambda a=a, b=b: tree.map_structure_up_to(a, _texts, b, b)
        asked[f"same {name}"] = lambda a=a, b=b: tree.assert_same_structure(a, b)
        asked[f"paths {name}"] = lambda a=a, b=b: tree.assert_same_paths(a, b)
    asked["map nothing"] = lambda: tree.map_structure(_texts)
    asked["map no function"] = lambda: tree.map_structure("bad", [1])
    asked["up_to nothing"] = lambda: tree.map_structure_up_to([1], _texts)
    asked["traverse no function"] = lambda: tree.traverse("bad", [1])
    return asked


def ask(function):
    """The result as text, with types; an error is its type alone, as its wording is our own."""
    try:
        return described(function())
    except Exception as e:
        return f"raises {type(e).__name__}"


def described(x):
    if isinstance(x, defaultdict):
        return f"defaultdict({x.default_factory.__name__}, {_items(x)})"
    if isinstance(x, dict):
        return f"{type(x).__name__}({_items(x)})"
    if isinstance(x, deque):
        return f"deque({', '.join(map(described, x))}; {x.maxlen})"
    if isinstance(x, (list, tuple)):
        return f"{type(x).__name__}({', '.join(map(described, x))})"
    return repr(x)


def _items(x):
    return ", ".join(f"{k!r}: {described(v)}" for k, v in x.items())
