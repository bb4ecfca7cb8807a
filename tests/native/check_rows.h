// What the checkers of reductions and of row-wise kernels share: two teams, guarded outputs,
// tolerances.
#pragma once
#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <thread>

#include "check.h"

using namespace ph;
typedef long double Ref;

static void run_serial(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  for (int64_t c = chunks - 1; c >= 0; --c) body(ctx, c, 0);
}
static void run_threads(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  std::thread other([&] {
    for (int64_t c = 1; c < chunks; c += 2) body(ctx, c, 1);
  });
  for (int64_t c = 0; c < chunks; c += 2) body(ctx, c, 0);
  other.join();
}
static const Launch kSerial = {1, nullptr, run_serial}, kTwo = {2, nullptr, run_threads};

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, int64_t>)
    return DType::i64;
  else if constexpr (std::is_same_v<T, uint64_t>)
    return DType::u64;
  else if constexpr (std::is_same_v<T, int32_t>)
    return DType::i32;
  else if constexpr (std::is_same_v<T, int8_t>)
    return DType::i8;
  else
    return DType::b8;
}
struct Scratch {
  std::vector<unsigned char> bytes;
  size_t size;
  explicit Scratch(size_t n) : bytes(n + 192, 0xff), size(n) {}
  void* data() {
    return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(bytes.data()) + 63) / 64 * 64);
  }
  bool intact() {
    const unsigned char* end = static_cast<unsigned char*>(data()) + size;
    return std::all_of(end, end + 64, [](unsigned char c) { return c == 0xff; });
  }
};
template <class T>
static bool near(T got, Ref want, Ref tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want)) return static_cast<Ref>(got) == want;
  return fabsl(static_cast<Ref>(got) - want) <= tolerance;
}
