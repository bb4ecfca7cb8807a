// pow on vectors: x^y = exp(y log x), the logarithm with enough extra bits that 4 ulp
// remain after multiplying by y. float goes through double; double uses double-double
// arithmetic (Dekker; products by fused multiply-add, or by Veltkamp's split without).
#pragma once
#include "math.h"

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

// log a of double halves for float's pow: 2^-42 relative is plenty.
PH_INLINE vf64 pow_half(vf64 a, vf64 y) {
  constexpr double p[] = {0.6666666667605986, 0.39999995522872578, 0.28572120692959924,
                          0.22175666705497254, 0.19592198407589526};
  constexpr double q[] = {0.5,
                          0.16666666666666677,
                          0.041666666666666699,
                          0.0083333333333215302,
                          0.0013888888888866624,
                          0.00019841269896401836};
  vf64 k, f = log_split<double>(a, k), s = f / (f + 2), z = s * s;
  vf64 log = vfma<double>(k, 0.69314718055994531, vfma<double>(s * z, poly<double>(z, p), s + s));
  vf64 inf = splat<double>(FloatBits<double>::inf);
  log = a == 0 ? -inf : (a == inf ? inf : log);
  vf64 t = vclamp<double>(y * log, -200, 200);
  k = round_scaled<double>(t, ExpConst<double>::log2e);
  vf64 r = vfma<double>(k, splat<double>(-0.69314718055994531), t);
  return (1 + vfma<double>(r * r, poly<double>(r, q), r)) * pow2<double>(k);
}
PH_INLINE vf32 vpow(vf32 x, vf32 y) {
  DoublePair a = widen(vabs<float>(x)), b = widen(y);
  return pow_finish<float>(x, y, narrow({pow_half(a.lo, b.lo), pow_half(a.hi, b.hi)}));
}

struct DoubleDouble {
  vf64 hi, lo;
};
PH_INLINE vf64 veltkamp_high(vf64 a) {
  vf64 c = a * 134217729.0;
  return c - (c - a);
}
// a * b exactly.
PH_INLINE DoubleDouble two_product(vf64 a, vf64 b) {
  vf64 p = a * b;
#if defined(__FMA__) || defined(__aarch64__)
  return {p, vfma<double>(a, b, -p)};
#else
  vf64 ah = veltkamp_high(a), al = a - ah, bh = veltkamp_high(b), bl = b - bh;
  return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
#endif
}
PH_INLINE DoubleDouble quick_sum(vf64 a, vf64 b) {  // |a| >= |b|
  vf64 s = a + b;
  return {s, b - (s - a)};
}
// log a, 2^-65 relative: log((1 + s) / (1 - s)) = 2 s (1 + z (1/3 + z P(z))), z = s^2.
PH_INLINE DoubleDouble log_precise(vf64 a) {
  constexpr double p[] = {0.19999999999999987,  0.14285714285722881,  0.11111111108689209,
                          0.090909094448420533, 0.076922777755012703, 0.06668184075758915,
                          0.058368948236961163, 0.059987870317645006};
  vf64 k, f = log_split<double>(a, k);
  DoubleDouble den = quick_sum(splat<double>(2), f);
  vf64 s = f / den.hi;
  DoubleDouble back = two_product(s, den.hi);
  vf64 s_low = vfma<double>(-s, den.lo, (f - back.hi) - back.lo) / den.hi;
  DoubleDouble z = two_product(s, s);
  z.lo = vfma<double>(s + s, s_low, z.lo);
  DoubleDouble w = quick_sum(splat<double>(1.0 / 3), z.hi * poly<double>(z.hi, p));
  w.lo += 1.8503717077085941e-17;
  DoubleDouble t = two_product(z.hi, w.hi);
  t.lo += vfma<double>(z.hi, w.lo, z.lo * w.hi);
  DoubleDouble u = two_product(s, t.hi);
  u.lo += vfma<double>(s, t.lo, s_low * t.hi);
  DoubleDouble sum = quick_sum(s, u.hi);
  sum.lo += u.lo + s_low;
  // + k ln 2, whose first part times k is exact
  vf64 base = k * 0.6931471805598903, hi = sum.hi + sum.hi;
  vf64 total = base + hi, b = total - base;
  vf64 err = (base - (total - b)) + (hi - b);
  return quick_sum(total, err + vfma<double>(k, 5.497923018708371e-14, sum.lo + sum.lo));
}
PH_INLINE vf64 vpow(vf64 x, vf64 y) {
  using B = FloatBits<double>;
  vf64 a = vabs<double>(x), inf = splat<double>(B::inf);
  auto usual = (a > 0) & (a < inf);
  DoubleDouble log = log_precise(usual ? a : splat<double>(1));
  vf64 edge = a == 0 ? -inf : a;  // the logarithm of 0, infinity and nan
  // A huge y would overflow inside the exact product; the answer is 0 or infinity anyhow.
  vf64 yc = vclamp<double>(y, -1e100, 1e100);
  DoubleDouble t = two_product(yc, log.hi);
  t.lo = vfma<double>(yc, log.lo, t.lo);
  vf64 top = usual ? t.hi : yc * edge;
  vf64 c = vclamp<double>(top, -800, 800);
  vf64 low = (c == t.hi) & usual ? t.lo : vf64{};
  using C = ExpConst<double>;
  vf64 k = round_scaled<double>(c, C::log2e);
  vf64 r = vfma<double>(k, -C::ln2_lo, vfma<double>(k, -C::ln2_hi, c)) + low;
  vf64 e = 1 + vfma<double>(r * r, poly<double>(r, C::q), r);
  return pow_finish<double>(x, y, scale2<double>(e, k));
}

}  // namespace PH_ISA
}  // namespace ph
