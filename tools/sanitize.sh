#!/usr/bin/env bash
# Runs the tests under AddressSanitizer with UndefinedBehaviorSanitizer, then concurrent predicts
# under ThreadSanitizer. Needs `make test` to have made .venv. The real data sets are not read: a
# network trained on them takes hours here.
#   tools/sanitize.sh [address|thread] [pytest arguments ...]     default: both
set -euo pipefail
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
what=${1:-both}
[ $# -eq 0 ] || shift

# build KIND FLAGS: the extension and the checkers in build/KIND, the package in build/KIND/site
build() {
  cmake -S . -B "build/$1" -G Ninja -DPRONGHORN_SANITIZE="$2" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -DNDEBUG" \
    -Dpybind11_DIR="$("$python" -m pybind11 --cmakedir)" -DPython_EXECUTABLE="$python"
  cmake --build "build/$1" --target all native_checks
  rm -rf "build/$1/site"
  mkdir -p "build/$1/site"
  cp -r python/pronghorn "build/$1/site/"
  cp "build/$1"/_core*.so "build/$1/site/pronghorn/"
}

runtime() { ${CXX:-c++} -print-file-name="$1"; }

if [ "$what" = both ] || [ "$what" = address ]; then
  build asan address,undefined
  # leaks: CPython keeps much until the end, so only errors count; a small quarantine of freed
  # blocks, because a test watches resident memory; no block is an answer, which tests ask for
  export ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:quarantine_size_mb=8:allocator_may_return_null=1
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  ctest --test-dir build/asan --output-on-failure --parallel "$(nproc)"
  KERAS_HOME=build/asan/no-data PYTHONPATH=$PWD/build/asan/site LD_PRELOAD="$(runtime libasan.so) $(runtime libstdc++.so)" \
    "$python" -m pytest -p no:cacheprovider -m "not extended" "$@"
fi
if [ "$what" = both ] || [ "$what" = thread ]; then
  build tsan thread
  ctest --test-dir build/tsan --output-on-failure --parallel "$(nproc)"
  # no suppressions: the lock of Python's interpreter is seen, so what it guards does not race
  TSAN_OPTIONS=halt_on_error=1 PYTHONPATH=$PWD/build/tsan/site \
    LD_PRELOAD="$(runtime libtsan.so) $(runtime libstdc++.so)" \
    "$python" tools/concurrent_predicts.py
fi
