// Vector elementary functions on Vec<float> and Vec<double>, the same on every lane
// whatever its neighbours hold. exp, log, sqrt: 2 ulp; the others: 4 ulp.
// Polynomials are our own minimax fits (Remez exchange in 50 digits, relative error
// weighted); reductions follow Cody & Waite, and fdlibm's published splits of ln 2.
// Sine and cosine live in math_trig.h, pow in math_pow.h.
#pragma once
#include "math_quotient.h"
#include "math_table.h"

namespace ph {
namespace PH_ISA {

// ---------------------------------------------------------------- exponential family
// e^x = 2^k e^r, |r| <= ln 2 / 2; Q fits (e^r - 1 - r) / r^2.
template <class T>
struct ExpConst;
template <>
struct ExpConst<float> {
  static constexpr float log2e = 1.44269504f, ln2_hi = 0.693359375f, ln2_lo = -2.12194440e-4f;
  static constexpr float ln2 = 0.693147182f;
  static constexpr float q[] = {0.500000006f, 0.166665425f, 0.0416662808f, 0.00836664377f,
                                0.00139465469f};
  static constexpr float low = -104.0f, high = 89.0f, plain = 87.0f, expm1_low = -20.0f,
                         tanh_high = 10.0f;
};
template <>
struct ExpConst<double> {
  static constexpr double log2e = 1.4426950408889634, ln2_hi = 6.93147180369123816490e-01,
                          ln2_lo = 1.90821492927058770002e-10;
  static constexpr double q[] = {0.5,
                                 0.16666666666666677,
                                 0.041666666666666699,
                                 0.0083333333333215302,
                                 0.0013888888888866624,
                                 0.00019841269896401836,
                                 2.4801587360969227e-05,
                                 2.7557243911104715e-06,
                                 2.7557242414342039e-07,
                                 2.5109147538541308e-08,
                                 2.092454806865676e-09};
  static constexpr double low = -746.0, high = 710.0, plain = 708.0, expm1_low = -40.0,
                          tanh_high = 22.0;
};

// Below, shifted = k + magic for a whole k.
// 2^k where that is a normal number (anything for a nan, whose lane the caller mends).
template <class T>
PH_INLINE Vec<T> pow2(Vec<T> shifted) {
  using B = FloatBits<T>;
  return (Vec<T>)(((UintVec<T>)shifted + B::bias) << B::mantissa);
}
// p 2^k where both are normal numbers.
template <class T>
PH_INLINE Vec<T> times_pow2(Vec<T> p, Vec<T> shifted) {
  return (Vec<T>)((UintVec<T>)p + ((UintVec<T>)shifted << FloatBits<T>::mantissa));
}
// p * 2^k, rounded once, down to denormals and up to infinity.
template <class T>
PH_INLINE Vec<T> scale2(Vec<T> p, Vec<T> k) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_maskz_scalef_ps(0xffff, (__m512)p, (__m512)k);
  else
    return (Vec<T>)_mm512_maskz_scalef_pd(0xff, (__m512d)p, (__m512d)k);
#else
  constexpr T magic = FloatBits<T>::magic;
  const Vec<T> half = vfma<T>(k, T(0.5), magic), other = (k - (half - magic)) + magic;
  return p * pow2<T>(half) * pow2<T>(other);
#endif
}
// e^r - 1 for x = k ln 2 + r.
template <class T>
PH_INLINE Vec<T> exp_reduced(Vec<T> x, Vec<T>& shifted) {
  using C = ExpConst<T>;
  shifted = vfma<T>(x, C::log2e, FloatBits<T>::magic);
  const Vec<T> k = shifted - FloatBits<T>::magic;
  Vec<T> r = vfma<T>(k, -C::ln2_lo, vfma<T>(k, -C::ln2_hi, x));
  const Vec<T> square = r * r;
  if constexpr (sizeof(T) == 4) {  // by pairs of terms: a shorter chain
    const Vec<T> low = vfma<T>(r, C::q[1], C::q[0]), mid = vfma<T>(r, C::q[3], C::q[2]);
    return vfma<T>(square, vfma<T>(square, vfma<T>(square, C::q[4], mid), low), r);
  }
  return vfma<T>(square, poly<T>(r, C::q), r);
}
#if defined(__AVX2__)
// x = k ln 2 + r for k a multiple of 1 / rows; what is returned holds k + kExpMagic.
constexpr float kExpMagic = FloatBits<float>::magic / kExpRows;
template <bool in_sum = false>
PH_INLINE vf32 exp_split(vf32 x, vf32& r) {
  using C = ExpConst<float>;
  const vf32 shifted = vfma<float>(x, C::log2e, kExpMagic), k = shifted - kExpMagic;
  r = in_sum ? vfma<float>(k, -C::ln2, x)
             : vfma<float>(k, -C::ln2_lo, vfma<float>(k, -C::ln2_hi, x));
  return shifted;
}
// power e^r
template <bool finer>
PH_INLINE vf32 exp_times(vf32 power, vf32 r) {
  const vf32 p = finer ? poly<float>(r, kExpFiner) : poly<float>(r, kExpSmall);
  return vfma<float>(power, vfma<float>(r * r, p, r), power);
}
#endif
#if defined(__AVX512F__)
template <bool finer = false>
PH_INLINE vf32 exp_join(vf32 shifted, vf32 r) {
  const vf32 power = lookup(kExpTable.power, (UintVec<float>)shifted);
  return scale2<float>(exp_times<finer>(power, r), shifted - kExpMagic);
}
// Beyond every bound r is anything, but finite once it is limited, and nan where x is infinite:
// the scaling, which takes k as it is, then gives 0, infinity or nan as x has it.
template <bool in_sum = false>
PH_INLINE vf32 exp_by_table(vf32 x) {
  vf32 r, shifted = exp_split<in_sum>(x, r);
  constexpr int smaller_magnitude = 2;  // with r's sign; of a nan and a number, the number
  const vf32 limit = splat<float>(0.5f);
  r = (vf32)_mm512_maskz_range_ps(0xffff, (__m512)r, (__m512)limit, smaller_magnitude);
  return exp_join(shifted, r);
}
#elif defined(__AVX2__)
template <bool finer = false>
PH_INLINE vf32 exp_join(vf32 shifted, vf32 r) {  // a normal number
  const UintVec<float> k = (UintVec<float>)shifted;
  return exp_times<finer>((vf32)((UintVec<float>)lookup(kExpTable.power, k) + (k << kExpShift)), r);
}
PH_INLINE vf32 exp_by_table(vf32 x) {  // |x| <= plain
  vf32 r, shifted = exp_split(x, r);
  return exp_join(shifted, r);
}
// The same where 2^k is not a normal number.
template <bool finer = false>
PH_INLINE vf32 exp_join_scaled(vf32 shifted, vf32 r) {
  const UintVec<float> row = (UintVec<float>)shifted % kExpRows;
  const vf32 power = (vf32)((UintVec<float>)lookup(kExpTable.power, row) + (row << kExpShift));
  return scale2<float>(exp_times<finer>(power, r), vround<Round::down, float>(shifted - kExpMagic));
}
PH_INLINE vf32 exp_scaled(vf32 x) {
  vf32 r, shifted = exp_split(x, r);
  return exp_join_scaled(shifted, r);
}
#endif
template <class T>
PH_INLINE Vec<T> exp_any(Vec<T> x) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return exp_scaled(vclamp<float>(x, ExpConst<float>::low, ExpConst<float>::high));
#endif
  Vec<T> shifted, p = exp_reduced<T>(vclamp<T>(x, ExpConst<T>::low, ExpConst<T>::high), shifted);
  return scale2<T>(p + 1, shifted - FloatBits<T>::magic);
}
// Where scaling into denormals takes many instructions, vectors that stay away from
// them skip it: the bits are the same.
#if !defined(__AVX512F__)
template <class T>
static PH_NOINLINE Vec<T> exp_outside(Vec<T> x) {
  return exp_any<T>(x);
}
#endif
template <class T>
PH_INLINE Vec<T> exp_t(Vec<T> x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return exp_by_table(x);
  else
    return exp_any<T>(x);
#else
  if (PH_UNLIKELY(!every_lane<typename FloatBits<T>::Int>(vabs<T>(x) <= ExpConst<T>::plain)))
    return exp_outside<T>(x);
#if defined(__AVX2__)
  if constexpr (sizeof(T) == 4) return exp_by_table(x);
#endif
  Vec<T> shifted, p = exp_reduced<T>(x, shifted);
  return times_pow2<T>(p + 1, shifted);
#endif
}
// e^x for x <= 0 (or nan).
template <class T>
PH_INLINE Vec<T> exp_falling(Vec<T> x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 8) {
    Vec<T> shifted, p = exp_reduced<T>(larger<T>(splat<T>(ExpConst<T>::low), x), shifted);
    return scale2<T>(p + 1, shifted - FloatBits<T>::magic);
  }
