"""The code in docs/adding_*.md works as written, and in README.md."""

import re
from pathlib import Path

import numpy as np
import pronghorn as ph
import pytest

ROOT = Path(__file__).parents[1]


def blocks(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.S)


def module(code, name):
    """What a file with this code would hold, at that place in the package."""
    scope = {"__name__": name, "__package__": name.rpartition(".")[0]}
    exec(compile(code, name, "exec"), scope)
    return scope


def test_adding_a_layer(monkeypatch):
    layer, test, row = blocks("docs/adding_a_layer.md")
    made = module(layer, "pronghorn.layers.scale")["Scale"]
    monkeypatch.setitem(vars(ph.layers), "Scale", made)
    module(test, "test_scale")["test_scale"]()
    example = re.search(r">>> (.*)\n\s*(.*)", made.__doc__)
    assert str(eval(example[1], {"Scale": made, "np": np})) == example[2]
    make, shapes, _ = eval("{" + row + "}")["dense_relu_3d"]
    assert make(ph)(np.ones(shapes[0], "float32")).shape == (2, 3, 6)


def test_adding_a_callback():
    code = blocks("docs/adding_a_callback.md")[0]
    cls = module(code, "pronghorn.callbacks.scheduler")["LearningRateScheduler"]
    model = ph.Sequential([ph.Input((2,)), ph.layers.Dense(1)])
    model.compile(ph.optimizers.SGD(0.5), "mse")
    x = np.ones((4, 2), "float32")
    history = model.fit(x, x[:, 0], epochs=3, verbose=0, callbacks=[cls(lambda epoch, r: r / 2)])
    assert history.history["learning_rate"] == pytest.approx([0.25, 0.125, 0.0625])


def test_the_example_of_the_readme(capsys):
    (code,) = [block for block in blocks("README.md") if "load_data" in block]
    scope = module(code.replace("epochs=10", "epochs=1"), "example")
    assert scope["model"].count_params() > 0 and "loss" in capsys.readouterr().out


def test_the_readme_names_files_that_are_there():
    text = (ROOT / "README.md").read_text()
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / path).exists(), path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_old_spellings_of_the_table():
    """Each pair of constructor calls in docs/keras_programs.md makes the same layer."""
    text = (ROOT / "docs" / "keras_programs.md").read_text()
    scope = {**{n: getattr(ph.layers, n) for n in ("Dense", "Conv2D", "Convolution2D")}}
    scope["l2"] = ph.regularizers.l2
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    pairs = [(re.findall(r"`(.*?)`", a), re.findall(r"`(.*?)`", b)) for a, b in rows]
    layers = [p for p in pairs if p[0][0].startswith(("Dense(output", "Convolution2D("))]
    assert len(layers) == 2
    for (old,), (new,) in layers:
        a, b = (eval(code, dict(scope)).get_config() for code in (old, new))
        assert {**a, "name": ""} == {**b, "name": ""}
    (rate,) = [p for p in pairs if "SGD" in p[0][0]]
    assert ph.optimizers.SGD(lr=0.1, decay=0.01).get_config()["decay"] == 0.01 and rate
