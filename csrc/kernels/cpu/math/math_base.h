// What vector functions are built from: the bits of floats, masks, fused multiply-add, minimum
// and maximum with nan, rounding, square root, lanes exchanged.
#pragma once
#include "../simd.h"

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
  static constexpr float min_normal = __FLT_MIN__;
  static constexpr Int sign = INT32_MIN;
};
template <>
struct FloatBits<double> {
  using Int = int64_t;
  using Uint = uint64_t;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double magic = 6755399441055744.0;
  static constexpr double inf = __builtin_huge_val(), nan = __builtin_nan("");
  static constexpr double min_normal = __DBL_MIN__;
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
PH_INLINE bool every_lane(Vec<T> mask) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_movepi32_mask((__m512i)mask) == 0xffff;
  else
    return _mm512_movepi64_mask((__m512i)mask) == 0xff;
#elif defined(__AVX2__)
  return _mm256_movemask_epi8((__m256i)mask) == -1;
#elif defined(__x86_64__)
  return _mm_movemask_epi8((__m128i)mask) == 0xffff;
#else
  Vec<int64_t> m = (Vec<int64_t>)mask;
  return (m[0] & m[1]) == -1;
#endif
}
// The first lane whose mask is set; some is.
template <class T>
PH_INLINE int first_lane(Vec<T> mask) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return __builtin_ctz(_mm512_movepi32_mask((__m512i)mask));
  else
    return __builtin_ctz(_mm512_movepi64_mask((__m512i)mask));
#elif defined(__AVX2__)
  return __builtin_ctz(static_cast<unsigned>(_mm256_movemask_epi8((__m256i)mask))) /
         static_cast<int>(sizeof(T));
#elif defined(__x86_64__)
  return __builtin_ctz(static_cast<unsigned>(_mm_movemask_epi8((__m128i)mask))) /
         static_cast<int>(sizeof(T));
#else
  int i = 0;
  while (!mask[i]) ++i;
  return i;
#endif
}
// Some lane is not a positive normal number.
template <class T>
PH_INLINE bool any_special(Vec<T> x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_fpclass_ps_mask((__m512)x, 0xff) != 0;
  else
    return _mm512_fpclass_pd_mask((__m512d)x, 0xff) != 0;
#else
  using B = FloatBits<T>;
  if constexpr (sizeof(T) == 4) {  // their bits, moved down to the least integer, stay below inf's
    constexpr auto first = __builtin_bit_cast(typename B::Uint, B::min_normal);
    constexpr auto end = __builtin_bit_cast(typename B::Uint, B::inf) - first;
    const auto bits = (IntVec<T>)((UintVec<T>)x + (static_cast<typename B::Uint>(B::sign) - first));
    return any_lane<typename B::Int>(bits >= static_cast<typename B::Int>(end) + B::sign);
  }
  return !every_lane<typename B::Int>((x >= B::min_normal) & (x < B::inf));
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
// a < b ? a : b, which is b if they are unordered: one instruction on x86.
template <class T>
PH_INLINE Vec<T> smaller(Vec<T> a, Vec<T> b) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_maskz_min_ps(0xffff, (__m512)a, (__m512)b);
  else
    return (Vec<T>)_mm512_maskz_min_pd(0xff, (__m512d)a, (__m512d)b);
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm256_min_ps((__m256)a, (__m256)b);
  else
    return (Vec<T>)_mm256_min_pd((__m256d)a, (__m256d)b);
#elif defined(__x86_64__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm_min_ps((__m128)a, (__m128)b);
  else
    return (Vec<T>)_mm_min_pd((__m128d)a, (__m128d)b);
#else
  return a < b ? a : b;
#endif
}
template <class T>
PH_INLINE Vec<T> larger(Vec<T> a, Vec<T> b) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_maskz_max_ps(0xffff, (__m512)a, (__m512)b);
  else
    return (Vec<T>)_mm512_maskz_max_pd(0xff, (__m512d)a, (__m512d)b);
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm256_max_ps((__m256)a, (__m256)b);
  else
    return (Vec<T>)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif defined(__x86_64__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm_max_ps((__m128)a, (__m128)b);
  else
    return (Vec<T>)_mm_max_pd((__m128d)a, (__m128d)b);
#else
  return a > b ? a : b;
#endif
}
// nan if either is.
template <class T>
PH_INLINE Vec<T> vmin(Vec<T> a, Vec<T> b) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_mask_min_ps(
        (__m512)b, _mm512_cmp_ps_mask((__m512)b, (__m512)b, _CMP_ORD_Q), (__m512)b, (__m512)a);
  else
    return (Vec<T>)_mm512_mask_min_pd(
        (__m512d)b, _mm512_cmp_pd_mask((__m512d)b, (__m512d)b, _CMP_ORD_Q), (__m512d)b, (__m512d)a);
#else
  return b != b ? b : smaller<T>(b, a);
#endif
}
template <class T>
PH_INLINE Vec<T> vmax(Vec<T> a, Vec<T> b) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_mask_max_ps(
        (__m512)b, _mm512_cmp_ps_mask((__m512)b, (__m512)b, _CMP_ORD_Q), (__m512)b, (__m512)a);
  else
    return (Vec<T>)_mm512_mask_max_pd(
        (__m512d)b, _mm512_cmp_pd_mask((__m512d)b, (__m512d)b, _CMP_ORD_Q), (__m512d)b, (__m512d)a);
#else
  return b != b ? b : larger<T>(b, a);
