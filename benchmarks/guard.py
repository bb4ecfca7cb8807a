"""Guards the number of instructions of kernels and training steps against benchmarks/guard.json.

    python guard.py [--record] [--widths generic,avx2]

Instructions are counted by callgrind on one thread: they repeat, also on a busy machine, where
times do not. Valgrind knows no AVX-512, so its code is guarded through the widths that share it.
Exits with 1 when a count is above the recorded one by more than the tolerance.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RECORD = HERE / "guard.json"
TOLERANCE = 0.03
WIDTHS = "generic,avx2"
MARKS = """
#include <valgrind/callgrind.h>
void begin(void) { CALLGRIND_ZERO_STATS; CALLGRIND_TOGGLE_COLLECT; }
void end(const char* name) { CALLGRIND_TOGGLE_COLLECT; CALLGRIND_DUMP_STATS_AT(name); }
"""


def stop(message):
    sys.exit(f"guard: {message}")


def build_marks(folder):
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if not shutil.which("valgrind") or not compiler:
        stop("needs valgrind (Debian: apt-get install valgrind) and a C compiler")
    library = folder / "marks.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)]
    done = subprocess.run(command, input=MARKS, text=True, capture_output=True)
    if done.returncode:
        stop(f"could not compile the marks (valgrind/callgrind.h):\n{done.stderr}")
    return library


def count(width, marks, folder):
    """{case: instructions a call} at one width."""
    out = folder / f"{width}.out"
    env = {
        **os.environ,
        "PRONGHORN_ISA": width,
        "PRONGHORN_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    env.pop("PRONGHORN_PROFILE", None)
    command = ["valgrind", "--tool=callgrind", "--collect-atstart=no"]
    command += [f"--callgrind-out-file={out}", sys.executable, str(HERE / "guard_cases.py")]
    done = subprocess.run([*command, str(marks)], env=env, capture_output=True, text=True)
    if done.returncode:
        stop(f"{width}: the cases failed:\n{done.stderr[-2000:]}")
    counts = {}
    for dump in sorted(folder.glob(f"{width}.out.*"), key=lambda p: int(p.suffix[1:])):
        text = dump.read_text()
        named = re.search(r"^desc: Trigger: Client Request: (\d+) (.+)$", text, flags=re.M)
        total = re.search(r"^totals: (\d+)$", text, flags=re.M)
        if named and total:
            counts[named[2]] = round(int(total[1]) / int(named[1]))
    return counts


def build():
    from pronghorn import engine

    return engine.device.info()


def compare(recorded, found, width):
    """Prints every case of a width; returns the lines of those that fail."""
    failures = []
    for name in sorted(recorded.keys() | found.keys(), key=list(found | recorded).index):
        expected, got = recorded.get(name), found.get(name)
        if expected is None or got is None:
            what = "is not recorded" if expected is None else "did not run"
            failures.append(f"{width}: {name} {what}")
            continue
        change = got / expected - 1
        line = f"{width}: {name}: expected {expected:,} instructions, got {got:,} ({change:+.1%})"
        if change > TOLERANCE:
            failures.append(line)
        print(line + (" - fewer: worth recording" if change < -TOLERANCE else ""))
    return failures


def perf_counts(widths, marks):
    """The kernel's own counters, where they may be read: all cases together, AVX-512 too."""
    perf = shutil.which("perf")
    for width in widths if perf else []:
        command = [perf, "stat", "-x,", "-e", "instructions:u", sys.executable]
        env = {**os.environ, "PRONGHORN_ISA": width, "PRONGHORN_NUM_THREADS": "1"}
        done = subprocess.run(
            [*command, str(HERE / "guard_cases.py"), str(marks)],
            env=env, capture_output=True, text=True,
        )  # fmt: skip
        found = re.search(r"^(\d+),,instructions", done.stderr, flags=re.M)
        if not found:
            print("perf: instructions are not counted on this machine; left out")
            return
        print(f"perf: {width}: {int(found[1]):,} instructions for all cases, Python included")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write guard.json anew")
    parser.add_argument("--widths", default=WIDTHS)
    parser.add_argument("--perf", action="store_true", help="also count with perf stat")
    options = parser.parse_args()
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if not options.record:
        if not known:
            stop(f"{RECORD} is missing; make guard-record writes it")
        if known["compiler"] != build()["compiler"]:
            stop(
                f"{RECORD.name} is of {known['compiler']}, this build of {build()['compiler']}: "
                "not comparable; with this compiler make guard-record before the change, then guard"
            )
    widths = options.widths.split(",")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        marks = build_marks(folder)
        found = {width: count(width, marks, folder) for width in widths}
        if options.perf:
            perf_counts(build()["available"], marks)
    if options.record:
        counts = {**known.get("instructions", {}), **found}
        record = {"compiler": build()["compiler"], "tolerance": TOLERANCE, "instructions": counts}
        RECORD.write_text(json.dumps(record, indent=1) + "\n")
        print(f"recorded {sum(map(len, found.values()))} counts in {RECORD}")
        return 0
    failures = []
    for width in widths:
        failures += compare(known["instructions"].get(width, {}), found[width], width)
    for line in failures:
        print(f"FAILED {line}, tolerance {TOLERANCE:.0%}")
    print(f"guard: {len(failures)} of {sum(map(len, found.values()))} cases failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
