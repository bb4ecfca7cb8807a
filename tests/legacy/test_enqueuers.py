"""Enqueuers of Keras 2, YAML of models, keras.legacy.interfaces."""

import itertools
import random
import threading
import time

import numpy as np
import pronghorn as ph
import pytest
from pronghorn.legacy import interfaces
from pronghorn.models.former import model_from_yaml
from pronghorn.utils import GeneratorEnqueuer, OrderedEnqueuer

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Squares(ph.utils.Sequence):
    def __init__(self, size=4, wrong=None):
        self.size, self.wrong, self.epochs = size, wrong, 0

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if index == self.wrong:
            raise KeyError("no such batch")
        time.sleep(0.002 * (self.size - index))  # the first takes longest
        return None if index == self.size else (self.epochs, index**2)

    def on_epoch_end(self):
        self.epochs += 1


def taken(enqueuer, count, **kwargs):
    enqueuer.start(**kwargs)
    assert enqueuer.is_running()
    found = list(itertools.islice(enqueuer.get(), count))
    enqueuer.stop()
    assert not enqueuer.is_running()
    return found


@pytest.mark.parametrize("workers", [1, 3])
def test_batches_keep_their_order_whoever_made_them(workers):
    found = taken(OrderedEnqueuer(Squares()), 9, workers=workers, max_queue_size=3)
    # the next epoch's batches are made after on_epoch_end
    assert found == [(i // 4, (i % 4) ** 2) for i in range(9)]


def test_shuffled_epochs_have_every_batch():
    random.seed(3)
    found = taken(OrderedEnqueuer(Squares(8), shuffle=True), 16, workers=2)
    epochs = [[x for _, x in found[:8]], [x for _, x in found[8:]]]
    assert all(sorted(epoch) == [i**2 for i in range(8)] for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_an_error_of_a_worker_is_the_readers():
    before = threading.active_count()
    enqueuer = OrderedEnqueuer(Squares(wrong=2))
    enqueuer.start(workers=2)
    batches = enqueuer.get()
    assert [next(batches)[1], next(batches)[1]] == [0, 1]
    with pytest.raises(KeyError, match="no such batch"):
        next(batches)
    assert not enqueuer.is_running()
    assert threading.active_count() == before

    enqueuer = OrderedEnqueuer(Squares(0))
    enqueuer.start()
    with pytest.raises(ValueError, match="no batches"):
        next(enqueuer.get())


def test_a_generator_is_read_ahead_and_ends():
    enqueuer = GeneratorEnqueuer(x for x in [1, None, 2])
    enqueuer.start(workers=4)
    assert list(enqueuer.get()) == [1, 2]
    made = []
    enqueuer = GeneratorEnqueuer(made.append(i) or i for i in itertools.count())
    enqueuer.start(max_queue_size=2)
    assert next(enqueuer.get()) == 0
    time.sleep(0.1)
    assert 2 <= len(made) <= 5
    with pytest.raises(ValueError, match="stop"):
        enqueuer.start()
    enqueuer.stop()


def test_fit_takes_what_an_enqueuer_gives():
    class Batches(ph.utils.Sequence):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return np.full((2, 1), index, "float32"), np.full((2, 1), 2 * index, "float32")

    model = ph.Sequential([ph.Input((1,)), ph.layers.Dense(1, kernel_initializer="zeros")])
    model.compile("sgd", "mse")
    enqueuer = OrderedEnqueuer(Batches())
    enqueuer.start()
    history = model.fit_generator(enqueuer.get(), steps_per_epoch=2, epochs=1, verbose=0)
    enqueuer.stop()
    np.testing.assert_allclose(history.history["loss"], [2.0])  # of 0 and 4


OF_KERAS_2 = """
backend: tensorflow
class_name: Sequential
keras_version: 2.2.4
config:
- class_name: Dense
  config:
    activation: relu
    batch_input_shape: !!python/tuple [null, 3]
    name: !!python/unicode 'dense_1'
    units: 2
    use_bias: true
"""


def test_yaml_of_models():
    pytest.importorskip("yaml")
    model = model_from_yaml(OF_KERAS_2)
    assert model.layers[0].name == "dense_1" and model.output_shape == (None, 2)
    again = ph.models.model_from_yaml(model.to_yaml())
    assert again.get_config() == model.get_config()
    for wrong in ("a: [", "[1, 2]", "!!python/object/apply:os.system ['true']"):
        with pytest.raises(ValueError, match="YAML"):
            model_from_yaml(wrong)


def test_yaml_without_pyyaml(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(ImportError, match="pip install pyyaml"):
        model_from_yaml(OF_KERAS_2)


def test_interfaces_rename_for_layers_of_other_packages():
    class Twice(ph.layers.Dense):
        @interfaces.legacy_dense_support
        def __init__(self, units, kernel_initializer="zeros", **kwargs):
            super().__init__(units, kernel_initializer=kernel_initializer, **kwargs)

    layer = Twice(output_dim=3, init="ones")
    assert layer.units == 3 and isinstance(layer.kernel_initializer, ph.initializers.Ones)

    @interfaces.generate_legacy_interface(
        conversions=[("p", "rate"), ("gone", None)], value_conversions={"kind": {"th": "first"}}
    )
    def made(rate, kind=None):
        return rate, kind

    assert made(p=0.5, gone=1, kind="th") == (0.5, "first")
    with pytest.raises(TypeError, match="rate"):
        made(p=0.5, rate=0.4)