#endif
  return exp_t<T>(x);
}
// The same for the terms of a sum that holds 1 (softmax): a relative error of 1.9e-9 for each power
// of 2 is then little beside that of the sum, and saves a step where those are what counts.
template <class T>
PH_INLINE Vec<T> exp_in_sum(Vec<T> x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) return exp_by_table<true>(x);
#endif
  return exp_falling<T>(x);
}
// e^x - 1 for x within [expm1_low, high]; half is 2^(k-1), which does not overflow.
template <class T>
PH_INLINE Vec<T> expm1_core(Vec<T> x) {
  Vec<T> shifted, p = exp_reduced<T>(x, shifted), half = pow2<T>(shifted - 1);
  return T(2) * vfma<T>(half, p, half - T(0.5));
}
template <class T>
PH_INLINE Vec<T> expm1_t(Vec<T> x) {
  return vcopysign<T>(expm1_core<T>(vclamp<T>(x, ExpConst<T>::expm1_low, ExpConst<T>::high)), x);
}
// tanh |x| = m / (m + 2), m = e^(2|x|) - 1.
template <class T>
PH_INLINE Vec<T> tanh_t(Vec<T> x) {
  if constexpr (sizeof(T) == 4) {
#if defined(__AVX512F__)
    return by_octaves(kTanhTable, x);
#else
    return by_quotient<TanhQuotient>(x);
#endif
  }
  Vec<T> a = smaller<T>(splat<T>(ExpConst<T>::tanh_high), vabs<T>(x)), m = expm1_core<T>(a + a);
  return vcopysign<T>(m / (m + 2), x);
}
// e^x / (e^x + 1) for x so bounded that e^x does not overflow: there the quotient is 1.
template <class T>
PH_INLINE Vec<T> sigmoid_t(Vec<T> x) {
  const Vec<T> e = exp_t<T>(smaller<T>(splat<T>(-ExpConst<T>::expm1_low), x));
  return e / (e + 1);
}

