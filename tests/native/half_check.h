// What the checkers of float16 and bfloat16 share: each result is the float64 sum of the operands
// as they are stored, rounded once, and the same for any threads.
#pragma once
#include <limits>

#include "check_common.h"

using namespace ph;
using namespace ::check;

inline int failures = 0;

// ---- the two types, by arithmetic on doubles
inline double decoded(uint16_t h, DType d) {
  const int mantissa = d == DType::bf16 ? 7 : 10, bias = d == DType::bf16 ? 127 : 15;
  const int exponent = (h & 0x7fff) >> mantissa, fraction = h & ((1 << mantissa) - 1);
  const int top = d == DType::bf16 ? 255 : 31;
  double a = std::ldexp(fraction + (exponent ? 1 << mantissa : 0),
                        (exponent ? exponent : 1) - bias - mantissa);
  if (exponent == top) a = fraction ? NAN : INFINITY;
  return h & 0x8000 ? -a : a;
}
inline double value_of(uint16_t h, DType d) {
  static const auto table = [] {
    std::vector<double> all;
    for (DType t : {DType::f16, DType::bf16})
      for (int i = 0; i < 65536; ++i) all.push_back(decoded(static_cast<uint16_t>(i), t));
    return all;
  }();
  return table[(d == DType::bf16 ? 65536u : 0u) + h];
}
inline uint16_t bits_of(double x, DType d) {  // of |x| between 2^-14 and 2, or 0
  const int mantissa = d == DType::bf16 ? 7 : 10, bias = d == DType::bf16 ? 127 : 15;
  int e;
  const double m = std::frexp(std::fabs(x), &e);
  if (m == 0 || e < -12) return 0;
  const int q = static_cast<int>(std::nearbyint(std::ldexp(m, mantissa + 1)));
  return static_cast<uint16_t>((x < 0 ? 0x8000 : 0) + ((e + bias - 2) << mantissa) + q);
}

struct Halves {
  DType dtype;
  std::vector<uint16_t> all;
  static constexpr int64_t kGuard = 64;
  Halves(int64_t n, DType d) : dtype(d), all(static_cast<size_t>(n + 2 * kGuard), 0x7777) {}
  uint16_t* data() { return all.data() + kGuard; }
  int64_t size() const { return static_cast<int64_t>(all.size()) - 2 * kGuard; }
  double at(int64_t i) const { return value_of(all[static_cast<size_t>(i + kGuard)], dtype); }
  void fill(Random& r) {
    for (int64_t i = 0; i < size(); ++i) data()[i] = bits_of(r.real(), dtype);
  }
  void spoil() {
    for (int64_t i = 0; i < size(); ++i) data()[i] = 0x7fff;  // nan in both
  }
  bool guarded() const {
    for (size_t i = 0; i < kGuard; ++i)
      if (all[i] != 0x7777 || all[all.size() - 1 - i] != 0x7777) return false;
    return true;
  }
};

struct Wanted {
  std::vector<double> value, size;  // size: of the terms that were summed
  explicit Wanted(int64_t n) : value(size_t(n), 0.0), size(size_t(n), 1.0) {}
  void add(int64_t i, double v) { value[size_t(i)] += v, size[size_t(i)] += std::fabs(v); }
};
inline bool agrees(const Halves& got, const Wanted& want) {
  const double half_ulp = got.dtype == DType::bf16 ? 1.01 / 256 : 1.01 / 2048;
  for (int64_t i = 0; i < got.size(); ++i) {
    const double w = want.value[size_t(i)], g = got.at(i);
    if (!(std::fabs(g - w) <= half_ulp * std::fabs(w) + 1e-5 * want.size[size_t(i)])) return false;
  }
  return true;
}
inline void fail(const Width& w, DType d, const std::string& what) {
  std::printf("FAIL %s %s %s\n", w.name, d == DType::bf16 ? "bfloat16" : "float16", what.c_str());
  ++failures;
}
template <class... Sizes>
std::string named(const char* what, Sizes... sizes) {
  std::string s = what;
  ((s.append(" ").append(std::to_string(sizes))), ...);
  return s;
}

// Runs with 1, 2 and 3 threads; true if all agree with what is wanted.
template <class Run>
bool runs(Halves& out, const Wanted& want, const Run& run) {
  const Halves before = out;
  std::vector<uint16_t> first;
  for (int threads : ph::check::thread_counts({1, 2, 3})) {
    out = before;
    if (!run(threads) || !out.guarded()) return false;
    if (first.empty()) first = out.all;
    if (first != out.all) return false;
  }
  return agrees(out, want);
}

// check(table, dtype) for both types at every width; the exit code.
template <class Check>
int check_halves(const char* name, const Check& check) {
  int widths_here = 0;
  for (const Width& w : widths()) {
    ++widths_here;
    for (DType d : {DType::f16, DType::bf16}) check(w, d);
  }
  std::printf("%s: %d widths, %d failures\n", name, widths_here, failures);
  return failures ? 1 : 0;
}
