#!/usr/bin/env bash
# Builds everything with each compiler and warnings as errors, and runs the native checkers.
#   tools/compilers.sh [compiler ...]        default: g++-12 and clang++-14 (Debian's names)
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- g++-12 clang++-14
for compiler in "$@"; do
  command -v "$compiler" >/dev/null || { echo "$compiler is not installed" >&2; exit 1; }
  folder=build/check-$(basename "$compiler")
  cmake -S . -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DPRONGHORN_WERROR=ON \
    -Dpybind11_DIR="$(.venv/bin/python -m pybind11 --cmakedir)" \
    -DPython_EXECUTABLE="$PWD/.venv/bin/python"
  cmake --build "$folder" --target all native_checks
  ctest --test-dir "$folder" --output-on-failure
  echo "$compiler: no warnings"
done
