"""Every public name that is here has the signature of Keras: names, order, kinds and defaults.

Keras's are in keras_signatures.json, made by make_signatures.py. Exceptions stand in
docs/differences.md.
"""

import re

import pronghorn
import pytest
from signatures.compare import EXCEPTIONS, HERE, KERAS, differing
from signatures.reading import signature

DIFFERENCES = (HERE.parent.parent / "docs" / "differences.md").read_text()


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
