// sin and cos on vectors. Arguments are reduced to |r| <= pi / 4 by a split of pi / 2
// (Cody & Waite; fdlibm's 33-bit parts); from 2^20 on, lane by lane with Payne & Hanek's
// method on 1,216 bits of 2 / pi.
#pragma once
#include "math.h"

namespace ph {
namespace PH_ISA {

constexpr double kTwoOverPi = 0.63661977236758138;
// pi / 2 in three parts of 33 bits and the rest.
constexpr double kPio2[] = {1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21,
                            8.4784276603688996e-32};
constexpr double kPio2Rest = 6.07710050650619224932e-11;  // pi / 2 - kPio2[0]
constexpr double kTrigLimit = 1048576.0;

struct Reduced {
  double r, low;    // the remainder, |r| <= pi / 4, as a sum
  double quadrant;  // 0..3
};

// x finite, |x| >= 1: with x = m 2^e, the bits of 2 / pi above weight 2^(1-e) give whole
// turns and are skipped; 192 of the others decide quadrant and remainder.
static PH_NOINLINE Reduced reduce_huge(double x) {
  static const uint64_t two_over_pi[] = {0,  // so that small exponents may start before the point
                                         0xa2f9836e4e441529,
                                         0xfc2757d1f534ddc0,
                                         0xdb6295993c439041,
                                         0xfe5163abdebbc561,
                                         0xb7246e3a424dd2e0,
                                         0x06492eea09d1921c,
                                         0xfe1deb1cb129a73e,
                                         0xe88235f52ebb4484,
                                         0xe99c7026b45f7e41,
                                         0x3991d639835339f4,
                                         0x9c845f8bbdf9283b,
                                         0x1ff897ffde05980f,
                                         0xef2f118b5a0a6d1f,
                                         0x6d367ecf27cb09b7,
                                         0x4f463f669e5fea2d,
                                         0x7527bac7ebe5f17b,
                                         0x3d0739f78a5292ea,
                                         0x6bfb5fb11f8d5d08,
                                         0x56033046fc7b6bab,
                                         0xf0cfbc209af4361d};
  typedef unsigned __int128 u128;
  uint64_t bits;
  __builtin_memcpy(&bits, &x, 8);
  int exponent = static_cast<int>(bits >> 52 & 2047) - 1075;
  uint64_t m = (bits & 0xfffffffffffff) | 0x10000000000000;
  int start = exponent - 2 + 64, word = start / 64, shift = start % 64;
  uint64_t w[3];
  for (int i = 0; i < 3; ++i)
    w[i] = shift ? two_over_pi[word + i] << shift | two_over_pi[word + i + 1] >> (64 - shift)
                 : two_over_pi[word + i];
  u128 low = static_cast<u128>(m) * w[2], mid = static_cast<u128>(m) * w[1] + (low >> 64);
  uint64_t p2 = static_cast<uint64_t>(low), p1 = static_cast<uint64_t>(mid);
  uint64_t p0 = m * w[0] + static_cast<uint64_t>(mid >> 64);
  int quadrant = static_cast<int>(p0 >> 62);
  p0 <<= 2, p0 |= p1 >> 62, p1 = p1 << 2 | p2 >> 62;  // now a fraction of 2^128
  bool negative = p0 >> 63;
  if (negative) {
    p1 = ~p1 + 1, p0 = ~p0 + (p1 == 0);
    quadrant = (quadrant + 1) & 3;
  }
  int zeros = p0 ? __builtin_clzll(p0) : 64 + (p1 ? __builtin_clzll(p1) : 0);
  uint64_t top = p0;
  if (zeros >= 64)
    top = p1 << (zeros & 63);
  else if (zeros > 0)
    top = p0 << zeros | p1 >> (64 - zeros);
  u128 product = static_cast<u128>(top) * 0xc90fdaa22168c235;  // pi / 2 * 2^63
  double scale = 1.0;
  for (int i = 0; i < zeros; ++i) scale *= 0.5;
  double sum = static_cast<double>(static_cast<int64_t>(product >> 75)) * 0x1p-52 * scale;
  double tail = static_cast<double>(static_cast<int64_t>(product >> 22 & 0x1fffffffffffff)) *
                0x1p-105 * scale;
  bool flip = negative != (x < 0);
  double turn = x < 0 ? (4 - quadrant) & 3 : quadrant;
  return {flip ? -sum : sum, flip ? -tail : tail, turn};
}

struct TrigF64 {
  vf64 r, low;
  vi64 quadrant;
};
// Nan and infinity give r = nan.
PH_INLINE TrigF64 trig_reduce(vf64 x) {
  vf64 a = vabs<double>(x);
  auto fits = a <= kTrigLimit;
  vf64 y = fits ? x : x * 0;  // 0, or nan for infinities and nan
  vf64 shifted = vfma<double>(y, kTwoOverPi, FloatBits<double>::magic);
  vf64 k = shifted - FloatBits<double>::magic;
  vf64 t = vfma<double>(k, -kPio2[0], y);       // exact: 20 + 33 bits
  vf64 w = k * kPio2[1], r = t - w, b = r - t;  // t - w = r + err, by two-sum
  vf64 err = (t - (r - b)) - (w + b);
  vf64 low = vfma<double>(k, -kPio2[3], vfma<double>(k, -kPio2[2], err));
  TrigF64 out;
  out.r = r + low;
  out.low = low - (out.r - r);
  out.quadrant = (vi64)shifted;  // its low bits hold k
  auto huge = (a > kTrigLimit) & (a < FloatBits<double>::inf);
  if (PH_UNLIKELY(any_lane<int64_t>(huge))) {
    for (int i = 0; i < kLanes<double>; ++i) {
      if (!huge[i]) continue;
      Reduced h = reduce_huge(x[i]);
      out.r[i] = h.r, out.low[i] = h.low, out.quadrant[i] = static_cast<int64_t>(h.quadrant);
    }
  }
  return out;
}
PH_INLINE vf64 sine_or_cosine(vf64 x, int phase) {
  constexpr double s[] = {-0.16666666666666632,   0.008333333333322316,    -0.00019841269829725343,
                          2.7557313662095291e-06, -2.5050753269354635e-08, 1.5896505183952017e-10};
  constexpr double c[] = {0.041666666666666602,    -0.001388888888887399, 2.4801587289395025e-05,
                          -2.7557314326053483e-07, 2.08757195613913e-09,  -1.1359448807349946e-11};
  TrigF64 t = trig_reduce(x);
  vf64 r = t.r, z = r * r, one = vfma<double>(z, -0.5, 1.0);
  // sin(r + low) and cos(r + low) to first order in low
  vf64 sine = r + vfma<double>(z * r, poly<double>(z, s), one * t.low);
  vf64 lost = vfma<double>(z, splat<double>(-0.5), 1 - one);
  vf64 cosine = one + vfma<double>(z * z, poly<double>(z, c), vfma<double>(-r, t.low, lost));
  vu64 q = (vu64)t.quadrant + static_cast<uint64_t>(phase);
  vf64 y = (q & 1) != 0 ? cosine : sine;
  y = (vf64)((vu64)y ^ ((q & 2) << 62));
  return phase == 0 ? (x == 0 ? x : y) : y;  // keeps sin(-0)
}

// Of floats, sin and cos are one polynomial on |r| <= pi / 2 and a sign: x = r + k pi, for the
// cosine with a k between two whole numbers.
struct TrigF32 {
  vf32 r;
  UintVec<float> sign;  // in the sign bit
};
// One half in double: the remainder is exact to float precision.
PH_INLINE vf64 trig_reduce_half(vf64 x, int phase, vf64& quadrant) {
  vf64 a = vabs<double>(x), y = a <= kTrigLimit ? x : x * 0;
  vf64 k = round_scaled<double>(y, kTwoOverPi);
  vf64 r = vfma<double>(k, -kPio2Rest, vfma<double>(k, -kPio2[0], y));
  auto huge = (a > kTrigLimit) & (a < FloatBits<double>::inf);
  if (PH_UNLIKELY(any_lane<int64_t>(huge))) {
    for (int i = 0; i < kLanes<double>; ++i) {
      if (!huge[i]) continue;
      Reduced h = reduce_huge(x[i]);
      r[i] = h.r, k[i] = h.quadrant;
    }
  }
  quadrant = k + static_cast<double>(phase);
  const auto odd = ((vu64)(quadrant + FloatBits<double>::magic) & 1) != 0;
  return odd ? (kPio2[0] + kPio2Rest) - vabs<double>(r) : r;  // cos r as a sine
}
static PH_NOINLINE TrigF32 trig_reduce_wide(vf32 x, int phase) {
  DoublePair d = widen(x), k;
  const vf32 r = narrow({trig_reduce_half(d.lo, phase, k.lo), trig_reduce_half(d.hi, phase, k.hi)});
  return {r, ((UintVec<float>)(narrow(k) + FloatBits<float>::magic) & 2) << 30};
}
PH_INLINE TrigF32 trig_reduce(vf32 x, int phase) {
  vf32 a = vabs<float>(x);
#if defined(__FMA__) || defined(__aarch64__)
  const auto small = a < 8192.0f;
#else
  const auto small = a < 400.0f;
#endif
  constexpr float magic = FloatBits<float>::magic, turns = static_cast<float>(kTwoOverPi / 2);
  const vf32 shifted = phase ? vfma<float>(x, turns, -0.5f) + magic : vfma<float>(x, turns, magic);
  const vf32 k = phase ? (shifted - magic) + 0.5f : shifted - magic;
#if defined(__FMA__) || defined(__aarch64__)
  // Fused products keep the three parts of pi exact enough up to 2^13. All positive: -0 stays.
  vf32 r = vfma<float>(k, -3.1415925f, x);
  r = vfma<float>(k, -1.07806051e-14f, vfma<float>(k, -1.50995788e-07f, r));
#else
  // Parts of 16 bits: their products with k, of 8 bits, are exact.
  vf32 r = x - k * 3.14154052734375f - k * 5.21261245e-05f - k * 1.21542013e-10f;
#endif
  TrigF32 out = {r, ((UintVec<float>)shifted + static_cast<uint32_t>(phase)) << 31};
  if (PH_UNLIKELY(!every_lane<int32_t>(small))) {
    TrigF32 wide = trig_reduce_wide(x, phase);
    out.r = small ? out.r : wide.r;
    out.sign = small ? out.sign : wide.sign;
  }
  return out;
}
// Coefficients chosen among their neighbours so that nothing beyond 1 comes out, and 1 at pi / 2:
// of all floats about it, by trial.
PH_INLINE vf32 sine_or_cosine(vf32 x, int phase) {
  const TrigF32 t = trig_reduce(x, phase);
  const vf32 z = t.r * t.r;
#if defined(__FMA__) || defined(__aarch64__)
  constexpr float s[] = {-0.166666672f, 0.0083331475f, -0.000198116075f, 2.60503725e-06f};
  const vf32 p = vfma<float>(z, poly<float>(z, s), splat<float>(1));
#else  // the first two terms apart, where otherwise no coefficients would do
  constexpr float first = -0.166666642f, s[] = {0.0083331326f, -0.000198115333f, 2.6050102e-06f};
  const vf32 p = (1 + first * z) + z * z * poly<float>(z, s);
#endif
  return (vf32)((UintVec<float>)(t.r * p) ^ t.sign);
}
PH_INLINE vf32 vsin(vf32 x) { return sine_or_cosine(x, 0); }
PH_INLINE vf64 vsin(vf64 x) { return sine_or_cosine(x, 0); }
PH_INLINE vf32 vcos(vf32 x) { return sine_or_cosine(x, 1); }
PH_INLINE vf64 vcos(vf64 x) { return sine_or_cosine(x, 1); }

}  // namespace PH_ISA
}  // namespace ph
