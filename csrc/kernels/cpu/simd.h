// The only place that knows vector types. One width per translation unit: the build
// compiles every family source once per width with -DPH_ISA=<name>, -DPH_VECTOR_BYTES=<n>
// and that width's flags. Everything lives in ph::<isa>, so that the linker can never
// keep an AVX-512 copy of a function that an SSE2 machine calls. Hence: no standard
// library headers with inline functions, only <stddef.h> and <stdint.h>. PH_WIDE is 1 for every
// width but the generic one, which serves integers and what is rare to all.
//
// Built on the compilers' vector types (GCC and Clang): + - * / and comparisons are
// operators, `mask ? a : b` selects, __builtin_convertvector converts.
#pragma once
#include "../args.h"

#ifndef PH_ISA
#error "compile kernel sources with -DPH_ISA=<generic|avx2|avx512|neon>"
#endif

#if defined(__x86_64__)
#include <immintrin.h>  // intrinsics are always_inline: no out-of-line copies
#endif

#define PH_INLINE inline __attribute__((always_inline))
#if defined(__clang__)
#define PH_NOINLINE __attribute__((noinline))
#else
#define PH_NOINLINE __attribute__((noinline, noclone))  // nor a copy for each constant argument
#endif
#define PH_RESTRICT    __restrict__
#define PH_LIKELY(x)   __builtin_expect(!!(x), 1)
#define PH_UNLIKELY(x) __builtin_expect(!!(x), 0)
// In the body of a rare loop: neither vectorized nor unrolled, so that it stays small.
#define PH_ROLLED __asm__ volatile("")
#if defined(__AVX512F__)
#define PH_VECTOR_REGISTER "v"  // in an asm's constraint
#elif defined(__x86_64__)
#define PH_VECTOR_REGISTER "x"
#else
#define PH_VECTOR_REGISTER "w"
#endif

namespace ph {
namespace PH_ISA {

constexpr int kVectorBytes = PH_VECTOR_BYTES;

template <class T, int bytes = kVectorBytes>
struct VecOf {
  typedef T type __attribute__((vector_size(bytes)));
  typedef T unaligned __attribute__((vector_size(bytes), aligned(alignof(T)), may_alias));
};
template <class T>
using Vec = typename VecOf<T>::type;
template <class T>
constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

using vf32 = Vec<float>;
using vf64 = Vec<double>;
using vi32 = Vec<int32_t>;
using vi64 = Vec<int64_t>;
using vu32 = Vec<uint32_t>;
using vu64 = Vec<uint64_t>;

template <class T>
PH_INLINE Vec<T> load(const T* p) {
  return *reinterpret_cast<const typename VecOf<T>::unaligned*>(p);
}
template <class T>
PH_INLINE void store(T* p, Vec<T> v) {
  *reinterpret_cast<typename VecOf<T>::unaligned*>(p) = v;
}
template <class T>
PH_INLINE Vec<T> splat(T x) {
  return x - Vec<T>{};
}
#if defined(__AVX2__) && !defined(__AVX512F__)
// All ones in the first n lanes.
template <class T>
PH_INLINE __m256i lane_mask(int64_t n) {
  if constexpr (sizeof(T) == 4)
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  else
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
#endif
// The first n lanes (0 <= n <= lanes); the others are 0. Float and double use the
// width's masked instructions: memory past the first n lanes is not touched.
template <class T>
PH_INLINE Vec<T> load_first(const T* p, int64_t n) {
#if defined(__AVX512F__)
  if constexpr (kVectorBytes == 64 && __is_same(T, float))
    return (Vec<T>)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
  else if constexpr (kVectorBytes == 64 && __is_same(T, double))
    return (Vec<T>)_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << n) - 1), p);
  else
#elif defined(__AVX2__)
  if constexpr (kVectorBytes == 32 && __is_same(T, float))
    return (Vec<T>)_mm256_maskload_ps(p, lane_mask<T>(n));
  else if constexpr (kVectorBytes == 32 && __is_same(T, double))
    return (Vec<T>)_mm256_maskload_pd(p, lane_mask<T>(n));
  else
#endif
  {
    Vec<T> v = {};
    for (int i = 0; i < kLanes<T>; ++i)
      if (i < n) v[i] = p[i];
    return v;
  }
}
template <class T>
PH_INLINE void store_first(T* p, Vec<T> v, int64_t n) {
#if defined(__AVX512F__)
  if constexpr (kVectorBytes == 64 && __is_same(T, float))
    return _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), (__m512)v);
  else if constexpr (kVectorBytes == 64 && __is_same(T, double))
    return _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << n) - 1), (__m512d)v);
  else
#elif defined(__AVX2__)
  if constexpr (kVectorBytes == 32 && __is_same(T, float))
    return _mm256_maskstore_ps(p, lane_mask<T>(n), (__m256)v);
  else if constexpr (kVectorBytes == 32 && __is_same(T, double))
    return _mm256_maskstore_pd(p, lane_mask<T>(n), (__m256d)v);
  else
#endif
  {
    for (int i = 0; i < kLanes<T>; ++i)
      if (i < n) p[i] = v[i];
  }
}
template <class T>
PH_INLINE T horizontal_sum(Vec<T> v) {
  T parts[kLanes<T>];
  store(parts, v);
  for (int half = kLanes<T> / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) parts[i] += parts[i + half];
  return parts[0];
}

template <class T>
PH_INLINE T min_of(T a, T b) {
  return b < a ? b : a;
}
template <class T>
PH_INLINE T max_of(T a, T b) {
  return a < b ? b : a;
}
PH_INLINE int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
PH_INLINE int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }

// Calls f(chunk, thread) for every chunk through the team; see Launch in args.h.
template <class F>
PH_INLINE void for_chunks(const Launch& team, int64_t chunks, const F& f) {
  if (chunks == 1) {
    f(int64_t{0}, 0);
    return;
  }
  if (chunks <= 0) return;
  struct Call {
    static void run(void* ctx, int64_t chunk, int thread) {
      (*static_cast<const F*>(ctx))(chunk, thread);
    }
  };
  team.parallel(team.pool, chunks, &Call::run, const_cast<void*>(static_cast<const void*>(&f)));
}

}  // namespace PH_ISA
}  // namespace ph
