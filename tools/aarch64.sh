#!/usr/bin/env bash
# Cross-compiles for 64-bit Arm with Debian's compiler and runs, under qemu, the native checkers and
# then the op table and the mechanism's tests in an Arm Python. Needs Debian's g++-aarch64-linux-gnu
# and qemu-user; fetches Arm's Python from Debian and NumPy from PyPI
# into build/aarch64.
#   tools/aarch64.sh [pytest arguments ...]      default: the tests of ops
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in aarch64-linux-gnu-g++ qemu-aarch64 dpkg apt-get; do
  command -v $tool >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
[ $# -gt 0 ] || set -- -q tests/test_ops.py tests/test_native_ops.py tests/test_programs.py
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
folder=$PWD/build/aarch64
root=$folder/root

# ---- an Arm Python: Debian's packages, unpacked, not installed
if [ ! -e "$folder/.python" ]; then
  version=$(. /etc/os-release; apt-cache show python3 | sed -n 's/^Version: \(3\.[0-9]*\).*/\1/p;T;q')
  rm -rf "$root" "$folder/apt"
  mkdir -p "$root" "$folder"/apt/{state/lists/partial,cache/archives/partial,debs}
  : >"$folder/apt/state/status"
  apt() {
    apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Debug::NoLocking=1 \
      -o Dir::State="$folder/apt/state" -o Dir::State::status="$folder/apt/state/status" \
      -o Dir::Cache="$folder/apt/cache" "$@"
  }
  apt update
  (cd "$folder/apt/debs" && apt download "python$version-minimal" "libpython$version-minimal" \
    "libpython$version-stdlib" "libpython$version-dev" libc6 libgcc-s1 libstdc++6 libexpat1 zlib1g \
    libffi8 libssl3 libbz2-1.0 liblzma5 libuuid1 libsqlite3-0)
  for package in "$folder"/apt/debs/*.deb; do dpkg -x "$package" "$root"; done
  .venv/bin/python -m pip --disable-pip-version-check install --quiet --no-deps \
    --only-binary=:all: --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 \
    --python-version "$version" --implementation cp --target "$folder/site" numpy h5py hypothesis
  echo "$version" >"$folder/.python"
fi
version=$(cat "$folder/.python")
arm_python() { qemu-aarch64 -L "$root" "$root/usr/bin/python$version" "$@"; }

# ---- build
cmake -S . -B "$folder" -G Ninja -DPRONGHORN_WERROR=ON \
  -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
  -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ -DCMAKE_CXX_FLAGS="-idirafter $root/usr/include" \
  -DCMAKE_CROSSCOMPILING_EMULATOR="qemu-aarch64;-L;/usr/aarch64-linux-gnu" \
  -Dpybind11_DIR="$(.venv/bin/python -m pybind11 --cmakedir)" \
  -DPython_EXECUTABLE="$PWD/.venv/bin/python" \
  -DPython_INCLUDE_DIR="$root/usr/include/python$version"
cmake --build "$folder" --target all native_checks
rm -rf "$folder/site/pronghorn"
cp -r python/pronghorn "$folder/site/"
cp "$folder"/_core*.so "$folder/site/pronghorn/_core.so"

# ---- run
export PRONGHORN_EMULATED=1
ctest --test-dir "$folder" --output-on-failure --timeout 3000
export PYTHONPATH=$folder/site:$site PYTHONDONTWRITEBYTECODE=1
arm_python -c 'import platform, pronghorn, sys; print(platform.machine(), sys.version)'
arm_python -m pytest -p no:cacheprovider "$@"