#endif
}
// Within bounds; a nan stays.
template <class T>
PH_INLINE Vec<T> vclamp(Vec<T> x, T low, T high) {
  return smaller<T>(splat<T>(high), larger<T>(splat<T>(low), x));
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
// An estimate of 12 or 14 bits and one Newton step, y (1 + e / 2) with e = 1 - x y^2, are within
// 2 ulp and take half as long as a root and a division; what is not a normal number takes those.
PH_INLINE vf32 newton_rsqrt(vf32 x, vf32 y) {
  const vf32 e = vfma<float>(-(x * y), y, splat<float>(1));
  return vfma<float>(y * 0.5f, e, y);
}
PH_INLINE vf32 vrsqrt(vf32 x) {
#if defined(__AVX512F__)
  const __m512 y = _mm512_maskz_rsqrt14_ps(0xffff, (__m512)x);
  const vf32 r = newton_rsqrt(x, (vf32)y);
  const __mmask16 special = _mm512_fpclass_ps_mask((__m512)x, 0xff);
  if (__builtin_expect(special != 0, 0))
    return (vf32)_mm512_mask_mov_ps((__m512)r, special, (__m512)(1 / vsqrt(x)));
  return r;
#elif defined(__AVX2__)
  const vf32 r = newton_rsqrt(x, (vf32)_mm256_rsqrt_ps((__m256)x));
  const IntVec<float> normal = (x >= FloatBits<float>::min_normal) & (x < FloatBits<float>::inf);
  return every_lane<int32_t>(normal) ? r : (normal ? r : 1 / vsqrt(x));
#else
  return 1 / vsqrt(x);
#endif
}
PH_INLINE vf64 vrsqrt(vf64 x) { return 1 / vsqrt(x); }
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
// With a register's two halves GCC goes through memory and through scalars.
PH_INLINE DoublePair widen(vf32 x) {
#if defined(__x86_64__) && !defined(__AVX2__)
  return {(vf64)_mm_cvtps_pd((__m128)x), (vf64)_mm_cvtps_pd(_mm_movehl_ps((__m128)x, (__m128)x))};
#else
  HalfF32 h[2];
  __builtin_memcpy(h, &x, sizeof x);
  return {__builtin_convertvector(h[0], vf64), __builtin_convertvector(h[1], vf64)};
#endif
}
PH_INLINE vf32 narrow(DoublePair d) {
#if defined(__x86_64__) && !defined(__AVX2__)
  return (vf32)_mm_movelh_ps(_mm_cvtpd_ps((__m128d)d.lo), _mm_cvtpd_ps((__m128d)d.hi));
#else
  HalfF32 h[2] = {__builtin_convertvector(d.lo, HalfF32), __builtin_convertvector(d.hi, HalfF32)};
  vf32 x;
  __builtin_memcpy(&x, h, sizeof x);
  return x;
#endif
}

// ---------------------------------------------------------------- large results
constexpr int64_t kStreamBytes = int64_t{48} << 20;  // results above bypass the caches

// p aligned to the vector.
template <class T>
PH_INLINE void store_past(T* p, Vec<T> v) {
#if defined(__AVX512F__)
  _mm512_stream_si512(reinterpret_cast<__m512i*>(p), (__m512i)v);
#elif defined(__AVX2__)
  _mm256_stream_si256(reinterpret_cast<__m256i*>(p), (__m256i)v);
#elif defined(__x86_64__)
  _mm_stream_si128(reinterpret_cast<__m128i*>(p), (__m128i)v);
#else
  store(p, v);
#endif
}

// Before another thread may read what store_past wrote.
PH_INLINE void fence_past() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}
template <class T>
PH_INLINE bool aligned(const T* p) {
  return reinterpret_cast<uintptr_t>(p) % kVectorBytes == 0;
}
// Results (rows, cols) so large, and so aligned, that they go past the caches.
template <class T>
PH_INLINE bool bypasses(const T* y, int64_t rows, int64_t cols) {
  return rows * cols * static_cast<int64_t>(sizeof(T)) > kStreamBytes && cols % kLanes<T> == 0 &&
         aligned(y);
}
// Fetches into L2 what a later row will read, while this one is computed.
template <class T>
PH_INLINE void fetch_ahead(const T* p) {
  __builtin_prefetch(p, 0, 2);
}
constexpr int64_t kFarBytes = 4096;
template <class T>
PH_INLINE void fetch_far(const T* p) {
  fetch_ahead(p + kFarBytes / static_cast<int64_t>(sizeof(T)));
}

// ---------------------------------------------------------------- lanes exchanged
template <int... index>
struct Indices {};
template <int n, int... tail>
struct MakeIndices : MakeIndices<n - 1, n - 1, tail...> {};
template <int... index>
struct MakeIndices<0, index...> {
  using type = Indices<index...>;
};
template <class T>
using LaneIndices = typename MakeIndices<kLanes<T>>::type;

template <class T, int s, int... k>
PH_INLINE Vec<T> lanes_xor(Vec<T> v, Indices<k...>) {
  return __builtin_shufflevector(v, v, (k ^ s)...);
}
// f over all lanes, by halves; f(a, b) on vectors.
template <class T, int s = kLanes<T> / 2, class F>
PH_INLINE T across_lanes(Vec<T> v, const F& f) {
  if constexpr (s == 0)
    return v[0];
  else
    return across_lanes<T, s / 2>(f(v, lanes_xor<T, s>(v, LaneIndices<T>{})), f);
}

}  // namespace PH_ISA
}  // namespace ph
