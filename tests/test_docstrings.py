"""Public docstrings have the form of CONTRIBUTING.md, and their examples run.

`python tests/test_docstrings.py [part of a file's path]` prints what is missing.
"""

import ast
import doctest
import functools
import inspect
import io
import os
import re
import sys
import textwrap

import numpy as np
import pronghorn
import public_names
import pytest

TENSORS = {"x", "x1", "x2", "y", "inputs", "name", "dtype"}  # of a function entry by entry
REFERS = re.compile(r"\b([Aa]s (for|in|of)|[Aa]rgs as|see|See) `?[A-Z_a-z]")  # told by another
SECTION = re.compile(r"^(Args|Returns|Raises|Examples?):", re.M)


def sections(doc):
    """{name of a section: its text}; the text before the first is under ""."""
    found, name, text = {}, "", []
    for line in doc.splitlines():
        match = SECTION.match(line)
        if match:
            found[name] = "\n".join(text)
            name, text = match[1].rstrip("s"), [line[match.end() :]]
        else:
            text.append(line)
    return {**found, name: "\n".join(text)}


def parameters(function):
    kinds = inspect.Parameter
    return [
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.kind not in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD)
        and p.name not in ("self", "cls")
        and not p.name.startswith("_")
    ]


@functools.cache
def body_of(function):
    return ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]


def inherits_its_text(qualified, value):
    """Whether a method says again what a method of a base class has told."""
    cls_name, _, name = qualified.rpartition(".")
    module = sys.modules.get(value.__module__)
    cls = getattr(module, cls_name, None) if cls_name and "." not in cls_name else None
    bases = cls.__mro__[1:] if isinstance(cls, type) else ()
    return any(getattr(vars(base).get(name), "__doc__", None) for base in bases)


def lacks(qualified, value):
    """What the docstring of a public name lacks, a word each; nothing where it is complete."""
    name = qualified.rpartition(".")[2]
    is_class = isinstance(value, type)
    if name in public_names.SPECIAL or inherits_its_text(qualified, value):
        return []  # the class tells it, or the base
    doc = inspect.cleandoc(vars(value).get("__doc__") or "") if is_class else inspect.getdoc(value)
    if not doc:
        return ["text"]
    found, missing = sections(doc), []
    if not re.match(r"[^\n]*[.:;,\w)`\"]\n?", doc) or not doc.splitlines()[0].strip():
        missing.append("summary")
    init = value.__init__ if is_class else value
    names = parameters(init) if inspect.isfunction(init) else []
    entrywise = not is_class and set(names) <= TENSORS
    method = "." in qualified
    if not entrywise:
        told = found.get("Arg", "")
        elsewhere = REFERS.search(found[""] + told)
        if names and not elsewhere and not all(re.search(rf"\b{n}\b", told) for n in names):
            missing.append("Args")
        hint = getattr(value, "__annotations__", {}).get("return")
        if not is_class and hint != "None" and "Return" not in found and not is_property(value):
            missing.append("Returns")
    raised = (
        any(
            isinstance(n, ast.Raise) and n.exc and "NotImplementedError" not in ast.dump(n.exc)
            for n in ast.walk(body_of(init))
        )
        if inspect.isfunction(init) and inspect.getsourcefile(init)
        else False
    )
    if raised and "Raise" not in found:
        missing.append("Raises")
    if not entrywise and not method and ">>>" not in doc:
        missing.append("Example")
    return missing


def is_property(value):
    return len(inspect.signature(value).parameters) == 1 and "." in value.__qualname__


def scope_of(value):
    names = {"np": np, "ph": pronghorn, "pronghorn": pronghorn, "keras": pronghorn}
    names["K"] = pronghorn.backend
    names["Dataset"] = pronghorn.data.Dataset
    for room in ("ops", "layers", "losses", "metrics", "optimizers", "callbacks", "models"):
        names[room] = getattr(pronghorn, room)
    return {**names, **vars(sys.modules[value.__module__])}


def failed_example(value, folder):
    """What a doctest of the docstring prints when it fails, else nothing."""
    doc = vars(value).get("__doc__") if isinstance(value, type) else value.__doc__
    if not doc or ">>>" not in doc:
        return ""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    test = doctest.DocTestParser().get_doctest(doc, scope_of(value), value.__qualname__, "", 0)
    out = io.StringIO()
    here = os.getcwd()
    os.chdir(folder)  # for the files that examples write
    try:
        doctest.DocTestRunner(optionflags=flags, verbose=False).run(test, out=out.write)
    finally:
        os.chdir(here)
    return out.getvalue()


def incomplete(part=""):
    """{"file: name": what its docstring lacks} of the files with that part in their path."""
    found = {}
    for (file, qualified), (value, _) in public_names.public().items():
        parts = lacks(qualified, value) if part in file else []
        if parts:
            found[f"{file}: {qualified}"] = parts
    return found


def is_large_model(file, name):
    """Whether an example builds a network of ImageNet, which takes a second; two are enough."""
    models = set(dir(pronghorn.applications)) - {"MobileNet", "Xception"}
    return file.startswith("applications/") and name in models and name[0].isupper()


def failed_examples(folder, large):
    failed = {}
    for (file, qualified), (value, _) in public_names.public().items():
        if is_large_model(file, qualified) == large:
            text = failed_example(value, folder)
            if text:
                failed[f"{file}: {qualified}"] = text
    return failed


def test_all_names_are_complete():
    missing = incomplete()
    assert not missing, "\n".join(f"{n} lacks {', '.join(p)}" for n, p in missing.items())


@pytest.mark.filterwarnings("ignore")
def test_examples_run(tmp_path):
    failed = failed_examples(tmp_path, large=False)
    assert not failed, "\n".join(failed.values())


@pytest.mark.extended
@pytest.mark.filterwarnings("ignore")
def test_examples_of_large_models_run(tmp_path):
    failed = failed_examples(tmp_path, large=True)
    assert not failed, "\n".join(failed.values())


def test_what_is_missing_is_found():
    def bad(x, k: int) -> int:
        """Does it."""
        raise ValueError

    def good(x, k: int) -> int:
        """Does it.

        Args:
            x: Tensor.
            k: How many.

        Returns:
            An int.

        Raises:
            ValueError: Always.

        Example:

        >>> 1 + 1
        2
        """
        raise ValueError

    assert lacks("bad", bad) == ["Args", "Returns", "Raises", "Example"]
    assert lacks("good", good) == [] and not failed_example(good, ".")
    good.__doc__ = good.__doc__.replace("\n        2\n", "\n        3\n")
    assert "Expected" in failed_example(good, ".")


if __name__ == "__main__":
    for name, parts in incomplete(*sys.argv[1:2]).items():
        print(f"{name} lacks {', '.join(parts)}")
