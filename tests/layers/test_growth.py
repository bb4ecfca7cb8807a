"""What building takes grows with a layer's parts, not with their square."""

import time

import pytest
from pronghorn import layers


class Holder(layers.Layer):
    """Many sublayers, each in a list and as an attribute."""

    def __init__(self, count):
        super().__init__()
        self.parts = [layers.Dropout(0.5) for _ in range(count)]
        for i, part in enumerate(self.parts):
            setattr(self, f"part_{i}", part)


class Owner(layers.Layer):
    """Many variables."""

    def __init__(self, count):
        super().__init__()
        for i in range(count):
            self.add_weight(shape=(1,), initializer="zeros", name=f"w{i}")


@pytest.mark.parametrize("kind", [Holder, Owner])
def test_tracking_is_linear(kind):
    def seconds(count):
        start = time.process_time()
        kind(count)
        return time.process_time() - start

    few = min(seconds(400) for _ in range(3))
    assert seconds(4000) < 25 * few  # 45 and more where each looked through all before it


def test_what_is_tracked_is_tracked_once():
    """However it came and went, and whoever changed the lists meanwhile."""
    layer, part, other = layers.Layer(), layers.Dropout(0.5), layers.Dropout(0.5)
    layer.a = layer.b = part
    assert layer._layers == [part]
    layer._layers[0] = other
    layer.a = part
    layer.b = other
    assert layer._layers == [other, part]
    layer._layers.remove(other)
    layer.b = other
    assert layer._layers == [part, other]
    v = layer.add_weight(shape=(1,), name="v")
    layer._trainable_variables.clear()
    layer.v = v
    layer.again = v
    assert layer.trainable_variables == [v]
