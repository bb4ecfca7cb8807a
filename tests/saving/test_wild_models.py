"""Strangers' files of every age of Keras load and predict what their authors' Keras did."""

import pronghorn as ph
import pytest
from pronghorn.saving import old_reading
from saving import wild


# Keras 3.15 says it of the transformer's classes as well.
@pytest.mark.filterwarnings("ignore:.build... was called on layer .*:UserWarning")
@pytest.mark.parametrize("name", wild.names() or ["none"])
def test_a_strangers_file_predicts_what_it_did(name):
    if name == "none":
        pytest.skip("KERAS_HOME has no folder wild_models")
    assert wild.error(ph, name) < wild.TOLERANCE


@pytest.mark.filterwarnings("ignore:.* is an old spelling")
def test_what_keras_2_wrote_and_never_used_is_left_out():
    for name, more in (
        ("DepthwiseConv2D", {"kernel_size": [3, 3], "groups": 1}),
        ("SeparableConv2D", {"filters": 2, "kernel_size": [3, 3], "groups": 1,
                             "kernel_initializer": {"class_name": "Zeros", "config": {}}}),
        ("Conv2DTranspose", {"filters": 2, "kernel_size": [3, 3], "groups": 1}),
        ("SpatialDropout1D", {"rate": 0.2, "noise_shape": None, "trainable": True}),
        ("TimeDistributedDense", {"output_dim": 3}),
    ):  # fmt: skip
        config = old_reading.to_new({"class_name": name, "config": {"name": "a", **more}}, 2)
        assert ph.layers.deserialize(config).name == "a"


def test_a_function_in_place_of_code():
    layer = ph.layers.Lambda(lambda x: x + 1, name="plus")
    config = ph.layers.serialize(layer)
    with pytest.raises(ValueError, match="custom_objects"):
        ph.layers.deserialize(config)
    again = ph.layers.deserialize(config, custom_objects={"plus": lambda x: x + 2})
    assert float(again(ph.ops.array(1.0))) == 3.0
