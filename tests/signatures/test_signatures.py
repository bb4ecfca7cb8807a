"""Every public name that is here has the signature of Keras: names, order, kinds and defaults.

Keras's are in keras_signatures.json, made by make_signatures.py. Exceptions stand in
docs/differences.md.
"""

import inspect
import json
import os
import re
from pathlib import Path

import pronghorn
import pytest
from signatures.reading import signature

HERE = Path(os.path.dirname(os.path.abspath(__file__)))
KERAS = json.loads((HERE / "keras_signatures.json").read_text())
DIFFERENCES = (HERE.parent.parent / "docs" / "differences.md").read_text()

# Path to our signature; each has its line in docs/differences.md.
LEGACY = "*args, shape=None, initializer=None, dtype=None, trainable=True, autocast=True, "
LEGACY += "regularizer=None, constraint=None, aggregation='none', overwrite_with_gradient=False, "
LEGACY += "name=None, **kwargs"
POOL = "pool_size=(2, 2), strides=None, padding='valid', data_format=None, name=None, **kwargs"
EXCEPTIONS = {
    "KerasTensor.reshape": "*shape",
    "Layer.add_weight": LEGACY,
    "layers.Layer.add_weight": LEGACY,
    "Layer.add_loss": "loss, inputs=None",
    "layers.Layer.add_loss": "loss, inputs=None",
    "callbacks.TensorBoard.__init__": KERAS["classes"]["callbacks.TensorBoard"]["__init__"]
    + ", write_grads=False",
    **{
        f"layers.{name}{rank}D.__init__": POOL.replace("(2, 2)", window)
        for name in ("AveragePooling", "AvgPool")
        for rank, window in ((1, "2"), (2, "(2, 2)"), (3, "(2, 2, 2)"))
    },
    "datasets.reuters.load_data": KERAS["functions"]["datasets.reuters.load_data"] + ", **kwargs",
    "layers.RNN.reset_states": "states=None",
}
ANY = "*args, **kwargs"


def ours(path):
    """The object of that path, or None where it is not here (yet)."""
    found = pronghorn
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except (AttributeError, ImportError):
            return None
    return found


def wanted():
    """(path, signature) of all of Keras's functions and methods; a class counts as __init__."""
    for path, text in KERAS["functions"].items():
        yield path, text
    for path, methods in KERAS["classes"].items():
        if isinstance(methods, str):
            methods = KERAS["classes"][methods]
        for name, text in methods.items():
            yield f"{path}.{name}", text


def differing():
    for path, text in wanted():
        owner, _, name = path.rpartition(".")
        if name == "__init__":
            cls = ours(owner)
            if cls is not None and not isinstance(cls, type):
                yield path, "is no class", text
                continue
        else:
            cls = ours(owner) if owner else None
        if isinstance(cls, type):
            found = inspect.getattr_static(cls, name, None)
            found = getattr(found, "__func__", found)
            if isinstance(found, property):
                continue
        else:
            found = ours(path)
        if found is None or isinstance(found, type):
            continue
        expected, here = EXCEPTIONS.get(path, text), signature(found)
        if name == "__init__" and "__signature__" in vars(cls):
            here = signature(cls)  # what an optimizer shows in the place of *args
        if expected == ANY and name == "__init__" or here == ANY and name not in vars(cls):
            continue  # Keras's wrapper hides the names; or one method here serves all subclasses
        if here != expected:
            yield path, here, expected


def test_signatures():
    wrong = [f"{path}\n   here  {a}\n   Keras {b}" for path, a, b in differing()]
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", EXCEPTIONS)
def test_exceptions_are_documented(path):
    assert re.search(rf"`{re.escape(path.replace('.__init__', ''))}`", DIFFERENCES)


def test_the_comparison_sees_a_wrong_default():
    def wrong(xs, axis=-1):
        pass

    assert signature(wrong) == "xs, axis=-1" != KERAS["functions"]["ops.concatenate"]


def test_defaults_that_once_were_others():
    import numpy as np
    from pronghorn import ops, regularizers

    assert regularizers.l1_l2(l1=1e-3).get_config() == {"l1": 1e-3, "l2": 0.0}
    assert regularizers.get("L1L2").get_config() == {"l1": 0.0, "l2": 0.0}
    assert ops.concatenate([np.ones((2, 3)), np.zeros((1, 3))]).shape == (3, 3)


def test_where_with_one_argument():
    import numpy as np
    from pronghorn import ops

    condition = np.array([[True, False], [True, True]])
    found = ops.where(condition)
    assert [x.dtype for x in found] == ["int32", "int32"]
    np.testing.assert_array_equal(np.asarray(found), condition.nonzero())
    with pytest.raises(ValueError, match="both should be `None`"):
        ops.where(condition, 1.0)
    assert [i.shape for i in ops.where(pronghorn.Input((3,)) > 0)] == [(None,)] * 2
    with pytest.raises(ValueError, match="eagerly"):
        pronghorn.engine.Function(lambda x: ops.where(x > 0))(ops.ones((3,)))


def test_initializers_by_name_in_a_fresh_process():
    import subprocess
    import sys

    code = (
        "import pronghorn as k; v = k.Variable('ones', shape=(2,)); assert float(v[1]) == 1.0\n"
        "m = k.metrics.Mean(); w = m.add_variable((2,), 'ones'); assert float(w[0]) == 1.0"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_output_shapes_by_name():
    class Join(pronghorn.Layer):
        def call(self, left, right):
            return pronghorn.ops.concatenate([left, right], axis=1)

    layer = Join()
    assert layer.compute_output_shape((None, 2), (None, 3)) == (None, 5)
    assert layer.compute_output_shape(left_shape=(4, 2), right_shape=(4, 3)) == (4, 5)
    assert pronghorn.layers.Dense(3).compute_output_shape(input_shape=(7, 2)) == (7, 3)
