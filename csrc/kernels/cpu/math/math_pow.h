// pow on vectors: x^y = exp(y log x), the logarithm a sum of two numbers, so that 4 ulp remain
// after multiplying by y (Dekker; products by fused multiply-add, or of halves without).
#pragma once
#include "math.h"
#if defined(__AVX2__)
#include "math_pow_float.h"
#else
#include "math_pow_table.h"
#endif

namespace ph {
namespace PH_ISA {

// The sign and the special cases, given r = |x|^y with its own infinities and zeros right.
template <class T>
PH_INLINE Vec<T> pow_finish(Vec<T> x, Vec<T> y, Vec<T> r) {
  using B = FloatBits<T>;
  Vec<T> inf = splat<T>(B::inf), nan = splat<T>(B::nan), one = splat<T>(1);
  Vec<T> a = vabs<T>(x), half = y * T(0.5);
  auto whole = vround<Round::zero, T>(y) == y;
  auto odd = whole & (vround<Round::zero, T>(half) != half);
  r = ((bits_of<T>(x) < 0) & odd) ? -r : r;
  r = ((x < 0) & (a < inf) & ~whole) ? nan : r;
  r = ((x != x) | (y != y)) ? nan : r;
  auto unit = (x == 1) | (y == 0) | ((x == -1) & (vabs<T>(y) == inf));
  return unit ? one : r;
}

struct PowConst {
  static constexpr double p[] = {0.19999999999999987,  0.14285714285722881,  0.11111111108689209,
                                 0.090909094448420533, 0.076922777755012703, 0.06668184075758915,
                                 0.058368948236961163, 0.059987870317645006};
  static constexpr double third = 1.0 / 3, third_rest = 1.8503717077085941e-17;
  static constexpr double ln2 = 0.6931471805598903, ln2_rest = 5.497923018708371e-14;
  static constexpr double huge = 1e100, high = 800.0;
};

struct TwoSum {
  vf64 hi, lo;
};
// The upper half of a's bits: products of such are exact.
PH_INLINE vf64 upper_half(vf64 a) {
  constexpr int cleared = FloatBits<double>::mantissa / 2 + 1;
  return (vf64)(bits_of<double>(a) & -(int64_t{1} << cleared));
}
// a * b exactly.
PH_INLINE TwoSum two_product(vf64 a, vf64 b) {
  vf64 p = a * b;
#if defined(__FMA__) || defined(__aarch64__)
  return {p, vfma<double>(a, b, -p)};
#else
  vf64 ah = upper_half(a), al = a - ah, bh = upper_half(b), bl = b - bh;
  return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
#endif
}
PH_INLINE TwoSum quick_sum(vf64 a, vf64 b) {  // |a| >= |b|
  vf64 s = a + b;
  return {s, b - (s - a)};
}
// log(2^k (1 + f)), relative error 2^-65: log(1 + f) = 2 s (1 + z (1/3 + z P(z))),
// s = f / (2 + f), z = s^2.
PH_INLINE TwoSum log_precise(vf64 f, vf64 k) {
  using C = PowConst;
  TwoSum den = quick_sum(splat<double>(2), f);
  vf64 inverse = 1 / den.hi, s = f * inverse;
  TwoSum back = two_product(s, den.hi);
  vf64 s_low = vfma<double>(-s, den.lo, (f - back.hi) - back.lo) * inverse;
  TwoSum z = two_product(s, s);
  z.lo = vfma<double>(s + s, s_low, z.lo);
  TwoSum w = quick_sum(splat<double>(C::third), z.hi * poly<double>(z.hi, C::p));
  w.lo += C::third_rest;
  TwoSum t = two_product(z.hi, w.hi);
  t.lo += vfma<double>(z.hi, w.lo, z.lo * w.hi);
  TwoSum u = two_product(s, t.hi);
  u.lo += vfma<double>(s, t.lo, s_low * t.hi);
  TwoSum sum = quick_sum(s, u.hi);
  sum.lo += u.lo + s_low;
  TwoSum total = quick_sum(k * C::ln2, sum.hi + sum.hi);
  return quick_sum(total.hi, total.lo + vfma<double>(k, C::ln2_rest, sum.lo + sum.lo));
}
// e^(t.hi + t.lo) = 2^k times what is returned, shifted = k + magic.
PH_INLINE vf64 exp_precise(TwoSum t, vf64& shifted) {
  using C = ExpConst<double>;
  shifted = vfma<double>(t.hi, C::log2e, FloatBits<double>::magic);
  const vf64 k = shifted - FloatBits<double>::magic;
  vf64 r = vfma<double>(k, -C::ln2_lo, vfma<double>(k, -C::ln2_hi, t.hi)) + t.lo;
  return 1 + vfma<double>(r * r, poly<double>(r, C::q), r);
}
PH_INLINE TwoSum times(TwoSum log, vf64 y) {
  TwoSum t = two_product(y, log.hi);
  t.lo = vfma<double>(y, log.lo, t.lo);
  return t;
}
static PH_NOINLINE vf64 pow_outside(vf64 x, vf64 y) {
  using B = FloatBits<double>;
  using C = PowConst;
  vf64 a = vabs<double>(x), inf = splat<double>(B::inf);
  auto usual = (a > 0) & (a < inf);
  vf64 k, shifted, f = log_split<double>(usual ? a : splat<double>(1), k);
  TwoSum log = log_precise(f, k);
  vf64 edge = a == 0 ? -inf : a;  // the logarithm of 0, infinity and nan
  // A huge y would overflow inside the exact product; the answer is 0 or infinity anyhow.
  vf64 bounded = vclamp<double>(y, -C::huge, C::huge);
  TwoSum t = times(log, bounded);
  vf64 top = usual ? t.hi : bounded * edge;
  vf64 c = vclamp<double>(top, -C::high, C::high);
  vf64 e = exp_precise({c, (c == t.hi) & usual ? t.lo : vf64{}}, shifted);
  return pow_finish<double>(x, y, scale2<double>(e, shifted - B::magic));
}
PH_INLINE vf64 vpow(vf64 x, vf64 y) {
  vf64 k, f = log_split_normal<double>(x, k);
  TwoSum t = times(log_precise(f, k), y);
  auto in_range = vabs<double>(t.hi) < ExpConst<double>::plain;
  if (PH_UNLIKELY(any_special<double>(x) || !every_lane<int64_t>(in_range)))
    return pow_outside(x, y);
  vf64 shifted, e = exp_precise(t, shifted);
  return times_pow2<double>(e, shifted);
}
static PH_NOINLINE vf32 pow_beyond(vf32 x, vf32 y) {
  return pow_finish<float>(x, y, pow_any(x, y));
}
PH_INLINE vf32 vpow(vf32 x, vf32 y) {
  vi32 usual;
  const vf32 r = pow_by_table(x, y, usual);
  if (PH_UNLIKELY(any_special<float>(x) || !every_lane<int32_t>(usual))) return pow_beyond(x, y);
  return r;
}

}  // namespace PH_ISA
}  // namespace ph
