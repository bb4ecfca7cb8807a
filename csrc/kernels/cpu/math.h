// Vector elementary functions on Vec<float> and Vec<double>, the same on every lane
// whatever its neighbours hold. exp, log, sqrt: 2 ulp; the others: 4 ulp.
// Polynomials are our own minimax fits (Remez exchange in 50 digits, relative error
// weighted); reductions follow Cody & Waite, and fdlibm's published splits of ln 2.
// Sine and cosine live in math_trig.h, pow in math_pow.h.
#pragma once
#include "simd.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace ph {
namespace PH_ISA {

template <class T>
struct FloatBits;
template <>
struct FloatBits<float> {
  using Int = int32_t;
  using Uint = uint32_t;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to integer
  static constexpr float inf = __builtin_huge_valf(), nan = __builtin_nanf("");
  static constexpr Int sign = INT32_MIN;
};
template <>
struct FloatBits<double> {
  using Int = int64_t;
  using Uint = uint64_t;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double magic = 6755399441055744.0;
  static constexpr double inf = __builtin_huge_val(), nan = __builtin_nan("");
  static constexpr Int sign = INT64_MIN;
};
template <class T>
using IntVec = Vec<typename FloatBits<T>::Int>;
template <class T>
using UintVec = Vec<typename FloatBits<T>::Uint>;

// ---------------------------------------------------------------- bits and masks
template <class T>
PH_INLINE IntVec<T> bits_of(Vec<T> v) {
  return (IntVec<T>)v;
}
template <class T>
PH_INLINE bool any_lane(Vec<T> mask) {  // of a comparison's result
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_movepi32_mask((__m512i)mask) != 0;
  else
    return _mm512_movepi64_mask((__m512i)mask) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_epi8((__m256i)mask) != 0;
#elif defined(__x86_64__)
  return _mm_movemask_epi8((__m128i)mask) != 0;
#else
  Vec<int64_t> m = (Vec<int64_t>)mask;
  return (m[0] | m[1]) != 0;
#endif
}
template <class T>
PH_INLINE Vec<T> vabs(Vec<T> x) {
  return (Vec<T>)(bits_of<T>(x) & ~FloatBits<T>::sign);
}
template <class T>
PH_INLINE Vec<T> vcopysign(Vec<T> magnitude, Vec<T> sign) {
  constexpr auto bit = FloatBits<T>::sign;
  return (Vec<T>)((bits_of<T>(magnitude) & ~bit) | (bits_of<T>(sign) & bit));
}
// a < b ? a : b and nan if either is.
template <class T>
PH_INLINE Vec<T> vmin(Vec<T> a, Vec<T> b) {
  Vec<T> m = b < a ? b : a;  // a if unordered
  return b != b ? b : m;
}
template <class T>
PH_INLINE Vec<T> vmax(Vec<T> a, Vec<T> b) {
  Vec<T> m = a < b ? b : a;
  return b != b ? b : m;
}
// Within bounds; a nan stays.
template <class T>
PH_INLINE Vec<T> vclamp(Vec<T> x, T low, T high) {
  Vec<T> lo = splat<T>(low), hi = splat<T>(high);
  x = x < lo ? lo : x;
  return x > hi ? hi : x;
}

// a * b + c, fused where the width has it. Written out everywhere below: what the compiler
// contracts by itself differs between two inlined copies of one function.
template <class T>
PH_INLINE Vec<T> vfma(Vec<T> a, Vec<T> b, Vec<T> c) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
  else
    return (Vec<T>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
  else
    return (Vec<T>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__aarch64__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
  else
    return (Vec<T>)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
#else
  return a * b + c;
#endif
}
template <class T>
PH_INLINE Vec<T> vfma(Vec<T> a, T b, Vec<T> c) {
  return vfma<T>(a, splat<T>(b), c);
}
template <class T>
PH_INLINE Vec<T> vfma(Vec<T> a, T b, T c) {
  return vfma<T>(a, splat<T>(b), splat<T>(c));
}
// c[0] + c[1] x + ...
template <class T, int n>
PH_INLINE Vec<T> poly(Vec<T> x, const T (&c)[n]) {
  Vec<T> p = splat<T>(c[n - 1]);
#pragma GCC unroll 16
  for (int i = n - 2; i >= 0; --i) p = vfma<T>(p, x, splat<T>(c[i]));
  return p;
}
// The whole number nearest to x * scale, |it| < 2^(mantissa - 1).
template <class T>
PH_INLINE Vec<T> round_scaled(Vec<T> x, T scale) {
  return vfma<T>(x, scale, FloatBits<T>::magic) - FloatBits<T>::magic;
}

// ---------------------------------------------------------------- square root, rounding
PH_INLINE vf32 vsqrt(vf32 x) {
#if defined(__AVX512F__)
  return (vf32)_mm512_maskz_sqrt_ps(0xffff, (__m512)x);
#elif defined(__AVX2__)
  return (vf32)_mm256_sqrt_ps((__m256)x);
#elif defined(__x86_64__)
  return (vf32)_mm_sqrt_ps((__m128)x);
#else
  return (vf32)vsqrtq_f32((float32x4_t)x);
#endif
}
PH_INLINE vf64 vsqrt(vf64 x) {
#if defined(__AVX512F__)
  return (vf64)_mm512_maskz_sqrt_pd(0xff, (__m512d)x);
#elif defined(__AVX2__)
  return (vf64)_mm256_sqrt_pd((__m256d)x);
#elif defined(__x86_64__)
  return (vf64)_mm_sqrt_pd((__m128d)x);
#else
  return (vf64)vsqrtq_f64((float64x2_t)x);
#endif
}
template <class V>
PH_INLINE V vrsqrt(V x) {
  return 1 / vsqrt(x);
}
enum class Round { even, down, up, zero };  // numbered as in SSE4.1's immediate
template <Round mode, class T>
PH_INLINE Vec<T> vround(Vec<T> x) {
#if defined(__AVX512F__)
  constexpr int imm = 8 + static_cast<int>(mode);
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_maskz_roundscale_ps(0xffff, (__m512)x, imm);
  else
    return (Vec<T>)_mm512_maskz_roundscale_pd(0xff, (__m512d)x, imm);
#elif defined(__AVX2__)
  constexpr int imm = 8 + static_cast<int>(mode);
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm256_round_ps((__m256)x, imm);
  else
    return (Vec<T>)_mm256_round_pd((__m256d)x, imm);
#else
  // Below 2^mantissa adding and taking away that power rounds to even; above, x is whole.
  const T whole = static_cast<T>(int64_t{1} << FloatBits<T>::mantissa);
  Vec<T> a = vabs<T>(x), r = vcopysign<T>((a + whole) - whole, x);
  if (mode == Round::down) r = r > x ? r - 1 : r;
  if (mode == Round::up) r = vcopysign<T>(r < x ? r + 1 : r, x);
  if (mode == Round::zero) r = vcopysign<T>(vabs<T>(r) > a ? vabs<T>(r) - 1 : vabs<T>(r), x);
  return a < whole ? r : x;
#endif
}

// ---------------------------------------------------------------- halves (float <-> double)
using HalfF32 = typename VecOf<float, kVectorBytes / 2>::type;
struct DoublePair {
  vf64 lo, hi;
};
PH_INLINE DoublePair widen(vf32 x) {
  HalfF32 h[2];
  __builtin_memcpy(h, &x, sizeof x);
  return {__builtin_convertvector(h[0], vf64), __builtin_convertvector(h[1], vf64)};
}
PH_INLINE vf32 narrow(DoublePair d) {
  HalfF32 h[2] = {__builtin_convertvector(d.lo, HalfF32), __builtin_convertvector(d.hi, HalfF32)};
  vf32 x;
  __builtin_memcpy(&x, h, sizeof x);
  return x;
}

// ---------------------------------------------------------------- exponential family
// e^x = 2^k e^r, |r| <= ln 2 / 2; Q fits (e^r - 1 - r) / r^2.
template <class T>
struct ExpConst;
template <>
struct ExpConst<float> {
  static constexpr float log2e = 1.44269504f, ln2_hi = 0.693359375f, ln2_lo = -2.12194440e-4f;
  static constexpr float q[] = {0.500000006f, 0.166665425f, 0.0416662808f, 0.00836664377f,
                                0.00139465469f};
  static constexpr float low = -104.0f, high = 89.0f, expm1_low = -20.0f, tanh_high = 10.0f;
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
  static constexpr double low = -746.0, high = 710.0, expm1_low = -40.0, tanh_high = 22.0;
};

// 2^k for whole k with a normal result.
template <class T>
PH_INLINE Vec<T> pow2(Vec<T> k) {
  using B = FloatBits<T>;
  return (Vec<T>)((bits_of<T>(k + B::magic) + B::bias) << B::mantissa);
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
  Vec<T> half = round_scaled<T>(k, T(0.5));
  return p * pow2<T>(half) * pow2<T>(k - half);
#endif
}
// e^r - 1 for x = k ln 2 + r.
template <class T>
PH_INLINE Vec<T> exp_reduced(Vec<T> x, Vec<T>& k) {
  using C = ExpConst<T>;
  k = round_scaled<T>(x, C::log2e);
  Vec<T> r = vfma<T>(k, -C::ln2_lo, vfma<T>(k, -C::ln2_hi, x));
  return vfma<T>(r * r, poly<T>(r, C::q), r);
}
template <class T>
PH_INLINE Vec<T> exp_t(Vec<T> x) {
  Vec<T> k, p = exp_reduced<T>(vclamp<T>(x, ExpConst<T>::low, ExpConst<T>::high), k);
  return scale2<T>(p + 1, k);
}
// e^x - 1 for x within [expm1_low, high]; half is 2^(k-1), which does not overflow.
template <class T>
PH_INLINE Vec<T> expm1_core(Vec<T> x) {
  Vec<T> k, p = exp_reduced<T>(x, k), half = pow2<T>(k - 1);
  return T(2) * vfma<T>(half, p, half - T(0.5));
}
template <class T>
PH_INLINE Vec<T> expm1_t(Vec<T> x) {
  return vcopysign<T>(expm1_core<T>(vclamp<T>(x, ExpConst<T>::expm1_low, ExpConst<T>::high)), x);
}
// tanh |x| = m / (m + 2), m = e^(2|x|) - 1.
template <class T>
PH_INLINE Vec<T> tanh_t(Vec<T> x) {
  Vec<T> hi = splat<T>(ExpConst<T>::tanh_high), a = vabs<T>(x);
  Vec<T> m = expm1_core<T>(T(2) * (a > hi ? hi : a));
  return vcopysign<T>(m / (m + 2), x);
}
// From e^-|x|, so that neither side overflows nor loses its tail.
template <class T>
PH_INLINE Vec<T> sigmoid_t(Vec<T> x) {
  Vec<T> e = exp_t<T>(-vabs<T>(x)), one = splat<T>(1);
  return (x < 0 ? e : one) / (e + 1);
}

// ---------------------------------------------------------------- logarithm family
// x = 2^k (1 + f), 1 + f in [sqrt 1/2, sqrt 2).
template <class T>
struct LogConst;
template <>
struct LogConst<float> {
  static constexpr int32_t sqrt_half = 0x3f3504f3;
  static constexpr float min_normal = 1.17549435e-38f, up = 8388608.0f, up_log2 = 23.0f;
  // (log(1 + f) - f + f^2 / 2) / f^3
  static constexpr float p[] = {0.333333099f,  -0.249999851f, 0.200022693f,
                                -0.166693682f, 0.142177871f,  -0.12381661f,
                                0.118773148f,  -0.11808444f,  0.0692777459f};
};
template <>
struct LogConst<double> {
  static constexpr int64_t sqrt_half = 0x3fe6a09e667f3bcd;
  static constexpr double min_normal = 2.2250738585072014e-308, up = 4503599627370496.0,
                          up_log2 = 52.0;
  // With s = f / (2 + f): (log(1 + f) - 2 s) / s^3 in s^2.
  static constexpr double p[] = {0.66666666666667374, 0.39999999999394614, 0.28571428747271388,
                                 0.22222198032014878, 0.18183594397289599, 0.15313234208406698,
                                 0.14804564198199463};
};
// Splits a positive finite x.
template <class T>
PH_INLINE Vec<T> log_split(Vec<T> x, Vec<T>& k) {
  using B = FloatBits<T>;
  using C = LogConst<T>;
  auto tiny = x < C::min_normal;
  x = tiny ? x * C::up : x;
  k = tiny ? splat<T>(-C::up_log2) : Vec<T>{};
  constexpr typename B::Int one = typename B::Int{B::bias} << B::mantissa;
  UintVec<T> t = (UintVec<T>)x + static_cast<typename B::Uint>(one - C::sqrt_half);
  if constexpr (sizeof(T) == 4) {
    k += __builtin_convertvector((IntVec<T>)(t >> B::mantissa), Vec<T>) - T(B::bias);
  } else {  // no 64-bit conversion below AVX-512: place the integer in the bits of 2^52
    k += (Vec<T>)((t >> B::mantissa) | 0x4330000000000000u) - (4503599627370496.0 + B::bias);
  }
  constexpr typename B::Uint low = (typename B::Uint{1} << B::mantissa) - 1;
  return (Vec<T>)((t & low) + static_cast<typename B::Uint>(C::sqrt_half)) - 1;
}
// log(2^k (1 + f)) + extra, |extra| small.
template <class T>
PH_INLINE Vec<T> log_join(Vec<T> f, Vec<T> k, Vec<T> extra) {
  Vec<T> g = T(0.5) * f, tail = vfma<T>(k, ExpConst<T>::ln2_lo, extra);
  if constexpr (sizeof(T) == 4) {
    tail = vfma<T>(f * f * f, poly<T>(f, LogConst<T>::p), tail);
  } else {
    Vec<T> s = f / (f + 2), z = s * s;
    tail = vfma<T>(s, vfma<T>(g, f, z * poly<T>(z, LogConst<T>::p)), tail);
  }
  return vfma<T>(k, ExpConst<T>::ln2_hi, f - vfma<T>(g, f, -tail));
}
template <class T>
PH_INLINE Vec<T> log_t(Vec<T> x) {
  using B = FloatBits<T>;
  Vec<T> k, f = log_split<T>(x, k), inf = splat<T>(B::inf), nan = splat<T>(B::nan);
  Vec<T> r = log_join<T>(f, k, Vec<T>{});
  r = x > 0 ? r : (x == 0 ? -inf : nan);
  return x < inf ? r : (x == inf ? inf : nan);
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
// log(1 + e^x) = max(x, 0) + log1p(e^-|x|).
template <class T>
PH_INLINE Vec<T> softplus_t(Vec<T> x) {
  return (x > 0 ? x : Vec<T>{}) + log1p_core<T>(exp_t<T>(-vabs<T>(x)));
}

// ---------------------------------------------------------------- error function
// |x| < 1: x + x P(x^2). float above: 1 - exp(L(x)), L fits log erfc on [1, 4];
// double above: erfc = exp(-x^2) E(u), u = (x - 2) / (x + 2), on [1, 6].
PH_INLINE vf32 verf(vf32 x) {
  constexpr float small[] = {0.128379166f,   -0.376126258f, 0.112835851f,    -0.0268538118f,
                             0.00518832748f, -0.000801019223f, 7.8538579e-05f};
  constexpr float large[] = {0.000188467367f, -1.12958031f,    -0.633216402f,   -0.108422094f,
                             0.0252103362f,   -0.00420528346f, 0.000441472397f, -2.16975932e-05f};
  vf32 a = vabs<float>(x), four = splat<float>(4), k;
  vf32 p = vfma<float>(x, poly<float>(x * x, small), x);
  vf32 e = exp_reduced<float>(poly<float>(a > four ? four : a, large), k) + 1;
  vf32 q = vcopysign<float>(vfma<float>(-e, pow2<float>(k), splat<float>(1)), x);
  return a >= 1 ? q : p;
}
PH_INLINE vf64 verf(vf64 x) {
  constexpr double small[] = {0.12837916709551259,    -0.37612638903183748,   0.11283791670954857,
                              -0.026866170645072893,  0.0052239776247808376,  -0.00085483269787406206,
                              0.00012055331036844874, -1.4925593505644513e-05, 1.6460972798142799e-06,
                              -1.6350025034009867e-07, 1.4657878649845259e-08, -1.1365661642630271e-09,
                              5.9452549205127224e-11};
  constexpr double large[] = {0.25539567631050575,    -0.42718584741395832,   0.24165819424245688,
                              -0.078978581015873128,  0.0037328924054664688,  0.0069974617649139542,
                              -0.00084714321206429903, -0.00098197825499994141, 4.3549467048989211e-05,
                              0.00017437259509261809, 2.7672777276724916e-05, -2.7330339195867168e-05,
                              -1.4677879625899472e-05, -1.6990123300057903e-06};
  vf64 a = vabs<double>(x), six = splat<double>(6);
  vf64 p = vfma<double>(x, poly<double>(x * x, small), x);
  vf64 b = a > six ? six : a, k, e = exp_reduced<double>(-b * b, k) + 1;
  vf64 q = vfma<double>(-e * pow2<double>(k), poly<double>((b - 2) / (b + 2), large),
                        splat<double>(1));
  return a >= 1 ? vcopysign<double>(q, x) : p;
}

// ---------------------------------------------------------------- names
#define PH_MATH(name)                                             \
  PH_INLINE vf32 v##name(vf32 x) { return name##_t<float>(x); }   \
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
