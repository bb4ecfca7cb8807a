// x^y of floats for widths with fused multiply-add and tables in registers: the logarithm is a sum
// of two floats, y times which is one too (Dekker), whose lower part joins the rest of e^t.
#pragma once
#include "../unfused.h"
#include "math.h"

namespace ph {
namespace PH_ISA {

// x = 2^k z, kLogFirst <= z < 2 kLogFirst: z lies in one of kExpRows intervals. That of 1 has the
// inverse 1, so that small logarithms keep their bits.
constexpr uint32_t kLogFirst = kExpRows == 16 ? 0x3f330000 : 0x3f355000;
struct LogTable {
  alignas(64) float inverse[kExpRows];  // 1 / c, c in the interval's middle
  float log[kExpRows], rest[kExpRows];  // log c; whole 2^-17 of it, to which k ln 2 adds exactly
};
constexpr LogTable log_table() {
  LogTable table = {};
  for (uint32_t i = 0; i < kExpRows; ++i) {
    const double from = __builtin_bit_cast(float, kLogFirst + (i << kExpShift));
    const double to = __builtin_bit_cast(float, kLogFirst + ((i + 1) << kExpShift));
    table.inverse[i] = from < 1 && to > 1 ? 1 : static_cast<float>(2 / (from + to));
    const double log = -series_log(table.inverse[i]);
    table.log[i] = static_cast<float>(static_cast<int>(log * 0x1p17) * 0x1p-17);
    table.rest[i] = static_cast<float>(log - table.log[i]);
  }
  return table;
}
inline constexpr LogTable kLogTable = log_table();
// Minimax for (r - r^2 / 2 - log(1 + r)) / (r^3 / 2), |r| <= 0.0575.
constexpr float kLogSmall[] = {-0.666665316f, 0.499998003f, -0.401312023f, 0.334767789f};

struct FloatSum {
  vf32 hi, lo;
};
// log(2^more x) of positive normal numbers, relative error 2^-30.
PH_INLINE FloatSum log_sum(vf32 x, vi32 more) {
  using C = ExpConst<float>;
  constexpr int mantissa = FloatBits<float>::mantissa;
  const vu32 t = (vu32)x - kLogFirst, row = t >> kExpShift;
  const vf32 z = (vf32)((vu32)x - (t & ~((1u << mantissa) - 1)));
  const vf32 k = __builtin_convertvector(((vi32)t >> mantissa) + more, vf32);
  const vf32 inverse = lookup(kLogTable.inverse, row), near_one = rounded(z * inverse);
  const vf32 lost = vfma<float>(z, inverse, -near_one), r = near_one - 1;  // z / c = 1 + r + lost
  const vf32 large = vfma<float>(k, C::ln2_hi, lookup(kLogTable.log, row)), first = large + r;
  const vf32 half = r * -0.5f, square = rounded(half * r), sum = first + square;
  const vf32 rest = vfma<float>(k, C::ln2_lo, lookup(kLogTable.rest, row));
  const vf32 slope = vfma<float>(r, r, -r);  // 1 + slope is 1 / (1 + r)
  const vf32 cubes =
      vfma<float>(square * r, poly<float>(r, kLogSmall), vfma<float>(lost, slope, lost));
  const vf32 low = (r - (first - large)) + (square - (sum - first)) + vfma<float>(half, r, -square);
  return {sum, low + rest + cubes};
}
PH_INLINE FloatSum times(vf32 y, FloatSum log) {
  const vf32 t = rounded(y * log.hi);
  return {t, vfma<float>(y, log.lo, vfma<float>(y, log.hi, -t))};
}
// As exp_split for one float, and so that what e^r is multiplied by may be rounded.
PH_INLINE vf32 exp_split(FloatSum t, vf32& r) {
  using C = ExpConst<float>;
  const vf32 shifted = vfma<float>(t.hi + t.lo, C::log2e, kExpMagic), k = shifted - kExpMagic;
  const vf32 rest = lookup(kExpTable.rest, (UintVec<float>)shifted);
  r = vfma<float>(k, -C::ln2_lo, vfma<float>(k, -C::ln2_hi, t.hi) + t.lo) + rest;
  return shifted;
}
// x positive and normal; usual: lanes whose result is surely a normal number.
PH_INLINE vf32 pow_by_table(vf32 x, vf32 y, vi32& usual) {
  const FloatSum t = times(y, log_sum(x, vi32{}));
  vf32 r, shifted = exp_split(t, r);
  usual = vabs<float>(t.hi + t.lo) < ExpConst<float>::plain;
  return exp_join<true>(shifted, r);
}
// Any x and y; of 0, infinity and nan the logarithms are -inf and themselves. A huge y would
// overflow inside the exact product; the answer is 0 or infinity anyhow.
PH_INLINE vf32 pow_any(vf32 x, vf32 y) {
  constexpr float inf = FloatBits<float>::inf, up = 8388608.0f, most = 1e15f, high = 150.0f;
  const vf32 a = vabs<float>(x), one = splat<float>(1);
  const auto usual = (a > 0) & (a < inf), tiny = usual & (a < FloatBits<float>::min_normal);
  const vi32 more = tiny & -FloatBits<float>::mantissa;
  const vf32 bounded = vclamp<float>(y, -most, most);
  FloatSum t = times(bounded, log_sum(usual ? (tiny ? a * up : a) : one, more));
  const vf32 top = usual ? t.hi : bounded * (a == 0 ? splat<float>(-inf) : a);
  const vf32 limited = vclamp<float>(top, -high, high);
  t = {limited, usual & (limited == t.hi) ? t.lo : vf32{}};
  vf32 r, shifted = exp_split(t, r);
#if defined(__AVX512F__)
  return exp_join<true>(shifted, r);
#else
  return exp_join_scaled<true>(shifted, r);
#endif
}

}  // namespace PH_ISA
}  // namespace ph
