// pow on vectors: x^y = exp(y log x), the logarithm a sum of two numbers, so that 4 ulp remain
// after multiplying by y (Dekker; products by fused multiply-add, or of halves without).
#pragma once
#include "math.h"
#if !PH_WIDE
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

template <class T>
struct PowConst;
template <>
struct PowConst<float> {
  // (atanh(s) / s - 1 - s^2 / 3) / s^4 in s^2
  static constexpr float p[] = {0.20000076f, 0.14273567f, 0.11709288f};
  static constexpr float third = 0.333333343f, third_rest = -9.934108e-09f;
  static constexpr float ln2 = 0.693359375f, ln2_rest = -2.12194440e-4f;  // k * ln2 is exact
  static constexpr float huge = 1e15f, high = 150.0f;
};
template <>
struct PowConst<double> {
  static constexpr double p[] = {0.19999999999999987,  0.14285714285722881,  0.11111111108689209,
                                 0.090909094448420533, 0.076922777755012703, 0.06668184075758915,
                                 0.058368948236961163, 0.059987870317645006};
  static constexpr double third = 1.0 / 3, third_rest = 1.8503717077085941e-17;
  static constexpr double ln2 = 0.6931471805598903, ln2_rest = 5.497923018708371e-14;
  static constexpr double huge = 1e100, high = 800.0;
};

template <class T>
struct TwoSum {
  Vec<T> hi, lo;
};
// The upper half of a's bits: products of such are exact.
template <class T>
PH_INLINE Vec<T> upper_half(Vec<T> a) {
  constexpr int cleared = FloatBits<T>::mantissa / 2 + 1;
  return (Vec<T>)(bits_of<T>(a) & -(typename FloatBits<T>::Int{1} << cleared));
}
// a * b exactly.
template <class T>
PH_INLINE TwoSum<T> two_product(Vec<T> a, Vec<T> b) {
  Vec<T> p = a * b;
#if defined(__FMA__) || defined(__aarch64__)
  return {p, vfma<T>(a, b, -p)};
#else
  Vec<T> ah = upper_half<T>(a), al = a - ah, bh = upper_half<T>(b), bl = b - bh;
  return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
#endif
}
template <class T>
PH_INLINE TwoSum<T> quick_sum(Vec<T> a, Vec<T> b) {  // |a| >= |b|
  Vec<T> s = a + b;
  return {s, b - (s - a)};
}
// log(2^k (1 + f)), relative error 2^-40 (double 2^-65): log(1 + f) = 2 s (1 + z (1/3 + z P(z))),
// s = f / (2 + f), z = s^2.
template <class T>
PH_INLINE TwoSum<T> log_precise(Vec<T> f, Vec<T> k) {
  using C = PowConst<T>;
  TwoSum<T> den = quick_sum<T>(splat<T>(2), f);
  Vec<T> inverse = 1 / den.hi, s = f * inverse;
  TwoSum<T> back = two_product<T>(s, den.hi);
  Vec<T> s_low = vfma<T>(-s, den.lo, (f - back.hi) - back.lo) * inverse;
  TwoSum<T> z = two_product<T>(s, s);
  z.lo = vfma<T>(s + s, s_low, z.lo);
  TwoSum<T> w = quick_sum<T>(splat<T>(C::third), z.hi * poly<T>(z.hi, C::p));
  w.lo += C::third_rest;
  TwoSum<T> t = two_product<T>(z.hi, w.hi);
  t.lo += vfma<T>(z.hi, w.lo, z.lo * w.hi);
  TwoSum<T> u = two_product<T>(s, t.hi);
  u.lo += vfma<T>(s, t.lo, s_low * t.hi);
  TwoSum<T> sum = quick_sum<T>(s, u.hi);
  sum.lo += u.lo + s_low;
  TwoSum<T> total = quick_sum<T>(k * C::ln2, sum.hi + sum.hi);
  return quick_sum<T>(total.hi, total.lo + vfma<T>(k, C::ln2_rest, sum.lo + sum.lo));
}
// e^(t.hi + t.lo) = 2^k times what is returned.
template <class T>
PH_INLINE Vec<T> exp_precise(TwoSum<T> t, Vec<T>& k) {
  using C = ExpConst<T>;
  k = round_scaled<T>(t.hi, C::log2e);
  Vec<T> r = vfma<T>(k, -C::ln2_lo, vfma<T>(k, -C::ln2_hi, t.hi)) + t.lo;
  return 1 + vfma<T>(r * r, poly<T>(r, C::q), r);
}
template <class T>
PH_INLINE TwoSum<T> times(TwoSum<T> log, Vec<T> y) {
  TwoSum<T> t = two_product<T>(y, log.hi);
  t.lo = vfma<T>(y, log.lo, t.lo);
  return t;
}
template <class T>
static PH_NOINLINE Vec<T> pow_outside(Vec<T> x, Vec<T> y) {
  using B = FloatBits<T>;
  using C = PowConst<T>;
  Vec<T> a = vabs<T>(x), inf = splat<T>(B::inf);
  auto usual = (a > 0) & (a < inf);
  Vec<T> k, f = log_split<T>(usual ? a : splat<T>(1), k);
  TwoSum<T> log = log_precise<T>(f, k);
  Vec<T> edge = a == 0 ? -inf : a;  // the logarithm of 0, infinity and nan
  // A huge y would overflow inside the exact product; the answer is 0 or infinity anyhow.
  Vec<T> bounded = vclamp<T>(y, -C::huge, C::huge);
  TwoSum<T> t = times<T>(log, bounded);
  Vec<T> top = usual ? t.hi : bounded * edge;
  Vec<T> c = vclamp<T>(top, -C::high, C::high);
  Vec<T> e = exp_precise<T>({c, (c == t.hi) & usual ? t.lo : Vec<T>{}}, k);
  return pow_finish<T>(x, y, scale2<T>(e, k));
}
template <class T>
PH_INLINE Vec<T> pow_t(Vec<T> x, Vec<T> y) {
  Vec<T> k, f = log_split_normal<T>(x, k);
  TwoSum<T> t = times<T>(log_precise<T>(f, k), y);
  auto in_range = vabs<T>(t.hi) < ExpConst<T>::plain;
  if (PH_UNLIKELY(any_special<T>(x) || any_lane<typename FloatBits<T>::Int>(~in_range)))
    return pow_outside<T>(x, y);
  Vec<T> e = exp_precise<T>(t, k);
  return e * pow2<T>(k);
}
#if PH_WIDE
PH_INLINE vf32 vpow(vf32 x, vf32 y) { return pow_t<float>(x, y); }
#else
static PH_NOINLINE vf32 pow_beyond(vf32 x, vf32 y) {
  return pow_finish<float>(x, y, pow_by_table_any(x, y));
}
PH_INLINE vf32 vpow(vf32 x, vf32 y) {
  const auto endless = ~(vabs<float>(y) < FloatBits<float>::inf);
  if (PH_UNLIKELY(any_special<float>(x) || any_lane<int32_t>(endless))) return pow_beyond(x, y);
  return pow_by_table(x, y);
}
#endif
PH_INLINE vf64 vpow(vf64 x, vf64 y) { return pow_t<double>(x, y); }

}  // namespace PH_ISA
}  // namespace ph
