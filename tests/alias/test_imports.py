"""Who is served, under which names, and what happens to names that are not here."""

import pytest

from .programs import output, run


def test_every_spelling_of_an_import(tmp_path):
    program = """
    import keras, sys
    import keras.layers as L
    import keras.utils.np_utils
    import tensorflow as tf
    from tensorflow import keras as tk
    from tensorflow.keras import layers
    from tensorflow.keras.layers import Dense
    from tensorflow.python.keras.layers import Dense as D4
    from tf_keras.models import Sequential
    from keras.layers.core import Dense as D2, Flatten
    from keras.layers.convolutional import Conv2D, MaxPooling2D
    from keras.engine.topology import Layer
    from keras.engine import InputSpec, Model
    from keras import backend as K, objectives, initializations
    from keras.layers import *
    import importlib, importlib.util
    D3 = importlib.import_module("keras.layers").Dense
    assert L.Dense is Dense is D2 is D3 is D4 is layers.Dense
    assert Dense.__module__ == "pronghorn.layers.core"
    assert tk is keras is tf.keras and keras.layers is layers is L
    assert objectives.mean_squared_error is keras.losses.mean_squared_error
    assert initializations.zeros is keras.initializers.zeros
    assert Layer is keras.layers.Layer is keras.Layer and Model is keras.models.Model
    assert keras.utils.np_utils.to_categorical is keras.utils.to_categorical
    assert importlib.util.find_spec("keras.layers").name == "keras.layers"
    assert importlib.util.find_spec("keras.nothing") is None
    assert not {m.partition(".")[0] for m in sys.modules} & {"keras", "tensorflow", "tf_keras"}
    assert keras.__version__.startswith("3.15") and tf.__version__.startswith("2.")
    print(K.epsilon(), "Dense" in dir(keras.layers), "LSTM" in globals())
    """
    assert output(tmp_path, program).startswith("1e-07 True")


@pytest.fixture
def installed(tmp_path):
    """A folder of installed packages: one looks for TensorFlow as TensorBoard does."""
    folder = tmp_path / "lib" / "site-packages"
    (folder / "board").mkdir(parents=True)
    (folder / "board" / "__init__.py").write_text(
        "import importlib, importlib.util\n"
        "seen = []\n"
        "for name in ('keras', 'tensorflow', 'tf_keras', 'keras.layers'):\n"
        "    try:\n        __import__(name)\n"
        "    except ImportError:\n        pass\n"
        "    else:\n        seen.append(name)\n"
        "    try:\n        importlib.import_module(name)\n        seen.append('module ' + name)\n"
        "    except ImportError:\n        pass\n"
        "try:\n    import tensorflow.compat.v2\n    seen.append('v2')\n"
        "except ImportError:\n    pass\n"
        "if importlib.util.find_spec('tensorflow'):\n    seen.append('spec')\n"
    )
    return folder


IMPORTS_BOARD = "import keras, tensorflow, board; from keras.layers import Dense\nprint(board.seen)"


def test_installed_packages_do_not_see_it(tmp_path, installed):
    assert output(tmp_path, IMPORTS_BOARD, path=[installed]) == "[]"


@pytest.mark.parametrize("also", [["--also", "board"], ["--also=other,board"]])
def test_packages_that_are_asked_for_do(tmp_path, installed, also):
    shown = output(tmp_path, IMPORTS_BOARD, path=[installed], options=also)
    assert "'keras'" in shown and "'module tensorflow'" in shown and "'spec'" in shown


def test_parts_of_packages_that_are_asked_for_do(tmp_path, installed):
    package = installed / "shelf"
    package.mkdir()
    (package / "__init__.py").write_text(
        "def has():\n    import keras\n    return keras.__name__\n"
    )
    (package / "inner.py").write_text("import keras\nfrom keras.layers import Dense\n")
    program = """
    import shelf, shelf.inner
    print(shelf.inner.Dense.__name__)
    try:
        shelf.has()
    except ModuleNotFoundError as error:
        print(error)
    """
    shown = output(tmp_path, program, path=[installed], options=["--also", "shelf.inner"])
    assert shown.splitlines() == ["Dense", "No module named 'keras'"]


def test_private_rooms_with_public_names(tmp_path):
    """What packages take from keras.src, where the public room of that name has it."""
    program = """
    import keras
    import keras.src.layers
    from keras.src import backend
    from keras.src.ops import *
    from keras.src.saving import register_keras_serializable
    assert keras.src.layers.Dense is keras.layers.Dense and backend is keras.backend
    print(float(matmul([[1.0]], [[2.0]])[0, 0]), relu(-1.0) is not None)
    """
    assert output(tmp_path, program) == "2.0 True"


def test_sklearn_like_detection_inside_functions(tmp_path, installed):
    (installed / "late.py").write_text(
        "def has():\n    try:\n        from tensorflow import keras\n        return True\n"
        "    except ImportError:\n        return False\n"
    )
    program = "import tensorflow, late\nprint(late.has())"
    assert output(tmp_path, program, path=[installed]) == "False"


def test_a_name_to_come_is_an_error_when_used(tmp_path):
    program = """
    from keras.applications.nothing_else import nope
    """
    assert "No module named 'keras.applications.nothing_else'" in run(tmp_path, program).stderr
    program = """
    from keras.layers import DenseFeatures as Layer
    from tensorflow.keras import dtensor
    print(Layer)
    assert not isinstance(3, Layer)
    for use in (lambda: Layer(3), lambda: Layer.from_config({}), lambda: exec("class A(Layer): 0"),
                lambda: dtensor.experimental.LayoutMap()):
        try:
            use()
        except NotImplementedError as error:
            print(error)
    """
    lines = output(tmp_path, program).splitlines()
    text = "keras.layers.DenseFeatures is part of Keras 2, not yet of Pronghorn."
    last = "keras.dtensor.experimental.LayoutMap is part of Keras 2, not yet of Pronghorn."
    assert lines == [f"<{text}>", text, text, text, last]


@pytest.mark.parametrize(
    "statement, message",
    [
        ("from keras import Sequentail", "did you mean 'Sequential'"),
        ("import keras.src.layers.layer", "keras.src is the private part of Keras"),
        ("import keras.layers.nothing", "No module named 'keras.layers.nothing'"),
        ("from tensorflow import lite", "tensorflow.lite is not served by Pronghorn"),
        ("import tensorflow as tf; tf.lite.TFLiteConverter", "tensorflow.lite is not served"),
        ("import tensorflow as tf; tf.zeros_lik", "did you mean 'zeros_like'"),
        ("import tensorflow.lite", "No module named 'tensorflow.lite'"),
        ("import keras; keras.layers.Dens", "did you mean 'Dense'"),
    ],
)
def test_errors_name_what_is_missing(tmp_path, statement, message):
    done = run(tmp_path, statement)
    assert done.returncode == 1
    assert message in done.stderr.splitlines()[-1]


def test_a_program_may_fork_and_pickle(tmp_path):
    program = """
    import pickle
    from keras.layers import Dense
    class Mine: pass
    assert type(pickle.loads(pickle.dumps(Mine()))) is Mine
    assert pickle.loads(pickle.dumps(Dense)) is Dense
    print("good")
    """
    assert output(tmp_path, program) == "good"
