// float16 and bfloat16 where they lie, read and written as vectors of float. Which of the two it is
// goes along as a value: a kernel has one instance for both.
//
// By the dtype in their arguments gemm, conv, pool, softmax, xent, norms and attention take halves
// as they take float32: sums are float32, what is written is rounded once, after the epilogue. Only
// parameters of norms and statistics stay float32, and pool_grad needs windows that do not overlap,
// since it adds to what it writes.
#pragma once
#include "math/math_base.h"
// after simd.h, which says for whom
#include "../element.h"

namespace ph {
namespace PH_ISA {

using HalfLanes = typename VecOf<uint16_t, kVectorBytes / 2>::type;  // as many as floats

// The compiler converts vectors by halves, which takes three times the instructions.
PH_INLINE vu32 zero_extended(HalfLanes h) {
#if defined(__AVX512F__)
  return (vu32)_mm512_maskz_cvtepu16_epi32(0xffff, (__m256i)h);
#elif defined(__AVX2__)
  return (vu32)_mm256_cvtepu16_epi32((__m128i)h);
#else
  return __builtin_convertvector(h, vu32);
#endif
}
PH_INLINE HalfLanes low_halves(vu32 v) {
#if defined(__AVX512F__)
  return (HalfLanes)_mm512_maskz_cvtepi32_epi16(0xffff, (__m512i)v);
#else
  return __builtin_convertvector(v, HalfLanes);
#endif
}

PH_INLINE vf32 widen_bfloat(HalfLanes h) { return (vf32)(zero_extended(h) << 16); }
PH_INLINE HalfLanes narrow_bfloat(vf32 v) {
  const vu32 bits = (vu32)v, rounded = bits + 0x7fff + (bits >> 16 & 1);
  const vu32 quiet = bits | 0x400000;
  return low_halves((v == v ? rounded : quiet) >> 16);
}

// As half_to_float and float_to_half, a vector at a time.
PH_INLINE vf32 widen_half(HalfLanes h) {
#if defined(__AVX512F__)
  return (vf32)_mm512_maskz_cvtph_ps(0xffff, (__m256i)h);
#elif defined(__F16C__)
  return (vf32)_mm256_cvtph_ps((__m128i)h);
#else
  const vu32 bits = __builtin_convertvector(h, vu32), u = (bits & 0x7fff) << 13;
  const vu32 finite = (vu32)((vf32)u * splat(0x1p112f));  // rebias, denormals too
  const vu32 quiet = (bits & 0x3ff) != 0 ? splat(0x400000u) : vu32{};
  const vu32 magnitude = (bits & 0x7c00) == 0x7c00 ? u | 0x7f800000u | quiet : finite;
  return (vf32)(magnitude | (bits & 0x8000) << 16);
#endif
}
PH_INLINE HalfLanes narrow_half(vf32 v) {
#if defined(__AVX512F__)
  return (HalfLanes)_mm512_maskz_cvtps_ph(0xffff, (__m512)v, 0);
#elif defined(__F16C__)
  return (HalfLanes)_mm256_cvtps_ph((__m256)v, 0);
#else
  const vu32 bits = (vu32)v, a = bits & 0x7fffffff;
  const vu32 normal = (a + 0xc8000fffu + (a >> 13 & 1)) >> 13;
  const vu32 tiny = (vu32)((vf32)a + splat(0.5f)) - 0x3f000000u;  // rounds at 2^-24
  vu32 h = a < 0x38800000u ? tiny : normal;
  h = a >= 0x477ff000u ? splat(0x7c00u) : h;
  h = a > 0x7f800000u ? 0x7e00u | (a >> 13 & 0x1ff) : h;
  return __builtin_convertvector(h | (bits >> 16 & 0x8000), HalfLanes);
#endif
}

// A pointer to either.
struct Half {
  uint16_t* at = nullptr;
  bool brain = false;  // bfloat16

