"""Prints what steps.py measured as tables of ratios, and says which bars are met.

python compare.py results.json
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


def ratio(table, workload, key):
    """(fastest peer's number / ours, its name), or None."""
    rows = table[workload]
    ours = rows.get("pronghorn", {}).get(key)
    peers = {p: r[key] for p, r in rows.items() if p != "pronghorn" and key in r}
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


if __name__ == "__main__":
    with open(sys.argv[1]) as f:
        results = json.load(f)
    sys.exit(0 if report(results["runs"], results.get("floors_ms")) else 1)
