// |x|^y of floats in doubles, with tables of 16 rows (the method of Arm's optimized routines): for
// widths without tables in registers, where logarithms in two floats take longer.
#pragma once
#include "math_table.h"

namespace ph {
namespace PH_ISA {

constexpr int kPowRows = 16;
// 2^k first <= x < 2^(k+1) first; the interval of one row holds 1, whose logarithm is exact.
constexpr uint32_t kPowFirst = 0x3f330000, kPowShift = FloatBits<float>::mantissa - 4;
struct PowTable {
  double inverse[kPowRows];  // 1 / c, c in the interval's middle
  double log2[kPowRows];     // of c
  double power[kPowRows];    // 2^(i / rows), without the bits of i
};
constexpr PowTable pow_table() {
  PowTable table = {};
  for (uint32_t i = 0; i < kPowRows; ++i) {
    const double from = __builtin_bit_cast(float, kPowFirst + (i << kPowShift));
    const double to = __builtin_bit_cast(float, kPowFirst + ((i + 1) << kPowShift));
    table.inverse[i] = from < 1 && to > 1 ? 1 : 2 / (from + to);
    table.log2[i] = -1.4426950408889634 * series_log(table.inverse[i]);
    const double power = series_exp(0.69314718055994531 * i / kPowRows);
    const uint64_t bits = __builtin_bit_cast(uint64_t, power) - (uint64_t{i} << 48);
    table.power[i] = __builtin_bit_cast(double, bits);
  }
  return table;
}
inline constexpr PowTable kPowTable = pow_table();

// Rows go through memory: compilers take them out of a vector in more instructions.
template <class T>
struct PowRowsOf {
  T row[kLanes<T>];
  PH_INLINE explicit PowRowsOf(Vec<T> v) {
    store(row, v % kPowRows);
    __asm__ volatile("" : "+m"(row));
  }
};
template <class T>
PH_INLINE vf64 lookup(const double (&table)[kPowRows], const T* row) {
  vf64 v;
  for (int i = 0; i < kLanes<double>; ++i) v[i] = table[row[i]];
  return v;
}
// log2 of 2^k z: k + log2 c + log2(1 + r), r = z / c - 1; relative error 2^-37.
PH_INLINE vf64 log2_half(vf64 z, vf64 k, const uint32_t* row) {
  constexpr double p[] = {1.4426950408889634,   -0.72134752047333173, 0.4808982515543837,
                          -0.36067355241197741, 0.28883656656986895,  -0.24080987959936156};
  const vf64 r = z * lookup(kPowTable.inverse, row) - 1, square = r * r;
  const vf64 low = r * p[1] + p[0], mid = r * p[3] + p[2], top = r * p[5] + p[4];
  return r * (square * (square * top + mid) + low) + (k + lookup(kPowTable.log2, row));
}
PH_INLINE DoublePair log2_pair(vf32 x) {  // of positive normal numbers
  constexpr uint32_t whole = ~((1u << FloatBits<float>::mantissa) - 1);
  const vu32 t = (vu32)x - kPowFirst;
  const DoublePair z = widen((vf32)((vu32)x - (t & whole)));
  const DoublePair k = widen(__builtin_convertvector((vi32)t >> FloatBits<float>::mantissa, vf32));
  const PowRowsOf<uint32_t> rows(t >> kPowShift);
  return {log2_half(z.lo, k.lo, rows.row), log2_half(z.hi, k.hi, rows.row + kLanes<double>)};
}
// 2^(log y), relative error 2^-29; beyond 1000 it is no float, but still a double.
PH_INLINE vf64 pow_half(vf64 log, vf64 y) {
  constexpr double p[] = {0.69314718003098363, 0.24023430381896671, 0.055505954185005695};
  constexpr double magic = FloatBits<double>::magic / kPowRows;
  const vf64 t = vclamp<double>(log * y, -1000, 1000), shifted = t + magic;
  const vf64 r = t - (shifted - magic);
  const PowRowsOf<uint64_t> rows((vu64)shifted);
  const vf64 power = (vf64)((vu64)lookup(kPowTable.power, rows.row) + ((vu64)shifted << 48));
  return power * r * ((r * p[2] + p[1]) * r + p[0]) + power;
}
// x positive and normal; usual: lanes whose y is finite.
PH_INLINE vf32 pow_by_table(vf32 x, vf32 y, vi32& usual) {
  usual = vabs<float>(y) < FloatBits<float>::inf;
  const DoublePair log = log2_pair(x), by = widen(y);
  return narrow({pow_half(log.lo, by.lo), pow_half(log.hi, by.hi)});
}
// Any x and y; of 0, infinity and nan the logarithms are -inf and themselves.
PH_INLINE vf32 pow_any(vf32 x, vf32 y) {
  constexpr float inf = FloatBits<float>::inf, up = 8388608.0f, up_log2 = 23.0f;
  const vf32 a = vabs<float>(x), one = splat<float>(1);
  const auto usual = (a > 0) & (a < inf), tiny = a < FloatBits<float>::min_normal;
  const vf32 shift = tiny ? splat<float>(-up_log2) : vf32{};
  const DoublePair log = log2_pair(usual ? (tiny ? a * up : a) : one), by = widen(y);
  const DoublePair more = widen(usual ? shift : (a == 0 ? splat<float>(-inf) : a));
  return narrow({pow_half(log.lo + more.lo, by.lo), pow_half(log.hi + more.hi, by.hi)});
}

}  // namespace PH_ISA
}  // namespace ph
