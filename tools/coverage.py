"""Writes docs/coverage.md: which names and signatures of Keras are here, and why not all.

Keras's side is tests/signatures/keras_signatures.json, made by make_signatures.py from an
installed Keras; `make coverage PEERS=/its/python` makes it anew first. A test keeps the page
current.
"""

import collections
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
PAGE = ROOT / "docs" / "coverage.md"

# What is left out: a pattern of paths (of names, and of classes' methods) and the reason.
OUT = {
    r"(quantizers\..*|Quantizer)": "quantization is out of scope",
    r"dtype_policies\.(AWQ|GPTQ|Int4|Quantized).*": "quantization is out of scope",
    r"distillation\..*": "distillation is out of scope",
    r"distribution\..*": "training on several devices is out of scope",
    r"export\..*": "export to other formats is out of scope",
    r"layers\.(FlaxLayer|JaxLayer|TFSMLayer|TorchModuleWrapper)": "wraps another framework",
}
REFUSED = ("export",)  # methods that only say what to use in their place
METHODS_OUT = {
    r".*\.(quantize|quantized_build|quantized_call|get_quantization_layer_structure)":
        "quantization is out of scope",
    r".*\.export": "export to other formats is out of scope",
    r"(models\.)?Model\.loss": "it is what `compile` was given, as in Keras once compiled",
    r"callbacks\.OrbaxCheckpoint\..*": "Orbax writes JAX's arrays",
    r"layers\..*\.(convert_weight|transform_single_\w+|get_shifted_bbox|get_transformed_x_y|"
    r"get_clipped_bbox|apply_\w+)":
        "a step of Keras's own implementation of its image layers; here the work is cut otherwise",
}  # fmt: skip
# Kinds of tests in Keras's own suite that do not hold here, and what holds instead.
STAYS = {
    "dtypes_test, variables_test, numpy_test: uint32 with int8, int16, int32": (
        "int32, as in JAX without 64 bits",
        "int64, as of Keras on TensorFlow, for which the suite leaves uint32 out: both ranges fit",
    ),
    "variables_test: test_standardize_dtype_complex128, test_standardize_dtype_float8_*": (
        "complex128, float8 as dtypes",
        "complex64 is the widest, bfloat16 the narrowest float; the error names what there is",
    ),
    "variables_test: test_deferred_initialization, "
    "test_deferred_initialize_within_stateless_scope": (
        "a Variable of a StatelessScope that has no value yet",
        "a Variable is made with its value, also within a StatelessScope",
    ),
    "core_test: test_shape": (
        "None for unknown sizes",
        "a size that arithmetic and reshape take, so that `ops.shape(z)[0]` works in a graph",
    ),
    "numpy_test: test_tensordot, test_einsum, test_where, test_repeat, test_slogdet, test_ndim, "
    "test_corrcoef, test_searchsorted of KerasTensors": (
        "shapes and dtypes that the values do not have, or of axes that do not fit",
        "shapes and dtypes of the values; a ValueError where no run could be",
    ),
    "nn_test: test_psnr, test_polar, test_layer_normalization, test_ctc_loss, "
    "test_dot_product_attention of KerasTensors": (
        "shapes that no run would take",
        "the ValueError that a run would raise, when the graph is made",
    ),
    "core_test: test_while_loop_output_spec": (
        "a body that no run would take",
        "the TypeError that a run would raise, when the graph is made",
    ),
    "nn_test, core_test, numpy_test: sparse=True": (
        "sparse KerasTensors",
        "ValueError: there are no sparse tensors",
    ),
    "losses_test: CosineSimilarityTest.test_config": (
        "no `axis` in the config",
        "`axis` is in it, so that the loss comes back as it was",
    ),
    "dense_test, einsum_dense_test, embedding_test: test_legacy_load_own_variables; "
    "layer_test: test_serialize_dtype; multi_head_attention_test: test_dtype_policy_map": (
        "policies of quantization",
        "out of scope",
    ),
    "random_shear_test: bounding boxes": (
        "boxes sheared as if the image were square",
        "boxes around where the pixels go",
    ),
    "random_crop_test: test_dict_input": (
        "the caller's dict is changed",
        "the caller's dict stays as it was; the result is a new one",
    ),
    "saving_api_test: test_save_h5_format": (
        "a warning in the very words of Keras",
        "the warning is in our own words",
    ),
    "saving_lib_test: test_save_model_exception_raised": (
        "a .keras file without weights where saving failed",
        "no file: a file appears when it is whole",
    ),
    "image_test: test_affine_transform_nearest_wrap": (
        "SciPy's value for every pixel",
        "for all but 20 of 2,500; the suite leaves the test out on TensorFlow, JAX and PyTorch",
    ),
    "linalg_test: test_solve, test_solve_triangular of KerasTensors": (
        "a ValueError where a matrix has an unknown side",
        "a result: whether the matrix is square shows when values come",
    ),
}
HEAD = """# What of Keras is here

Public names and signatures of Keras {version} beside Pronghorn's. Made by `make coverage`
(`tools/coverage.py`), which reads `tests/signatures/keras_signatures.json`;
`tests/signatures/test_coverage.py` keeps this page current.

In scope: {here} of {all} names ({share:.1%}) and {methods} of {all_methods} methods
({method_share:.1%}). Of the functions and methods that are here, {different} differ in their
signature, each with its reason in [differences.md](differences.md). How much of Keras's own test
suite holds is in [conformance.md](conformance.md).
"""


