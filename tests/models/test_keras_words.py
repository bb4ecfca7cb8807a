"""Words and forms in which models show themselves, as Keras 3.15 has them."""

import pronghorn as ph
import pytest

OPS = {
    "concatenate": (lambda x: ph.ops.concatenate([x, x], -1), "Concatenate"),
    "absolute": (lambda x: ph.ops.absolute(x), "Absolute"),
    "get_item": (lambda x: x[:, 1:], "GetItem"),
    "add": (lambda x: x + 1, "Add"),
}


@pytest.mark.parametrize("name", OPS)
def test_ops_in_a_graph_are_called_as_in_keras(name):
    ph.utils.clear_session()
    apply, class_name = OPS[name]
    inputs = ph.Input((4,))
    model = ph.Model(inputs, apply(inputs))
    operation = model.operations[-1]
    assert (operation.name, type(operation).__name__) == (name, class_name)
    lines = []
    model.summary(print_fn=lines.append)
    assert name in "".join(lines) and f"({class_name})" in "".join(lines)


def test_a_model_that_is_not_compiled_has_an_empty_compile_config():
    model = ph.Sequential([ph.Input((4,)), ph.layers.Dense(2)])
    assert model.get_compile_config() == {}
    assert not ph.models.clone_model(model).compiled
    again = ph.saving.deserialize_keras_object(ph.saving.serialize_keras_object(model))
    assert not again.compiled


def test_positions_of_a_summary_may_be_columns():
    model = ph.Sequential([ph.Input((4,)), ph.layers.Dense(2)])
    parts, columns = [], []
    model.summary(line_length=60, positions=[0.25, 0.75, 1.0], print_fn=parts.append)
    model.summary(line_length=60, positions=[15, 45, 60], print_fn=columns.append)
    assert columns == parts
