"""`pronghorn run`: a program sees what it would see under python, and Pronghorn for Keras."""

import textwrap

import pytest

from .programs import output, python, run


def test_a_program_finds_its_surroundings(tmp_path):
    (tmp_path / "helper.py").write_text("import keras\nname = keras.layers.Dense.__module__\n")
    shown = output(
        tmp_path,
        """
        import sys, helper
        here = sys.modules["__main__"]
        print(__name__, sys.argv[1:], sys.argv[0] == __file__, here.__file__ == __file__)
        print(helper.name, sys.path[0])
        def f(): return 3
        assert sys.modules["__main__"].f() == 3
        if __name__ == "__main__": print("ran")
        """,
        "--epochs", "3", "-m", "x",
    )  # fmt: skip
    assert shown.splitlines() == [
        "__main__ ['--epochs', '3', '-m', 'x'] True True",
        f"pronghorn.layers.core {tmp_path}",
        "ran",
    ]


@pytest.mark.parametrize(
    "program, status",
    [("raise SystemExit(7)", 7), ("import sys; sys.exit()", 0), ("1 / 0", 1), ("x = ", 1)],
)
def test_exit_status(tmp_path, program, status):
    assert run(tmp_path, program).returncode == status


def test_a_traceback_starts_in_the_program(tmp_path):
    done = run(tmp_path, "def f():\n    return 1 / 0\n\nf()\n")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("Traceback") and "program.py" in lines[1] and "line 4" in lines[1]
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert "pronghorn" not in done.stderr.replace(str(tmp_path), "")


def test_a_module_runs_by_name(tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    (tmp_path / "pack" / "main.py").write_text(
        "import sys, keras\nprint(__name__, sys.argv[1:], keras.Sequential.__module__)\n"
    )
    done = python("-m", "pronghorn", "run", "-m", "pack.main", "a", folder=tmp_path)
    assert done.stdout == "__main__ ['a'] pronghorn.models.sequential\n", done.stderr


def test_a_program_that_is_not_there(tmp_path):
    done = python("-m", "pronghorn", "run", tmp_path / "none.py")
    assert done.returncode == 2 and "none.py" in done.stderr and "Traceback" not in done.stderr


def test_import_as_keras_serves_from_then_on(tmp_path):
    program = tmp_path / "p.py"
    program.write_text(
        textwrap.dedent(
            """
            try:
                import keras
                print("early")
            except ModuleNotFoundError:
                pass
            import pronghorn.as_keras
            from keras.layers import Dense
            import tensorflow as tf
            print(Dense.__module__, tf.__name__)
            """
        )
    )
    done = python(program)
    assert done.stdout == "pronghorn.layers.core tensorflow\n", done.stderr


def test_a_notebook_extension(tmp_path):
    code = (
        "import pronghorn, builtins; before = builtins.__import__\n"
        "pronghorn.load_ipython_extension(None)\n"
        "from keras.models import Sequential; print(Sequential.__module__)\n"
        "pronghorn.unload_ipython_extension(None)\n"
        "print(builtins.__import__ is before)\n"
        "try:\n    import keras\nexcept ModuleNotFoundError:\n    print('gone')\n"
    )
    done = python("-c", code)
    assert done.stdout.split() == ["pronghorn.models.sequential", "True", "gone"], done.stderr


def test_nothing_of_it_loads_without_it():
    code = (
        "import sys, builtins, pronghorn; pronghorn.layers.Dense(3); pronghorn.optimizers.Adam()\n"
        "own = {'accept', 'telling', 'legacy', 'pronghorn'}\n"
        "print([m for m in sys.modules if m.startswith(('pronghorn.alias', 'pronghorn.legacy'))"
        " and not own.issuperset(m.split('.'))],"
        " type(builtins.__import__).__name__)"
    )
    assert python("-c", code).stdout == "[] builtin_function_or_method\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_the_program_are_served_too(tmp_path, method):
    program = f"""
    import multiprocessing
    from keras.layers import Dense
    from keras.models import Sequential

    def work(units):
        return Sequential([Dense(units, batch_input_shape=(None, 2))]).output_shape

    if __name__ == "__main__":
        with multiprocessing.get_context("{method}").Pool(2) as pool:
            print(pool.map(work, [1, 2]))
    """
    assert output(tmp_path, program) == "[(None, 1), (None, 2)]"