// ---------------------------------------------------------------- logarithm family
// x = 2^k (1 + f), 1 + f in [sqrt 1/2, sqrt 2). With s = f / (2 + f), p fits
// (log(1 + f) - 2 s) / s^3 in s^2.
template <class T>
struct LogConst;
template <>
struct LogConst<float> {
  static constexpr int32_t sqrt_half = 0x3f3504f3;
  static constexpr float up = 8388608.0f, up_log2 = 23.0f;
  static constexpr float p[] = {0.666667767f, 0.399774957f, 0.2987307f};
};
template <>
struct LogConst<double> {
  static constexpr int64_t sqrt_half = 0x3fe6a09e667f3bcd;
  static constexpr double up = 4503599627370496.0, up_log2 = 52.0;
  static constexpr double p[] = {0.66666666666667374, 0.39999999999394614, 0.28571428747271388,
                                 0.22222198032014878, 0.18183594397289599, 0.15313234208406698,
                                 0.14804564198199463};
};
// Splits a positive normal x.
template <class T>
PH_INLINE Vec<T> log_split_normal(Vec<T> x, Vec<T>& k) {
  using B = FloatBits<T>;
  using C = LogConst<T>;
  constexpr typename B::Int one = typename B::Int{B::bias} << B::mantissa;
  constexpr typename B::Uint low = (typename B::Uint{1} << B::mantissa) - 1;
  if constexpr (sizeof(T) == 4) {
    const UintVec<T> t = (UintVec<T>)x - static_cast<typename B::Uint>(C::sqrt_half);
    k = __builtin_convertvector((IntVec<T>)t >> B::mantissa, Vec<T>);
    return (Vec<T>)((UintVec<T>)x - (t & ~low)) - 1;
  } else {  // no 64-bit conversion below AVX-512: place the integer in the bits of 2^52
    UintVec<T> t = (UintVec<T>)x + static_cast<typename B::Uint>(one - C::sqrt_half);
    k = (Vec<T>)((t >> B::mantissa) | 0x4330000000000000u) - (4503599627370496.0 + B::bias);
    return (Vec<T>)((t & low) + static_cast<typename B::Uint>(C::sqrt_half)) - 1;
  }
}
// Splits a positive finite x.
template <class T>
PH_INLINE Vec<T> log_split(Vec<T> x, Vec<T>& k) {
  using C = LogConst<T>;
  const auto tiny = x < FloatBits<T>::min_normal;
  const Vec<T> f = log_split_normal<T>(tiny ? x * C::up : x, k);
  k = tiny ? k - C::up_log2 : k;
  return f;
}
// log(2^k (1 + f)) + extra, |extra| small.
template <class T>
PH_INLINE Vec<T> log_join(Vec<T> f, Vec<T> k, Vec<T> extra) {
  const Vec<T> s = f / (f + 2), z = s * s, tail = vfma<T>(k, ExpConst<T>::ln2_lo, extra);
  const Vec<T> top = z * poly<T>(z, LogConst<T>::p);
  if constexpr (sizeof(T) == 4) {  // log(1 + f) = f - s (f - top)
    return vfma<T>(k, ExpConst<T>::ln2_hi, f - vfma<T>(s, f - top, -tail));
  } else {  // = f - (f^2 / 2 - s (f^2 / 2 + top))
    const Vec<T> g = T(0.5) * f;
    return vfma<T>(k, ExpConst<T>::ln2_hi,
                   f - vfma<T>(g, f, -vfma<T>(s, vfma<T>(g, f, top), tail)));
  }
}
template <class T>
static PH_NOINLINE Vec<T> log_outside(Vec<T> x) {
  using B = FloatBits<T>;
  Vec<T> k, f = log_split<T>(x, k), inf = splat<T>(B::inf), nan = splat<T>(B::nan);
  Vec<T> r = log_join<T>(f, k, Vec<T>{});
  r = x > 0 ? r : (x == 0 ? -inf : nan);
  return x < inf ? r : (x == inf ? inf : nan);
}
template <class T>
PH_INLINE Vec<T> log_t(Vec<T> x) {
  if (PH_UNLIKELY(any_special<T>(x))) return log_outside<T>(x);
  Vec<T> k, f = log_split_normal<T>(x, k);
  return log_join<T>(f, k, Vec<T>{});
}
// 1 + x = u + c exactly; log(1 + x) = log u + c / u. For finite x > -1.
template <class T>
PH_INLINE Vec<T> log1p_core(Vec<T> x) {
  Vec<T> u = x + 1, b = u - 1, c = (1 - (u - b)) + (x - b);
  Vec<T> k, f = log_split<T>(u, k);
  return log_join<T>(f, k, c / u);
}
template <class T>
PH_INLINE Vec<T> log1p_t(Vec<T> x) {
  using B = FloatBits<T>;
  Vec<T> inf = splat<T>(B::inf), nan = splat<T>(B::nan);
  Vec<T> r = vcopysign<T>(log1p_core<T>(x), x);
  r = x > -1 ? r : (x == -1 ? -inf : nan);
  return x < inf ? r : (x == inf ? inf : nan);
}
// log(1 + e^x) = max(x, 0) + log1p(e), e = e^-|x| <= 1, for which (e - 1) / 2 is exact enough.
template <class T>
PH_INLINE Vec<T> softplus_t(Vec<T> x) {
  const Vec<T> e = exp_falling<T>(-vabs<T>(x));
  const auto upper = e > T(0.41421356);
  const Vec<T> f = upper ? vfma<T>(e, T(0.5), T(-0.5)) : e, k = upper ? splat<T>(1) : Vec<T>{};
  return (x > 0 ? x : Vec<T>{}) + log_join<T>(f, k, Vec<T>{});
}

