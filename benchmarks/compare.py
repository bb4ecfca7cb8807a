"""Prints what steps.py measured as tables of ratios, and says which bars are met.

python compare.py results.json [--markdown]
"""

import json
import sys

import workloads

COLUMNS = [
    ("step_ms", "ms/step", "{:.3f}"),
    ("cpu_ms", "cpu ms/step", "{:.3f}"),
    ("first_s", "first-steady s", "{:.3f}"),
    ("predict_ms", "predict(1) ms", "{:.3f}"),
    ("predict_on_batch_ms", "on_batch(1) ms", "{:.3f}"),
    ("import_s", "import s", "{:.2f}"),
    ("peak_mb", "peak MB", "{:.0f}"),
]
IMPORT_BAR, FIRST_BAR = 0.15, 0.1
RUNTIMES = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}  # bar: no slower


def best(runs):
    """The least of each number over the rounds: noise only adds."""
    table = {}
    for run in runs:
        row = table.setdefault(run["workload"], {}).setdefault(run["peer"], {})
        for key, _, _ in COLUMNS:
            if run.get(key) is not None:
                row[key] = min(row.get(key, float("inf")), run[key])
        row["error"] = run.get("error")
    return table


def ratio(table, workload, key, runtimes=False):
    """(fastest peer's number / ours, its name), or None; of the runtimes, or of all others."""
    rows = table[workload]
    ours = rows.get("pronghorn", {}).get(key)
    peers = {
        p: r[key]
        for p, r in rows.items()
        if p != "pronghorn" and (p in RUNTIMES) == runtimes and key in r
    }
    if ours is None or not peers:
        return None
    name = min(peers, key=peers.get)
    return peers[name] / ours, name


def report(runs, floors=None, out=sys.stdout):
    table = best(runs)
    for name, rows in table.items():
        w = workloads.BY_NAME[name]
        print(f"\n{name}: {w.what}", file=out)
        print(f"  {'':18}" + "".join(f"{title:>17}" for _, title, _ in COLUMNS), file=out)
        for peer, row in rows.items():
            if row.get("error"):
                print(f"  {peer:18}failed: {row['error']}", file=out)
                continue
            cells = [f.format(row[key]) if key in row else "-" for key, _, f in COLUMNS]
            print(f"  {peer:18}" + "".join(f"{c:>17}" for c in cells), file=out)
        if "pronghorn" in rows:
            found = [ratio(table, name, key) for key, _, _ in COLUMNS]
            cells = [f"{r[0]:.2f}x" if r else "-" for r in found]
            print(f"  {'fastest peer/ours':18}" + "".join(f"{c:>17}" for c in cells), file=out)
        if floors and name in floors and "step_ms" in rows.get("pronghorn", {}):
            times = rows["pronghorn"]["step_ms"] / floors[name]
            print(f"  floor {floors[name]:.3f} ms a step; ours is {times:.2f} times that", file=out)
    print("\nbars", file=out)
    met = True
    for line, ok in bars(table, floors or {}):
        met = met and ok
        print(f"  {'met   ' if ok else 'MISSED'}  {line}", file=out)
    return met


def bars(table, floors):
    for name in table:
        found = ratio(table, name, "step_ms")
        bar = workloads.BY_NAME[name].bar
        if found:
            ok = found[0] >= bar
            line = f"{name}: {found[0]:.2f} times {found[1]} (bar {bar}"
            if name in floors:
                times = table[name]["pronghorn"]["step_ms"] / floors[name]
                line, ok = (
                    f"{line}, or {times:.2f} of the floor where that is within 1.3",
                    (ok or times <= 1.3),
                )
            yield line + ")", ok
        found = ratio(table, name, "step_ms", runtimes=True)
        if found:
            yield f"{name}: {found[0]:.2f} times {found[1]} (bar 1)", found[0] >= 1
        ours = table[name].get("pronghorn", {})
        if "first_s" in ours:
            line = (
                f"{name}: first step less a steady step {ours['first_s']:.3f} s (bar {FIRST_BAR})"
            )
            yield line, ours["first_s"] < FIRST_BAR
    imports = [
        t["pronghorn"]["import_s"] for t in table.values() if "import_s" in t.get("pronghorn", {})
    ]
    if imports:
        yield (
            f"import {min(imports):.3f} s more than NumPy's (bar {IMPORT_BAR})",
            min(imports) < IMPORT_BAR,
        )


NAMES = {
    "pronghorn": "Pronghorn",
    "keras-tensorflow": "Keras, TensorFlow",
    "keras-jax": "Keras, JAX",
    "keras-torch": "Keras, PyTorch",
    "torch": "PyTorch",
    **RUNTIMES,
}
TITLES = {
    "first_s": "First step less a steady one, seconds",
    "predict_ms": "`predict` of one sample, milliseconds",
    "predict_on_batch_ms": "`predict_on_batch` of one sample, milliseconds",
    "peak_mb": "Peak memory above the data, MB",
}


def short(number):
    """Three digits."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def markdown(results, out=sys.stdout):
    """The tables of docs/performance.md: steps, then what else every process measured."""
    table, floors = best(results["runs"]), results.get("floors_ms") or {}
    peers = [p for p in NAMES if any(p in rows for rows in table.values())]

    def row(cells):
        print("| " + " | ".join(cells) + " |", file=out)

    def cell(rows, peer, key):
        run = rows.get(peer, {})
        return "failed" if run.get("error") else short(run[key]) if key in run else "-"

    print("Milliseconds a step:\n", file=out)
    last = ["floor", "ours / floor", "fastest peer / ours"]
    exported = any(p in RUNTIMES for p in peers)
    if exported:
        last.append("fastest runtime / ours")
    row(["", *(NAMES[p] for p in peers), *last])
    row(["---"] * (len(peers) + 1 + len(last)))
    for name, rows in table.items():
        ours, floor = rows.get("pronghorn", {}).get("step_ms"), floors.get(name)
        ratios = [ratio(table, name, "step_ms", kind) for kind in (False, True)[: 1 + exported]]
        row(
            [
                workloads.BY_NAME[name].what,
                *(cell(rows, p, "step_ms") for p in peers),
                short(floor) if floor else "-",
                short(ours / floor) if ours and floor else "-",
                *(short(found[0]) if found else "-" for found in ratios),
            ]
        )
    for key, title in TITLES.items():
        print(f"\n{title}:\n", file=out)
        row(["", *(NAMES[p] for p in peers)])
        row(["---"] * (len(peers) + 1))
        for name, rows in table.items():
            row([workloads.BY_NAME[name].what, *(cell(rows, p, key) for p in peers)])
    least = {}
    for run in results["runs"]:
        if run.get("import_s"):
            least[run["peer"]] = min(run["import_s"], least.get(run["peer"], run["import_s"]))
    said = ", ".join(f"{NAMES[p]} {least[p]:.2f}" for p in peers if p in least)
    print(f"\nImport beyond NumPy's, seconds: {said}.", file=out)


if __name__ == "__main__":
    with open(sys.argv[1]) as f:
        results = json.load(f)
    if "--markdown" in sys.argv:
        sys.exit(markdown(results))
    sys.exit(0 if report(results["runs"], results.get("floors_ms")) else 1)