  Half() = default;
  PH_INLINE Half(uint16_t* p, bool is_bfloat) : at(p), brain(is_bfloat) {}
  PH_INLINE Half(const void* p, DType dtype)
      : at(static_cast<uint16_t*>(const_cast<void*>(p))), brain(dtype == DType::bf16) {}
  PH_INLINE explicit operator bool() const { return at != nullptr; }
  PH_INLINE Half operator+(int64_t i) const { return {at + i, brain}; }
  PH_INLINE Half& operator+=(int64_t i) {
    at += i;
    return *this;
  }
  PH_INLINE float operator[](int64_t i) const {
    return brain ? bit_cast<float>(static_cast<uint32_t>(at[i]) << 16) : half_to_float(at[i]);
  }
  PH_INLINE void put(int64_t i, float x) const {
    at[i] = brain ? float_to_bfloat(x) : float_to_half(x);
  }
};
PH_INLINE bool is_half(DType d) { return d == DType::f16 || d == DType::bf16; }

PH_INLINE vf32 widen(HalfLanes h, bool brain) { return brain ? widen_bfloat(h) : widen_half(h); }
PH_INLINE HalfLanes narrow(vf32 v, bool brain) { return brain ? narrow_bfloat(v) : narrow_half(v); }
PH_INLINE vf32 load(Half p) {
  using Lanes = typename VecOf<uint16_t, kVectorBytes / 2>::unaligned;
  return widen(*reinterpret_cast<const Lanes*>(p.at), p.brain);
}
PH_INLINE void store(Half p, vf32 v) {
  using Lanes = typename VecOf<uint16_t, kVectorBytes / 2>::unaligned;
  *reinterpret_cast<Lanes*>(p.at) = narrow(v, p.brain);
}
// The first n lanes; of what is read the others are 0.
PH_INLINE HalfLanes first_halves(const uint16_t* p, int64_t n) {
#if defined(__AVX512F__)
  return (HalfLanes)_mm256_maskz_loadu_epi16(static_cast<__mmask16>((1u << n) - 1), p);
#else
  HalfLanes h = {};
  for (int i = 0; i < kLanes<float>; ++i)
    if (i < n) h[i] = p[i];
  return h;
#endif
}
PH_INLINE vf32 load_first(Half p, int64_t n) { return widen(first_halves(p.at, n), p.brain); }
PH_INLINE void store_first(Half p, vf32 v, int64_t n) {
  const HalfLanes h = narrow(v, p.brain);
#if defined(__AVX512F__)
  _mm256_mask_storeu_epi16(p.at, static_cast<__mmask16>((1u << n) - 1), (__m256i)h);
#else
  for (int i = 0; i < kLanes<float>; ++i)
    if (i < n) p.at[i] = h[i];
#endif
}

PH_INLINE vf32 load_n(Half p, int64_t n) { return n == kLanes<float> ? load(p) : load_first(p, n); }
PH_INLINE void store_n(Half p, vf32 v, int64_t n) {
  if (n == kLanes<float>)
    store(p, v);
  else
    store_first(p, v, n);
}

// n floats from p, or to it.
PH_INLINE void widen_run(float* PH_RESTRICT dst, Half p, int64_t n) {
  constexpr int64_t lanes = kLanes<float>;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store(dst + i, load(p + i));
  for (; i < n; ++i) dst[i] = p[i];
}
PH_INLINE void narrow_run(Half p, const float* PH_RESTRICT src, int64_t n) {
  constexpr int64_t lanes = kLanes<float>;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store(p + i, load(src + i));
  if (i < n) store_first(p + i, load_first(src + i, n - i), n - i);
}

// ---- for kernels of both: P is where elements lie, T* or, with T = float, a Half
template <class T>
PH_INLINE T* place(const void* p, DType, T*) {
  return static_cast<T*>(const_cast<void*>(p));
}
PH_INLINE Half place(const void* p, DType dtype, Half) { return {p, dtype}; }
template <class P>
PH_INLINE P place(const void* p, DType dtype) {
  return place(p, dtype, P{});
}
template <class T>
PH_INLINE void zero(T* p, int64_t n) {
  __builtin_memset(p, 0, static_cast<size_t>(n) * sizeof(T));
}
PH_INLINE void zero(Half p, int64_t n) { zero(p.at, n); }
template <class T>
PH_INLINE bool may_bypass(const T* p, int64_t rows, int64_t cols) {
  return bypasses(p, rows, cols);
}
PH_INLINE bool may_bypass(Half, int64_t, int64_t) { return false; }
PH_INLINE void store_past(Half p, vf32 v) { store(p, v); }
PH_INLINE void fetch_ahead(Half p) { fetch_ahead(p.at); }
PH_INLINE void fetch_far(Half p) { fetch_far(p.at); }

// ---- shared out
constexpr int64_t kHalfChunk = 32768;  // elements that pay for a thread
template <class F>
PH_INLINE void for_runs(const Launch& team, int64_t n, const F& f) {
  for_chunks(team, ceil_div(n, kHalfChunk), [&](int64_t chunk, int) {
    const int64_t from = chunk * kHalfChunk;
    f(from, min_of(kHalfChunk, n - from));
  });
}
PH_INLINE void widen_all(float* dst, Half p, int64_t n, const Launch& team) {
  for_runs(team, n, [&](int64_t i, int64_t count) { widen_run(dst + i, p + i, count); });
}

}  // namespace PH_ISA
}  // namespace ph