// ---------------------------------------------------------------- error function
// double, |x| < 1: x + x P(x^2); above: erfc = exp(-x^2) E(u), u = (x - 2) / (x + 2), on [1, 6].
PH_INLINE vf32 verf(vf32 x) {
#if defined(__AVX512F__)
  return by_octaves(kErfTable, x);
#else
  return by_quotient<ErfQuotient>(x);
#endif
}
PH_INLINE vf64 verf(vf64 x) {
  constexpr double small[] = {
      0.12837916709551259,     -0.37612638903183748,    0.11283791670954857,
      -0.026866170645072893,   0.0052239776247808376,   -0.00085483269787406206,
      0.00012055331036844874,  -1.4925593505644513e-05, 1.6460972798142799e-06,
      -1.6350025034009867e-07, 1.4657878649845259e-08,  -1.1365661642630271e-09,
      5.9452549205127224e-11};
  constexpr double large[] = {
      0.25539567631050575,     -0.42718584741395832,    0.24165819424245688,
      -0.078978581015873128,   0.0037328924054664688,   0.0069974617649139542,
      -0.00084714321206429903, -0.00098197825499994141, 4.3549467048989211e-05,
      0.00017437259509261809,  2.7672777276724916e-05,  -2.7330339195867168e-05,
      -1.4677879625899472e-05, -1.6990123300057903e-06};
  vf64 a = vabs<double>(x);
  vf64 p = vfma<double>(x, poly<double>(x * x, small), x);
  vf64 b = smaller<double>(splat<double>(6), a), shifted;
  vf64 e = exp_reduced<double>(-b * b, shifted) + 1;
  e = times_pow2<double>(e, shifted);
  vf64 q = vfma<double>(-e, poly<double>((b - 2) / (b + 2), large), splat<double>(1));
  return a >= 1 ? vcopysign<double>(q, x) : p;
}

// ---------------------------------------------------------------- names
#define PH_MATH(name)                                           \
  PH_INLINE vf32 v##name(vf32 x) { return name##_t<float>(x); } \
  PH_INLINE vf64 v##name(vf64 x) { return name##_t<double>(x); }
PH_MATH(exp)
PH_MATH(expm1)
PH_MATH(log)
PH_MATH(log1p)
PH_MATH(tanh)
PH_MATH(sigmoid)
PH_MATH(softplus)
#undef PH_MATH

}  // namespace PH_ISA
}  // namespace ph
