"""keras.utils.legacy's configs, with which libraries around Keras keep objects of their own."""

import pronghorn as ph
import pytest
from pronghorn.utils import legacy


class Part:
    def __init__(self, size, inner=None, act=None):
        self.size, self.inner, self.act = size, inner, act

    def get_config(self):
        return {"size": self.size, "inner": self.inner, "act": self.act}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def double(x):
    return 2 * x


TABLE = {"Part": Part, "double": double}


def test_there_and_back():
    config = legacy.serialize_keras_object(Part(3, Part(4), double))
    assert config == {
        "class_name": "Part",
        "config": {
            "size": 3,
            "inner": {
                "class_name": "Part",
                "config": {"size": 4, "inner": None, "act": None},
                "__passive_serialization__": True,
            },
            "act": "double",
        },
    }
    kept = str(config)
    for tables in ({"module_objects": TABLE}, {"custom_objects": TABLE}):
        part = legacy.deserialize_keras_object(config, **tables)
        assert (part.size, part.inner.size, part.act) == (3, 4, double)
    assert str(config) == kept


def test_names_functions_and_none():
    assert legacy.serialize_keras_object(None) is None
    assert legacy.deserialize_keras_object(None) is None
    assert legacy.deserialize_keras_object("double", TABLE) is double
    assert legacy.deserialize_keras_object(double) is double
    made = legacy.deserialize_keras_object("L2", {"L2": ph.regularizers.L2})
    assert isinstance(made, ph.regularizers.L2)


def test_refusals():
    with pytest.raises(ValueError, match="Unknown part: 'Other'"):
        legacy.deserialize_keras_object("Other", TABLE, printable_module_name="part")
    with pytest.raises(ValueError, match="Unknown object: 'Other'"):
        legacy.deserialize_keras_object({"class_name": "Other", "config": {}}, TABLE)
    with pytest.raises(ValueError, match="Improper config format"):
        legacy.deserialize_keras_object({"config": {}}, TABLE)
    with pytest.raises(ValueError, match="Could not interpret"):
        legacy.deserialize_keras_object(3, TABLE)
    with pytest.raises(ValueError, match="get_config"):
        legacy.serialize_keras_object(object())