def reason(path, table):
    """Why a path is left out, or None."""
    return next((why for pattern, why in table.items() if re.fullmatch(pattern, path)), None)


def collect(compare):
    """(names, methods): {path: (is it here, why it is left out)} of all of Keras's."""
    names, methods = {}, {}
    for path in compare.KERAS["functions"]:
        names[path] = compare.ours(path) is not None, reason(path, OUT)
    for path, own in compare.classes():
        cls = compare.ours(path)
        names[path] = cls is not None, reason(path, OUT)
        if isinstance(cls, type):
            for name in own:
                here = compare.member(cls, name) is not None and name not in REFUSED
                methods[f"{path}.{name}"] = here, reason(f"{path}.{name}", METHODS_OUT)
    return names, methods


def counted(rows):
    """(how many are here, how many there should be, all) of (here, why) pairs."""
    rows = list(rows)
    return (
        sum(here for here, why in rows),
        sum(here or not why for here, why in rows),
        len(rows),
    )


def table(head, rows):
    rule = "| " + " | ".join("---" for _ in head) + " |"
    lines = ["| " + " | ".join(head) + " |", rule]
    return [*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows), ""]


def grouped(paths, depth=1):
    """{"layers": [names]}: the last `depth` parts of paths by what stands before."""
    found = collections.defaultdict(list)
    for path in paths:
        parts = path.split(".")
        found[".".join(parts[:-depth])].append(".".join(parts[-depth:]))
    return found


def missing(rows, depth=1):
    """Table rows of what is not here: place, names, reason."""
    by_reason = collections.defaultdict(list)
    for path, (here, why) in rows.items():
        if not here:
            by_reason[why or "not yet"].append(path)
    for why, paths in sorted(by_reason.items(), key=lambda item: item[0] == "not yet"):
        for place, names in sorted(grouped(paths, depth).items()):
            shown = ", ".join(f"`{name}`" for name in sorted(set(names)))
            yield f"`keras{'.' * bool(place)}{place}`", shown, why


def of_methods(rows):
    """Table rows of methods that are not here: method, classes that have it, reason."""
    found = collections.defaultdict(list)
    for path, (here, why) in rows.items():
        if not here:
            owner, _, name = path.rpartition(".")
            found[why or "not yet", name].append(owner)
    for (why, name), owners in sorted(found.items(), key=lambda item: item[0]):
        shown = ", ".join(f"`{owner}`" for owner in owners[:3])
        more = f" and {len(owners) - 3} more" if len(owners) > 3 else ""
        yield f"`{name}`", shown + more, why


def page(compare):
    names, methods = collect(compare)
    different = list(compare.differing({}))
    here, there, _ = counted(names.values())
    method_here, method_there, _ = counted(methods.values())
    lines = [
        HEAD.format(
            version=compare.KERAS["keras"],
            here=here,
            all=there,
            share=here / there,
            methods=method_here,
            all_methods=method_there,
            method_share=method_here / method_there,
            different=len(different),
        )
    ]
    lines += ["## By package", ""]
    packages = {}
    for path in names:
        packages.setdefault(path.rpartition(".")[0], []).append(path)
    head = ("Package", "Here", "In scope", "Left out", "Methods here", "In scope")
    rows = []
    for package, paths in sorted(packages.items()):
        own, scope, total = counted(names[p] for p in paths)
        classes = set(paths)
        inside = [row for path, row in methods.items() if path.rpartition(".")[0] in classes]
        m_own, m_scope, _ = counted(inside)
        label = f"`keras{'.' * bool(package)}{package}`"
        rows.append((label, own, scope, total - scope, m_own or "", m_scope or ""))
    lines += table(head, rows)
    lines += ["## Names that are not here", ""]
    lines += table(("Package", "Names", "Why"), missing(names))
    lines += ["## Methods that are not here", ""]
    lines += table(("Method", "Of", "Why"), of_methods(methods))
    lines += ["## Signatures that differ", ""]
    rows = []
    for path, ours, theirs in different:
        rows.append((f"`{path.removesuffix('.__init__')}`", *more_and_less(ours, theirs)))
    lines += table(("Name", "Only here", "Only in Keras"), rows)
    lines += ["## Tests of Keras that do not hold here", ""]
    lines += table(("Tests", "What they want", "What holds here, and why"), stays())
    return "\n".join(lines).rstrip() + "\n"


def more_and_less(ours, theirs):
    """The parameters that only one of two signatures has, as code."""
    a, b = (re.split(r", (?![^(]*\))", text) for text in (ours, theirs))
    shown = ([p for p in x if p and p not in y] for x, y in ((a, b), (b, a)))
    return tuple(", ".join(f"`{p}`" for p in parts) for parts in shown)


def stays():
    return ((f"`{tests}`", *told) for tests, told in STAYS.items())


def main():
    from signatures import compare

    PAGE.write_text(page(compare))


if __name__ == "__main__":
    main()
