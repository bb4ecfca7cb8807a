#!/usr/bin/env bash
# Cross-compiles the kernels, the core and the native checkers for 64-bit Arm and runs the
# checkers under qemu. Needs Debian's g++-aarch64-linux-gnu and qemu-user.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in aarch64-linux-gnu-g++ qemu-aarch64; do
  command -v $tool >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
cmake -S . -B build/aarch64 -G Ninja -DPRONGHORN_PYTHON=OFF -DPRONGHORN_WERROR=ON \
  -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
  -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
  -DCMAKE_CROSSCOMPILING_EMULATOR="qemu-aarch64;-L;/usr/aarch64-linux-gnu"
cmake --build build/aarch64 --target all native_checks
# check_device forks a process that has threads, which qemu-user (7.2) cannot do
ctest --test-dir build/aarch64 --output-on-failure -E '^check_device$' --timeout 3000
