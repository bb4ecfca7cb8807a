// What every native checker shares: CHECK counts failures and prints them, check_result() is
// what main returns. No framework: each check_*.cpp is one executable.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../../csrc/device/device.h"

namespace ph::check {

inline int failures = 0, checks = 0;

#define CHECK(condition, ...)                                      \
  do {                                                             \
    ++ph::check::checks;                                           \
    if (!(condition)) {                                            \
      if (++ph::check::failures <= 20) {                           \
        std::printf("%s:%d: %s:", __FILE__, __LINE__, #condition); \
        std::printf(" " __VA_ARGS__);                              \
        std::printf("\n");                                         \
      }                                                            \
    }                                                              \
  } while (0)

inline int result(const char* name) {
  std::printf("%s: %d checks, %d failures\n", name, checks, failures);
  return failures || !checks ? 1 : 0;
}

// Small deterministic numbers that do not come from the code under test.
struct Lcg {
  uint64_t state;
  explicit Lcg(uint64_t seed) : state(seed * 2 + 1) {}
  uint32_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(state >> 33);
  }
  int64_t below(int64_t n) { return static_cast<int64_t>(next() % static_cast<uint64_t>(n)); }
  double uniform(double lo, double hi) { return lo + (hi - lo) * (next() / 2147483648.0); }
};

// `count` elements with guard bytes on both sides; intact() says that none was overwritten.
// Misaligned by one element, so that kernels cannot rely on more than element alignment, or, when
// asked for, aligned as the device's blocks are.
template <class T>
class Guarded {
 public:
  explicit Guarded(int64_t count, unsigned char fill = 0xa5, bool aligned = false)
      : size_(static_cast<size_t>(count) * sizeof(T)), bytes_(size_ + 2 * kGuard + 64, fill) {
    begin_ = kGuard;
    if (aligned) begin_ += 64 - reinterpret_cast<uintptr_t>(bytes_.data() + kGuard) % 64;
    std::fill_n(bytes_.begin(), begin_, kPattern);
    std::fill_n(bytes_.rbegin(), bytes_.size() - begin_ - size_, kPattern);
  }
  T* data() { return reinterpret_cast<T*>(bytes_.data() + begin_); }
  T& operator[](int64_t i) { return data()[i]; }
  bool intact() const {
    for (size_t i = 0; i < begin_; ++i)
      if (bytes_[i] != kPattern) return false;
    for (size_t i = begin_ + size_; i < bytes_.size(); ++i)
      if (bytes_[i] != kPattern) return false;
    return true;
  }

 private:
  static constexpr size_t kGuard = 64 + 8;
  static constexpr unsigned char kPattern = 0x5c;
  size_t size_, begin_;
  std::vector<unsigned char> bytes_;
};

// The tables that are checked, of every width supported here (tables.cpp) or CUDA's
// (tests/cuda_on_cpu/tables.cpp): the program is linked with one of the two.
std::vector<const Kernels*> tables();
// The numbers of threads to try. CUDA's kernels do not know them.
std::vector<int> thread_counts(std::vector<int> all);
// Of the cases on a slow table one of so many is enough, and none of more than so much `work`
// (elements, or products of two).
bool left_out(int64_t work = 0);
template <class F>
void each_width(const F& f) {
  for (const Kernels* k : tables()) f(*k);
}

}  // namespace ph::check
